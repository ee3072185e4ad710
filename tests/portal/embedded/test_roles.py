"""The roles of roles.sql on a real server: each may do its work and nothing else."""

import psycopg
import pytest
from psycopg import errors

ATTRIBUTES = """
SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolreplication
FROM pg_roles WHERE rolname LIKE 'portal\\_%' ORDER BY rolname
"""
MEMBERS = """
SELECT member.rolname, role.rolname FROM pg_auth_members given
JOIN pg_roles role ON role.oid = given.roleid JOIN pg_roles member ON member.oid = given.member
WHERE member.rolname LIKE 'portal\\_%' ORDER BY 1, 2
"""


def test_only_the_system_role_passes_by_row_level_security(running):
    with psycopg.connect(running["app_url"]) as connection:
        found = connection.execute(ATTRIBUTES).fetchall()
    assert found == [
        ("portal_app", True, False, False, False, False),
        ("portal_audit", False, False, False, False, False),
        ("portal_owner", True, False, False, False, False),
        ("portal_system", True, False, True, False, False),
    ]


def test_only_the_owner_may_become_another_role(running):
    with psycopg.connect(running["app_url"]) as connection:
        found = connection.execute(MEMBERS).fetchall()
    assert found == [("portal_owner", "portal_audit"), ("portal_owner", "portal_system")]


def test_the_owner_hands_a_table_to_the_audit_role_and_takes_rows_as_the_system_role(running):
    with psycopg.connect(running["owner_url"]) as connection:
        connection.execute("CREATE TABLE handed (id int)")
        connection.execute("ALTER TABLE handed OWNER TO portal_audit")
        connection.execute("SET LOCAL ROLE portal_system")
        assert connection.execute("SELECT current_user").fetchone() == ("portal_system",)
        connection.rollback()


@pytest.mark.parametrize("role", ["app_url", "system_url"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER ROLE portal_app BYPASSRLS",
        "SET ROLE portal_owner",
        "SET ROLE portal_audit",
        "DROP OWNED BY portal_owner",
    ],
)
def test_serving_roles_make_nothing_and_become_nobody(running, role, statement):
    with (
        psycopg.connect(running[role], autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_the_app_role_cannot_become_the_system_role(running):
    with psycopg.connect(running["app_url"]) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SET ROLE portal_system")


def test_a_wrong_password_is_refused(running):
    wrong = running["app_url"].replace("portal_app:", "portal_app:x")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_server_listens_on_no_network_address(running):
    with psycopg.connect(running["app_url"]) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)

"""The house holds its own rules: every table protected and audited, every module in its size, every import legal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from portal.audit.coverage import exemptions
from tests.global_tables import GLOBAL_TABLES

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("portal", "clients", "incidents")
MODULE_LINES, TEST_LINES, FUNCTION_LINES = 400, 600, 40

AUDIT_TABLES = "audit_"  # the trail does not record itself


def query(sql: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def tables(db: None) -> set[str]:
    """Every table of the schema."""
    return {row[0] for row in query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def columns(name: str) -> set[str]:
    sql = "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = "
    return {row[0] for row in query(f"{sql} '{name}'")}


def with_policy(name: str) -> set[str]:
    return {row[0] for row in query(f"SELECT tablename FROM pg_policies WHERE policyname = '{name}'")}


@pytest.mark.django_db
class TestTables:
    def test_every_table_is_protected_or_global_with_a_reason(self, tables: set[str]) -> None:
        forced = {
            row[0]
            for row in query("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relrowsecurity")
        }
        assert tables - forced - set(GLOBAL_TABLES) == set()
        assert forced & set(GLOBAL_TABLES) == set()
        assert set(GLOBAL_TABLES) <= tables, "a table listed as global is gone"

    def test_every_table_of_a_practice_isolates_it(self, tables: set[str]) -> None:
        owned = columns("practice_id") & tables
        assert len(owned) >= 8
        assert owned - with_policy("practice_isolation") == set()

    def test_every_table_of_a_client_isolates_it(self, tables: set[str]) -> None:
        owned = columns("client_id") & columns("practice_id") & tables
        assert len(owned) >= 6
        assert owned - with_policy("client_isolation") == set()

    def test_internal_rows_are_held_back_by_a_policy(self, tables: set[str]) -> None:
        marked = columns("internal") & tables
        assert len(marked) >= 4
        assert marked - with_policy("internal_rows") == set()

    def test_foreign_keys_stay_within_the_practice(self, tables: set[str]) -> None:
        owned = columns("practice_id")
        single = query(
            """
            SELECT source.relname, attribute.attname, target.relname
            FROM pg_constraint fk
            JOIN pg_class source ON source.oid = fk.conrelid JOIN pg_class target ON target.oid = fk.confrelid
            JOIN pg_attribute attribute ON attribute.attrelid = fk.conrelid AND attribute.attnum = fk.conkey[1]
            WHERE fk.contype = 'f' AND cardinality(fk.conkey) = 1
            """
        )
        composite = query(
            """
            SELECT source.relname, attribute.attname, target.relname
            FROM pg_constraint fk
            JOIN pg_class source ON source.oid = fk.conrelid JOIN pg_class target ON target.oid = fk.confrelid
            JOIN pg_attribute attribute
              ON attribute.attrelid = fk.conrelid AND attribute.attnum = fk.conkey[cardinality(fk.conkey)]
            WHERE fk.contype = 'f' AND cardinality(fk.conkey) > 1
            """
        )
        crossing = {
            (source, column, target) for source, column, target in single if {source, target} <= owned
        }
        assert crossing - set(composite) == set()
        assert len(composite) >= 8

    def test_every_table_of_a_practice_is_audited_or_excused(self, tables: set[str]) -> None:
        audited = {
            row[0]
            for row in query(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'audit_row' AND t.tgenabled = 'A'"
            )
        }
        owned = {table for table in columns("practice_id") & tables if not table.startswith(AUDIT_TABLES)}
        excused = {apps.get_model(label)._meta.db_table for label in exemptions()}
        assert owned - audited == excused

    def test_the_serving_role_can_neither_truncate_nor_own(self, tables: set[str]) -> None:
        loose = query(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND (pg_get_userbyid(relowner) = current_user OR has_table_privilege(oid, 'TRUNCATE'))"
        )
        assert loose == []

    def test_models_are_named_in_the_migrations_of_their_room(self, tables: set[str]) -> None:
        missing = [model._meta.db_table for model in apps.get_models() if model._meta.db_table not in tables]
        assert missing == []


def modules(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
    )


def functions(path: Path) -> list[tuple[str, int]]:
    """Name every function of a module with its length in lines, its docstring aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, lines(node) - docstring_lines(node)) for node in found]


def lines(node: ast.stmt) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return lines(node.body[0]) if ast.get_docstring(node) else 0


class TestModules:
    def test_no_module_is_too_long(self) -> None:
        sizes = {
            path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*ROOMS, "tests")
        }
        limits = {path: TEST_LINES if path.is_relative_to(ROOT / "tests") else MODULE_LINES for path in sizes}
        long = {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > limits[path]}
        assert long == {}

    def test_no_function_is_too_long(self) -> None:
        long = {
            f"{path.relative_to(ROOT)}:{name}": length
            for path in modules(*ROOMS)
            for name, length in functions(path)
            if length > FUNCTION_LINES
        }
        assert long == {}

    def test_every_module_says_what_lives_in_it(self) -> None:
        silent = [
            str(path.relative_to(ROOT))
            for path in modules(*ROOMS)
            if path.read_text(encoding="utf-8").strip()
            and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
        ]
        assert silent == []

    def test_nothing_is_called_utils(self) -> None:
        vague = {"utils", "common", "helpers", "misc"}
        assert [path for path in modules(*ROOMS) if path.stem in vague] == []

    def test_rules_read_no_clock_and_know_no_django(self) -> None:
        pure = [
            *modules("clients/posture/rules", "clients/workflows/readers", "clients/registers/rules"),
            *modules("portal/deadlines/rules"),
            *modules("clients/engagements/rules"),
            *modules("incidents/response/rules"),
            *(
                ROOT / name
                for name in ("portal/lib/dates.py", "portal/lib/secrets.py", "portal/tenancy/scope.py")
            ),
        ]
        assert len(pure) > 8
        for path in pure:
            text = path.read_text(encoding="utf-8")
            assert "django" not in text, path
            assert not any(clock in text for clock in ("datetime.now(", "date.today(", "time.time(")), path

    def test_every_room_has_its_tests(self) -> None:
        rooms = {path.parent for folder in ROOMS for path in (ROOT / folder).glob("*/__init__.py")}
        untested = [
            str(room.relative_to(ROOT))
            for room in rooms
            if not list((ROOT / "tests" / room.relative_to(ROOT)).rglob("test_*.py"))
        ]
        assert untested == []

    def test_templates_hold_no_inline_style_or_script(self) -> None:
        faults = []
        for path in sorted((ROOT / "templates").rglob("*.html")):
            if "emails" in path.parts:
                continue  # mail programs read no stylesheet
            text = path.read_text(encoding="utf-8")
            if " style=" in text or "<style" in text or "<script>" in text or " onclick=" in text:
                faults.append(str(path.relative_to(ROOT)))
        assert faults == []

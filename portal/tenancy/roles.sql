-- The database and its roles, on any PostgreSQL from 15 on. Safe to run again: it repairs what differs.
--
-- An administrator of the server (a superuser, or on 16+ a role that may create roles and has BYPASSRLS) runs, with psql:
--
--   PORTAL_OWNER_PASSWORD=… PORTAL_APP_PASSWORD=… PORTAL_SYSTEM_PASSWORD=… \
--     psql -X -d postgres -f portal/tenancy/roles.sql        (add  -v database=NAME  for another name than plumbline)
--
--   portal_owner   owns the tables and migrates them; nothing else connects as it
--   portal_app     the web and worker processes; owns nothing and cannot pass by row-level security
--   portal_system  passes by row-level security; only the dispatcher that lists the practices uses it
--   portal_audit   owns the audit tables; nobody can sign in as it

\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password PORTAL_OWNER_PASSWORD
\getenv app_password PORTAL_APP_PASSWORD
\getenv system_password PORTAL_SYSTEM_PASSWORD
\if :{?database}
\else
  \set database plumbline
\endif

-- Passwords stand in statements below: keep them out of the server's log where we may.
SELECT 'SET log_statement = ''none''' WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec
SELECT 'SET log_min_error_statement = ''panic''' WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec

SELECT format('CREATE ROLE %I', wanted.name)
  FROM (VALUES ('portal_owner'), ('portal_app'), ('portal_system'), ('portal_audit')) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) \gexec

ALTER ROLE portal_owner  LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE portal_app    LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
ALTER ROLE portal_system LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS   PASSWORD :'system_password';
ALTER ROLE portal_audit  NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- A data migration may SET ROLE portal_system, and hands the audit tables to portal_audit.
GRANT portal_system TO portal_owner;
GRANT portal_audit  TO portal_owner;

-- What nobody listed here was given: portal_app must not become any of the others.
SELECT format('REVOKE %I FROM %I', role.rolname, member.rolname)
  FROM pg_auth_members AS given
  JOIN pg_roles AS role ON role.oid = given.roleid
  JOIN pg_roles AS member ON member.oid = given.member
 WHERE member.rolname IN ('portal_app', 'portal_system', 'portal_audit') \gexec

SELECT format('CREATE DATABASE %I OWNER portal_owner TEMPLATE template0 ENCODING ''UTF8''', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

REVOKE ALL     ON DATABASE :"database" FROM PUBLIC;
GRANT  CONNECT ON DATABASE :"database" TO portal_app, portal_system;

\connect :"database"

REVOKE ALL   ON SCHEMA public FROM PUBLIC;
GRANT  USAGE ON SCHEMA public TO portal_app, portal_system;
GRANT  ALL   ON SCHEMA public TO portal_owner;
-- To be given a table, a role must be allowed to make one in its schema; nobody signs in as this one.
GRANT  USAGE, CREATE ON SCHEMA public TO portal_audit;

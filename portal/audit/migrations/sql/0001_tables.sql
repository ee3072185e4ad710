-- The audit tables. portal_audit owns them and nobody signs in as it; the serving role may read what its scope
-- lets through and write only through functions. Why it is made like this: docs/decisions/0002-audit-chain.md.

GRANT USAGE, CREATE ON SCHEMA public TO portal_audit;

-- What stands in `payload` is what is hashed. The columns are computed from it, so that no row can be filed under
-- one client and say another; only `at` cannot be (reading an instant depends on settings), so verify compares it.
CREATE TABLE audit_event (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL,
  payload     jsonb NOT NULL,
  tx          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  practice_id uuid GENERATED ALWAYS AS ((payload ->> 'practice')::uuid) STORED,
  client_id   uuid GENERATED ALWAYS AS ((payload ->> 'client')::uuid) STORED,
  chain       uuid NOT NULL GENERATED ALWAYS AS (coalesce(
                (payload ->> 'client')::uuid, (payload ->> 'practice')::uuid,
                '00000000-0000-0000-0000-000000000000')) STORED,
  internal    boolean NOT NULL GENERATED ALWAYS AS ((payload ->> 'internal')::boolean) STORED,
  actor       uuid GENERATED ALWAYS AS ((payload ->> 'actor')::uuid) STORED,
  action      text NOT NULL GENERATED ALWAYS AS (payload ->> 'action') STORED,
  object      text NOT NULL GENERATED ALWAYS AS (payload ->> 'object') STORED,
  object_id   text NOT NULL GENERATED ALWAYS AS (payload ->> 'id') STORED,
  CONSTRAINT audit_event_client_has_a_practice CHECK (client_id IS NULL OR practice_id IS NOT NULL)
);
CREATE INDEX audit_event_of_client ON audit_event (practice_id, client_id, id);
CREATE INDEX audit_event_of_practice ON audit_event (practice_id, id);
CREATE INDEX audit_event_of_object ON audit_event (practice_id, object, object_id, id);
CREATE INDEX audit_event_of_transaction ON audit_event (tx, id);

CREATE TABLE audit_link (
  event_id    bigint PRIMARY KEY,
  practice_id uuid,
  client_id   uuid,
  chain       uuid NOT NULL,
  seq         bigint NOT NULL,
  prev        bytea NOT NULL,
  digest      bytea NOT NULL,
  hash        bytea NOT NULL,
  CONSTRAINT audit_link_once UNIQUE (chain, seq)
);

CREATE TABLE audit_head (
  chain       uuid PRIMARY KEY,
  practice_id uuid,
  client_id   uuid,
  seq         bigint NOT NULL,
  hash        bytea NOT NULL
);
CREATE INDEX audit_head_of_practice ON audit_head (practice_id);

CREATE TABLE audit_anchor (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  practice_id uuid,
  client_id   uuid,
  chain       uuid NOT NULL,
  seq         bigint NOT NULL,
  hash        bytea NOT NULL,
  at          timestamptz NOT NULL,
  public_key  bytea NOT NULL,
  signature   bytea NOT NULL
);
CREATE INDEX audit_anchor_of_chain ON audit_anchor (chain, id);
CREATE INDEX audit_anchor_of_practice ON audit_anchor (practice_id);

-- Who hides behind a token. No unique constraint on `value`: waiting for one another's new tokens, two transactions
-- could lock each other out. A person may so have two tokens; both are deleted when the person is forgotten.
CREATE TABLE audit_identity (
  token uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  value text NOT NULL
);
CREATE INDEX audit_identity_value ON audit_identity (value, token);

-- The keeper of the tables itself is held to what its functions do: events of its own transaction, no change of any.
ALTER TABLE audit_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY keeper_adds ON audit_identity FOR INSERT TO portal_audit WITH CHECK (value <> '');
CREATE POLICY keeper_reads ON audit_identity FOR SELECT TO portal_audit USING (value <> '');
CREATE POLICY keeper_forgets ON audit_identity FOR DELETE TO portal_audit USING (value <> '');
CREATE POLICY keeper_adds ON audit_event FOR INSERT TO portal_audit WITH CHECK (tx = pg_current_xact_id());
CREATE POLICY keeper_reads ON audit_event FOR SELECT TO portal_audit USING (tx = pg_current_xact_id());
CREATE POLICY keeper_adds ON audit_link FOR INSERT TO portal_audit WITH CHECK (chain IS NOT NULL);
CREATE POLICY keeper_reads ON audit_link FOR SELECT TO portal_audit USING (chain IS NOT NULL);
CREATE POLICY keeper_adds ON audit_head FOR INSERT TO portal_audit WITH CHECK (chain IS NOT NULL);
CREATE POLICY keeper_reads ON audit_head FOR SELECT TO portal_audit USING (chain IS NOT NULL);
CREATE POLICY keeper_moves ON audit_head FOR UPDATE TO portal_audit
  USING (chain IS NOT NULL) WITH CHECK (chain IS NOT NULL);
CREATE POLICY keeper_adds ON audit_anchor FOR INSERT TO portal_audit WITH CHECK (chain IS NOT NULL);

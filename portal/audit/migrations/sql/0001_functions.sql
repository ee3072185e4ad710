-- The doors run as portal_audit, whoever calls: the row trigger, the seal, and audit_append, audit_names and
-- audit_anchor_add, which the serving role may call. The others are called from inside them alone.

-- Give the token that stands for a person's id or an address; a new one when there is none.
CREATE FUNCTION audit_token(named text) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  found_token uuid;
BEGIN
  IF coalesce(named, '') IN ('', '00000000-0000-0000-0000-000000000000') THEN
    RETURN NULL;
  END IF;
  SELECT token INTO found_token FROM audit_identity WHERE value = named ORDER BY token LIMIT 1;
  IF found_token IS NULL THEN
    INSERT INTO audit_identity (value) VALUES (named) RETURNING token INTO found_token;
  END IF;
  RETURN found_token;
END $$;

-- Replace a text by its token, in a shape that shows what it is.
CREATE FUNCTION audit_private(value jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  token uuid := audit_token(value #>> '{}');
BEGIN
  RETURN CASE WHEN token IS NULL THEN 'null'::jsonb ELSE jsonb_build_object('token', token) END;
END $$;

-- Write one event. The salt keeps a withheld entry from being guessed by its digest.
CREATE FUNCTION audit_write(
  in_practice uuid, of_client uuid, is_internal boolean, the_action text, the_op text, the_object text,
  the_id text, the_label text, the_changes jsonb
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  now_at timestamptz := clock_timestamp();
  changes jsonb := the_changes;
  event_id bigint;
BEGIN
  IF octet_length(changes::text) > 32000 THEN
    SELECT jsonb_object_agg(key, CASE WHEN octet_length(value::text) <= 1000 THEN value
             ELSE jsonb_build_object('length', octet_length(value::text),
                                     'sha256', encode(sha256(convert_to(value::text, 'UTF8')), 'hex')) END)
      INTO changes FROM jsonb_each(the_changes);
  END IF;
  INSERT INTO audit_event (at, payload) VALUES (now_at, jsonb_build_object(
    'at', to_char(now_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', audit_token(current_setting('app.person', true)),
    'action', coalesce(the_action, ''), 'op', the_op,
    'object', coalesce(the_object, ''), 'id', coalesce(the_id, ''), 'label', coalesce(the_label, ''),
    'practice', in_practice, 'client', of_client, 'internal', coalesce(is_internal, false),
    'changes', coalesce(changes, '{}'::jsonb),
    'why', coalesce(current_setting('app.reason', true), ''),
    'request', coalesce(current_setting('app.request', true), ''),
    'salt', gen_random_uuid()
  )) RETURNING id INTO event_id;
  RETURN event_id;
END $$;

-- The application's door for what has no row: sign-ins, exports, refusals. It files under its own scope or not at all.
CREATE FUNCTION audit_append(
  of_client uuid, is_internal boolean, the_action text, the_object text, the_id text, the_label text,
  details jsonb, private jsonb
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  practice uuid := nullif(current_setting('app.practice', true), '')::uuid;
  changes jsonb := coalesce(details, '{}'::jsonb);
  hidden jsonb;
BEGIN
  IF practice = '00000000-0000-0000-0000-000000000000' THEN
    practice := NULL;
  END IF;
  IF of_client IS NOT NULL AND (
    practice IS NULL OR NOT (app_all_clients() OR coalesce(of_client = ANY (app_clients()), false))
  ) THEN
    RAISE EXCEPTION 'the event''s client lies outside the scope' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF coalesce(the_action, '') = '' THEN
    RAISE EXCEPTION 'an event needs an action' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF private IS NOT NULL THEN
    SELECT jsonb_object_agg(key, audit_private(value)) INTO hidden FROM jsonb_each(private);
    changes := changes || coalesce(hidden, '{}'::jsonb);
  END IF;
  RETURN audit_write(practice, of_client, is_internal, the_action, 'event', the_object, the_id, the_label, changes);
END $$;

-- Row trigger. Arguments: hidden columns, private columns (tokenised), the practice's, the client's and the label's.
CREATE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  hidden CONSTANT text[] := TG_ARGV[0];
  private CONSTANT text[] := TG_ARGV[1];
  practice_column CONSTANT text := TG_ARGV[2];
  client_column CONSTANT text := TG_ARGV[3];
  label_column CONSTANT text := TG_ARGV[4];
  filed CONSTANT text[] := hidden || ARRAY['id', 'internal', practice_column, client_column];
  the_action CONSTANT text := coalesce(current_setting('app.action', true), '');
  before jsonb;
  after jsonb;
  changes jsonb;
  name text;
  concealed boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW); END IF;
  concealed := coalesce((before ->> 'internal')::boolean, false) OR coalesce((after ->> 'internal')::boolean, false);

  IF TG_OP = 'UPDATE' AND NOT (
    before -> practice_column IS DISTINCT FROM after -> practice_column
    OR before -> client_column IS DISTINCT FROM after -> client_column
  ) THEN
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (hidden) THEN '"[hidden]"'::jsonb
             ELSE jsonb_build_array(before -> key, value) END)
      INTO changes FROM jsonb_each(after) WHERE before -> key IS DISTINCT FROM value;
    IF changes IS NULL THEN RETURN NULL; END IF;
    FOREACH name IN ARRAY private LOOP
      IF changes ? name THEN
        changes := changes || jsonb_build_object(name,
          jsonb_build_array(audit_private(before -> name), audit_private(after -> name)));
      END IF;
    END LOOP;
    PERFORM audit_write((after ->> practice_column)::uuid, (after ->> client_column)::uuid, concealed, the_action,
      'update', TG_TABLE_NAME::text, after ->> 'id', after ->> label_column, changes);
    RETURN NULL;
  END IF;

  -- A row that moves to another client leaves the one chain and enters the other: neither shows what was before.
  IF before IS NOT NULL THEN
    PERFORM audit_write((before ->> practice_column)::uuid, (before ->> client_column)::uuid, concealed, the_action,
      'delete', TG_TABLE_NAME::text, before ->> 'id', before ->> label_column, audit_shown(before, filed, private));
  END IF;
  IF after IS NOT NULL THEN
    PERFORM audit_write((after ->> practice_column)::uuid, (after ->> client_column)::uuid, concealed, the_action,
      'insert', TG_TABLE_NAME::text, after ->> 'id', after ->> label_column, audit_shown(after, filed, private));
  END IF;
  RETURN NULL;
END $$;

-- A whole row as an event shows it: without hidden and empty columns, people as tokens.
CREATE FUNCTION audit_shown(whole jsonb, hidden text[], private text[]) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  shown jsonb;
  name text;
BEGIN
  SELECT jsonb_object_agg(key, value) INTO shown FROM jsonb_each(whole)
   WHERE key <> ALL (hidden) AND value NOT IN ('null', '""', '[]', '{}');
  FOREACH name IN ARRAY private LOOP
    IF shown ? name THEN
      shown := shown || jsonb_build_object(name, audit_private(shown -> name));
    END IF;
  END LOOP;
  RETURN shown;
END $$;

-- Chain the events of this transaction, at its commit: all of them at the first call, so that the heads are read and
-- written once and a bulk change stays linear. Every chain is locked in one order over all transactions.
CREATE FUNCTION audit_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  event record;
  head audit_head;
  digest bytea;
  hash bytea;
BEGIN
  IF EXISTS (SELECT FROM audit_link WHERE event_id = NEW.id) THEN
    RETURN NULL;
  END IF;
  -- `id >= NEW.id`: after a restore, transaction numbers begin again and old events may carry ours.
  INSERT INTO audit_head (chain, practice_id, client_id, seq, hash)
    SELECT DISTINCT e.chain, e.practice_id, e.client_id, 0, ''::bytea FROM audit_event e
     WHERE e.tx = pg_current_xact_id() AND e.id >= NEW.id ORDER BY e.chain
    ON CONFLICT (chain) DO NOTHING;
  PERFORM FROM audit_head h WHERE h.chain IN (
      SELECT e.chain FROM audit_event e WHERE e.tx = pg_current_xact_id() AND e.id >= NEW.id
    ) ORDER BY h.chain FOR UPDATE;
  FOR event IN
    SELECT e.id, e.chain, e.practice_id, e.client_id, e.payload::text AS payload FROM audit_event e
     WHERE e.tx = pg_current_xact_id() AND e.id >= NEW.id ORDER BY e.chain, e.id
  LOOP
    IF head.chain IS DISTINCT FROM event.chain THEN
      UPDATE audit_head SET seq = head.seq, hash = head.hash WHERE chain = head.chain;
      SELECT * INTO STRICT head FROM audit_head WHERE chain = event.chain;
    END IF;
    IF head.practice_id IS DISTINCT FROM event.practice_id THEN
      RAISE EXCEPTION 'the event''s client belongs to another practice' USING ERRCODE = 'insufficient_privilege';
    END IF;
    digest := sha256(convert_to(event.payload, 'UTF8'));
    hash := sha256(head.hash || int8send(head.seq + 1) || digest);
    INSERT INTO audit_link (event_id, practice_id, client_id, chain, seq, prev, digest, hash)
      VALUES (event.id, event.practice_id, event.client_id, event.chain, head.seq + 1, head.hash, digest, hash);
    head.seq := head.seq + 1;
    head.hash := hash;
  END LOOP;
  UPDATE audit_head SET seq = head.seq, hash = head.hash WHERE chain = head.chain;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_seal AFTER INSERT ON audit_event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_seal();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_seal;

-- Who hides behind tokens that the caller holds. Tokens are random and stand only in events: whoever holds one has
-- been shown an event that names the person.
CREATE FUNCTION audit_names(tokens uuid[]) RETURNS TABLE (token uuid, value text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT i.token, i.value FROM audit_identity i WHERE i.token = ANY (tokens)
$$;

-- Keep a signed head; it must be a link of a chain in the scope.
CREATE FUNCTION audit_anchor_add(
  of_chain uuid, at_seq bigint, with_hash bytea, signed_at timestamptz, by_key bytea, with_signature bytea
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  practice uuid := nullif(current_setting('app.practice', true), '')::uuid;
  link audit_link;
BEGIN
  IF practice = '00000000-0000-0000-0000-000000000000' THEN
    practice := NULL;
  END IF;
  SELECT * INTO link FROM audit_link l
   WHERE l.chain = of_chain AND l.seq = at_seq AND l.hash = with_hash AND l.practice_id IS NOT DISTINCT FROM practice;
  IF link.event_id IS NULL THEN
    RAISE EXCEPTION 'there is no such link in the scope' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit_anchor (practice_id, client_id, chain, seq, hash, at, public_key, signature)
    VALUES (link.practice_id, link.client_id, of_chain, at_seq, with_hash, signed_at, by_key, with_signature);
END $$;

ALTER TABLE audit_event OWNER TO portal_audit;
ALTER TABLE audit_link OWNER TO portal_audit;
ALTER TABLE audit_head OWNER TO portal_audit;
ALTER TABLE audit_anchor OWNER TO portal_audit;
ALTER TABLE audit_identity OWNER TO portal_audit;
ALTER FUNCTION audit_token(text) OWNER TO portal_audit;
ALTER FUNCTION audit_private(jsonb) OWNER TO portal_audit;
ALTER FUNCTION audit_write(uuid, uuid, boolean, text, text, text, text, text, jsonb) OWNER TO portal_audit;
ALTER FUNCTION audit_append(uuid, boolean, text, text, text, text, jsonb, jsonb) OWNER TO portal_audit;
ALTER FUNCTION audit_row() OWNER TO portal_audit;
ALTER FUNCTION audit_shown(jsonb, text[], text[]) OWNER TO portal_audit;
ALTER FUNCTION audit_seal() OWNER TO portal_audit;
ALTER FUNCTION audit_names(uuid[]) OWNER TO portal_audit;
ALTER FUNCTION audit_anchor_add(uuid, bigint, bytea, timestamptz, bytea, bytea) OWNER TO portal_audit;

REVOKE ALL ON audit_event, audit_link, audit_head, audit_anchor, audit_identity
  FROM PUBLIC, portal_app, portal_system;
REVOKE ALL ON SEQUENCE audit_event_id_seq, audit_anchor_id_seq FROM PUBLIC, portal_app, portal_system;
GRANT SELECT ON audit_event, audit_link, audit_head, audit_anchor TO portal_app, portal_system;
REVOKE ALL ON FUNCTION
  audit_token(text), audit_private(jsonb), audit_row(), audit_shown(jsonb, text[], text[]), audit_seal(),
  audit_write(uuid, uuid, boolean, text, text, text, text, text, jsonb),
  audit_append(uuid, boolean, text, text, text, text, jsonb, jsonb),
  audit_names(uuid[]), audit_anchor_add(uuid, bigint, bytea, timestamptz, bytea, bytea)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  audit_append(uuid, boolean, text, text, text, text, jsonb, jsonb),
  audit_names(uuid[]), audit_anchor_add(uuid, bigint, bytea, timestamptz, bytea, bytea)
  TO portal_app;

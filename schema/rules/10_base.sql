-- Refusals and evidence. Re-created at every migration; safe to run again.

-- Every refusal of a rule: SQLSTATE VK<status>, MESSAGE for people, HINT the problem type, DETAIL members to add.
CREATE OR REPLACE FUNCTION refuse(status integer, type text, message text, extra jsonb DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'VK' || status, MESSAGE = message, HINT = type, DETAIL = coalesce(extra::text, '');
END $$;
COMMENT ON FUNCTION refuse IS 'Raises a refusal: HTTP status 403, 404, 409, 412 or 428, problem type, text, members';

-- A wrong field: pointer as in problem+json.
CREATE OR REPLACE FUNCTION refuse_field(pointer text, message text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'VK422', MESSAGE = message, HINT = pointer, DETAIL = '';
END $$;
COMMENT ON FUNCTION refuse_field IS 'Raises 422 for one field';

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'VK409', HINT = 'append-only', DETAIL = '',
		MESSAGE = format('%s is append-only: rows are never changed or deleted', TG_TABLE_NAME);
END $$;
COMMENT ON FUNCTION refuse_change IS 'Trigger of append-only tables';

-- RFC 3339 text of an instant, as the API writes it.
CREATE OR REPLACE FUNCTION instant_text(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$;
COMMENT ON FUNCTION instant_text IS 'YYYY-MM-DDTHH:MM:SSZ';

-- {"id","name"} or null.
CREATE OR REPLACE FUNCTION ref_json(id bigint, name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN id IS NULL THEN NULL ELSE jsonb_build_object('id', id, 'name', name) END $$;
COMMENT ON FUNCTION ref_json IS 'Reference in an answer';

-- One field of an event's canonical form: "<bytes>:<text>;", "~;" for NULL. Lengths make the form unambiguous.
-- The cast keeps every part immutable: only then is the function inlined, which made an event's hash eight times cheaper.
CREATE OR REPLACE FUNCTION evidence_field(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN value IS NULL THEN '~;' ELSE octet_length(value)::text || ':' || value || ';' END $$;
COMMENT ON FUNCTION evidence_field IS 'A field of the canonical form that is hashed';

-- SHA-256(previous hash ‖ fields: subject_id, seq, type, occurred (epoch s), recorded (epoch s), actor, role or party, visibility, body, data).
-- The same is computed by vakhta audit verify in C from the rows.
CREATE OR REPLACE FUNCTION event_digest(previous bytea, subject_id text, seq integer, type text, occurred_at timestamptz,
	recorded_at timestamptz, actor_id bigint, role text, visibility text, body text, data jsonb) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
	RETURN sha256(previous || convert_to(
		evidence_field(subject_id) || evidence_field(seq::text) || evidence_field(type)
		|| evidence_field(extract(epoch FROM occurred_at)::bigint::text) || evidence_field(extract(epoch FROM recorded_at)::bigint::text)
		|| evidence_field(actor_id::text) || evidence_field(role) || evidence_field(visibility)
		|| evidence_field(body) || evidence_field(data::text), 'UTF8'));
END $$;
COMMENT ON FUNCTION event_digest IS 'Hash of an event over the hash before it (32 zero bytes before the first)';

CREATE OR REPLACE FUNCTION ticket_event_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	chain ticket_chain;
BEGIN
	SELECT * INTO chain FROM ticket_chain WHERE ticket_id = NEW.ticket_id FOR UPDATE;
	NEW.seq := coalesce(chain.seq, 0) + 1;
	NEW.xid := pg_current_xact_id();
	NEW.hash := event_digest(coalesce(chain.head, decode(repeat('00', 32), 'hex')), 'ticket:' || NEW.ticket_id, NEW.seq, NEW.type::text,
		NEW.occurred_at, NEW.recorded_at, NEW.actor_id, NEW.actor_role::text, NEW.visibility::text, NEW.body, NEW.data);
	IF chain.ticket_id IS NULL THEN
		INSERT INTO ticket_chain (ticket_id, seq, head) VALUES (NEW.ticket_id, NEW.seq, NEW.hash);
	ELSE
		UPDATE ticket_chain SET seq = NEW.seq, head = NEW.hash WHERE ticket_id = NEW.ticket_id;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ticket_event_chain IS 'Numbers and hashes an event of a ticket; runs as the owner, so that the runtime role needs no right on the chains';

CREATE OR REPLACE FUNCTION case_event_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	chain case_chain;
BEGIN
	SELECT * INTO chain FROM case_chain WHERE case_id = NEW.case_id FOR UPDATE;
	NEW.seq := coalesce(chain.seq, 0) + 1;
	NEW.xid := pg_current_xact_id();
	NEW.hash := event_digest(coalesce(chain.head, decode(repeat('00', 32), 'hex')), 'case:' || NEW.case_id, NEW.seq, NEW.type::text,
		NEW.occurred_at, NEW.recorded_at, NEW.actor_id, NEW.party::text, NULL, NEW.body, NEW.data);
	IF chain.case_id IS NULL THEN
		INSERT INTO case_chain (case_id, seq, head) VALUES (NEW.case_id, NEW.seq, NEW.hash);
	ELSE
		UPDATE case_chain SET seq = NEW.seq, head = NEW.hash WHERE case_id = NEW.case_id;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION case_event_chain IS 'Numbers and hashes an event of a case';

CREATE OR REPLACE TRIGGER ticket_event_chain BEFORE INSERT ON ticket_event FOR EACH ROW EXECUTE FUNCTION ticket_event_chain();
CREATE OR REPLACE TRIGGER case_event_chain BEFORE INSERT ON case_event FOR EACH ROW EXECUTE FUNCTION case_event_chain();
CREATE OR REPLACE TRIGGER ticket_event_append_only BEFORE UPDATE OR DELETE ON ticket_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE ON case_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_version_append_only BEFORE UPDATE OR DELETE ON ci_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER calendar_version_append_only BEFORE UPDATE OR DELETE ON calendar_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ticket_event_no_truncate BEFORE TRUNCATE ON ticket_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER case_event_no_truncate BEFORE TRUNCATE ON case_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_version_no_truncate BEFORE TRUNCATE ON ci_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER calendar_version_no_truncate BEFORE TRUNCATE ON calendar_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Ownership: a period is closed once and never edited; a new one begins exactly where the last ended.
CREATE OR REPLACE FUNCTION ownership_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	ended timestamptz;
BEGIN
	IF TG_OP = 'INSERT' THEN
		SELECT max(upper(period)) INTO ended FROM ownership WHERE ticket_id = NEW.ticket_id;
		IF ended IS NOT NULL AND ended <> lower(NEW.period) THEN
			RAISE EXCEPTION USING ERRCODE = 'VK409', HINT = 'ownership-gap', DETAIL = '',
				MESSAGE = 'periods of ownership must touch without gap or overlap';
		END IF;
		RETURN NEW;
	END IF;
	IF TG_OP = 'UPDATE' AND upper_inf(OLD.period) AND NOT upper_inf(NEW.period) AND lower(NEW.period) = lower(OLD.period)
		AND (NEW.id, NEW.ticket_id, NEW.person_id) = (OLD.id, OLD.ticket_id, OLD.person_id)
		AND NEW.handover_id IS NOT DISTINCT FROM OLD.handover_id THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'VK409', HINT = 'append-only', DETAIL = '',
		MESSAGE = 'a period of ownership can only be closed, once';
END $$;
COMMENT ON FUNCTION ownership_guard IS 'Keeps periods of ownership gapless and closed once';
CREATE OR REPLACE TRIGGER ownership_guard BEFORE INSERT OR UPDATE OR DELETE ON ownership FOR EACH ROW EXECUTE FUNCTION ownership_guard();

-- The owner on the ticket is the one of the open period: checked at commit, whoever writes.
CREATE OR REPLACE FUNCTION ticket_owner_agrees() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	subject_id bigint;
	on_ticket bigint;
	in_period bigint;
BEGIN
	IF TG_TABLE_NAME = 'ticket' THEN
		subject_id := NEW.id;
	ELSE
		subject_id := NEW.ticket_id;
	END IF;
	SELECT t.owner_id, (SELECT o.person_id FROM ownership o WHERE o.ticket_id = t.id AND upper_inf(o.period)) INTO on_ticket, in_period
	FROM ticket t WHERE t.id = subject_id;
	IF on_ticket IS DISTINCT FROM in_period THEN
		RAISE EXCEPTION USING ERRCODE = 'VK409', HINT = 'owner-disagrees', DETAIL = '',
			MESSAGE = format('ticket %s: the owner and the open period of ownership differ', subject_id);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ticket_owner_agrees IS 'Deferred check: ticket.owner_id is the person of the open period';
DROP TRIGGER IF EXISTS ticket_owner_agrees ON ticket;
DROP TRIGGER IF EXISTS ownership_agrees ON ownership;
CREATE CONSTRAINT TRIGGER ticket_owner_agrees AFTER INSERT OR UPDATE OF owner_id ON ticket DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION ticket_owner_agrees();
CREATE CONSTRAINT TRIGGER ownership_agrees AFTER INSERT OR UPDATE ON ownership DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION ticket_owner_agrees();

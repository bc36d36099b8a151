-- The record of what was agreed: at the end of each transaction that touched a contract or an edition, its state becomes an event of the
-- contract's chain, whoever wrote it and by whatever way. vakhta audit verify compares the last event with the rows and names what differs.

CREATE OR REPLACE TRIGGER contract_event_append_only BEFORE UPDATE OR DELETE ON contract_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER contract_event_no_truncate BEFORE TRUNCATE ON contract_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION contract_record_head(wanted bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('number', k.number, 'name', k.name, 'supplier', k.supplier_id, 'valid_from', k.valid_from, 'valid_to', k.valid_to)
	FROM contract k WHERE k.id = wanted
$$;
COMMENT ON FUNCTION contract_record_head IS 'A contract without its editions as the record keeps it; NULL: there is none';

CREATE OR REPLACE FUNCTION contract_record_edition(wanted bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('edition', t.version, 'valid_from', lower(t.valid), 'valid_to', upper(t.valid), 'price', t.price, 'currency', t.currency,
			'price_period', t.price_period, 'calendar', t.calendar_id, 'pause_limit_s', t.pause_limit_s, 'credit_cap_pct', t.credit_cap_pct,
			'automatic_acknowledges', t.automatic_acknowledges, 'note', t.note, 'created_at', extract(epoch FROM t.created_at)::bigint,
			'created_by', t.created_by)
		|| coalesce((SELECT jsonb_object_agg(f.key, f.value) FROM (
			SELECT format('target %s %s', x.priority, x.metric) AS key, jsonb_build_object('target_s', x.target_s, 'goal_pct', x.goal_pct) AS value
			FROM contract_target x WHERE x.terms_id = t.id
			UNION ALL
			SELECT format('credit %s below %s', x.metric, x.below_pct), to_jsonb(x.credit_pct) FROM contract_credit x WHERE x.terms_id = t.id
			UNION ALL
			SELECT CASE WHEN x.ci_id IS NOT NULL THEN format('covers CI %s', x.ci_id) ELSE format('covers class %s %s', x.class_id, coalesce(x.filter, '{}')) END,
				'true'::jsonb
			FROM contract_coverage x WHERE x.terms_id = t.id
			UNION ALL
			SELECT format('pause reason %s', x.key), jsonb_build_object('en', x.name_en, 'ru', x.name_ru, 'waits_for', x.waits_for, 'position', x.position)
			FROM contract_pause_reason x WHERE x.terms_id = t.id
			UNION ALL
			SELECT format('step %s %s', x.at_pct, x.role), to_jsonb(x.position) FROM contract_escalation_step x WHERE x.terms_id = t.id) f), '{}')
	FROM contract_terms t WHERE t.id = wanted
$$;
COMMENT ON FUNCTION contract_record_edition IS 'An edition with all its parts as the record keeps it, a key for each fact; NULL: there is none';

-- Only what differs from the last record of the same thing becomes an event. Runs as the owner: the runtime role cannot write the record otherwise.
CREATE OR REPLACE FUNCTION contract_record(of_contract bigint, of_terms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	chain contract_chain;
	last contract_event;
	made contract_event;
	facts jsonb := CASE WHEN of_terms IS NULL THEN contract_record_head(of_contract) ELSE contract_record_edition(of_terms) END;
BEGIN
	SELECT * INTO chain FROM contract_chain c WHERE c.contract_id = of_contract FOR UPDATE;
	SELECT * INTO last FROM contract_event e WHERE e.contract_id = of_contract AND e.terms_id IS NOT DISTINCT FROM of_terms ORDER BY e.seq DESC LIMIT 1;
	IF facts IS NULL AND (of_terms IS NULL OR last.seq IS NULL OR last.type = 'edition_removed') THEN
		RETURN;
	ELSIF facts = last.data THEN
		RETURN;
	END IF;
	made.contract_id := of_contract;
	made.seq := coalesce(chain.seq, 0) + 1;
	made.type := CASE WHEN of_terms IS NULL THEN 'contract' WHEN facts IS NULL THEN 'edition_removed' ELSE 'edition' END;
	made.terms_id := of_terms;
	made.recorded_at := transaction_timestamp();
	made.actor_id := (facts ->> 'created_by')::bigint;
	made.data := coalesce(facts, jsonb_build_object('edition', last.data -> 'edition'));
	made.xid := pg_current_xact_id();
	made.hash := event_digest(coalesce(chain.head, decode(repeat('00', 32), 'hex')), 'contract:' || of_contract, made.seq, made.type, made.recorded_at,
		made.recorded_at, made.actor_id, made.terms_id::text, NULL, NULL, made.data);
	INSERT INTO contract_event VALUES (made.*);
	INSERT INTO contract_chain VALUES (of_contract, made.seq, made.hash) ON CONFLICT (contract_id) DO UPDATE SET seq = made.seq, head = made.hash;
END $$;
COMMENT ON FUNCTION contract_record IS 'Writes what a contract (terms NULL) or one of its editions is now into its record';

CREATE OR REPLACE FUNCTION contract_record_contract() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM contract_record(NEW.id, NULL);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION contract_record_contract IS 'Deferred: records a contract at the end of the transaction';

CREATE OR REPLACE FUNCTION contract_record_terms() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		PERFORM contract_record(OLD.contract_id, OLD.id);
	ELSE
		PERFORM contract_record(NEW.contract_id, NEW.id);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION contract_record_terms IS 'Deferred: records an edition at the end of the transaction';

CREATE OR REPLACE FUNCTION contract_record_part() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	of_terms bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.terms_id ELSE NEW.terms_id END;
	of_contract bigint;
BEGIN
	SELECT t.contract_id INTO of_contract FROM contract_terms t WHERE t.id = of_terms;
	IF of_contract IS NOT NULL THEN
		PERFORM contract_record(of_contract, of_terms);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION contract_record_part IS 'Deferred: records the edition of a target, credit, coverage, reason or step';

DROP TRIGGER IF EXISTS contract_record ON contract;
CREATE CONSTRAINT TRIGGER contract_record AFTER INSERT OR UPDATE ON contract DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION contract_record_contract();
DROP TRIGGER IF EXISTS contract_record ON contract_terms;
CREATE CONSTRAINT TRIGGER contract_record AFTER INSERT OR UPDATE OR DELETE ON contract_terms DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION contract_record_terms();
DO $$
DECLARE
	part text;
BEGIN
	FOREACH part IN ARRAY ARRAY['contract_target', 'contract_credit', 'contract_coverage', 'contract_pause_reason', 'contract_escalation_step'] LOOP
		EXECUTE format('DROP TRIGGER IF EXISTS contract_record ON %I', part);
		EXECUTE format('CREATE CONSTRAINT TRIGGER contract_record AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED '
			'FOR EACH ROW EXECUTE FUNCTION contract_record_part()', part);
	END LOOP;
END $$;

-- Where the rows and the last record differ: what an editor in SQL leaves behind. The edition is NULL for the contract itself.
CREATE OR REPLACE FUNCTION contract_record_differences() RETURNS TABLE (number text, edition text, fact text, recorded text, found_now text)
LANGUAGE sql STABLE AS $$
	WITH recorded AS (
		SELECT DISTINCT ON (e.contract_id, e.terms_id) e.contract_id, e.terms_id, e.type, e.data FROM contract_event e
		ORDER BY e.contract_id, e.terms_id, e.seq DESC
	), present AS (
		SELECT k.id AS contract_id, NULL::bigint AS terms_id, contract_record_head(k.id) AS data FROM contract k
		UNION ALL
		SELECT t.contract_id, t.id, contract_record_edition(t.id) FROM contract_terms t
	), both_sides AS (
		SELECT coalesce(r.contract_id, p.contract_id) AS contract_id, coalesce(r.terms_id, p.terms_id) AS terms_id,
			CASE WHEN r.type <> 'edition_removed' THEN r.data END AS was, p.data AS is_now, coalesce(r.data, p.data) ->> 'edition' AS edition
		FROM recorded r FULL JOIN present p ON p.contract_id = r.contract_id AND coalesce(p.terms_id, 0) = coalesce(r.terms_id, 0)
	)
	SELECT coalesce(k.number, 'contract:' || b.contract_id), b.edition, f.key, f.was, f.is_now
	FROM both_sides b LEFT JOIN contract k ON k.id = b.contract_id
	CROSS JOIN LATERAL (
		SELECT coalesce(w.key, n.key) AS key, w.value::text AS was, n.value::text AS is_now
		FROM jsonb_each(b.was) w FULL JOIN jsonb_each(b.is_now) n ON n.key = w.key
		WHERE b.was IS NOT NULL AND b.is_now IS NOT NULL AND w.value IS DISTINCT FROM n.value
		UNION ALL
		SELECT NULL, CASE WHEN b.was IS NOT NULL THEN 'there' END, CASE WHEN b.is_now IS NOT NULL THEN 'there' END
		WHERE (b.was IS NULL) <> (b.is_now IS NULL)) f
	ORDER BY 1, b.terms_id NULLS FIRST, 3
$$;
COMMENT ON FUNCTION contract_record_differences IS 'Facts of contracts and editions that differ from their record; without a fact: the whole is missing in one of them';

-- Contracts that were there before the record began.
DO $$
DECLARE
	k record;
BEGIN
	IF NOT EXISTS (SELECT FROM contract_event) THEN
		FOR k IN SELECT c.id AS contract_id, NULL::bigint AS terms_id FROM contract c UNION ALL SELECT t.contract_id, t.id FROM contract_terms t
			ORDER BY 1, 2 NULLS FIRST LOOP
			PERFORM contract_record(k.contract_id, k.terms_id);
		END LOOP;
	END IF;
END $$;

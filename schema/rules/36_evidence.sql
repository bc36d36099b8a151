-- Evidence on attributes: a computation a day, in steps that each take seconds, so that it can be stopped and goes on where it was:
-- evidence_open, evidence_reach (incidents of each CI), evidence_class for every class, evidence_close. Everything is computed anew from
-- history, so that what was entered late counts too. The arithmetic of judging (intervals, proposals) is C: cmdb/evidence.

CREATE OR REPLACE TRIGGER attribute_decision_append_only BEFORE UPDATE OR DELETE ON attribute_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER attribute_decision_no_truncate BEFORE TRUNCATE ON attribute_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_confirmation_append_only BEFORE UPDATE OR DELETE ON ci_confirmation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER ci_confirmation_no_truncate BEFORE TRUNCATE ON ci_confirmation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Review period of CIs of a class: its own, or that of the nearest class above that has one; NULL: none.
CREATE OR REPLACE FUNCTION class_review_days(of_class bigint) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT k.review_days FROM ci_class c JOIN ci_class k ON k.id = ANY (c.lineage) AND k.review_days IS NOT NULL
		WHERE c.id = of_class ORDER BY cardinality(k.lineage) DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION class_review_days IS 'Days after which CIs of a class should be confirmed';

-- The day's computation: begun, unless it was; NULL when it is finished. Held until the end of the transaction, so that one node works at a time.
DROP FUNCTION IF EXISTS evidence_open;
CREATE FUNCTION evidence_open(today date, now_at timestamptz) RETURNS cmdb_evidence_run
LANGUAGE plpgsql AS $$
DECLARE
	run cmdb_evidence_run;
BEGIN
	IF NOT pg_try_advisory_xact_lock(4809542) THEN
		RETURN NULL;
	END IF;
	INSERT INTO cmdb_evidence_run (day, at, rule) SELECT today, now_at, to_jsonb(r) - 'one' FROM cmdb_review_rule r ON CONFLICT DO NOTHING;
	SELECT * INTO run FROM cmdb_evidence_run WHERE day = today AND finished_at IS NULL;
	RETURN run;
END $$;
COMMENT ON FUNCTION evidence_open IS 'Begins or goes on with the computation of a day; NULL: another node works on it, or it is done';

-- Incidents of each CI: from the CIs of a ticket down to what they depended on when it was opened. What has more than 200 relations to go
-- down (a site of which everything is a part) says nothing about one of them and is not followed. Trouble that goes on is one episode.
CREATE OR REPLACE FUNCTION evidence_reach(of_day date) RETURNS bigint
LANGUAGE plpgsql SET jit = off AS $$
#variable_conflict use_column
DECLARE
	run cmdb_evidence_run;
	since timestamptz;
	span interval;
	deep integer;
	n bigint;
BEGIN
	SELECT * INTO STRICT run FROM cmdb_evidence_run WHERE day = of_day;
	since := run.at - make_interval(days => (run.rule ->> 'history_days')::integer);
	span := make_interval(days => (run.rule ->> 'window_days')::integer);
	deep := (run.rule ->> 'reach_depth')::integer;
	DELETE FROM cmdb_hit;
	WITH RECURSIVE incident AS MATERIALIZED (
		SELECT t.id, t.opened_at AS at, least(coalesce(t.resolved_at, t.closed_at, run.at), t.opened_at + span) AS until, t.service_id
		FROM ticket t WHERE t.kind = 'incident' AND t.status <> 'cancelled' AND t.opened_at >= since AND t.opened_at < run.at),
	start AS (
		SELECT i.id AS ticket_id, l.ci_id, i.at, i.until FROM incident i JOIN ticket_ci l ON l.ticket_id = i.id AND l.role IN ('affected', 'cause')
		UNION
		SELECT i.id, i.service_id, i.at, i.until FROM incident i WHERE i.service_id IS NOT NULL
			AND NOT EXISTS (SELECT FROM ticket_ci l WHERE l.ticket_id = i.id AND l.role IN ('affected', 'cause'))),
	reach (ticket_id, ci_id, at, until, depth) AS (
		SELECT s.ticket_id, s.ci_id, s.at, s.until, 0 FROM start s
		UNION
		SELECT r.ticket_id, n.next_id, r.at, r.at, r.depth + 1
		FROM reach r CROSS JOIN LATERAL (
			SELECT unnest(z.ids) AS next_id FROM (SELECT array_agg(q.next_id) AS ids FROM (
				SELECT l.target_id AS next_id FROM ci_relation l JOIN relation_type y ON y.name = l.type AND y.impact IN ('to_source', 'both')
				WHERE l.source_id = r.ci_id AND l.valid_from <= r.at AND (l.valid_to IS NULL OR l.valid_to > r.at)
				UNION ALL
				SELECT l.source_id FROM ci_relation l JOIN relation_type y ON y.name = l.type AND y.impact IN ('to_target', 'both')
				WHERE l.target_id = r.ci_id AND l.valid_from <= r.at AND (l.valid_to IS NULL OR l.valid_to > r.at)
				LIMIT 201) q) z
			WHERE cardinality(z.ids) <= 200) n
		WHERE r.depth < deep),
	nearest AS (SELECT DISTINCT ON (ci_id, ticket_id) ci_id, ticket_id, at, until, depth FROM reach ORDER BY ci_id, ticket_id, depth)
	INSERT INTO cmdb_hit (ci_id, ticket_id, at, until, depth, episode)
	SELECT h.ci_id, h.ticket_id, h.at, greatest(h.until, h.at), h.depth,
		coalesce(h.at > lag(h.at) OVER (PARTITION BY h.ci_id ORDER BY h.at, h.ticket_id) + interval '24 hours', true)
	FROM nearest h;
	GET DIAGNOSTICS n = ROW_COUNT;
	UPDATE cmdb_evidence_run SET reached_at = clock_timestamp() WHERE day = of_day;
	RETURN n;
END $$;
COMMENT ON FUNCTION evidence_reach IS 'Makes cmdb_hit for a computation; returns its rows';

-- Names of the fields as sources speak of them (ci_claim.field).
CREATE OR REPLACE FUNCTION attribute_field(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '/attributes/' || name $$;
COMMENT ON FUNCTION attribute_field IS 'Pointer of an attribute, as in claims and errors';

-- All about the CIs of one class: a row of evidence for each attribute, a row of health for each owner. One pass over versions, one over
-- values. Chance: each CI by itself has `episodes` in its time; if changes and trouble knew nothing of each other, the share of its time
-- that lies within the window after one of its changes would be the share of its episodes there. So a CI that fails often and changes
-- often is compared with itself alone, and one that never changes says nothing.
CREATE OR REPLACE FUNCTION evidence_class(of_day date, of_class bigint) RETURNS bigint
LANGUAGE plpgsql SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
	run cmdb_evidence_run;
	now_at timestamptz;
	since timestamptz;
	look_from timestamptz;
	agree_from timestamptz;
	span interval;
	window_s double precision;
	batch_from bigint;
	whole_days integer := class_review_days(of_class);
	live_count bigint;
BEGIN
	SELECT * INTO STRICT run FROM cmdb_evidence_run WHERE day = of_day;
	now_at := run.at;
	since := now_at - make_interval(days => (run.rule ->> 'history_days')::integer);
	agree_from := now_at - make_interval(days => (run.rule ->> 'agree_days')::integer);
	span := make_interval(days => (run.rule ->> 'window_days')::integer);
	window_s := extract(epoch FROM span);
	SELECT count(*) INTO live_count FROM ci WHERE class_id = of_class AND phase <> 'ended';
	batch_from := least((run.rule ->> 'batch_max')::bigint, greatest((run.rule ->> 'batch_min')::bigint, ceil(live_count * (run.rule ->> 'batch_share_pct')::numeric / 100)::bigint));
	SELECT least(since, now_at - make_interval(days => coalesce(max(a.review_days), 0))) INTO look_from
	FROM ci_class k JOIN ci_attribute a ON a.class_id = ANY (k.lineage) AND NOT a.retired WHERE k.id = of_class;

	WITH attr AS MATERIALIZED (
		SELECT a.id, a.name, a.review_days, a.required OR (a.review_days IS NOT NULL AND 2 * (SELECT count(*) FROM ci c
			WHERE c.class_id = of_class AND c.phase <> 'ended' AND jsonb_exists(c.attributes, a.name)) >= greatest(live_count, 1)) AS wanted
		FROM ci_class k JOIN ci_attribute a ON a.class_id = ANY (k.lineage) WHERE k.id = of_class AND NOT a.retired),
	item AS MATERIALIZED (
		SELECT c.id, c.attributes, c.owner_id, c.created_at, c.phase <> 'ended' AS live,
			greatest(c.created_at, since) AS lived_from, least(CASE WHEN c.phase = 'ended' THEN c.updated_at END, now_at) AS lived_to
		FROM ci c WHERE c.class_id = of_class AND c.created_at < now_at AND (c.phase <> 'ended' OR c.updated_at > since)),
	change AS MATERIALIZED (
		SELECT v.ci_id, a.id AS attribute_id, v.changed_at AS at, v.source, v.actor_id, v.ticket_id, p.attributes -> a.name AS was, v.attributes -> a.name AS becomes
		FROM item i JOIN ci_version v ON v.ci_id = i.id AND v.changed_at > look_from AND v.changed_at <= now_at AND v.version > 1
		JOIN ci_version p ON p.ci_id = v.ci_id AND p.version = v.version - 1 AND p.attributes IS DISTINCT FROM v.attributes
		JOIN attr a ON (p.attributes -> a.name) IS DISTINCT FROM (v.attributes -> a.name)),
	batch AS (
		SELECT attribute_id, source, actor_id, date_trunc('hour', at) AS hour FROM change WHERE was IS NOT NULL AND at >= since
		GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT ci_id) >= batch_from),
	judged AS MATERIALIZED (
		SELECT c.ci_id, c.attribute_id, c.at, c.was, c.becomes, b.hour IS NOT NULL AS batch,
			b.hour IS NULL AND (EXISTS (SELECT FROM ticket t WHERE t.id = c.ticket_id AND t.kind = 'incident')
				OR EXISTS (SELECT FROM cmdb_hit h WHERE h.ci_id = c.ci_id AND h.depth = 0 AND h.at <= c.at AND c.at < h.until)) AS answer
		FROM change c LEFT JOIN batch b ON (b.attribute_id, b.hour, b.source) = (c.attribute_id, date_trunc('hour', c.at), c.source)
			AND b.actor_id IS NOT DISTINCT FROM c.actor_id
		WHERE c.was IS NOT NULL AND c.at >= since),
	own AS MATERIALIZED (
		SELECT j.ci_id, j.attribute_id, j.at, j.was, j.becomes, i.lived_from, i.lived_to,
			least(lead(j.at, 1, i.lived_to) OVER (PARTITION BY j.ci_id, j.attribute_id ORDER BY j.at), j.at + span, i.lived_to) AS until
		FROM judged j JOIN item i ON i.id = j.ci_id WHERE NOT j.batch AND NOT j.answer),
	trouble AS MATERIALIZED (
		SELECT h.ci_id, h.at, h.ticket_id FROM item i JOIN cmdb_hit h ON h.ci_id = i.id AND h.episode AND h.at > i.lived_from AND h.at <= i.lived_to
		WHERE i.id IN (SELECT o.ci_id FROM own o)),
	episodes AS (SELECT ci_id, count(*) AS n FROM trouble GROUP BY ci_id),
	exposed AS (
		SELECT o.attribute_id, o.ci_id, sum(greatest(extract(epoch FROM o.until - o.at)::double precision, 0)) AS s,
			extract(epoch FROM o.lived_to - o.lived_from)::double precision AS lived_s
		FROM own o GROUP BY o.attribute_id, o.ci_id, o.lived_from, o.lived_to),
	chance AS (
		SELECT x.attribute_id, count(*) AS changed_cis, sum(x.s) / 86400 AS exposed_days, coalesce(sum(e.n), 0)::bigint AS episodes,
			coalesce(sum(CASE WHEN x.lived_s > 0 THEN e.n * least(x.s / x.lived_s, 1) END), 0) AS expected
		FROM exposed x LEFT JOIN episodes e ON e.ci_id = x.ci_id GROUP BY x.attribute_id),
	met AS MATERIALIZED (
		SELECT DISTINCT ON (o.attribute_id, t.ci_id, t.ticket_id) o.attribute_id, t.ci_id, t.ticket_id, t.at, o.at AS changed_at, o.was, o.becomes
		FROM trouble t JOIN own o ON o.ci_id = t.ci_id AND o.at < t.at AND o.at >= t.at - span
		ORDER BY o.attribute_id, t.ci_id, t.ticket_id, o.at DESC),
	observed AS (
		SELECT m.attribute_id, count(*) AS n, count(DISTINCT m.ci_id) AS cis FROM met m GROUP BY m.attribute_id),
	shown AS (
		SELECT z.attribute_id, jsonb_agg(jsonb_build_object('ci', ref_json(c.id, c.name), 'changed_at', instant_text(z.changed_at), 'old', z.was, 'new', z.becomes,
			'ticket', t.number, 'opened_at', instant_text(z.at)) ORDER BY z.at DESC, z.ci_id) AS list
		FROM (SELECT m.*, row_number() OVER (PARTITION BY m.attribute_id ORDER BY m.at DESC, m.ci_id, m.ticket_id) AS place
			FROM met m JOIN ticket q ON q.id = m.ticket_id AND q.restricted_team_id IS NULL) z
		JOIN ci c ON c.id = z.ci_id JOIN ticket t ON t.id = z.ticket_id WHERE z.place <= 10 GROUP BY z.attribute_id),
	said AS MATERIALIZED (
		SELECT l.ci_id, a.id AS attribute_id, l.source, l.value, l.at, (l.value = i.attributes -> a.name) IS TRUE AS agrees
		FROM item i JOIN ci_claim l ON l.ci_id = i.id JOIN attr a ON attribute_field(a.name) = l.field WHERE i.live),
	claimed AS MATERIALIZED (
		SELECT s.ci_id, s.attribute_id, count(DISTINCT s.value) > 1 AS differ, max(s.at) AS at
		FROM said s WHERE s.at >= agree_from GROUP BY s.ci_id, s.attribute_id HAVING count(DISTINCT s.source) > 1),
	contradicted AS (
		SELECT z.attribute_id, jsonb_agg(jsonb_build_object('ci', ref_json(c.id, c.name), 'said', (
				SELECT jsonb_agg(jsonb_build_object('source', s.source, 'value', s.value, 'at', instant_text(s.at)) ORDER BY s.at DESC, s.source)
				FROM said s WHERE s.ci_id = z.ci_id AND s.attribute_id = z.attribute_id AND s.at >= agree_from)) ORDER BY z.at DESC, z.ci_id) AS list
		FROM (SELECT l.*, row_number() OVER (PARTITION BY l.attribute_id ORDER BY l.at DESC, l.ci_id) AS place FROM claimed l WHERE l.differ) z
		JOIN ci c ON c.id = z.ci_id WHERE z.place <= 5 GROUP BY z.attribute_id),
	confirmed AS MATERIALIZED (
		SELECT f.ci_id, f.attribute_id, max(f.at) AS at FROM item i JOIN ci_confirmation f ON f.ci_id = i.id AND f.at <= now_at GROUP BY 1, 2),
	value AS MATERIALIZED (
		SELECT i.id AS ci_id, a.id AS attribute_id, a.wanted, hashtextextended((i.attributes -> a.name)::text, 0) AS hash,
			CASE WHEN a.review_days IS NOT NULL THEN z.checked_at >= now_at - make_interval(days => a.review_days) END AS fresh,
			(extract(epoch FROM now_at - z.checked_at) / 86400)::integer AS age_d
		FROM item i JOIN attr a ON jsonb_exists(i.attributes, a.name)
		LEFT JOIN (SELECT ci_id, attribute_id, max(at) AS at FROM change WHERE becomes IS NOT NULL GROUP BY 1, 2) g ON (g.ci_id, g.attribute_id) = (i.id, a.id)
		LEFT JOIN confirmed w ON w.ci_id = i.id AND w.attribute_id IS NULL
		LEFT JOIN confirmed f ON f.ci_id = i.id AND f.attribute_id = a.id
		LEFT JOIN (SELECT ci_id, attribute_id, max(at) AS at FROM said WHERE agrees GROUP BY 1, 2) s ON (s.ci_id, s.attribute_id) = (i.id, a.id)
		-- A value that did not change since it is looked at was set when the CI came, or before.
		CROSS JOIN LATERAL (SELECT greatest(g.at, w.at, f.at, s.at, CASE WHEN g.at IS NULL THEN CASE WHEN i.created_at > look_from THEN i.created_at ELSE look_from - interval '1 second' END END) AS checked_at) z
		WHERE i.live),
	found AS (
		SELECT v.attribute_id, count(*) AS filled, count(v.fresh) AS reviewed, count(*) FILTER (WHERE v.fresh) AS fresh,
			percentile_disc(0.5) WITHIN GROUP (ORDER BY v.age_d) AS age_median_d, count(DISTINCT v.hash) AS distinct_count
		FROM value v GROUP BY v.attribute_id),
	counted AS (
		SELECT j.attribute_id, count(*) AS changes, count(*) FILTER (WHERE j.batch) AS batch_changes, count(*) FILTER (WHERE j.answer) AS answer_changes
		FROM judged j GROUP BY j.attribute_id),
	filling AS (SELECT attribute_id, count(*) AS fills FROM change WHERE was IS NULL AND at >= since GROUP BY attribute_id),
	claims AS (SELECT attribute_id, count(*) AS claimed, count(*) FILTER (WHERE differ) AS disagreed FROM claimed GROUP BY attribute_id),
	per_attribute AS (
		INSERT INTO attribute_evidence (day, attribute_id, class_id, cis, filled, reviewed, fresh, age_median_d, distinct_count, changes, fills, batch_changes,
			answer_changes, changed_cis, ci_days, exposed_days, episodes, expected, observed, observed_cis, claimed, disagreed, examples)
		SELECT of_day, a.id, of_class, live_count, coalesce(f.filled, 0), coalesce(f.reviewed, 0), coalesce(f.fresh, 0), f.age_median_d, coalesce(f.distinct_count, 0),
			coalesce(j.changes, 0), coalesce(g.fills, 0), coalesce(j.batch_changes, 0), coalesce(j.answer_changes, 0), coalesce(x.changed_cis, 0),
			coalesce((SELECT sum(extract(epoch FROM i.lived_to - i.lived_from)) / 86400 FROM item i), 0), coalesce(x.exposed_days, 0), coalesce(x.episodes, 0),
			coalesce(x.expected, 0), coalesce(o.n, 0), coalesce(o.cis, 0), coalesce(l.claimed, 0), coalesce(l.disagreed, 0),
			jsonb_build_object('before_incident', coalesce(s.list, '[]'), 'disagreed', coalesce(d.list, '[]'))
		FROM attr a LEFT JOIN found f ON f.attribute_id = a.id LEFT JOIN counted j ON j.attribute_id = a.id LEFT JOIN filling g ON g.attribute_id = a.id
		LEFT JOIN chance x ON x.attribute_id = a.id LEFT JOIN observed o ON o.attribute_id = a.id LEFT JOIN claims l ON l.attribute_id = a.id
		LEFT JOIN shown s ON s.attribute_id = a.id LEFT JOIN contradicted d ON d.attribute_id = a.id),
	ci_values AS (
		SELECT v.ci_id, count(*) FILTER (WHERE v.wanted) AS wanted, bool_or(v.fresh IS NOT NULL) AS reviewed, bool_or(v.fresh IS FALSE) AS stale
		FROM value v GROUP BY v.ci_id),
	ci_claims AS (SELECT ci_id, bool_or(differ) AS differ FROM claimed GROUP BY ci_id),
	judged_ci AS (
		SELECT CASE WHEN p.active THEN i.owner_id END AS owner_id, coalesce(v.wanted, 0) = (SELECT count(*) FROM attr WHERE wanted) AS complete,
			coalesce(v.reviewed, false) OR whole_days IS NOT NULL AS reviewed,
			coalesce(v.stale, false) OR coalesce(greatest(w.at, i.created_at) < now_at - make_interval(days => whole_days), false) AS stale,
			l.differ,
			NOT EXISTS (SELECT FROM ci_relation r WHERE r.source_id = i.id AND r.valid_to IS NULL)
				AND NOT EXISTS (SELECT FROM ci_relation r WHERE r.target_id = i.id AND r.valid_to IS NULL) AS no_relation,
			NOT EXISTS (SELECT FROM ci_user u WHERE u.ci_id = i.id AND u.until IS NULL)
				AND NOT EXISTS (SELECT FROM ticket_ci t WHERE t.ci_id = i.id AND t.added_at >= since)
				AND NOT EXISTS (SELECT FROM ticket t WHERE t.service_id = i.id AND t.opened_at >= since) AS no_use,
			EXISTS (SELECT FROM inventory_agent g WHERE g.ci_id = i.id AND g.stale_since IS NOT NULL) AS silent
		FROM item i LEFT JOIN person p ON p.id = i.owner_id LEFT JOIN ci_values v ON v.ci_id = i.id LEFT JOIN ci_claims l ON l.ci_id = i.id
		LEFT JOIN confirmed w ON w.ci_id = i.id AND w.attribute_id IS NULL
		WHERE i.live)
	INSERT INTO cmdb_health (day, class_id, owner_id, cis, complete, reviewed, fresh, claimed, consistent, no_owner, no_relation, no_use, silent, orphaned, due)
	SELECT of_day, of_class, c.owner_id, count(*), count(*) FILTER (WHERE c.complete), count(*) FILTER (WHERE c.reviewed),
		count(*) FILTER (WHERE c.reviewed AND NOT c.stale), count(c.differ), count(*) FILTER (WHERE NOT c.differ), count(*) FILTER (WHERE c.owner_id IS NULL),
		count(*) FILTER (WHERE c.no_relation), count(*) FILTER (WHERE c.no_use), count(*) FILTER (WHERE c.silent),
		count(*) FILTER (WHERE c.owner_id IS NULL AND c.no_relation AND c.no_use), count(*) FILTER (WHERE c.stale AND c.owner_id IS NOT NULL)
	FROM judged_ci c GROUP BY c.owner_id;

	INSERT INTO cmdb_evidence_step (day, class_id, finished_at) VALUES (of_day, of_class, clock_timestamp());
	RETURN live_count;
END $$;
COMMENT ON FUNCTION evidence_class IS 'Evidence and health of the CIs of one class for a computation; returns how many live';

-- How many different people a sketch holds: -m ln(share of free bits), Whang et al. 1990. A full one holds more than can be told.
CREATE OR REPLACE FUNCTION sketch_people(sketch bit(256)) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN sketch IS NULL THEN 0 ELSE round(-256 * ln((256 - least(bit_count(sketch), 255))::double precision / 256))::integer END
$$;
COMMENT ON FUNCTION sketch_people IS 'Estimated number of different people in attribute_usage.people';

-- The rest: uses, what the program itself needs, and what need not be kept any longer.
DROP FUNCTION IF EXISTS evidence_close;
CREATE FUNCTION evidence_close(of_day date) RETURNS bigint
LANGUAGE plpgsql SET jit = off AS $$
#variable_conflict use_column
DECLARE
	run cmdb_evidence_run;
	from_day date;
	done bigint;
BEGIN
	SELECT * INTO STRICT run FROM cmdb_evidence_run WHERE day = of_day;
	from_day := of_day - (run.rule ->> 'use_days')::integer;
	INSERT INTO attribute_use (day, attribute_id, opened, reads, filters, reports, programs, people, needed_by)
	SELECT of_day, a.id, coalesce(w.opened, 0), coalesce(u.reads, 0), coalesce(u.filters, 0), coalesce(u.reports, 0) + coalesce(w.reports, 0), coalesce(u.programs, 0),
		sketch_people(u.people), evidence_needs(a)
	FROM ci_attribute a JOIN ci_class k ON k.id = a.class_id
	LEFT JOIN LATERAL (
		SELECT sum(x.times) FILTER (WHERE x.kind = 'read' AND NOT x.program) AS reads, sum(x.times) FILTER (WHERE x.kind = 'filter' AND NOT x.program) AS filters,
			sum(x.times) FILTER (WHERE x.kind = 'report') AS reports, sum(x.times) FILTER (WHERE x.kind <> 'report' AND x.program) AS programs, bit_or(x.people) AS people
		FROM attribute_usage x WHERE x.attribute_id = a.id AND x.day > from_day) u ON true
	LEFT JOIN LATERAL (
		SELECT sum(x.times) FILTER (WHERE x.kind = 'read' AND NOT x.program) AS opened, sum(x.times) FILTER (WHERE x.kind = 'report') AS reports
		FROM ci_class b JOIN attribute_usage x ON x.class_id = b.id AND x.day > from_day WHERE b.lineage @> ARRAY[k.id]) w ON true
	WHERE NOT a.retired;
	GET DIAGNOSTICS done = ROW_COUNT;
	DELETE FROM cmdb_health WHERE day < of_day - 35 AND owner_id IS NOT NULL;
	DELETE FROM attribute_usage WHERE day < of_day - 730;
	UPDATE cmdb_evidence_run SET finished_at = clock_timestamp() WHERE day = of_day;
	RETURN done;
END $$;
COMMENT ON FUNCTION evidence_close IS 'Ends a computation; returns how many attributes it was about';

-- What would miss the attribute although nobody looks at it.
CREATE OR REPLACE FUNCTION evidence_needs(a ci_attribute) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN array_remove(ARRAY[
		CASE WHEN a.unique_within THEN 'unique' END,
		CASE WHEN a.name = 'name_ru' THEN 'name' END,
		CASE WHEN EXISTS (SELECT FROM ci_identity i JOIN ci_class k ON k.id = i.class_id JOIN ci_class d ON d.id = a.class_id
			WHERE a.name = ANY (i.keys) AND (k.id = ANY (d.lineage) OR d.id = ANY (k.lineage))) THEN 'identity' END,
		CASE WHEN EXISTS (SELECT FROM ci_class k WHERE a.class_id = ANY (k.lineage) AND k.name_template LIKE '%{' || a.name || '}%') THEN 'template' END
	], NULL);
END $$;
COMMENT ON FUNCTION evidence_needs IS 'unique, identity, template, name: uses of an attribute by the program itself';

-- CIs with one kind of trouble, in the order of ids.
DROP FUNCTION IF EXISTS health_cis;
CREATE FUNCTION health_cis(problem text, of_class bigint, of_owner bigint, after_id bigint, at_most integer, now_at timestamptz)
RETURNS TABLE (ci_id bigint, ci_name text, class_id bigint, class_name text, label_en text, label_ru text, owner_id bigint, owner_name text, place text, updated_at timestamptz)
LANGUAGE plpgsql STABLE SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
	since timestamptz;
	agree_from timestamptz;
	counted date := (SELECT max(day) FROM cmdb_evidence_run WHERE finished_at IS NOT NULL);
BEGIN
	SELECT now_at - make_interval(days => r.history_days), now_at - make_interval(days => r.agree_days) INTO since, agree_from FROM cmdb_review_rule r;
	RETURN QUERY SELECT c.id, c.name, k.id, k.name, k.label_en, k.label_ru, p.id, p.name, c.location, c.updated_at
	FROM ci c JOIN ci_class k ON k.id = c.class_id LEFT JOIN person p ON p.id = c.owner_id
	CROSS JOIN LATERAL (SELECT
		problem IN ('no_owner', 'orphaned') AND p.active IS NOT TRUE AS no_owner,
		problem IN ('no_relation', 'orphaned') AND NOT EXISTS (SELECT FROM ci_relation r WHERE r.source_id = c.id AND r.valid_to IS NULL)
			AND NOT EXISTS (SELECT FROM ci_relation r WHERE r.target_id = c.id AND r.valid_to IS NULL) AS no_relation,
		problem IN ('no_use', 'orphaned') AND NOT EXISTS (SELECT FROM ci_user u WHERE u.ci_id = c.id AND u.until IS NULL)
			AND NOT EXISTS (SELECT FROM ticket_ci t WHERE t.ci_id = c.id AND t.added_at >= since)
			AND NOT EXISTS (SELECT FROM ticket t WHERE t.service_id = c.id AND t.opened_at >= since) AS no_use) z
	WHERE c.phase <> 'ended' AND c.id > coalesce(after_id, 0) AND (of_class IS NULL OR k.lineage @> ARRAY[of_class]) AND (of_owner IS NULL OR c.owner_id = of_owner)
		AND CASE problem
			WHEN 'no_owner' THEN z.no_owner
			WHEN 'no_relation' THEN z.no_relation
			WHEN 'no_use' THEN z.no_use
			WHEN 'orphaned' THEN z.no_owner AND z.no_relation AND z.no_use
			WHEN 'silent' THEN EXISTS (SELECT FROM inventory_agent g WHERE g.ci_id = c.id AND g.stale_since IS NOT NULL)
			WHEN 'incomplete' THEN EXISTS (SELECT FROM ci_attribute a WHERE a.class_id = ANY (k.lineage) AND NOT a.retired AND NOT jsonb_exists(c.attributes, a.name)
				AND (a.required OR (a.review_days IS NOT NULL AND EXISTS (SELECT FROM attribute_evidence e
					WHERE e.day = counted AND e.attribute_id = a.id AND e.class_id = k.id AND 2 * e.filled >= greatest(e.cis, 1)))))
			WHEN 'overdue' THEN ci_is_due(c.id, now_at)
			WHEN 'contradicted' THEN EXISTS (SELECT FROM ci_claim l JOIN ci_attribute a ON attribute_field(a.name) = l.field AND a.class_id = ANY (k.lineage)
				WHERE l.ci_id = c.id AND l.at >= agree_from AND NOT a.retired GROUP BY l.field HAVING count(DISTINCT l.value) > 1) END
	ORDER BY c.id LIMIT at_most;
END $$;
COMMENT ON FUNCTION health_cis IS 'CIs that are incomplete, overdue, contradicted, silent, orphaned, or without owner, relation or use';

-- A decision with what it does: dropping retires the attribute, keeping or watching brings a retired one back.
DROP FUNCTION IF EXISTS attribute_decide;
CREATE FUNCTION attribute_decide(of_attribute bigint, choice text, proposed text, why text, shown jsonb, actor bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	a ci_attribute;
	effect text := 'none';
	made bigint;
BEGIN
	PERFORM cmdb_model_own();
	SELECT * INTO a FROM ci_attribute WHERE id = of_attribute;
	IF NOT FOUND THEN
		PERFORM refuse(404, 'not-found', 'There is no such attribute');
	END IF;
	IF choice = 'drop' AND NOT a.retired THEN
		UPDATE ci_attribute SET retired = true WHERE id = a.id;
		effect := 'retired';
	ELSIF choice <> 'drop' AND a.retired THEN
		UPDATE ci_attribute SET retired = false WHERE id = a.id;
		effect := 'restored';
	END IF;
	INSERT INTO attribute_decision (attribute_id, decision, proposal, reason, evidence, effect, decided_by, decided_at)
	VALUES (a.id, choice, proposed, why, shown, effect, actor, at) RETURNING id INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION attribute_decide IS 'Records a decision about an attribute and carries it out';

DROP FUNCTION IF EXISTS decision_json;
CREATE FUNCTION decision_json(d attribute_decision, tongue text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('id', d.id, 'decision', d.decision, 'proposal', d.proposal, 'reason', d.reason, 'effect', d.effect,
		'attribute', (SELECT jsonb_build_object('id', a.id, 'name', a.name, 'label', CASE tongue WHEN 'ru' THEN a.label_ru ELSE a.label_en END) FROM ci_attribute a WHERE a.id = d.attribute_id),
		'class', (SELECT jsonb_build_object('id', k.id, 'name', k.name, 'label', CASE tongue WHEN 'ru' THEN k.label_ru ELSE k.label_en END) FROM ci_class k
			WHERE k.id = coalesce(d.class_id, (SELECT a.class_id FROM ci_attribute a WHERE a.id = d.attribute_id))),
		'source', d.source, 'column', d.column_name, 'evidence', d.evidence, 'decided_by', person_ref(d.decided_by), 'decided_at', instant_text(d.decided_at));
END $$;
COMMENT ON FUNCTION decision_json IS 'A decision as the API gives it';

-- name: demo_world_people
-- The company's people that work there; $1: their logins.
SELECT p.id, p.login, p.given_name, p.name, p.location, p.zone, p.phone, p.language, p.roles
FROM person p WHERE p.login = ANY ($1::text[]) AND p.active AND p.given_name <> '' AND p.family_name <> '' ORDER BY p.login COLLATE "C";

-- name: demo_world_teams
SELECT t.id, t.key, t.name, t.level, ARRAY(SELECT p.login FROM team_member m JOIN person p ON p.id = m.person_id AND p.active
		WHERE m.team_id = t.id ORDER BY p.login COLLATE "C"),
	(SELECT p.login FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = t.id AND m.lead ORDER BY p.login COLLATE "C" LIMIT 1),
	ola_target(t.id, 1), ola_target(t.id, 2), ola_target(t.id, 3), ola_target(t.id, 4)
FROM team t WHERE t.key = ANY ($1::text[]) ORDER BY t.level, t.id;

-- name: demo_world_items
SELECT c.id, c.external_key, k.name, c.name, c.attributes ->> 'name_ru', c.location,
	(SELECT p.login FROM ci_user u JOIN person p ON p.id = u.person_id WHERE u.ci_id = c.id AND u.until IS NULL ORDER BY p.login COLLATE "C" LIMIT 1)
FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE c.source = 'demo' AND c.status = 'in_use' ORDER BY c.external_key COLLATE "C";

-- name: demo_world_hits
-- From the one that fails to the one that is hit.
SELECT r.target_id, r.source_id FROM ci_relation r JOIN relation_type t ON t.name = r.type WHERE r.valid_to IS NULL AND t.impact IN ('to_source', 'both')
UNION
SELECT r.source_id, r.target_id FROM ci_relation r JOIN relation_type t ON t.name = r.type WHERE r.valid_to IS NULL AND t.impact IN ('to_target', 'both')
ORDER BY 1, 2;

-- name: demo_world_policies
SELECT p.id, v.id, p.close_days, p.reopen_days, policy_targets(p.id, 1), policy_targets(p.id, 2), policy_targets(p.id, 3), policy_targets(p.id, 4)
FROM policy p JOIN calendar c ON c.id = p.calendar_id JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
WHERE p.type = 'sla' ORDER BY p.id;

-- name: demo_world_contracts
SELECT k.id, k.supplier_id, e.version, k.number, s.name, s.language, v.id,
	ARRAY(SELECT v2.ci_id FROM contract_coverage v2 WHERE v2.terms_id = e.id AND v2.ci_id IS NOT NULL ORDER BY 1),
	(SELECT jsonb_object_agg(x.priority, x.targets) FROM (
		SELECT t.priority, jsonb_agg(jsonb_build_object('metric', t.metric, 'target_s', t.target_s, 'calendar_version', v.id) ORDER BY t.metric) AS targets
		FROM contract_target t WHERE t.terms_id = e.id GROUP BY t.priority) x), e.id
FROM contract k JOIN supplier s ON s.id = k.supplier_id JOIN contract_terms e ON e.contract_id = k.id AND e.version = 1
JOIN calendar c ON c.id = e.calendar_id JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version
WHERE k.number = ANY ($1::text[]) ORDER BY k.id;

-- name: demo_world_scenarios
-- Where tickets of each scenario go: $1 services by key, $2 categories, $3 kinds.
SELECT s.id, c.id, r.team, r.restricted, (policy_choose(s.id, x.kind::ticket_kind)).id
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS x (service, category, kind, place)
LEFT JOIN ci s ON s.source = 'demo' AND s.external_key = x.service LEFT JOIN category c ON c.key = x.category
CROSS JOIN LATERAL ticket_route(s.id, c.id, x.kind::ticket_kind) r ORDER BY x.place;

-- name: demo_world_matrix
SELECT impact, urgency, priority FROM priority_matrix;

-- name: demo_world_calendars
SELECT v.id FROM unnest($1::text[]) WITH ORDINALITY AS x (key, place) JOIN calendar c ON c.key = x.key
JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version ORDER BY x.place;

-- name: demo_world_introductions
SELECT key, language, body FROM message_template WHERE key IN ('introduced_take', 'introduced_handover', 'introduced_temporary');

-- name: demo_world_reasons
SELECT r, handover_reason_words(r::handover_reason, 'ru'), handover_reason_words(r::handover_reason, 'en') FROM unnest($1::text[]) AS r;

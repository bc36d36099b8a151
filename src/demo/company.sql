-- name: demo_state
-- What is there already: tickets at all, and the company's suppliers. $1: suppliers.json.
SELECT EXISTS (SELECT FROM ticket), NOT EXISTS (
	SELECT FROM jsonb_to_recordset($1::jsonb) AS x (key text) WHERE NOT EXISTS (SELECT FROM supplier s WHERE s.key = x.key));

-- name: demo_people
-- Those whom the directory has not brought. $1 people, $2 roles (members: logins, or @teams), $3 teams.
WITH team_logins AS (
	SELECT unnest(string_to_array(t.members, ',') || t.lead) AS login FROM jsonb_to_recordset($3::jsonb) AS t (members text, lead text)
), granted AS (
	SELECT DISTINCT m.login, b.bit
	FROM jsonb_to_recordset($2::jsonb) AS r ("group" text, members text)
	JOIN (VALUES ('desk-agents', 2), ('desk-leads', 4), ('it-managers', 8), ('auditors', 16), ('cmdb-architects', 32), ('vakhta-admins', 64))
		AS b (name, bit) ON b.name = r."group"
	CROSS JOIN LATERAL (
		SELECT x AS login FROM unnest(string_to_array(r.members, ',')) AS x WHERE x <> '@teams'
		UNION SELECT l.login FROM team_logins l WHERE '@teams' = ANY (string_to_array(r.members, ','))) m
)
INSERT INTO person (login, given_name, family_name, mail, phone, department, title, location, language, zone, roles, source)
SELECT p.login, p.given_name, p.family_name, p.mail, p.phone, p.department, p.title, p.location, p.language, p.zone,
	1 | coalesce((SELECT sum(g.bit)::integer FROM granted g WHERE g.login = p.login), 0), 'system'
FROM jsonb_to_recordset($1::jsonb) AS p (login text, given_name text, family_name text, mail text, phone text, department text, title text,
	location text, language text, zone text)
WHERE NOT EXISTS (SELECT FROM person o WHERE o.login = p.login);

-- name: demo_managers
UPDATE person p SET manager_id = m.id
FROM jsonb_to_recordset($1::jsonb) AS x (login text, manager text) JOIN person m ON m.login = x.manager
WHERE p.login = x.login AND p.source = 'system' AND p.manager_id IS NULL;

-- name: demo_teams
INSERT INTO team AS t (key, name, name_en, name_ru, level)
SELECT x.key, x.name, x.name, x.name_ru, x.level FROM jsonb_to_recordset($1::jsonb) AS x (key text, name text, name_ru text, level smallint)
ON CONFLICT (key) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, name_ru = excluded.name_ru, level = excluded.level,
	version = t.version + 1
WHERE (t.name, t.name_en, t.name_ru, t.level) IS DISTINCT FROM (excluded.name, excluded.name_en, excluded.name_ru, excluded.level);

-- name: demo_team_members
INSERT INTO team_member AS m (team_id, person_id, lead)
SELECT t.id, p.id, bool_or(x.lead = p.login)
FROM jsonb_to_recordset($1::jsonb) AS x (key text, lead text, members text) JOIN team t ON t.key = x.key
JOIN person p ON p.login = x.lead OR p.login = ANY (string_to_array(x.members, ','))
GROUP BY t.id, p.id ORDER BY t.id, p.id
ON CONFLICT (team_id, person_id) DO UPDATE SET lead = true WHERE excluded.lead AND NOT m.lead;

-- name: demo_categories
-- $1: policies.json, whose other members have statements of their own.
INSERT INTO category (key, name_en, name_ru, position)
SELECT x.c ->> 'key', x.c ->> 'name_en', x.c ->> 'name_ru', x.place
FROM jsonb_array_elements($1::jsonb -> 'categories') WITH ORDINALITY AS x (c, place) ORDER BY x.place
ON CONFLICT (key) DO NOTHING;

-- name: demo_category_parents
UPDATE category c SET parent_id = p.id
FROM jsonb_to_recordset($1::jsonb -> 'categories') AS x (key text, parent text) JOIN category p ON p.key = x.parent
WHERE c.key = x.key AND c.parent_id IS NULL;

-- name: demo_matrix
UPDATE priority_matrix m SET priority = ($1::jsonb -> 'matrix' -> (m.impact - 1) ->> (m.urgency - 1))::smallint
WHERE m.priority <> ($1::jsonb -> 'matrix' -> (m.impact - 1) ->> (m.urgency - 1))::smallint;

-- name: demo_class
-- One class; its parent is there already.
INSERT INTO ci_class (name, parent_id, abstract, label_en, label_ru, purpose, position)
SELECT x.name, p.id, coalesce(x.abstract, false), x.label_en, x.label_ru, coalesce(x.purpose, ''), $2::integer
FROM jsonb_to_record($1::jsonb) AS x (name text, parent text, abstract boolean, label_en text, label_ru text, purpose text)
LEFT JOIN ci_class p ON p.name = x.parent
ON CONFLICT (name) DO UPDATE SET purpose = excluded.purpose, position = excluded.position;

-- name: demo_attributes_known
-- Attributes of the base classes get the company's purposes, owners and sources. $1: classes.json.
UPDATE ci_attribute k SET required = coalesce(a.required, false), purpose = coalesce(a.purpose, ''), owner = coalesce(a.owner, ''),
	source = coalesce(a.source, ''), review_days = a.review_days, position = a.place
FROM jsonb_to_recordset($1::jsonb) AS x (name text, attributes jsonb) JOIN ci_class c ON c.name = x.name
CROSS JOIN LATERAL (
	SELECT y.*, z.place FROM jsonb_array_elements(x.attributes) WITH ORDINALITY AS z (body, place)
	CROSS JOIN LATERAL jsonb_to_record(z.body) AS y (name text, required boolean, purpose text, owner text, source text, review_days integer)) a
WHERE k.class_id = c.id AND k.name = a.name AND (k.required, k.purpose, k.owner, k.source, k.review_days, k.position)
	IS DISTINCT FROM (coalesce(a.required, false), coalesce(a.purpose, ''), coalesce(a.owner, ''), coalesce(a.source, ''), a.review_days, a.place);

-- name: demo_attributes
-- $1: classes.json, whose classes are all there.
INSERT INTO ci_attribute (class_id, name, type, unit, required, unique_within, label_en, label_ru, choices, reference_class_id, purpose, owner,
	source, review_days, position)
SELECT c.id, a.name, a.type::attribute_type, a.unit, coalesce(a.required, false), coalesce(a.unique_within, false), a.label_en, a.label_ru,
	CASE WHEN a.type = 'enum' THEN a.choices END, r.id, coalesce(a.purpose, ''), coalesce(a.owner, ''), coalesce(a.source, ''), a.review_days, a.place
FROM jsonb_to_recordset($1::jsonb) AS x (name text, attributes jsonb) JOIN ci_class c ON c.name = x.name
CROSS JOIN LATERAL (
	SELECT y.*, z.place FROM jsonb_array_elements(x.attributes) WITH ORDINALITY AS z (body, place)
	CROSS JOIN LATERAL jsonb_to_record(z.body) AS y (name text, type text, unit text, required boolean, unique_within boolean, label_en text,
		label_ru text, choices jsonb, reference_class text, purpose text, owner text, source text, review_days integer)) a
LEFT JOIN ci_class r ON r.name = a.reference_class
WHERE NOT EXISTS (SELECT FROM ci_attribute k WHERE k.class_id = c.id AND k.name = a.name)
ORDER BY c.id, a.place;

-- name: demo_services
-- $2: since when the company records them.
INSERT INTO ci (class_id, name, status, attributes, owner_id, source, external_key, created_at, updated_at, changed_via)
SELECT c.id, x.name_en, 'in_use', jsonb_build_object('name_ru', x.name_ru, 'criticality', x.criticality), p.id, 'demo', x.key, $2, $2, 'import'
FROM jsonb_to_recordset($1::jsonb) AS x (key text, name_en text, name_ru text, owner text, criticality integer)
JOIN ci_class c ON c.name = 'business_service' LEFT JOIN person p ON p.login = x.owner
ON CONFLICT (source, external_key) DO NOTHING;

-- name: demo_cis
-- Decimals become texts in their shortest exact form, references ids; $3: now those with references, else the others.
INSERT INTO ci (class_id, name, status, attributes, owner_id, location, source, external_key, created_at, updated_at, changed_via)
SELECT c.id, x.name, x.status, coalesce(v.attributes, '{}'), p.id, x.location, 'demo', x.key, $2, $2, 'import'
FROM jsonb_to_recordset($1::jsonb) AS x (key text, class text, name text, status text, owner text, location text, attributes text)
JOIN ci_class c ON c.name = x.class LEFT JOIN person p ON p.login = x.owner
CROSS JOIN LATERAL (
	SELECT jsonb_object_agg(e.key, CASE a.type
			WHEN 'decimal' THEN to_jsonb(trim_scale((e.value #>> '{}')::numeric)::text)
			WHEN 'reference' THEN (SELECT to_jsonb(r.id) FROM ci r WHERE r.source = 'demo' AND r.external_key = e.value #>> '{}')
			ELSE e.value END) AS attributes,
		coalesce(bool_or(a.type = 'reference'), false) AS refers
	FROM jsonb_each(coalesce(x.attributes, '{}')::jsonb) AS e LEFT JOIN ci_attribute a ON a.name = e.key AND a.class_id = ANY (c.lineage)) v
WHERE v.refers = $3::boolean
ON CONFLICT (source, external_key) DO NOTHING;

-- name: demo_relations
INSERT INTO ci_relation (source_id, type, target_id, valid_from, origin)
SELECT s.id, x.type, t.id, $2, 'import'
FROM jsonb_to_recordset($1::jsonb) AS x (source text, type text, target text)
JOIN ci s ON s.source = 'demo' AND s.external_key = x.source JOIN ci t ON t.source = 'demo' AND t.external_key = x.target
ON CONFLICT DO NOTHING;

-- name: demo_ci_users
INSERT INTO ci_user (ci_id, person_id, since)
SELECT c.id, p.id, $2
FROM jsonb_to_recordset($1::jsonb) AS x (key text, "user" text)
JOIN ci c ON c.source = 'demo' AND c.external_key = x.key JOIN person p ON p.login = x."user"
ON CONFLICT DO NOTHING;

-- name: demo_calendars
INSERT INTO calendar (key, name) SELECT x.key, x.name FROM jsonb_to_recordset($1::jsonb) AS x (key text, name text)
ON CONFLICT (key) DO NOTHING;

-- name: demo_calendar_versions
INSERT INTO calendar_version (calendar_id, version, body, created_at)
SELECT c.id, 1, x.calendar, $2
FROM jsonb_to_recordset($1::jsonb) AS x (key text, calendar jsonb) JOIN calendar c ON c.key = x.key
ON CONFLICT (calendar_id, version) DO NOTHING;

-- name: demo_service_values
INSERT INTO service_value (service_id, amount, currency, calendar_id)
SELECT s.id, x.revenue_per_hour, x.currency, k.id
FROM jsonb_to_recordset($1::jsonb) AS x (key text, revenue_per_hour numeric, currency text, earning_calendar text)
JOIN ci s ON s.source = 'demo' AND s.external_key = x.key JOIN calendar k ON k.key = x.earning_calendar
WHERE x.revenue_per_hour IS NOT NULL
ON CONFLICT (service_id) DO NOTHING;

-- name: demo_policies
INSERT INTO policy (key, name, type, service_id, ticket_kind, team_level, calendar_id, pause_supplier, close_days, reopen_days)
SELECT x.key, x.name, x.type, s.id, x.ticket_kind::ticket_kind, x.team_level, k.id, x.pause_supplier, x.close_days, x.reopen_days
FROM jsonb_to_recordset($1::jsonb -> 'policies') AS x (key text, name text, type text, service text, ticket_kind text, team_level smallint,
	calendar text, pause_supplier boolean, close_days smallint, reopen_days smallint)
JOIN calendar k ON k.key = x.calendar LEFT JOIN ci s ON s.source = 'demo' AND s.external_key = x.service
ON CONFLICT (key) DO NOTHING;

-- name: demo_policy_targets
INSERT INTO policy_target (policy_id, priority, metric, target_s)
SELECT p.id, t.priority, t.metric::sla_metric, t.target_s
FROM jsonb_to_recordset($1::jsonb -> 'policies') AS x (key text, targets jsonb) JOIN policy p ON p.key = x.key
CROSS JOIN LATERAL jsonb_to_recordset(x.targets) AS t (priority smallint, metric text, target_s bigint)
ON CONFLICT DO NOTHING;

-- name: demo_routes
INSERT INTO route_rule (position, service_id, category_id, kind, team_id, restricted)
SELECT x.place, s.id, c.id, (x.rule ->> 'kind')::ticket_kind, t.id, (x.rule ->> 'restricted')::boolean
FROM jsonb_array_elements($1::jsonb -> 'routes') WITH ORDINALITY AS x (rule, place)
JOIN team t ON t.key = x.rule ->> 'team' LEFT JOIN category c ON c.key = x.rule ->> 'category'
LEFT JOIN ci s ON s.source = 'demo' AND s.external_key = x.rule ->> 'service'
WHERE NOT EXISTS (SELECT FROM route_rule)
ORDER BY x.place;

-- name: demo_suppliers
INSERT INTO supplier (key, name, kind, mail, language, contacts, notes)
SELECT x.key, x.name, x.kind::supplier_kind, x.mail, x.language, x.contacts, coalesce(x.notes, '')
FROM jsonb_to_recordset($1::jsonb) AS x (key text, name text, kind text, mail text, language text, contacts jsonb, notes text)
ON CONFLICT (key) DO NOTHING;

-- name: demo_contracts
INSERT INTO contract (number, name, supplier_id, valid_from, valid_to)
SELECT x.number, x.name, s.id, x.valid_from, x.valid_to
FROM jsonb_to_recordset($1::jsonb) AS x (number text, name text, supplier text, valid_from date, valid_to date)
JOIN supplier s ON s.key = x.supplier
ON CONFLICT (number) DO NOTHING;

-- name: demo_contract_terms
-- $2: now, only as the instant at which they were entered.
INSERT INTO contract_terms (contract_id, version, valid, price, currency, price_period, calendar_id, pause_limit_s, created_at)
SELECT k.id, 1, daterange(x.valid_from, NULL), x.price, x.currency, x.price_period, c.id, x.pause_limit_s, $2
FROM jsonb_to_recordset($1::jsonb) AS x (number text, valid_from date, price numeric, currency text, price_period text, calendar text,
	pause_limit_s bigint)
JOIN contract k ON k.number = x.number JOIN calendar c ON c.key = x.calendar
WHERE NOT EXISTS (SELECT FROM contract_terms t WHERE t.contract_id = k.id);

-- name: demo_contract_parts
SELECT terms_reasons_put(t.id, terms_default_reasons()), terms_steps_put(t.id, terms_default_steps())
FROM jsonb_to_recordset($1::jsonb) AS x (number text) JOIN contract k ON k.number = x.number JOIN contract_terms t ON t.contract_id = k.id
WHERE NOT EXISTS (SELECT FROM contract_pause_reason r WHERE r.terms_id = t.id);

-- name: demo_contract_targets
INSERT INTO contract_target (terms_id, priority, metric, target_s, goal_pct)
SELECT e.id, t.priority, t.metric::sla_metric, t.target_s, t.goal_pct
FROM jsonb_to_recordset($1::jsonb) AS x (number text, targets jsonb) JOIN contract k ON k.number = x.number
JOIN contract_terms e ON e.contract_id = k.id AND e.version = 1
CROSS JOIN LATERAL jsonb_to_recordset(x.targets) AS t (priority smallint, metric text, target_s bigint, goal_pct numeric)
WHERE NOT EXISTS (SELECT FROM contract_target g WHERE g.terms_id = e.id);

-- name: demo_contract_credits
INSERT INTO contract_credit (terms_id, metric, below_pct, credit_pct)
SELECT e.id, t.metric::sla_metric, t.below_pct, t.credit_pct
FROM jsonb_to_recordset($1::jsonb) AS x (number text, credits jsonb) JOIN contract k ON k.number = x.number
JOIN contract_terms e ON e.contract_id = k.id AND e.version = 1
CROSS JOIN LATERAL jsonb_to_recordset(x.credits) AS t (metric text, below_pct numeric, credit_pct numeric)
WHERE NOT EXISTS (SELECT FROM contract_credit g WHERE g.terms_id = e.id);

-- name: demo_coverage
INSERT INTO contract_coverage (terms_id, ci_id)
SELECT e.id, c.id
FROM jsonb_to_recordset($1::jsonb) AS x (number text, coverage jsonb) JOIN contract k ON k.number = x.number
JOIN contract_terms e ON e.contract_id = k.id AND e.version = 1
CROSS JOIN LATERAL jsonb_array_elements_text(x.coverage) AS v (key) JOIN ci c ON c.source = 'demo' AND c.external_key = v.key
WHERE NOT EXISTS (SELECT FROM contract_coverage g WHERE g.terms_id = e.id);

-- name: demo_amendments
-- New terms that are agreed but not yet in force: quicker targets for another price, and a class instead of its CIs one by one. $2: today.
SELECT demo_amendment(k, x.amendment, $2::date)
FROM jsonb_to_recordset($1::jsonb) AS x (number text, amendment jsonb) JOIN contract k ON k.number = x.number
WHERE x.amendment IS NOT NULL AND (SELECT count(*) FROM contract_terms t WHERE t.contract_id = k.id) = 1 ORDER BY k.id;

-- name: demo_accounts
-- The sign-ins that the demo announces.
SELECT p.login, p.name, p.language, p.title,
	array_to_string(ARRAY(SELECT n FROM (VALUES (2, 'agent'), (4, 'lead'), (8, 'manager'), (16, 'auditor'), (32, 'cmdb'), (64, 'admin')) AS b (bit, n)
		WHERE p.roles & b.bit <> 0), ', '),
	coalesce((SELECT string_agg(t.name || ' (level ' || t.level || ')', ', ' ORDER BY t.level, t.name) FROM team_member m JOIN team t ON t.id = m.team_id
		WHERE m.person_id = p.id), '')
FROM unnest($1::text[]) WITH ORDINALITY AS w (login, place) JOIN person p ON p.login = w.login ORDER BY w.place;

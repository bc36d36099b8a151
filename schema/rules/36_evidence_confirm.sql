-- What was last checked about a CI and by whom, what is due, and confirmations. A value is checked when it changes, when a source delivers
-- it again as recorded, and when somebody confirms it.

-- Every recorded attribute of a CI with its last check. due_at NULL: no review period runs.
DROP FUNCTION IF EXISTS ci_checks;
CREATE FUNCTION ci_checks(item bigint) RETURNS TABLE (attribute_id bigint, name text, label_en text, label_ru text, unit text, value jsonb, checked_at timestamptz,
	how text, person_id bigint, source text, due_at timestamptz)
LANGUAGE plpgsql STABLE SET jit = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT a.id, a.name, a.label_en, a.label_ru, a.unit, c.attributes -> a.name, z.at, z.how, z.person_id, z.source, z.at + make_interval(days => a.review_days)
	FROM ci c JOIN ci_class k ON k.id = c.class_id JOIN ci_attribute a ON a.class_id = ANY (k.lineage) AND NOT a.retired AND jsonb_exists(c.attributes, a.name)
	CROSS JOIN LATERAL (
		SELECT * FROM (
			(SELECT v.changed_at AS at, 'changed' AS how, v.actor_id AS person_id, v.source FROM ci_version v
				LEFT JOIN ci_version p ON p.ci_id = v.ci_id AND p.version = v.version - 1
				WHERE v.ci_id = c.id AND (v.attributes -> a.name) IS DISTINCT FROM (p.attributes -> a.name) ORDER BY v.version DESC LIMIT 1)
			UNION ALL
			(SELECT f.at, 'confirmed', f.person_id, NULL FROM ci_confirmation f WHERE f.ci_id = c.id AND (f.attribute_id IS NULL OR f.attribute_id = a.id)
				ORDER BY f.at DESC, f.id DESC LIMIT 1)
			UNION ALL
			(SELECT l.at, 'delivered', NULL, l.source FROM ci_claim l
				WHERE l.ci_id = c.id AND l.field = attribute_field(a.name) AND l.value = c.attributes -> a.name ORDER BY l.at DESC LIMIT 1)) w
		ORDER BY w.at DESC, w.how = 'confirmed' DESC LIMIT 1) z
	WHERE c.id = item
	ORDER BY cardinality((SELECT d.lineage FROM ci_class d WHERE d.id = a.class_id)), a.position, a.id;
END $$;
COMMENT ON FUNCTION ci_checks IS 'When each recorded value of a CI was last changed, delivered or confirmed, by whom, and until when that holds';

-- When the CI as a whole is due: the class's period after it was made or last confirmed as a whole; NULL: no period.
CREATE OR REPLACE FUNCTION ci_whole_due(item bigint) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT greatest(c.created_at, (SELECT max(f.at) FROM ci_confirmation f WHERE f.ci_id = c.id AND f.attribute_id IS NULL))
		+ make_interval(days => class_review_days(c.class_id)) FROM ci c WHERE c.id = item);
END $$;
COMMENT ON FUNCTION ci_whole_due IS 'Until when the last confirmation of a CI as a whole holds';

CREATE OR REPLACE FUNCTION ci_is_due(item bigint, now_at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN coalesce(ci_whole_due(item) < now_at, false) OR EXISTS (SELECT FROM ci_checks(item) k WHERE k.due_at < now_at);
END $$;
COMMENT ON FUNCTION ci_is_due IS 'Is there anything about the CI that its owner should confirm?';

DROP FUNCTION IF EXISTS ci_checks_json;
CREATE FUNCTION ci_checks_json(item bigint, tongue text, now_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('attribute', jsonb_build_object('id', k.attribute_id, 'name', k.name,
			'label', CASE tongue WHEN 'ru' THEN k.label_ru ELSE k.label_en END, 'unit', k.unit), 'value', k.value,
			'value_name', (SELECT CASE a.type WHEN 'reference' THEN (SELECT r.name FROM ci r WHERE r.id = (k.value #>> '{}')::bigint)
				WHEN 'enum' THEN (SELECT e ->> CASE tongue WHEN 'ru' THEN 'label_ru' ELSE 'label_en' END FROM jsonb_array_elements(a.choices) e WHERE e -> 'value' = k.value) END
				FROM ci_attribute a WHERE a.id = k.attribute_id),
			'checked_at', instant_text(k.checked_at), 'how', k.how, 'person', person_ref(k.person_id), 'source', k.source, 'due_at', instant_text(k.due_at),
			'due', coalesce(k.due_at < now_at, false))), '[]') FROM ci_checks(item) k);
END $$;
COMMENT ON FUNCTION ci_checks_json IS 'ci_checks as the API gives it';

-- Confirms many. entries: [{"ci", "version", "attribute" (id) or null}]. What changed since it was seen is not confirmed but named, with how it
-- is now; what is not the person's and not theirs to confirm is refused as not there.
DROP FUNCTION IF EXISTS ci_confirm;
CREATE FUNCTION ci_confirm(entries jsonb, actor bigint, anybodys boolean, at timestamptz, OUT confirmed integer, OUT changed jsonb)
LANGUAGE plpgsql AS $$
DECLARE
	e record;
	c ci;
BEGIN
	confirmed := 0;
	changed := '[]';
	PERFORM cmdb_model_share();
	-- In one order, so that two who confirm the same wait for each other.
	PERFORM FROM ci WHERE id IN (SELECT (x ->> 'ci')::bigint FROM jsonb_array_elements(entries) x) ORDER BY id FOR SHARE;
	FOR e IN SELECT (x.item ->> 'ci')::bigint AS ci_id, (x.item ->> 'version')::integer AS version, (x.item ->> 'attribute')::bigint AS attribute_id, x.place - 1 AS place
		FROM jsonb_array_elements(entries) WITH ORDINALITY AS x(item, place) ORDER BY x.place
	LOOP
		SELECT * INTO c FROM ci WHERE id = e.ci_id AND (anybodys OR owner_id = actor);
		IF NOT FOUND THEN
			PERFORM refuse_field(format('/items/%s/ci', e.place), 'There is no such CI, or it is not yours to confirm');
		END IF;
		IF e.attribute_id IS NOT NULL AND NOT EXISTS (SELECT FROM ci_attribute a JOIN ci_class k ON k.id = c.class_id
			WHERE a.id = e.attribute_id AND a.class_id = ANY (k.lineage) AND NOT a.retired) THEN
			PERFORM refuse_field(format('/items/%s/attribute', e.place), 'The CI has no such attribute');
		END IF;
		IF c.version <> e.version OR c.phase = 'ended' THEN
			changed := changed || jsonb_build_object('ci', ref_json(c.id, c.name), 'version', c.version, 'ended', c.phase = 'ended');
			CONTINUE;
		END IF;
		INSERT INTO ci_confirmation (ci_id, attribute_id, person_id, at, ci_version) VALUES (c.id, e.attribute_id, actor, ci_confirm.at, c.version);
		confirmed := confirmed + 1;
	END LOOP;
END $$;
COMMENT ON FUNCTION ci_confirm IS 'Records that CIs, or attributes of them, are as recorded';

-- What a person answers for, in the order of names; only what is due, unless everything is asked for.
DROP FUNCTION IF EXISTS confirmations_of;
CREATE FUNCTION confirmations_of(person bigint, everything boolean, after_name text, after_id bigint, at_most integer, tongue text, now_at timestamptz)
RETURNS TABLE (ci_id bigint, ci_name text, item text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT c.id, c.name, jsonb_build_object('id', c.id, 'name', ci_called(c, tongue), 'version', c.version, 'location', c.location,
		'class', jsonb_build_object('id', k.id, 'name', k.name, 'label', CASE tongue WHEN 'ru' THEN k.label_ru ELSE k.label_en END),
		'due_at', instant_text(ci_whole_due(c.id)), 'due', coalesce(ci_whole_due(c.id) < now_at, false),
		'checks', ci_checks_json(c.id, tongue, now_at))::text
	FROM ci c JOIN ci_class k ON k.id = c.class_id
	WHERE c.owner_id = person AND c.phase <> 'ended' AND (after_name IS NULL OR (c.name, c.id) > (after_name, after_id))
		AND (everything OR ci_is_due(c.id, now_at))
	ORDER BY c.name, c.id LIMIT at_most;
END $$;
COMMENT ON FUNCTION confirmations_of IS 'CIs of an owner with the last checks of their values';

-- Reminders to owners with something due, from the health of a computation; at most one in so many days, none to those who want none.
DROP FUNCTION IF EXISTS confirm_remind;
CREATE FUNCTION confirm_remind(of_day date, zone text, page text, at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	rule cmdb_review_rule;
	r record;
	-- At nine in the morning of that day, or at once when it is later.
	wait_s integer := greatest(0, extract(epoch FROM (of_day + time '09:00') AT TIME ZONE zone - at))::integer;
	sent integer := 0;
BEGIN
	SELECT * INTO STRICT rule FROM cmdb_review_rule;
	IF NOT rule.reminders THEN
		RETURN 0;
	END IF;
	FOR r IN
		SELECT p.id, p.given_name, p.name, p.language, sum(h.due) AS due, sum(h.cis) AS owned,
			string_agg(CASE p.language WHEN 'ru' THEN k.label_ru ELSE k.label_en END || ': ' || h.due, ', ' ORDER BY h.due DESC, k.name) FILTER (WHERE h.due > 0) AS classes
		FROM cmdb_health h JOIN person p ON p.id = h.owner_id AND p.active JOIN ci_class k ON k.id = h.class_id
		LEFT JOIN cmdb_reminder m ON m.person_id = p.id
		WHERE h.day = of_day AND NOT coalesce(m.off, false) AND (m.last_on IS NULL OR m.last_on + rule.reminder_days <= of_day)
		GROUP BY p.id HAVING sum(h.due) > 0 ORDER BY p.id
	LOOP
		INSERT INTO cmdb_reminder AS m (person_id, last_on) VALUES (r.id, of_day)
		ON CONFLICT (person_id) DO UPDATE SET last_on = excluded.last_on WHERE NOT m.off AND (m.last_on IS NULL OR m.last_on + rule.reminder_days <= of_day);
		CONTINUE WHEN NOT FOUND;
		PERFORM outbox_mail('cmdb_confirm:' || r.id || ':' || of_day, r.id, NULL, NULL, 'cmdb_confirm',
			jsonb_build_object('name', coalesce(nullif(r.given_name, ''), r.name), 'count', r.due, 'owned', r.owned, 'classes', left(r.classes, 300), 'url', page), NULL, NULL, at, wait_s);
		sent := sent + 1;
	END LOOP;
	RETURN sent;
END $$;
COMMENT ON FUNCTION confirm_remind IS 'Puts reminders of what is due into the outbox; returns how many';

INSERT INTO message_template (key, language, subject, body) VALUES
	('cmdb_confirm', 'en', 'Please confirm what you answer for: {count}', E'Hello {name},\n\nthe company relies on what is recorded about the things you answer for. For {count} of {owned} it is time to say whether it is still true, {classes}.\n\nIt takes a minute: {url}\n\nYou can confirm many at once, and change what is wrong. You get such a mail once a month at most, and only while something is due; on the same page you can switch it off.'),
	('cmdb_confirm', 'ru', 'Подтвердите, пожалуйста, данные о том, за что вы отвечаете: {count}', E'Здравствуйте, {name}!\n\nКомпания полагается на то, что записано об объектах, за которые вы отвечаете. Для {count} из {owned} пора сказать, верны ли ещё данные: {classes}.\n\nЭто займёт минуту: {url}\n\nМожно подтвердить сразу много объектов, а неверное исправить. Такое письмо приходит не чаще раза в месяц и только пока есть что подтверждать; на той же странице его можно отключить.')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;

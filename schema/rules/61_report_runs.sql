-- Subscriptions to reports and the runs that make them. Each run is begun by one node at a time and finished once.

CREATE OR REPLACE FUNCTION report_period_length(period text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE period WHEN 'monthly' THEN interval '1 month' ELSE interval '3 months' END $$;
COMMENT ON FUNCTION report_period_length IS 'monthly or quarterly as an interval';

CREATE OR REPLACE FUNCTION report_subscription_json(s report_subscription) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', s.id, 'person', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = s.person_id), 'report', s.report,
		'period', s.period, 'language', s.language, 'zone', s.zone, 'supplier', (SELECT ref_json(x.id, x.name) FROM supplier x WHERE x.id = s.supplier_id),
		'delivery', s.delivery, 'active', s.active, 'created_at', instant_text(s.created_at), 'version', s.version,
		'last', (SELECT jsonb_build_object('run', r.id, 'from', r.period_from, 'to', r.period_to, 'state', r.state, 'made_at', instant_text(r.made_at))
			FROM report_run r WHERE r.subscription_id = s.id ORDER BY r.period_to DESC, r.id DESC LIMIT 1),
		'next', CASE WHEN s.active THEN (SELECT jsonb_build_object('from', (d - report_period_length(s.period))::date, 'to', d::date,
				'at', instant_text(d AT TIME ZONE s.zone))
			FROM (SELECT date_trunc(CASE s.period WHEN 'monthly' THEN 'month' ELSE 'quarter' END, greatest(s.since - 1, coalesce(
				(SELECT max(r.period_to) FROM report_run r WHERE r.subscription_id = s.id), s.since - 1))::timestamp) + report_period_length(s.period) AS d) n) END)
$$;
COMMENT ON FUNCTION report_subscription_json IS 'A subscription as the API gives it, with its last run and the next period';

-- Makes a subscription, or changes one of the person's own. NULL leaves a field as it is; `clear_supplier` takes the supplier away.
CREATE OR REPLACE FUNCTION report_subscription_save(wanted bigint, expected bigint, owner bigint, new_report report_kind, new_period text, new_language text,
	new_zone text, new_supplier bigint, clear_supplier boolean, new_delivery text, new_active boolean, at timestamptz) RETURNS report_subscription
LANGUAGE plpgsql AS $$
DECLARE
	s report_subscription;
BEGIN
	IF new_supplier IS NOT NULL AND NOT EXISTS (SELECT FROM supplier WHERE id = new_supplier) THEN
		PERFORM refuse_field('/supplier', 'there is no such supplier');
	END IF;
	IF wanted IS NOT NULL THEN
		SELECT * INTO s FROM report_subscription WHERE id = wanted AND person_id = owner FOR UPDATE;
		IF s.id IS NULL THEN
			PERFORM refuse(404, 'not-found', 'There is no such subscription');
		ELSIF expected <> -1 AND s.version <> expected THEN
			PERFORM refuse(412, 'stale', 'The subscription was changed meanwhile',
				jsonb_build_object('version', s.version, 'current', report_subscription_json(s)));
		END IF;
	END IF;
	IF coalesce(new_report, s.report) <> 'supplier-sla' AND coalesce(new_supplier, CASE WHEN NOT clear_supplier THEN s.supplier_id END) IS NOT NULL THEN
		PERFORM refuse_field('/supplier', 'only the report on suppliers can be of one supplier');
	END IF;
	IF coalesce(new_delivery, s.delivery) = 'mail' AND NOT EXISTS (SELECT FROM person WHERE id = owner AND coalesce(mail, '') <> '') THEN
		PERFORM refuse_field('/delivery', 'the directory knows no mail address of yours; choose download');
	END IF;
	IF wanted IS NULL THEN
		INSERT INTO report_subscription (person_id, report, period, language, zone, supplier_id, delivery, active, since, created_at)
		VALUES (owner, new_report, new_period, new_language, new_zone, new_supplier, new_delivery, coalesce(new_active, true),
			(at AT TIME ZONE new_zone)::date, at) RETURNING * INTO s;
		RETURN s;
	END IF;
	-- What was not made while it was off is not made up for.
	UPDATE report_subscription SET report = coalesce(new_report, report), period = coalesce(new_period, period), language = coalesce(new_language, language),
		zone = coalesce(new_zone, zone), supplier_id = CASE WHEN clear_supplier THEN NULL ELSE coalesce(new_supplier, supplier_id) END,
		delivery = coalesce(new_delivery, delivery), active = coalesce(new_active, active), version = version + 1,
		since = CASE WHEN new_active AND NOT active THEN (at AT TIME ZONE coalesce(new_zone, zone))::date ELSE since END
	WHERE id = wanted RETURNING * INTO s;
	RETURN s;
END $$;
COMMENT ON FUNCTION report_subscription_save IS 'Makes or changes a subscription of a person';

CREATE OR REPLACE FUNCTION report_run_json(r report_run) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', r.id, 'subscription', r.subscription_id, 'person', (SELECT ref_json(p.id, p.name) FROM person p WHERE p.id = r.person_id),
		'report', r.report, 'language', r.language, 'zone', r.zone, 'supplier', (SELECT ref_json(x.id, x.name) FROM supplier x WHERE x.id = r.supplier_id),
		'from', r.period_from, 'to', r.period_to, 'delivery', r.delivery, 'state', r.state, 'progress_pct', r.progress_pct, 'attempts', r.attempts,
		'created_at', instant_text(r.created_at), 'started_at', instant_text(r.started_at), 'made_at', instant_text(r.made_at), 'error', r.error,
		'mail', (SELECT jsonb_build_object('state', o.state, 'sent_at', instant_text(o.sent_at)) FROM outbox o WHERE o.id = r.outbox_id),
		'file', CASE WHEN r.state = 'done' THEN jsonb_build_object('name', r.file_name, 'size_bytes', r.size_bytes, 'sha256', encode(r.sha256, 'hex'),
			'removed', r.swept_at IS NOT NULL) END)
$$;
COMMENT ON FUNCTION report_run_json IS 'A run as the API gives it';

-- Who may see a run: the person it is for; auditors and administrators see all.
CREATE OR REPLACE FUNCTION report_run_visible(r report_run, viewer bigint, viewer_roles integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT r.person_id = viewer OR (viewer_roles & 80) <> 0 $$;
COMMENT ON FUNCTION report_run_visible IS 'Own runs; all of them for auditors (16) and administrators (64)';

-- Queues each period that is over and not yet queued, once whoever calls. A year of missed ones is made up for.
CREATE OR REPLACE FUNCTION report_runs_due(at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	n integer;
BEGIN
	INSERT INTO report_run (subscription_id, person_id, report, language, zone, supplier_id, period_from, period_to, delivery, not_before, created_at)
	SELECT s.id, s.person_id, s.report, s.language, s.zone, s.supplier_id, d.first::date, (d.first + report_period_length(s.period))::date, s.delivery, at, at
	FROM report_subscription s JOIN person p ON p.id = s.person_id
	CROSS JOIN LATERAL (SELECT (at AT TIME ZONE s.zone)::date AS today, CASE s.period WHEN 'monthly' THEN 'month' ELSE 'quarter' END AS unit) l
	CROSS JOIN LATERAL generate_series(date_trunc(l.unit, greatest(s.since, l.today - 366)::timestamp - report_period_length(s.period)),
		date_trunc(l.unit, l.today::timestamp) - report_period_length(s.period), report_period_length(s.period)) AS d(first)
	WHERE s.active AND p.active AND reads_all(p.roles) AND (d.first + report_period_length(s.period))::date >= s.since
		AND NOT EXISTS (SELECT FROM report_run r WHERE r.subscription_id = s.id AND r.period_from = d.first::date
			AND r.period_to = (d.first + report_period_length(s.period))::date)
	ON CONFLICT (subscription_id, period_from, period_to) DO NOTHING;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END $$;
COMMENT ON FUNCTION report_runs_due IS 'Queues the runs of subscriptions whose period is over';

CREATE OR REPLACE FUNCTION report_run_lock(run_id bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT hashtextextended('report_run:' || run_id, 0) $$;
COMMENT ON FUNCTION report_run_lock IS 'Key of a run''s advisory lock';

-- Takes one run for this node. While it works, the session holds the run's advisory lock, so a run whose node died is free at once and is
-- begun anew, at most three times. Rows: none, or the run.
CREATE OR REPLACE FUNCTION report_run_take(by_node text, at timestamptz) RETURNS SETOF report_run
LANGUAGE plpgsql AS $$
DECLARE
	r report_run;
BEGIN
	PERFORM pg_advisory_unlock_all();
	FOR r IN SELECT * FROM report_run WHERE state IN ('queued', 'running') AND not_before <= at ORDER BY not_before, id LIMIT 20 LOOP
		CONTINUE WHEN NOT pg_try_advisory_lock(report_run_lock(r.id));
		SELECT * INTO r FROM report_run WHERE id = r.id FOR UPDATE;
		IF r.state = 'running' AND r.attempts >= 3 THEN
			PERFORM report_run_failed(r.id, r.attempts, 'The program ended each time while it made the report', false, at);
		ELSIF r.state IN ('queued', 'running') AND r.not_before <= at THEN
			UPDATE report_run SET state = 'running', attempts = attempts + 1, node = by_node, started_at = at, progress_pct = 0 WHERE id = r.id RETURNING * INTO r;
			RETURN NEXT r;
			RETURN;
		END IF;
		PERFORM pg_advisory_unlock(report_run_lock(r.id));
	END LOOP;
END $$;
COMMENT ON FUNCTION report_run_take IS 'Begins the next run on this node, if there is one';

CREATE OR REPLACE FUNCTION report_run_words(r report_run) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('report', CASE WHEN r.language = 'ru' THEN CASE r.report WHEN 'supplier-sla' THEN 'SLA поставщиков' ELSE 'Качество службы поддержки' END
			ELSE CASE r.report WHEN 'supplier-sla' THEN 'Supplier SLA' ELSE 'Quality of the service desk' END END
			|| coalesce(' · ' || (SELECT s.name FROM supplier s WHERE s.id = r.supplier_id), ''),
		'from', to_char(r.period_from, CASE r.language WHEN 'ru' THEN 'DD.MM.YYYY' ELSE 'YYYY-MM-DD' END),
		'to', to_char(r.period_to - 1, CASE r.language WHEN 'ru' THEN 'DD.MM.YYYY' ELSE 'YYYY-MM-DD' END),
		'file', coalesce(r.file_name, ''), 'sha256', coalesce(encode(r.sha256, 'hex'), ''))
$$;
COMMENT ON FUNCTION report_run_words IS 'What mails about a run say';

-- The attempt ends without a file: tried again in a while, or given up; then the person is told.
CREATE OR REPLACE FUNCTION report_run_failed(run_id bigint, attempt integer, why text, again boolean, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	r report_run;
BEGIN
	UPDATE report_run SET state = CASE WHEN again AND attempts < 3 THEN 'queued' ELSE 'failed' END::report_state, error = why,
		not_before = at + attempts * attempts * interval '1 minute', progress_pct = 0
	WHERE id = run_id AND attempts = attempt AND state = 'running' RETURNING * INTO r;
	IF r.state = 'failed' AND r.delivery = 'mail' THEN
		PERFORM outbox_mail('report-run:' || r.id || ':failed', r.person_id, NULL, r.language, 'report_failed',
			report_run_words(r) || jsonb_build_object('why', why), NULL, NULL, at);
	END IF;
END $$;
COMMENT ON FUNCTION report_run_failed IS 'Ends an attempt that failed';

-- The attempt ends with its file, whose pieces the same transaction wrote. A workbook larger than `attach_most` bytes is not attached; the mail
-- says where it lies. False: another node has taken over meanwhile; the caller rolls back.
CREATE OR REPLACE FUNCTION report_run_done(run_id bigint, attempt integer, name text, size bigint, digest bytea, page_url text, attach_most bigint,
	at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	r report_run;
	mail bigint;
BEGIN
	UPDATE report_run SET state = 'done', progress_pct = 100, made_at = at, file_name = name, size_bytes = size, sha256 = digest, error = NULL
	WHERE id = run_id AND attempts = attempt AND state = 'running' RETURNING * INTO r;
	IF r.id IS NULL THEN
		RETURN false;
	END IF;
	IF r.delivery = 'mail' THEN
		mail := outbox_mail('report-run:' || r.id, r.person_id, NULL, r.language, CASE WHEN size <= attach_most THEN 'report_made' ELSE 'report_made_large' END,
			report_run_words(r) || jsonb_build_object('url', page_url), NULL, NULL, at);
		IF mail IS NOT NULL AND size <= attach_most THEN
			INSERT INTO outbox_attachment (outbox_id, ordinal, name, content_type, content)
			SELECT mail, 1, name, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', string_agg(p.content, ''::bytea ORDER BY p.ordinal)
			FROM report_run_part p WHERE p.run_id = r.id;
		END IF;
		UPDATE report_run SET outbox_id = mail WHERE id = r.id;
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION report_run_done IS 'Ends an attempt with its file and puts the mail into the outbox';

INSERT INTO message_template (key, language, subject, body) VALUES
	('report_made', 'en', '{report}: {from} to {to}', E'The workbook "{report}" for {from} to {to} is attached ({file}).\n\nIts SHA-256 is {sha256}.\nAll your reports: {url}\n'),
	('report_made', 'ru', '{report}: с {from} по {to}', E'Книга «{report}» за период с {from} по {to} приложена ({file}).\n\nЕё SHA-256: {sha256}.\nВсе ваши отчёты: {url}\n'),
	('report_made_large', 'en', '{report}: {from} to {to}', E'The workbook "{report}" for {from} to {to} is ready ({file}). It is too large for a mail; take it here:\n{url}\n\nIts SHA-256 is {sha256}.\n'),
	('report_made_large', 'ru', '{report}: с {from} по {to}', E'Книга «{report}» за период с {from} по {to} готова ({file}). Для письма она слишком велика, возьмите её здесь:\n{url}\n\nЕё SHA-256: {sha256}.\n'),
	('report_failed', 'en', 'Not made: {report}, {from} to {to}', E'The workbook "{report}" for {from} to {to} could not be made.\n\n{why}\n\nThe administrator finds the reason in the log; on the page of your reports you can ask for it again.\n'),
	('report_failed', 'ru', 'Не составлен: {report}, с {from} по {to}', E'Книгу «{report}» за период с {from} по {to} составить не удалось.\n\n{why}\n\nПричину администратор найдёт в журнале; запросить отчёт снова можно на странице ваших отчётов.\n')
ON CONFLICT (key, language) DO NOTHING;

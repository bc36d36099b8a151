-- Anchors and runs of the auditor; webhooks. What is hashed for an anchor stands in docs/evidence.md.

CREATE OR REPLACE TRIGGER audit_anchor_append_only BEFORE UPDATE OR DELETE ON audit_anchor FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER audit_anchor_no_truncate BEFORE TRUNCATE ON audit_anchor FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- SHA-256(0x02 ‖ link before ‖ root ‖ the other members as fields of the canonical form). The same is computed by vakhta audit verify in C.
CREATE OR REPLACE FUNCTION audit_link(a audit_anchor) RETURNS bytea
LANGUAGE sql STABLE AS $$
	SELECT sha256('\x02'::bytea || a.previous_link || a.root || convert_to(
		evidence_field(a.number::text) || evidence_field(a.day::text) || evidence_field(extract(epoch FROM a.made_at)::bigint::text)
		|| evidence_field(a.boundary::text) || evidence_field(extract(epoch FROM a.last_recorded)::bigint::text)
		|| evidence_field(a.last_ticket::text) || evidence_field(a.last_case::text) || evidence_field(a.last_calendar::text)
		|| evidence_field(a.tickets::text) || evidence_field(a.cases::text) || evidence_field(a.calendars::text)
		|| CASE a.format WHEN 1 THEN '' ELSE evidence_field(a.format::text) || evidence_field(a.last_contract::text) || evidence_field(a.contracts::text) END,
		'UTF8'))
$$;
COMMENT ON FUNCTION audit_link IS 'Hash that ties an anchor to the one before it';

-- Puts a delivery for each webhook that wants the event into the outbox, once for each effect.
CREATE OR REPLACE FUNCTION outbox_webhook(event text, effect text, payload jsonb, about_ticket bigint, about_case bigint, at timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	n integer;
BEGIN
	INSERT INTO outbox (kind, effect_key, recipient, subject, body, message_id, ticket_id, case_id, webhook_id, not_before, created_at)
	SELECT 'webhook', format('webhook:%s:%s', w.id, effect), w.url, event,
		jsonb_build_object('event', event, 'id', encode(sha256(convert_to(effect, 'UTF8')), 'hex'), 'at', instant_text(at), 'data', payload)::text,
		'<' || encode(sha256(convert_to(format('webhook:%s:%s', w.id, effect), 'UTF8')), 'hex') || '@vakhta>', about_ticket, about_case, w.id, at, at
	FROM webhook w WHERE w.active AND outbox_webhook.event = ANY (w.events)
	ON CONFLICT (effect_key) DO NOTHING;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END $$;
COMMENT ON FUNCTION outbox_webhook IS 'Tells the webhooks that asked for this kind of event';

-- Each event of a case, whoever records it. Cases brought in from other systems are history, not news.
CREATE OR REPLACE FUNCTION case_event_webhook() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	c supplier_case;
BEGIN
	IF NEW.type IN ('clock_warning', 'clock_breached') OR NOT EXISTS (SELECT FROM webhook w WHERE w.active AND 'case' = ANY (w.events)) THEN
		RETURN NULL;
	END IF;
	SELECT * INTO STRICT c FROM supplier_case WHERE id = NEW.case_id;
	IF c.external_source IS NULL THEN
		PERFORM outbox_webhook('case', format('case:%s:%s', NEW.case_id, NEW.seq), jsonb_build_object('case', c.number,
			'ticket', (SELECT t.number FROM ticket t WHERE t.id = c.ticket_id), 'supplier', (SELECT ref_json(s.id, s.name) FROM supplier s WHERE s.id = c.supplier_id),
			'seq', NEW.seq, 'type', NEW.type, 'party', NEW.party, 'occurred_at', instant_text(NEW.occurred_at), 'recorded_at', instant_text(NEW.recorded_at),
			'hash', encode(NEW.hash, 'hex')), c.ticket_id, c.id, NEW.recorded_at);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION case_event_webhook IS 'Trigger: tells webhooks of an event of a case; texts are not sent, programs read them with their own rights';
CREATE OR REPLACE TRIGGER case_event_webhook AFTER INSERT ON case_event FOR EACH ROW EXECUTE FUNCTION case_event_webhook();

-- Writes an anchor that the program computed and tells those who keep it. The link is computed here a second time.
CREATE OR REPLACE FUNCTION audit_anchor_add(a audit_anchor, mail_to text, mail_language text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	params jsonb := jsonb_build_object('number', a.number, 'day', a.day, 'made_at', instant_text(a.made_at), 'tickets', a.tickets, 'cases', a.cases,
		'calendars', a.calendars, 'contracts', a.contracts, 'root', encode(a.root, 'hex'), 'previous_link', encode(a.previous_link, 'hex'), 'link', encode(a.link, 'hex'));
BEGIN
	IF a.link <> audit_link(a) THEN
		RAISE EXCEPTION 'the link of anchor % is not what the database computes', a.number;
	END IF;
	INSERT INTO audit_anchor VALUES (a.*);
	PERFORM outbox_mail(format('anchor:%s', a.number), NULL, mail_to, mail_language, 'audit_anchor', params, NULL, NULL, a.made_at);
	PERFORM outbox_webhook('anchor', format('anchor:%s', a.number), params, NULL, NULL, a.made_at);
	RETURN a.number;
END $$;
COMMENT ON FUNCTION audit_anchor_add IS 'Appends an anchor, with mail and webhooks';

INSERT INTO message_template (key, language, subject, body) VALUES
	('audit_anchor', 'en', 'Vakhta: anchor {number} of {day}', E'Please keep this mail. It fixes the timelines of all tickets and cases, and what was agreed in contracts, as they were at {made_at}.\n\nAnchor: {number}\nDay: {day}\nTickets: {tickets}\nCases: {cases}\nCalendars: {calendars}\nContracts: {contracts}\nRoot: {root}\nPrevious link: {previous_link}\nLink: {link}\n\nHow to check it: docs/evidence.md, or vakhta audit verify --anchors FILE.\n'),
	('audit_anchor', 'ru', 'Вахта: якорь {number} за {day}', E'Пожалуйста, сохраните это письмо. Оно фиксирует историю всех заявок и обращений и условия договоров на момент {made_at}.\n\nЯкорь: {number}\nДень: {day}\nЗаявки: {tickets}\nОбращения: {cases}\nКалендари: {calendars}\nДоговоры: {contracts}\nКорень: {root}\nПредыдущая связь: {previous_link}\nСвязь: {link}\n\nКак проверить: docs/evidence.md или vakhta audit verify --anchors ФАЙЛ.\n')
ON CONFLICT (key, language) DO UPDATE SET subject = excluded.subject, body = excluded.body;

CREATE OR REPLACE FUNCTION audit_run_add(wanted text, of_subject text, asker bigint, at timestamptz) RETURNS bigint
LANGUAGE sql AS $$ INSERT INTO audit_run (kind, subject, asked_by, asked_at) VALUES (wanted, of_subject, asker, at) RETURNING id $$;
COMMENT ON FUNCTION audit_run_add IS 'Puts a check into the queue';

-- Bulk load, first part: words and facts to draw from, more people, and no secondary indexes while rows come in.
-- psql variables: n (tickets). Run as superuser on a company loaded with `vakhta demo load --empty`.
\set ON_ERROR_STOP on
-- A vacuum in the middle of it would only be work done twice; load_end.sql vacuums and turns it on again.
ALTER SYSTEM SET autovacuum = off;
SELECT pg_reload_conf() \g /dev/null
CREATE SCHEMA bench;
CREATE TABLE bench.index_later AS
SELECT c.oid::regclass::text AS name, pg_get_indexdef(c.oid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = 'public'::regnamespace AND NOT i.indisprimary AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
	AND t.relname IN ('ticket', 'ticket_event', 'ticket_search', 'ownership', 'clock', 'supplier_case', 'case_event', 'ci', 'ci_relation', 'ci_version', 'ticket_ci');
SELECT 'DROP INDEX ' || name FROM bench.index_later \gexec

INSERT INTO person (login, given_name, family_name, mail, language, roles, source)
SELECT 'e' || lpad(i::text, 5, '0'), (ARRAY['Анна', 'Ольга', 'Иван', 'Пётр', 'Мария', 'Emily', 'John'])[1 + i % 7],
	(ARRAY['Иванова', 'Смирнова', 'Кузнецов', 'Попов', 'Соколова', 'Brown', 'Taylor', 'Орлов', 'Белова'])[1 + i % 9] || ' ' || i,
	'e' || i || '@rassvet.example', CASE WHEN i % 7 > 4 THEN 'en' ELSE 'ru' END, 1, 'system'
FROM generate_series(1, greatest(200, :n / 200)) i;

CREATE TABLE bench.fact AS
SELECT (SELECT array_agg(id ORDER BY id) FROM person WHERE roles = 1 AND active) AS reporters,
	(SELECT array_agg(id ORDER BY id) FROM category) AS categories,
	(SELECT array_agg(c.id ORDER BY c.id) FROM ci c JOIN ci_class k ON k.id = c.class_id WHERE k.name = 'business_service') AS services,
	date_trunc('second', now()) AS loaded_at, :n::bigint AS tickets;
CREATE TABLE bench.team AS
SELECT t.id, row_number() OVER (ORDER BY t.id) AS place,
	(SELECT array_agg(m.person_id ORDER BY m.person_id) FROM team_member m JOIN person p ON p.id = m.person_id AND p.roles & 2 <> 0 WHERE m.team_id = t.id) AS members,
	ARRAY[ola_target(t.id, 1), ola_target(t.id, 2), ola_target(t.id, 3), ola_target(t.id, 4)] AS olas
FROM team t;
CREATE TABLE bench.policy AS
SELECT s.id AS service, k.kind, (policy_choose(s.id, k.kind)).id AS policy, p.priority, policy_targets((policy_choose(s.id, k.kind)).id, p.priority) AS targets
FROM unnest((SELECT services FROM bench.fact)) AS s(id), unnest(enum_range(NULL::ticket_kind)) AS k(kind), generate_series(1, 4) AS p(priority);
CREATE INDEX ON bench.policy (service, kind, priority);
CREATE TABLE bench.contract AS
SELECT k.id, k.supplier_id, e.id AS terms, x.priority, row_number() OVER (PARTITION BY x.priority ORDER BY k.id) AS place,
	jsonb_agg(jsonb_build_object('metric', x.metric, 'target_s', x.target_s, 'calendar_version', v.id) ORDER BY x.metric) AS targets
FROM contract k CROSS JOIN LATERAL terms_shown(k.id, now()) e JOIN contract_target x ON x.terms_id = e.id JOIN calendar c ON c.id = e.calendar_id
JOIN calendar_version v ON v.calendar_id = c.id AND v.version = c.version GROUP BY k.id, k.supplier_id, e.id, x.priority;

-- Lists whose heads are drawn far more often than their tails (bench.pick): words from "in every fifth ticket" to "in a few".
CREATE TABLE bench.words (list text PRIMARY KEY, items text[] NOT NULL);
INSERT INTO bench.words VALUES
('ru_what', '{Касса,Терминал оплаты,Принтер этикеток,1С,Почта,Сканер,Сеть,Интернет-магазин,Телефон,VPN,Складская программа,Весы,Монитор,Учётная запись,Общая папка,Электронная подпись,Видеонаблюдение,Терминал сбора данных,Мобильное приложение,Бухгалтерский отчёт}'),
('ru_how', '{не работает,зависает,показывает ошибку,не печатает,не включается,медленно отвечает,теряет соединение,требует пароль,не видит сервер,выгружает пустой отчёт,не проводит оплату,перезагружается сама,пишет «нет связи»,не синхронизируется,неверно считает скидку}'),
('ru_more', '{Проблема появилась сегодня утром после обновления.,Перезагрузка не помогла.,Очередь покупателей растёт.,Повторяется несколько раз в день.,У соседней кассы всё в порядке.,Кабель проверили и заменили.,Пробовали под другой учётной записью.,Документ завис при проведении.,Сообщение об ошибке приложено на снимке экрана.,Работали через мобильный интернет.,Поставщик просил прислать журнал.,Остатки на складе расходятся с учётом.,Закрыть смену не удаётся.,Сервер отвечает с большой задержкой.,Лицензия истекла вчера вечером.,Нужен доступ к отчётам по маркировке.,Инкассация задержана из-за сбоя.,Резервная копия не создалась ночью.}'),
('ru_end', '{Просим помочь как можно скорее.,Спасибо!,Можно связаться по телефону до конца смены.,Магазин работает до десяти вечера.,Готовы предоставить удалённый доступ.,Ответьте письмом.}'),
('en_what', '{Cash register,Payment terminal,Label printer,Mail,Network,E-shop,Scanner,VPN,Laptop,Warehouse application,Phone,Shared folder,Account,Order export,Monitor,Certificate}'),
('en_how', '{does not work,freezes,shows an error,does not print,is very slow,loses its connection,asks for a password,cannot reach the server,restarts by itself,exports an empty file,rejects every card,does not synchronise}'),
('en_more', '{It started this morning after the update.,A restart did not help.,Customers are waiting in line.,It happens several times a day.,The cable has been replaced.,Another account has the same problem.,The error message is in the screenshot.,The supplier asked for the log.,Stock figures differ from the ledger.,The shift cannot be closed.,The server answers with a long delay.,The licence expired last night.,The nightly backup was not made.}'),
('en_end', '{Please help as soon as possible.,Thank you!,You can call me until the end of the shift.,Remote access is possible.,Please answer by mail.}'),
('ru_fix', '{Перезапустили службу и проверили печать.,Заменили кабель и порт коммутатора.,Восстановили права доступа.,Откатили обновление до прежней версии.,Очистили очередь документов.,Продлили сертификат.,Заменили терминал из резерва.,Исправили настройку обмена.}'),
('en_fix', '{Restarted the service and tried a print.,Replaced the cable and the switch port.,Restored the access rights.,Rolled the update back.,Cleared the queue of documents.,Renewed the certificate.}');

CREATE FUNCTION bench.pick(of_list text, r double precision) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT w.items[1 + floor(cardinality(w.items) * r * r)::integer] FROM bench.words w WHERE w.list = of_list $$;
CREATE TYPE bench.event AS (type text, at timestamptz, actor bigint, role text, visibility text, body text, data jsonb);
CREATE FUNCTION bench.chained(subject text, events bench.event[], OUT seq integer, OUT type text, OUT at timestamptz, OUT actor bigint, OUT role text,
	OUT visibility text, OUT body text, OUT data jsonb, OUT hash bytea) RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	e bench.event;
BEGIN
	hash := decode(repeat('00', 32), 'hex');
	seq := 0;
	FOREACH e IN ARRAY events LOOP
		seq := seq + 1;
		type := e.type; at := e.at; actor := e.actor; role := e.role; visibility := e.visibility; body := e.body; data := coalesce(e.data, '{}');
		hash := event_digest(hash, subject, seq, type, at, at, actor, role, visibility, body, data);
		RETURN NEXT;
	END LOOP;
END $$;

-- CIs: shops, each with a switch, thirty cash registers on it and their terminals; registers are part of the shop, on which retail depends.
SET session_replication_role = replica;
INSERT INTO ci (class_id, name, status, attributes, location, source, external_key)
SELECT k.id, x.name, 'in_use', x.attributes::jsonb, 'Shop ' || s, 'bench', x.key
FROM generate_series(1, greatest(20, :n / 1000)) s
CROSS JOIN LATERAL (
	SELECT 'location' AS class, 'Shop ' || s AS name, '{}' AS attributes, 'shop-' || s AS key
	UNION ALL SELECT 'network_device', 'SW-' || s, '{}', 'switch-' || s
	UNION ALL SELECT 'cash_register', 'POS-' || s || '-' || r, '{}', 'register-' || s || '-' || r FROM generate_series(1, 30) r
	UNION ALL SELECT 'payment_terminal', 'PT-' || s || '-' || r, format('{"terminal_id": "T%s%s"}', s, r), 'terminal-' || s || '-' || r FROM generate_series(1, 30) r
	UNION ALL SELECT 'workstation', 'WS-' || s || '-' || r, '{}', 'workstation-' || s || '-' || r FROM generate_series(1, 40) r) x
JOIN ci_class k ON k.name = x.class;
CREATE TABLE bench.ci AS SELECT id, external_key AS key FROM ci WHERE source = 'bench';
CREATE UNIQUE INDEX ON bench.ci (key);
INSERT INTO ci_version (ci_id, version, class_id, name, status, phase, attributes, owner_id, location, external_key, changed_at, source)
SELECT id, 1, class_id, name, status, phase, attributes, owner_id, location, external_key, created_at, source FROM ci WHERE source = 'bench';
INSERT INTO ci_relation (source_id, type, target_id, valid_from, origin)
SELECT a.id, x.type, b.id, (SELECT loaded_at FROM bench.fact), 'bench'
FROM generate_series(1, greatest(20, :n / 1000)) s
CROSS JOIN LATERAL (
	SELECT 'register-' || s || '-' || r AS source, 'connected_to' AS type, 'switch-' || s AS target FROM generate_series(1, 30) r
	UNION ALL SELECT 'workstation-' || s || '-' || r, 'connected_to', 'switch-' || s FROM generate_series(1, 40) r
	UNION ALL SELECT 'terminal-' || s || '-' || r, 'connected_to', 'register-' || s || '-' || r FROM generate_series(1, 30) r
	UNION ALL SELECT 'register-' || s || '-' || r, 'part_of', 'shop-' || s FROM generate_series(1, 30) r) x
JOIN bench.ci a ON a.key = x.source JOIN bench.ci b ON b.key = x.target;
INSERT INTO ci_relation (source_id, type, target_id, valid_from, origin)
SELECT f.services[1], 'depends_on', c.id, f.loaded_at, 'bench' FROM bench.fact f JOIN bench.ci c ON c.key LIKE 'shop-%';
ALTER TABLE bench.fact ADD COLUMN first_ci bigint, ADD COLUMN ci_count bigint;
UPDATE bench.fact SET first_ci = (SELECT min(id) FROM bench.ci), ci_count = (SELECT count(*) FROM bench.ci);
ANALYZE bench.policy, bench.contract, bench.ci, bench.team, bench.words;

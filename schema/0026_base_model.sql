-- What the model that every installation begins with still lacked: cash registers, configurations of applications, people and documents as
-- items, and how long an item of each class may go unconfirmed. A class of the company's own with such a name, or without the class named
-- as parent, is left as it is.
CREATE TEMP TABLE more_class (name text, parent text, label_en text, label_ru text, purpose text, position integer) ON COMMIT DROP;
INSERT INTO more_class VALUES
	('application_configuration', 'software', 'Application configuration', 'Конфигурация приложения', 'Parameters of accounting systems and the like that the desk must know', 5),
	('cash_register', 'device', 'Cash register', 'Касса', 'Sells; its fiscal drive ends on a day known beforehand', 17),
	('document', 'item', 'Document', 'Документ', 'Instruction, scheme or act that is needed when something fails', 24),
	('person', 'item', 'Person', 'Человек', 'Somebody outside the directory on whom services depend: an engineer of a supplier, the keeper of a key', 25);
CREATE TEMP TABLE more_attribute (class text, name text, type text, unit text, unique_within boolean, label_en text, label_ru text, choices jsonb, reference_class text,
	purpose text, review_days integer, position integer) ON COMMIT DROP;
INSERT INTO more_attribute VALUES
	('application_configuration', 'application', 'reference', NULL, false, 'Application', 'Приложение', NULL, 'application', 'Know which platform it is a configuration of', 365, 1),
	('application_configuration', 'support_state', 'enum', NULL, false, 'Support state', 'Состояние поддержки',
		'[{"value": "standard", "label_en": "Standard, fully supported", "label_ru": "Типовая, на поддержке", "colour": "green"}, {"value": "changed", "label_en": "Changed, still supported", "label_ru": "Изменённая, на поддержке", "colour": "amber"}, {"value": "own", "label_en": "Own, not supported", "label_ru": "Снята с поддержки", "colour": "red"}]',
		NULL, 'Decide whether the vendor or our developers get the defect', 180, 2),
	('application_configuration', 'released_on', 'date', NULL, false, 'Released on', 'Дата выпуска', NULL, NULL, 'See whether a release came shortly before incidents', 14, 3),
	('application_configuration', 'exchange_schedule', 'text', NULL, false, 'Exchange schedule', 'Расписание обмена', NULL, NULL, 'Know when data is expected', 180, 4),
	('application_configuration', 'update_window', 'text', NULL, false, 'Update window', 'Окно обновления', NULL, NULL, 'Promise when a fix can be installed', 180, 5),
	('application_configuration', 'period_closed_until', 'date', NULL, false, 'Period closed until', 'Дата запрета изменений', NULL, NULL, 'Tell a locked accounting period from a fault', 30, 6),
	('application_configuration', 'database', 'reference', NULL, false, 'Database', 'База данных', NULL, 'database', 'Reach the data when diagnosing', 180, 7),
	('cash_register', 'fiscal_drive', 'text', NULL, false, 'Fiscal drive number', 'Номер фискального накопителя', NULL, NULL, 'Name it to the tax service and the supplier', 30, 1),
	('cash_register', 'fiscal_drive_expires', 'date', NULL, false, 'Fiscal drive expires', 'Окончание срока ФН', NULL, NULL, 'Replace the drive before sales stop', 30, 2),
	('cash_register', 'lane', 'integer', NULL, false, 'Lane', 'Номер линии', NULL, NULL, 'Know which lane stands still', 180, 3),
	('cash_register', 'software_version', 'text', NULL, false, 'Software version', 'Версия кассового ПО', NULL, NULL, 'See whether a roll-out broke lanes', 14, 4),
	('cash_register', 'ip', 'ip', NULL, false, 'IP address', 'IP-адрес', NULL, NULL, 'Reach it', 30, 5),
	('document', 'number', 'text', NULL, false, 'Number', 'Номер', NULL, NULL, 'Quote it', 365, 1),
	('document', 'kind', 'enum', NULL, false, 'Kind', 'Вид',
		'[{"value": "instruction", "label_en": "Instruction", "label_ru": "Инструкция"}, {"value": "scheme", "label_en": "Scheme", "label_ru": "Схема"}, {"value": "regulation", "label_en": "Regulation", "label_ru": "Регламент"}, {"value": "act", "label_en": "Act", "label_ru": "Акт"}]',
		NULL, 'Find the right one in haste', 365, 2),
	('document', 'address', 'url', NULL, false, 'Address', 'Адрес', NULL, NULL, 'Open it', 180, 3),
	('document', 'valid_to', 'date', NULL, false, 'Valid to', 'Действует до', NULL, NULL, 'Renew in time', 90, 4),
	('person', 'organisation', 'text', NULL, false, 'Organisation', 'Организация', NULL, NULL, 'Know whose employee it is', 180, 1),
	('person', 'phone', 'text', NULL, false, 'Phone', 'Телефон', NULL, NULL, 'Call when the service fails', 90, 2),
	('person', 'mail', 'text', NULL, false, 'Mail', 'Почта', NULL, NULL, 'Write when it can wait', 90, 3),
	('licence', 'software', 'reference', NULL, false, 'Software', 'Программа', NULL, 'application', 'See which program stops without it', 365, 4),
	('contract_document', 'counterparty', 'text', NULL, false, 'Counterparty', 'Контрагент', NULL, NULL, 'Know who is bound', 365, 3);
DO $$
DECLARE
	k more_class;
	f more_attribute;
	above ci_class;
	made ci_class;
BEGIN
	FOR k IN SELECT * FROM more_class ORDER BY position LOOP
		SELECT * INTO above FROM ci_class WHERE name = k.parent;
		CONTINUE WHEN above.id IS NULL OR EXISTS (SELECT FROM ci_class WHERE name = k.name);
		INSERT INTO ci_class (name, parent_id, label_en, label_ru, purpose, position)
		VALUES (k.name, above.id, k.label_en, k.label_ru, k.purpose, k.position) RETURNING * INTO made;
		UPDATE ci_class SET lineage = above.lineage || made.id WHERE id = made.id AND lineage = '{}';
	END LOOP;
	FOR f IN SELECT * FROM more_attribute LOOP
		SELECT * INTO made FROM ci_class WHERE name = f.class;
		CONTINUE WHEN made.id IS NULL OR NOT made.lineage && ARRAY(SELECT id FROM ci_class WHERE name = 'item')
			OR (f.reference_class IS NOT NULL AND NOT EXISTS (SELECT FROM ci_class WHERE name = f.reference_class))
			OR EXISTS (SELECT FROM ci_attribute x JOIN ci_class c ON c.id = x.class_id
				WHERE x.name = f.name AND (c.id = ANY (made.lineage) OR made.id = ANY (c.lineage)));
		INSERT INTO ci_attribute (class_id, name, type, unit, unique_within, label_en, label_ru, choices, reference_class_id, purpose, review_days, position)
		VALUES (made.id, f.name, f.type::attribute_type, f.unit, f.unique_within, f.label_en, f.label_ru, f.choices,
			(SELECT id FROM ci_class WHERE name = f.reference_class), f.purpose, f.review_days, f.position);
	END LOOP;
END $$;

UPDATE ci_class c SET review_days = d.days FROM (VALUES ('item', 365), ('business_service', 180), ('application_configuration', 90), ('certificate', 30), ('licence', 90),
	('server', 90), ('virtual_machine', 90), ('workstation', 180), ('network_device', 180), ('cash_register', 90), ('contract_document', 180), ('document', 365),
	('person', 180)) AS d(name, days)
WHERE c.name = d.name AND c.review_days IS NULL;

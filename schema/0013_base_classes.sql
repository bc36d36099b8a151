-- What every installation starts with: names of teams by language, and the classes that a company which buys its IT needs from the first day.
ALTER TABLE team ADD COLUMN name_en text CHECK (name_en <> ''), ADD COLUMN name_ru text CHECK (name_ru <> '');
COMMENT ON COLUMN team.name_en IS 'English name; NULL: name';
COMMENT ON COLUMN team.name_ru IS 'Russian name; NULL: name';

-- A model of the company's own is left as it is: the tree is laid only where there are no classes at all, and otherwise the one class that
-- services need. Owners and sources of attributes are the company's to name. The triggers of the rules are not there yet on an empty
-- database, so lineages are written here.
CREATE TEMP TABLE base_class (name text, parent text, abstract boolean, label_en text, label_ru text, purpose text, position integer) ON COMMIT DROP;
INSERT INTO base_class VALUES
	('item', NULL, true, 'Item', 'Объект учёта', 'What every configuration item has', 1),
	('business_service', 'item', false, 'Business service', 'Бизнес-сервис', 'What the business gets from IT; carries promises, routing and money', 2),
	('software', 'item', true, 'Software', 'Программное обеспечение', 'Everything that is code or its settings', 3),
	('application', 'software', false, 'Application', 'Приложение', 'Program that serves one or more services', 4),
	('database', 'software', false, 'Database', 'База данных', 'Where data lives; backup and load', 6),
	('certificate', 'software', false, 'Certificate', 'Сертификат', 'Ends on a day known beforehand; no outage should come from it', 7),
	('licence', 'software', false, 'Licence', 'Лицензия', 'Rights bought: count, term, key', 8),
	('hardware', 'item', true, 'Hardware', 'Оборудование', 'Things that can be touched, break and have a warranty', 9),
	('computer', 'hardware', true, 'Computer', 'Компьютер', 'Runs programs', 10),
	('server', 'computer', false, 'Server', 'Сервер', 'Physical server', 11),
	('virtual_machine', 'computer', false, 'Virtual machine', 'Виртуальная машина', 'Server without metal of its own', 12),
	('workstation', 'computer', false, 'Workstation', 'Рабочее место', 'Computer of a person', 13),
	('network_device', 'hardware', false, 'Network device', 'Сетевое оборудование', 'Router, switch, firewall, access point', 14),
	('network_link', 'item', false, 'Network link', 'Канал связи', 'A line rented from a carrier', 15),
	('device', 'hardware', true, 'Device', 'Устройство', 'Peripheral devices', 16),
	('printer', 'device', false, 'Printer', 'Принтер', 'Printers and copiers', 19),
	('phone', 'device', false, 'Phone', 'Телефон', 'Desk phone or mobile handset', 20),
	('contract_document', 'item', false, 'Contract', 'Договор', 'Paper that binds a supplier; what it covers is found through relations', 22),
	('location', 'item', false, 'Location', 'Площадка', 'Office, shop, warehouse, data centre', 23);
CREATE TEMP TABLE base_attribute (class text, name text, type text, unit text, required boolean, unique_within boolean, label_en text, label_ru text,
	choices jsonb, reference_class text, purpose text, review_days integer, position integer) ON COMMIT DROP;
INSERT INTO base_attribute VALUES
	('item', 'inventory_number', 'text', NULL, false, true, 'Inventory number', 'Инвентарный номер', NULL, NULL, 'Find the item in the fixed-asset register', 180, 1),
	('item', 'purchased_on', 'date', NULL, false, false, 'Purchased on', 'Дата покупки', NULL, NULL, 'Decide whether warranty still pays for the repair', NULL, 2),
	('business_service', 'name_ru', 'text', NULL, false, false, 'Russian name', 'Название по-русски', NULL, NULL, 'Show the service to Russian-speaking employees', 365, 1),
	('business_service', 'criticality', 'integer', NULL, false, false, 'Criticality', 'Критичность', NULL, NULL, 'Choose the SLA policy; 1 vital, 3 can wait', 365, 2),
	('software', 'version', 'text', NULL, false, false, 'Version', 'Версия', NULL, NULL, 'Tell the supplier which version fails; plan upgrades', 30, 1),
	('application', 'vendor', 'text', NULL, false, false, 'Vendor', 'Разработчик', NULL, NULL, 'Know whose defect it is', 365, 1),
	('application', 'address', 'url', NULL, false, false, 'Address', 'Адрес', NULL, NULL, 'Reach it when diagnosing', 180, 2),
	('application', 'recovery_time_h', 'integer', 'h', false, false, 'Recovery time objective', 'Целевое время восстановления', NULL, NULL, 'Choose backup and standby', 365, 3),
	('database', 'engine', 'enum', NULL, false, false, 'Engine', 'СУБД', '[{"value": "postgresql", "label_en": "PostgreSQL", "label_ru": "PostgreSQL"}, {"value": "mssql", "label_en": "Microsoft SQL Server", "label_ru": "Microsoft SQL Server"}, {"value": "mysql", "label_en": "MySQL", "label_ru": "MySQL"}, {"value": "clickhouse", "label_en": "ClickHouse", "label_ru": "ClickHouse"}]', NULL, 'Choose who can mend it', 90, 1),
	('database', 'size_gb', 'decimal', 'GB', false, false, 'Size', 'Размер', NULL, NULL, 'Plan disks and the backup window', 30, 2),
	('database', 'backup', 'text', NULL, false, false, 'Backup', 'Резервное копирование', NULL, NULL, 'Know what can be restored and to when', 90, 3),
	('certificate', 'expires_on', 'date', NULL, true, false, 'Expires on', 'Действует до', NULL, NULL, 'Renew in time', 7, 1),
	('certificate', 'subject', 'text', NULL, false, false, 'Subject', 'Субъект', NULL, NULL, 'Find where it is used', NULL, 2),
	('licence', 'seats', 'integer', NULL, false, false, 'Seats', 'Количество', NULL, NULL, 'Buy before they run out', 90, 1),
	('licence', 'expires_on', 'date', NULL, false, false, 'Expires on', 'Действует до', NULL, NULL, 'Renew in time', 30, 2),
	('licence', 'contract', 'reference', NULL, false, false, 'Contract', 'Договор', NULL, 'contract_document', 'Find the terms', 365, 3),
	('hardware', 'model', 'text', NULL, false, false, 'Model', 'Модель', NULL, NULL, 'Order the right part; see which models fail most', 180, 1),
	('hardware', 'serial_number', 'text', NULL, false, true, 'Serial number', 'Серийный номер', NULL, NULL, 'Prove the warranty claim', 365, 2),
	('hardware', 'warranty_until', 'date', NULL, false, false, 'Warranty until', 'Гарантия до', NULL, NULL, 'Decide who pays for the repair', 180, 3),
	('computer', 'hostname', 'text', NULL, false, false, 'Host name', 'Имя в сети', NULL, NULL, 'Reach it; join it with monitoring and inventory', 30, 1),
	('computer', 'ip', 'ip', NULL, false, false, 'IP address', 'IP-адрес', NULL, NULL, 'Reach it', 30, 2),
	('computer', 'os', 'text', NULL, false, false, 'Operating system', 'Операционная система', NULL, NULL, 'Plan upgrades, see exposure to a vulnerability', 30, 3),
	('computer', 'memory_gb', 'integer', 'GB', false, false, 'Memory', 'Память', NULL, NULL, 'Decide on upgrade or replacement', 90, 4),
	('server', 'rack', 'text', NULL, false, false, 'Rack', 'Стойка', NULL, NULL, 'Send hands to the right place', 180, 1),
	('server', 'remote_console', 'url', NULL, false, false, 'Remote console', 'Удалённая консоль', NULL, NULL, 'Reach it when the system is down', 180, 2),
	('virtual_machine', 'cpu_count', 'integer', NULL, false, false, 'CPUs', 'Процессоров', NULL, NULL, 'Plan the load of hosts', 30, 1),
	('workstation', 'disk_encrypted', 'boolean', NULL, false, false, 'Disk encrypted', 'Диск зашифрован', NULL, NULL, 'Know what a theft discloses', 30, 1),
	('network_device', 'mac', 'mac', NULL, false, true, 'MAC address', 'MAC-адрес', NULL, NULL, 'Find it in the network', 90, 1),
	('network_device', 'ip', 'ip', NULL, false, false, 'IP address', 'IP-адрес', NULL, NULL, 'Reach it', 30, 2),
	('network_device', 'role', 'enum', NULL, false, false, 'Role', 'Роль', '[{"value": "router", "label_en": "Router", "label_ru": "Маршрутизатор"}, {"value": "switch", "label_en": "Switch", "label_ru": "Коммутатор"}, {"value": "firewall", "label_en": "Firewall", "label_ru": "Межсетевой экран"}, {"value": "access_point", "label_en": "Access point", "label_ru": "Точка доступа"}]', NULL, 'See what depends on it', 180, 3),
	('network_device', 'firmware', 'text', NULL, false, false, 'Firmware', 'Прошивка', NULL, NULL, 'Plan updates', 90, 4),
	('network_link', 'bandwidth_mbit', 'integer', 'Mbit/s', false, false, 'Bandwidth', 'Скорость', NULL, NULL, 'See whether the line is too narrow', 180, 1),
	('network_link', 'carrier_circuit', 'text', NULL, false, false, 'Carrier circuit', 'Номер канала у оператора', NULL, NULL, 'Name it when reporting a fault', 365, 2),
	('printer', 'ip', 'ip', NULL, false, false, 'IP address', 'IP-адрес', NULL, NULL, 'Reach it', 30, 1),
	('printer', 'colour', 'boolean', NULL, false, false, 'Colour', 'Цветной', NULL, NULL, 'Offer it to those who need colour', NULL, 2),
	('printer', 'pages', 'integer', 'pages', false, false, 'Pages printed', 'Напечатано страниц', NULL, NULL, 'Plan maintenance by wear', 30, 3),
	('phone', 'extension', 'text', NULL, false, false, 'Extension', 'Внутренний номер', NULL, NULL, 'Find whose phone it is', 90, 1),
	('contract_document', 'number', 'text', NULL, true, false, 'Number', 'Номер', NULL, NULL, 'Quote it', 365, 1),
	('contract_document', 'valid_to', 'date', NULL, false, false, 'Valid to', 'Действует до', NULL, NULL, 'Prolong in time', 90, 2),
	('location', 'address', 'text', NULL, false, false, 'Address', 'Адрес', NULL, NULL, 'Send an engineer', 365, 1),
	('location', 'zone', 'text', NULL, false, false, 'Time zone', 'Часовой пояс', NULL, NULL, 'Call when people are there', 365, 2),
	('location', 'contact_phone', 'text', NULL, false, false, 'Contact phone', 'Телефон площадки', NULL, NULL, 'Call when the line is down', 180, 3);

DO $$
DECLARE
	b base_class;
	empty boolean := NOT EXISTS (SELECT FROM ci_class);
	above ci_class;
	made ci_class;
BEGIN
	FOR b IN SELECT * FROM base_class ORDER BY position LOOP
		CONTINUE WHEN NOT empty AND b.name <> 'business_service';
		CONTINUE WHEN EXISTS (SELECT FROM ci_class WHERE name = b.name);
		SELECT * INTO above FROM ci_class WHERE name = b.parent;
		INSERT INTO ci_class (name, parent_id, abstract, label_en, label_ru, purpose, position)
		VALUES (b.name, above.id, b.abstract, b.label_en, b.label_ru, b.purpose, b.position) RETURNING * INTO made;
		UPDATE ci_class SET lineage = coalesce(above.lineage, '{}') || made.id WHERE id = made.id AND lineage = '{}';
		INSERT INTO ci_attribute (class_id, name, type, unit, required, unique_within, label_en, label_ru, choices, purpose, review_days, position)
		SELECT made.id, a.name, a.type::attribute_type, a.unit, a.required, a.unique_within, a.label_en, a.label_ru, a.choices, a.purpose, a.review_days, a.position
		FROM base_attribute a WHERE a.class = b.name AND NOT EXISTS (SELECT FROM ci_attribute x WHERE x.name = a.name AND x.class_id = ANY (above.lineage))
		ORDER BY a.position;
	END LOOP;
	-- A class may be referred to that comes after.
	UPDATE ci_attribute x SET reference_class_id = r.id
	FROM base_attribute a JOIN ci_class c ON c.name = a.class JOIN ci_class r ON r.name = a.reference_class
	WHERE empty AND x.class_id = c.id AND x.name = a.name AND x.type = 'reference' AND x.reference_class_id IS NULL;
END $$;

-- What tests/audit/recompute.py reads: every event and calendar as one line of JSON, by id within each kind.
--     psql -X -A -t -f events.sql | python3 recompute.py anchors.jsonl
SELECT json_build_object('kind', 'ticket', 'id', ticket_id, 'seq', seq, 'xid', xid::text::bigint, 'recorded', extract(epoch FROM recorded_at)::bigint,
	'fields', ARRAY[type::text, extract(epoch FROM occurred_at)::bigint::text, extract(epoch FROM recorded_at)::bigint::text, actor_id::text, actor_role::text,
		visibility::text, body, data::text])
FROM ticket_event ORDER BY ticket_id, seq;
SELECT json_build_object('kind', 'case', 'id', case_id, 'seq', seq, 'xid', xid::text::bigint, 'recorded', extract(epoch FROM recorded_at)::bigint,
	'fields', ARRAY[type::text, extract(epoch FROM occurred_at)::bigint::text, extract(epoch FROM recorded_at)::bigint::text, actor_id::text, party::text,
		NULL, body, data::text])
FROM case_event ORDER BY case_id, seq;
SELECT json_build_object('kind', 'contract', 'id', contract_id, 'seq', seq, 'xid', xid::text::bigint, 'recorded', extract(epoch FROM recorded_at)::bigint,
	'fields', ARRAY[type, extract(epoch FROM recorded_at)::bigint::text, extract(epoch FROM recorded_at)::bigint::text, actor_id::text, terms_id::text,
		NULL, NULL, data::text])
FROM contract_event ORDER BY contract_id, seq;
SELECT json_build_object('kind', 'calendar', 'id', id, 'seq', version, 'xid', xid::text::bigint, 'body', body::text) FROM calendar_version ORDER BY id;

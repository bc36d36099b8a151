-- name: pause_rows
SELECT case_id, case_number, case_status, ticket_number, supplier_id, supplier, contract_id, contract, from_seq, to_seq, from_at, to_at, worked_s,
	calendar_version_id, array_to_json(metrics), limit_s, reason, reason_en, reason_ru, waits_for, party, author_id, author, via, said, entered_at, late_s,
	end_type, end_author_id, end_author, end_via, end_entered_at, end_late_s, files, notes, consent, consent_reason, consent_by, consent_at,
	contest_id, contest_state, is_late, self_serving, is_contested, consent_entered_id, consent_entered
FROM pause_rows($1, $2, $3, $4, $5, $6, $7, $8, $9::int, $10::int);

-- name: pause_case_seen
SELECT c.id FROM supplier_case c JOIN ticket t ON t.id = c.ticket_id
WHERE c.id = $5 AND (is_staff($2) OR reads_all($2)) AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL;

-- name: pause_note
SELECT pause_note($1, $2, $3, $4, $5, $6::int, $7, $8);

-- name: case_attach
SELECT made, digest FROM case_attach($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: supply_rule_read
SELECT jsonb_build_object('late_entry_s', late_entry_s, 'link_days', link_days, 'link_grace_h', link_grace_h), version FROM supply_rule;

-- name: supply_rule_save
UPDATE supply_rule SET late_entry_s = coalesce($2, late_entry_s), link_days = coalesce($3::int, link_days), link_grace_h = coalesce($4::int, link_grace_h),
	version = version + 1 WHERE $1 = -1 OR version = $1
RETURNING jsonb_build_object('late_entry_s', late_entry_s, 'link_days', link_days, 'link_grace_h', link_grace_h), version;

-- name: contest_list
SELECT contest_json(o), o.id FROM contest o JOIN supplier_case c ON c.id = o.case_id JOIN ticket t ON t.id = c.ticket_id
WHERE (is_staff($2) OR reads_all($2)) AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL
	AND ($5::text IS NULL OR o.state = $5) AND ($6::bigint IS NULL OR c.supplier_id = $6) AND ($7::bigint IS NULL OR o.case_id = $7)
	AND ($8::bigint IS NULL OR o.id < $8) ORDER BY o.id DESC LIMIT $9::int;

-- name: contest_read
SELECT contest_json(o), o.id FROM contest o JOIN supplier_case c ON c.id = o.case_id JOIN ticket t ON t.id = c.ticket_id
WHERE o.id = $5 AND (is_staff($2) OR reads_all($2)) AND ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL;

-- name: contest_decide
SELECT on_ticket, on_case FROM contest_decide($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: pause_agree_enter
SELECT pause_agree_enter($1, $2, $3, $4, $5, $6::int, $7, $8, $9);

-- name: contest_enter
SELECT contest_enter($1, $2, $3, $4, $5, $6::int, $7::int, $8, $9, $10, $11);

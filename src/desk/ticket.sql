-- name: ticket_create
SELECT id, number, wrong
FROM ticket_create($1, $2, $3, $4, $5::ticket_kind, $6, $7, $8, $9::ticket_channel, $10, $11, $12, $13, $14);

-- name: ticket_opened_mail
SELECT ticket_opened_mail($1, $2);

-- name: ticket_edit
SELECT id, wrong FROM ticket_edit($5, $1, $2, $3, $4, $6, $7, $8);

-- name: ticket_ci_link
SELECT ticket_ci_link($5, $1, $2, $3, $4, $6, $7::ci_role);

-- name: ticket_ci_unlink
SELECT ticket_ci_unlink($5, $1, $2, $3, $4, $6);

-- name: ticket_participant_add
SELECT ticket_participant_add($5, $1, $2, $3, $4, $6);

-- name: ticket_me_too
SELECT number, people FROM ticket_me_too($5, $1, $2, $3, $4);

-- name: ticket_read
-- $7: the operation before has checked that the actor may see it. $8: the number asked by, kind included.
SELECT * FROM ticket_read($5, $1, $2, $3, $6, $4) r WHERE $7::boolean OR (r.number = $8 AND r.visible);

-- name: ticket_cases
SELECT k.id, k.number, k.supplier_id, s.name, k.contract_id, n.number || ' ' || n.name, k.status, k.sent_at, k.next_due_at, k.supplier_ref
FROM supplier_case k JOIN supplier s ON s.id = k.supplier_id JOIN contract n ON n.id = k.contract_id
WHERE k.ticket_id = $1 ORDER BY k.status IN ('open', 'waiting_us', 'verifying') DESC, k.id DESC LIMIT 50;

-- name: category_list
SELECT c.id, c.key, CASE $1 WHEN 'ru' THEN c.name_ru ELSE c.name_en END, c.parent_id FROM category c WHERE c.active
ORDER BY c.position, c.id;

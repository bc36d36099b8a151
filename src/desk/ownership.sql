-- name: ticket_take
SELECT ticket_take($1, $2, $3, $4, $5);

-- name: handover_offer
SELECT h.id, handover_json(h, (SELECT language FROM person WHERE id = $1)) FROM handover_offer($1, $2, $3, $4, $5, $6, $7, $8::handover_reason, $9::handover_mode, $10, $11) h;

-- name: handover_accept
SELECT h.ticket_id, handover_json(h, (SELECT language FROM person WHERE id = $1)) FROM handover_accept($1, $2, $3, $4, $5) h;

-- name: handover_refuse
SELECT h.ticket_id, handover_json(h, (SELECT language FROM person WHERE id = $1)) FROM handover_refuse($1, $2, $3, $4, $5, $6, $7) h;

-- name: handover_force
SELECT h.ticket_id, handover_json(h, (SELECT language FROM person WHERE id = $1)) FROM handover_force($1, $2, $3, $4, $5, $6) h;

-- name: handover_preview
-- What the reporter would read; for staff who see the ticket.
SELECT message_render(m.subject, i.params), message_render(m.body, i.params), r.language
FROM ticket t JOIN person r ON r.id = t.reporter_id JOIN person p ON p.id = $6,
	introduction_text(t, p, $7::handover_reason, $8, $9) AS i, message_template m
WHERE t.id = $5 AND ticket_inside(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL AND m.key = i.template AND m.language = r.language;

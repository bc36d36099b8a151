-- name: causes_tickets
-- Tickets by number with the CIs that they are about: linked ones, else their service, else what the reporter uses.
SELECT w.place, t.id, t.number, t.subject, coalesce(
	(SELECT array_agg(l.ci_id ORDER BY l.ci_id) FROM ticket_ci l JOIN ci c ON c.id = l.ci_id AND c.phase <> 'ended' WHERE l.ticket_id = t.id AND l.role <> 'related'),
	(SELECT ARRAY[t.service_id] WHERE t.service_id IS NOT NULL),
	(SELECT array_agg(u.ci_id ORDER BY u.ci_id) FROM (SELECT u.ci_id FROM ci_user u JOIN ci c ON c.id = u.ci_id AND c.phase <> 'ended'
		WHERE u.person_id = t.reporter_id AND u.until IS NULL ORDER BY u.ci_id LIMIT 10) u))::text
FROM unnest($5::text[]) WITH ORDINALITY AS w(number, place) JOIN ticket t ON t.number = w.number
WHERE ticket_visible(t, $1, $2, $3) AND $4::timestamptz IS NOT NULL
ORDER BY w.place;

-- name: causes_beside
-- The ticket first, then the newest open incidents of the last days that the actor may read.
SELECT n.number FROM (
	(SELECT t.number, 0 AS place, t.updated_at FROM ticket t WHERE t.number = $5::text AND ticket_visible(t, $1, $2, $3))
	UNION ALL
	(SELECT t.number, 1, t.updated_at FROM ticket t
	WHERE t.kind = 'incident' AND t.status NOT IN ('resolved', 'closed', 'cancelled') AND t.updated_at > $4::timestamptz - interval '7 days'
		AND t.number <> $5::text AND ticket_inside(t, $1, $2, $3)
	ORDER BY t.updated_at DESC, t.id DESC LIMIT 99)
) n ORDER BY n.place, n.updated_at DESC;

-- name: causes_size
-- How many CIs there are; a large table is not counted.
SELECT CASE WHEN s.about > 50000 THEN s.about ELSE (SELECT count(*) FROM ci WHERE phase <> 'ended') END
FROM (SELECT reltuples::bigint AS about FROM pg_class WHERE oid = 'ci'::regclass) s;

-- name: causes_facts
-- What is going on at each of these CIs: open incidents beside those asked about, changes of the last seven days.
SELECT w.place, (SELECT coalesce(jsonb_agg(jsonb_build_object('number', i.number, 'subject', i.subject, 'status', i.status)), '[]')::text FROM (
		SELECT t.number, t.subject, t.status FROM ticket_ci l JOIN ticket t ON t.id = l.ticket_id
		WHERE l.ci_id = w.id AND l.role <> 'related' AND t.kind = 'incident' AND t.status NOT IN ('resolved', 'closed', 'cancelled')
			AND ticket_inside(t, $1, $2, $3) AND NOT t.number = ANY ($6::text[]) ORDER BY t.priority, t.id DESC LIMIT 5) i),
	(SELECT coalesce(jsonb_agg(jsonb_build_object('at', instant_text(v.changed_at), 'by', v.name, 'source', v.source, 'ticket', v.number)), '[]')::text FROM (
		SELECT v.changed_at, v.source, p.name, t.number FROM ci_version v LEFT JOIN person p ON p.id = v.actor_id
			LEFT JOIN ticket t ON t.id = v.ticket_id AND ticket_inside(t, $1, $2, $3)
		WHERE v.ci_id = w.id AND v.version > 1 AND v.changed_at > $4::timestamptz - interval '7 days' ORDER BY v.changed_at DESC LIMIT 3) v)
FROM unnest($5::bigint[]) WITH ORDINALITY AS w(id, place) ORDER BY w.place;

-- name: offer_cis
-- What a person uses: devices and services, in the order of their names.
SELECT c.id, ci_called(c, $2::text), c.status, k.id, k.name, k.label_en, k.label_ru, EXISTS (SELECT FROM ci_class b WHERE b.name = 'business_service' AND b.id = ANY (k.lineage))
FROM ci_user u JOIN ci c ON c.id = u.ci_id AND c.phase <> 'ended' JOIN ci_class k ON k.id = c.class_id
WHERE u.person_id = $1 AND u.until IS NULL ORDER BY 8, 2, c.id LIMIT 50;

-- name: offer_person
SELECT id FROM person WHERE id = $1 AND active;

-- name: offer_outages
-- Open incidents on what the person's CIs depend on. Employees hear of published ones alone, staff of all that they may read; a ticket that the
-- person has joined or reported comes too, so that nobody reports it again.
SELECT t.number, t.subject, t.owner_id, o.name, 1 + (SELECT count(*) FROM ticket_participant p WHERE p.ticket_id = t.id),
	t.due_at, m.ci_id, t.reporter_id = $6::bigint OR EXISTS (SELECT FROM ticket_participant p WHERE p.ticket_id = t.id AND p.person_id = $6::bigint),
	CASE WHEN ticket_inside(t, $1, $2, $3) THEN r.department IS NOT NULL AND r.department = (SELECT department FROM person WHERE id = $6::bigint) ELSE false END,
	CASE WHEN ticket_inside(t, $1, $2, $3) THEN r.id END, CASE WHEN ticket_inside(t, $1, $2, $3) THEN r.name END
FROM (
	SELECT x.ticket_id, (array_agg(x.ci_id ORDER BY x.role = 'cause' DESC, x.place))[1] AS ci_id, min(x.place) AS place, bool_or(x.role = 'cause') AS is_cause FROM (
		SELECT l.ticket_id, l.ci_id, l.role::text, w.place FROM unnest($5::bigint[]) WITH ORDINALITY AS w(id, place) JOIN ticket_ci l ON l.ci_id = w.id WHERE l.role <> 'related'
		UNION ALL
		SELECT s.id, s.service_id, 'service', w.place FROM unnest($5::bigint[]) WITH ORDINALITY AS w(id, place)
		JOIN ticket s ON s.service_id = w.id WHERE s.status NOT IN ('resolved', 'closed', 'cancelled') AND s.kind = 'incident' AND s.impact <= 2
	) x GROUP BY x.ticket_id
) m JOIN ticket t ON t.id = m.ticket_id LEFT JOIN person o ON o.id = t.owner_id JOIN person r ON r.id = t.reporter_id
WHERE t.kind = 'incident' AND t.status NOT IN ('resolved', 'closed', 'cancelled') AND (ticket_known(t) OR ticket_inside(t, $1, $2, $3))
	AND t.updated_at > $4::timestamptz - interval '30 days'
ORDER BY m.is_cause DESC, t.impact, t.priority, m.place, t.id DESC LIMIT 8;

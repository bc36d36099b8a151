-- Reading one ticket. After the functions it uses: a SELECT is checked when it is made.

-- A whole ticket as one reader sees it, but for what counts by the second (clocks, cases). One SELECT, which the planner takes into the calling
-- statement: names are looked up by index probes, lists of things come as JSON.
CREATE OR REPLACE FUNCTION ticket_read(wanted bigint, actor bigint, actor_roles integer, actor_teams bigint[], language text, at timestamptz)
RETURNS TABLE (number text, kind ticket_kind, subject text, body text, status ticket_status, priority smallint, impact smallint, urgency smallint,
	channel ticket_channel, reporter_id bigint, reporter text, opened_by_id bigint, opened_by text, owner_id bigint, owner text,
	team_id bigint, team text, team_level smallint, service_id bigint, service text, category_id bigint, category text,
	supplier_id bigint, supplier text, opened_at timestamptz, updated_at timestamptz, resolved_at timestamptz, closed_at timestamptz,
	promised_at timestamptz, reopen_until timestamptz, close_due_at timestamptz, cause text, fix text, prevention text, no_prevention boolean,
	no_ci_reason text, reopen_count smallint, handover_count smallint, external_source text, external_number text, restricted boolean,
	handover jsonb, rating json, owners json, cis json, attachments json, participants json, can json, version integer, inside boolean, visible boolean)
LANGUAGE sql STABLE AS $$
	SELECT t.number, t.kind, t.subject, t.body, t.status, t.priority, t.impact, t.urgency, t.channel,
		t.reporter_id, (SELECT p.name FROM person p WHERE p.id = t.reporter_id), t.opened_by, (SELECT p.name FROM person p WHERE p.id = t.opened_by),
		t.owner_id, (SELECT p.name FROM person p WHERE p.id = t.owner_id), t.team_id, team_called(m, ticket_read.language), m.level,
		t.service_id, (SELECT ci_called(s, ticket_read.language) FROM ci s WHERE s.id = t.service_id),
		t.category_id, (SELECT CASE ticket_read.language WHEN 'ru' THEN c.name_ru ELSE c.name_en END FROM category c WHERE c.id = t.category_id),
		CASE WHEN i.inside OR t.status = 'waiting_supplier' THEN t.open_case_supplier_id END,
		CASE WHEN i.inside OR t.status = 'waiting_supplier' THEN (SELECT u.name FROM supplier u WHERE u.id = t.open_case_supplier_id) END,
		t.opened_at, t.updated_at, t.resolved_at, t.closed_at, t.due_at, t.reopen_until, t.close_due_at,
		t.cause, t.fix, t.prevention, t.no_prevention, t.no_ci_reason, t.reopen_count, t.handover_count, t.external_source, t.external_number,
		t.restricted_team_id IS NOT NULL,
		CASE WHEN i.inside AND t.owner_id IS NOT NULL THEN (SELECT handover_json(h, ticket_read.language) FROM handover h WHERE h.ticket_id = t.id AND h.state = 'offered') END,
		CASE WHEN t.resolution_count > 0 AND (i.inside OR t.reporter_id = ticket_read.actor) THEN
			(SELECT json_build_object('score', g.score, 'recommend', g.recommend, 'comment', g.comment) FROM rating g
				WHERE g.ticket_id = t.id ORDER BY g.resolution_no DESC LIMIT 1) END,
		-- Without a handover there is one period, found by a plain index; the others are in the index of the exclusion constraint.
		CASE WHEN t.owner_id IS NOT NULL AND t.handover_count = 0 THEN
			(SELECT json_build_array(json_build_object('person', (SELECT json_build_object('id', p.id, 'name', p.name) FROM person p WHERE p.id = w.person_id),
					'from', instant_text(lower(w.period)), 'to', NULL, 'reason', NULL, 'mode', NULL))
				FROM ownership w WHERE w.ticket_id = t.id AND upper_inf(w.period))
			WHEN t.owner_id IS NOT NULL THEN
			(SELECT json_agg(json_build_object('person', (SELECT json_build_object('id', p.id, 'name', p.name) FROM person p WHERE p.id = w.person_id),
					'from', instant_text(lower(w.period)), 'to', instant_text(upper(w.period)), 'reason', x.reason, 'mode', x.mode) ORDER BY lower(w.period))
				FROM ownership w LEFT JOIN handover x ON x.id = w.handover_id WHERE w.ticket_id = t.id) END,
		(SELECT json_agg(json_build_object('id', c.id, 'name', c.name, 'class', (SELECT k.name FROM ci_class k WHERE k.id = c.class_id), 'role', l.role,
				'status', c.status) ORDER BY l.role, c.name, c.id)
			FROM ticket_ci l JOIN ci c ON c.id = l.ci_id WHERE l.ticket_id = t.id AND (i.inside OR l.role = 'affected')),
		(SELECT json_agg(json_build_object('id', a.id, 'name', a.name, 'content_type', a.content_type, 'size_bytes', a.size_bytes,
				'visibility', a.visibility, 'added_at', instant_text(a.added_at), 'author', (SELECT json_build_object('id', p.id, 'name', p.name) FROM person p WHERE p.id = a.author_id)) ORDER BY a.id)
			FROM attachment a WHERE a.ticket_id = t.id AND (i.inside OR a.visibility = 'public')),
		(SELECT json_agg((SELECT json_build_object('id', p.id, 'name', p.name) FROM person p WHERE p.id = q.person_id) ORDER BY q.person_id) FROM ticket_participant q
			WHERE q.ticket_id = t.id AND (i.inside OR q.person_id = ticket_read.actor)),
		array_to_json(ticket_can(t, ticket_read.actor, ticket_read.actor_roles, ticket_read.actor_teams, ticket_read.at)), t.version, i.inside,
		ticket_shown(t, ticket_read.actor, ticket_read.actor_roles, ticket_read.actor_teams)
	FROM ticket t JOIN team m ON m.id = t.team_id
	CROSS JOIN LATERAL (SELECT ticket_inside(t, ticket_read.actor, ticket_read.actor_roles, ticket_read.actor_teams) AS inside) i
	WHERE t.id = ticket_read.wanted
$$;
COMMENT ON FUNCTION ticket_read IS 'A whole ticket as one reader sees it; the program adds clocks and cases';

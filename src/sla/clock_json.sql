-- name: clock_list_ticket
-- Clocks with their pauses as JSON, for answers; what runs is brought up to now in C.
SELECT c.metric, c.ordinal, c.state, c.target_s, c.elapsed_s, c.evaluated_at, c.started_at, c.stopped_at, c.due_at, c.breached_at,
	c.calendar_version_id, v.calendar_id, (SELECT k.name FROM calendar k WHERE k.id = v.calendar_id), c.retarget_count,
	(SELECT jsonb_agg(jsonb_build_object('from', instant_text(p.from_at), 'to', instant_text(p.to_at), 'reason', p.reason, 'waits_for', p.waits_for,
		'worked_s', p.worked_s, 'from_seq', p.from_seq, 'to_seq', p.to_seq) ORDER BY p.ordinal) FROM clock_pause p WHERE p.clock_id = c.id),
	c.paused_s
FROM clock c JOIN calendar_version v ON v.id = c.calendar_version_id
WHERE c.ticket_id = $1 AND ($2::boolean OR c.metric <> 'ola') ORDER BY metric_place(c.metric), c.ordinal;

-- name: clock_list_case
SELECT c.metric, c.ordinal, c.state, c.target_s, c.elapsed_s, c.evaluated_at, c.started_at, c.stopped_at, c.due_at, c.breached_at,
	c.calendar_version_id, v.calendar_id, (SELECT k.name FROM calendar k WHERE k.id = v.calendar_id), c.retarget_count,
	(SELECT jsonb_agg(jsonb_build_object('from', instant_text(p.from_at), 'to', instant_text(p.to_at), 'reason', p.reason, 'waits_for', p.waits_for,
		'worked_s', p.worked_s, 'from_seq', p.from_seq, 'to_seq', p.to_seq) ORDER BY p.ordinal) FROM clock_pause p WHERE p.clock_id = c.id),
	c.paused_s
FROM clock c JOIN calendar_version v ON v.id = c.calendar_version_id
WHERE c.case_id = $1 ORDER BY metric_place(c.metric), c.ordinal;

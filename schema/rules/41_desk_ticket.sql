-- Tickets: who may do what, opening, editing, links, files, search words, and the ticket as one JSON text.
-- 42_desk_actions.sql moves tickets through their life and uses ticket_allow, ticket_search_refresh and ticket_json from here.

-- Whether the actor sees the inner side (notes, facts of the program, OLA, cases), not only what the reporter sees.
CREATE OR REPLACE FUNCTION ticket_inside(t ticket, actor bigint, actor_roles integer, actor_teams bigint[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT reads_all(actor_roles)
		OR (is_staff(actor_roles) AND (t.restricted_team_id IS NULL OR t.restricted_team_id = ANY (actor_teams) OR t.owner_id = actor))
$$;
COMMENT ON FUNCTION ticket_inside IS 'Whether the actor sees notes, facts of the program and cases; the reporter''s side of ticket_visible is left out';

-- "INC-000042" to its id; NULL when there is none, so that ticket_lock(NULL, …) says 404.
CREATE OR REPLACE FUNCTION ticket_number_id(wanted text) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT id FROM ticket WHERE number = wanted $$;
COMMENT ON FUNCTION ticket_number_id IS 'Id of a ticket by its number, kind included';

-- What the actor may do now, in alphabetical order. The states' part stands in ticket_move, who may do it stands here (product.md).
CREATE OR REPLACE FUNCTION ticket_can(t ticket, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	staff boolean := is_staff(actor_roles) AND ticket_inside(t, actor, actor_roles, actor_teams);
	lead boolean := actor_roles & 4 <> 0;
	owner boolean := t.owner_id = actor;
	reporter boolean := t.reporter_id = actor;
	h handover;
	able text[];
BEGIN
	owner := coalesce(owner, false) AND staff;
	reporter := coalesce(reporter, false);
	IF NOT staff AND NOT reporter THEN
		RETURN '{}';
	END IF;
	SELECT * INTO h FROM handover WHERE ticket_id = t.id AND state = 'offered';
	SELECT coalesce(array_agg(m.action), '{}') INTO able FROM ticket_move m
	WHERE m.from_status = t.status AND CASE m.action
		WHEN 'take' THEN staff AND t.owner_id IS NULL
		WHEN 'reply' THEN (m.by_reporter AND reporter) OR (m.by_staff AND (owner OR lead))
		WHEN 'handover' THEN (owner OR lead) AND h.id IS NULL
		WHEN 'wait' THEN owner OR lead
		WHEN 'resume' THEN owner OR lead
		WHEN 'resolve' THEN owner OR lead
		WHEN 'escalate' THEN owner OR lead
		WHEN 'reopen' THEN t.status = 'resolved' OR t.reopen_until IS NULL OR t.reopen_until >= at
		WHEN 'rate' THEN reporter AND t.resolution_count > 0
			AND NOT EXISTS (SELECT FROM rating r WHERE r.ticket_id = t.id AND r.resolution_no = t.resolution_count)
		ELSE (m.by_reporter AND reporter) OR (m.by_staff AND staff) END;
	IF h.id IS NOT NULL THEN
		IF staff AND NOT owner AND (h.to_id = actor OR h.to_team_id = ANY (actor_teams)) THEN
			able := able || 'handover_accept'::text;
		END IF;
		IF staff AND h.to_id = actor THEN
			able := able || 'handover_decline'::text;
		END IF;
		IF staff AND actor IN (h.from_id, h.offered_by) THEN
			able := able || 'handover_withdraw'::text;
		END IF;
		IF staff AND lead THEN
			able := able || 'handover_force'::text;
		END IF;
	END IF;
	RETURN ARRAY(SELECT unnest(able) ORDER BY 1);
END $$;
COMMENT ON FUNCTION ticket_can IS 'Names of the actions that the actor may do now: `can` of the API';

-- 409 when the state does not allow the action (with what it allows), 403 when it does but not to this actor.
CREATE OR REPLACE FUNCTION ticket_allow(t ticket, actor bigint, actor_roles integer, actor_teams bigint[], at timestamptz, wanted text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	able text[] := ticket_can(t, actor, actor_roles, actor_teams, at);
BEGIN
	IF wanted = ANY (able) THEN
		RETURN;
	END IF;
	IF wanted NOT LIKE 'handover\_%' THEN
		PERFORM ticket_require(t, wanted);
		IF wanted = 'reopen' AND t.reopen_until < at THEN
			PERFORM refuse(409, 'too-late', format('%s could be reopened until %s; open a new ticket instead', t.number, instant_text(t.reopen_until)),
				jsonb_build_object('can', to_jsonb(able), 'reopen_until', instant_text(t.reopen_until)));
		ELSIF wanted = 'rate' AND t.reporter_id = actor THEN
			PERFORM refuse(409, 'already-rated', format('This resolution of %s is rated already', t.number), jsonb_build_object('can', to_jsonb(able)));
		ELSIF wanted = 'handover' AND EXISTS (SELECT FROM handover h WHERE h.ticket_id = t.id AND h.state = 'offered') THEN
			PERFORM refuse(409, 'handover-pending', format('A handover of %s is offered already', t.number), jsonb_build_object('can', to_jsonb(able)));
		END IF;
	END IF;
	PERFORM refuse(403, 'not-yours-to-do', format('Not allowed to you on %s', t.number), jsonb_build_object('can', to_jsonb(able)));
END $$;
COMMENT ON FUNCTION ticket_allow IS 'Refuses unless ticket_can has the action';

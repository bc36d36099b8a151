-- What the directory says becomes people, teams and memberships; what a change of people does to their sessions; keys that
-- make a repeated POST harmless. Roles are bits (comment at person.roles).

CREATE OR REPLACE FUNCTION role_names(roles integer) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT coalesce(array_agg(name ORDER BY bit), '{}')
	FROM (VALUES (1, 'employee'), (2, 'agent'), (4, 'lead'), (8, 'manager'), (16, 'auditor'), (32, 'cmdb'), (64, 'admin')) AS r (bit, name)
	WHERE roles & bit <> 0
$$;
COMMENT ON FUNCTION role_names IS 'Names of the roles in the order of their bits';

-- Sessions, tokens and the servers' memory of them follow a change of a person, whoever makes it.
CREATE OR REPLACE FUNCTION person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.active AND NOT NEW.active THEN
		UPDATE session SET ended_at = date_trunc('second', now()) WHERE person_id = NEW.id AND ended_at IS NULL;
		UPDATE token SET revoked_at = date_trunc('second', now()) WHERE person_id = NEW.id AND revoked_at IS NULL;
	END IF;
	PERFORM pg_notify('vakhta_session', 'person ' || NEW.id);
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION team_member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM session_forget((SELECT array_agg(DISTINCT person_id) FROM changed_rows));
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION session_forget(people bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF cardinality(people) > 100 THEN
		PERFORM pg_notify('vakhta_session', 'all');
	ELSE
		PERFORM pg_notify('vakhta_session', 'person ' || id) FROM unnest(people) AS id;
	END IF;
END $$;
COMMENT ON FUNCTION session_forget IS 'Tells every server at commit to read these people anew; NULL: nobody';

DROP TRIGGER IF EXISTS person_changed ON person;
CREATE TRIGGER person_changed AFTER UPDATE ON person FOR EACH ROW
	WHEN ((OLD.active, OLD.roles, OLD.name, OLD.language, OLD.zone) IS DISTINCT FROM (NEW.active, NEW.roles, NEW.name, NEW.language, NEW.zone))
	EXECUTE FUNCTION person_changed();
DROP TRIGGER IF EXISTS team_member_added ON team_member;
CREATE TRIGGER team_member_added AFTER INSERT ON team_member REFERENCING NEW TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION team_member_changed();
DROP TRIGGER IF EXISTS team_member_removed ON team_member;
CREATE TRIGGER team_member_removed AFTER DELETE ON team_member REFERENCING OLD TABLE AS changed_rows
	FOR EACH STATEMENT EXECUTE FUNCTION team_member_changed();

-- Entries of the directory: [{"key","dn","login","given_name","family_name","mail","phone","department","title","location",
-- "manager_dn","language","roles"}]. Entries that share a login or a key are left out: nobody can say who they are.
CREATE OR REPLACE FUNCTION people_incoming(entries jsonb) RETURNS TABLE (key text, dn text, login text, given_name text,
	family_name text, mail text, phone text, department text, title text, location text, manager_dn text, language text, roles integer)
LANGUAGE sql IMMUTABLE AS $$
	SELECT key, dn, login, coalesce(given_name, ''), coalesce(family_name, ''), mail, phone, department, title, location, manager_dn,
		language, roles
	FROM (SELECT e.*, count(*) OVER (PARTITION BY lower(e.login)) AS logins, count(*) OVER (PARTITION BY e.key) AS keys
		FROM (SELECT r.key, r.dn, lower(r.login) AS login, r.given_name, r.family_name, r.mail, r.phone, r.department, r.title,
				r.location, r.manager_dn, r.language, r.roles
			FROM jsonb_to_recordset(entries) AS r (key text, dn text, login text, given_name text, family_name text, mail text,
				phone text, department text, title text, location text, manager_dn text, language text, roles integer)) e) f
	WHERE logins = 1 AND keys = 1
$$;
COMMENT ON FUNCTION people_incoming IS 'The unambiguous entries of a JSON array that the directory client wrote';

-- A row is found by its key, so that a renamed person stays the same one. A login that another row still holds is taken from
-- it first ("ivanov" becomes "ivanov~17"), so that logins can move between people in one go.
CREATE OR REPLACE FUNCTION people_put(entries jsonb, new_language text, new_zone text, at timestamptz,
	OUT created integer, OUT changed integer, OUT ambiguous integer) LANGUAGE plpgsql AS $$
DECLARE
	incoming_count integer;
	touched bigint[];
	added bigint[];
BEGIN
	created := 0;
	changed := 0;
	SELECT count(*) INTO incoming_count FROM people_incoming(entries);
	ambiguous := jsonb_array_length(entries) - incoming_count;
	IF EXISTS (SELECT FROM people_incoming(entries) i LEFT JOIN person p ON p.directory_key = i.key
			LEFT JOIN person m ON lower(m.directory_dn) = lower(i.manager_dn)
			WHERE p.id IS NULL OR NOT p.active OR p.source <> 'directory'
				OR (NOT p.language_chosen AND i.language IS NOT NULL AND p.language <> i.language)
				OR (p.login, p.directory_dn, p.given_name, p.family_name, p.mail, p.phone, p.department, p.title, p.location,
					p.roles, p.manager_id)
				IS DISTINCT FROM (i.login, i.dn, i.given_name, i.family_name, i.mail, i.phone, i.department, i.title, i.location,
					i.roles, m.id)) THEN
		PERFORM pg_advisory_xact_lock(hashtextextended('vakhta people', 0));

		UPDATE person p SET directory_key = i.key
		FROM people_incoming(entries) i
		WHERE p.login = i.login AND p.directory_key IS NULL AND p.source <> 'system'
			AND NOT EXISTS (SELECT FROM person q WHERE q.directory_key = i.key);
		UPDATE person p SET login = p.login || '~' || p.id, version = p.version + 1
		FROM people_incoming(entries) i
		WHERE p.login = i.login AND p.directory_key IS DISTINCT FROM i.key AND p.source <> 'system';

		WITH done AS (
			UPDATE person p SET login = i.login, directory_dn = i.dn, given_name = i.given_name, family_name = i.family_name,
				mail = i.mail, phone = i.phone, department = i.department, title = i.title, location = i.location,
				language = CASE WHEN p.language_chosen THEN p.language ELSE coalesce(i.language, p.language) END,
				roles = i.roles, active = true, source = 'directory', version = p.version + 1
			FROM people_incoming(entries) i
			WHERE p.directory_key = i.key
				AND (NOT p.active OR p.source <> 'directory'
					OR (NOT p.language_chosen AND i.language IS NOT NULL AND p.language <> i.language)
					OR (p.login, p.directory_dn, p.given_name, p.family_name, p.mail, p.phone, p.department, p.title, p.location, p.roles)
					IS DISTINCT FROM (i.login, i.dn, i.given_name, i.family_name, i.mail, i.phone, i.department, i.title, i.location,
						i.roles))
			RETURNING p.id)
		SELECT coalesce(array_agg(id), '{}') INTO touched FROM done;

		WITH done AS (
			INSERT INTO person (login, directory_key, directory_dn, given_name, family_name, mail, phone, department, title, location,
				language, zone, roles)
			SELECT i.login, i.key, i.dn, i.given_name, i.family_name, i.mail, i.phone, i.department, i.title, i.location,
				coalesce(i.language, new_language), new_zone, i.roles
			FROM people_incoming(entries) i
			WHERE NOT EXISTS (SELECT FROM person p WHERE p.directory_key = i.key)
				AND NOT EXISTS (SELECT FROM person p WHERE p.login = i.login)
			ORDER BY i.login
			RETURNING id)
		SELECT coalesce(array_agg(id), '{}') INTO added FROM done;
		created := cardinality(added);

		WITH counted AS (SELECT unnest(touched || added) AS id),
		managers AS (
			SELECT p.id, m.id AS manager_id, EXISTS (SELECT FROM counted c WHERE c.id = p.id) AS is_counted
			FROM people_incoming(entries) i
			JOIN person p ON p.directory_key = i.key
			LEFT JOIN person m ON lower(m.directory_dn) = lower(i.manager_dn) AND m.id <> p.id AND m.active
			WHERE p.manager_id IS DISTINCT FROM m.id),
		done AS (
			UPDATE person p SET manager_id = n.manager_id,
				version = p.version + CASE WHEN n.is_counted THEN 0 ELSE 1 END
			FROM managers n WHERE n.id = p.id
			RETURNING p.id, n.is_counted)
		SELECT touched || coalesce(array_agg(id) FILTER (WHERE NOT is_counted), '{}') INTO touched FROM done;
		changed := cardinality(touched);
	END IF;
	UPDATE person p SET synced_at = at FROM people_incoming(entries) i WHERE p.directory_key = i.key;
END $$;
COMMENT ON FUNCTION people_put IS 'Creates and updates people from directory entries; ambiguous ones are counted and left alone';

-- Active people of the directory, and how many of them `keys` still has. The caller decides whether the answer is to be believed.
CREATE OR REPLACE FUNCTION people_known(keys text[], OUT active integer, OUT kept integer) LANGUAGE sql STABLE AS $$
	SELECT count(*)::integer, count(k.key)::integer
	FROM person p LEFT JOIN (SELECT DISTINCT unnest(keys) AS key) k ON k.key = p.directory_key
	WHERE p.active AND p.source = 'directory' AND p.directory_key IS NOT NULL
$$;
COMMENT ON FUNCTION people_known IS 'How many active people came from the directory and how many of them are in keys';

CREATE OR REPLACE FUNCTION people_retire(keys text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	retired integer;
BEGIN
	UPDATE person p SET active = false, version = p.version + 1
	WHERE p.active AND p.source = 'directory' AND p.directory_key IS NOT NULL
		AND NOT EXISTS (SELECT FROM unnest(keys) AS key WHERE key = p.directory_key);
	GET DIAGNOSTICS retired = ROW_COUNT;
	DELETE FROM team_member t USING person p WHERE p.id = t.person_id AND NOT p.active;
	RETURN retired;
END $$;
COMMENT ON FUNCTION people_retire IS 'Makes people inactive whose key the directory no longer has, and takes them out of their teams';

-- Teams: [{"key","name","name_en","name_ru","level","dn"}]; names by language may be missing. An empty array changes nothing: a directory that shows no team is more likely misread.
CREATE OR REPLACE FUNCTION teams_put(entries jsonb, OUT created integer, OUT changed integer, OUT retired integer) LANGUAGE plpgsql AS $$
BEGIN
	created := 0;
	changed := 0;
	retired := 0;
	IF jsonb_array_length(entries) = 0 THEN
		RETURN;
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('vakhta teams', 0));
	-- A renamed or newly adopted group: its row is found by DN first, then by key.
	UPDATE team t SET directory_dn = NULL
	FROM jsonb_to_recordset(entries) AS e (key text, dn text)
	WHERE lower(t.directory_dn) = lower(e.dn) AND t.key <> e.key AND EXISTS (SELECT FROM team u WHERE u.key = e.key);
	UPDATE team t SET key = e.key, version = t.version + 1
	FROM jsonb_to_recordset(entries) AS e (key text, dn text)
	WHERE lower(t.directory_dn) = lower(e.dn) AND t.key <> e.key;
	UPDATE team t SET name = e.name, name_en = e.name_en, name_ru = e.name_ru, level = e.level, directory_dn = e.dn, active = true,
		source = 'directory', version = t.version + 1
	FROM jsonb_to_recordset(entries) AS e (key text, name text, name_en text, name_ru text, level smallint, dn text)
	WHERE t.key = e.key
		AND (t.name, t.name_en, t.name_ru, t.level, t.directory_dn, t.active, t.source)
			IS DISTINCT FROM (e.name, e.name_en, e.name_ru, e.level, e.dn, true, 'directory');
	GET DIAGNOSTICS changed = ROW_COUNT;
	INSERT INTO team (key, name, name_en, name_ru, level, directory_dn, source)
	SELECT e.key, e.name, e.name_en, e.name_ru, e.level, e.dn, 'directory'
	FROM jsonb_to_recordset(entries) AS e (key text, name text, name_en text, name_ru text, level smallint, dn text)
	WHERE NOT EXISTS (SELECT FROM team t WHERE t.key = e.key)
	ORDER BY e.key;
	GET DIAGNOSTICS created = ROW_COUNT;
	UPDATE team t SET active = false, version = t.version + 1
	WHERE t.source = 'directory' AND t.active
		AND NOT EXISTS (SELECT FROM jsonb_to_recordset(entries) AS e (key text) WHERE e.key = t.key);
	GET DIAGNOSTICS retired = ROW_COUNT;
END $$;
COMMENT ON FUNCTION teams_put IS 'Creates, updates and retires teams that are directory groups';

-- Memberships: [{"team":"dn","person":"directory key","lead":bool}], complete for everyone, or for `only_person` alone.
-- Teams kept by hand are not touched.
CREATE OR REPLACE FUNCTION team_members_put(entries jsonb, only_person bigint, OUT added integer, OUT removed integer) LANGUAGE plpgsql AS $$
BEGIN
	WITH wanted AS (
		SELECT t.id AS team_id, p.id AS person_id
		FROM jsonb_to_recordset(entries) AS e (team text, person text)
		JOIN team t ON lower(t.directory_dn) = lower(e.team) AND t.source = 'directory'
		JOIN person p ON p.directory_key = e.person)
	DELETE FROM team_member m USING team t
	WHERE t.id = m.team_id AND t.source = 'directory' AND (only_person IS NULL OR m.person_id = only_person)
		AND NOT EXISTS (SELECT FROM wanted w WHERE w.team_id = m.team_id AND w.person_id = m.person_id);
	GET DIAGNOSTICS removed = ROW_COUNT;
	WITH wanted AS (
		SELECT t.id AS team_id, p.id AS person_id, bool_or(e.lead) AS lead
		FROM jsonb_to_recordset(entries) AS e (team text, person text, lead boolean)
		JOIN team t ON lower(t.directory_dn) = lower(e.team) AND t.source = 'directory' AND t.active
		JOIN person p ON p.directory_key = e.person AND p.active
		GROUP BY 1, 2)
	UPDATE team_member m SET lead = w.lead FROM wanted w
	WHERE w.team_id = m.team_id AND w.person_id = m.person_id AND m.lead <> w.lead;
	INSERT INTO team_member (team_id, person_id, lead)
	SELECT t.id, p.id, bool_or(e.lead)
	FROM jsonb_to_recordset(entries) AS e (team text, person text, lead boolean)
	JOIN team t ON lower(t.directory_dn) = lower(e.team) AND t.source = 'directory' AND t.active
	JOIN person p ON p.directory_key = e.person AND p.active
	WHERE NOT EXISTS (SELECT FROM team_member m WHERE m.team_id = t.id AND m.person_id = p.id)
	GROUP BY t.id, p.id
	ORDER BY t.id, p.id
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS added = ROW_COUNT;
END $$;
COMMENT ON FUNCTION team_members_put IS 'Makes the memberships of directory teams what the directory says';

-- Counts one attempt under both keys unless one of them is used up; then says after how many seconds to try again.
-- The count slides: what is left of the minute before counts with its share. Attempts in flight count, so that many at once do
-- not slip through; signin_give_back takes back the one that succeeded.
CREATE OR REPLACE FUNCTION signin_try(login_key text, address_key text, at timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	this_minute timestamptz := date_trunc('minute', at);
	passed_s integer := extract(epoch FROM at - date_trunc('minute', at))::integer;
	worst_now integer;
	worst_s integer;
BEGIN
	INSERT INTO signin_attempt (key, minute, tries) VALUES (login_key, this_minute, 0) ON CONFLICT DO NOTHING;
	INSERT INTO signin_attempt (key, minute, tries) VALUES (address_key, this_minute, 0) ON CONFLICT DO NOTHING;
	-- One order for everyone: logins before addresses.
	PERFORM FROM signin_attempt WHERE key = login_key AND minute = this_minute FOR UPDATE;
	PERFORM FROM signin_attempt WHERE key = address_key AND minute = this_minute FOR UPDATE;
	SELECT max(c.tries), max(CASE
			WHEN c.tries >= most THEN 60 - passed_s
			ELSE ceil(60 - passed_s - 60.0 * (most - 1 - c.tries) / greatest(coalesce(b.tries, 0), 1))::integer END)
	INTO worst_now, worst_s
	FROM signin_attempt c
	LEFT JOIN signin_attempt b ON b.key = c.key AND b.minute = this_minute - interval '1 minute'
	WHERE c.key IN (login_key, address_key) AND c.minute = this_minute
		AND c.tries + coalesce(b.tries, 0) * (60 - passed_s) / 60.0 > most - 1;
	IF worst_now IS NOT NULL THEN
		RETURN greatest(worst_s, 1);
	END IF;
	UPDATE signin_attempt SET tries = tries + 1 WHERE key = login_key AND minute = this_minute;
	UPDATE signin_attempt SET tries = tries + 1 WHERE key = address_key AND minute = this_minute;
	DELETE FROM signin_attempt WHERE (key, minute) IN (
		SELECT key, minute FROM signin_attempt WHERE minute < this_minute - interval '10 minutes' LIMIT 100 FOR UPDATE SKIP LOCKED);
	RETURN 0;
END $$;
COMMENT ON FUNCTION signin_try IS '0: go ahead, counted; else seconds to wait';

CREATE OR REPLACE FUNCTION signin_give_back(login_key text, address_key text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE signin_attempt SET tries = tries - 1 WHERE key = login_key AND minute = date_trunc('minute', at) AND tries > 0;
	UPDATE signin_attempt SET tries = tries - 1 WHERE key = address_key AND minute = date_trunc('minute', at) AND tries > 0;
END $$;
COMMENT ON FUNCTION signin_give_back IS 'An attempt that told an attacker nothing: the right password, or no directory';

-- The row is written in the transaction of the work itself, so a second request with the same key waits here until the first
-- has committed or rolled back.
CREATE OR REPLACE FUNCTION idempotency_claim(actor bigint, claim_key text, claim_fingerprint text,
	OUT state text, OUT status integer, OUT location text, OUT etag text, OUT body text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	found_fingerprint text;
BEGIN
	INSERT INTO idempotency (actor_id, key, fingerprint, created_at) VALUES (actor, claim_key, claim_fingerprint, date_trunc('second', now()))
	ON CONFLICT (actor_id, key) DO NOTHING;
	IF FOUND THEN
		state := 'new';
		RETURN;
	END IF;
	SELECT i.fingerprint, i.status, i.location, i.etag, i.body INTO found_fingerprint, status, location, etag, body
	FROM idempotency i WHERE i.actor_id = actor AND i.key = claim_key FOR UPDATE;
	IF NOT FOUND THEN
		-- Purged between the two statements.
		SELECT c.* INTO state, status, location, etag, body FROM idempotency_claim(actor, claim_key, claim_fingerprint) c;
		RETURN;
	END IF;
	IF found_fingerprint <> claim_fingerprint THEN
		state := 'other';
		status := NULL;
		location := NULL;
		etag := NULL;
		body := NULL;
	ELSIF status IS NULL THEN
		state := 'new';
	ELSE
		state := 'same';
	END IF;
END $$;
COMMENT ON FUNCTION idempotency_claim IS 'new: do the work, then idempotency_store; same: give the stored answer again; other: the key was used for something else';

CREATE OR REPLACE FUNCTION idempotency_store(actor bigint, claim_key text, new_status integer, new_location text, new_etag text,
	new_body text) RETURNS void LANGUAGE sql AS $$
	UPDATE idempotency SET status = new_status, location = new_location, etag = new_etag, body = new_body
	WHERE actor_id = actor AND key = claim_key
$$;
COMMENT ON FUNCTION idempotency_store IS 'Keeps the answer with the key, in the transaction that did the work';

CREATE OR REPLACE FUNCTION team_called(t team, language text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT coalesce(CASE language WHEN 'ru' THEN t.name_ru ELSE t.name_en END, t.name) $$;
COMMENT ON FUNCTION team_called IS 'A team''s name in a language, or the one it has';

-- A person as the session, /me and the list of people show them: themselves, or staff. `reader` is the language of who reads.
CREATE OR REPLACE FUNCTION person_json(p person, reader text) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', p.id, 'login', p.login, 'given_name', p.given_name, 'family_name', p.family_name, 'name', p.name,
		'mail', p.mail, 'phone', p.phone, 'department', p.department, 'title', p.title, 'location', p.location,
		'manager', (SELECT ref_json(m.id, m.name) FROM person m WHERE m.id = p.manager_id),
		'language', p.language, 'zone', p.zone, 'theme', p.theme, 'active', p.active,
		'absent_until', instant_text(p.absent_until), 'roles', role_names(p.roles),
		'teams', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', team_called(t, reader), 'level', t.level, 'lead', m.lead)
				ORDER BY t.level, t.name, t.id), '[]')
			FROM team_member m JOIN team t ON t.id = m.team_id WHERE m.person_id = p.id AND t.active))
$$;
COMMENT ON FUNCTION person_json IS 'One person with teams and roles';

-- Only the unchanged minute counts: a session is used many times a second, and its row is not to be written as often.
CREATE OR REPLACE FUNCTION session_touch(session_id bigint, token_id bigint, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	-- Losing it in a crash costs a minute of idle time; waiting for the disk would cost every reader.
	PERFORM set_config('synchronous_commit', 'off', true);
	UPDATE session SET last_seen_at = at WHERE id IN (SELECT s.id FROM session s WHERE s.id = session_id
		AND s.last_seen_at <= at - interval '1 minute' FOR UPDATE SKIP LOCKED);
	UPDATE token SET last_used_at = at WHERE id IN (SELECT t.id FROM token t WHERE t.id = token_id
		AND (t.last_used_at IS NULL OR t.last_used_at <= at - interval '1 minute') FOR UPDATE SKIP LOCKED);
END $$;
COMMENT ON FUNCTION session_touch IS 'Notes that a session or token is in use, once a minute, never waiting for anyone';

-- Housekeeping, in small bites so that it never holds anyone up.
CREATE OR REPLACE FUNCTION people_purge(at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	total bigint := 0;
	n bigint;
BEGIN
	DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < at - interval '7 days' ORDER BY expires_at LIMIT 1000
		FOR UPDATE SKIP LOCKED);
	GET DIAGNOSTICS n = ROW_COUNT;
	total := total + n;
	DELETE FROM idempotency WHERE (actor_id, key) IN (SELECT actor_id, key FROM idempotency WHERE created_at < at - interval '7 days'
		ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN total + n;
END $$;
COMMENT ON FUNCTION people_purge IS 'Deletes up to 1,000 sessions a week past their end and 1,000 idempotency keys older than a week';

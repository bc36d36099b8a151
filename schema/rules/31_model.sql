-- The model beyond classes, attributes and states: which relations are allowed, redundancy, the version of the whole. Re-created at every
-- migration; safe to run again.

-- Relations: allowed pairs of classes, and how many at a time.
DROP FUNCTION IF EXISTS relation_allowed;
CREATE FUNCTION relation_allowed(relation text, source_class bigint, target_class bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT NOT EXISTS (SELECT FROM relation_type_pair p WHERE p.type = relation)
		OR EXISTS (SELECT FROM relation_type_pair p, ci_class s, ci_class t WHERE p.type = relation AND s.id = source_class AND t.id = target_class
			AND p.source_class_id = ANY (s.lineage) AND p.target_class_id = ANY (t.lineage))
$$;
COMMENT ON FUNCTION relation_allowed IS 'May a relation of this type join CIs of these classes?';

CREATE OR REPLACE FUNCTION ci_relation_guard() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
	kind relation_type;
	one ci;
	other ci;
	held bigint;
BEGIN
	PERFORM cmdb_model_share();
	IF NEW.valid_to IS NOT NULL THEN
		RETURN NEW;
	END IF;
	SELECT * INTO kind FROM relation_type WHERE name = NEW.type;
	IF EXISTS (SELECT FROM relation_type_pair p WHERE p.type = NEW.type) THEN
		SELECT * INTO one FROM ci WHERE id = NEW.source_id;
		SELECT * INTO other FROM ci WHERE id = NEW.target_id;
		IF NOT relation_allowed(NEW.type, one.class_id, other.class_id) THEN
			PERFORM refuse(409, 'relation-not-allowed', format('%s cannot join %s (%s) with %s (%s)', NEW.type, one.name,
					(SELECT c.name FROM ci_class c WHERE c.id = one.class_id), other.name, (SELECT c.name FROM ci_class c WHERE c.id = other.class_id)),
				jsonb_build_object('allowed', (SELECT jsonb_agg(jsonb_build_object('source', s.name, 'target', t.name) ORDER BY s.name, t.name)
					FROM relation_type_pair p JOIN ci_class s ON s.id = p.source_class_id JOIN ci_class t ON t.id = p.target_class_id WHERE p.type = NEW.type)));
		END IF;
	END IF;
	-- Who records another for the same CI waits here, so that both are counted.
	IF kind.target_max IS NOT NULL THEN
		PERFORM pg_advisory_xact_lock(hashtextextended(NEW.type || '>' || NEW.source_id, 4809541));
		SELECT count(*) INTO held FROM ci_relation r WHERE r.source_id = NEW.source_id AND r.type = NEW.type AND r.valid_to IS NULL AND r.target_id <> NEW.target_id;
		IF held >= kind.target_max THEN
			PERFORM refuse(409, 'relation-full', format('%s has %s relations %s already, of at most %s', (SELECT c.name FROM ci c WHERE c.id = NEW.source_id),
				held, NEW.type, kind.target_max), jsonb_build_object('at_most', kind.target_max));
		END IF;
	END IF;
	IF kind.source_max IS NOT NULL THEN
		PERFORM pg_advisory_xact_lock(hashtextextended(NEW.type || '<' || NEW.target_id, 4809541));
		SELECT count(*) INTO held FROM ci_relation r WHERE r.target_id = NEW.target_id AND r.type = NEW.type AND r.valid_to IS NULL AND r.source_id <> NEW.source_id;
		IF held >= kind.source_max THEN
			PERFORM refuse(409, 'relation-full', format('%s is at the other end of %s relations %s already, of at most %s',
				(SELECT c.name FROM ci c WHERE c.id = NEW.target_id), held, NEW.type, kind.source_max), jsonb_build_object('at_most', kind.source_max));
		END IF;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_relation_guard IS 'Refuses relations that the model does not allow: by pair of classes, by number';
CREATE OR REPLACE TRIGGER ci_relation_guard BEFORE INSERT ON ci_relation FOR EACH ROW EXECUTE FUNCTION ci_relation_guard();

-- Who leaves a relation leaves the groups that stood on it.
CREATE OR REPLACE FUNCTION ci_relation_ended() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
	UPDATE ci_redundancy_member m SET valid_to = greatest(NEW.valid_to, m.valid_from), ended_by = NEW.ended_by
	FROM ci_redundancy g
	WHERE g.id = m.redundancy_id AND g.type = NEW.type AND m.valid_to IS NULL
		AND ((g.ci_id = NEW.source_id AND m.other_id = NEW.target_id) OR (g.ci_id = NEW.target_id AND m.other_id = NEW.source_id))
		AND NOT EXISTS (SELECT FROM ci_relation r WHERE r.type = NEW.type AND r.valid_to IS NULL
			AND ((r.source_id = g.ci_id AND r.target_id = m.other_id) OR (r.source_id = m.other_id AND r.target_id = g.ci_id)));
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_relation_ended IS 'Ends memberships of redundancy groups with the relation that they stand on';
CREATE OR REPLACE TRIGGER ci_relation_ended AFTER UPDATE ON ci_relation FOR EACH ROW
	WHEN (OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL) EXECUTE FUNCTION ci_relation_ended();

-- A CI that moves to another class keeps only relations that the model allows there.
CREATE OR REPLACE FUNCTION ci_moved() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
	wrong text;
BEGIN
	SELECT string_agg(format('%s %s', r.type, o.name), ', ' ORDER BY r.id) INTO wrong FROM ci_relation r
	JOIN ci o ON o.id = CASE NEW.id WHEN r.source_id THEN r.target_id ELSE r.source_id END
	WHERE (r.source_id = NEW.id OR r.target_id = NEW.id) AND r.valid_to IS NULL
		AND NOT CASE NEW.id WHEN r.source_id THEN relation_allowed(r.type, NEW.class_id, o.class_id) ELSE relation_allowed(r.type, o.class_id, NEW.class_id) END;
	IF wrong IS NOT NULL THEN
		PERFORM refuse_field('/class', format('Relations of this CI are not allowed there: %s', left(wrong, 500)));
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION ci_moved IS 'Keeps relations true to the model when a CI changes its class';
CREATE OR REPLACE TRIGGER ci_moved AFTER UPDATE ON ci FOR EACH ROW WHEN (OLD.class_id <> NEW.class_id) EXECUTE FUNCTION ci_moved();

-- Redundancy groups.
CREATE OR REPLACE FUNCTION ci_redundancy_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT impact FROM relation_type WHERE name = NEW.type) = 'none' THEN
		PERFORM refuse_field('/type', 'Failure does not travel along this type: there is nothing to guard against');
	END IF;
	IF (SELECT phase FROM ci WHERE id = NEW.ci_id) = 'ended' THEN
		PERFORM refuse(409, 'ci-retired', format('The CI %s is retired', NEW.ci_id));
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_redundancy_guard IS 'A group hangs on a living CI and on a type along which failure travels';
CREATE OR REPLACE TRIGGER ci_redundancy_guard BEFORE INSERT ON ci_redundancy FOR EACH ROW EXECUTE FUNCTION ci_redundancy_guard();
CREATE OR REPLACE TRIGGER ci_redundancy_period BEFORE UPDATE OR DELETE ON ci_redundancy FOR EACH ROW EXECUTE FUNCTION ci_period_guard();

CREATE OR REPLACE FUNCTION ci_redundancy_member_guard() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
	g ci_redundancy;
	travels text;
BEGIN
	SELECT * INTO g FROM ci_redundancy WHERE id = NEW.redundancy_id FOR SHARE;
	IF g.valid_to IS NOT NULL THEN
		PERFORM refuse(409, 'redundancy-ended', 'This group has ended');
	END IF;
	SELECT impact INTO travels FROM relation_type WHERE name = g.type;
	IF NOT EXISTS (SELECT FROM ci_relation r WHERE r.type = g.type AND r.valid_to IS NULL
			AND ((travels IN ('to_source', 'both') AND r.source_id = g.ci_id AND r.target_id = NEW.other_id)
				OR (travels IN ('to_target', 'both') AND r.target_id = g.ci_id AND r.source_id = NEW.other_id))) THEN
		PERFORM refuse_field('/members', format('%s is not related by %s to the CI that depends on the group',
			coalesce((SELECT c.name FROM ci c WHERE c.id = NEW.other_id), NEW.other_id::text), g.type));
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION ci_redundancy_member_guard IS 'Members are related to the CI, by the type of the group and in the direction of failure';
CREATE OR REPLACE TRIGGER ci_redundancy_member_guard BEFORE INSERT ON ci_redundancy_member FOR EACH ROW EXECUTE FUNCTION ci_redundancy_member_guard();
CREATE OR REPLACE TRIGGER ci_redundancy_member_period BEFORE UPDATE OR DELETE ON ci_redundancy_member FOR EACH ROW EXECUTE FUNCTION ci_period_guard();

CREATE OR REPLACE FUNCTION relation_type_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM cmdb_model_own();
	RETURN NULL;
END $$;
COMMENT ON FUNCTION relation_type_guard IS 'Types of relations change alone, as classes do';
CREATE OR REPLACE TRIGGER relation_type_guard BEFORE INSERT OR UPDATE OR DELETE ON relation_type FOR EACH STATEMENT EXECUTE FUNCTION relation_type_guard();
CREATE OR REPLACE TRIGGER relation_type_guard BEFORE INSERT OR UPDATE OR DELETE ON relation_type_pair FOR EACH STATEMENT EXECUTE FUNCTION relation_type_guard();

-- The version of the whole model.
CREATE OR REPLACE FUNCTION cmdb_model_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE cmdb_model_state SET version = version + 1;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION cmdb_model_changed IS 'Numbers versions of the whole model';
CREATE OR REPLACE TRIGGER cmdb_model_changed AFTER INSERT OR UPDATE OR DELETE ON ci_class FOR EACH STATEMENT EXECUTE FUNCTION cmdb_model_changed();
CREATE OR REPLACE TRIGGER cmdb_model_changed AFTER INSERT OR UPDATE OR DELETE ON ci_attribute FOR EACH STATEMENT EXECUTE FUNCTION cmdb_model_changed();
CREATE OR REPLACE TRIGGER cmdb_model_changed AFTER INSERT OR UPDATE OR DELETE ON ci_state FOR EACH STATEMENT EXECUTE FUNCTION cmdb_model_changed();
CREATE OR REPLACE TRIGGER cmdb_model_changed AFTER INSERT OR UPDATE OR DELETE ON relation_type FOR EACH STATEMENT EXECUTE FUNCTION cmdb_model_changed();
CREATE OR REPLACE TRIGGER cmdb_model_changed AFTER INSERT OR UPDATE OR DELETE ON relation_type_pair FOR EACH STATEMENT EXECUTE FUNCTION cmdb_model_changed();
CREATE OR REPLACE TRIGGER cmdb_model_change_append_only BEFORE UPDATE OR DELETE ON cmdb_model_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER cmdb_model_change_no_truncate BEFORE TRUNCATE ON cmdb_model_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DROP FUNCTION IF EXISTS redundancy_json;
CREATE FUNCTION redundancy_json(g ci_redundancy, at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('id', g.id, 'name', g.name, 'type', g.type, 'needed', g.needed, 'valid_from', instant_text(g.valid_from), 'valid_to', instant_text(g.valid_to),
		'members', coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'phase', c.phase) ORDER BY c.name, c.id)
			FROM ci_redundancy_member m JOIN ci c ON c.id = m.other_id WHERE m.redundancy_id = g.id AND m.valid_from <= at AND (m.valid_to IS NULL OR (at <> 'infinity' AND m.valid_to > at))), '[]'))
$$;
COMMENT ON FUNCTION redundancy_json IS 'A group with its members at an instant (infinity: now)';

DROP FUNCTION IF EXISTS redundancy_make;
CREATE FUNCTION redundancy_make(item bigint, relation text, called text, suffice integer, members bigint[], actor bigint, at timestamptz) RETURNS ci_redundancy
LANGUAGE plpgsql AS $$
DECLARE
	made ci_redundancy;
BEGIN
	IF NOT EXISTS (SELECT FROM ci WHERE id = item) THEN
		PERFORM refuse(404, 'not-found', 'There is no such CI');
	ELSIF NOT EXISTS (SELECT FROM relation_type WHERE name = relation) THEN
		PERFORM refuse_field('/type', 'There is no such type of relation');
	ELSIF EXISTS (SELECT FROM ci_redundancy g WHERE g.ci_id = item AND g.name = called AND g.valid_to IS NULL) THEN
		PERFORM refuse_field('/name', 'The CI has a group of this name');
	END IF;
	INSERT INTO ci_redundancy (ci_id, type, name, needed, valid_from, created_by) VALUES (item, relation, called, suffice, at, actor) RETURNING * INTO made;
	INSERT INTO ci_redundancy_member (redundancy_id, other_id, valid_from, created_by) SELECT DISTINCT made.id, m, at, actor FROM unnest(members) m;
	RETURN made;
END $$;
COMMENT ON FUNCTION redundancy_make IS 'Makes a redundancy group with its members';

DROP FUNCTION IF EXISTS redundancy_finish;
CREATE FUNCTION redundancy_finish(redundancy bigint, actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM ci_redundancy WHERE id = redundancy) THEN
		PERFORM refuse(404, 'not-found', 'There is no such group');
	END IF;
	UPDATE ci_redundancy_member SET valid_to = greatest(at, valid_from), ended_by = actor WHERE redundancy_id = redundancy AND valid_to IS NULL;
	UPDATE ci_redundancy SET valid_to = greatest(at, valid_from), ended_by = actor WHERE id = redundancy AND valid_to IS NULL;
END $$;
COMMENT ON FUNCTION redundancy_finish IS 'Ends a group and its memberships, once';

DROP FUNCTION IF EXISTS redundancy_join;
CREATE FUNCTION redundancy_join(redundancy bigint, other bigint, actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM ci_redundancy WHERE id = redundancy) OR NOT EXISTS (SELECT FROM ci WHERE id = other) THEN
		PERFORM refuse(404, 'not-found', 'There is no such group or CI');
	END IF;
	INSERT INTO ci_redundancy_member (redundancy_id, other_id, valid_from, created_by) VALUES (redundancy, other, at, actor)
	ON CONFLICT (redundancy_id, other_id) WHERE valid_to IS NULL DO NOTHING;
END $$;
COMMENT ON FUNCTION redundancy_join IS 'Takes a CI into a group, once';

DROP FUNCTION IF EXISTS redundancy_leave;
CREATE FUNCTION redundancy_leave(redundancy bigint, other bigint, actor bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM ci_redundancy WHERE id = redundancy) OR NOT EXISTS (SELECT FROM ci WHERE id = other) THEN
		PERFORM refuse(404, 'not-found', 'There is no such group or CI');
	END IF;
	UPDATE ci_redundancy_member SET valid_to = greatest(at, valid_from), ended_by = actor WHERE redundancy_id = redundancy AND other_id = other AND valid_to IS NULL;
END $$;
COMMENT ON FUNCTION redundancy_leave IS 'Takes a CI out of a group';

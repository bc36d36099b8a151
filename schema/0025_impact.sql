-- What walks over millions of relations read: most relations carry a failure from target to source, and the few that carry it the other way
-- stand in indexes of their own, so that a step probes one large index and not two; CIs that have ended are few and are known by a small one.
ALTER TABLE ci_relation ADD COLUMN backward boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ci_relation.backward IS 'A failure of the source hits the target (the type''s impact is to_target or both). Set by a trigger; of ended relations it says how it was at their end';
ALTER TABLE ci_relation DISABLE TRIGGER USER;
UPDATE ci_relation r SET backward = true FROM relation_type t WHERE t.name = r.type AND t.impact IN ('to_target', 'both') AND r.valid_to IS NULL;
ALTER TABLE ci_relation ENABLE TRIGGER USER;
CREATE INDEX ci_relation_backward_source_idx ON ci_relation (source_id, type, target_id) WHERE valid_to IS NULL AND backward;
CREATE INDEX ci_relation_backward_target_idx ON ci_relation (target_id, type, source_id) WHERE valid_to IS NULL AND backward;
CREATE INDEX ci_ended_idx ON ci (id) WHERE phase = 'ended';

-- How often anyone looks at an attribute, or asks by it: evidence of whether it is worth keeping. Counts of days, no record of people.
CREATE TABLE attribute_usage (
	day          date NOT NULL,
	class_id     bigint REFERENCES ci_class,
	attribute_id bigint REFERENCES ci_attribute,
	kind         text NOT NULL CHECK (kind IN ('read', 'filter', 'report')),
	program      boolean NOT NULL,
	times        bigint NOT NULL CHECK (times > 0),
	people       bit(256) NOT NULL,
	CHECK (num_nonnulls(class_id, attribute_id) = 1),
	CONSTRAINT attribute_usage_key UNIQUE NULLS NOT DISTINCT (day, class_id, attribute_id, kind, program)
);
CREATE INDEX attribute_usage_attribute_idx ON attribute_usage (attribute_id, day) WHERE attribute_id IS NOT NULL;
CREATE INDEX attribute_usage_class_idx ON attribute_usage (class_id, day) WHERE class_id IS NOT NULL;
COMMENT ON TABLE attribute_usage IS 'Uses of attributes by day, added up by all nodes within seconds';
COMMENT ON COLUMN attribute_usage.day IS 'Day in UTC';
COMMENT ON COLUMN attribute_usage.class_id IS 'Class whose CIs were opened or reported whole: a use of each of their attributes; else NULL';
COMMENT ON COLUMN attribute_usage.attribute_id IS 'Attribute that was used by itself; else NULL';
COMMENT ON COLUMN attribute_usage.kind IS 'read: shown; filter: searched, sorted or compared by; report: written into a report or an export';
COMMENT ON COLUMN attribute_usage.program IS 'By a program (token, job) and not by a person who was signed in';
COMMENT ON COLUMN attribute_usage.times IS 'How often';
COMMENT ON COLUMN attribute_usage.people IS 'Sketch of who: each person sets one of 256 bits by a hash of the id, so that different people can be counted (about -256 ln(free/256)) and not named';

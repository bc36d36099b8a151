-- The schema of the tests of db/.
CREATE TABLE test_item (
	id bigint CONSTRAINT ownership_current_key PRIMARY KEY,
	name text CONSTRAINT test_item_name_check CHECK (name <> 'forbidden')
);
CREATE TABLE test_deferred (
	id bigint PRIMARY KEY,
	item_id bigint CONSTRAINT ticket_service_id_fkey REFERENCES test_item DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE test_optional (id bigint);

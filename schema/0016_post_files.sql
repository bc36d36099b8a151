-- Files of mail, and finding a case by the supplier's own number.
CREATE TABLE mail_file (
	message_id    bigint NOT NULL REFERENCES mail_message,
	place         integer NOT NULL CHECK (place > 0),
	attachment_id bigint NOT NULL REFERENCES attachment,
	PRIMARY KEY (message_id, place)
);
COMMENT ON TABLE mail_file IS 'Which file of a message became which attachment';
COMMENT ON COLUMN mail_file.message_id IS 'Message';
COMMENT ON COLUMN mail_file.place IS 'Place in mail_message.parts, from 1';
COMMENT ON COLUMN mail_file.attachment_id IS 'Attachment';

CREATE INDEX supplier_case_reference_idx ON supplier_case (supplier_id, lower(supplier_ref)) WHERE supplier_ref IS NOT NULL;
CREATE INDEX person_mail_idx ON person (lower(mail)) WHERE mail IS NOT NULL;
COMMENT ON COLUMN mail_message.parts IS 'Files as they came: [{"name","content_type","size_bytes"}]';

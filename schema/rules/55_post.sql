-- Mail and webhooks. What came and what left is evidence: rows are added, never changed; decisions stand beside it in mail_quarantine.
CREATE OR REPLACE TRIGGER mail_message_append_only BEFORE UPDATE OR DELETE ON mail_message FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER mail_message_no_truncate BEFORE TRUNCATE ON mail_message FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An extension of the administrator in the same schema, and rules that must be laid anew beside it: the next migration has to manage.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
DELETE FROM schema_rule;

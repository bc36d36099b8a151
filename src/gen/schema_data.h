/* The schema files as they stand in the binary, for db/migrate.c alone. */
#ifndef VAKHTA_DB_SCHEMA_DATA_H
#define VAKHTA_DB_SCHEMA_DATA_H

struct schema_file {
	int number;           /* migrations: NNNN; rules: NN */
	const char *name;     /* "0001_people.sql" */
	const char *checksum; /* SHA-256 in hex of the file as it is */
	const char *text;
};

/* By number; migrations are numbered without a gap from 1. */
extern const struct schema_file schema_migrations[];
extern const int schema_migration_count;
extern const struct schema_file schema_rules[];
extern const int schema_rule_count;

#endif

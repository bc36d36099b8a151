/* What went wrong with a request or a command: one error, the first one wins; wrong fields are collected.
 * Rendered only by http/server.c (problem+json) and by main.c (one line on standard error). */
#ifndef VAKHTA_BASE_ERROR_H
#define VAKHTA_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

struct ctx;

/* Kinds stand in errors.def: X(NAME, http status, "problem-type", "Title") */
enum error_kind {
	ERROR_NONE = 0,
#define X(name, status, type, title) ERROR_##name,
#include "base/errors.def"
#undef X
	ERROR_KINDS
};

struct error_field {
	const char *pointer; /* JSON pointer or the name of a parameter, "/subject" */
	const char *detail;
	struct error_field *next;
};

struct error {
	enum error_kind kind;
	const char *type;       /* problem type, finer than the kind where a rule refused: "already-owned" */
	const char *detail;     /* for the caller; never SQL, a path or a secret */
	const char *extra;      /* JSON object whose members are added to the problem ({"allowed":[…]}), or NULL */
	const char *log_detail; /* for the log alone, or NULL */
	const char *challenge;  /* WWW-Authenticate of a 401; NULL: Bearer */
	struct error_field *fields, **fields_tail;
	int field_count;
	int retry_after_s; /* 0: none */
};

/* Sets the error unless one is set. Returns false, so that a guard reads `return fail(ctx, …)`. */
bool fail(struct ctx *ctx, enum error_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4), cold));
/* The same with a finer problem type and members to add (either may be NULL). */
bool fail_rule(struct ctx *ctx, enum error_kind kind, const char *type, const char *extra, const char *format, ...)
	__attribute__((format(printf, 5, 6), cold));
/* Adds a wrong field; the error becomes ERROR_INVALID (422). Returns false. */
bool fail_field(struct ctx *ctx, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));
/* The detail goes to the log, the caller gets only the kind's title. Returns false. */
bool fail_internal(struct ctx *ctx, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* Lets the compiler see that they return false: what a guard skipped is then known to be set. */
static inline __attribute__((always_inline)) bool error_false(bool false_anyway)
{
	(void)false_anyway;
	return false;
}
#define fail(...) error_false((fail)(__VA_ARGS__))
#define fail_rule(...) error_false((fail_rule)(__VA_ARGS__))
#define fail_field(...) error_false((fail_field)(__VA_ARGS__))
#define fail_internal(...) error_false((fail_internal)(__VA_ARGS__))

void error_clear(struct ctx *ctx);

int error_status(enum error_kind kind);
const char *error_type(enum error_kind kind);
const char *error_title(enum error_kind kind);

#endif

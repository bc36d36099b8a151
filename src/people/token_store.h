/* What token.c and token_command.c share. */
#ifndef VAKHTA_PEOPLE_TOKEN_STORE_H
#define VAKHTA_PEOPLE_TOKEN_STORE_H

#include "base/ctx.h"

#define TOKEN_LABEL_MAX 100

/* An active person by login. Fails: ERROR_INVALID on field `pointer`. */
bool token_find_person(
	struct ctx *ctx, const char *login, const char *pointer, int64_t *person_id_r, const char **name_r) MUST_CHECK;
/* Makes and stores one; `expires_at` INSTANT_NONE: without end. *token_r is the only copy. */
bool token_store(struct ctx *ctx, int64_t person_id, const char *label, instant expires_at, int64_t *id_r,
	const char **token_r) MUST_CHECK;
/* `owner_id` 0: anyone's. Fails: ERROR_NOT_FOUND. */
bool token_end(struct ctx *ctx, int64_t id, int64_t owner_id) MUST_CHECK;

#endif

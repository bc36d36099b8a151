/* The desk room: tickets, who owns them, what was said and done. Handlers of the route table and what they share.
 * The rules that two people can race on stand in schema/rules/4*_desk*.sql; here requests are read and answers written.
 * Refuses: to decide by itself who may do what: ticket_can and ticket_allow (41_desk_ticket.sql) do. */
#ifndef VAKHTA_DESK_DESK_H
#define VAKHTA_DESK_DESK_H

#include "db/query.h"
#include "http/body.h"
#include "http/stream.h"

#define TICKET_SUBJECT_MAX 300
#define TICKET_BODY_MAX 100000
#define TICKET_REASON_MAX 4000
#define TICKET_CIS_MAX 100
/* The signed link in the mail about a solution: of which ticket, and which of its resolutions. */
#define RATING_LINK_PATH "/rate/"
#define RATING_LINK_PURPOSE "rating"

/* --- what operations share (ticket_common.c, ticket_answer.c) --- */

/* The four arguments every operation begins with: actor id, roles, teams, now (actor bigint, actor_roles integer,
 * actor_teams bigint[], at timestamptz). */
void arg_actor(struct query_args *args);
/* "INC-000042" → 42. False: 404. The kind is checked by ticket_answer, or in SQL by ticket_number_id. */
bool ticket_number_parse(struct request *req, const char *number, int64_t *id_r) MUST_CHECK;
/* Recomputes the clocks of a ticket that an operation has just changed, then answers with the whole ticket, its
 * ETag and, with 201, its Location. In the transaction of the operation, which has checked that the actor may. */
bool ticket_changed(struct request *req, int status, int64_t ticket_id) MUST_CHECK;
/* The same without recomputing: nothing that clocks depend on has changed. */
bool ticket_answer(struct request *req, int status, int64_t ticket_id) MUST_CHECK;
/* Column `wrong` of an operation: {pointer, text, pointer, text …}. False: there are wrong fields, all are in
 * ctx->error. */
bool ticket_fields_good(struct ctx *ctx, const struct rows *rows, int row, int column) MUST_CHECK;

/* --- text as people typed it (timeline_html.c) --- */

/* CommonMark with tables, strike-through and bare links to HTML without any raw HTML or scripts; long texts as
 * plain paragraphs. In the arena. */
const char *text_html(struct arena *arena, const char *text);

/* --- tickets, lists, timeline, files --- */

bool ticket_create(struct request *req);          /* POST /tickets */
bool ticket_read(struct request *req);            /* GET /tickets/{number} */
bool ticket_edit(struct request *req);            /* PATCH /tickets/{number} */
bool ticket_list(struct request *req);            /* GET /tickets */
bool ticket_counts(struct request *req);          /* GET /tickets/counts */
bool ticket_events(struct request *req);          /* GET /tickets/{number}/events */
bool ticket_ci_put(struct request *req);          /* PUT /tickets/{number}/cis/{ci} */
bool ticket_ci_delete(struct request *req);       /* DELETE /tickets/{number}/cis/{ci} */
bool ticket_participant_add(struct request *req); /* POST /tickets/{number}/participants */
bool tickets_causes(struct request *req);        /* GET /common-causes?tickets= */
bool ticket_causes(struct request *req);         /* GET /tickets/{number}/common-causes */
bool my_offers(struct request *req);             /* GET /me/offers */
bool person_offers(struct request *req);         /* GET /persons/{id}/offers */
bool ticket_me_too(struct request *req);          /* POST /tickets/{number}/me-too */
bool attachment_create(struct request *req);      /* POST /tickets/{number}/attachments */
bool attachment_read(struct request *req);        /* GET /attachments/{id} */
/* A file of at most http.attachment_bytes with a name of at most 255 characters. */
struct upload;
bool attachment_upload(struct request *req, struct upload *file_r) MUST_CHECK;
/* Answers with the bytes of attachment `id` as a download; the caller has checked that it may be seen. */
bool attachment_send(struct request *req, int64_t id, const char *name, const char *type, int64_t size_bytes) MUST_CHECK;
bool category_list(struct request *req);          /* GET /categories */
bool known_list(struct request *req);             /* GET /known */

/* What changed, for the event stream (feed.c). */
const struct stream_source *desk_stream_source(void);

#endif

/* The supply room: suppliers, contracts, calendars, cases. Handlers of the route table and what they share.
 * Refuses: to compute working time (sla) and to decide which event may follow which (schema/rules/50_supply.sql). */
#ifndef VAKHTA_SUPPLY_SUPPLY_H
#define VAKHTA_SUPPLY_SUPPLY_H

#include "db/query.h"
#include "http/body.h"

/* "CASE-000045" → 45. False: 404. */
bool case_number_parse(struct request *req, const char *number, int64_t *id_r) MUST_CHECK;
/* Answers with the whole case and its clocks; status 200 or 201. */
bool case_reply(struct request *req, int status, int64_t case_id) MUST_CHECK;
/* One row of case_events or case_events_newest. */
void case_event_json(struct json_out *json, const struct rows *rows, int i);

bool case_create(struct request *req);      /* POST /tickets/{number}/cases */
bool case_preview(struct request *req);     /* POST /tickets/{number}/cases/preview */
bool case_list(struct request *req);        /* GET /cases */
bool case_read(struct request *req);        /* GET /cases/{number} */
bool case_events(struct request *req);      /* GET /cases/{number}/events */
bool case_event_create(struct request *req); /* POST /cases/{number}/events */

bool supplier_list(struct request *req);
bool supplier_create(struct request *req);
bool supplier_read(struct request *req);
bool supplier_update(struct request *req);

bool contract_list(struct request *req);
bool contract_create(struct request *req);
bool contract_read(struct request *req);
bool contract_update(struct request *req);
bool contract_document_read(struct request *req);   /* GET /contracts/{id}/document */
bool contract_document_update(struct request *req); /* PUT */
bool contract_document_create(struct request *req); /* POST /contracts/document */
bool contract_edition_list(struct request *req);   /* GET /contracts/{id}/terms */
bool contract_edition_create(struct request *req); /* POST /contracts/{id}/terms */

bool calendar_list(struct request *req);
bool calendar_create(struct request *req);
bool calendar_get(struct request *req);
bool calendar_update(struct request *req);
bool calendar_days(struct request *req);          /* GET /calendars/{id}/days */
bool calendar_preview(struct request *req);       /* POST /calendars/{id}/preview */
bool calendar_official_list(struct request *req); /* GET /calendars/official */
bool calendar_official_add(struct request *req);  /* POST /calendars/{id}/official */
bool calendar_copy_year(struct request *req);     /* POST /calendars/{id}/copy-year */
bool calendar_import_ics(struct request *req); /* POST /calendars/{id}/ics */

bool forecast_read(struct request *req); /* GET /reports/forecast */

bool webhook_list(struct request *req);
bool webhook_create(struct request *req);
bool webhook_delete(struct request *req);
/* The ledger of pauses, objections, files of evidence. */
bool pause_list(struct request *req);         /* GET /pauses */
bool pause_list_of_case(struct request *req); /* GET /cases/{number}/pauses */
bool pause_note(struct request *req);         /* POST /cases/{number}/pauses/{seq}/notes */
bool case_attach(struct request *req);        /* POST /cases/{number}/attachments */
bool contest_list(struct request *req);       /* GET /contests */
bool contest_read(struct request *req);       /* GET /contests/{id} */
bool contest_decide(struct request *req);     /* POST /contests/{id}/decide */
bool pause_agree(struct request *req);        /* POST /cases/{number}/pauses/{seq}/agree */
bool contest_create(struct request *req);     /* POST /cases/{number}/contests */
bool supply_rule_read(struct request *req);   /* GET /supply-rules */
bool supply_rule_update(struct request *req); /* PATCH /supply-rules */

/* Links of suppliers: as managers see them, and the page behind one. */
bool link_create(struct request *req);           /* POST /suppliers/{id}/links */
bool link_list(struct request *req);             /* GET /suppliers/{id}/links */
bool link_revoke(struct request *req);           /* DELETE /suppliers/{id}/links/{link} */
bool supplier_page_view(struct request *req);    /* GET /s/{token}/view */
bool supplier_page_case(struct request *req);    /* GET /s/{token}/cases/{number} */
bool supplier_page_event(struct request *req);   /* POST /s/{token}/cases/{number}/events */
bool supplier_page_agree(struct request *req);   /* POST /s/{token}/cases/{number}/pauses/{seq}/agree */
bool supplier_page_contest(struct request *req); /* POST /s/{token}/cases/{number}/contests */
bool supplier_page_attach(struct request *req);  /* POST /s/{token}/cases/{number}/attachments */
bool supplier_page_file(struct request *req);    /* GET /s/{token}/cases/{number}/attachments/{id} */

/* vakhta supplier-link */
int command_supplier_link(int argc, char **argv);

#endif

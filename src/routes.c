/* THE route table: method, path, who may, which pool runs it, how it uses the database, largest body, handler.
 * Nothing else registers a route. A right is a required argument: a row without one does not compile. */
#include "routes.h"

#include "audit/run.h"
#include "cmdb/cmdb.h"
#include "cmdb/evidence/evidence.h"
#include "cmdb/impact/impact.h"
#include "cmdb/inventory/inventory.h"
#include "cmdb/history/history.h"
#include "cmdb/query/query.h"
#include "cmdb/reconcile/reconcile.h"
#include "cmdb/model/document.h"
#include "cmdb/model/redundancy.h"
#include "desk/actions.h"
#include "desk/desk.h"
#include "http/server.h"
#include "openapi.h"
#include "people/person.h"
#include "people/session.h"
#include "people/team.h"
#include "people/token.h"
#include "post/post.h"
#include "quality/quality.h"
#include "reports/reports.h"
#include "supply/supply.h"

#define KIB ((size_t)1024)
#define MIB ((size_t)1024 * 1024)

/* Largest JSON body of an ordinary call; texts are bounded by 100,000 characters each. */
#define BODY (1 * MIB)
/* The handler keeps the configured bound (http.attachment_bytes); this is the hard one. */
#define UPLOAD (1024 * MIB)

#define ANYONE RIGHT_SIGNED_IN
#define STAFF ((uint32_t)ROLES_STAFF)
#define INSIDE ((uint32_t)(ROLES_STAFF | ROLES_READ_ALL))
#define CASE_READERS INSIDE
#define TERMS_READERS ((uint32_t)(ROLES_STAFF | ROLES_READ_ALL))
#define TERMS_WRITERS ((uint32_t)(ROLE_MANAGER | ROLE_ADMIN))
#define SUBSCRIBERS ((uint32_t)(ROLE_MANAGER | ROLE_ADMIN))
#define CALENDAR_WRITERS ((uint32_t)(ROLE_MANAGER | ROLE_ADMIN))

/* Figures of people: who may see whose is decided in the queries. */
#define QUALITY_READERS ((uint32_t)(ROLES_STAFF | ROLE_MANAGER | ROLE_AUDITOR))
#define QUALITY_LEADS ((uint32_t)(ROLE_LEAD | ROLE_MANAGER))
#define MAIL_READERS ((uint32_t)(ROLE_LEAD | ROLE_AUDITOR | ROLE_ADMIN))
#define MAIL_DECIDERS ((uint32_t)(ROLE_LEAD | ROLE_ADMIN))
/* Auditors change nothing; a check that they ask for writes only what it found. */
#define AUDIT_READERS ((uint32_t)(ROLE_MANAGER | ROLE_AUDITOR | ROLE_ADMIN))
#define PAUSE_NOTERS ((uint32_t)(ROLES_STAFF | ROLE_MANAGER))
#define CONTEST_DECIDERS ((uint32_t)(ROLE_LEAD | ROLE_MANAGER))
#define LINK_READERS ((uint32_t)(ROLE_MANAGER | ROLE_AUDITOR | ROLE_ADMIN))

#define API(path) "/api/v1" path
#define READ(path, right, handler) { HTTP_GET, API(path), (right), POOL_API, TX_READ, 0, handler }
/* Figures of all tickets, so for those who read all of them. */
#define REPORT(path, handler) { HTTP_GET, API(path), ROLES_READ_ALL, POOL_REPORT, TX_SELF, 0, handler }
#define WRITE(method, path, right, body, handler) { HTTP_##method, API(path), (right), POOL_API, TX_WRITE, (body), handler }
#define AGENT(method, path, tx, body, handler) { HTTP_##method, API(path), RIGHT_PUBLIC, POOL_REPORT, (tx), (body), handler }
#define SUPPLIER(method, path, tx, body, handler) { HTTP_##method, "/s/{token}" path, RIGHT_PUBLIC, POOL_API, (tx), (body), handler }

const struct route routes[] = {
	{ HTTP_GET, "/healthz", RIGHT_PUBLIC, POOL_INLINE, TX_SELF, 0, health_live },
	{ HTTP_GET, "/readyz", RIGHT_PUBLIC, POOL_API, TX_READ, 0, health_ready },
	{ HTTP_GET, "/metrics", RIGHT_PUBLIC, POOL_INLINE, TX_SELF, 0, health_metrics },
	{ HTTP_GET, API("/openapi.yaml"), RIGHT_PUBLIC, POOL_INLINE, TX_SELF, 0, openapi_read },

	ROUTE(GET, API("/stream"), ANYONE, POOL_STREAM, TX_READ, 0, NULL),
	{ HTTP_POST, API("/session"), RIGHT_PUBLIC, POOL_DIRECTORY, TX_SELF, 16 * KIB, session_create },
	READ("/session", ANYONE, session_read),
	WRITE(DELETE, "/session", ANYONE, 0, session_delete),
	READ("/me", ANYONE, person_me),
	WRITE(PATCH, "/me", ANYONE, BODY, person_patch),
	READ("/me/devices", ANYONE, my_devices),
	READ("/tokens", ANYONE, token_list),
	{ HTTP_POST, API("/tokens"), ANYONE, POOL_API, TX_SELF, BODY, token_create }, /* its answer must not be kept with the key */
	WRITE(DELETE, "/tokens/{id}", ANYONE, 0, token_revoke),
	READ("/persons", ANYONE, person_list),
	READ("/persons/{id}", ANYONE, person_read),
	READ("/teams", ANYONE, team_list),
	READ("/teams/{id}", ANYONE, team_read),

	READ("/tickets", ANYONE, ticket_list),
	WRITE(POST, "/tickets", ANYONE, BODY, ticket_create),
	READ("/tickets/counts", ANYONE, ticket_counts),
	READ("/tickets/{number}", ANYONE, ticket_read),
	WRITE(PATCH, "/tickets/{number}", STAFF, BODY, ticket_edit),
	READ("/tickets/{number}/events", ANYONE, ticket_events),
	WRITE(POST, "/tickets/{number}/take", STAFF, BODY, ticket_take),
	WRITE(POST, "/tickets/{number}/replies", ANYONE, BODY, ticket_reply),
	WRITE(POST, "/tickets/{number}/handovers", STAFF, BODY, handover_create),
	{ HTTP_POST, API("/tickets/{number}/handovers/preview"), STAFF, POOL_API, TX_READ, BODY, handover_preview },
	WRITE(POST, "/handovers/{id}/accept", STAFF, BODY, handover_accept),
	WRITE(POST, "/handovers/{id}/decline", STAFF, BODY, handover_decline),
	WRITE(POST, "/handovers/{id}/withdraw", STAFF, BODY, handover_withdraw),
	WRITE(POST, "/handovers/{id}/force", ROLE_LEAD, BODY, handover_force),
	WRITE(POST, "/tickets/{number}/wait", STAFF, BODY, ticket_wait),
	WRITE(POST, "/tickets/{number}/resume", STAFF, BODY, ticket_resume),
	WRITE(POST, "/tickets/{number}/resolve", STAFF, BODY, ticket_resolve),
	WRITE(POST, "/tickets/{number}/confirm", ANYONE, BODY, ticket_confirm),
	WRITE(POST, "/tickets/{number}/reopen", ANYONE, BODY, ticket_reopen),
	WRITE(POST, "/tickets/{number}/cancel", ANYONE, BODY, ticket_cancel),
	WRITE(POST, "/tickets/{number}/rating", ANYONE, BODY, ticket_rate),
	WRITE(PUT, "/tickets/{number}/cis/{ci}", STAFF, BODY, ticket_ci_put),
	WRITE(DELETE, "/tickets/{number}/cis/{ci}", STAFF, 0, ticket_ci_delete),
	WRITE(POST, "/tickets/{number}/participants", ANYONE, BODY, ticket_participant_add),
	WRITE(POST, "/tickets/{number}/me-too", ANYONE, BODY, ticket_me_too),
	WRITE(POST, "/tickets/{number}/attachments", ANYONE, UPLOAD, attachment_create),
	READ("/attachments/{id}", ANYONE, attachment_read),
	READ("/categories", ANYONE, category_list),
	READ("/known", ANYONE, known_list),
	READ("/me/offers", ANYONE, my_offers),
	READ("/persons/{id}/offers", STAFF, person_offers),
	READ("/common-causes", STAFF, tickets_causes),
	READ("/tickets/{number}/common-causes", STAFF, ticket_causes),

	WRITE(POST, "/tickets/{number}/cases", STAFF, BODY, case_create),
	{ HTTP_POST, API("/tickets/{number}/cases/preview"), STAFF, POOL_API, TX_READ, BODY, case_preview },
	READ("/cases", CASE_READERS, case_list),
	READ("/cases/{number}", CASE_READERS, case_read),
	READ("/cases/{number}/events", CASE_READERS, case_events),
	WRITE(POST, "/cases/{number}/events", STAFF, BODY, case_event_create),
	READ("/cases/{number}/pauses", CASE_READERS, pause_list_of_case),
	WRITE(POST, "/cases/{number}/pauses/{seq}/notes", PAUSE_NOTERS, BODY, pause_note),
	WRITE(POST, "/cases/{number}/pauses/{seq}/agree", PAUSE_NOTERS, BODY, pause_agree),
	WRITE(POST, "/cases/{number}/contests", PAUSE_NOTERS, BODY, contest_create),
	WRITE(POST, "/cases/{number}/attachments", PAUSE_NOTERS, UPLOAD, case_attach),
	READ("/pauses", ROLES_READ_ALL, pause_list),
	READ("/contests", CASE_READERS, contest_list),
	READ("/contests/{id}", CASE_READERS, contest_read),
	WRITE(POST, "/contests/{id}/decide", CONTEST_DECIDERS, BODY, contest_decide),
	READ("/supply-rules", TERMS_READERS, supply_rule_read),
	WRITE(PATCH, "/supply-rules", ROLE_MANAGER, BODY, supply_rule_update),
	READ("/suppliers", TERMS_READERS, supplier_list),
	WRITE(POST, "/suppliers", TERMS_WRITERS, BODY, supplier_create),
	READ("/suppliers/{id}", TERMS_READERS, supplier_read),
	WRITE(PATCH, "/suppliers/{id}", TERMS_WRITERS, BODY, supplier_update),
	READ("/suppliers/{id}/links", LINK_READERS, link_list),
	{ HTTP_POST, API("/suppliers/{id}/links"), ROLE_MANAGER, POOL_API, TX_SELF, BODY, link_create }, /* its answer must not be kept with the key */
	WRITE(DELETE, "/suppliers/{id}/links/{link}", ROLE_MANAGER, 0, link_revoke),
	READ("/contracts", TERMS_READERS, contract_list),
	WRITE(POST, "/contracts", TERMS_WRITERS, BODY, contract_create),
	READ("/contracts/{id}", TERMS_READERS, contract_read),
	WRITE(PATCH, "/contracts/{id}", TERMS_WRITERS, BODY, contract_update),
	WRITE(POST, "/contracts/document", TERMS_WRITERS, 4 * MIB, contract_document_create),
	READ("/contracts/{id}/document", TERMS_READERS, contract_document_read),
	WRITE(PUT, "/contracts/{id}/document", TERMS_WRITERS, 4 * MIB, contract_document_update),
	READ("/contracts/{id}/terms", TERMS_READERS, contract_edition_list),
	WRITE(POST, "/contracts/{id}/terms", TERMS_WRITERS, BODY, contract_edition_create),
	READ("/calendars", TERMS_READERS, calendar_list),
	WRITE(POST, "/calendars", CALENDAR_WRITERS, BODY, calendar_create),
	READ("/calendars/{id}", TERMS_READERS, calendar_get),
	WRITE(PUT, "/calendars/{id}", CALENDAR_WRITERS, BODY, calendar_update),
	READ("/calendars/official", TERMS_READERS, calendar_official_list),
	READ("/calendars/{id}/days", TERMS_READERS, calendar_days),
	{ HTTP_POST, API("/calendars/{id}/preview"), CALENDAR_WRITERS, POOL_API, TX_READ, BODY, calendar_preview },
	WRITE(POST, "/calendars/{id}/official", CALENDAR_WRITERS, BODY, calendar_official_add),
	WRITE(POST, "/calendars/{id}/copy-year", CALENDAR_WRITERS, BODY, calendar_copy_year),
	WRITE(POST, "/calendars/{id}/ics", CALENDAR_WRITERS, 8 * MIB, calendar_import_ics),

	READ("/mail/state", MAIL_READERS, mail_state),
	READ("/mail/outbox", MAIL_READERS, outbox_list),
	READ("/mail/outbox/{id}", MAIL_READERS, outbox_read),
	WRITE(POST, "/mail/outbox/{id}/retry", ROLE_ADMIN, BODY, outbox_retry),
	WRITE(POST, "/mail/outbox/{id}/cancel", ROLE_ADMIN, BODY, outbox_cancel),
	READ("/mail/quarantine", MAIL_READERS, mail_quarantine_list),
	READ("/mail/messages", INSIDE, mail_list),
	READ("/mail/messages/{id}", INSIDE, mail_read),
	READ("/mail/messages/{id}/raw", INSIDE, mail_raw),
	WRITE(POST, "/mail/messages/{id}/assign", MAIL_DECIDERS, BODY, mail_assign),
	WRITE(POST, "/mail/messages/{id}/discard", MAIL_DECIDERS, BODY, mail_discard),
	/* The page behind a supplier's link: the right is the signed token in the address. */
	SUPPLIER(GET, "/view", TX_READ, 0, supplier_page_view),
	SUPPLIER(GET, "/cases/{number}", TX_READ, 0, supplier_page_case),
	SUPPLIER(POST, "/cases/{number}/events", TX_WRITE, BODY, supplier_page_event),
	SUPPLIER(POST, "/cases/{number}/pauses/{seq}/agree", TX_WRITE, BODY, supplier_page_agree),
	SUPPLIER(POST, "/cases/{number}/contests", TX_WRITE, BODY, supplier_page_contest),
	SUPPLIER(POST, "/cases/{number}/attachments", TX_WRITE, UPLOAD, supplier_page_attach),
	SUPPLIER(GET, "/cases/{number}/attachments/{id}", TX_READ, 0, supplier_page_file),

	READ("/services", ANYONE, service_list),
	READ("/cmdb/classes", CMDB_READERS, class_list),
	WRITE(POST, "/cmdb/classes", CMDB_WRITERS, BODY, class_create),
	READ("/cmdb/classes/{id}", CMDB_READERS, class_get),
	WRITE(PATCH, "/cmdb/classes/{id}", CMDB_WRITERS, BODY, class_change),
	WRITE(POST, "/cmdb/classes/{id}/attributes", CMDB_WRITERS, BODY, attribute_create),
	WRITE(PATCH, "/cmdb/classes/{id}/attributes/{name}", CMDB_WRITERS, BODY, attribute_change),
	READ("/cmdb/model", CMDB_READERS, model_export),
	{ HTTP_PUT, API("/cmdb/model"), CMDB_WRITERS, POOL_REPORT, TX_WRITE, MODEL_MAX_BYTES, model_put },
	{ HTTP_POST, API("/cmdb/model/preview"), CMDB_WRITERS, POOL_REPORT, TX_WRITE, MODEL_MAX_BYTES, model_preview },
	READ("/cmdb/model/changes", CMDB_READERS, model_changes),
	READ("/cmdb/cis/{id}/redundancies", CMDB_READERS, redundancy_list),
	WRITE(POST, "/cmdb/cis/{id}/redundancies", CMDB_WRITERS, BODY, redundancy_create),
	WRITE(DELETE, "/cmdb/redundancies/{id}", CMDB_WRITERS, 0, redundancy_end),
	WRITE(PUT, "/cmdb/redundancies/{id}/members/{ci}", CMDB_WRITERS, BODY, redundancy_member_put),
	WRITE(DELETE, "/cmdb/redundancies/{id}/members/{ci}", CMDB_WRITERS, 0, redundancy_member_end),
	READ("/cmdb/cis", CMDB_READERS, ci_list),
	WRITE(POST, "/cmdb/cis", CMDB_WRITERS, BODY, ci_create),
	READ("/cmdb/cis/{id}", CMDB_READERS, ci_get),
	WRITE(PATCH, "/cmdb/cis/{id}", CMDB_WRITERS, BODY, ci_change),
	READ("/cmdb/cis/{id}/history", CMDB_READERS, ci_history),
	READ("/cmdb/cis/{id}/impact", CMDB_READERS, ci_impact),
	READ("/cmdb/cis/{id}/checks", ANYONE, ci_checks),
	READ("/cmdb/cis/{id}/impact/{other}/paths", CMDB_READERS, ci_impact_paths),
	READ("/cmdb/impact", CMDB_READERS, cis_impact),
	READ("/cmdb/cis/{id}/relations", CMDB_READERS, relation_list),
	WRITE(PUT, "/cmdb/cis/{id}/relations/{type}/{other}", CMDB_WRITERS, BODY, relation_put),
	WRITE(DELETE, "/cmdb/cis/{id}/relations/{type}/{other}", CMDB_WRITERS, 0, relation_delete),
	READ("/cmdb/cis/{id}/timeline", CMDB_READERS, ci_timeline),
	READ("/cmdb/compare", CMDB_READERS, ci_compare),
	READ("/cmdb/query", CMDB_READERS, ci_query),
	READ("/cmdb/query/words", CMDB_READERS, ci_query_words),
	{ HTTP_GET, API("/cmdb/query/count"), CMDB_READERS, POOL_REPORT, TX_READ, 0, ci_query_count },
	{ HTTP_GET, API("/cmdb/query.xlsx"), CMDB_READERS, POOL_REPORT, TX_SELF, 0, report_ci_query_xlsx },
	READ("/cmdb/queries", CMDB_READERS, ci_query_saved_list),
	WRITE(POST, "/cmdb/queries", CMDB_READERS, BODY, ci_query_saved_create),
	READ("/cmdb/queries/{id}", CMDB_READERS, ci_query_saved_get),
	WRITE(PATCH, "/cmdb/queries/{id}", CMDB_READERS, BODY, ci_query_saved_change),
	WRITE(DELETE, "/cmdb/queries/{id}", CMDB_READERS, 0, ci_query_saved_delete),
	READ("/cmdb/baselines", CMDB_READERS, baseline_list),
	{ HTTP_POST, API("/cmdb/baselines"), CMDB_WRITERS, POOL_REPORT, TX_WRITE, BODY, baseline_create },
	READ("/cmdb/baselines/{id}", CMDB_READERS, baseline_get),
	{ HTTP_GET, API("/cmdb/baselines/{id}/drift"), CMDB_READERS, POOL_REPORT, TX_READ, 0, baseline_drift },
	READ("/cmdb/relation-types", CMDB_READERS, relation_type_list),
	WRITE(POST, "/cmdb/relation-types", CMDB_WRITERS, BODY, relation_type_create),
	READ("/cmdb/cis/{id}/users", CMDB_READERS, ci_user_list),
	WRITE(PUT, "/cmdb/cis/{id}/users/{person}", CMDB_WRITERS, BODY, ci_user_put),
	WRITE(DELETE, "/cmdb/cis/{id}/users/{person}", CMDB_WRITERS, 0, ci_user_delete),
	READ("/cmdb/review", CMDB_READERS, review_read),
	WRITE(POST, "/cmdb/review/run", CMDB_WRITERS, BODY, review_run),
	READ("/cmdb/review/rules", CMDB_READERS, review_rule_read),
	WRITE(PATCH, "/cmdb/review/rules", CMDB_WRITERS, BODY, review_rule_change),
	READ("/cmdb/review/decisions", CMDB_READERS, review_decision_list),
	READ("/cmdb/review/attributes/{id}", CMDB_READERS, review_attribute),
	WRITE(POST, "/cmdb/review/attributes/{id}/decisions", CMDB_WRITERS, BODY, review_decide),
	WRITE(POST, "/cmdb/review/columns/{id}/decisions", CMDB_WRITERS, BODY, review_column_decide),
	READ("/cmdb/health", CMDB_READERS, health_read),
	READ("/cmdb/health/cis", CMDB_READERS, health_ci_list),
	READ("/me/confirmations", ANYONE, confirmation_list),
	WRITE(POST, "/me/confirmations", ANYONE, BODY, confirmation_create),
	WRITE(PATCH, "/me/confirmations", ANYONE, BODY, confirmation_change),
	/* Agents do not sign in: the right is a token in the address or in Authorization, or somebody's approval. */
	AGENT(POST, "/cmdb/inventory", TX_WRITE, INVENTORY_MAX_BYTES, inventory_receive),
	AGENT(GET, "/cmdb/inventory", TX_READ, 0, inventory_progress),
	AGENT(POST, "/cmdb/inventory/basic", TX_WRITE, INVENTORY_MAX_BYTES, inventory_receive_challenged),
	AGENT(GET, "/cmdb/inventory/basic", TX_READ, 0, inventory_progress),
	AGENT(POST, "/cmdb/inventory/{token}", TX_WRITE, INVENTORY_MAX_BYTES, inventory_receive),
	AGENT(GET, "/cmdb/inventory/{token}", TX_READ, 0, inventory_progress),
	READ("/cmdb/agents", CMDB_READERS, inventory_agent_list),
	WRITE(POST, "/cmdb/agents/decide", CMDB_WRITERS, BODY, inventory_agent_decide),
	READ("/cmdb/agents/settings", CMDB_READERS, inventory_setting_read),
	WRITE(PATCH, "/cmdb/agents/settings", CMDB_WRITERS, BODY, inventory_setting_change),
	READ("/cmdb/agents/tokens", CMDB_WRITERS, inventory_token_list),
	{ HTTP_POST, API("/cmdb/agents/tokens"), CMDB_WRITERS, POOL_API, TX_SELF, BODY, inventory_token_create }, /* its answer must not be kept with the key */
	WRITE(DELETE, "/cmdb/agents/tokens/{id}", CMDB_WRITERS, 0, inventory_token_delete),
	READ("/cmdb/agents/{id}", CMDB_READERS, inventory_agent_read),
	READ("/cmdb/cis/{id}/inventory", CMDB_READERS, inventory_ci_read),
	READ("/cmdb/cis/{id}/software", CMDB_READERS, software_of_ci),
	READ("/cmdb/software", CMDB_READERS, software_product_list),
	READ("/cmdb/software/{id}", CMDB_READERS, software_product_read),
	READ("/cmdb/software/{id}/machines", CMDB_READERS, software_machine_list),
	{ HTTP_POST, API("/cmdb/imports"), CMDB_WRITERS, POOL_REPORT, TX_WRITE, CMDB_IMPORT_MAX_BYTES, import_create },
	READ("/cmdb/imports/{id}", CMDB_READERS, import_get),
	READ("/cmdb/batches", CMDB_READERS, batch_list),
	{ HTTP_POST, API("/cmdb/batches"), CMDB_WRITERS, POOL_REPORT, TX_WRITE, CMDB_IMPORT_MAX_BYTES, batch_create },
	READ("/cmdb/batches/{id}", CMDB_READERS, batch_get),
	WRITE(PUT, "/cmdb/batches/{id}/mapping", CMDB_WRITERS, BODY, batch_map),
	READ("/cmdb/batches/{id}/rows", CMDB_READERS, batch_rows),
	{ HTTP_GET, API("/cmdb/batches/{id}/report.csv"), CMDB_READERS, POOL_REPORT, TX_READ, 0, batch_report },
	READ("/cmdb/batches/{id}/kept", CMDB_READERS, batch_kept),
	WRITE(POST, "/cmdb/batches/{id}/apply", CMDB_WRITERS, BODY, batch_apply),
	WRITE(POST, "/cmdb/batches/{id}/undo", CMDB_WRITERS, BODY, batch_undo),
	WRITE(POST, "/cmdb/batches/{id}/discard", CMDB_WRITERS, BODY, batch_discard),
	READ("/cmdb/ambiguous", CMDB_READERS, ambiguous_list),
	READ("/cmdb/ambiguous/{id}", CMDB_READERS, ambiguous_get),
	WRITE(POST, "/cmdb/ambiguous/{id}/decision", CMDB_WRITERS, BODY, ambiguous_decide),
	READ("/cmdb/cis/{id}/merge", CMDB_READERS, merge_preview),
	WRITE(POST, "/cmdb/cis/{id}/merge", CMDB_WRITERS, BODY, merge_do),
	READ("/cmdb/reconciliation", CMDB_READERS, reconciliation_get),
	WRITE(PUT, "/cmdb/reconciliation", CMDB_WRITERS, 256 * 1024, reconciliation_put),

	/* The link in the mail about a solution, for people who did not sign in: a GET shows the page, a POST rates. */
	{ HTTP_GET, "/rate/style.css", RIGHT_PUBLIC, POOL_INLINE, TX_SELF, 0, rating_page_style },
	{ HTTP_GET, RATING_LINK_PATH "{token}", RIGHT_PUBLIC, POOL_API, TX_READ, 0, rating_page_read },
	{ HTTP_POST, RATING_LINK_PATH "{token}", RIGHT_PUBLIC, POOL_API, TX_WRITE, 64 * KIB, rating_page_write },
	WRITE(POST, "/tickets/{number}/complaints", ANYONE, BODY, complaint_create),
	READ("/quality/summary", QUALITY_READERS, quality_summary),
	{ HTTP_GET, API("/quality/satisfaction"), QUALITY_READERS, POOL_REPORT, TX_READ, 0, quality_satisfaction },
	READ("/quality/reviews", QUALITY_LEADS | ROLE_AUDITOR, quality_review_list),
	READ("/quality/reviews/{id}", QUALITY_LEADS | ROLE_AUDITOR, quality_review_read),
	WRITE(PATCH, "/quality/reviews/{id}", QUALITY_LEADS, BODY, quality_review_edit),
	WRITE(POST, "/quality/reviews/{id}/close", QUALITY_LEADS, BODY, quality_review_close),
	WRITE(POST, "/quality/reviews/{id}/reopen", QUALITY_LEADS, BODY, quality_review_reopen),
	READ("/quality/samples", QUALITY_READERS, quality_sample_list),
	READ("/quality/samples/{id}", QUALITY_READERS, quality_sample_read),
	WRITE(POST, "/quality/samples/{id}/score", QUALITY_LEADS, BODY, quality_sample_score),
	WRITE(POST, "/quality/samples/{id}/calibrate", QUALITY_LEADS, BODY, quality_sample_calibrate),
	READ("/quality/draws", QUALITY_LEADS | ROLE_AUDITOR, quality_draw_list),
	{ HTTP_GET, API("/quality/draws/{week}"), ROLE_MANAGER | ROLE_AUDITOR, POOL_REPORT, TX_READ, 0, quality_draw_read },
	READ("/quality/checklists", QUALITY_READERS, quality_checklist_list),
	WRITE(POST, "/quality/checklists", QUALITY_LEADS, BODY, quality_checklist_create),
	READ("/quality/settings", QUALITY_READERS, quality_settings_read),
	WRITE(PATCH, "/quality/settings", ROLE_MANAGER, BODY, quality_settings_edit),
	READ("/quality/kpi", QUALITY_READERS, quality_kpi_list),
	{ HTTP_POST, API("/quality/kpi/{month}/compute"), ROLE_MANAGER, POOL_REPORT, TX_WRITE, BODY, quality_kpi_compute },
	READ("/quality/formulas", QUALITY_READERS, quality_formula_list),
	WRITE(POST, "/quality/formulas", ROLE_MANAGER, BODY, quality_formula_create),
	{ HTTP_POST, API("/quality/formulas/check"), ROLE_MANAGER, POOL_REPORT, TX_READ, BODY, quality_formula_check },
	READ("/quality/attestations", QUALITY_READERS, quality_attestation_list),
	WRITE(POST, "/quality/attestations/{id}/record", QUALITY_LEADS, BODY, quality_attestation_record),
	WRITE(PATCH, "/quality/attestations/{id}", QUALITY_LEADS, BODY, quality_attestation_move),

	REPORT("/reports/supplier-sla.xlsx", report_supplier_sla_xlsx),
	REPORT("/reports/supplier-sla.json", report_supplier_sla_json),
	REPORT("/reports/supplier-sla/clocks", report_supplier_sla_clocks),
	REPORT("/reports/desk-quality.xlsx", report_desk_quality_xlsx),
	REPORT("/reports/desk-quality.json", report_desk_quality_json),
	READ("/report-subscriptions", SUBSCRIBERS, report_subscription_list),
	WRITE(POST, "/report-subscriptions", SUBSCRIBERS, BODY, report_subscription_create),
	READ("/report-subscriptions/{id}", SUBSCRIBERS, report_subscription_read),
	WRITE(PATCH, "/report-subscriptions/{id}", SUBSCRIBERS, BODY, report_subscription_update),
	WRITE(DELETE, "/report-subscriptions/{id}", SUBSCRIBERS, 0, report_subscription_delete),
	READ("/report-runs", ROLES_READ_ALL, report_run_list),
	WRITE(POST, "/report-runs", (uint32_t)(ROLE_LEAD | ROLE_MANAGER | ROLE_ADMIN), BODY, report_run_create),
	READ("/report-runs/{id}", ROLES_READ_ALL, report_run_read),
	REPORT("/report-runs/{id}/file", report_run_file),
	REPORT("/reports/forecast", forecast_read),
	READ("/webhooks", ROLE_ADMIN, webhook_list),
	WRITE(POST, "/webhooks", ROLE_ADMIN, BODY, webhook_create),
	WRITE(DELETE, "/webhooks/{id}", ROLE_ADMIN, 0, webhook_delete),

	READ("/audit/runs", AUDIT_READERS, audit_run_list),
	WRITE(POST, "/audit/runs", AUDIT_READERS, BODY, audit_run_create),
	READ("/audit/runs/{id}", AUDIT_READERS, audit_run_read),
	READ("/audit/anchors", AUDIT_READERS, audit_anchor_list),
	READ("/audit/anchors.jsonl", AUDIT_READERS, audit_anchor_file),
	READ("/audit/chains/{number}", AUDIT_READERS, audit_chain_read),
	{ HTTP_POST, API("/audit/what-if"), AUDIT_READERS, POOL_REPORT, TX_SELF, BODY, audit_what_if },
};

const int route_count = (int)(sizeof(routes) / sizeof(*routes));

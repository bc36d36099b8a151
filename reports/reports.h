/* The reports room: handlers of the route table. The command is command_report (commands.h).
 * Refuses: to write; everything here reads from one snapshot. */
#ifndef VAKHTA_REPORTS_REPORTS_H
#define VAKHTA_REPORTS_REPORTS_H

#include "http/request.h"

/* GET /reports/supplier-sla.xlsx and .json ?from=&to=&supplier=&lang=&zone= (TX_SELF) */
bool report_supplier_sla_xlsx(struct request *req);
bool report_supplier_sla_json(struct request *req);
/* GET /reports/supplier-sla/clocks ?from=&to=&supplier=&metric=&verdict=&zone= (TX_SELF) */
bool report_supplier_sla_clocks(struct request *req);

/* GET /reports/desk-quality.xlsx and .json ?from=&to=&lang=&zone= (TX_SELF) */
bool report_desk_quality_xlsx(struct request *req);
bool report_desk_quality_json(struct request *req);
/* GET, POST /report-subscriptions {report, period, language?, zone?, supplier?, delivery, active?} */
bool report_subscription_list(struct request *req);
bool report_subscription_create(struct request *req);
/* GET, PATCH (If-Match), DELETE /report-subscriptions/{id} */
bool report_subscription_read(struct request *req);
bool report_subscription_update(struct request *req);
bool report_subscription_delete(struct request *req);
/* GET /report-runs ?report=&state=&subscription=&mine=; POST {report, from, to, language?, zone?, supplier?, delivery?} */
bool report_run_list(struct request *req);
bool report_run_create(struct request *req);
/* GET /report-runs/{id}, GET /report-runs/{id}/file (TX_SELF) */
bool report_run_read(struct request *req);
bool report_run_file(struct request *req);

/* GET /cmdb/query.xlsx ?query=&class=&columns=&at= (TX_SELF) */
bool report_ci_query_xlsx(struct request *req);

#endif

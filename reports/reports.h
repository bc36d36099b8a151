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

#endif

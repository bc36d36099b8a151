/* What moves a ticket: handlers of the route table. The rules stand in schema/rules/42_desk_actions.sql. */
#ifndef VAKHTA_DESK_ACTIONS_H
#define VAKHTA_DESK_ACTIONS_H

#include "http/request.h"

bool ticket_take(struct request *req);       /* POST /tickets/{number}/take */
bool ticket_reply(struct request *req);      /* POST /tickets/{number}/replies */
bool ticket_wait(struct request *req);       /* POST /tickets/{number}/wait */
bool ticket_resume(struct request *req);     /* POST /tickets/{number}/resume */
bool ticket_resolve(struct request *req);    /* POST /tickets/{number}/resolve */
bool ticket_confirm(struct request *req);    /* POST /tickets/{number}/confirm */
bool ticket_reopen(struct request *req);     /* POST /tickets/{number}/reopen */
bool ticket_cancel(struct request *req);     /* POST /tickets/{number}/cancel */
bool ticket_rate(struct request *req);       /* POST /tickets/{number}/rating */
bool handover_create(struct request *req);   /* POST /tickets/{number}/handovers */
bool handover_preview(struct request *req);  /* POST /tickets/{number}/handovers/preview */
bool handover_accept(struct request *req);   /* POST /handovers/{id}/accept */
bool handover_decline(struct request *req);  /* POST /handovers/{id}/decline */
bool handover_withdraw(struct request *req); /* POST /handovers/{id}/withdraw */
bool handover_force(struct request *req);    /* POST /handovers/{id}/force */

#endif

/* What the calls that edit a calendar share. */
#ifndef VAKHTA_SUPPLY_CALENDAR_H
#define VAKHTA_SUPPLY_CALENDAR_H

#include "http/body.h"

/* A calendar's hours while a call changes them. */
struct calendar_edit {
	int64_t id, version; /* version: that it must have; -1: any */
	const char *name;
	json_t *hours; /* {"zone","week","exceptions"}; the arena's */
	bool dry;
};

/* The calendar in the path, only read. False: 404. */
bool calendar_edit_read(struct request *req, struct calendar_edit *edit_r) MUST_CHECK;
/* The same for a change: locked, If-Match taken where given, and ?dry_run. */
bool calendar_edit_begin(struct request *req, struct calendar_edit *edit_r) MUST_CHECK;
/* Saves the hours, open clocks follow, and answers with the calendar; a dry run answers with what it would be. Hours
 * that cannot be built are
 * refused at `pointer`. */
bool calendar_edit_end(struct request *req, const struct calendar_edit *edit, const char *pointer) MUST_CHECK;
/* The members zone, week and exceptions of a body as JSON, refused with the reason when the engine cannot build
 * them. NULL: wrong. */
json_t *calendar_hours_read(struct request *req, struct body *body);

#endif

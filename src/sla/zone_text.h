/* An instant in a zone as people read it in mail, the form of moment_text: "пн 02.03.2026 14:00", "Mon 02 Mar 2026, 14:00". */
#ifndef VAKHTA_SLA_ZONE_TEXT_H
#define VAKHTA_SLA_ZONE_TEXT_H

#include "base/ctx.h"

#define ZONE_TEXT_BYTES 40

/* False: the zone cannot be read. */
bool zone_text(instant at, const char *zone_name, bool russian, char out[static ZONE_TEXT_BYTES]) MUST_CHECK;

#endif

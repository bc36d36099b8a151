/* An instant in a zone as people read it in mail: "2026-03-02 14:00". */
#ifndef VAKHTA_SLA_ZONE_TEXT_H
#define VAKHTA_SLA_ZONE_TEXT_H

#include "base/ctx.h"

#define ZONE_TEXT_BYTES 32

/* False: the zone cannot be read. */
bool zone_text(instant at, const char *zone_name, char out[static ZONE_TEXT_BYTES]) MUST_CHECK;

#endif

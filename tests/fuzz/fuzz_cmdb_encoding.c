/* Feeds any bytes as a table in an encoding that is found or, by the first byte, named: valid UTF-8 or one reason; then reads records
 * leniently, as staging does: every line is passed, each bad record has its reason. */
#include "base/text.h"
#include "cmdb/csv.h"
#include "cmdb/reconcile/encoding.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct arena *arena = arena_create(65536);
	const char *bytes = (const char *)data + 1, *why = NULL;
	size_t length = 0;
	enum encoding encoding = data[0] % (ENCODINGS + 1) == ENCODINGS ? encoding_detect(bytes, size - 1) : (enum encoding)(data[0] % (ENCODINGS + 1));
	const char *text = encoding_convert(arena, encoding, bytes, size - 1, &length, &why);
	if ((text == NULL) != (why != NULL) || (text && (!text_utf8_valid(text, length) || text[length] != '\0')))
		abort();
	struct csv csv;
	if (text && csv_open(&csv, arena, text, length)) {
		int line = 0;
		csv.lenient = true;
		for (enum csv_result result = csv_next(&csv); result != CSV_END; result = csv_next(&csv)) {
			if (result == CSV_BROKEN || (result == CSV_BAD) != (csv.why != NULL) || csv.record_line <= line)
				abort();
			line = csv.record_line;
		}
	}
	arena_destroy(arena);
	return 0;
}

/* The files under schema/demo become a table of texts by name.
 * Refuses: a file that is not text. */
#include "gen/gen.h"

#include <stdlib.h>
#include <string.h>

void gen_demo(int argc, char **argv)
{
	const char *out_path = argv[1];
	FILE *out = gen_open(out_path);
	fputs("#include \"demo_data.h\"\n\n#include <stddef.h>\n\nconst struct demo_file demo_files[] = {\n", out);
	for (int i = 2; i < argc; i++) {
		struct bytes bytes = gen_read(argv[i]);
		const char *slash = strrchr(argv[i], '/');
		if (strlen(bytes.data) != bytes.length)
			gen_die("%s: holds a NUL", gen_below(argv[0], argv[i]));
		fprintf(out, "\t{ \"%s\", %zu,", slash ? slash + 1 : argv[i], bytes.length);
		gen_write_literal(out, bytes.data);
		fputs(" },\n", out);
		free(bytes.data);
	}
	fputs("\t{ NULL, 0, NULL },\n};\n", out);
	gen_close(out, out_path);
}

/* vakhta_gen: turns statements, schema and interface into C at build time.
 * Refuses: anything it does not understand; the build fails with file and line. */
#include "gen/gen.h"

#include <string.h>

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int least;
		void (*run)(int argc, char **argv);
	} modes[] = {
		{ "queries", 3, gen_queries },
		{ "schema", 2, gen_schema },
		{ "assets", 2, gen_assets },
		{ "demo", 2, gen_demo },
	};
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name) != 0)
			continue;
		if (argc - 2 < modes[i].least)
			gen_die("%s: too few arguments", argv[1]);
		modes[i].run(argc - 2, argv + 2);
		return 0;
	}
	gen_die("usage: vakhta_gen queries|schema|assets|demo …");
}

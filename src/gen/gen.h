/* What the parts of the build tool share. It stops at the first error: a build tool has nobody to hand it to. */
#ifndef VAKHTA_GEN_GEN_H
#define VAKHTA_GEN_GEN_H

#include <stddef.h>
#include <stdio.h>

struct bytes {
	char *data; /* NUL-terminated beyond length */
	size_t length;
};

/* Prints "vakhta_gen: …" and exits with 1. */
void gen_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void *gen_alloc(size_t size_bytes);
char *gen_strndup(const char *text, size_t length);
struct bytes gen_read(const char *path);
/* Makes the directories above a file. */
void gen_directories(const char *path);
/* Written beside the target and renamed, so that a failed run leaves no half file; a file that would say the same keeps its time. */
FILE *gen_open(const char *path);
void gen_close(FILE *file, const char *path);
/* A C string literal, split by lines. */
void gen_write_literal(FILE *file, const char *text);
void gen_write_array(FILE *file, const char *name, const unsigned char *bytes, size_t length);
void gen_sha256_hex(const void *bytes, size_t length, char out[65]);
/* The path below `root`. */
const char *gen_below(const char *root, const char *path);

/* sql_text.c: one statement without its comments, white space at line ends and final semicolon, and its highest $n.
 * Dies with file and line when a quote is left open or a second statement begins. */
struct sql_statement {
	char *text;
	int param_count;
	int is_copy;
};
struct sql_statement sql_statement_read(const char *file, int line, const char *text, size_t length);

void gen_queries(int argc, char **argv); /* root, directory of headers, out.c, files… */
void gen_schema(int argc, char **argv);  /* root, out.c, files… */
void gen_assets(int argc, char **argv);  /* directory, out.c */
void gen_demo(int argc, char **argv);    /* root, out.c, files… */

#endif

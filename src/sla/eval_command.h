/* The command `vakhta sla eval [FILE]`. */
#ifndef VAKHTA_SLA_EVAL_COMMAND_H
#define VAKHTA_SLA_EVAL_COMMAND_H

/* Reads one JSON object a line from FILE, or standard input when there is none or it is "-", and writes one a line.
 * argv[0] is the command's own name ("eval").
 * Returns the exit code: 0; 1 a bad line, or reading or writing failed; 2 wrong usage. */
int command_sla_eval(int argc, char **argv);

#endif

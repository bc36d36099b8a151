/* The subcommands of the program. Each gets its own name as argv[0], parses its options with argp and returns the exit status:
 * 0 done, 1 failed, 2 called wrongly. db/command.h has what they share. */
#ifndef VAKHTA_COMMANDS_H
#define VAKHTA_COMMANDS_H

int command_serve(int argc, char **argv);
int command_migrate(int argc, char **argv);
int command_config_sample(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_import(int argc, char **argv);
int command_report(int argc, char **argv);
int command_sla_eval(int argc, char **argv);
int command_contract(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_token(int argc, char **argv);
int command_supplier_link(int argc, char **argv);
int command_directory(int argc, char **argv);
int command_routes(int argc, char **argv);
int command_cmdb(int argc, char **argv);
int command_backup_check(int argc, char **argv);

#endif

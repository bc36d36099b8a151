/* The command `vakhta sla eval` alone, so that the room is tested without the rest of the program. */
#include "sla/eval_command.h"

int main(int argc, char **argv)
{
	return command_sla_eval(argc, argv);
}

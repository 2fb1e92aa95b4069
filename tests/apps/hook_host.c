/*
 * Ends with what its framework says. usage: host LIBRARY
 */
#include "tests/apps/hook.h"

int main(int argc, char **argv)
{
	return argc > 1 ? frame_run(argv[1]) : 2;
}

/*
 * `monitor` commands of Linux processes: which there are. What they do is in hold.c and emulate.c.
 */
#include <string.h>

#include "target/linux/view_priv.h"

/* "emulate", "set emulate on|off" */
static bool is_emulate(size_t argc, const char *const *argv, const char **value)
{
	bool set = argc == 3 && !strcmp(argv[0], "set") && !strcmp(argv[1], "emulate");

	*value = set ? argv[2] : NULL;
	return set || (argc == 1 && !strcmp(argv[0], "emulate"));
}

enum target_status linux_command(struct target *t, struct target_tid tid, size_t argc,
				 const char *const *argv, struct target_text *out)
{
	const char *value;

	(void)tid;
	if (!is_emulate(argc, argv, &value))
		return linux_hold_command(t, argc, argv, out);
	if (linux_emulate_set((struct linux_target *)t, value, out))
		return TARGET_OK;
	return target_fail(t, TARGET_INVALID, "\"%.40s\" is neither on nor off", value);
}

bool linux_steers(const struct target *t, size_t argc, const char *const *argv)
{
	(void)t;
	(void)argc;
	return !strcmp(argv[0], "release");
}

const char *linux_help(const struct target *t)
{
	(void)t;
	return "  emulate\n    Instructions that the server has executed itself\n"
	       "  set emulate on|off\n    Let it execute simple ones; off: the CPU does\n"
	       "  held\n    Children that wait for a debugger (--hold-children)\n"
	       "  release PID|all\n    Let one of them, or all, go on without\n";
}

/*
 * `monitor ascend device N`: as --device-id, for what programs open from now on. Called by
 * devices.c; msDebug's command of that name is for before the program runs, too (live facts 6).
 */
#include <string.h>

#include "target/device/monitor_priv.h"

static enum target_status usage(struct devices *ds)
{
	return target_fail(&ds->base, TARGET_INVALID,
			   "give the number of a device, 0 to %d, or all\n"
			   "Usage: ascend device N|all",
			   DEVICE_MAX - 1);
}

/* Devices that are shown already stay: their processes are the client's. */
static void tell_shown(const struct devices *ds, struct target_text *out)
{
	for (const struct device *d = ds->all; d; d = d->next)
		if (d->shown)
			target_text_format(out,
					   "Device %u is shown already, as process %u. In gdb: "
					   "`info inferiors` tells its number N, `inferior N` "
					   "switches to it.\n",
					   d->a.device, d->a.pid);
}

enum target_status devices_choose(struct devices *ds, size_t argc, const char *const *argv,
				  struct target_text *out)
{
	uint64_t id = 0;
	bool all = argc == 1 && !strcmp(argv[0], "all");

	if (!all && (argc != 1 || !ascend_number_parse(argv[0], DEVICE_MAX - 1, &id)))
		return usage(ds);
	ds->options.only = all ? -1 : (int64_t)id;
	if (all)
		target_text_add(out, "Every device that a program opens is shown.\n");
	else
		target_text_format(out,
				   "Of the devices that programs open, %u is shown; the "
				   "others run as without a debugger.\n",
				   (unsigned)id);
	tell_shown(ds, out);
	return TARGET_OK;
}

/*
 * `monitor doctor`: the server's part of the report - whether devices are looked for at all, the
 * toolkit, the library for programs - and the parts of the targets. target/doctor.h has the lines.
 */
#include "stub/monitor_doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stub/live.h"
#include "target/doctor.h"

static void check_way(const struct live *live, struct doctor *r)
{
	if (strcmp(live->way, "none") != 0) {
		doctor_ok(r, "devices", "are looked for: --device %s", live->way);
	} else if (live->automatic) {
		doctor_problem(r, "devices",
			       "none is shown: there is no /dev/drv_debug, and ASCEND_NPU_SIM "
			       "names no simulated NPU");
		doctor_mend(r, "install the driver package with its debug modules (--debug), or "
			       "start this server with --device sim");
	} else {
		doctor_problem(r, "devices", "none is shown: this server was told --device none");
		doctor_mend(r, "start it without that option");
	}
}

/* What programs that are started here find their runtime with. */
static void check_toolkit(const struct live *live, struct doctor *r)
{
	const char *home = getenv("ASCEND_TOOLKIT_HOME");
	char path[LIVE_PATH];
	bool needed = !strcmp(live->way, "drv");

	if (!home || !*home)
		home = getenv("ASCEND_HOME_PATH");
	if ((!home || !*home) && !needed) {
		doctor_note(r, "toolkit",
			    "ASCEND_TOOLKIT_HOME is not set: programs find their "
			    "runtime by their own search path");
		return;
	}
	if (!home || !*home) {
		doctor_problem(r, "toolkit",
			       "neither ASCEND_TOOLKIT_HOME nor ASCEND_HOME_PATH is "
			       "set: programs may not find their runtime");
	} else if (snprintf(path, sizeof(path), "%s/lib64/libruntime.so", home) > 0 &&
		   access(path, R_OK) == 0) {
		doctor_ok(r, "toolkit", "%s", home);
		return;
	} else {
		doctor_problem(r, "toolkit", "%s has no lib64/libruntime.so", home);
	}
	doctor_mend(r, ". /usr/local/Ascend/ascend-toolkit/set_env.sh, then start this server "
		       "again");
}

/* gdb itself recommends another sysroot when it reads files through the server. */
static void check_symbols(const struct session *s, struct doctor *r)
{
	if (!s->told_kernels || s->files.served)
		return;
	doctor_problem(r, "symbols", "gdb knows of kernels and has read none of their files: it "
				     "looks for them on its own machine");
	doctor_mend(r, "in gdb: inferior N of the device, then set sysroot target:");
}

enum target_status monitor_doctor(struct session *s, struct target_text *out)
{
	const struct live *live = s->debug.live;
	struct doctor r = { .out = out };

	if (live) {
		check_way(live, &r);
		r.preload = live->stub[0] ? live->stub : NULL;
		if (r.preload)
			check_toolkit(live, &r);
	}
	target_doctor(s->target, &r);
	check_symbols(s, &r);
	if (r.problems)
		target_text_format(out, "%u problem%s.\n", r.problems, r.problems > 1 ? "s" : "");
	else
		target_text_add(out, "No problem was found.\n");
	return TARGET_OK;
}

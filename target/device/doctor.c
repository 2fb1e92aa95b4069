/*
 * `monitor doctor`, the devices: the way to them and what stands in it, and each device that a
 * program has opened. Nothing here takes a device: that would disturb who has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/device/monitor_priv.h"
#include "target/doctor.h"

static const char node[] = "/dev/drv_debug", gate[] = "/proc/debug_switch";

/* Not opened: closing it again would let go of a device that this server has (live facts 2.7). */
static bool check_node(struct doctor *r)
{
	if (access(node, R_OK | W_OK) == 0) {
		doctor_ok(r, "driver node", "%s", node);
		return true;
	}
	doctor_problem(r, "driver node", "%s: %s", node, strerror(errno));
	if (errno == ENOENT)
		doctor_mend(r,
			    "install the driver package with its debug modules (--debug); in a "
			    "container, start that with --device=%s",
			    node);
	else
		doctor_mend(r, "as root: chmod 666 %s", node);
	return false;
}

/* "debug_switch_status = 1" (live facts 2.1). */
static void check_switch(struct doctor *r)
{
	AUTO_CLOSE int fd = open(gate, O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	const char *value = strchr(text, '=');
	if (value && strtol(value + 1, NULL, 10) == 1) {
		doctor_ok(r, "debug switch", "on");
	} else if (n < 0) {
		doctor_problem(r, "debug switch", "%s: %s", gate, strerror(errno));
		doctor_mend(r, "install the driver package with its debug modules (--debug)");
	} else {
		doctor_problem(r, "debug switch", "off: the driver lets nobody debug");
		doctor_mend(r, "as root: echo 1 > %s", gate);
	}
}

static void check_holders(struct doctor *r, bool refused)
{
	char who[256];
	size_t n = device_holders(node, who, sizeof(who));

	if (!n && !refused) {
		doctor_ok(r, "other debuggers", "none that this user can see");
	} else if (!refused) {
		doctor_note(r, "other debuggers", "%s: a device has room for one", who);
	} else {
		doctor_problem(r, "other debuggers", "%s",
			       n ? who
				 : "one of another user: ask root for fuser -v /dev/drv_debug");
		doctor_mend(r, "end it: kill PID");
	}
}

static bool was_occupied(const struct devices *ds)
{
	for (size_t i = 0; i < DEVICE_MAX; i++)
		if (ds->trouble[i] && strstr(ds->trouble[i], device_result_words(DEVICE_OCCUPIED)))
			return true;
	return false;
}

/* The words of a refusal say what to do. */
static void check_refusals(const struct devices *ds, struct doctor *r)
{
	for (unsigned i = 0; i < DEVICE_MAX; i++)
		if (ds->trouble[i])
			doctor_problem(r, "device", "%u is not debugged: %s", i, ds->trouble[i]);
}

static void check_device(struct device *d, struct doctor *r)
{
	doctor_ok(r, "device", "%u, %s, is process %u%s", d->a.device, d->a.chip->name, d->a.pid,
		  d->shown ? "" : ": it appears at the first kernel");
	if (d->blind)
		doctor_note(r, "device",
			    "%u: its driver copies no memory: only what cores see is "
			    "shown",
			    d->a.device);
	if (d->ready)
		ascend_doctor(&d->a.base, r);
	if (*d->refused) {
		doctor_problem(r, "breakpoint", "%s", d->refused);
		doctor_mend(r, "delete it and set it again by function or line; where code is "
			       "read-only use hbreak");
	}
}

void devices_doctor(struct target *t, struct doctor *r)
{
	struct devices *ds = devices_of(t);

	if (ds->options.sim)
		doctor_ok(r, "simulated NPU", "%s", ds->options.sim);
	else if (check_node(r))
		check_switch(r);
	if (!ds->options.sim)
		check_holders(r, was_occupied(ds));
	check_refusals(ds, r);
	if (!ds->all)
		doctor_note(r, "device", "no program has one open");
	for (struct device *d = ds->all; d; d = d->next)
		check_device(d, r);
}

/*
 * Programs that were there before the server: whether their kernels can be shown, and where their
 * runtime stub looks for a server. It tries again at every launch (target/runtime/talk.c), so the
 * first launch behind an attach is shown. Called through target_process_ops of devices.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/auto.h"
#include "target/device/device_priv.h"
#include "target/sim/sim_wire.h"

enum { PATH_ROOM = 512 };

static FILE *open_proc(uint32_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	return fopen(path, "re");
}

/* Value of a variable that the process was started with; "" without it. */
static void read_variable(uint32_t pid, const char *name, char *out, size_t n)
{
	AUTO_FREE char *entry = NULL;
	size_t cap = 0, len = strlen(name);
	FILE *f = open_proc(pid, "environ");

	*out = '\0';
	while (f && getdelim(&entry, &cap, '\0', f) > 0)
		if (!strncmp(entry, name, len) && entry[len] == '=' && strlen(entry + len) <= n)
			snprintf(out, n, "%s", entry + len + 1);
	if (f)
		fclose(f);
}

struct loaded {
	bool stub; /* ours or msDebug's */
	bool runtime;
};

static struct loaded read_maps(uint32_t pid)
{
	struct loaded has = { false, false };
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	FILE *f = open_proc(pid, "maps");

	while (f && getline(&line, &cap, f) > 0) {
		has.stub |= strstr(line, "/libascend-rt-stub.so") ||
			    strstr(line, "/libruntime_stub.so");
		has.runtime |= strstr(line, "/libruntime.so") || strstr(line, "/libascendcl.so");
	}
	if (f)
		fclose(f);
	return has;
}

static bool is_our_users(uint32_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return stat(path, &st) == 0 && st.st_uid == geteuid();
}

static void say_no_stub(struct devices *ds, uint32_t pid)
{
	target_tell(&ds->base.log, TARGET_LOG_WARN, "device",
		    "process %u uses an NPU without the runtime stub: its kernels cannot be shown. "
		    "Start it with LD_PRELOAD=%s and " STUB_SOCKET_ENV "=/tmp/PATH-OF-YOUR-CHOICE, "
		    "then attach again; or let this server start it",
		    pid, ds->options.stub);
}

/* Two simulated NPUs have nothing to do with each other. */
static void check_npu(struct devices *ds, uint32_t pid)
{
	char npu[PATH_ROOM];

	read_variable(pid, SIM_WIRE_ENV, npu, sizeof(npu));
	if (ds->options.sim && *npu && strcmp(npu, ds->options.sim) != 0)
		target_tell(&ds->base.log, TARGET_LOG_WARN, "device",
			    "process %u uses the simulated NPU at %s, this server another one: "
			    "start the server with " SIM_WIRE_ENV "=%s",
			    pid, npu, npu);
}

static void listen_for(struct devices *ds, uint32_t pid)
{
	char path[PATH_ROOM];

	read_variable(pid, STUB_SOCKET_ENV, path, sizeof(path));
	if (!*path)
		target_tell(
			&ds->base.log, TARGET_LOG_WARN, "device",
			"process %u has the runtime stub but was started without " STUB_SOCKET_ENV
			": its kernels cannot be shown",
			pid);
	else if (!device_clients_listen(ds->clients, path))
		target_tell(&ds->base.log, TARGET_LOG_WARN, "device",
			    "process %u looks for a server at %s, and that cannot be had: %s", pid,
			    path, strerror(errno));
	else
		target_logf(&ds->base.log, TARGET_LOG_INFO,
			    "device: listening at %s for process %u: its next launch is shown",
			    path, pid);
}

static enum target_status attach(struct target *t, uint32_t pid)
{
	struct devices *ds = devices_of(t);
	struct loaded has = read_maps(pid);

	if (!has.stub && has.runtime)
		say_no_stub(ds, pid);
	/* who is traced by root may be another user's: nothing is made where he says */
	if (!has.stub || !is_our_users(pid))
		return TARGET_OK;
	check_npu(ds, pid);
	listen_for(ds, pid);
	return TARGET_OK;
}

static enum target_status start(struct target *t, const struct target_launch *how, uint32_t *pid)
{
	(void)how;
	(void)pid;
	return target_fail(t, TARGET_UNSUPPORTED, "a device does not start programs");
}

static bool attached(const struct target *t, uint32_t pid)
{
	(void)t;
	(void)pid;
	return true;
}

const struct target_process_ops device_process_ops = {
	.start = start,
	.attach = attach,
	.attached = attached,
};

/*
 * Opens the target of a live session: the host alone, or the set of host and devices when there is
 * a driver's node or a simulated NPU. Called by main; the folders the kinds are in know nothing of
 * each other.
 */
#include "stub/live.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/device/device.h"
#include "target/device/port.h"
#include "target/linux/linux.h"
#include "target/set.h"
#include "target/sim/sim_wire.h"

static const char node[] = "/dev/drv_debug";

enum way { WAY_AUTO, WAY_DRV, WAY_SIM, WAY_NONE, WAYS };

static const char *const ways[WAYS] = { "auto", "drv", "sim", "none" };

static enum way way_of(const char *word)
{
	enum way way = WAY_AUTO;

	while (way < WAYS && strcmp(ways[way], word) != 0)
		way++;
	return way;
}

static bool fail(char *why, const char *text)
{
	snprintf(why, LIVE_WORDS, "%s", text);
	return false;
}

/* A file that was built or installed with the server: beside it or in ../lib. */
static bool find_beside(const char *name, char *out)
{
	static const char *const places[] = { "/", "/../lib/" };
	char self[LIVE_PATH];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int k = snprintf(out, LIVE_PATH, "%s%s%s", self, places[i], name);

		if (k > 0 && k < LIVE_PATH && access(out, R_OK) == 0)
			return true;
	}
	*out = '\0';
	return false;
}

/* --- an NPU of our own --- */

static void run_npu(const char *program, const char *socket, const char *args, pid_t parent,
		    int out)
{
	enum { WORDS = 32 };
	char with[32], words[CONFIG_TEXT], *rest = words, *word;
	const char *argv[WORDS + 1] = { program, "--socket", socket, with, "--own-folder" };
	size_t n = 5;

	snprintf(with, sizeof(with), "--with-parent=%d", (int)parent);
	snprintf(words, sizeof(words), "%s", args);
	while (n < WORDS && (word = strsep(&rest, " ")))
		if (*word)
			argv[n++] = word;
	dup2(out, STDOUT_FILENO);
	execv(program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* It says on its output that it is ready; before that nobody finds it. */
static bool await_ready(int in)
{
	enum { PATIENCE_MS = 10000 };
	struct pollfd p = { .fd = in, .events = POLLIN };
	char byte;
	int n;

	do
		n = poll(&p, 1, PATIENCE_MS);
	while (n < 0 && errno == EINTR);
	return n == 1 && read(in, &byte, 1) == 1;
}

static bool launch_npu(const char *program, const char *socket, const char *args)
{
	pid_t server = getpid();
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return false;
	pid_t pid = fork();
	if (pid == 0)
		run_npu(program, socket, args, server, pipe_fds[1]);
	close(pipe_fds[1]);
	bool ready = pid > 0 && await_ready(pipe_fds[0]);
	close(pipe_fds[0]);
	return ready;
}

static bool start_npu(struct live *l, const char *args, char *why)
{
	char program[LIVE_PATH], folder[] = "/tmp/ascend-npu.XXXXXX";

	if (!find_beside("ascend-npu-sim", program))
		return fail(why, "--device sim: there is no ascend-npu-sim beside this server: "
				 "build it, or set " SIM_WIRE_ENV " to the socket of one");
	if (!mkdtemp(folder))
		return fail(why, "--device sim: no place for a socket in /tmp");
	snprintf(l->sim, sizeof(l->sim), "%s/socket", folder);
	if (launch_npu(program, l->sim, args))
		return true;
	rmdir(folder);
	return fail(why, "--device sim: ascend-npu-sim does not start: what it says is above, "
			 "--sim-args is what it was told");
}

/* --- which way --- */

static bool find_npu(struct live *l, const char *args, char *why)
{
	const char *given = getenv(SIM_WIRE_ENV);

	if (!given || !*given)
		return start_npu(l, args, why);
	if (strlen(given) >= sizeof(l->sim))
		return fail(why, SIM_WIRE_ENV " is too long");
	memcpy(l->sim, given, strlen(given) + 1);
	return true;
}

/* Without a driver and without an NPU that somebody has started there is nothing to find. */
static enum way choose(const char *word)
{
	enum way way = way_of(word);
	const char *npu = getenv(SIM_WIRE_ENV);

	if (way != WAY_AUTO)
		return way;
	if (access(node, F_OK) == 0)
		return WAY_DRV;
	return npu && *npu ? WAY_SIM : WAY_NONE;
}

static bool read_id(const char *text, int64_t *out)
{
	char *end;

	*out = -1;
	if (!*text)
		return true;
	*out = strtol(text, &end, 10);
	return !*end && *out >= 0 && *out < DEVICE_MAX;
}

enum view { VIEW_BOTH, VIEW_HOST, VIEW_DEVICE };

static bool read_view(const struct config *c, enum view *out, char *why)
{
	bool port = c->device_port[0], is_auto = !strcmp(c->view, "auto");

	*out = VIEW_BOTH;
	if (!strcmp(c->view, "host") || (is_auto && port))
		*out = VIEW_HOST;
	else if (!strcmp(c->view, "device"))
		*out = VIEW_DEVICE;
	else if (!is_auto && strcmp(c->view, "both") != 0)
		return fail(why, "--view is one of auto, both, host, device");
	if (port && *out != VIEW_HOST)
		return fail(why, "--device-port shows the devices at a port of their own: leave "
				 "--view out, or write --view host");
	return true;
}

/* Who shows what: both as one, the devices at their own port, or they alone. */
static bool arrange(struct live *l, struct target *devices, enum view view,
		    const struct device_options *o, struct target_log log, char *why)
{
	uint32_t id = o->only < 0 ? 0 : (uint32_t)o->only;

	if (view == VIEW_BOTH)
		l->target = l->programs = target_set_create(l->host, devices, log);
	else if (view == VIEW_DEVICE)
		l->target = device_port_create(devices, l->host, id, log);
	else
		l->devices = device_port_create(devices, NULL, id, log);
	return (l->target && (view != VIEW_HOST || l->devices)) || fail(why, "out of memory");
}

static bool add_devices(struct live *l, const struct config *c, const struct chip *chip,
			struct target_log log, char *why)
{
	enum way way = choose(c->device);
	struct device_options o = { .open = device_link_drv, .stub = l->stub, .chip = chip };
	enum view view;

	if (!read_view(c, &view, why))
		return false;
	if (!read_id(c->device_id, &o.only))
		return fail(why, "--device-id takes the number of a device, 0 to 63");
	if (way == WAYS)
		return fail(why, "--device is one of auto, drv, sim, none");
	l->automatic = way_of(c->device) == WAY_AUTO;
	l->way = ways[way];
	if (way == WAY_NONE && (view == VIEW_DEVICE || c->device_port[0]))
		return fail(why, "there is no device to show alone: no /dev/drv_debug, no "
				 "ASCEND_NPU_SIM: install the driver, or add --device sim");
	if (way == WAY_NONE)
		return true;
	if (!find_beside("libascend-rt-stub.so", l->stub))
		return fail(why, "libascend-rt-stub.so is neither beside this server nor in "
				 "../lib: install it there, or add --device none");
	if (way == WAY_SIM) {
		o.open = device_link_sim;
		o.sim = l->sim;
		if (!find_npu(l, c->sim_args, why))
			return false;
	}
	struct target *devices = device_open(&o, log);
	if (!devices)
		return fail(why, strerror(errno));
	l->inject = device_environment(devices);
	l->runtime_socket = device_socket(devices);
	return arrange(l, devices, view, &o, log, why);
}

bool live_open(struct live *l, const struct config *c, const struct chip *chip,
	       struct target_log log, char *why)
{
	*l = (struct live){ .host = linux_open(log) };
	l->target = l->programs = l->host;
	if (!l->target)
		return fail(why, strerror(errno));
	if (add_devices(l, c, chip, log, why))
		return true;
	target_close(l->target);
	l->target = NULL;
	return false;
}

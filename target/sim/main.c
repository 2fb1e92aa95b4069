/*
 * ascend-npu-sim: command line, start and end of the simulated NPU. The work is in server.c.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "target/sim/client_priv.h"
#include "target/sim/core_priv.h"
#include "target/sim/server_priv.h"

#define SLICE	 20000
#define WATCHDOG UINT64_C(2000000000)

static const char usage[] =
	"usage: ascend-npu-sim --socket PATH [OPTIONS]\n"
	"A simulated Ascend NPU. Apps with the runtime libraries of build/sim/lib64 and\n"
	"ascend-gdbserver find it by the environment variable " SIM_WIRE_ENV "=PATH.\n"
	"  --socket PATH       Unix socket to listen on (preset: $" SIM_WIRE_ENV ")\n"
	"  --chip NAME         one of:";

static const char usage_options[] =
	"\n"
	"  --devices N         number of devices (1)\n"
	"  --aic MASK          AIC cores that are there, a bit each (all)\n"
	"  --aiv MASK[,MASK]   AIV cores 0-63, 64-127 that are there (all)\n"
	"  --debug-switch N    what the debug switch is set to at first (1: debugging is allowed)\n"
	"  --slice N           instructions of a core's turn (20000)\n"
	"  --watchdog N        instructions after which a block is ended (2000000000; 0: never)\n"
	"  --traps             the driver's traps come often: full queues, waits that end at\n"
	"                      once, events and replies that get lost (to test debuggers)\n"
	"  --once              end when the last client has left\n"
	"  --with-parent[=PID] end when the process that started this one has ended, and all "
	"apps;\n"
	"                      PID: its number, it may have ended before this one begins\n"
	"  --own-folder        remove the folder of the socket at the end\n"
	"  --help              this text\n";

static void print_usage(FILE *to)
{
	fputs(usage, to);
	for (size_t i = 0; i < chip_count; i++)
		fprintf(to, " %s", chips[i]->name);
	fputs(usage_options, to);
}

static const struct chip *chip_by_name(const char *name)
{
	for (size_t i = 0; i < chip_count; i++) {
		if (strcmp(chips[i]->name, name) == 0)
			return chips[i];
	}
	return NULL;
}

static bool number(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static bool masks(const char *text, uint64_t out[2])
{
	char *end;

	out[0] = strtoull(text, &end, 0);
	out[1] = UINT64_MAX;
	return *end == '\0' || (*end == ',' && number(end + 1, &out[1]));
}

enum {
	OPT_SOCKET = 256,
	OPT_CHIP,
	OPT_DEVICES,
	OPT_AIC,
	OPT_AIV,
	OPT_SWITCH,
	OPT_SLICE,
	OPT_WATCHDOG,
	OPT_TRAPS,
	OPT_ONCE,
	OPT_PARENT,
	OPT_FOLDER,
	OPT_HELP,
};

static const struct option options[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "chip", required_argument, NULL, OPT_CHIP },
	{ "devices", required_argument, NULL, OPT_DEVICES },
	{ "aic", required_argument, NULL, OPT_AIC },
	{ "aiv", required_argument, NULL, OPT_AIV },
	{ "debug-switch", required_argument, NULL, OPT_SWITCH },
	{ "slice", required_argument, NULL, OPT_SLICE },
	{ "watchdog", required_argument, NULL, OPT_WATCHDOG },
	{ "traps", no_argument, NULL, OPT_TRAPS },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "with-parent", optional_argument, NULL, OPT_PARENT },
	{ "own-folder", no_argument, NULL, OPT_FOLDER },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

/** false: the option does not take this value. */
static bool take_option(struct sim_options *o, int option, const char *value)
{
	uint64_t n = 0;

	switch (option) {
	case OPT_SOCKET:
		o->socket = value;
		return value[0] != '\0';
	case OPT_CHIP:
		o->chip = chip_by_name(value);
		return o->chip != NULL;
	case OPT_DEVICES:
		o->devices = number(value, &n) && n <= SIM_DEVICES ? (unsigned)n : 0;
		return o->devices > 0;
	case OPT_AIC:
		return number(value, &o->aic_mask);
	case OPT_AIV:
		return masks(value, o->aiv_mask);
	case OPT_SWITCH:
		o->debug_switch = number(value, &n) && n <= INT32_MAX ? (int)n : -1;
		return o->debug_switch >= 0;
	case OPT_SLICE:
		return number(value, &o->slice) && o->slice > 0;
	case OPT_WATCHDOG:
		return number(value, &o->watchdog);
	case OPT_TRAPS:
		o->traps = true;
		return true;
	case OPT_ONCE:
		o->once = true;
		return true;
	case OPT_PARENT:
		o->with_parent = true;
		o->parent = value && number(value, &n) && n <= INT32_MAX ? (pid_t)n : 0;
		return !value || o->parent > 0;
	case OPT_FOLDER:
		o->own_folder = true;
		return true;
	default:
		return false;
	}
}

/** Exit status, or -1 to go on. */
static int parse(int argc, char **argv, struct sim_options *o)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == OPT_HELP) {
			print_usage(stdout);
			return 0;
		}
		if (option == '?' || !take_option(o, option, optarg)) {
			if (option != '?')
				fprintf(stderr,
					"ascend-npu-sim: \"%s\" is no value of the option\n",
					optarg);
			fprintf(stderr, "ascend-npu-sim: --help lists the options\n");
			return 2;
		}
	}
	if (optind < argc || o->socket == NULL) {
		print_usage(stderr);
		return 2;
	}
	return -1;
}

/** Signals that end the program become readable, so that the loop ends in order. */
static int take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/** Others may have put their own files there: then it stays. */
static void leave_place(const struct sim_options *o)
{
	const char *slash = strrchr(o->socket, '/');
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

	unlink(o->socket);
	if (!o->own_folder || !slash)
		return;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - o->socket), o->socket);
	rmdir(folder);
}

/** A parent that has ended is not the parent any more. */
static void watch_parent(struct sim *s)
{
	pid_t parent = s->options.parent ? s->options.parent : getppid();

	s->parent_fd = pidfd_open(parent, 0);
	if (getppid() != parent)
		s->orphan_since = sim_now();
}

static int run(struct sim *s)
{
	s->stop_fd = take_signals();
	s->parent_fd = -1;
	if (s->options.with_parent)
		watch_parent(s);
	if (!sim_server_listen(s)) {
		fprintf(stderr, "ascend-npu-sim: %s: %s\n", s->options.socket, strerror(errno));
		return 1;
	}
	s->chip = s->options.chip;
	s->debug_switch = s->options.debug_switch;
	s->device_count = s->options.devices;
	s->devices = sim_alloc(s->device_count * sizeof(*s->devices));
	for (uint32_t i = 0; i < s->device_count; i++)
		sim_device_init(&s->devices[i], s, i);
	printf("ascend-npu-sim: %u x %s, ready at %s\n", s->options.devices, s->chip->soc,
	       s->options.socket);
	fflush(stdout);
	sim_server_run(s);
	leave_place(&s->options);
	for (uint32_t i = 0; i < s->device_count; i++)
		sim_device_deinit(&s->devices[i]);
	free(s->devices);
	free(s->clients);
	close(s->listener);
	close(s->stop_fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct sim s = { .options = { .chip = chips[0],
				      .socket = getenv(SIM_WIRE_ENV),
				      .devices = 1,
				      .aic_mask = UINT64_MAX,
				      .aiv_mask = { UINT64_MAX, UINT64_MAX },
				      .debug_switch = 1,
				      .slice = SLICE,
				      .watchdog = WATCHDOG } };
	int status = parse(argc, argv, &s.options);

	return status >= 0 ? status : run(&s);
}

/*
 * The daemon's start: reads the command line and the config file, opens what is to be debugged,
 * listens, and serves. Exit status: 0 done, 1 failed, 2 wrong command line or config file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "stub/access.h"
#include "stub/chip_file.h"
#include "stub/comm.h"
#include "stub/crash.h"
#include "stub/disable.h"
#include "stub/farewell.h"
#include "stub/guardian.h"
#include "stub/launch.h"
#include "stub/limits.h"
#include "stub/live.h"
#include "stub/log.h"
#include "stub/options.h"
#include "stub/packet_log.h"
#include "stub/packet_ring.h"
#include "stub/server.h"
#include "stub/session.h"
#include "stub/signals.h"
#include "stub/translate.h"
#include "target/below.h"
#include "target/core/core.h"
#include "target/linux/linux.h"

/** What start-up builds piece by piece and takes down at the end. */
struct program {
	struct options options;
	struct config config;
	struct log log;
	struct packet_log packets;
	struct packet_ring recent;
	struct guardian *guardian; /* NULL: nothing has to be undone after us */
	struct crash *crash;
	struct comm_listener listener, device_listener;
	struct comm_wire wire; /* in place of the first one */
	struct access access;
	struct limits limits;
	struct chip_overlay *overlay; /* of --chip-file; NULL: none */
	const struct chip *chip;      /* ... what it makes */
	struct target *target;
	struct live live;
	struct launch launch;
};

static int complain(int status, const char *text)
{
	fprintf(stderr, "ascend-gdbserver: %s\n", text);
	return status;
}

static bool read_config(struct program *p)
{
	struct config_error err;
	char why[CORE_WORDS];

	config_init(&p->config);
	if (!p->options.config)
		return true;
	int fd = core_open_file(p->options.config, "config file", 1 << 20,
				p->options.insecure_files, log_for_target(&p->log), why);
	if (fd < 0) {
		complain(2, why);
		return false;
	}
	bool ok = config_read(&p->config, fd, &err);
	close(fd);
	if (!ok && err.line)
		fprintf(stderr, "ascend-gdbserver: %s:%u: %s\n", p->options.config, err.line,
			err.text);
	else if (!ok)
		fprintf(stderr, "ascend-gdbserver: %s: %s\n", p->options.config, err.text);
	return ok;
}

static bool open_logs(struct program *p)
{
	char why[LOG_WORDS];

	p->log.level = (enum target_log_level)p->config.log_level;
	p->log.timestamps = p->options.timestamps;
	if (p->options.remote_debug)
		packet_log_echo(&p->packets, &p->log);
	if ((p->config.log_file[0] && !log_open(&p->log, p->config.log_file, why)) ||
	    (p->config.packet_log[0] && !packet_log_open(&p->packets, p->config.packet_log, why))) {
		complain(1, why);
		return false;
	}
	return true;
}

static bool allow(struct program *p, const char *where, const char *list)
{
	char why[ACCESS_WORDS];

	if (!list || access_allow(&p->access, list, why))
		return true;
	fprintf(stderr, "ascend-gdbserver: %s: %s\n", where, why);
	return false;
}

/* What the config file, the environment and the command line let in adds up. */
static bool read_access(struct program *p)
{
	access_init(&p->access, geteuid());
	if (!allow(p, "[access] allow", p->config.allow) ||
	    !allow(p, "ASCEND_GDBSERVER_ALLOW", getenv("ASCEND_GDBSERVER_ALLOW")))
		return false;
	for (size_t i = 0; p->options.allow[i]; i++)
		if (!allow(p, "--allow", p->options.allow[i]))
			return false;
	return true;
}

static unsigned denied(const struct config *c)
{
	return (c->read_only ? (unsigned)LIMITS_READ_ONLY : 0) |
	       (c->no_run ? (unsigned)LIMITS_NO_RUN : 0) |
	       (c->no_monitor ? (unsigned)LIMITS_NO_MONITOR : 0) |
	       (c->no_files ? (unsigned)LIMITS_NO_FILES : 0);
}

static bool open_limits(struct program *p)
{
	const char *root = p->config.file_root;

	p->limits = (struct limits){ .denied = denied(&p->config), .file_root = -1 };
	if (!*root)
		return true;
	if (!below_possible())
		return !complain(1, "--file-root needs Linux 5.6 or later: use --no-files");
	p->limits.file_root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	p->limits.rooted = p->limits.file_root >= 0;
	if (!p->limits.rooted)
		fprintf(stderr, "ascend-gdbserver: --file-root %s: %s\n", root, strerror(errno));
	return p->limits.rooted;
}

static bool open_core(struct program *p)
{
	struct core_limits limits = {
		.file_bytes = p->config.max_core_bytes,
		.global_bytes = p->config.max_global_bytes,
		.local_bytes = p->config.max_local_bytes,
		.insecure = p->config.insecure_files,
		.chip = p->chip,
	};
	char why[CORE_WORDS];

	p->target = core_open(p->options.core, p->options.kernel, &limits, log_for_target(&p->log),
			      why);
	if (!p->target)
		complain(1, why);
	return p->target != NULL;
}

/* In gdbserver's words, which scripts and the test suite of gdb wait for. */
static bool told(struct program *p, enum target_status status)
{
	if (status != TARGET_OK)
		fprintf(stderr, "%s\nExiting\n", target_words(p->live.programs, status));
	return status == TARGET_OK;
}

static bool start_program(struct program *p)
{
	uint32_t pid;

	if (!launch_program(&p->launch, (const char *const *)p->options.program))
		return !complain(1, "the command line of the program is too long");
	return told(p, launch_start(&p->launch, p->live.programs, &pid));
}

static bool read_chip(struct program *p)
{
	const char *path = p->config.chip_file;
	char why[CHIP_FILE_WORDS];

	int fd = core_open_file(path, "chip file", 1 << 20, p->config.insecure_files,
				log_for_target(&p->log), why);
	if (fd >= 0) {
		p->chip = chip_file_read(fd, path, &p->overlay, why);
		close(fd);
	}
	return p->chip || !complain(2, why);
}

/* What is to be removed when the server is killed. */
static void note_socket(struct program *p, const struct unix_socket *s)
{
	if (p->guardian && s)
		guardian_note_socket(p->guardian, s);
}

static bool open_target(struct program *p)
{
	if (p->config.chip_file[0] && !read_chip(p))
		return false;
	if (p->options.mode == OPTIONS_CORE)
		return open_core(p);
	char why[LIVE_WORDS];
	if (!live_open(&p->live, &p->config, p->chip, log_for_target(&p->log), why))
		return !complain(1, why);
	p->target = p->live.target;
	p->launch.inject = p->live.inject;
	note_socket(p, p->live.runtime_socket);
	if (p->config.hold_children[0] &&
	    !linux_hold_children(p->live.host, p->config.hold_children))
		return !complain(1, "out of memory");
	linux_set_rescue(p->live.host, guardian_rescue(p->guardian));
	switch (p->options.mode) {
	case OPTIONS_RUN:
		return start_program(p);
	case OPTIONS_ATTACH:
		return told(p, launch_attach(p->live.programs, p->options.pid));
	default:
		return true;
	}
}

/* A number is a port beside COMM, where it has ports. */
static bool device_comm(const struct program *p, const struct comm *main, struct comm *out,
			char *why)
{
	const char *port = p->config.device_port;
	char text[CONFIG_TEXT + sizeof("localhost:")];

	bool number = port[strspn(port, "0123456789")] == '\0';
	snprintf(text, sizeof(text), "%s%s", number ? "localhost:" : "", port);
	if (!comm_parse(text, out, why))
		return false;
	if (number && main->kind == COMM_TCP) {
		uint16_t n = out->port;

		*out = *main;
		out->port = n;
	}
	if (comm_is_wired(out))
		snprintf(why, COMM_WORDS, "--device-port takes a port, HOST:PORT or unix:PATH");
	return !comm_is_wired(out);
}

static bool listen_for_devices(struct program *p, const struct comm *main)
{
	char why[COMM_WORDS];
	struct comm comm;

	if (!p->config.device_port[0] || p->options.mode == OPTIONS_CORE)
		return true;
	if (!device_comm(p, main, &comm, why) || !comm_listen(&comm, &p->device_listener, why))
		return !complain(1, why);
	note_socket(p, &p->device_listener.place);
	return true;
}

static bool listen_for_all(struct program *p, const struct comm *comm)
{
	char why[COMM_WORDS];

	if (!listen_for_devices(p, comm))
		return false;
	if (comm_is_wired(comm))
		return comm_open(comm, &p->wire, why) || !complain(1, why);
	if (!comm_listen(comm, &p->listener, why))
		return !complain(1, why);
	note_socket(p, &p->listener.place);
	return true;
}

/*
 * Before a program is started for nobody. A socket that is made between two signals is one that
 * somebody removes: the guardian from here on, or the server, which hears signals when it runs.
 */
static bool start_listening(struct program *p, const struct comm *comm)
{
	sigset_t before;

	signals_hold(&before);
	bool ok = listen_for_all(p, comm);
	if (p->guardian)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return ok;
}

/* What those who may connect may not do. */
static void tell_limits(const struct config *c)
{
	if (c->read_only || c->no_run || c->no_monitor || c->no_files || c->file_root[0])
		fprintf(stderr, "Clients are limited:%s%s%s%s%s%s\n",
			c->read_only ? " --read-only" : "", c->no_run ? " --no-run" : "",
			c->no_monitor ? " --no-monitor" : "", c->no_files ? " --no-files" : "",
			c->file_root[0] ? " --file-root " : "", c->file_root);
}

static bool has_port(const struct comm_listener *l)
{
	return l->count && !l->place.path[0];
}

/* Where to connect: IDEs and scripts wait for the line. Then, who may. */
static void tell_listening(const struct program *p, const struct comm *comm)
{
	char who[ACCESS_LINE];

	if (p->device_listener.place.path[0])
		fprintf(stderr, "Listening for devices on %s\n", p->device_listener.place.path);
	else if (p->device_listener.count)
		fprintf(stderr, "Listening for devices on port %u\n", p->device_listener.port);
	if (comm_is_wired(comm)) {
		fprintf(stderr, "Remote debugging using %s\n",
			comm->kind == COMM_LINE ? comm->path : "stdio");
		return;
	}
	if (comm->kind == COMM_UNIX)
		fprintf(stderr, "Listening on %s\n", comm->path);
	else
		fprintf(stderr, "Listening on port %u\n", p->listener.port);
	access_describe(&p->access, has_port(&p->listener) || has_port(&p->device_listener), who);
	fprintf(stderr, "%s\n", who);
	tell_limits(&p->config);
}

static int serve(struct program *p)
{
	struct comm comm;
	char why[COMM_WORDS];

	if (!comm_parse(p->config.listen, &comm, why))
		return complain(2, why);
	if (!launch_init(&p->launch))
		return complain(1, "the environment is too large");
	p->launch.quiet_stdio = comm.kind == COMM_STDIO;
	p->launch.shell = !p->options.no_shell;
	p->launch.no_randomization = !p->options.randomize;
	p->launch.wrapper = p->options.wrapper;
	if (!start_listening(p, &comm))
		return 1;
	if (!open_target(p)) {
		if (comm_is_wired(&comm))
			comm_hang_up(&p->wire);
		return 1;
	}
	tell_listening(p, &comm);
	struct server_setup setup = {
		.target = p->target,
		.log = &p->log,
		.packets = &p->packets,
		.recent = &p->recent,
		.crash = p->crash,
		.listener = comm_is_wired(&comm) ? NULL : &p->listener,
		.wire = &p->wire,
		.devices = p->live.devices,
		.device_listener = p->live.devices ? &p->device_listener : NULL,
		.access = &p->access,
		.once = p->config.once,
		.idle_ms = (int64_t)p->config.idle_timeout * 1000,
		.stays = p->options.mode == OPTIONS_CORE || p->config.multi,
		.launch = p->live.programs != p->target ? NULL : &p->launch,
		.live = p->options.mode == OPTIONS_CORE ? NULL : &p->live,
		.limits = &p->limits,
		.disabled = p->options.disabled,
	};
	int status = server_run(&setup);
	if (p->guardian && guardian_is_gone(p->guardian))
		linux_spare_started(p->live.host);
	farewell(p->target);
	return status;
}

/* From here on this may be another process than the one that the user started. */
static bool stand_guard(struct program *p)
{
	struct crash_setup setup = { .log = &p->log, .packets = &p->recent };

	if (p->options.mode != OPTIONS_CORE && !(p->guardian = guardian_split(linux_let_go)))
		return !complain(1, strerror(errno));
	setup.guardian = p->guardian;
	p->crash = crash_watch(&setup);
	return p->crash || !complain(1, strerror(errno));
}

static int debug(struct program *p)
{
	char why[OPTIONS_WORDS];

	if (!stand_guard(p))
		return 1;
	if (!read_config(p))
		return 2;
	if (!options_apply(&p->options, &p->config, why))
		return complain(2, why);
	if (!read_access(p))
		return 2;
	int status = open_logs(p) && open_limits(p) ? serve(p) : 1;
	comm_close(&p->listener);
	comm_close(&p->device_listener);
	target_close(p->live.devices); /* kernels are let go while their program is there */
	target_close(p->target);
	chip_overlay_destroy(p->overlay);
	launch_deinit(&p->launch);
	if (p->limits.rooted)
		close(p->limits.file_root);
	return status;
}

static int run(struct program *p)
{
	switch (p->options.mode) {
	case OPTIONS_HELP:
		options_help(stdout);
		return 0;
	case OPTIONS_VERSION_TEXT:
		options_version(stdout);
		return 0;
	case OPTIONS_HELP_CONFIG:
		config_help(stdout);
		return 0;
	case OPTIONS_DISABLE_LIST:
		fputs(disable_help, stdout);
		return 0;
	case OPTIONS_SELFTEST:
		puts("The unit tests are programs of the source tree: run `make check-unit`.\n"
		     "Selftests have been disabled for this build.");
		return 0;
	case OPTIONS_TRANSLATE:
		return translate_file(&p->options, log_for_target(&p->log));
	default:
		return debug(p);
	}
}

/* Else a socket, or the memory of a program, would have the words that are for the user. */
static bool fill_standard_places(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct program p = { 0 };
	char why[OPTIONS_WORDS];

	if (!fill_standard_places())
		return 1;
	log_init(&p.log);
	packet_log_init(&p.packets);
	if (!options_parse(argc, argv, &p.options, why)) {
		complain(2, why);
		return 2;
	}
	int status = run(&p);
	packet_log_deinit(&p.packets);
	log_deinit(&p.log);
	return status;
}

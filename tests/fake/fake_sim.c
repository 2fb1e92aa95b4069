/*
 * The simulated NPU as a process of a test, with a debugger and an app that talk to it. Used by
 * tests/unit/test_sim_*.c.
 */
#include "tests/fake/fake_sim.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVENT = 101, ARGUMENTS_MAX = 8 };

const char *fake_sim_built(const char *name)
{
	static char path[4096];
	const char *o = getenv("O");

	snprintf(path, sizeof(path), "%s/%s", o != NULL ? o : "build", name);
	return path;
}

static void exec_sim(const struct fake_sim *s, const char *const *arguments, int out)
{
	const char *argv[ARGUMENTS_MAX + 5] = { fake_sim_built("ascend-npu-sim"), "--socket",
						s->socket, "--with-parent" };
	size_t n = 4;

	while (arguments != NULL && *arguments != NULL && n < ARGUMENTS_MAX + 4)
		argv[n++] = *arguments++;
	dup2(out, 1);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

bool fake_sim_start(struct fake_sim *s, const char *const *arguments)
{
	char line[256];
	int ends[2];
	ssize_t n;

	*s = (struct fake_sim){ .app = -1, .waiter = -1 };
	snprintf(s->folder, sizeof(s->folder), "/tmp/ascend-sim-XXXXXX");
	if (mkdtemp(s->folder) == NULL || pipe2(ends, O_CLOEXEC) != 0)
		return false;
	snprintf(s->socket, sizeof(s->socket), "%s/npu", s->folder);
	s->pid = fork();
	if (s->pid == 0)
		exec_sim(s, arguments, ends[1]);
	close(ends[1]);
	n = read(ends[0], line, sizeof(line)); /* ready, or its end */
	close(ends[0]);
	return s->pid > 0 && n > 0;
}

bool fake_sim_stop(struct fake_sim *s)
{
	char command[128];
	int status = -1;

	fake_app_close(s);
	kill(s->pid, SIGTERM);
	waitpid(s->pid, &status, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->folder);
	return system(command) == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int fake_sim_run(struct fake_sim *s, const char *program, const char *argument,
		 const char *const *variables)
{
	const char *const argv[] = { program, argument, NULL };

	return fake_sim_run_words(s, argv, variables);
}

int fake_sim_run_words(struct fake_sim *s, const char *const *argv, const char *const *variables)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		setenv(SIM_WIRE_ENV, s->socket, 1);
		for (size_t i = 0; variables != NULL && variables[i] != NULL; i += 2)
			setenv(variables[i], variables[i + 1], 1);
		alarm(FAKE_SIM_MS / 1000);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- the debugger */

bool fake_debugger_open(struct fake_debugger *d, const struct fake_sim *s)
{
	struct sim_opened opened;

	d->event_count = 0;
	d->fd = sim_wire_open(s->socket, SIM_DEBUGGER, &opened);
	return d->fd >= 0 && opened.devices > 0;
}

void fake_debugger_close(struct fake_debugger *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/** The reply to a request; what the device says of its own accord is passed over. */
static bool receive_reply(int fd, struct sim_message *m)
{
	while (sim_wire_receive(fd, m)) {
		if (m->frame.kind == SIM_REPLY)
			return true;
		free(m->payload);
	}
	return false;
}

int32_t fake_ioctl(struct fake_debugger *d, uint32_t number, struct sim_argument *a, void *bytes,
		   size_t n)
{
	struct sim_ioctl request = { .number = number, .argument = *a };
	struct sim_copy copy;
	bool to_host = false;
	struct sim_part parts[2] = { { &request, sizeof(request) }, { bytes, n } };
	struct sim_result result = { .result = INT32_MIN };
	struct sim_message m;

	if (number == SIM_GM_COPY) {
		memcpy(&copy, a->data, sizeof(copy));
		to_host = copy.to_host != 0;
	}
	if (!sim_wire_send(d->fd, SIM_IOCTL, 7, parts, n > 0 && !to_host ? 2 : 1) ||
	    !receive_reply(d->fd, &m))
		return INT32_MIN;
	if (m.frame.size >= sizeof(result) && m.frame.sequence == 7) {
		memcpy(&result, m.payload, sizeof(result));
		memcpy(a->data, result.data, sizeof(a->data));
		if (to_host && m.frame.size == sizeof(result) + n)
			memcpy(bytes, m.payload + sizeof(result), n);
	}
	free(m.payload);
	return result.result;
}

int32_t fake_copy(struct fake_debugger *d, uint64_t at, void *bytes, size_t n, bool to_host)
{
	struct sim_argument a = { .tgid = getpid() };
	struct sim_copy copy = { .address = at, .size = n, .to_host = to_host };

	memcpy(a.data, &copy, sizeof(copy));
	return fake_ioctl(d, SIM_GM_COPY, &a, bytes, n);
}

static uint32_t word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void keep_event(struct fake_debugger *d, const uint8_t *p)
{
	struct fake_event *e = &d->events[d->event_count];

	if (d->event_count == FAKE_SIM_EVENTS)
		return;
	d->event_count++;
	*e = (struct fake_event){ .type = p[0], .status = word(p + 4), .core = word(p + 8) };
	memcpy(&e->pc, p + 16, sizeof(e->pc));
}

/** One entry of the queue; false: none came. */
static bool receive_cqe(struct fake_debugger *d, int ms, uint8_t out[64])
{
	struct sim_argument a = { .timeout_ms = ms };
	bool ok = fake_ioctl(d, SIM_CQ_RECV, &a, NULL, 0) == SIM_OK;

	memcpy(out, a.data, 64);
	return ok;
}

int fake_command(struct fake_debugger *d, uint32_t id, const void *params, size_t n,
		 uint8_t payload[44])
{
	struct sim_argument a = { .device = 0 };
	uint32_t length = (uint32_t)n, message = 0x1234;
	uint8_t cqe[64];

	memcpy(a.data, &id, 4);
	a.data[4] = 1;
	memcpy(a.data + 8, &message, 4);
	memcpy(a.data + 12, &length, 4);
	if (n > 0)
		memcpy(a.data + 16, params, n);
	if (fake_ioctl(d, SIM_SQ_SEND, &a, NULL, 0) != SIM_OK)
		return -1;
	while (receive_cqe(d, FAKE_SIM_MS, cqe)) {
		if (word(cqe + 8) == EVENT) {
			keep_event(d, cqe + 20);
		} else if (word(cqe + 8) == id && word(cqe + 16) == message) {
			if (payload != NULL)
				memcpy(payload, cqe + 20, 44);
			return (int)word(cqe + 12);
		}
	}
	return -1;
}

bool fake_event(struct fake_debugger *d, int ms, struct fake_event *out)
{
	uint8_t cqe[64];

	if (d->event_count == 0 && receive_cqe(d, ms, cqe) && word(cqe + 8) == EVENT)
		keep_event(d, cqe + 20);
	if (d->event_count == 0)
		return false;
	*out = d->events[0];
	memmove(d->events, d->events + 1, --d->event_count * sizeof(*d->events));
	return true;
}

/* --- the app */

bool fake_app_open(struct fake_sim *s)
{
	uint64_t v[SIM_APP_VALUES] = { 0 };
	struct sim_part part = { v, sizeof(v) };
	struct sim_app_answer answer;
	struct sim_opened opened;
	struct sim_message m;
	void *gm;

	s->app = sim_wire_open(s->socket, SIM_APP, &opened);
	if (s->app < 0 || !sim_wire_send(s->app, SIM_APP_ATTACH, 1, &part, 1) ||
	    !sim_wire_receive(s->app, &m))
		return false;
	memcpy(&answer, m.payload, sizeof(answer));
	free(m.payload);
	s->gm_base = answer.v[0];
	gm = mmap(NULL, answer.v[1], PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, m.fd, 0);
	close(m.fd);
	s->gm = gm;
	return answer.error == 0 && gm != MAP_FAILED;
}

void fake_app_close(struct fake_sim *s)
{
	if (s->app >= 0)
		close(s->app);
	if (s->waiter >= 0)
		close(s->waiter);
	s->app = s->waiter = -1;
}

static int32_t request(int fd, enum sim_app_kind kind, uint32_t sequence, const uint64_t *v,
		       size_t count)
{
	uint64_t values[SIM_APP_VALUES] = { 0 };
	struct sim_part part = { values, sizeof(values) };

	memcpy(values, v, count * sizeof(*v));
	return sim_wire_send(fd, kind, sequence, &part, 1) ? 0 : -1;
}

int32_t fake_app(struct fake_sim *s, enum sim_app_kind kind, const uint64_t *v, size_t count,
		 const struct sim_part *bytes, struct sim_app_answer *out)
{
	uint64_t values[SIM_APP_VALUES] = { 0 };
	struct sim_part parts[2] = { { values, sizeof(values) } };
	struct sim_app_answer answer;
	struct sim_message m;

	memcpy(values, v, count * sizeof(*v));
	if (bytes != NULL)
		parts[1] = *bytes;
	if (!sim_wire_send(s->app, kind, ++s->sequence, parts, bytes != NULL ? 2 : 1) ||
	    !sim_wire_receive(s->app, &m))
		return INT32_MIN;
	memcpy(&answer, m.payload, sizeof(answer));
	if (out != NULL)
		*out = answer;
	free(m.payload);
	return m.frame.sequence == s->sequence ? answer.error : INT32_MIN;
}

uint32_t fake_app_load(struct fake_sim *s, const char *name, uint64_t *base)
{
	int fd = open(fake_sim_built(name), O_RDONLY | O_CLOEXEC);
	uint64_t v[1] = { 0 };
	struct sim_app_answer answer = { .error = 0 };
	struct stat st;
	struct sim_part part;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) != 0)
		return 0;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	part = (struct sim_part){ bytes, (size_t)st.st_size };
	if (fake_app(s, SIM_APP_LOAD, v, 1, &part, &answer) != 0)
		answer.v[0] = 0;
	munmap(bytes, (size_t)st.st_size);
	*base = answer.v[1];
	return (uint32_t)answer.v[0];
}

uint64_t fake_app_malloc(struct fake_sim *s, uint64_t n)
{
	struct sim_app_answer answer = { .error = 0 };

	return fake_app(s, SIM_APP_MALLOC, &n, 1, NULL, &answer) == 0 ? answer.v[0] : 0;
}

void *fake_app_memory(const struct fake_sim *s, uint64_t at)
{
	return s->gm + (at - s->gm_base);
}

uint32_t fake_app_launch(struct fake_sim *s, uint32_t kernel, const char *name, uint32_t blocks,
			 const uint64_t *args, size_t count)
{
	uint64_t v[SIM_APP_VALUES] = { 0, 0, kernel, blocks, strlen(name), 8 * count, 0 };
	struct sim_app_answer answer = { .error = 0 };
	uint8_t bytes[512];
	struct sim_part part = { bytes, strlen(name) + 8 * count };

	memcpy(bytes, name, strlen(name));
	memcpy(bytes + strlen(name), args, 8 * count);
	return fake_app(s, SIM_APP_LAUNCH, v, 7, &part, &answer) == 0 ? (uint32_t)answer.v[0] : 0;
}

void fake_app_sync_begin(struct fake_sim *s)
{
	const uint64_t v[3] = { 0, UINT32_MAX, UINT64_MAX };
	struct sim_opened opened;
	struct sim_message m;

	s->waiter = sim_wire_open(s->socket, SIM_APP, &opened);
	if (request(s->waiter, SIM_APP_ATTACH, 1, v, 0) == 0 && sim_wire_receive(s->waiter, &m)) {
		close(m.fd);
		free(m.payload);
	}
	request(s->waiter, SIM_APP_SYNC, 2, v, 3);
}

bool fake_app_sync_end(struct fake_sim *s, int ms, int32_t *error)
{
	struct pollfd fd = { .fd = s->waiter, .events = POLLIN };
	struct sim_app_answer answer;
	struct sim_message m;

	if (poll(&fd, 1, ms) != 1 || !sim_wire_receive(s->waiter, &m))
		return false;
	memcpy(&answer, m.payload, sizeof(answer));
	free(m.payload);
	*error = answer.error;
	close(s->waiter);
	s->waiter = -1;
	return true;
}

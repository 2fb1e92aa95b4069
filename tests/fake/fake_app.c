/*
 * The app's end of the runtime stubs' socket, for tests of the live device target.
 */
#include "tests/fake/fake_app.h"

#include <assert.h>
#include <elf.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stub/clock.h"
#include "target/stub_message.h"
#include "tests/fake/fake_link.h"
#include "tests/fake/sample_kernel.h"

enum { TURNS = 1000, TURN_MS = 10, EVENT_MS = 20000, MACHINE = 0x1029 };

static struct fake_npu *behind; /* what the next link leads to */

static struct device_link *open_fake(const char *where, uint32_t device, struct target_log log,
				     char *why)
{
	(void)where;
	if (!behind) {
		snprintf(why, DEVICE_WORDS, "it is occupied");
		return NULL;
	}
	struct device_link *l = fake_link_create(behind);
	l->log = log;
	l->device = device;
	return l;
}

void app_connect(struct fake_app *a)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(to.sun_path, a->path, sizeof(to.sun_path));
	if (connect(a->fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		abort();
}

static void keep_told(void *ctx, const char *text)
{
	struct fake_app *a = ctx;
	size_t n = strlen(a->told);

	snprintf(a->told + n, sizeof(a->told) - n, "%s|", text);
}

void app_open(struct fake_app *a, struct fake_npu *npu)
{
	npu_init(npu);
	behind = npu;
	app_open_over(a, open_fake);
	a->npu = npu;
}

void app_open_over(struct fake_app *a, device_link_open_fn open)
{
	struct device_options o = { .open = open, .stub = "stub.so", .only = -1 };

	*a = (struct fake_app){ 0 };
	a->t = device_open(&o, (struct target_log){ .ctx = a, .tell = keep_told });
	assert(a->t);
	snprintf(a->path, sizeof(a->path), "%s", strchr(device_environment(a->t)[1], '=') + 1);
	app_connect(a);
}

void app_close(struct fake_app *a)
{
	if (a->fd >= 0)
		close(a->fd);
	target_close(a->t);
}

void app_serve(struct fake_app *a)
{
	struct target_stop stop;
	bool got;

	for (int i = 0; i < 4; i++)
		if (target_next_event(a->t, &stop, &got) != TARGET_OK)
			abort();
}

const char *app_answer(struct fake_app *a)
{
	ssize_t n = recv(a->fd, a->answer, sizeof(a->answer) - 1, MSG_DONTWAIT);

	a->answer[n > 0 ? n : 0] = '\0';
	return a->answer;
}

static void send_all(struct fake_app *a, const char *data, size_t n)
{
	while (n) {
		ssize_t k = send(a->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (k > 0) {
			data += k;
			n -= (size_t)k;
		}
		app_serve(a);
	}
}

const char *app_say_bytes(struct fake_app *a, const char *data, size_t n)
{
	send_all(a, data, n);
	return app_answer(a);
}

const char *app_say(struct fake_app *a, const char *text)
{
	return app_say_bytes(a, text, strlen(text));
}

void app_set_device(struct fake_app *a)
{
	char text[128];

	snprintf(text, sizeof(text), "$device_id:%d;tgid:%d;soc_version:Ascend910B1;#", APP_DEVICE,
		 (int)getpid());
	app_say(a, text);
}

static struct sample make_kernel(struct fake_app *a, size_t at, size_t size)
{
	struct sample_section code = {
		.name = ".text",
		.type = SHT_PROGBITS,
		.flags = SHF_ALLOC | SHF_EXECINSTR,
		.bytes = a->npu->memory + at,
		.n = size,
	};
	struct sample s;

	sample_make(ET_DYN, MACHINE, &code, 1, &s);
	return s;
}

const char *app_launch(struct fake_app *a, const char *name)
{
	return app_launch_part(a, name, 0, sizeof(a->npu->memory));
}

const char *app_launch_part(struct fake_app *a, const char *name, size_t at, size_t size)
{
	struct sample s = make_kernel(a, at, size);
	size_t room = 256 + stub_message_room(s.n);
	char *text = malloc(room);

	assert(text);
	size_t n = (size_t)snprintf(
		text, room, "$kernel_name:%s;stream_id:3;pc_base_addr:%llx;kernel_binary:", name,
		(unsigned long long)NPU_BASE + at);
	n += stub_message_escape(s.bytes, s.n, text + n);
	text[n++] = ';';
	text[n++] = '#';
	send_all(a, text, n);
	free(text);
	sample_free(&s);
	return app_answer(a);
}

bool app_event(struct fake_app *a, struct target_stop *out)
{
	int64_t end = clock_ms() + EVENT_MS;
	bool got = false;

	while (!got && clock_ms() < end) {
		struct pollfd p = { .fd = target_event_fd(a->t), .events = POLLIN };

		poll(&p, 1, TURN_MS);
		if (target_next_event(a->t, out, &got) != TARGET_OK)
			return false;
	}
	return got;
}

enum target_status app_resume(struct fake_app *a, enum target_action_kind kind, uint32_t tid)
{
	struct target_action action = { .kind = kind,
					.pid = APP_PROCESS,
					.tid = tid ? (int64_t)tid : -1 };

	return target_resume(a->t, &action, 1);
}

void app_quit(struct fake_app *a)
{
	close(a->fd);
	a->fd = -1;
	app_serve(a);
}

/* Stops of these kinds follow, and everything goes on up to them. */
static void expect(struct fake_app *a, enum target_stop_kind kind)
{
	struct target_stop stop;

	if (app_resume(a, TARGET_CONTINUE, 0) != TARGET_OK || !app_event(a, &stop) ||
	    stop.kind != kind || stop.tid.pid != APP_PROCESS)
		abort();
}

void app_reach_kernel(struct fake_app *a, struct fake_npu *npu)
{
	app_open(a, npu);
	target_wish(a->t, TARGET_WISH_EXEC);
	app_set_device(a);
	if (*app_launch(a, "add"))
		abort();
	expect(a, TARGET_STOP_EXEC);
	expect(a, TARGET_STOP_LIBRARY);
}

void app_run_kernel(struct fake_app *a)
{
	if (app_resume(a, TARGET_CONTINUE, 0) != TARGET_OK || strcmp(app_answer(a), "$ok;") != 0)
		abort();
	npu_launch(a->npu, NPU_BASE, 0xc);
}

enum target_status app_watch(struct fake_app *a, enum target_point_kind kind, uint64_t at,
			     uint64_t n, bool set)
{
	struct target_point p = { .kind = kind, .at = at, .size = n };

	return set ? target_point_set(a->t, APP_PROCESS, &p)
		   : target_point_clear(a->t, APP_PROCESS, &p);
}

enum target_status app_point(struct fake_app *a, enum target_point_kind kind, uint64_t at, bool set)
{
	return app_watch(a, kind, at, 4, set);
}

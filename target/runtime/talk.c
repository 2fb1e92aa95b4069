/*
 * The dialog with the server: one connection per device, a message and its answer at a time (live
 * facts 1.3, 1.4). A server that is gone is no reason for the program to stop.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "target/runtime/runtime_priv.h"

enum { TRIES = 50, TRY_US = 100000, ANSWER = 1024, NOTICE_MS = 2000 };

static int connect_once(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(to.sun_path))
		return fd;
	memcpy(to.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* How often a server that is not there is tried again. */
static int tries_without(struct runtime *r)
{
	enum { SECONDS_MAX = 1000000 };
	const char *text = getenv(RUNTIME_WAIT_ENV);
	long seconds = text ? strtol(text, NULL, 10) : 0;

	if (seconds <= 0 || r->waited)
		return 0;
	r->waited = true;
	fprintf(stderr,
		"ascend-gdbserver: process %d waits for a server at %s: ascend-gdbserver --attach "
		":PORT %d\n",
		(int)getpid(), r->path, (int)getpid());
	return (int)(seconds < SECONDS_MAX ? seconds : SECONDS_MAX) * (1000000 / TRY_US);
}

/* A server whose queue is full is tried again; one that is not there only when that is asked for.
 */
static int connect_to(struct runtime *r)
{
	int fd = connect_once(r->path), busy = TRIES, without = 0;

	if (fd < 0 && (errno == ENOENT || errno == ECONNREFUSED))
		without = tries_without(r);
	while (fd < 0 && (errno == EAGAIN || errno == EINTR ? busy-- : without--) > 0) {
		usleep(TRY_US);
		fd = connect_once(r->path);
	}
	return fd;
}

static bool put(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t k = send(fd, data, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		data += k;
		n -= (size_t)k;
	}
	return true;
}

/* "$ok;", "$ok;TEXT;" or "$fail:CODE;": all that counts is that the program may go on. */
static bool await_answer(int fd)
{
	char text[ANSWER];
	size_t n = 0;

	while (n < sizeof(text)) {
		ssize_t k = recv(fd, text + n, sizeof(text) - n, 0);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		n += (size_t)k;
		if (memchr(text, ';', n))
			return true;
	}
	return false;
}

/* The connections of a parent are not those of its forked child. */
static void check_process(struct runtime *r)
{
	struct runtime_binary *b;

	if (r->pid == getpid())
		return;
	for (size_t i = 0; i < RUNTIME_DEVICES; i++) {
		if (r->fd[i] >= 0)
			close(r->fd[i]);
		r->fd[i] = -1;
	}
	for (b = r->binaries; b; b = b->next)
		b->sent = 0;
	r->pid = getpid();
}

static bool ask(struct runtime *r, int32_t device, const char *data, size_t n)
{
	int *fd = &r->fd[device];

	if (*fd < 0)
		return false;
	if (put(*fd, data, n) && await_answer(*fd))
		return true;
	close(*fd);
	*fd = -1;
	return false;
}

bool runtime_tell(int32_t device, const char *text, size_t n)
{
	struct runtime *r = runtime_get();

	if (device < 0 || device >= RUNTIME_DEVICES)
		return false;
	check_process(r);
	return ask(r, device, text, n);
}

static int32_t process_id(void)
{
	int32_t (*bare)(void) = runtime_try("drvDeviceGetBareTgid", "libascend_hal.so");
	int32_t id = bare ? bare() : 0;

	return id ? id : (int32_t)getpid();
}

static void begin(struct runtime *r, int32_t device)
{
	uint64_t bit = UINT64_C(1) << device;
	char text[256];
	int n = snprintf(text, sizeof(text), "$device_id:%d;tgid:%d;soc_version:%s;#", device,
			 process_id(), r->soc);

	/* this server has no file yet */
	for (struct runtime_binary *b = r->binaries; b; b = b->next)
		b->sent &= ~bit;
	if (n > 0 && (size_t)n < sizeof(text))
		ask(r, device, text, (size_t)n);
}

void runtime_tell_device(int32_t device, const char *soc, bool set)
{
	struct runtime *r = runtime_get();

	if (device < 0 || device >= RUNTIME_DEVICES)
		return;
	pthread_mutex_lock(&r->launch);
	check_process(r);
	snprintf(r->soc, sizeof(r->soc), "%s", soc);
	r->open[device] = true;
	r->uses[device] += set;
	if (r->fd[device] < 0 && (r->fd[device] = connect_to(r)) >= 0)
		begin(r, device);
	pthread_mutex_unlock(&r->launch);
}

/* Our end first, which is not how a process ends; the server's says that it has taken notice. */
static void give_back(int *fd)
{
	struct pollfd p = { .fd = *fd, .events = POLLIN };

	if (shutdown(*fd, SHUT_WR) == 0)
		while (poll(&p, 1, NOTICE_MS) < 0 && errno == EINTR)
			;
	close(*fd);
	*fd = -1;
}

void runtime_tell_reset(int32_t device, bool forced)
{
	struct runtime *r = runtime_get();

	if (device < 0 || device >= RUNTIME_DEVICES)
		return;
	pthread_mutex_lock(&r->launch);
	check_process(r);
	if (r->uses[device])
		r->uses[device] = forced ? 0 : r->uses[device] - 1;
	if (!r->uses[device] && r->fd[device] >= 0)
		give_back(&r->fd[device]);
	pthread_mutex_unlock(&r->launch);
}

/* A server may have come meanwhile: it has attached to this program. */
static void try_again(struct runtime *r, int32_t device)
{
	if (r->fd[device] < 0 && r->open[device] && (r->fd[device] = connect_once(r->path)) >= 0)
		begin(r, device);
}

/* The first launch out of a file brings the file along. */
static char *full_message(const struct runtime_launch *l, uint64_t base, size_t *n)
{
	const struct runtime_binary *b = l->binary;
	size_t room = RUNTIME_NAME + 256 + stub_message_room(b->n);
	char *text = malloc(room);

	if (!text)
		return NULL;
	int head = snprintf(text, room,
			    "$kernel_name:%s;stream_id:%d;kernel_hash:%s;pc_base_addr:%llx;"
			    "kernel_binary:",
			    l->name, l->stream, b->hash, (unsigned long long)base);
	*n = (size_t)head + stub_message_escape(b->data, b->n, text + head);
	text[(*n)++] = ';';
	text[(*n)++] = '#';
	return text;
}

static bool tell_file(struct runtime *r, const struct runtime_launch *l)
{
	uint64_t bit = UINT64_C(1) << l->device, value;
	size_t n;

	if (!l->binary || l->binary->sent & bit || !runtime_symbol(l->binary, l->name, &value))
		return false;
	char *text = full_message(l, l->address - value, &n);
	if (text && ask(r, l->device, text, n))
		l->binary->sent |= bit;
	free(text);
	return text != NULL;
}

void runtime_tell_launch(const struct runtime_launch *l)
{
	struct runtime *r = runtime_get();
	char text[RUNTIME_NAME + 64];

	if (l->device < 0 || l->device >= RUNTIME_DEVICES)
		return;
	check_process(r);
	try_again(r, l->device);
	if (tell_file(r, l))
		return;
	int n = snprintf(text, sizeof(text), "$kernel_name:%s;stream_id:%d;#", l->name, l->stream);
	if (n > 0 && (size_t)n < sizeof(text))
		ask(r, l->device, text, (size_t)n);
}

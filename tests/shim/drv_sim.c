/*
 * Preloaded into the server: the driver's node, its ioctls carried to the simulated NPU that
 * $ASCEND_NPU_SIM names. So the link to the driver runs a whole session as it is. What the driver
 * itself checks (one host page for a copy, time-outs, results by errno) is here; ownership, the
 * switch and the queue are the simulated NPU's. Numbers: live facts 2.2 to 2.7.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/sim/wire.h"

enum { PAGE = 4096, NODES = 16 };

static const char path_of_node[] = "/dev/drv_debug";

int open(const char *path, int flags, ...);
int access(const char *path, int mode);
int ioctl(int fd, unsigned long number, ...);
int close(int fd);

/* The driver's one mutex for every device. A library has nobody to hand its state to. */
static struct {
	pthread_mutex_t lock;
	int fds[NODES]; /* of nodes: the socket is the descriptor, + 1; 0 free */
} driver = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int *find(int fd)
{
	int i = 0;

	while (i < NODES && driver.fds[i] != fd + 1)
		i++;
	return i < NODES ? &driver.fds[i] : NULL;
}

static int open_node(void)
{
	const char *where = getenv(SIM_WIRE_ENV);
	struct sim_opened opened;
	int fd = where ? sim_wire_open(where, SIM_DEBUGGER, &opened) : -1;
	int *place = find(-1);

	if (fd < 0 || !place) {
		errno = ENODEV;
		return -1;
	}
	*place = fd + 1;
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list ap;

	va_start(ap, flags);
	int mode = va_arg(ap, int);
	va_end(ap);
	if (strcmp(path, path_of_node) != 0)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	return open_node();
}

int access(const char *path, int mode)
{
	return strcmp(path, path_of_node) ? (int)syscall(SYS_faccessat, AT_FDCWD, path, mode) : 0;
}

int close(int fd)
{
	int *place = fd >= 0 ? find(fd) : NULL;

	if (place)
		*place = 0;
	return (int)syscall(SYS_close, fd);
}

/* One frame and its reply; what the device says by itself is for others. */
static int32_t exchange(int fd, uint32_t number, struct sim_argument *a, struct sim_part extra,
			int to_host)
{
	struct sim_ioctl io = { .number = number, .argument = *a };
	struct sim_part parts[] = { { &io, sizeof(io) }, extra };
	struct sim_result r = { .result = SIM_BAD_DEVICE };
	struct sim_message m;

	if (!sim_wire_send(fd, SIM_IOCTL, 1, parts, extra.n && !to_host ? 2 : 1))
		return SIM_BAD_DEVICE;
	do {
		if (!sim_wire_receive(fd, &m))
			return SIM_BAD_DEVICE;
		if (m.frame.kind == SIM_REPLY && m.frame.size >= sizeof(r)) {
			memcpy(&r, m.payload, sizeof(r));
			memcpy(a->data, r.data, sizeof(a->data));
			if (to_host && m.frame.size == sizeof(r) + extra.n)
				memcpy((void *)(uintptr_t)extra.at, m.payload + sizeof(r), extra.n);
		}
		free(m.payload);
	} while (m.frame.kind != SIM_REPLY);
	return r.result;
}

static int32_t call(int fd, unsigned long number, struct sim_argument *a)
{
	struct sim_part none = { NULL, 0 };
	struct sim_copy c;

	switch (number) {
	case 0x80084400:
		return exchange(fd, SIM_SQ_SEND, a, none, 0);
	case 0xC0084401:
		return a->timeout_ms < 0 ? SIM_BAD_ARGUMENT
					 : exchange(fd, SIM_CQ_RECV, a, none, 0);
	case 0x80084402:
		memcpy(&c, a->data, sizeof(c));
		c.to_host &= 0xff;
		if (!c.size || c.host / PAGE != (c.host + c.size - 1) / PAGE)
			return SIM_BAD_DEVICE;
		memcpy(a->data, &c, sizeof(c));
		return exchange(fd, SIM_GM_COPY, a,
				(struct sim_part){ (void *)(uintptr_t)c.host, c.size },
				(int)c.to_host);
	case 0x80084403:
		return exchange(fd, SIM_DEV_REGISTER, a, none, 0);
	default:
		return SIM_UNKNOWN;
	}
}

int ioctl(int fd, unsigned long number, ...)
{
	va_list ap;

	va_start(ap, number);
	void *argument = va_arg(ap, void *);
	va_end(ap);
	if (fd < 0 || !find(fd))
		return (int)syscall(SYS_ioctl, fd, number, argument);
	pthread_mutex_lock(&driver.lock);
	int32_t result = call(fd, number, argument);
	pthread_mutex_unlock(&driver.lock);
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

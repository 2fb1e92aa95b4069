/*
 * Preloaded into a test: open, ioctl and close of the driver's node meet a model of the driver.
 * Numbers and structures: live facts 2.2 to 2.7, spelt out a second time.
 */
#include "tests/shim/drv_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { US = 1, PAGE = 4096, COPY_N_AT = 16 };

int open(const char *path, int flags, ...);
int ioctl(int fd, unsigned long number, ...);
int close(int fd);
int access(const char *path, int mode);

static struct drv_model model = { .debug_switch = 1 };
static int node = -1;

struct drv_model *drv_shim_model(void)
{
	return &model;
}

/* /proc/debug_switch as a file of one line; it comes with the driver. */
static int open_switch(void)
{
	char text[64];
	int fds[2];

	if (model.missing) {
		errno = ENOENT;
		return -1;
	}
	int n = snprintf(text, sizeof(text), "debug_switch_status = %d\n", model.debug_switch);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	(void)!write(fds[1], text, (size_t)n);
	syscall(SYS_close, fds[1]);
	return fds[0];
}

int access(const char *path, int mode)
{
	if (strcmp(path, "/dev/drv_debug") != 0)
		return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
	errno = ENOENT;
	return model.missing ? -1 : 0;
}

int open(const char *path, int flags, ...)
{
	va_list ap;

	va_start(ap, flags);
	int mode = va_arg(ap, int);
	va_end(ap);
	if (!strcmp(path, "/proc/debug_switch"))
		return open_switch();
	if (strcmp(path, "/dev/drv_debug") != 0)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (model.missing) {
		errno = ENOENT;
		return -1;
	}
	model.opens++;
	model.cloexec = flags & O_CLOEXEC;
	node = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", flags, 0);
	return node;
}

int close(int fd)
{
	if (fd >= 0 && fd == node) {
		model.closes++;
		model.created = false;
		model.owner = model.owner == US ? 0 : model.owner;
		node = -1;
	}
	return (int)syscall(SYS_close, fd);
}

/* Every call first takes the device and makes its channel. */
static int take_device(void)
{
	if (model.owner > US && !model.other_is_dead)
		return 0x10000;
	model.owner = US;
	if (!model.created && model.debug_switch != 1)
		return -6;
	model.created = true;
	return 0;
}

static int receive(int32_t timeout_ms, uint8_t *data)
{
	if ((unsigned)timeout_ms > model.longest_wait_ms)
		model.longest_wait_ms = (unsigned)timeout_ms;
	if (model.signals) {
		model.signals--;
		return -3;
	}
	if (npu_receive(&model.npu, data))
		return 0;
	usleep((useconds_t)timeout_ms * 1000);
	return -3;
}

static int copy(const uint8_t *data)
{
	uint64_t host, at, size;

	memcpy(&host, data, 8);
	memcpy(&at, data + 8, 8);
	memcpy(&size, data + COPY_N_AT, 8);
	if (model.old)
		return -4;
	if (!size || host / PAGE != (host + size - 1) / PAGE || at / PAGE != (at + size - 1) / PAGE)
		return -1;
	if (model.copies_nothing)
		return 0;
	return npu_copy(&model.npu, data[24], at, (void *)(uintptr_t)host, size) ? 0 : -1;
}

static int call(unsigned long number, uint8_t *argument)
{
	uint32_t device;
	int32_t timeout_ms;

	memcpy(&device, argument, 4);
	memcpy(&timeout_ms, argument + 4, 4);
	int taken = device < 64 ? take_device() : -1;
	if (taken)
		return taken;
	if (model.ancient)
		return -4;
	switch (number) {
	case 0x80084400:
		if (model.full) {
			model.full--;
			return -2;
		}
		npu_command(&model.npu, argument + 16);
		return 0;
	case 0xC0084401:
		return timeout_ms < 0 ? -5 : receive(timeout_ms, argument + 16);
	case 0x80084402:
		return copy(argument + 16);
	case 0x80084403:
		return 0;
	default:
		return -4;
	}
}

int ioctl(int fd, unsigned long number, ...)
{
	va_list ap;

	va_start(ap, number);
	void *argument = va_arg(ap, void *);
	va_end(ap);
	if (fd < 0 || fd != node)
		return (int)syscall(SYS_ioctl, fd, number, argument);
	model.calls++;
	int result = call(number, argument);
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

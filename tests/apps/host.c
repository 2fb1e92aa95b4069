/* What the sample hosts share: errors, the way to a kernel file, half precision. */
#include "tests/apps/host.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void host_check(int error, const char *call, int line)
{
	if (error == 0)
		return;
	fprintf(stderr, "line %d: %s: error %d\n", line, call, error);
	exit(3);
}

const char *host_kernel(const char *name)
{
	static char path[PATH_MAX + 64];
	char self[PATH_MAX] = "";
	char *slash;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		exit(2);
	slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	snprintf(path, sizeof(path), "%s/%s.o", self, name);
	return path;
}

void host_keep(const void *data, size_t n)
{
	const char *path = getenv("SAMPLE_RESULTS");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (!path)
		return;
	if (fd < 0 || write(fd, data, n) != (ssize_t)n) {
		perror(path);
		exit(2);
	}
	close(fd);
}

uint16_t host_half(int value)
{
	unsigned n = (unsigned)abs(value), exponent = 25;

	if (n == 0)
		return 0;
	while ((n & 0x400) == 0) {
		n <<= 1;
		exponent--;
	}
	return (uint16_t)((value < 0 ? 0x8000u : 0u) | exponent << 10 | (n & 0x3ff));
}

int host_from_half(uint16_t half)
{
	int n = (half & 0x3ff) | 0x400, exponent = (half >> 10 & 0x1f) - 25;

	if ((half & 0x7fff) == 0)
		return 0;
	n = exponent >= 0 ? n << exponent : n >> -exponent;
	return (half & 0x8000) != 0 ? -n : n;
}

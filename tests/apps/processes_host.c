/*
 * Sample host of several processes: children of fork(), each with a context of its own on device
 * 0; their results come back through pipes. The parent uses the device after them. With an argument
 * the children come one after the other.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/apps/host.h"
#include "tests/apps/scale.h"

enum { CHILDREN = 3, LAUNCHES = 2, BLOCKS = 4 };

static int work(int number, int32_t *out)
{
	static struct scale scale;
	aclrtContext context;
	aclrtFuncHandle f;
	aclrtStream stream;
	int wrong;

	CHECK(aclInit(NULL));
	CHECK(aclrtCreateContext(&context, 0));
	CHECK(aclrtCreateStream(&stream));
	f = scale_load();
	scale_open(&scale, 1000 * number, 3 + number);
	for (int i = 0; i < LAUNCHES; i++)
		scale_launch(&scale, f, BLOCKS, stream);
	wrong = scale_close(&scale, LAUNCHES, stream, out);
	CHECK(aclrtDestroyStream(stream));
	CHECK(aclrtDestroyContext(context));
	CHECK(aclFinalize());
	return wrong;
}

/* The reading end of what a child sends. */
static int start(int number)
{
	static int32_t out[SCALE_ELEMENTS];
	int ends[2];

	if (pipe(ends) != 0)
		exit(2);
	if (fork() == 0) {
		int wrong = work(number, out);

		_exit(write(ends[1], out, sizeof(out)) != (ssize_t)sizeof(out) || wrong != 0);
	}
	close(ends[1]);
	return ends[0];
}

/* Every byte of a child's result, or fewer when it ended before. */
static size_t receive(int fd, char *to, size_t n)
{
	size_t done = 0;
	ssize_t k;

	while (done < n && (k = read(fd, to + done, n - done)) > 0)
		done += (size_t)k;
	close(fd);
	return done;
}

static int failed(void)
{
	int status;

	return wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	static int32_t out[SCALE_ELEMENTS];
	int fds[CHILDREN], wrong = 0;
	bool serial = argc > 1;

	(void)argv;
	for (int i = 0; i < CHILDREN && !serial; i++)
		fds[i] = start(i);
	for (int i = 0; i < CHILDREN; i++) {
		if (serial)
			fds[i] = start(i);
		wrong += receive(fds[i], (char *)out, sizeof(out)) != sizeof(out);
		if (serial)
			wrong += failed();
		host_keep(out, sizeof(out));
	}
	for (int i = 0; i < CHILDREN && !serial; i++)
		wrong += failed();
	wrong += work(CHILDREN, out);
	host_keep(out, sizeof(out));
	printf("processes: %d children, %d wrong\n", CHILDREN, wrong);
	return wrong != 0;
}

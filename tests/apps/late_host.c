/*
 * Sample host whose operators come late: the library with the kernel, and with it the runtime, is
 * opened by dlopen. It is closed and opened again, as a framework reloads its operators.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/apps/late.h"

enum { ROUNDS = 2 };

static void *sought(void *at)
{
	if (at == NULL) {
		fprintf(stderr, "late: %s\n", dlerror());
		exit(3);
	}
	return at;
}

static void check(int error, const char *what)
{
	if (error == 0)
		return;
	fprintf(stderr, "late: %s: error %d\n", what, error);
	exit(3);
}

/* A call of the runtime that takes a device, found by its name. */
static void with_device(const char *name)
{
	int (*f)(int32_t) = (int (*)(int32_t))sought(dlsym(RTLD_DEFAULT, name));

	check(f(0), name);
}

int main(int argc, char **argv)
{
	int (*init)(const char *);
	char path[PATH_MAX + 16], *slash;
	int wrong = 0;

	(void)argc;
	snprintf(path, sizeof(path), "%s", argv[0]);
	slash = strrchr(path, '/');
	snprintf(slash ? slash + 1 : path, 16, "liblate.so");
	sought(dlopen("libascendcl.so", RTLD_NOW | RTLD_GLOBAL));
	init = (int (*)(const char *))sought(dlsym(RTLD_DEFAULT, "aclInit"));
	check(init(NULL), "aclInit");
	with_device("aclrtSetDevice");
	for (int i = 0; i < ROUNDS; i++) {
		void *library = sought(dlopen(path, RTLD_NOW | RTLD_LOCAL));

		wrong += ((late_run_fn)sought(dlsym(library, "late_run")))(50 * i);
		dlclose(library);
	}
	with_device("aclrtResetDevice");
	printf("late: %d wrong\n", wrong);
	return wrong != 0;
}

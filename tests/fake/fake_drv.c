/*
 * A unit program with the model of the driver in front of it.
 */
#include "tests/fake/fake_drv.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void preload(char **argv)
{
	const char *folder = getenv("O");
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/shim/drv-shim.so", folder ? folder : "build");
	if (access(path, R_OK) != 0) {
		printf("skipped: there is no %s\n", path);
		return;
	}
	setenv("LD_PRELOAD", path, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
	execv("/proc/self/exe", argv);
}

struct drv_model *fake_drv(char **argv)
{
	drv_shim_model_fn find = (drv_shim_model_fn)dlsym(RTLD_DEFAULT, "drv_shim_model");

	if (find)
		return find();
	preload(argv);
	return NULL;
}

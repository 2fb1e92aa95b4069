/*
 * The framework: finds the functions of the vendor's library by their names.
 */
#include <dlfcn.h>

#include "tests/apps/hook.h"

static int call(void *library, const char *name)
{
	int (*function)(void) = (int (*)(void))dlsym(library, name);

	return function ? function() : 0;
}

int frame_run(const char *library)
{
	void *device = dlopen(library, RTLD_NOW);
	int first = device ? call(device, "device_mem_get_v1") : 0;
	int second = device ? call(device, "device_mem_get_v1") : 0;

	return 10 * first + second;
}

/*
 * The library in between: whoever looks up the vendor's function gets this one, which asks the
 * vendor's and says four more.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "tests/apps/hook.h"

typedef void *dlsym_fn(void *handle, const char *name);
typedef int get_fn(void);

static get_fn *real_get;

/* glibc gave the function a new version when it went from libdl into libc. */
static dlsym_fn *real_dlsym(void)
{
	static const char *const versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5" };
	void *found = NULL;

	for (size_t i = 0; i < 3 && !found; i++)
		found = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
	return (dlsym_fn *)found;
}

int device_mem_get_v1(void)
{
	return real_get() + 4;
}

void *dlsym(void *handle, const char *sym)
{
	void *found = real_dlsym()(handle, sym);

	if (strcmp(sym, "device_mem_get_v1") != 0)
		return found;
	real_get = (get_fn *)found;
	return (void *)device_mem_get_v1;
}

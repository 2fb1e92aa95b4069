/*
 * The one object that all hooks share: they stand in for functions of a library and are given
 * nothing to hang state on. Also how the functions behind them are found.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/runtime/runtime_priv.h"

static struct runtime the_process = {
	.tables = PTHREAD_MUTEX_INITIALIZER,
	.launch = PTHREAD_MUTEX_INITIALIZER,
	.once = PTHREAD_ONCE_INIT,
};

static void make_ready(void)
{
	struct runtime *r = &the_process;

	r->path = getenv(STUB_SOCKET_ENV);
	r->pid = getpid();
	for (size_t i = 0; i < RUNTIME_DEVICES; i++)
		r->fd[i] = -1;
	if (pthread_key_create(&r->depth, NULL) != 0)
		r->path = NULL;
}

struct runtime *runtime_get(void)
{
	pthread_once(&the_process.once, make_ready);
	return &the_process;
}

static intptr_t depth_of(const struct runtime *r)
{
	return (intptr_t)pthread_getspecific(r->depth);
}

static void set_depth(const struct runtime *r, intptr_t depth)
{
	pthread_setspecific(r->depth, (void *)depth);
}

bool runtime_enter(void)
{
	struct runtime *r = runtime_get();

	if (!r->path || depth_of(r))
		return false;
	set_depth(r, 1);
	return true;
}

void runtime_leave(void)
{
	set_depth(runtime_get(), 0);
}

void runtime_owe(const void *stream, int error)
{
	struct runtime *r = runtime_get();
	size_t i = 0;

	pthread_mutex_lock(&r->tables);
	while (i < RUNTIME_OWED && r->owed[i].error && r->owed[i].stream != stream)
		i++;
	if (error && i < RUNTIME_OWED)
		r->owed[i] = (struct runtime_owed){ stream, error };
	pthread_mutex_unlock(&r->tables);
}

int runtime_settle(const void *stream, bool any, int error)
{
	struct runtime *r = runtime_get();
	int owed = 0;

	pthread_mutex_lock(&r->tables);
	for (size_t i = 0; i < RUNTIME_OWED; i++) {
		if (!r->owed[i].error || (!any && r->owed[i].stream != stream))
			continue;
		owed = r->owed[i].error;
		r->owed[i].error = 0;
	}
	pthread_mutex_unlock(&r->tables);
	return error ? error : owed;
}

static void *in_toolkit(const char *name, const char *library)
{
	const char *home = getenv("ASCEND_TOOLKIT_HOME");
	char path[4096];
	void *lib = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

	if (!lib && home && snprintf(path, sizeof(path), "%s/lib64/%s", home, library) > 0)
		lib = dlopen(path, RTLD_LAZY);
	return lib ? dlsym(lib, name) : NULL;
}

/* A library that was opened late, by Python for example, is not behind ours in the search order. */
void *runtime_try(const char *name, const char *library)
{
	void *at = dlsym(RTLD_NEXT, name);

	return at ? at : in_toolkit(name, library);
}

/* In the place of any function that gives an error: what it is called with is the caller's to keep.
 */
static int missing(void)
{
	return RUNTIME_UNSUPPORTED;
}

static void tell_missing(const char *name, const char *library)
{
	enum { LINES = 8 }; /* programs that try again and again */
	struct runtime *r = runtime_get();

	pthread_mutex_lock(&r->tables);
	bool more = r->missed < LINES;
	r->missed += more;
	pthread_mutex_unlock(&r->tables);
	if (more)
		fprintf(stderr,
			"ascend-gdbserver: %s has no %s, the call fails with %d: set "
			"ASCEND_TOOLKIT_HOME to the toolkit of this program, or debug it with "
			"--device none\n",
			library, name, RUNTIME_UNSUPPORTED);
}

void *runtime_real(const char *name, const char *library)
{
	void *at = runtime_try(name, library);

	if (at)
		return at;
	tell_missing(name, library);
	return (void *)missing;
}

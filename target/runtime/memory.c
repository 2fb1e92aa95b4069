/*
 * Memory of newer chips: code is read-only for the debugger too, until it is advised otherwise, and
 * on parts without a copy engine the debugger reaches only what was shared with it (live facts 1.6,
 * 2.9). Also the hooks of allocation, which tell what is shared. Older chips need none of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/channel.h"
#include "arch/chip.h"
#include "target/runtime/runtime_priv.h"

static const char library[] = "libacl_rt_impl.so";
static const char driver[] = "libascend_hal.so";

enum { READ_WRITE = 3 };  /* ADVISE_ACCESS_READWRITE */
enum { ANY_PROCESS = 1 }; /* the importer's process id is not known yet */

#define REAL(name)	((__typeof__(&name))runtime_real(#name, library))
#define TRY(name, type) ((type)runtime_try(name, library))

int aclrtMallocImpl(void **at, size_t n, int policy);
int aclrtMallocAlign32Impl(void **at, size_t n, int policy);
int aclrtMallocCachedImpl(void **at, size_t n, int policy);
int aclrtMallocWithCfgImpl(void **at, size_t n, int policy, void *cfg);
int aclrtFreeImpl(void *at);
int aclrtFreeWithDevSyncImpl(void *at);
int halMemAdvise(uint64_t at, size_t n, unsigned advice, uint32_t device);

void runtime_note_soc(const char *soc)
{
	struct runtime *r = runtime_get();

	const struct chip *chip = soc ? chip_find_soc(soc) : NULL;

	r->code_is_locked = chip && chip->channel->locked_code;
	r->shares_memory = soc && chip_soc_shares(soc);
}

/* --- the table; its lock is held --- */

static struct runtime_region *find(struct runtime *r, uint64_t at)
{
	struct runtime_region *g = r->regions;

	while (g && g->at != at)
		g = g->next;
	return g;
}

static struct runtime_region *get(struct runtime *r, uint64_t at)
{
	struct runtime_region *g = find(r, at);

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (g) {
		g->at = at;
		g->next = r->regions;
		r->regions = g;
	}
	return g;
}

static void drop(struct runtime *r, uint64_t at)
{
	struct runtime_region **link = &r->regions;

	while (*link && (*link)->at != at)
		link = &(*link)->next;
	struct runtime_region *g = *link;
	if (!g)
		return;
	*link = g->next;
	free(g);
}

/* --- what is shared --- */

static bool range_of(uint64_t at, uint64_t *base, uint64_t *n)
{
	int (*get_range)(void *, void **, size_t *) =
		TRY("aclrtMemGetAddressRangeImpl", int (*)(void *, void **, size_t *));
	void *start = NULL;
	size_t size = 0;

	if (!get_range || get_range((void *)(uintptr_t)at, &start, &size) != 0 || !size)
		return false;
	*base = (uint64_t)(uintptr_t)start;
	*n = size;
	return true;
}

static bool export(uint64_t at, uint64_t n, char *key)
{
	int (*get_key)(void *, size_t, char *, size_t, uint64_t) = TRY(
		"aclrtIpcMemGetExportKeyImpl", int (*)(void *, size_t, char *, size_t, uint64_t));

	memset(key, 0, RUNTIME_KEY);
	return get_key && get_key((void *)(uintptr_t)at, n, key, RUNTIME_KEY - 1, ANY_PROCESS) == 0;
}

/* Shares the region that an address is in, once. The lock for launches is held. */
static void share(int32_t device, uint64_t at)
{
	struct runtime *r = runtime_get();
	char text[256];
	uint64_t base, n;

	if (!r->shares_memory || !range_of(at, &base, &n))
		return;
	pthread_mutex_lock(&r->tables);
	struct runtime_region *g = get(r, base);
	bool fresh = g && !g->key[0] && export(base, n, g->key);
	int k = fresh ? snprintf(text, sizeof(text),
				 "$ipc_mem_addr:0x%" PRIx64 ";size:%" PRIu64 ";key:%s;#", base, n,
				 g->key)
		      : 0;
	pthread_mutex_unlock(&r->tables);
	if (k > 0 && (size_t)k < sizeof(text))
		runtime_tell(device, text, (size_t)k);
}

static void stop_sharing(int32_t device, uint64_t at)
{
	int (*close_key)(const char *) = TRY("aclrtIpcMemCloseImpl", int (*)(const char *));
	struct runtime *r = runtime_get();
	char text[64], key[RUNTIME_KEY] = "";

	pthread_mutex_lock(&r->tables);
	struct runtime_region *g = find(r, at);
	if (g) {
		memcpy(key, g->key, sizeof(key));
		drop(r, at);
	}
	pthread_mutex_unlock(&r->tables);
	if (!key[0])
		return;
	int k = snprintf(text, sizeof(text), "$ipc_mem_addr:0x%" PRIx64 ";free:1;#", at);
	runtime_tell(device, text, (size_t)k);
	if (close_key)
		close_key(key);
}

/* --- code --- */

static int advise(const struct runtime_region *g, unsigned advice)
{
	int (*f)(uint64_t, size_t, unsigned, uint32_t) =
		(int (*)(uint64_t, size_t, unsigned, uint32_t))runtime_try("halMemAdvise", driver);

	return f ? f(g->at, g->n, advice, g->device) : -1;
}

void runtime_code_open(const struct runtime_launch *l)
{
	struct runtime *r = runtime_get();
	uint64_t base, n;

	if (!r->code_is_locked || !l->address || !range_of(l->address, &base, &n))
		return;
	share(l->device, l->address);
	pthread_mutex_lock(&r->tables);
	struct runtime_region *g = find(r, base);
	if (g && g->advice && g->advice != READ_WRITE) {
		r->opened = *g;
		r->opened.n = n;
		if (advise(&r->opened, READ_WRITE) != 0)
			r->opened.n = 0;
	}
	pthread_mutex_unlock(&r->tables);
}

void runtime_code_close(void)
{
	struct runtime *r = runtime_get();

	if (r->opened.n)
		(void)!advise(&r->opened, r->opened.advice);
	r->opened.n = 0;
}

/* --- hooks --- */

static int32_t current_device(void)
{
	int (*get_device)(int32_t *) = TRY("aclrtGetDeviceImpl", int (*)(int32_t *));
	int32_t device = -1;

	return get_device && get_device(&device) == 0 ? device : -1;
}

static int taken(bool outer, int error, void *const *at)
{
	struct runtime *r = runtime_get();

	if (outer && !error && at && *at && r->shares_memory) {
		pthread_mutex_lock(&r->launch);
		share(current_device(), (uint64_t)(uintptr_t)*at);
		pthread_mutex_unlock(&r->launch);
	}
	if (outer)
		runtime_leave();
	return error;
}

static bool giving(void *at)
{
	struct runtime *r = runtime_get();

	if (!runtime_enter())
		return false;
	if (r->shares_memory) {
		pthread_mutex_lock(&r->launch);
		stop_sharing(current_device(), (uint64_t)(uintptr_t)at);
		pthread_mutex_unlock(&r->launch);
	}
	return true;
}

static int given(bool outer, int error)
{
	if (outer)
		runtime_leave();
	return error;
}

RUNTIME_HOOK int aclrtMallocImpl(void **at, size_t n, int policy)
{
	bool outer = runtime_enter();

	return taken(outer, REAL(aclrtMallocImpl)(at, n, policy), at);
}

RUNTIME_HOOK int aclrtMallocAlign32Impl(void **at, size_t n, int policy)
{
	bool outer = runtime_enter();

	return taken(outer, REAL(aclrtMallocAlign32Impl)(at, n, policy), at);
}

RUNTIME_HOOK int aclrtMallocCachedImpl(void **at, size_t n, int policy)
{
	bool outer = runtime_enter();

	return taken(outer, REAL(aclrtMallocCachedImpl)(at, n, policy), at);
}

RUNTIME_HOOK int aclrtMallocWithCfgImpl(void **at, size_t n, int policy, void *cfg)
{
	bool outer = runtime_enter();

	return taken(outer, REAL(aclrtMallocWithCfgImpl)(at, n, policy, cfg), at);
}

RUNTIME_HOOK int aclrtFreeImpl(void *at)
{
	bool outer = giving(at);

	return given(outer, REAL(aclrtFreeImpl)(at));
}

RUNTIME_HOOK int aclrtFreeWithDevSyncImpl(void *at)
{
	bool outer = giving(at);

	return given(outer, REAL(aclrtFreeWithDevSyncImpl)(at));
}

RUNTIME_HOOK int halMemAdvise(uint64_t at, size_t n, unsigned advice, uint32_t device)
{
	int (*f)(uint64_t, size_t, unsigned, uint32_t) =
		(int (*)(uint64_t, size_t, unsigned, uint32_t))runtime_real("halMemAdvise", driver);
	struct runtime *r = runtime_get();
	int error = f(at, n, advice, device);

	if (error || !r->path)
		return error;
	pthread_mutex_lock(&r->tables);
	struct runtime_region *g = get(r, at);
	if (g) {
		g->n = n;
		g->advice = advice;
		g->device = device;
	}
	pthread_mutex_unlock(&r->tables);
	return 0;
}

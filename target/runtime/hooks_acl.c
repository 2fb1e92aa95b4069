/*
 * The hooks of the ACL layer: functions of libacl_rt_impl.so by their own names (live facts 1.5).
 * Each calls the one behind it; what it tells is the server's business alone.
 */
#include "target/runtime/runtime_priv.h"

static const char library[] = "libacl_rt_impl.so";

/* The function behind a hook, with the hook's type. */
#define REAL(name)	((__typeof__(&name))runtime_real(#name, library))
#define TRY(name, type) ((type)runtime_try(name, library))

/* Another process' function may be built with other names; none of these is declared elsewhere. */
int aclrtSetDeviceImpl(int32_t device);
int aclrtCreateContextImpl(void **context, int32_t device);
int aclrtResetDeviceImpl(int32_t device);
int aclrtResetDeviceForceImpl(int32_t device);
int aclrtBinaryLoadFromFileImpl(const char *path, void *options, void **bin);
void *aclrtCreateBinaryImpl(const void *data, size_t n);
int aclrtBinaryLoadImpl(void *binary, void **bin);
int aclrtBinaryLoadFromDataImpl(const void *data, size_t n, const void *options, void **bin);
int aclrtBinaryGetFunctionImpl(void *bin, const char *name, void **func);
int aclrtBinaryGetFunctionByEntryImpl(void *bin, uint64_t entry, void **func);
int aclrtGetFuncBySymbolImpl(void *symbol, void **func);
int aclrtLaunchKernelImpl(void *func, uint32_t blocks, const void *args, size_t n, void *stream);
int aclrtLaunchKernelV2Impl(void *func, uint32_t blocks, const void *args, size_t n, void *cfg,
			    void *stream);
int aclrtLaunchKernelWithConfigImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				    void *args, void *reserve);
int aclrtLaunchKernelWithHostArgsImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				      void *args, size_t n, void *places, size_t place_count);
int aclrtSynchronizeStreamImpl(void *stream);
int aclrtSynchronizeDeviceImpl(void);
int aclrtSynchronizeStreamWithTimeoutImpl(void *stream, int32_t ms);
int aclrtSynchronizeDeviceWithTimeoutImpl(int32_t ms);

/* --- devices --- */

static int32_t logic_id(int32_t device)
{
	int (*convert)(int32_t, int32_t *) =
		TRY("aclrtGetLogicDevIdByUserDevIdImpl", int (*)(int32_t, int32_t *));
	int32_t logic;

	return convert && convert(device, &logic) == 0 ? logic : device;
}

static void tell_device(int32_t device, bool set)
{
	const char *(*soc)(void) = TRY("aclrtGetSocNameImpl", const char *(*)(void));
	const char *name = soc ? soc() : NULL;

	runtime_note_soc(name);
	runtime_tell_device(logic_id(device), name ? name : "", set);
}

RUNTIME_HOOK int aclrtSetDeviceImpl(int32_t device)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtSetDeviceImpl)(device);

	if (outer && !error)
		tell_device(device, true);
	if (outer)
		runtime_leave();
	return error;
}

RUNTIME_HOOK int aclrtCreateContextImpl(void **context, int32_t device)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtCreateContextImpl)(context, device);

	if (outer && !error)
		tell_device(device, false);
	if (outer)
		runtime_leave();
	return error;
}

static int was_reset(bool outer, int error, int32_t device, bool forced)
{
	if (outer && !error)
		runtime_tell_reset(logic_id(device), forced);
	if (outer)
		runtime_leave();
	return error;
}

RUNTIME_HOOK int aclrtResetDeviceImpl(int32_t device)
{
	bool outer = runtime_enter();

	return was_reset(outer, REAL(aclrtResetDeviceImpl)(device), device, false);
}

RUNTIME_HOOK int aclrtResetDeviceForceImpl(int32_t device)
{
	bool outer = runtime_enter();

	return was_reset(outer, REAL(aclrtResetDeviceForceImpl)(device), device, true);
}

/* --- files --- */

/* Keeps what was loaded, or forgets it when it was not. */
static void loaded(struct runtime_binary *b, int error, void *const *bin)
{
	if (error || !bin || !*bin)
		runtime_binary_drop(b);
	else
		runtime_binary_keep(b, NULL, *bin);
	runtime_leave();
}

RUNTIME_HOOK int aclrtBinaryLoadFromFileImpl(const char *path, void *options, void **bin)
{
	bool outer = runtime_enter();
	struct runtime_binary *b = outer ? runtime_binary_read(path) : NULL;
	int error = REAL(aclrtBinaryLoadFromFileImpl)(path, options, bin);

	if (outer)
		loaded(b, error, bin);
	return error;
}

RUNTIME_HOOK int aclrtBinaryLoadFromDataImpl(const void *data, size_t n, const void *options,
					     void **bin)
{
	bool outer = runtime_enter();
	struct runtime_binary *b = outer ? runtime_binary_make(data, n) : NULL;
	int error = REAL(aclrtBinaryLoadFromDataImpl)(data, n, options, bin);

	if (outer)
		loaded(b, error, bin);
	return error;
}

RUNTIME_HOOK void *aclrtCreateBinaryImpl(const void *data, size_t n)
{
	bool outer = runtime_enter();
	struct runtime_binary *b = outer ? runtime_binary_make(data, n) : NULL;
	void *(*real)(const void *, size_t) =
		TRY("aclrtCreateBinaryImpl", void *(*)(const void *, size_t));
	void *made = real ? real(data, n) : NULL;

	if (made)
		runtime_binary_keep(b, made, NULL);
	else
		runtime_binary_drop(b);
	if (outer)
		runtime_leave();
	return made;
}

RUNTIME_HOOK int aclrtBinaryLoadImpl(void *binary, void **bin)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtBinaryLoadImpl)(binary, bin);

	if (outer && !error)
		runtime_binary_keep(runtime_binary_find(binary), NULL, *bin);
	if (outer)
		runtime_leave();
	return error;
}

/* --- functions --- */

static bool function_name(void *func, char *name)
{
	int (*get)(void *, uint32_t, char *) =
		TRY("aclrtGetFunctionNameImpl", int (*)(void *, uint32_t, char *));

	name[0] = name[RUNTIME_NAME - 1] = '\0';
	return get && get(func, RUNTIME_NAME - 1, name) == 0 && name[0];
}

static struct runtime_binary *function_binary(void *func)
{
	int (*get)(void *, void **) = TRY("aclrtFunctionGetBinaryImpl", int (*)(void *, void **));
	void *bin = NULL;

	return get && get(func, &bin) == 0 ? runtime_binary_find(bin) : NULL;
}

static void found(int error, void *const *func, const char *name, struct runtime_binary *b)
{
	char own[RUNTIME_NAME];

	if (!error && func && *func && (name || function_name(*func, own)))
		runtime_function_keep(*func, name ? name : own, b ? b : function_binary(*func));
	runtime_leave();
}

RUNTIME_HOOK int aclrtBinaryGetFunctionImpl(void *bin, const char *name, void **func)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtBinaryGetFunctionImpl)(bin, name, func);

	if (outer)
		found(error, func, name, runtime_binary_find(bin));
	return error;
}

RUNTIME_HOOK int aclrtBinaryGetFunctionByEntryImpl(void *bin, uint64_t entry, void **func)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtBinaryGetFunctionByEntryImpl)(bin, entry, func);

	if (outer)
		found(error, func, NULL, runtime_binary_find(bin));
	return error;
}

RUNTIME_HOOK int aclrtGetFuncBySymbolImpl(void *symbol, void **func)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtGetFuncBySymbolImpl)(symbol, func);

	if (outer)
		found(error, func, NULL, NULL);
	return error;
}

/* --- launches --- */

static uint64_t function_address(void *func)
{
	int (*get)(void *, void **, void **) =
		TRY("aclrtGetFunctionAddrImpl", int (*)(void *, void **, void **));
	void *aic = NULL, *aiv = NULL;

	if (!get || get(func, &aic, &aiv) != 0)
		return 0;
	return (uint64_t)(uintptr_t)(aic ? aic : aiv);
}

static int32_t current_device(void)
{
	int (*get)(int32_t *) = TRY("aclrtGetDeviceImpl", int (*)(int32_t *));
	int (*convert)(int32_t, int32_t *) =
		TRY("aclrtGetLogicDevIdByUserDevIdImpl", int (*)(int32_t, int32_t *));
	int32_t device = -1, logic;

	if (!get || get(&device) != 0)
		return -1;
	return convert && convert(device, &logic) == 0 ? logic : device;
}

static int32_t stream_id(void *stream)
{
	int (*get)(void *, int32_t *) = TRY("aclrtStreamGetIdImpl", int (*)(void *, int32_t *));
	int32_t id = 0;

	return get && get(stream, &id) == 0 && id > 0 ? id : 0;
}

/* Newer forms take the symbol of a host function in place of a handle. */
static void *handle_of(void *func)
{
	int (*get)(void *, void **) = TRY("aclrtGetFuncBySymbolImpl", int (*)(void *, void **));
	void *handle = NULL;

	return get && get(func, &handle) == 0 && handle ? handle : func;
}

bool runtime_launch_begin(void *func, void *stream)
{
	struct runtime_function f = { .key = func };

	if (!runtime_enter())
		return false;
	pthread_mutex_lock(&runtime_get()->launch);
	if (!runtime_function_find(func, &f) && function_name(func, f.name))
		f.binary = function_binary(func);
	struct runtime_launch l = {
		.device = current_device(),
		.stream = stream_id(stream),
		.name = f.name,
		.binary = f.binary,
		.address = function_address(f.is_symbol ? handle_of(func) : func),
	};
	if (f.name[0]) {
		runtime_code_open(&l);
		runtime_tell_launch(&l);
	}
	return true;
}

void runtime_launch_end(bool outer, int error, void *stream)
{
	int (*wait)(void *) = TRY("aclrtSynchronizeStreamImpl", int (*)(void *));

	if (!outer)
		return;
	if (!error && wait)
		runtime_owe(stream, wait(stream));
	runtime_code_close();
	pthread_mutex_unlock(&runtime_get()->launch);
	runtime_leave();
}

/* The program hears of errors where it waits, as without us. */
static int waited(bool outer, const void *stream, bool any, int error)
{
	if (!outer)
		return error;
	runtime_leave();
	return runtime_settle(stream, any, error);
}

RUNTIME_HOOK int aclrtLaunchKernelImpl(void *func, uint32_t blocks, const void *args, size_t n,
				       void *stream)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchKernelImpl)(func, blocks, args, n, stream);

	runtime_launch_end(outer, error, stream);
	return error;
}

RUNTIME_HOOK int aclrtLaunchKernelV2Impl(void *func, uint32_t blocks, const void *args, size_t n,
					 void *cfg, void *stream)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchKernelV2Impl)(func, blocks, args, n, cfg, stream);

	runtime_launch_end(outer, error, stream);
	return error;
}

RUNTIME_HOOK int aclrtLaunchKernelWithConfigImpl(void *func, uint32_t blocks, void *stream,
						 void *cfg, void *args, void *reserve)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchKernelWithConfigImpl)(func, blocks, stream, cfg, args, reserve);

	runtime_launch_end(outer, error, stream);
	return error;
}

RUNTIME_HOOK int aclrtLaunchKernelWithHostArgsImpl(void *func, uint32_t blocks, void *stream,
						   void *cfg, void *args, size_t n, void *places,
						   size_t place_count)
{
	bool outer = runtime_launch_begin(func, stream);
	int error = REAL(aclrtLaunchKernelWithHostArgsImpl)(func, blocks, stream, cfg, args, n,
							    places, place_count);

	runtime_launch_end(outer, error, stream);
	return error;
}

/* --- waiting: a kernel at a breakpoint takes as long as its user does --- */

RUNTIME_HOOK int aclrtSynchronizeStreamImpl(void *stream)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtSynchronizeStreamImpl)(stream);

	return waited(outer, stream, false, error);
}

RUNTIME_HOOK int aclrtSynchronizeDeviceImpl(void)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtSynchronizeDeviceImpl)();

	return waited(outer, NULL, true, error);
}

RUNTIME_HOOK int aclrtSynchronizeStreamWithTimeoutImpl(void *stream, int32_t ms)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtSynchronizeStreamWithTimeoutImpl)(stream, outer ? -1 : ms);

	return waited(outer, stream, false, error);
}

RUNTIME_HOOK int aclrtSynchronizeDeviceWithTimeoutImpl(int32_t ms)
{
	bool outer = runtime_enter();
	int error = REAL(aclrtSynchronizeDeviceWithTimeoutImpl)(outer ? -1 : ms);

	return waited(outer, NULL, true, error);
}

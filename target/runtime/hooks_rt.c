/*
 * The hooks of the runtime layer: functions of libruntime.so (live facts 1.5). The ACL
 * layer calls them too: then its hook has told already.
 */
#include "target/runtime/runtime_priv.h"

static const char library[] = "libruntime.so";

#define REAL(name)	((__typeof__(&name))runtime_real(#name, library))
#define TRY(name, type) ((type)runtime_try(name, library))

struct rt_binary {
	uint32_t magic, version;
	const void *data;
	uint64_t n;
};

int rtSetDevice(int32_t device);
int rtSetDeviceEx(int32_t device);
int rtCtxCreateEx(void **context, uint32_t flags, int32_t device);
int rtDeviceReset(int32_t device);
int rtDeviceResetForce(int32_t device);
int rtDevBinaryRegister(const struct rt_binary *bin, void **handle);
int rtRegisterAllKernel(const struct rt_binary *bin, void **handle);
int rtFunctionRegister(void *bin, const void *stub, const char *name, const void *device_name,
		       uint32_t mode);
int rtRegisterFuncSymbol(void *bin, const void *symbol, const char *name, void *reserve);
int rtKernelLaunch(const void *stub, uint32_t blocks, void *args, uint32_t n, void *sm,
		   void *stream);
int rtKernelLaunchWithFlagV2(const void *stub, uint32_t blocks, void *args, void *sm, void *stream,
			     uint32_t flags, const void *cfg);
int rtKernelLaunchWithHandle(void *handle, uint64_t key, uint32_t blocks, void *args, void *sm,
			     void *stream, const void *info);
int rtKernelLaunchWithHandleV2(void *handle, uint64_t key, uint32_t blocks, void *args, void *sm,
			       void *stream, const void *cfg);
int rtStreamSynchronize(void *stream);
int rtDeviceSynchronize(void);
int rtStreamSynchronizeWithTimeout(void *stream, int32_t ms);

/* --- devices --- */

static void tell_device(int32_t device, bool set)
{
	int (*get)(char *, uint32_t) = TRY("rtGetSocVersion", int (*)(char *, uint32_t));
	char soc[64] = "";

	if (!get || get(soc, sizeof(soc)) != 0)
		soc[0] = '\0';
	soc[sizeof(soc) - 1] = '\0';
	runtime_note_soc(soc);
	runtime_tell_device(device, soc, set);
}

static int opened(bool outer, int error, int32_t device, bool set)
{
	if (outer && !error)
		tell_device(device, set);
	if (outer)
		runtime_leave();
	return error;
}

RUNTIME_HOOK int rtSetDevice(int32_t device)
{
	bool outer = runtime_enter();

	return opened(outer, REAL(rtSetDevice)(device), device, true);
}

RUNTIME_HOOK int rtSetDeviceEx(int32_t device)
{
	bool outer = runtime_enter();

	return opened(outer, REAL(rtSetDeviceEx)(device), device, true);
}

RUNTIME_HOOK int rtCtxCreateEx(void **context, uint32_t flags, int32_t device)
{
	bool outer = runtime_enter();

	return opened(outer, REAL(rtCtxCreateEx)(context, flags, device), device, false);
}

static int was_reset(bool outer, int error, int32_t device, bool forced)
{
	if (outer && !error)
		runtime_tell_reset(device, forced);
	if (outer)
		runtime_leave();
	return error;
}

RUNTIME_HOOK int rtDeviceReset(int32_t device)
{
	bool outer = runtime_enter();

	return was_reset(outer, REAL(rtDeviceReset)(device), device, false);
}

RUNTIME_HOOK int rtDeviceResetForce(int32_t device)
{
	bool outer = runtime_enter();

	return was_reset(outer, REAL(rtDeviceResetForce)(device), device, true);
}

/* --- files and functions --- */

static int registered(bool outer, struct runtime_binary *b, int error, void *const *handle)
{
	if (error || !handle)
		runtime_binary_drop(b);
	else
		runtime_binary_keep(b, NULL, *handle);
	if (outer)
		runtime_leave();
	return error;
}

static struct runtime_binary *copy(bool outer, const struct rt_binary *bin)
{
	return outer && bin ? runtime_binary_make(bin->data, bin->n) : NULL;
}

RUNTIME_HOOK int rtDevBinaryRegister(const struct rt_binary *bin, void **handle)
{
	bool outer = runtime_enter();
	struct runtime_binary *b = copy(outer, bin);

	return registered(outer, b, REAL(rtDevBinaryRegister)(bin, handle), handle);
}

RUNTIME_HOOK int rtRegisterAllKernel(const struct rt_binary *bin, void **handle)
{
	bool outer = runtime_enter();
	struct runtime_binary *b = copy(outer, bin);

	return registered(outer, b, REAL(rtRegisterAllKernel)(bin, handle), handle);
}

RUNTIME_HOOK int rtFunctionRegister(void *bin, const void *stub, const char *name,
				    const void *device_name, uint32_t mode)
{
	bool outer = runtime_enter();
	int error = REAL(rtFunctionRegister)(bin, stub, name, device_name, mode);

	if (outer && !error)
		runtime_function_keep(stub, device_name ? device_name : name,
				      runtime_binary_find(bin));
	if (outer)
		runtime_leave();
	return error;
}

RUNTIME_HOOK int rtRegisterFuncSymbol(void *bin, const void *symbol, const char *name,
				      void *reserve)
{
	bool outer = runtime_enter();
	int error = REAL(rtRegisterFuncSymbol)(bin, symbol, name, reserve);

	if (outer && !error)
		runtime_symbol_keep(symbol, name, runtime_binary_find(bin));
	if (outer)
		runtime_leave();
	return error;
}

/* --- launches --- */

/* How a kernel is named: by a function of the host, or by a file's handle and a key. */
struct who {
	const void *stub;
	void *handle;
	uint64_t key;
};

static uint64_t address_of(const struct who *w)
{
	int (*get)(void *, uint64_t, const void *, uint32_t, void **, uint32_t *) =
		TRY("rtKernelGetAddrAndPrefCnt",
		    int (*)(void *, uint64_t, const void *, uint32_t, void **, uint32_t *));
	uint32_t count;
	void *at = NULL;

	if (!get || get(w->handle, w->key, w->stub, !w->stub, &at, &count) != 0)
		return 0;
	return (uint64_t)(uintptr_t)at;
}

static int32_t current_device(void)
{
	int (*get)(int32_t *) = TRY("rtGetDevice", int (*)(int32_t *));
	int32_t device = -1;

	return get && get(&device) == 0 ? device : -1;
}

static int32_t stream_id(void *stream)
{
	int (*get)(void *, int32_t *) = TRY("rtGetStreamId", int (*)(void *, int32_t *));
	int32_t id = 0;

	return get && get(stream, &id) == 0 && id > 0 ? id : 0;
}

/* A file with a key: its functions are named after the key, or it has one only. */
static bool by_handle(const struct who *w, struct runtime_function *f)
{
	f->binary = runtime_binary_find(w->handle);
	return f->binary && runtime_kernel_at_key(f->binary, w->key, f->name);
}

static bool begin(const struct who *w, void *stream)
{
	struct runtime_function f = { .key = w->stub };

	if (!runtime_enter())
		return false;
	pthread_mutex_lock(&runtime_get()->launch);
	bool known = w->stub ? runtime_function_find(w->stub, &f) : by_handle(w, &f);
	struct runtime_launch l = {
		.device = current_device(),
		.stream = stream_id(stream),
		.name = f.name,
		.binary = f.binary,
		.address = address_of(w),
	};
	if (known) {
		runtime_code_open(&l);
		runtime_tell_launch(&l);
	}
	return true;
}

static int end(bool outer, int error, void *stream)
{
	int (*wait)(void *) = TRY("rtStreamSynchronize", int (*)(void *));

	if (!outer)
		return error;
	if (!error && wait)
		runtime_owe(stream, wait(stream));
	runtime_code_close();
	pthread_mutex_unlock(&runtime_get()->launch);
	runtime_leave();
	return error;
}

RUNTIME_HOOK int rtKernelLaunch(const void *stub, uint32_t blocks, void *args, uint32_t n, void *sm,
				void *stream)
{
	bool outer = begin(&(struct who){ .stub = stub }, stream);

	return end(outer, REAL(rtKernelLaunch)(stub, blocks, args, n, sm, stream), stream);
}

RUNTIME_HOOK int rtKernelLaunchWithFlagV2(const void *stub, uint32_t blocks, void *args, void *sm,
					  void *stream, uint32_t flags, const void *cfg)
{
	bool outer = begin(&(struct who){ .stub = stub }, stream);

	return end(outer,
		   REAL(rtKernelLaunchWithFlagV2)(stub, blocks, args, sm, stream, flags, cfg),
		   stream);
}

RUNTIME_HOOK int rtKernelLaunchWithHandle(void *handle, uint64_t key, uint32_t blocks, void *args,
					  void *sm, void *stream, const void *info)
{
	bool outer = begin(&(struct who){ .handle = handle, .key = key }, stream);

	return end(outer,
		   REAL(rtKernelLaunchWithHandle)(handle, key, blocks, args, sm, stream, info),
		   stream);
}

RUNTIME_HOOK int rtKernelLaunchWithHandleV2(void *handle, uint64_t key, uint32_t blocks, void *args,
					    void *sm, void *stream, const void *cfg)
{
	bool outer = begin(&(struct who){ .handle = handle, .key = key }, stream);

	return end(outer,
		   REAL(rtKernelLaunchWithHandleV2)(handle, key, blocks, args, sm, stream, cfg),
		   stream);
}

/* --- waiting --- */

/* The program hears of errors where it waits, as without us. */
static int waited(bool outer, const void *stream, bool any, int error)
{
	if (!outer)
		return error;
	runtime_leave();
	return runtime_settle(stream, any, error);
}

RUNTIME_HOOK int rtStreamSynchronize(void *stream)
{
	bool outer = runtime_enter();
	int error = REAL(rtStreamSynchronize)(stream);

	return waited(outer, stream, false, error);
}

RUNTIME_HOOK int rtDeviceSynchronize(void)
{
	bool outer = runtime_enter();
	int error = REAL(rtDeviceSynchronize)();

	return waited(outer, NULL, true, error);
}

RUNTIME_HOOK int rtStreamSynchronizeWithTimeout(void *stream, int32_t ms)
{
	bool outer = runtime_enter();
	int error = REAL(rtStreamSynchronizeWithTimeout)(stream, outer ? -1 : ms);

	return waited(outer, stream, false, error);
}

/*
 * libruntime.so of the simulated NPU: devices, contexts, streams, memory. Names and parameters are
 * the public runtime's. Called by apps and libacl_rt_impl.so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/sim/rt_process_priv.h"

/* --- devices and contexts */

rtError_t rtGetDeviceCount(int32_t *count)
{
	struct rt_process *p;
	rtError_t error = rt_connect();

	if (count == NULL)
		return RT_PARAM_INVALID;
	p = rt_lock();
	*count = error == 0 ? (int32_t)p->opened.devices : 0;
	rt_unlock(p);
	return error;
}

rtError_t rtSetDevice(int32_t device)
{
	int32_t count;
	rtError_t error = rtGetDeviceCount(&count);

	if (error != 0)
		return error;
	if (device < 0 || device >= count)
		return RT_INVALID_DEVICE;
	rt_thread()->device = device;
	rt_thread()->context = NULL;
	return 0;
}

rtError_t rtSetDeviceEx(int32_t device)
{
	return rtSetDevice(device);
}

rtError_t rtGetDevice(int32_t *device)
{
	if (device == NULL)
		return RT_PARAM_INVALID;
	if (rt_thread()->device < 0)
		return RT_CONTEXT_NULL;
	*device = rt_thread()->device;
	return 0;
}

static void drop_functions(struct rt_binary *b)
{
	while (b->functions != NULL) {
		struct rt_function *f = b->functions;

		b->functions = f->next;
		free(f);
	}
}

/** Everything of the process on the device goes; handles to it are not valid any more. */
rtError_t rtDeviceReset(int32_t device)
{
	struct rt_call call = { .kind = SIM_APP_RESET };
	int32_t count;
	rtError_t error = rtGetDeviceCount(&count);
	struct rt_process *p;

	if (error != 0)
		return error;
	if (device < 0 || device >= count)
		return RT_INVALID_DEVICE;
	error = rt_call(&call);
	p = rt_lock();
	while (p->stubs != NULL) {
		struct rt_stub *stub = p->stubs;

		p->stubs = stub->next;
		free(stub);
	}
	while (p->binaries != NULL) {
		struct rt_binary *b = p->binaries;

		p->binaries = b->next;
		drop_functions(b);
		free(b);
	}
	rt_unlock(p);
	rt_thread()->device = -1;
	rt_thread()->context = NULL;
	return error;
}

static rtError_t synchronise(uint32_t device, uint32_t stream, int32_t ms)
{
	struct rt_call call = { .kind = SIM_APP_SYNC,
				.v = { device, stream, (uint64_t)(int64_t)ms } };

	return rt_call_alone(&call);
}

rtError_t rtDeviceSynchronizeWithTimeout(int32_t ms)
{
	uint32_t device;
	rtError_t error = rt_current(&device);

	return error != 0 ? error : synchronise(device, UINT32_MAX, ms);
}

rtError_t rtDeviceSynchronize(void)
{
	return rtDeviceSynchronizeWithTimeout(-1);
}

rtError_t rtGetSocVersion(char *version, uint32_t room)
{
	rtError_t error = rt_connect();
	struct rt_process *p;

	if (version == NULL || room == 0)
		return RT_PARAM_INVALID;
	p = rt_lock();
	snprintf(version, room, "%s", p->opened.soc);
	rt_unlock(p);
	return error;
}

const char *rtSimSocName(void)
{
	rtError_t error = rt_connect();
	struct rt_process *p = rt_lock();
	const char *name = p->opened.soc;

	rt_unlock(p);
	return error == 0 ? name : NULL;
}

rtError_t rtGetVisibleDeviceIdByLogicDeviceId(int32_t logic, int32_t *visible)
{
	if (visible == NULL)
		return RT_PARAM_INVALID;
	*visible = logic;
	return 0;
}

int32_t drvDeviceGetBareTgid(void)
{
	return getpid();
}

rtError_t rtCtxCreateEx(rtContext_t *context, uint32_t flags, int32_t device)
{
	struct rt_context *c;
	rtError_t error = rtSetDevice(device);

	(void)flags;
	if (error != 0 || context == NULL)
		return error != 0 ? error : RT_PARAM_INVALID;
	c = malloc(sizeof(*c));
	if (c == NULL)
		return RT_MEMORY_ALLOCATION;
	c->device = device;
	rt_thread()->context = c;
	*context = c;
	return 0;
}

rtError_t rtCtxDestroyEx(rtContext_t context)
{
	if (context == NULL)
		return RT_CONTEXT_NULL;
	if (rt_thread()->context == context)
		rt_thread()->context = NULL;
	free(context);
	return 0;
}

rtError_t rtCtxSetCurrent(rtContext_t context)
{
	struct rt_context *c = context;

	if (c == NULL)
		return RT_CONTEXT_NULL;
	rt_thread()->device = c->device;
	rt_thread()->context = c;
	return 0;
}

rtError_t rtCtxGetCurrent(rtContext_t *context)
{
	if (context == NULL)
		return RT_PARAM_INVALID;
	*context = rt_thread()->context;
	return *context != NULL ? 0 : RT_CONTEXT_NULL;
}

/* --- streams */

rtError_t rtStreamCreate(rtStream_t *stream, int32_t priority)
{
	struct rt_call call = { .kind = SIM_APP_STREAM };
	struct rt_stream *s;
	uint32_t device;
	rtError_t error = rt_current(&device);

	(void)priority;
	if (error != 0 || stream == NULL)
		return error != 0 ? error : RT_PARAM_INVALID;
	call.v[0] = device;
	error = rt_call(&call);
	s = error == 0 ? malloc(sizeof(*s)) : NULL;
	if (s == NULL)
		return error != 0 ? error : RT_MEMORY_ALLOCATION;
	s->device = device;
	s->id = (uint32_t)call.answer.v[0];
	*stream = s;
	return 0;
}

rtError_t rtStreamDestroy(rtStream_t stream)
{
	struct rt_call call = { .kind = SIM_APP_STREAM_END };
	struct rt_stream s;
	rtError_t error;

	if (stream == NULL)
		return RT_STREAM_CONTEXT;
	error = rt_stream(stream, &s);
	if (error != 0)
		return error;
	call.v[0] = s.device;
	call.v[1] = s.id;
	error = rt_call(&call);
	if (error == 0)
		free(stream);
	return error;
}

rtError_t rtStreamSynchronizeWithTimeout(rtStream_t stream, int32_t ms)
{
	struct rt_stream s;
	rtError_t error = rt_stream(stream, &s);

	return error != 0 ? error : synchronise(s.device, s.id, ms);
}

rtError_t rtStreamSynchronize(rtStream_t stream)
{
	return rtStreamSynchronizeWithTimeout(stream, -1);
}

rtError_t rtGetStreamId(rtStream_t stream, int32_t *id)
{
	struct rt_call call = { .kind = SIM_APP_STREAM_ID };
	struct rt_stream s;
	rtError_t error = rt_stream(stream, &s);

	if (error != 0 || id == NULL)
		return error != 0 ? error : RT_PARAM_INVALID;
	call.v[0] = s.device;
	call.v[1] = s.id;
	error = rt_call(&call);
	*id = (int32_t)call.answer.v[0];
	return error;
}

rtError_t rtGetTaskIdAndStreamID(uint32_t *task, uint32_t *stream)
{
	if (task == NULL || stream == NULL)
		return RT_PARAM_INVALID;
	*task = rt_thread()->task;
	*stream = rt_thread()->stream;
	return 0;
}

/* --- memory */

rtError_t rtMalloc(void **at, uint64_t size, uint32_t type, uint16_t module)
{
	struct rt_call call = { .kind = SIM_APP_MALLOC, .v = { size } };
	uint32_t device;
	rtError_t error = rt_current(&device);

	(void)type;
	(void)module;
	if (at == NULL || size == 0)
		return RT_PARAM_INVALID;
	error = error != 0 ? error : rt_call(&call);
	*at = error == 0 ? (void *)(uintptr_t)call.answer.v[0] : NULL;
	return error;
}

rtError_t rtFree(void *at)
{
	struct rt_call call = { .kind = SIM_APP_FREE, .v = { (uintptr_t)at } };

	return rt_call(&call);
}

rtError_t rtMallocHost(void **at, uint64_t size, uint16_t module)
{
	(void)module;
	if (at == NULL || size == 0)
		return RT_PARAM_INVALID;
	*at = aligned_alloc(64, (size + 63) / 64 * 64);
	return *at != NULL ? 0 : RT_MEMORY_ALLOCATION;
}

rtError_t rtFreeHost(void *at)
{
	free(at);
	return 0;
}

rtError_t rtMemGetAddressRange(void *at, void **base, size_t *size)
{
	struct rt_call call = { .kind = SIM_APP_RANGE, .v = { (uintptr_t)at } };
	rtError_t error = rt_call(&call);

	if (base == NULL || size == NULL)
		return RT_PARAM_INVALID;
	*base = (void *)(uintptr_t)call.answer.v[0];
	*size = call.answer.v[1];
	return error;
}

rtError_t rtMemcpy(void *to, uint64_t room, const void *from, uint64_t n, rtMemcpyKind_t kind)
{
	bool to_device = kind == RT_MEMCPY_HOST_TO_DEVICE || kind == RT_MEMCPY_DEVICE_TO_DEVICE;
	bool from_device = kind == RT_MEMCPY_DEVICE_TO_HOST || kind == RT_MEMCPY_DEVICE_TO_DEVICE;

	if (to == NULL || from == NULL || n > room || kind > RT_MEMCPY_DEVICE_TO_DEVICE)
		return RT_PARAM_INVALID;
	if (to_device)
		to = rt_memory((uintptr_t)to, n);
	if (from_device)
		from = rt_memory((uintptr_t)from, n);
	if (to == NULL || from == NULL)
		return RT_PARAM_INVALID;
	memmove(to, from, n);
	return 0;
}

/** In the order of the stream, and done when it comes back. */
rtError_t rtMemcpyAsync(void *to, uint64_t room, const void *from, uint64_t n, rtMemcpyKind_t kind,
			rtStream_t stream)
{
	rtError_t error = rtStreamSynchronize(stream);

	return error != 0 ? error : rtMemcpy(to, room, from, n, kind);
}

rtError_t rtMemset(void *at, uint64_t room, uint32_t value, uint64_t n)
{
	void *memory = n <= room ? rt_memory((uintptr_t)at, n) : NULL;

	if (memory == NULL)
		return RT_PARAM_INVALID;
	memset(memory, (int)(value & 0xff), n);
	return 0;
}

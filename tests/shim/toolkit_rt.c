/* libruntime.so of the made-up toolkit: says what it is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/shim/toolkit.h"

enum { FIRST_HANDLE = 0x9000 };

static int32_t current = -1;
static uintptr_t handles = FIRST_HANDLE;

static int new_handle(void **out)
{
	*out = (void *)++handles;
	return 0;
}

int rtSetDevice(int32_t device)
{
	current = device;
	return device < 0;
}

int rtSetDeviceEx(int32_t device)
{
	return rtSetDevice(device);
}

int rtCtxCreateEx(void **context, uint32_t flags, int32_t device)
{
	(void)flags;
	*context = &current;
	return rtSetDevice(device);
}

int rtDeviceReset(int32_t device)
{
	return device < 0;
}

int rtDeviceResetForce(int32_t device)
{
	return device < 0;
}

int rtGetDevice(int32_t *device)
{
	*device = current;
	return current < 0;
}

int rtGetSocVersion(char *out, uint32_t room)
{
	const char *soc = getenv("FAKE_SOC");

	snprintf(out, room, "%s", soc ? soc : "Ascend910B1");
	return 0;
}

int rtGetStreamId(void *stream, int32_t *id)
{
	*id = stream ? 7 : 1;
	return 0;
}

int rtDevBinaryRegister(const struct toolkit_binary *bin, void **handle)
{
	return bin->n < 50 ? 1 : new_handle(handle);
}

int rtRegisterAllKernel(const struct toolkit_binary *bin, void **handle)
{
	return rtDevBinaryRegister(bin, handle);
}

int rtFunctionRegister(void *bin, const void *stub, const char *name, const void *device_name,
		       uint32_t mode)
{
	(void)stub;
	(void)device_name;
	return !bin || !name || mode;
}

int rtRegisterFuncSymbol(void *bin, const void *symbol, const char *name, void *reserve)
{
	(void)reserve;
	return !bin || !symbol || !name;
}

int rtKernelGetAddrAndPrefCnt(void *handle, uint64_t key, const void *stub, uint32_t flag,
			      void **at, uint32_t *count)
{
	(void)key;
	*at = (void *)(uintptr_t)TOOLKIT_CODE;
	*count = 0;
	return flag ? !handle : !stub;
}

static int launched(const char *how, void *stream)
{
	printf("%s %s\n", how, stream ? "stream" : "default");
	return 0;
}

int rtKernelLaunch(const void *stub, uint32_t blocks, void *args, uint32_t n, void *sm,
		   void *stream)
{
	(void)stub;
	(void)args;
	(void)sm;
	return blocks == 8 && n == 16 ? launched("launch", stream) : 1;
}

int rtKernelLaunchWithFlagV2(const void *stub, uint32_t blocks, void *args, void *sm, void *stream,
			     uint32_t flags, const void *cfg)
{
	(void)stub;
	(void)args;
	(void)sm;
	(void)cfg;
	return blocks == 8 && flags == 3 ? launched("flag", stream) : 1;
}

int rtKernelLaunchWithHandle(void *handle, uint64_t key, uint32_t blocks, void *args, void *sm,
			     void *stream, const void *info)
{
	(void)handle;
	(void)args;
	(void)sm;
	(void)info;
	return blocks == 8 && key ? launched("handle", stream) : 1;
}

int rtKernelLaunchWithHandleV2(void *handle, uint64_t key, uint32_t blocks, void *args, void *sm,
			       void *stream, const void *cfg)
{
	return rtKernelLaunchWithHandle(handle, key, blocks, args, sm, stream, cfg);
}

int rtStreamSynchronize(void *stream)
{
	printf("wait %s\n", stream ? "stream" : "default");
	return 0;
}

int rtStreamSynchronizeWithTimeout(void *stream, int32_t ms)
{
	printf("wait %s %d\n", stream ? "stream" : "default", ms);
	return 0;
}

int rtDeviceSynchronize(void)
{
	printf("wait device\n");
	return 0;
}

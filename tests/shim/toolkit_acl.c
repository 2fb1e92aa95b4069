/* libacl_rt_impl.so of the made-up toolkit: most of it goes on to libruntime.so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/shim/toolkit.h"

static const void *loaded; /* handle of the binary that was loaded last */

int aclrtSetDeviceImpl(int32_t device)
{
	return rtSetDevice(device);
}

int aclrtResetDeviceImpl(int32_t device)
{
	return rtDeviceReset(device);
}

int aclrtResetDeviceForceImpl(int32_t device)
{
	return rtDeviceResetForce(device);
}

int aclrtGetDeviceImpl(int32_t *device)
{
	return rtGetDevice(device);
}

int aclrtCreateContextImpl(void **context, int32_t device)
{
	return rtCtxCreateEx(context, 0, device);
}

const char *aclrtGetSocNameImpl(void)
{
	static char name[64];

	rtGetSocVersion(name, sizeof(name));
	return name;
}

int aclrtBinaryLoadFromDataImpl(const void *data, size_t n, const void *options, void **bin)
{
	struct toolkit_binary b = { .data = data, .n = n };
	int error = rtDevBinaryRegister(&b, bin);

	(void)options;
	loaded = error ? loaded : *bin;
	return error;
}

int aclrtBinaryLoadFromFileImpl(const char *path, void *options, void **bin)
{
	static const char bytes[64];

	return path ? aclrtBinaryLoadFromDataImpl(bytes, sizeof(bytes), options, bin) : 1;
}

void *aclrtCreateBinaryImpl(const void *data, size_t n)
{
	struct toolkit_binary *b = malloc(sizeof(*b));

	if (b)
		*b = (struct toolkit_binary){ .data = data, .n = n };
	return b;
}

int aclrtBinaryLoadImpl(void *binary, void **bin)
{
	const struct toolkit_binary *b = binary;

	return aclrtBinaryLoadFromDataImpl(b->data, b->n, NULL, bin);
}

int aclrtBinaryGetFunctionImpl(void *bin, const char *name, void **func)
{
	*func = (void *)(uintptr_t)TOOLKIT_HANDLE;
	return !bin || !name;
}

int aclrtBinaryGetFunctionByEntryImpl(void *bin, uint64_t entry, void **func)
{
	*func = (void *)(uintptr_t)TOOLKIT_HANDLE;
	return !bin || !entry;
}

int aclrtGetFuncBySymbolImpl(void *symbol, void **func)
{
	*func = (void *)(uintptr_t)TOOLKIT_HANDLE;
	return (uintptr_t)symbol == TOOLKIT_HANDLE;
}

int aclrtGetFunctionAddrImpl(void *func, void **aic, void **aiv)
{
	*aic = NULL;
	*aiv = (void *)(uintptr_t)TOOLKIT_CODE;
	return (uintptr_t)func != TOOLKIT_HANDLE;
}

int aclrtGetFunctionNameImpl(void *func, uint32_t room, char *name)
{
	snprintf(name, room, "scale");
	return (uintptr_t)func != TOOLKIT_HANDLE;
}

int aclrtFunctionGetBinaryImpl(void *func, void **bin)
{
	*bin = (void *)(uintptr_t)loaded;
	return (uintptr_t)func != TOOLKIT_HANDLE;
}

int aclrtStreamGetIdImpl(void *stream, int32_t *id)
{
	return rtGetStreamId(stream, id);
}

/* --- launches: the runtime's way down is one of its own functions --- */

static int launch(uint32_t blocks, void *stream)
{
	return rtKernelLaunchWithHandleV2(NULL, 1, blocks, NULL, NULL, stream, NULL);
}

int aclrtLaunchKernelImpl(void *func, uint32_t blocks, const void *args, size_t n, void *stream)
{
	(void)func;
	(void)args;
	return n == 16 ? launch(blocks, stream) : 1;
}

int aclrtLaunchKernelV2Impl(void *func, uint32_t blocks, const void *args, size_t n, void *cfg,
			    void *stream)
{
	(void)cfg;
	return aclrtLaunchKernelImpl(func, blocks, args, n, stream);
}

int aclrtLaunchKernelWithConfigImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				    void *args, void *reserve)
{
	(void)func;
	(void)cfg;
	(void)args;
	(void)reserve;
	return launch(blocks, stream);
}

int aclrtLaunchKernelWithHostArgsImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				      void *args, size_t n, void *places, size_t place_count)
{
	(void)func;
	(void)cfg;
	(void)args;
	(void)places;
	return n == 16 && place_count == 2 ? launch(blocks, stream) : 1;
}

int aclrtLaunchKernelWithArgsArrayImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				       void **args)
{
	(void)func;
	(void)cfg;
	return args && args[0] ? launch(blocks, stream) : 1;
}

int aclrtLaunchSIMTKernelWithArgsArrayImpl(void *func, struct toolkit_dim3 grid,
					   struct toolkit_dim3 block, size_t ubuf, void *stream,
					   void *cfg, void **args)
{
	printf("simt %u %u %u, %u %u %u, %zu\n", grid.x, grid.y, grid.z, block.x, block.y, block.z,
	       ubuf);
	return aclrtLaunchKernelWithArgsArrayImpl(func, 8, stream, cfg, args);
}

int aclrtLaunchSIMTKernelWithHostArgsImpl(void *func, struct toolkit_dim3 grid,
					  struct toolkit_dim3 block, size_t ubuf, void *stream,
					  void *cfg, void *args, size_t n, void *places,
					  size_t place_count)
{
	printf("simt %u %u %u, %u %u %u, %zu\n", grid.x, grid.y, grid.z, block.x, block.y, block.z,
	       ubuf);
	return aclrtLaunchKernelWithHostArgsImpl(func, 8, stream, cfg, args, n, places,
						 place_count);
}

int aclrtSynchronizeStreamImpl(void *stream)
{
	return rtStreamSynchronize(stream);
}

int aclrtSynchronizeDeviceImpl(void)
{
	return rtDeviceSynchronize();
}

int aclrtSynchronizeStreamWithTimeoutImpl(void *stream, int32_t ms)
{
	return rtStreamSynchronizeWithTimeout(stream, ms);
}

int aclrtSynchronizeDeviceWithTimeoutImpl(int32_t ms)
{
	printf("wait device %d\n", ms);
	return 0;
}

/* --- memory --- */

int aclrtMallocImpl(void **at, size_t n, int policy)
{
	(void)policy;
	*at = (void *)(uintptr_t)(TOOLKIT_CODE + 0x10000 * (n / 4096));
	return !n;
}

int aclrtMallocAlign32Impl(void **at, size_t n, int policy)
{
	return aclrtMallocImpl(at, n, policy);
}

int aclrtMallocCachedImpl(void **at, size_t n, int policy)
{
	return aclrtMallocImpl(at, n, policy);
}

int aclrtMallocWithCfgImpl(void **at, size_t n, int policy, void *cfg)
{
	(void)cfg;
	return aclrtMallocImpl(at, n, policy);
}

int aclrtFreeImpl(void *at)
{
	printf("free %#lx\n", (unsigned long)(uintptr_t)at);
	return !at;
}

int aclrtFreeWithDevSyncImpl(void *at)
{
	return aclrtFreeImpl(at);
}

int aclrtMemGetAddressRangeImpl(void *at, void **base, size_t *n)
{
	*base = (void *)((uintptr_t)at & ~(uintptr_t)0xfff);
	*n = 0x1000;
	return 0;
}

int aclrtIpcMemGetExportKeyImpl(void *at, size_t n, char *key, size_t room, uint64_t flags)
{
	return snprintf(key, room, "key%lx", (unsigned long)(uintptr_t)at) <= 0 || n != 0x1000 ||
	       flags != 1 || room != 65;
}

int aclrtIpcMemCloseImpl(const char *key)
{
	printf("close %s\n", key);
	return 0;
}

/*
 * libacl_rt_impl.so of the simulated NPU: the ACL calls below their public names, made of the
 * runtime's. Called by libascendcl.so, and by tools that load this library themselves.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/sim/acl.h"
#include "target/sim/rt.h"

/* A function NAMEImpl with its declaration: nobody but libascendcl.so names it. */
#define IMPL(type, name, ...)                                                                      \
	type name##Impl(__VA_ARGS__);                                                              \
	type name##Impl(__VA_ARGS__)

enum { ARGS_MAX = 4096 };

struct binary {
	const void *data;
	size_t n;
};

/** Arguments that are put together one by one, each at a multiple of 8. */
struct args {
	size_t n;
	uint8_t bytes[ARGS_MAX];
};

/* --- set-up */

/** A text of the config's "dump" becomes the variable that says the same; a set one wins. */
static void take_setting(const struct json_object *dump, const char *key, const char *variable)
{
	struct json_object *value;

	if (json_object_object_get_ex(dump, key, &value) &&
	    json_object_is_type(value, json_type_string))
		setenv(variable, json_object_get_string(value), 0);
}

/** acl.json: scene and folder of the core files of exceptions (coredump facts 8). */
static aclError read_config(const char *path)
{
	struct json_object *root, *dump;

	if (access(path, R_OK) != 0)
		return ACL_ERROR_INVALID_FILE;
	root = json_object_from_file(path);
	if (root == NULL)
		return ACL_ERROR_PARSE_FILE;
	if (json_object_object_get_ex(root, "dump", &dump) &&
	    json_object_is_type(dump, json_type_object)) {
		take_setting(dump, "dump_scene", "ASCEND_DUMP_SCENE");
		take_setting(dump, "dump_path", "ASCEND_DUMP_PATH");
	}
	json_object_put(root);
	return ACL_SUCCESS;
}

IMPL(aclError, aclInit, const char *config)
{
	aclError error = config != NULL && config[0] != '\0' ? read_config(config) : ACL_SUCCESS;
	int32_t count;

	return error != ACL_SUCCESS ? error : rtGetDeviceCount(&count);
}

IMPL(aclError, aclFinalize, void)
{
	return ACL_SUCCESS;
}

IMPL(const char *, aclGetRecentErrMsg, void)
{
	return "";
}

IMPL(const char *, aclrtGetSocName, void)
{
	return rtSimSocName();
}

/* --- devices and contexts */

IMPL(aclError, aclrtGetDeviceCount, uint32_t *count)
{
	return rtGetDeviceCount((int32_t *)count);
}

IMPL(aclError, aclrtSetDevice, int32_t device)
{
	return rtSetDevice(device);
}

IMPL(aclError, aclrtGetDevice, int32_t *device)
{
	return rtGetDevice(device);
}

IMPL(aclError, aclrtResetDevice, int32_t device)
{
	return rtDeviceReset(device);
}

IMPL(aclError, aclrtSynchronizeDeviceWithTimeout, int32_t ms)
{
	return rtDeviceSynchronizeWithTimeout(ms);
}

IMPL(aclError, aclrtSynchronizeDevice, void)
{
	return rtDeviceSynchronize();
}

IMPL(aclError, aclrtGetLogicDevIdByUserDevId, const int32_t user, int32_t *const logic)
{
	return rtGetVisibleDeviceIdByLogicDeviceId(user, logic);
}

IMPL(aclError, aclrtCreateContext, aclrtContext *context, int32_t device)
{
	return rtCtxCreateEx(context, 0, device);
}

IMPL(aclError, aclrtDestroyContext, aclrtContext context)
{
	return rtCtxDestroyEx(context);
}

IMPL(aclError, aclrtSetCurrentContext, aclrtContext context)
{
	return rtCtxSetCurrent(context);
}

IMPL(aclError, aclrtGetCurrentContext, aclrtContext *context)
{
	return rtCtxGetCurrent(context);
}

/* --- streams */

IMPL(aclError, aclrtCreateStreamWithConfig, aclrtStream *stream, uint32_t priority, uint32_t flag)
{
	(void)flag;
	return rtStreamCreate(stream, (int32_t)priority);
}

IMPL(aclError, aclrtCreateStream, aclrtStream *stream)
{
	return rtStreamCreate(stream, 0);
}

IMPL(aclError, aclrtDestroyStream, aclrtStream stream)
{
	return rtStreamDestroy(stream);
}

IMPL(aclError, aclrtSynchronizeStreamWithTimeout, aclrtStream stream, int32_t ms)
{
	return rtStreamSynchronizeWithTimeout(stream, ms);
}

IMPL(aclError, aclrtSynchronizeStream, aclrtStream stream)
{
	return rtStreamSynchronize(stream);
}

IMPL(aclError, aclrtStreamGetId, aclrtStream stream, int32_t *id)
{
	return rtGetStreamId(stream, id);
}

/* --- memory */

IMPL(aclError, aclrtMalloc, void **at, size_t size, aclrtMemMallocPolicy policy)
{
	return rtMalloc(at, size, (uint32_t)policy, 0);
}

IMPL(aclError, aclrtMallocAlign32, void **at, size_t size, aclrtMemMallocPolicy policy)
{
	return aclrtMallocImpl(at, size, policy);
}

IMPL(aclError, aclrtMallocCached, void **at, size_t size, aclrtMemMallocPolicy policy)
{
	return aclrtMallocImpl(at, size, policy);
}

IMPL(aclError, aclrtMallocWithCfg, void **at, size_t size, aclrtMemMallocPolicy policy, void *cfg)
{
	(void)cfg;
	return aclrtMallocImpl(at, size, policy);
}

IMPL(aclError, aclrtFree, void *at)
{
	return rtFree(at);
}

IMPL(aclError, aclrtFreeWithDevSync, void *at)
{
	aclError error = rtDeviceSynchronize();

	return error != 0 ? error : rtFree(at);
}

IMPL(aclError, aclrtMallocHost, void **at, size_t size)
{
	return rtMallocHost(at, size, 0);
}

IMPL(aclError, aclrtFreeHost, void *at)
{
	return rtFreeHost(at);
}

IMPL(aclError, aclrtMemcpy, void *to, size_t room, const void *from, size_t n, aclrtMemcpyKind kind)
{
	return rtMemcpy(to, room, from, n, (rtMemcpyKind_t)kind);
}

IMPL(aclError, aclrtMemcpyAsync, void *to, size_t room, const void *from, size_t n,
     aclrtMemcpyKind kind, aclrtStream stream)
{
	return rtMemcpyAsync(to, room, from, n, (rtMemcpyKind_t)kind, stream);
}

IMPL(aclError, aclrtMemset, void *at, size_t room, int32_t value, size_t n)
{
	return rtMemset(at, room, (uint32_t)value, n);
}

IMPL(aclError, aclrtMemGetAddressRange, void *at, void **base, size_t *size)
{
	return rtMemGetAddressRange(at, base, size);
}

/* --- kernels */

IMPL(aclrtBinary, aclrtCreateBinary, const void *data, size_t n)
{
	struct binary *b = data != NULL ? malloc(sizeof(*b)) : NULL;

	if (b != NULL)
		*b = (struct binary){ data, n };
	return b;
}

IMPL(aclError, aclrtDestroyBinary, aclrtBinary binary)
{
	free(binary);
	return ACL_SUCCESS;
}

IMPL(aclError, aclrtBinaryLoad, const aclrtBinary binary, aclrtBinHandle *bin)
{
	const struct binary *b = binary;

	return b != NULL ? rtsBinaryLoadFromData(b->data, b->n, NULL, bin)
			 : ACL_ERROR_INVALID_PARAM;
}

IMPL(aclError, aclrtBinaryLoadFromFile, const char *path, aclrtBinaryLoadOptions *options,
     aclrtBinHandle *bin)
{
	return rtsBinaryLoadFromFile(path, options, bin);
}

IMPL(aclError, aclrtBinaryLoadFromData, const void *data, size_t n,
     const aclrtBinaryLoadOptions *options, aclrtBinHandle *bin)
{
	return rtsBinaryLoadFromData(data, n, options, bin);
}

IMPL(aclError, aclrtBinaryUnLoad, aclrtBinHandle bin)
{
	return rtsBinaryUnload(bin);
}

IMPL(aclError, aclrtBinaryGetFunction, const aclrtBinHandle bin, const char *name,
     aclrtFuncHandle *func)
{
	return rtsFuncGetByName(bin, name, func);
}

IMPL(aclError, aclrtBinaryGetFunctionByEntry, aclrtBinHandle bin, uint64_t entry,
     aclrtFuncHandle *func)
{
	return rtsFuncGetByEntry(bin, entry, func);
}

IMPL(aclError, aclrtGetFuncBySymbol, const void *symbol, aclrtFuncHandle *func)
{
	return rtGetFuncBySymbol(symbol, func);
}

IMPL(aclError, aclrtGetFunctionAddr, aclrtFuncHandle func, void **aic, void **aiv)
{
	return rtsFuncGetAddr(func, aic, aiv);
}

IMPL(aclError, aclrtGetFunctionName, aclrtFuncHandle func, uint32_t room, char *name)
{
	return rtsFuncGetName(func, room, name);
}

IMPL(aclError, aclrtFunctionGetBinary, const aclrtFuncHandle func, aclrtBinHandle *bin)
{
	return rtsFuncGetBinary(func, bin);
}

/* --- launches */

IMPL(aclError, aclrtKernelArgsInit, aclrtFuncHandle func, aclrtArgsHandle *args)
{
	if (func == NULL || args == NULL)
		return ACL_ERROR_INVALID_PARAM;
	*args = calloc(1, sizeof(struct args));
	return *args != NULL ? ACL_SUCCESS : ACL_ERROR_BAD_ALLOC;
}

IMPL(aclError, aclrtKernelArgsAppend, aclrtArgsHandle args, void *value, size_t n,
     aclrtParamHandle *param)
{
	struct args *a = args;
	size_t room = (n + 7) / 8 * 8;

	if (a == NULL || value == NULL || n > ARGS_MAX || room > ARGS_MAX - a->n)
		return ACL_ERROR_INVALID_PARAM;
	memcpy(a->bytes + a->n, value, n);
	if (param != NULL)
		*param = a->bytes + a->n;
	a->n += room;
	return ACL_SUCCESS;
}

IMPL(aclError, aclrtKernelArgsFinalize, aclrtArgsHandle args)
{
	return args != NULL ? ACL_SUCCESS : ACL_ERROR_INVALID_PARAM;
}

IMPL(aclError, aclrtLaunchKernelWithHostArgs, aclrtFuncHandle func, uint32_t blocks,
     aclrtStream stream, aclrtLaunchKernelCfg *cfg, void *args, size_t n,
     aclrtPlaceHolderInfo *places, size_t place_count)
{
	if (n > UINT32_MAX || place_count > UINT32_MAX)
		return ACL_ERROR_INVALID_PARAM;
	return rtsLaunchKernelWithHostArgs(func, blocks, stream, cfg, args, (uint32_t)n,
					   (rtHostInputInfo_t *)places, (uint32_t)place_count);
}

IMPL(aclError, aclrtLaunchKernel, aclrtFuncHandle func, uint32_t blocks, const void *args, size_t n,
     aclrtStream stream)
{
	if (n > UINT32_MAX)
		return ACL_ERROR_INVALID_PARAM;
	return rtsLaunchKernelWithHostArgs(func, blocks, stream, NULL, (void *)(uintptr_t)args,
					   (uint32_t)n, NULL, 0);
}

IMPL(aclError, aclrtLaunchKernelV2, aclrtFuncHandle func, uint32_t blocks, const void *args,
     size_t n, aclrtLaunchKernelCfg *cfg, aclrtStream stream)
{
	(void)cfg;
	return aclrtLaunchKernelImpl(func, blocks, args, n, stream);
}

/** The arguments are given away with the launch, as on the device. */
IMPL(aclError, aclrtLaunchKernelWithConfig, aclrtFuncHandle func, uint32_t blocks,
     aclrtStream stream, aclrtLaunchKernelCfg *cfg, aclrtArgsHandle args, void *reserve)
{
	struct args *a = args;
	aclError error;

	(void)cfg;
	(void)reserve;
	if (a == NULL)
		return ACL_ERROR_INVALID_PARAM;
	error = aclrtLaunchKernelImpl(func, blocks, a->bytes, a->n, stream);
	free(a);
	return error;
}

/** 0: more blocks than there can be. */
static uint32_t block_count(const dim3 *grid)
{
	uint64_t n = (uint64_t)grid->x * grid->y;

	return n <= UINT16_MAX && n * grid->z <= UINT16_MAX ? (uint32_t)(n * grid->z) : 0;
}

/** The function of a handle or of a symbol of the host. */
static rtFuncHandle function_of(void *func)
{
	rtFuncHandle by_symbol;

	return rtGetFuncBySymbol(func, &by_symbol) == 0 ? by_symbol : func;
}

/** The values of as many arguments as the kernel has, 0: it does not say, or it has too many. */
static size_t gather(rtFuncHandle func, void **args, uint64_t values[ARGS_MAX / 8])
{
	uint64_t n = args != NULL ? rtSimArguments(func) : 0;

	for (uint64_t i = 0; i < n && n <= ARGS_MAX / 8; i++)
		memcpy(&values[i], args[i], sizeof(values[i]));
	return n <= ARGS_MAX / 8 ? (size_t)n * sizeof(values[0]) : 0;
}

IMPL(aclError, aclrtLaunchSIMTKernelWithHostArgs, void *func, dim3 grid, dim3 block, size_t ubuf,
     aclrtStream stream, aclrtLaunchKernelCfg *cfg, void *args, size_t n,
     aclrtPlaceHolderInfo *places, size_t place_count)
{
	rtSimSimtLaunch_t launch = { .func = func,
				     .blocks = block_count(&grid),
				     .threads = { block.x, block.y, block.z },
				     .stream = stream,
				     .args = args,
				     .args_size = (uint32_t)n,
				     .places = (rtHostInputInfo_t *)places,
				     .place_count = (uint32_t)place_count };

	(void)ubuf;
	(void)cfg;
	if (launch.blocks == 0 || block.x == 0 || block.y == 0 || block.z == 0 || n > UINT32_MAX ||
	    place_count > UINT32_MAX)
		return ACL_ERROR_INVALID_PARAM;
	launch.func = function_of(func);
	return rtSimLaunchSimt(&launch);
}

IMPL(aclError, aclrtLaunchKernelWithArgsArray, void *func, uint32_t blocks, aclrtStream stream,
     aclrtLaunchKernelCfg *cfg, void **args)
{
	uint64_t values[ARGS_MAX / 8];
	rtFuncHandle f = function_of(func);
	size_t n = gather(f, args, values);

	if (n == 0)
		return ACL_ERROR_INVALID_PARAM;
	return aclrtLaunchKernelWithHostArgsImpl(f, blocks, stream, cfg, values, n, NULL, 0);
}

IMPL(aclError, aclrtLaunchSIMTKernelWithArgsArray, void *func, dim3 grid, dim3 block, size_t ubuf,
     aclrtStream stream, aclrtLaunchKernelCfg *cfg, void **args)
{
	uint64_t values[ARGS_MAX / 8];
	rtFuncHandle f = function_of(func);
	size_t n = gather(f, args, values);

	if (n == 0)
		return ACL_ERROR_INVALID_PARAM;
	return aclrtLaunchSIMTKernelWithHostArgsImpl(f, grid, block, ubuf, stream, cfg, values, n,
						     NULL, 0);
}

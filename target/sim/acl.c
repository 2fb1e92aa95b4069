/*
 * libascendcl.so of the simulated NPU: the public names. Every call goes on to libacl_rt_impl.so,
 * which is where tools hook in.
 */
#include "target/sim/acl.h"

/* Declares NAMEImpl and makes NAME call it. */
#define FORWARD(type, name, params, args)                                                          \
	type name##Impl params;                                                                    \
	type name params                                                                           \
	{                                                                                          \
		return name##Impl args;                                                            \
	}

FORWARD(aclError, aclInit, (const char *config), (config))
FORWARD(aclError, aclFinalize, (void), ())
FORWARD(const char *, aclGetRecentErrMsg, (void), ())
FORWARD(const char *, aclrtGetSocName, (void), ())
FORWARD(aclError, aclrtGetDeviceCount, (uint32_t * count), (count))
FORWARD(aclError, aclrtSetDevice, (int32_t device), (device))
FORWARD(aclError, aclrtGetDevice, (int32_t * device), (device))
FORWARD(aclError, aclrtResetDevice, (int32_t device), (device))
FORWARD(aclError, aclrtSynchronizeDevice, (void), ())
FORWARD(aclError, aclrtSynchronizeDeviceWithTimeout, (int32_t ms), (ms))
FORWARD(aclError, aclrtGetLogicDevIdByUserDevId, (const int32_t user, int32_t *const logic),
	(user, logic))
FORWARD(aclError, aclrtCreateContext, (aclrtContext * context, int32_t device), (context, device))
FORWARD(aclError, aclrtDestroyContext, (aclrtContext context), (context))
FORWARD(aclError, aclrtSetCurrentContext, (aclrtContext context), (context))
FORWARD(aclError, aclrtGetCurrentContext, (aclrtContext * context), (context))
FORWARD(aclError, aclrtCreateStream, (aclrtStream * stream), (stream))
FORWARD(aclError, aclrtCreateStreamWithConfig,
	(aclrtStream * stream, uint32_t priority, uint32_t flag), (stream, priority, flag))
FORWARD(aclError, aclrtDestroyStream, (aclrtStream stream), (stream))
FORWARD(aclError, aclrtSynchronizeStream, (aclrtStream stream), (stream))
FORWARD(aclError, aclrtSynchronizeStreamWithTimeout, (aclrtStream stream, int32_t ms), (stream, ms))
FORWARD(aclError, aclrtStreamGetId, (aclrtStream stream, int32_t *id), (stream, id))
FORWARD(aclError, aclrtMalloc, (void **at, size_t size, aclrtMemMallocPolicy policy),
	(at, size, policy))
FORWARD(aclError, aclrtMallocAlign32, (void **at, size_t size, aclrtMemMallocPolicy policy),
	(at, size, policy))
FORWARD(aclError, aclrtMallocCached, (void **at, size_t size, aclrtMemMallocPolicy policy),
	(at, size, policy))
FORWARD(aclError, aclrtMallocWithCfg,
	(void **at, size_t size, aclrtMemMallocPolicy policy, void *cfg), (at, size, policy, cfg))
FORWARD(aclError, aclrtFree, (void *at), (at))
FORWARD(aclError, aclrtFreeWithDevSync, (void *at), (at))
FORWARD(aclError, aclrtMallocHost, (void **at, size_t size), (at, size))
FORWARD(aclError, aclrtFreeHost, (void *at), (at))
FORWARD(aclError, aclrtMemcpy,
	(void *to, size_t room, const void *from, size_t n, aclrtMemcpyKind kind),
	(to, room, from, n, kind))
FORWARD(aclError, aclrtMemcpyAsync,
	(void *to, size_t room, const void *from, size_t n, aclrtMemcpyKind kind,
	 aclrtStream stream),
	(to, room, from, n, kind, stream))
FORWARD(aclError, aclrtMemset, (void *at, size_t room, int32_t value, size_t n),
	(at, room, value, n))
FORWARD(aclError, aclrtMemGetAddressRange, (void *at, void **base, size_t *size), (at, base, size))
FORWARD(aclrtBinary, aclrtCreateBinary, (const void *data, size_t n), (data, n))
FORWARD(aclError, aclrtDestroyBinary, (aclrtBinary binary), (binary))
FORWARD(aclError, aclrtBinaryLoad, (const aclrtBinary binary, aclrtBinHandle *bin), (binary, bin))
FORWARD(aclError, aclrtBinaryLoadFromFile,
	(const char *path, aclrtBinaryLoadOptions *options, aclrtBinHandle *bin),
	(path, options, bin))
FORWARD(aclError, aclrtBinaryLoadFromData,
	(const void *data, size_t n, const aclrtBinaryLoadOptions *options, aclrtBinHandle *bin),
	(data, n, options, bin))
FORWARD(aclError, aclrtBinaryUnLoad, (aclrtBinHandle bin), (bin))
FORWARD(aclError, aclrtBinaryGetFunction,
	(const aclrtBinHandle bin, const char *name, aclrtFuncHandle *func), (bin, name, func))
FORWARD(aclError, aclrtBinaryGetFunctionByEntry,
	(aclrtBinHandle bin, uint64_t entry, aclrtFuncHandle *func), (bin, entry, func))
FORWARD(aclError, aclrtGetFuncBySymbol, (const void *symbol, aclrtFuncHandle *func), (symbol, func))
FORWARD(aclError, aclrtGetFunctionAddr, (aclrtFuncHandle func, void **aic, void **aiv),
	(func, aic, aiv))
FORWARD(aclError, aclrtGetFunctionName, (aclrtFuncHandle func, uint32_t room, char *name),
	(func, room, name))
FORWARD(aclError, aclrtFunctionGetBinary, (const aclrtFuncHandle func, aclrtBinHandle *bin),
	(func, bin))
FORWARD(aclError, aclrtKernelArgsInit, (aclrtFuncHandle func, aclrtArgsHandle *args), (func, args))
FORWARD(aclError, aclrtKernelArgsAppend,
	(aclrtArgsHandle args, void *value, size_t n, aclrtParamHandle *param),
	(args, value, n, param))
FORWARD(aclError, aclrtKernelArgsFinalize, (aclrtArgsHandle args), (args))
FORWARD(aclError, aclrtLaunchKernel,
	(aclrtFuncHandle func, uint32_t blocks, const void *args, size_t n, aclrtStream stream),
	(func, blocks, args, n, stream))
FORWARD(aclError, aclrtLaunchKernelV2,
	(aclrtFuncHandle func, uint32_t blocks, const void *args, size_t n,
	 aclrtLaunchKernelCfg *cfg, aclrtStream stream),
	(func, blocks, args, n, cfg, stream))
FORWARD(aclError, aclrtLaunchKernelWithConfig,
	(aclrtFuncHandle func, uint32_t blocks, aclrtStream stream, aclrtLaunchKernelCfg *cfg,
	 aclrtArgsHandle args, void *reserve),
	(func, blocks, stream, cfg, args, reserve))
FORWARD(aclError, aclrtLaunchKernelWithHostArgs,
	(aclrtFuncHandle func, uint32_t blocks, aclrtStream stream, aclrtLaunchKernelCfg *cfg,
	 void *args, size_t n, aclrtPlaceHolderInfo *places, size_t place_count),
	(func, blocks, stream, cfg, args, n, places, place_count))
FORWARD(aclError, aclrtLaunchKernelWithArgsArray,
	(void *func, uint32_t blocks, aclrtStream stream, aclrtLaunchKernelCfg *cfg, void **args),
	(func, blocks, stream, cfg, args))
FORWARD(aclError, aclrtLaunchSIMTKernelWithArgsArray,
	(void *func, dim3 grid, dim3 block, size_t ubuf, aclrtStream stream,
	 aclrtLaunchKernelCfg *cfg, void **args),
	(func, grid, block, ubuf, stream, cfg, args))
FORWARD(aclError, aclrtLaunchSIMTKernelWithHostArgs,
	(void *func, dim3 grid, dim3 block, size_t ubuf, aclrtStream stream,
	 aclrtLaunchKernelCfg *cfg, void *args, size_t n, aclrtPlaceHolderInfo *places,
	 size_t place_count),
	(func, grid, block, ubuf, stream, cfg, args, n, places, place_count))

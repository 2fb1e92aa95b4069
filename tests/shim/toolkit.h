#ifndef TESTS_SHIM_TOOLKIT_H
#define TESTS_SHIM_TOOLKIT_H

#include <stddef.h>
#include <stdint.h>

/**
 * Libraries with the names and functions of a toolkit's that the runtime stub stands in front of
 * (live facts 1.5), and nothing behind them: what they are asked is printed, addresses are made up.
 * libacl_rt_impl.so goes through libruntime.so as the real one does. $FAKE_SOC is the chip.
 */

#define TOOLKIT_CODE   UINT64_C(0x12c000002000) /* where every kernel is */
#define TOOLKIT_HANDLE UINT64_C(0x5000)		/* a function's handle; a symbol is the host's */

struct toolkit_dim3 {
	uint32_t x, y, z;
};

struct toolkit_binary {
	uint32_t magic, version;
	const void *data;
	uint64_t n;
};

/* libruntime.so */
int rtSetDevice(int32_t device);
int rtSetDeviceEx(int32_t device);
int rtCtxCreateEx(void **context, uint32_t flags, int32_t device);
int rtDeviceReset(int32_t device);
int rtDeviceResetForce(int32_t device);
int rtGetDevice(int32_t *device);
int rtGetSocVersion(char *out, uint32_t room);
int rtGetStreamId(void *stream, int32_t *id);
int rtDevBinaryRegister(const struct toolkit_binary *bin, void **handle);
int rtRegisterAllKernel(const struct toolkit_binary *bin, void **handle);
int rtFunctionRegister(void *bin, const void *stub, const char *name, const void *device_name,
		       uint32_t mode);
int rtRegisterFuncSymbol(void *bin, const void *symbol, const char *name, void *reserve);
int rtKernelGetAddrAndPrefCnt(void *handle, uint64_t key, const void *stub, uint32_t flag,
			      void **at, uint32_t *count);
int rtKernelLaunch(const void *stub, uint32_t blocks, void *args, uint32_t n, void *sm,
		   void *stream);
int rtKernelLaunchWithFlagV2(const void *stub, uint32_t blocks, void *args, void *sm, void *stream,
			     uint32_t flags, const void *cfg);
int rtKernelLaunchWithHandle(void *handle, uint64_t key, uint32_t blocks, void *args, void *sm,
			     void *stream, const void *info);
int rtKernelLaunchWithHandleV2(void *handle, uint64_t key, uint32_t blocks, void *args, void *sm,
			       void *stream, const void *cfg);
int rtStreamSynchronize(void *stream);
int rtStreamSynchronizeWithTimeout(void *stream, int32_t ms);
int rtDeviceSynchronize(void);

/* libacl_rt_impl.so */
int aclrtSetDeviceImpl(int32_t device);
int aclrtResetDeviceImpl(int32_t device);
int aclrtResetDeviceForceImpl(int32_t device);
int aclrtGetDeviceImpl(int32_t *device);
int aclrtCreateContextImpl(void **context, int32_t device);
const char *aclrtGetSocNameImpl(void);
int aclrtBinaryLoadFromFileImpl(const char *path, void *options, void **bin);
void *aclrtCreateBinaryImpl(const void *data, size_t n);
int aclrtBinaryLoadImpl(void *binary, void **bin);
int aclrtBinaryLoadFromDataImpl(const void *data, size_t n, const void *options, void **bin);
int aclrtBinaryGetFunctionImpl(void *bin, const char *name, void **func);
int aclrtBinaryGetFunctionByEntryImpl(void *bin, uint64_t entry, void **func);
int aclrtGetFuncBySymbolImpl(void *symbol, void **func);
int aclrtGetFunctionAddrImpl(void *func, void **aic, void **aiv);
int aclrtGetFunctionNameImpl(void *func, uint32_t room, char *name);
int aclrtFunctionGetBinaryImpl(void *func, void **bin);
int aclrtStreamGetIdImpl(void *stream, int32_t *id);
int aclrtLaunchKernelImpl(void *func, uint32_t blocks, const void *args, size_t n, void *stream);
int aclrtLaunchKernelV2Impl(void *func, uint32_t blocks, const void *args, size_t n, void *cfg,
			    void *stream);
int aclrtLaunchKernelWithConfigImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				    void *args, void *reserve);
int aclrtLaunchKernelWithHostArgsImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				      void *args, size_t n, void *places, size_t place_count);
int aclrtLaunchKernelWithArgsArrayImpl(void *func, uint32_t blocks, void *stream, void *cfg,
				       void **args);
int aclrtLaunchSIMTKernelWithArgsArrayImpl(void *func, struct toolkit_dim3 grid,
					   struct toolkit_dim3 block, size_t ubuf, void *stream,
					   void *cfg, void **args);
int aclrtLaunchSIMTKernelWithHostArgsImpl(void *func, struct toolkit_dim3 grid,
					  struct toolkit_dim3 block, size_t ubuf, void *stream,
					  void *cfg, void *args, size_t n, void *places,
					  size_t place_count);
int aclrtSynchronizeStreamImpl(void *stream);
int aclrtSynchronizeDeviceImpl(void);
int aclrtSynchronizeStreamWithTimeoutImpl(void *stream, int32_t ms);
int aclrtSynchronizeDeviceWithTimeoutImpl(int32_t ms);
int aclrtMallocImpl(void **at, size_t n, int policy);
int aclrtMallocAlign32Impl(void **at, size_t n, int policy);
int aclrtMallocCachedImpl(void **at, size_t n, int policy);
int aclrtMallocWithCfgImpl(void **at, size_t n, int policy, void *cfg);
int aclrtFreeImpl(void *at);
int aclrtFreeWithDevSyncImpl(void *at);
int aclrtMemGetAddressRangeImpl(void *at, void **base, size_t *n);
int aclrtIpcMemGetExportKeyImpl(void *at, size_t n, char *key, size_t room, uint64_t flags);
int aclrtIpcMemCloseImpl(const char *key);

/* libascend_hal.so */
int halMemAdvise(uint64_t at, size_t n, unsigned advice, uint32_t device);

#endif

#ifndef TARGET_SIM_ACL_H
#define TARGET_SIM_ACL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The ACL calls that libascendcl.so of the simulated NPU has: public names, parameters, numbers.
 * Built hosts find it as <acl/acl.h>. A call NAME goes to NAMEImpl of libacl_rt_impl.so, and that
 * to the rt functions of libruntime.so, as in the vendor's libraries.
 */
typedef int aclError;
typedef void *aclrtContext;
typedef void *aclrtStream;
typedef void *aclrtBinary;
typedef void *aclrtBinHandle;
typedef void *aclrtFuncHandle;
typedef void *aclrtArgsHandle;
typedef void *aclrtParamHandle;
typedef struct dim3 {
	uint32_t x, y, z;
} dim3;
typedef struct aclrtBinaryLoadOptions aclrtBinaryLoadOptions;
typedef struct aclrtLaunchKernelCfg aclrtLaunchKernelCfg;

/* where an address goes in the arguments, and where what it points to stands there */
typedef struct {
	uint32_t addrOffset, dataOffset;
} aclrtPlaceHolderInfo;

enum {
	ACL_SUCCESS = 0,
	ACL_ERROR_INVALID_PARAM = 100000,
	ACL_ERROR_UNINITIALIZE = 100001,
	ACL_ERROR_REPEAT_INITIALIZE = 100002,
	ACL_ERROR_INVALID_FILE = 100003,
	ACL_ERROR_PARSE_FILE = 100006,
	ACL_ERROR_BAD_ALLOC = 200000,
	ACL_ERROR_RT_AICORE_TIMEOUT = 507014,
	ACL_ERROR_RT_AICORE_EXCEPTION = 507015,
	ACL_ERROR_RT_VECTOR_CORE_TIMEOUT = 507034,
	ACL_ERROR_RT_VECTOR_CORE_EXCEPTION = 507035,
};

typedef enum {
	ACL_MEM_MALLOC_HUGE_FIRST,
	ACL_MEM_MALLOC_HUGE_ONLY,
	ACL_MEM_MALLOC_NORMAL_ONLY,
} aclrtMemMallocPolicy;

typedef enum {
	ACL_MEMCPY_HOST_TO_HOST,
	ACL_MEMCPY_HOST_TO_DEVICE,
	ACL_MEMCPY_DEVICE_TO_HOST,
	ACL_MEMCPY_DEVICE_TO_DEVICE,
} aclrtMemcpyKind;

/* set-up */
aclError aclInit(const char *config);
aclError aclFinalize(void);
const char *aclGetRecentErrMsg(void);
const char *aclrtGetSocName(void);

/* devices and contexts */
aclError aclrtGetDeviceCount(uint32_t *count);
aclError aclrtSetDevice(int32_t device);
aclError aclrtGetDevice(int32_t *device);
aclError aclrtResetDevice(int32_t device);
aclError aclrtSynchronizeDevice(void);
aclError aclrtSynchronizeDeviceWithTimeout(int32_t ms);
aclError aclrtGetLogicDevIdByUserDevId(const int32_t user, int32_t *const logic);
aclError aclrtCreateContext(aclrtContext *context, int32_t device);
aclError aclrtDestroyContext(aclrtContext context);
aclError aclrtSetCurrentContext(aclrtContext context);
aclError aclrtGetCurrentContext(aclrtContext *context);

/* streams */
aclError aclrtCreateStream(aclrtStream *stream);
aclError aclrtCreateStreamWithConfig(aclrtStream *stream, uint32_t priority, uint32_t flag);
aclError aclrtDestroyStream(aclrtStream stream);
aclError aclrtSynchronizeStream(aclrtStream stream);
aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t ms);
aclError aclrtStreamGetId(aclrtStream stream, int32_t *id);

/* memory */
aclError aclrtMalloc(void **at, size_t size, aclrtMemMallocPolicy policy);
aclError aclrtMallocAlign32(void **at, size_t size, aclrtMemMallocPolicy policy);
aclError aclrtMallocCached(void **at, size_t size, aclrtMemMallocPolicy policy);
aclError aclrtMallocWithCfg(void **at, size_t size, aclrtMemMallocPolicy policy, void *cfg);
aclError aclrtFree(void *at);
aclError aclrtFreeWithDevSync(void *at);
aclError aclrtMallocHost(void **at, size_t size);
aclError aclrtFreeHost(void *at);
aclError aclrtMemcpy(void *to, size_t room, const void *from, size_t n, aclrtMemcpyKind kind);
aclError aclrtMemcpyAsync(void *to, size_t room, const void *from, size_t n, aclrtMemcpyKind kind,
			  aclrtStream stream);
aclError aclrtMemset(void *at, size_t room, int32_t value, size_t n);
aclError aclrtMemGetAddressRange(void *at, void **base, size_t *size);

/* kernels */
aclrtBinary aclrtCreateBinary(const void *data, size_t n);
aclError aclrtDestroyBinary(aclrtBinary binary);
aclError aclrtBinaryLoad(const aclrtBinary binary, aclrtBinHandle *bin);
aclError aclrtBinaryLoadFromFile(const char *path, aclrtBinaryLoadOptions *options,
				 aclrtBinHandle *bin);
aclError aclrtBinaryLoadFromData(const void *data, size_t n, const aclrtBinaryLoadOptions *options,
				 aclrtBinHandle *bin);
aclError aclrtBinaryUnLoad(aclrtBinHandle bin);
aclError aclrtBinaryGetFunction(const aclrtBinHandle bin, const char *name, aclrtFuncHandle *func);
aclError aclrtBinaryGetFunctionByEntry(aclrtBinHandle bin, uint64_t entry, aclrtFuncHandle *func);
aclError aclrtGetFuncBySymbol(const void *symbol, aclrtFuncHandle *func);
aclError aclrtGetFunctionAddr(aclrtFuncHandle func, void **aic, void **aiv);
aclError aclrtGetFunctionName(aclrtFuncHandle func, uint32_t room, char *name);
aclError aclrtFunctionGetBinary(const aclrtFuncHandle func, aclrtBinHandle *bin);

/* launches */
aclError aclrtKernelArgsInit(aclrtFuncHandle func, aclrtArgsHandle *args);
aclError aclrtKernelArgsAppend(aclrtArgsHandle args, void *value, size_t n,
			       aclrtParamHandle *param);
aclError aclrtKernelArgsFinalize(aclrtArgsHandle args);
aclError aclrtLaunchKernel(aclrtFuncHandle func, uint32_t blocks, const void *args, size_t n,
			   aclrtStream stream);
aclError aclrtLaunchKernelV2(aclrtFuncHandle func, uint32_t blocks, const void *args, size_t n,
			     aclrtLaunchKernelCfg *cfg, aclrtStream stream);
aclError aclrtLaunchKernelWithConfig(aclrtFuncHandle func, uint32_t blocks, aclrtStream stream,
				     aclrtLaunchKernelCfg *cfg, aclrtArgsHandle args,
				     void *reserve);
aclError aclrtLaunchKernelWithHostArgs(aclrtFuncHandle func, uint32_t blocks, aclrtStream stream,
				       aclrtLaunchKernelCfg *cfg, void *args, size_t n,
				       aclrtPlaceHolderInfo *places, size_t place_count);
/* func: a handle, or a symbol of the host; args: as many pointers to arguments as the kernel has */
aclError aclrtLaunchKernelWithArgsArray(void *func, uint32_t blocks, aclrtStream stream,
					aclrtLaunchKernelCfg *cfg, void **args);
/* func: a handle, or a symbol of the host; ubuf: dynamic UB, of which there is always all */
aclError aclrtLaunchSIMTKernelWithHostArgs(void *func, dim3 grid, dim3 block, size_t ubuf,
					   aclrtStream stream, aclrtLaunchKernelCfg *cfg,
					   void *args, size_t n, aclrtPlaceHolderInfo *places,
					   size_t place_count);
aclError aclrtLaunchSIMTKernelWithArgsArray(void *func, dim3 grid, dim3 block, size_t ubuf,
					    aclrtStream stream, aclrtLaunchKernelCfg *cfg,
					    void **args);

#ifdef __cplusplus
}
#endif

#endif

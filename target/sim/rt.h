#ifndef TARGET_SIM_RT_H
#define TARGET_SIM_RT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The runtime's functions that libruntime.so of the simulated NPU has, with the public names,
 * parameters and layouts. 0 is success, else a code of the public rt_error_codes.
 */
typedef int32_t rtError_t;
typedef void *rtStream_t;
typedef void *rtContext_t;
typedef void *rtFuncHandle;
typedef void *rtBinHandle;

#define RT_DEV_BINARY_MAGIC_ELF	       0x43554245U
#define RT_DEV_BINARY_MAGIC_ELF_AIVEC  0x41415246U
#define RT_DEV_BINARY_MAGIC_ELF_AICUBE 0x41494343U

typedef struct {
	uint32_t magic, version;
	const void *data;
	uint64_t length;
} rtDevBinary_t;

typedef struct {
	uint32_t addrOffset; /* in the arguments: where the address goes ... */
	uint32_t dataOffset; /* ... of what stands here */
} rtHostInputInfo_t;

typedef struct {
	void *args;
	rtHostInputInfo_t *hostInputInfoPtr;
	uint32_t argsSize;
	uint32_t tilingAddrOffset, tilingDataOffset;
	uint16_t hostInputInfoNum;
	uint8_t hasTiling, isNoNeedH2DCopy;
	uint8_t reserved[4];
} rtArgsEx_t;

typedef enum {
	RT_MEMCPY_HOST_TO_HOST,
	RT_MEMCPY_HOST_TO_DEVICE,
	RT_MEMCPY_DEVICE_TO_HOST,
	RT_MEMCPY_DEVICE_TO_DEVICE,
} rtMemcpyKind_t;

rtError_t rtGetDeviceCount(int32_t *count);
rtError_t rtSetDevice(int32_t device);
rtError_t rtSetDeviceEx(int32_t device);
rtError_t rtGetDevice(int32_t *device);
rtError_t rtDeviceReset(int32_t device);
rtError_t rtDeviceSynchronize(void);
rtError_t rtDeviceSynchronizeWithTimeout(int32_t ms);
rtError_t rtGetSocVersion(char *version, uint32_t room);
rtError_t rtGetVisibleDeviceIdByLogicDeviceId(int32_t logic, int32_t *visible);
rtError_t rtCtxCreateEx(rtContext_t *context, uint32_t flags, int32_t device);
rtError_t rtCtxDestroyEx(rtContext_t context);
rtError_t rtCtxSetCurrent(rtContext_t context);
rtError_t rtCtxGetCurrent(rtContext_t *context);

rtError_t rtStreamCreate(rtStream_t *stream, int32_t priority);
rtError_t rtStreamDestroy(rtStream_t stream);
rtError_t rtStreamSynchronize(rtStream_t stream);
rtError_t rtStreamSynchronizeWithTimeout(rtStream_t stream, int32_t ms);
rtError_t rtGetStreamId(rtStream_t stream, int32_t *id);
rtError_t rtGetTaskIdAndStreamID(uint32_t *task, uint32_t *stream);

rtError_t rtMalloc(void **at, uint64_t size, uint32_t type, uint16_t module);
rtError_t rtFree(void *at);
rtError_t rtMallocHost(void **at, uint64_t size, uint16_t module);
rtError_t rtFreeHost(void *at);
rtError_t rtMemcpy(void *to, uint64_t room, const void *from, uint64_t n, rtMemcpyKind_t kind);
rtError_t rtMemcpyAsync(void *to, uint64_t room, const void *from, uint64_t n, rtMemcpyKind_t kind,
			rtStream_t stream);
rtError_t rtMemset(void *at, uint64_t room, uint32_t value, uint64_t n);
rtError_t rtMemGetAddressRange(void *at, void **base, size_t *size);

rtError_t rtDevBinaryRegister(const rtDevBinary_t *bin, void **handle);
rtError_t rtRegisterAllKernel(const rtDevBinary_t *bin, void **handle);
rtError_t rtDevBinaryUnRegister(void *handle);
rtError_t rtFunctionRegister(void *bin, const void *stub, const char *stub_name,
			     const void *device_name, uint32_t mode);
rtError_t rtRegisterFuncSymbol(void *bin, const void *symbol, const char *name, void *reserve);
rtError_t rtGetFuncBySymbol(const void *symbol, rtFuncHandle *func);
rtError_t rtKernelGetAddrAndPrefCnt(void *handle, const uint64_t key, const void *const stub,
				    const uint32_t flag, void **at, uint32_t *count);
rtError_t rtKernelLaunch(const void *stub, uint32_t blocks, void *args, uint32_t args_size,
			 void *sm, rtStream_t stream);
rtError_t rtKernelLaunchWithFlagV2(const void *stub, uint32_t blocks, rtArgsEx_t *args, void *sm,
				   rtStream_t stream, uint32_t flags, const void *cfg);
rtError_t rtKernelLaunchWithHandle(void *handle, const uint64_t key, uint32_t blocks,
				   rtArgsEx_t *args, void *sm, rtStream_t stream, const void *info);
rtError_t rtKernelLaunchWithHandleV2(void *handle, const uint64_t key, uint32_t blocks,
				     rtArgsEx_t *args, void *sm, rtStream_t stream,
				     const void *cfg);

rtError_t rtsBinaryLoadFromFile(const char *path, const void *options, rtBinHandle *bin);
rtError_t rtsBinaryLoadFromData(const void *data, uint64_t n, const void *options,
				rtBinHandle *bin);
rtError_t rtsBinaryUnload(rtBinHandle bin);
rtError_t rtsFuncGetByName(rtBinHandle bin, const char *name, rtFuncHandle *func);
rtError_t rtsFuncGetByEntry(rtBinHandle bin, uint64_t entry, rtFuncHandle *func);
rtError_t rtsFuncGetAddr(rtFuncHandle func, void **aic, void **aiv);
rtError_t rtsFuncGetName(rtFuncHandle func, uint32_t room, char *name);
rtError_t rtsFuncGetBinary(rtFuncHandle func, rtBinHandle *bin);
rtError_t rtsLaunchKernelWithHostArgs(rtFuncHandle func, uint32_t blocks, rtStream_t stream,
				      void *cfg, void *args, uint32_t args_size,
				      rtHostInputInfo_t *places, uint32_t place_count);

/** Of these libraries alone: a launch as a SIMT kernel, of which only ACL's name is public. */
typedef struct rtSimSimtLaunch {
	rtFuncHandle func;
	uint32_t blocks;
	uint32_t threads[3]; /* of a block: x, y, z */
	rtStream_t stream;
	void *args;
	uint32_t args_size;
	rtHostInputInfo_t *places;
	uint32_t place_count;
} rtSimSimtLaunch_t;
rtError_t rtSimLaunchSimt(const rtSimSimtLaunch_t *launch);
/** Of these libraries alone: how many arguments a kernel has; 0: it does not say. */
uint64_t rtSimArguments(rtFuncHandle func);
/** Of these libraries alone: the name of rtGetSocVersion where it stays. NULL: no device. */
const char *rtSimSocName(void);

/** Host name of this process' id, as the driver knows it. */
int32_t drvDeviceGetBareTgid(void);

#ifdef __cplusplus
}
#endif

#endif

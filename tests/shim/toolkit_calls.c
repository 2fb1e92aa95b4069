/*
 * A program with every call that the runtime stub stands in front of: its arguments name them in
 * order (without the suffix Impl). What the toolkit's libraries say goes to its output, with a line
 * for every call that fails.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/shim/toolkit.h"

struct calls {
	struct toolkit_binary file; /* of a kernel */
	const char *path;
	void *bin, *binary, *func, *context, *at;
	uint64_t args[2];
	void *array[2];
};

static const char stub; /* stands for a kernel, as a host function does */

static const struct toolkit_dim3 grid = { 2, 2, 2 }, block = { 32, 4, 1 };
static void *const stream = (void *)0x77;

/* The host function stands for it; the runtime's handle where a call wants that. */
static int by_stub(struct calls *c, const char *name)
{
	void *key = (void *)(uintptr_t)&stub;

	if (!strcmp(name, "rtFunctionRegister"))
		return rtFunctionRegister(c->bin, &stub, "scale", "scale", 0);
	if (!strcmp(name, "rtRegisterFuncSymbol"))
		return rtRegisterFuncSymbol(c->bin, &stub, "scale", NULL);
	if (!strcmp(name, "rtKernelLaunch"))
		return rtKernelLaunch(&stub, 8, c->args, 16, NULL, NULL);
	if (!strcmp(name, "rtKernelLaunchWithFlagV2"))
		return rtKernelLaunchWithFlagV2(&stub, 8, c->args, NULL, stream, 3, NULL);
	if (!strcmp(name, "rtKernelLaunchWithHandle"))
		return rtKernelLaunchWithHandle(c->bin, 1, 8, c->args, NULL, stream, NULL);
	if (!strcmp(name, "rtKernelLaunchWithHandleV2"))
		return rtKernelLaunchWithHandleV2(c->bin, 1, 8, c->args, NULL, stream, NULL);
	if (!strcmp(name, "aclrtGetFuncBySymbol"))
		return aclrtGetFuncBySymbolImpl(key, &c->func);
	if (!strcmp(name, "aclrtLaunchKernelWithArgsArray:symbol"))
		return aclrtLaunchKernelWithArgsArrayImpl(key, 8, stream, NULL, c->array);
	return -1;
}

static int open_device(struct calls *c, const char *name)
{
	if (!strcmp(name, "rtSetDevice"))
		return rtSetDevice(0);
	if (!strcmp(name, "rtSetDevice:-1"))
		return !rtSetDevice(-1);
	if (!strcmp(name, "rtSetDeviceEx"))
		return rtSetDeviceEx(3);
	if (!strcmp(name, "rtCtxCreateEx"))
		return rtCtxCreateEx(&c->context, 0, 0);
	if (!strcmp(name, "aclrtSetDevice"))
		return aclrtSetDeviceImpl(0);
	if (!strcmp(name, "aclrtCreateContext"))
		return aclrtCreateContextImpl(&c->context, 2);
	return -1;
}

static int reset_device(struct calls *c, const char *name)
{
	(void)c;
	if (!strcmp(name, "rtDeviceReset"))
		return rtDeviceReset(0);
	if (!strcmp(name, "rtDeviceReset:-1"))
		return !rtDeviceReset(-1);
	if (!strcmp(name, "rtDeviceResetForce"))
		return rtDeviceResetForce(0);
	if (!strcmp(name, "aclrtResetDevice"))
		return aclrtResetDeviceImpl(0);
	if (!strcmp(name, "aclrtResetDeviceForce"))
		return aclrtResetDeviceForceImpl(0);
	return -1;
}

static int load(struct calls *c, const char *name)
{
	if (!strcmp(name, "rtDevBinaryRegister"))
		return rtDevBinaryRegister(&c->file, &c->bin);
	if (!strcmp(name, "rtRegisterAllKernel"))
		return rtRegisterAllKernel(&c->file, &c->bin);
	if (!strcmp(name, "aclrtBinaryLoadFromFile"))
		return aclrtBinaryLoadFromFileImpl(c->path, NULL, &c->bin);
	if (!strcmp(name, "aclrtBinaryLoadFromData"))
		return aclrtBinaryLoadFromDataImpl(c->file.data, c->file.n, NULL, &c->bin);
	if (!strcmp(name, "aclrtBinaryLoadFromData:short"))
		return !aclrtBinaryLoadFromDataImpl(c->file.data, 10, NULL, &c->bin);
	if (!strcmp(name, "aclrtCreateBinary"))
		return !(c->binary = aclrtCreateBinaryImpl(c->file.data, c->file.n));
	if (!strcmp(name, "aclrtBinaryLoad"))
		return aclrtBinaryLoadImpl(c->binary, &c->bin);
	if (!strcmp(name, "aclrtBinaryGetFunction"))
		return aclrtBinaryGetFunctionImpl(c->bin, "scale", &c->func);
	if (!strcmp(name, "aclrtBinaryGetFunctionByEntry"))
		return aclrtBinaryGetFunctionByEntryImpl(c->bin, 5, &c->func);
	return -1;
}

static int launch(struct calls *c, const char *name)
{
	if (!strcmp(name, "aclrtLaunchKernel"))
		return aclrtLaunchKernelImpl(c->func, 8, c->args, 16, stream);
	if (!strcmp(name, "aclrtLaunchKernelV2"))
		return aclrtLaunchKernelV2Impl(c->func, 8, c->args, 16, NULL, stream);
	if (!strcmp(name, "aclrtLaunchKernelWithConfig"))
		return aclrtLaunchKernelWithConfigImpl(c->func, 8, stream, NULL, c->args, NULL);
	if (!strcmp(name, "aclrtLaunchKernelWithHostArgs"))
		return aclrtLaunchKernelWithHostArgsImpl(c->func, 8, stream, NULL, c->args, 16,
							 c->args, 2);
	if (!strcmp(name, "aclrtLaunchKernelWithArgsArray"))
		return aclrtLaunchKernelWithArgsArrayImpl(c->func, 8, stream, NULL, c->array);
	if (!strcmp(name, "aclrtLaunchSIMTKernelWithArgsArray"))
		return aclrtLaunchSIMTKernelWithArgsArrayImpl(c->func, grid, block, 512, stream,
							      NULL, c->array);
	if (!strcmp(name, "aclrtLaunchSIMTKernelWithHostArgs"))
		return aclrtLaunchSIMTKernelWithHostArgsImpl(c->func, grid, block, 512, stream,
							     NULL, c->args, 16, c->args, 2);
	return -1;
}

static int wait_for(const char *name)
{
	if (!strcmp(name, "rtStreamSynchronize"))
		return rtStreamSynchronize(stream);
	if (!strcmp(name, "rtStreamSynchronizeWithTimeout"))
		return rtStreamSynchronizeWithTimeout(stream, 5);
	if (!strcmp(name, "rtDeviceSynchronize"))
		return rtDeviceSynchronize();
	if (!strcmp(name, "aclrtSynchronizeStream"))
		return aclrtSynchronizeStreamImpl(stream);
	if (!strcmp(name, "aclrtSynchronizeDevice"))
		return aclrtSynchronizeDeviceImpl();
	if (!strcmp(name, "aclrtSynchronizeStreamWithTimeout"))
		return aclrtSynchronizeStreamWithTimeoutImpl(stream, 5);
	if (!strcmp(name, "aclrtSynchronizeDeviceWithTimeout"))
		return aclrtSynchronizeDeviceWithTimeoutImpl(5);
	return -1;
}

static int memory(struct calls *c, const char *name)
{
	if (!strcmp(name, "aclrtMalloc"))
		return aclrtMallocImpl(&c->at, 4096, 0);
	if (!strcmp(name, "aclrtMallocAlign32"))
		return aclrtMallocAlign32Impl(&c->at, 8192, 0);
	if (!strcmp(name, "aclrtMallocCached"))
		return aclrtMallocCachedImpl(&c->at, 12288, 0);
	if (!strcmp(name, "aclrtMallocWithCfg"))
		return aclrtMallocWithCfgImpl(&c->at, 16384, 0, NULL);
	if (!strcmp(name, "aclrtFree"))
		return aclrtFreeImpl(c->at);
	if (!strcmp(name, "aclrtFreeWithDevSync"))
		return aclrtFreeWithDevSyncImpl(c->at);
	if (!strcmp(name, "halMemAdvise"))
		return halMemAdvise(TOOLKIT_CODE, 4096, 2, 0);
	return -1;
}

/* What follows is done by a child, too; the parent goes on when it has ended. */
static int do_fork(void)
{
	int status;
	pid_t pid = fork();

	if (pid > 0)
		waitpid(pid, &status, 0);
	return pid < 0;
}

static int do_call(struct calls *c, const char *name)
{
	int error = -1;

	if (!strcmp(name, "fork"))
		return do_fork();
	error = error < 0 ? open_device(c, name) : error;
	error = error < 0 ? reset_device(c, name) : error;
	error = error < 0 ? load(c, name) : error;
	error = error < 0 ? by_stub(c, name) : error;
	error = error < 0 ? launch(c, name) : error;
	error = error < 0 ? wait_for(name) : error;
	return error < 0 ? memory(c, name) : error;
}

static void read_file(struct calls *c)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) != 0)
		exit(2);
	bytes = malloc((size_t)st.st_size);
	if (!bytes || read(fd, bytes, (size_t)st.st_size) != st.st_size)
		exit(2);
	close(fd);
	c->file = (struct toolkit_binary){ .data = bytes, .n = (uint64_t)st.st_size };
}

int main(int argc, char **argv)
{
	struct calls c = { .args = { 1, 2 } };

	setvbuf(stdout, NULL, _IONBF, 0);
	c.array[0] = c.args;
	c.path = argc > 1 ? argv[1] : "";
	read_file(&c);
	for (int i = 2; i < argc; i++) {
		int error = do_call(&c, argv[i]);

		if (error)
			printf("%s: %d\n", argv[i], error);
	}
	return 0;
}

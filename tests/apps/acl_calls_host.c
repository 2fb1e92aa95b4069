/*
 * Goes through the calls of the runtime libraries: every way to load and launch, what is refused
 * and with which code, threads, a child of fork(). Says what was wrong; status 0: nothing.
 */
#include <acl/acl.h>
#include <fcntl.h>
#include <pthread.h>
#include <runtime/rt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/apps/host.h"

enum { THREADS = 4, LAUNCHES = 8, WORDS = 64 };

struct state {
	int wrong;
	uint64_t *out; /* on the device */
	void *elf;
	size_t elf_size;
	aclrtStream stream;
	aclrtBinHandle bin;
};

static void expect(struct state *s, int truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "acl_calls: %s\n", what);
	s->wrong++;
}
#define EXPECT(truth) expect(s, (truth), #truth)

static uint64_t word(struct state *s, unsigned i)
{
	uint64_t v = 0;

	CHECK(aclrtSynchronizeStream(s->stream));
	CHECK(aclrtMemcpy(&v, 8, s->out + i, 8, ACL_MEMCPY_DEVICE_TO_HOST));
	CHECK(aclrtMemset(s->out, 8 * WORDS, 0, 8 * WORDS));
	return v;
}

static void read_kernel(struct state *s)
{
	int fd = open(host_kernel("keys"), O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		exit(2);
	s->elf_size = (size_t)st.st_size;
	s->elf = malloc(s->elf_size);
	if (s->elf == NULL || read(fd, s->elf, s->elf_size) != (ssize_t)s->elf_size)
		exit(2);
	close(fd);
}

static void before_anything(struct state *s)
{
	void *at;
	int32_t device;

	EXPECT(aclrtMalloc(&at, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 107002);
	EXPECT(aclrtGetDevice(&device) == 107002);
	EXPECT(aclrtSetDevice(-1) == 107001);
	EXPECT(aclrtSetDevice(64) == 107001);
	EXPECT(strncmp(aclrtGetSocName(), "Ascend", 6) == 0);
}

/* --- memory */

static void memory(struct state *s)
{
	char bytes[64] = "0123456789";
	void *at, *base;
	size_t size;

	CHECK(aclrtMalloc(&at, 100, ACL_MEM_MALLOC_NORMAL_ONLY));
	CHECK(aclrtMemGetAddressRange((char *)at + 50, &base, &size));
	EXPECT(base == at && size >= 100);
	CHECK(aclrtMemcpy(at, 100, bytes, 10, ACL_MEMCPY_HOST_TO_DEVICE));
	CHECK(aclrtMemcpy((char *)at + 20, 80, at, 10, ACL_MEMCPY_DEVICE_TO_DEVICE));
	CHECK(aclrtMemcpyAsync(bytes + 30, 30, (char *)at + 20, 10, ACL_MEMCPY_DEVICE_TO_HOST,
			       s->stream));
	EXPECT(memcmp(bytes + 30, "0123456789", 10) == 0);
	EXPECT(aclrtMemcpy(at, 5, bytes, 10, ACL_MEMCPY_HOST_TO_DEVICE) == 107000);
	EXPECT(aclrtMemcpy(at, 1 << 20, bytes, 1 << 20, ACL_MEMCPY_DEVICE_TO_HOST) == 107000);
	EXPECT(aclrtMemcpy(bytes, 8, bytes, 8, ACL_MEMCPY_DEVICE_TO_HOST) == 107000);
	EXPECT(aclrtFree((char *)at + 8) == 207002);
	CHECK(aclrtFree(at));
	EXPECT(aclrtFree(at) == 207002);
	EXPECT(aclrtMalloc(&at, (size_t)1 << 50, ACL_MEM_MALLOC_HUGE_FIRST) == 207001);
	EXPECT(aclrtMalloc(&at, 0, ACL_MEM_MALLOC_HUGE_FIRST) == 107000);
}

/* --- binaries and functions */

static void binaries(struct state *s)
{
	aclrtBinary binary = aclrtCreateBinary(s->elf, s->elf_size);
	aclrtBinHandle other, back;
	aclrtFuncHandle f, g;
	void *aic, *aiv;
	char name[16];

	CHECK(aclrtBinaryLoad(binary, &other));
	CHECK(aclrtDestroyBinary(binary));
	CHECK(aclrtBinaryGetFunctionByEntry(other, 2, &f));
	CHECK(aclrtGetFunctionName(f, sizeof(name), name));
	EXPECT(strcmp(name, "keys_2") == 0);
	CHECK(aclrtGetFunctionAddr(f, &aic, &aiv));
	EXPECT(aic != NULL && aiv != NULL && aic != aiv);
	CHECK(aclrtBinaryGetFunction(other, "keys_2", &g));
	EXPECT(f == g);
	CHECK(aclrtFunctionGetBinary(f, &back));
	EXPECT(back == other);
	EXPECT(aclrtBinaryGetFunction(other, "nobody", &g) == 507027);
	EXPECT(aclrtBinaryGetFunctionByEntry(other, 77, &g) == 507027);
	EXPECT(aclrtGetFunctionName(f, 3, name) == 107000);
	EXPECT(aclrtBinaryLoadFromData("no ELF file", 11, NULL, &back) == 107000);
	EXPECT(aclrtBinaryLoadFromFile("/nonexistent", NULL, &back) == 107009);
	CHECK(aclrtBinaryUnLoad(other));
}

/* --- launches */

static void acl_launches(struct state *s)
{
	uint64_t many[] = { (uintptr_t)s->out, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint64_t follow[] = { (uintptr_t)s->out, 0, 30, 12 };
	aclrtPlaceHolderInfo place = { 8, 16 };
	void *each[sizeof(many) / sizeof(many[0])];
	aclrtFuncHandle f;
	int32_t id;

	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		each[i] = &many[i];
	CHECK(aclrtBinaryGetFunction(s->bin, "many", &f));
	CHECK(aclrtLaunchKernelV2(f, 1, many, sizeof(many), NULL, s->stream));
	EXPECT(word(s, 0) == 285);
	CHECK(aclrtLaunchKernelWithArgsArray(f, 1, s->stream, NULL, each));
	EXPECT(word(s, 0) == 285);
	CHECK(aclrtBinaryGetFunction(s->bin, "follow", &f));
	/* it does not say how many it has; there is none */
	EXPECT(aclrtLaunchKernelWithArgsArray(f, 1, s->stream, NULL, each) ==
	       ACL_ERROR_INVALID_PARAM);
	EXPECT(aclrtLaunchKernelWithArgsArray(NULL, 1, s->stream, NULL, each) ==
	       ACL_ERROR_INVALID_PARAM);
	CHECK(aclrtLaunchKernelWithHostArgs(f, 1, s->stream, NULL, follow, sizeof(follow), &place,
					    1));
	EXPECT(word(s, 0) == 42);
	place.addrOffset = 32;
	EXPECT(aclrtLaunchKernelWithHostArgs(f, 1, s->stream, NULL, follow, sizeof(follow), &place,
					     1) == 107000);
	CHECK(aclrtBinaryGetFunctionByEntry(s->bin, 2, &f));
	CHECK(aclrtLaunchKernel(f, 2, many, 8, s->stream));
	EXPECT(word(s, 6) == 202);
	EXPECT(aclrtLaunchKernel(f, 0, many, 8, s->stream) == 107000);
	EXPECT(aclrtLaunchKernel(NULL, 1, many, 8, s->stream) == 107000);
	CHECK(aclrtStreamGetId(s->stream, &id));
	EXPECT(id > 0);
}

/* Newer hosts register a symbol of their own and ask for the function by it. */
static void symbols(struct state *s, void *handle)
{
	uint64_t args[] = { (uintptr_t)s->out, 0 };
	aclrtFuncHandle f;

	EXPECT(aclrtGetFuncBySymbol(s, &f) == 507027);
	EXPECT(rtRegisterFuncSymbol(handle, s, "nobody", NULL) == 507027);
	CHECK(rtRegisterFuncSymbol(handle, s, "keys_1", NULL));
	CHECK(aclrtGetFuncBySymbol(s, &f));
	CHECK(aclrtLaunchKernel(f, 2, args, 8, s->stream));
	EXPECT(word(s, 1) == 101);
}

static void rt_launches(struct state *s)
{
	rtDevBinary_t bin = { RT_DEV_BINARY_MAGIC_ELF, 0, s->elf, s->elf_size };
	uint64_t out = (uintptr_t)s->out, tiling[] = { out, 0, 5, 6 };
	rtArgsEx_t args = { .args = &out, .argsSize = 8 };
	uint32_t count, task, stream;
	aclrtFuncHandle f;
	void *handle, *at;

	CHECK(rtRegisterAllKernel(&bin, &handle));
	CHECK(rtKernelLaunchWithHandle(handle, 1, 3, &args, NULL, s->stream, NULL));
	EXPECT(word(s, 2) == 102);
	CHECK(rtGetTaskIdAndStreamID(&task, &stream));
	EXPECT(task > 0 && stream > 0);
	CHECK(rtKernelGetAddrAndPrefCnt(handle, 2, NULL, 1, &at, &count));
	EXPECT(at != NULL);
	EXPECT(rtKernelLaunchWithHandleV2(handle, 9, 1, &args, NULL, s->stream, NULL) == 507027);
	CHECK(rtFunctionRegister(handle, &bin, "follow", "follow", 0));
	args = (rtArgsEx_t){ .args = tiling,
			     .argsSize = sizeof(tiling),
			     .hasTiling = 1,
			     .tilingAddrOffset = 8,
			     .tilingDataOffset = 16 };
	CHECK(rtKernelLaunchWithFlagV2(&bin, 1, &args, NULL, NULL, 0, NULL)); /* default stream */
	CHECK(rtStreamSynchronize(NULL));
	EXPECT(word(s, 0) == 11);
	EXPECT(rtKernelLaunch(s, 1, tiling, 8, NULL, NULL) == 507027);
	symbols(s, handle);
	CHECK(rtDevBinaryUnRegister(handle));
	EXPECT(aclrtGetFuncBySymbol(s, &f) == 507027);
	EXPECT(rtKernelLaunch(&bin, 1, tiling, 8, NULL, NULL) == 507027);
}

/* --- threads and processes */

static void *work(void *bin)
{
	uint64_t *wrong = calloc(1, sizeof(*wrong)), out;
	aclrtFuncHandle f;
	aclrtStream stream;
	void *at;

	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&stream));
	CHECK(aclrtMalloc(&at, 4096, ACL_MEM_MALLOC_HUGE_FIRST));
	CHECK(aclrtBinaryGetFunction(bin, "keys_1", &f));
	for (unsigned i = 0; i < LAUNCHES; i++)
		CHECK(aclrtLaunchKernel(f, 2, &at, sizeof(at), stream));
	CHECK(aclrtSynchronizeStreamWithTimeout(stream, 60000));
	CHECK(aclrtMemcpy(&out, 8, (char *)at + 8, 8, ACL_MEMCPY_DEVICE_TO_HOST));
	*wrong = out != 101;
	CHECK(aclrtDestroyStream(stream));
	return wrong;
}

static void threads(struct state *s)
{
	pthread_t all[THREADS];
	void *wrong;

	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&all[i], NULL, work, s->bin);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(all[i], &wrong);
		EXPECT(*(uint64_t *)wrong == 0);
		free(wrong);
	}
	CHECK(aclrtSynchronizeDevice());
}

/** A child is a process of its own for the device: nothing of its parent's is there. */
static void child(struct state *s)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		void *at;
		int bad = aclrtFree(s->out) == 0;

		bad |= aclrtMalloc(&at, 4096, ACL_MEM_MALLOC_HUGE_FIRST) != 0;
		_exit(bad);
	}
	waitpid(pid, &status, 0);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(aclrtMemset(s->out, 8, 1, 8));
}

int main(void)
{
	struct state state = { .wrong = 0 }, *s = &state;
	void *out;

	CHECK(aclInit(NULL));
	before_anything(s);
	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&s->stream));
	CHECK(aclrtMalloc(&out, 8 * WORDS, ACL_MEM_MALLOC_HUGE_FIRST));
	s->out = out;
	read_kernel(s);
	CHECK(aclrtBinaryLoadFromData(s->elf, s->elf_size, NULL, &s->bin));
	memory(s);
	binaries(s);
	acl_launches(s);
	rt_launches(s);
	threads(s);
	child(s);
	CHECK(aclrtResetDevice(0));
	EXPECT(aclrtSynchronizeDevice() == 107002);
	printf("acl_calls: %d wrong\n", s->wrong);
	free(s->elf);
	return s->wrong != 0;
}

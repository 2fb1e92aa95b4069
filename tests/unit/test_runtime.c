/*
 * The runtime stub in a program of its own, in front of made-up libraries: for each call that it
 * stands in front of, what it tells the server, and that the call goes through as it was. This
 * process is the server; it says ok to everything, or what a test wants.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/stub_message.h"
#include "tests/fake/fake_sim.h"
#include "tests/tools/play.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { CONNECTIONS = 8, PATH = 512, WORDS = 16, PATIENCE_MS = 20000 };

/* --- a server that notes what it is told --- */

struct server {
	char folder[64];
	struct sockaddr_un address;
	int listener;
	struct pollfd fds[CONNECTIONS + 2]; /* the listener, the program's output, its stubs */
	struct play_text got[CONNECTIONS];
	size_t count;
	struct play_text told, said; /* messages in short; output of the program */
	const char *answer;	     /* to each message; NULL: hang up */
	const char *name;	     /* of the program, below tests/shim */
	const char *toolkit;	     /* ASCEND_TOOLKIT_HOME of the program; NULL: not set */
	pid_t program;
};

static void server_open(struct server *s)
{
	*s = (struct server){ .address = { .sun_family = AF_UNIX },
			      .answer = "$ok;",
			      .name = "toolkit_calls" };
	snprintf(s->folder, sizeof(s->folder), "/tmp/ascend-stub-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s->folder));
	snprintf(s->address.sun_path, sizeof(s->address.sun_path), "%s/server", s->folder);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(s->listener >= 0 &&
			bind(s->listener, (void *)&s->address, sizeof(s->address)) == 0 &&
			listen(s->listener, CONNECTIONS) == 0);
	play_text_add(&s->told, "", 0);
	play_text_add(&s->said, "", 0);
}

static void server_close(struct server *s)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->fds[i + 2].fd >= 0)
			close(s->fds[i + 2].fd);
		play_text_deinit(&s->got[i]);
	}
	close(s->listener);
	unlink(s->address.sun_path);
	rmdir(s->folder);
	play_text_deinit(&s->told);
	play_text_deinit(&s->said);
}

static void add(struct play_text *t, const char *text)
{
	play_text_add(t, text, strlen(text));
}

/* A message in short: the process' number is "tgid:T", file and digest only that they are there. */
static void note(struct server *s, char *bytes, size_t n)
{
	struct stub_message m;
	char line[STUB_NAME + 256], digest[STUB_HASH + 1];
	const char *why = stub_message_parse(bytes, n, &m);

	line[0] = '\0';
	snprintf(digest, sizeof(digest), "%s", m.hash);
	if (why)
		snprintf(line, sizeof(line), "bad %s\n", why);
	else if (m.kind == STUB_DEVICE)
		snprintf(line, sizeof(line), "device %d %s%s\n", (int)m.device, m.soc,
			 m.tgid == s->program ? "" : " of another");
	else if (m.kind == STUB_KERNEL && m.binary)
		snprintf(line, sizeof(line), "file %s %d %llx%s%s\n", m.name, (int)m.stream,
			 (unsigned long long)m.base, digest[0] ? "" : " without digest",
			 memcmp(m.binary, "\177ELF", 4) ? " no ELF" : "");
	else if (m.kind == STUB_KERNEL)
		snprintf(line, sizeof(line), "kernel %s %d\n", m.name, (int)m.stream);
	else if (m.kind == STUB_IPC)
		snprintf(line, sizeof(line), "memory %llx %llu %s\n", (unsigned long long)m.ipc_at,
			 (unsigned long long)m.ipc_n, m.key);
	add(&s->told, line);
}

static void hang_up(struct server *s, size_t i)
{
	close(s->fds[i + 2].fd);
	s->fds[i + 2].fd = -1;
}

static void take(struct server *s, size_t i)
{
	struct play_text *t = &s->got[i];
	char part[4096], *end;
	ssize_t k = read(s->fds[i + 2].fd, part, sizeof(part));

	if (k <= 0) {
		hang_up(s, i);
		return;
	}
	play_text_add(t, part, (size_t)k);
	end = memchr(t->p, '#', t->n);
	if (!end)
		return;
	CU_ASSERT_EQUAL(end, t->p + t->n - 1); /* one message at a time */
	note(s, t->p, t->n - 1);
	t->n = 0;
	if (!s->answer)
		hang_up(s, i);
	else
		CU_ASSERT_EQUAL(write(s->fds[i + 2].fd, s->answer, strlen(s->answer)),
				(ssize_t)strlen(s->answer));
}

/* Until the program has ended and said all it had to; its status. */
static int serve(struct server *s, int output)
{
	bool more = true;
	int status = -1;

	s->fds[0] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
	s->fds[1] = (struct pollfd){ .fd = output, .events = POLLIN };
	while (more && poll(s->fds, s->count + 2, PATIENCE_MS) > 0) {
		if (s->fds[0].revents && s->count < CONNECTIONS) {
			int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);

			s->fds[2 + s->count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		}
		for (size_t i = 0; i < s->count; i++)
			if (s->fds[i + 2].fd >= 0 && s->fds[i + 2].revents)
				take(s, i);
		if (s->fds[1].revents) {
			char part[1024];
			ssize_t k = read(output, part, sizeof(part));

			more = k > 0;
			play_text_add(&s->said, part, more ? (size_t)k : 0);
		}
	}
	CU_ASSERT_FALSE(more);
	waitpid(s->program, &status, 0);
	return status;
}

/* Runs the program with these calls, words between spaces. */
static int run(struct server *s, const char *calls, const char *soc)
{
	char program[PATH], file[PATH], stub[PATH], words[1024], *rest = words;
	char *argv[WORDS + 2] = { program, file };
	int ends[2], n = 2;

	snprintf(words, sizeof(words), "tests/shim/%s", s->name);
	snprintf(program, sizeof(program), "%s", fake_sim_built(words));
	snprintf(file, sizeof(file), "%s", fake_sim_built("tests/apps/two_ops.o"));
	snprintf(stub, sizeof(stub), "%s", fake_sim_built("libascend-rt-stub.so"));
	snprintf(words, sizeof(words), "%s", calls);
	while (n < WORDS && (argv[n] = strsep(&rest, " ")) != NULL)
		n++;
	CU_ASSERT_FATAL(pipe(ends) == 0);
	s->program = fork();
	if (s->program == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		setenv("LD_PRELOAD", stub, 1);
		setenv(STUB_SOCKET_ENV, s->address.sun_path, 1);
		setenv("FAKE_SOC", soc, 1);
		unsetenv("ASCEND_TOOLKIT_HOME");
		if (s->toolkit)
			setenv("ASCEND_TOOLKIT_HOME", s->toolkit, 1);
		execv(program, argv);
		_exit(127);
	}
	close(ends[1]);
	int status = serve(s, ends[0]);
	close(ends[0]);
	return status;
}

/* --- the calls one by one --- */

struct row {
	const char *calls, *told, *said;
};

#define OPEN  "device 0 Ascend910B1\n"
#define FILE7 "file scale 7 12c000002000\n"
#define LOAD  "aclrtSetDevice aclrtBinaryLoadFromData aclrtBinaryGetFunction "
#define DONE  "handle stream\nwait stream\n"

static const struct row rows[] = {
	{ "rtSetDevice", OPEN, "" },
	{ "rtSetDevice:-1", "", "" },
	{ "rtSetDeviceEx", "device 3 Ascend910B1\n", "" },
	{ "rtCtxCreateEx", OPEN, "" },
	{ "aclrtSetDevice", OPEN, "" }, /* and not twice, though it goes through rtSetDevice */
	{ "aclrtCreateContext", "device 2 Ascend910B1\n", "" },
	{ "rtSetDevice rtSetDevice", OPEN, "" },
	/* a device that was given back is opened anew; it is as often as it was set */
	{ "rtSetDevice rtDeviceReset rtSetDevice", OPEN OPEN, "" },
	{ "rtSetDevice rtSetDevice rtDeviceReset rtSetDevice", OPEN, "" },
	{ "rtSetDevice rtSetDevice rtDeviceReset rtDeviceReset rtSetDevice", OPEN OPEN, "" },
	{ "rtSetDevice rtSetDevice rtDeviceResetForce rtSetDevice", OPEN OPEN, "" },
	{ "rtSetDevice rtDeviceReset:-1 rtSetDevice", OPEN, "" },
	{ "rtDeviceReset rtSetDevice", OPEN, "" },
	{ "aclrtSetDevice aclrtResetDevice aclrtSetDevice", OPEN OPEN, "" },
	{ "aclrtSetDevice aclrtSetDevice aclrtResetDevice aclrtSetDevice", OPEN, "" },
	{ "aclrtSetDevice aclrtSetDevice aclrtResetDeviceForce aclrtSetDevice", OPEN OPEN, "" },
	{ LOAD "aclrtLaunchKernel aclrtResetDevice aclrtSetDevice aclrtLaunchKernel",
	  OPEN FILE7 OPEN FILE7, DONE DONE },
	/* without a call that takes it again a launch does */
	{ LOAD "aclrtResetDevice aclrtLaunchKernel", OPEN OPEN FILE7, DONE },
	{ "rtSetDevice rtDevBinaryRegister rtFunctionRegister rtKernelLaunch",
	  OPEN "file scale 1 12c000002000\n", "launch default\nwait default\n" },
	{ "rtSetDevice rtRegisterAllKernel rtFunctionRegister rtKernelLaunchWithFlagV2", OPEN FILE7,
	  "flag stream\nwait stream\n" },
	/* a function that nobody registered has no name to tell */
	{ "rtSetDevice rtKernelLaunch", OPEN, "launch default\nwait default\n" },
	{ LOAD "aclrtLaunchKernel", OPEN FILE7, DONE },
	{ LOAD "aclrtLaunchKernel aclrtLaunchKernel", OPEN FILE7 "kernel scale 7\n", DONE DONE },
	{ LOAD "aclrtLaunchKernelV2", OPEN FILE7, DONE },
	{ LOAD "aclrtLaunchKernelWithConfig", OPEN FILE7, DONE },
	{ LOAD "aclrtLaunchKernelWithHostArgs", OPEN FILE7, DONE },
	{ LOAD "aclrtLaunchKernelWithArgsArray", OPEN FILE7, DONE },
	{ LOAD "aclrtLaunchSIMTKernelWithArgsArray", OPEN FILE7, "simt 2 2 2, 32 4 1, 512\n" DONE },
	{ LOAD "aclrtLaunchSIMTKernelWithHostArgs", OPEN FILE7, "simt 2 2 2, 32 4 1, 512\n" DONE },
	{ "aclrtSetDevice aclrtCreateBinary aclrtBinaryLoad aclrtBinaryGetFunctionByEntry "
	  "aclrtLaunchKernel",
	  OPEN FILE7, DONE },
	{ "aclrtSetDevice aclrtBinaryLoadFromFile aclrtBinaryGetFunction aclrtLaunchKernel",
	  OPEN FILE7, DONE },
	/* the runtime refuses a file, and it is forgotten */
	{ LOAD "aclrtBinaryLoadFromData:short aclrtLaunchKernel", OPEN FILE7, DONE },
	{ "aclrtSetDevice aclrtBinaryLoadFromData aclrtGetFuncBySymbol aclrtLaunchKernel",
	  OPEN FILE7, DONE },
	{ "aclrtSetDevice aclrtBinaryLoadFromData rtRegisterFuncSymbol "
	  "aclrtLaunchKernelWithArgsArray:symbol",
	  OPEN FILE7, DONE },
	{ "rtStreamSynchronizeWithTimeout rtStreamSynchronize rtDeviceSynchronize", "",
	  "wait stream -1\nwait stream\nwait device\n" },
	{ "aclrtSynchronizeStreamWithTimeout aclrtSynchronizeDeviceWithTimeout", "",
	  "wait stream -1\nwait device -1\n" },
	{ "aclrtSynchronizeStream aclrtSynchronizeDevice", "", "wait stream\nwait device\n" },
	/* memory is nobody's business on this chip */
	{ "aclrtSetDevice aclrtMalloc aclrtFree halMemAdvise", OPEN,
	  "free 0x12c000012000\nadvise 0x12c000002000 4096 2 0\n" },
};

static void check(const struct row *row, const char *soc)
{
	struct server s;

	server_open(&s);
	CU_ASSERT_EQUAL(run(&s, row->calls, soc), 0);
	if (strcmp(s.told.p, row->told) != 0 || strcmp(s.said.p, row->said) != 0)
		fprintf(stderr, "%s:\n--- told\n%s--- said\n%s", row->calls, s.told.p, s.said.p);
	CU_ASSERT_STRING_EQUAL(s.told.p, row->told);
	CU_ASSERT_STRING_EQUAL(s.said.p, row->said);
	server_close(&s);
}

static void test_every_call(void)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], "Ascend910B1");
}

/* Of the 950 code can be written during a launch, and is as it was before afterwards. */
static void test_locked_code(void)
{
	static const struct row row = {
		"halMemAdvise " LOAD "aclrtLaunchKernel",
		"device 0 Ascend950PR_9579\n" FILE7,
		"advise 0x12c000002000 4096 2 0\nadvise 0x12c000002000 4096 3 0\n" DONE
		"advise 0x12c000002000 4096 2 0\n",
	};

	check(&row, "Ascend950PR_9579");
}

/* Of the parts without a copy engine memory is shared, each region once, and given back. */
static void test_shared_memory(void)
{
#define DT "device 0 Ascend950DT_9571\n"
	static const struct row all[] = {
		{ "aclrtSetDevice aclrtMalloc aclrtFree",
		  DT "memory 12c000012000 4096 key12c000012000\nmemory 12c000012000 0 \n",
		  "close key12c000012000\nfree 0x12c000012000\n" },
		{ "aclrtSetDevice aclrtMallocAlign32 aclrtMallocCached aclrtMallocWithCfg "
		  "aclrtFreeWithDevSync",
		  DT "memory 12c000022000 4096 key12c000022000\n"
		     "memory 12c000032000 4096 key12c000032000\n"
		     "memory 12c000042000 4096 key12c000042000\nmemory 12c000042000 0 \n",
		  "close key12c000042000\nfree 0x12c000042000\n" },
		{ LOAD "aclrtLaunchKernel aclrtLaunchKernel",
		  DT "memory 12c000002000 4096 key12c000002000\n" FILE7 "kernel scale 7\n",
		  DONE DONE },
	};

	for (size_t i = 0; i < COUNT(all); i++)
		check(&all[i], "Ascend950DT_9571");
}

/* --- what goes wrong --- */

/* A server that refuses, hangs up in the middle of a launch, or was never there. */
static void test_bad_servers(void)
{
	static const char calls[] = LOAD "aclrtLaunchKernel aclrtLaunchKernel";
	static const char *const answers[] = { "$fail:20202;", NULL, "garbage;" };
	struct server s;

	for (size_t i = 0; i < COUNT(answers); i++) {
		server_open(&s);
		s.answer = answers[i];
		CU_ASSERT_EQUAL(run(&s, calls, "Ascend910B1"), 0);
		CU_ASSERT_STRING_EQUAL(s.said.p, DONE DONE);
		server_close(&s);
	}
	server_open(&s);
	unlink(s.address.sun_path);
	CU_ASSERT_EQUAL(run(&s, calls, "Ascend910B1"), 0);
	CU_ASSERT_STRING_EQUAL(s.told.p, "");
	CU_ASSERT_STRING_EQUAL(s.said.p, DONE DONE);
	server_close(&s);
}

/* A program that opens the runtime late, or not at all: then it hears what is missing, and goes on.
 */
static void test_no_toolkit(void)
{
	static const char calls[] = "rtSetDevice aclrtSetDeviceImpl";
	char toolkit[PATH];
	struct server s;

	server_open(&s);
	s.name = "no_toolkit";
	CU_ASSERT_EQUAL(run(&s, calls, "Ascend910B1"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "libruntime.so has no rtSetDevice, the call fails "
						"with 207000: set ASCEND_TOOLKIT_HOME"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "\nrtSetDevice: 207000\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "libacl_rt_impl.so has no aclrtSetDeviceImpl, "));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "\naclrtSetDeviceImpl: 207000\n"));
	CU_ASSERT_STRING_EQUAL(s.told.p, "");
	server_close(&s);
	server_open(&s);
	s.name = "no_toolkit";
	snprintf(toolkit, sizeof(toolkit), "%s", fake_sim_built("tests/shim/toolkit"));
	s.toolkit = toolkit;
	CU_ASSERT_EQUAL(run(&s, calls, "Ascend910B1"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "rtSetDevice: 0\n"));
	CU_ASSERT_STRING_EQUAL(s.told.p, OPEN);
	server_close(&s);
	/* and one of the libraries without a function: the other calls work */
	server_open(&s);
	s.name = "no_toolkit";
	s.toolkit = toolkit;
	CU_ASSERT_EQUAL(run(&s, "rtSetDevice aclrtLaunchKernelV9Impl", "Ascend910B1"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "aclrtLaunchKernelV9Impl: not there"));
	server_close(&s);
}

/* A toolkit of another age: its ACL library is there and lacks a function. */
static void test_old_toolkit(void)
{
	char lib64[PATH], link[PATH + 32], *real;
	struct server s;

	server_open(&s);
	snprintf(lib64, sizeof(lib64), "%s/lib64", s.folder);
	snprintf(link, sizeof(link), "%s/libacl_rt_impl.so", lib64);
	real = realpath(fake_sim_built("tests/shim/toolkit/lib64/libruntime.so"), NULL);
	CU_ASSERT_FATAL(real && mkdir(lib64, 0700) == 0 && symlink(real, link) == 0);
	s.name = "no_toolkit";
	s.toolkit = s.folder;
	CU_ASSERT_EQUAL(run(&s, "aclrtSetDeviceImpl aclrtSetDeviceImpl", "Ascend910B1"), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "libacl_rt_impl.so has no aclrtSetDeviceImpl, "));
	CU_ASSERT_PTR_NOT_NULL(strstr(s.said.p, "\naclrtSetDeviceImpl: 207000\n"));
	CU_ASSERT_STRING_EQUAL(s.told.p, "");
	free(real);
	unlink(link);
	rmdir(lib64);
	server_close(&s);
}

/* A child of fork() is a process of its own for the server; its parent goes on afterwards. */
static void test_fork(void)
{
	struct server s;

	server_open(&s);
	CU_ASSERT_EQUAL(run(&s, LOAD "aclrtLaunchKernel fork aclrtSetDevice aclrtLaunchKernel",
			    "Ascend910B1"),
			0);
	CU_ASSERT_STRING_EQUAL(s.told.p, OPEN FILE7 "device 0 Ascend910B1 of another\n" FILE7
						    "kernel scale 7\n");
	server_close(&s);
}

static const struct unit_test tests[] = {
	{ "every call", test_every_call },
	{ "code that is locked", test_locked_code },
	{ "memory that is shared", test_shared_memory },
	{ "bad servers", test_bad_servers },
	{ "no toolkit", test_no_toolkit },
	{ "old toolkit", test_old_toolkit },
	{ "a child of fork", test_fork },
};

int main(void)
{
	return unit_run("runtime", tests, COUNT(tests));
}

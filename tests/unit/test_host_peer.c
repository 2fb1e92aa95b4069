/*
 * The layouts of this machine beside those of gdbserver: registers, their order, sizes, types and
 * groups, and the length of `g`. A client that has talked to gdbserver sees no difference.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/linux/linux_priv.h"
#include "tests/fake/small_elf.h"
#include "tests/unit/unit.h"

/** One answer, run-length encoding undone; its length. */
static size_t ask(int fd, const char *packet, char *out, size_t room)
{
	unsigned char c, sum = 0;
	size_t n = 0;

	for (const char *p = packet; *p; p++)
		sum = (unsigned char)(sum + (unsigned char)*p);
	dprintf(fd, "$%s#%02x", packet, sum);
	do {
		if (read(fd, &c, 1) != 1)
			return 0;
	} while (c != '$');
	while (read(fd, &c, 1) == 1 && c != '#') {
		unsigned times = 1;

		if (c == '*' && n > 0 && read(fd, &c, 1) == 1) {
			times = c - 29u;
			c = (unsigned char)out[n - 1];
		}
		while (times-- > 0 && n + 1 < room)
			out[n++] = (char)c;
	}
	out[n] = '\0';
	return read(fd, &c, 1) == 1 && read(fd, &c, 1) == 1 && write(fd, "+", 1) == 1 ? n : 0;
}

/** gdbserver with a program on one end of a socket; -1: there is none. */
static int open_gdbserver(const char *program, pid_t *pid)
{
	int pair[2];
	char first[4096];

	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	*pid = fork();
	if (*pid == 0) {
		dup2(pair[1], STDIN_FILENO);
		dup2(pair[1], STDOUT_FILENO);
		close(pair[0]);
		close(pair[1]);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		execlp("gdbserver", "gdbserver", "--once", "-", program, (char *)NULL);
		_exit(1);
	}
	close(pair[1]);
	/* it has no current thread before it was asked why it stopped */
	if (ask(pair[0], "qSupported:xmlRegisters=i386", first, sizeof(first)) > 0 &&
	    ask(pair[0], "?", first, sizeof(first)) > 0)
		return pair[0];
	close(pair[0]);
	waitpid(*pid, NULL, 0);
	printf("skipped: no gdbserver\n");
	return -1;
}

enum { XML_ROOM = 1 << 17, PIECE = 0x1000 };

static void fetch_xml(int fd, char *xml)
{
	char packet[64], answer[2 * PIECE];
	size_t n = 0, got;

	do {
		snprintf(packet, sizeof(packet), "qXfer:features:read:target.xml:%zx,%x", n, PIECE);
		got = ask(fd, packet, answer, sizeof(answer));
		CU_ASSERT_FATAL(got > 0 && n + got < XML_ROOM);
		memcpy(xml + n, answer + 1, got);
		n += got - 1;
	} while (answer[0] == 'm');
	xml[n] = '\0';
}

static bool has_attribute(const char *reg, const char *name, const char *value)
{
	char want[64];
	const char *at;

	snprintf(want, sizeof(want), " %s=\"%s\"", name, value);
	at = strstr(reg, want);
	return at && at < strchr(reg, '>');
}

/** Names, sizes, types and groups of all registers, in order. */
static void compare_xml(const struct arch_desc *d, const char *xml)
{
	char bits[16];

	CU_ASSERT_PTR_NOT_NULL(strstr(xml, d->name));
	for (size_t i = 0; i < d->reg_count; i++) {
		const struct arch_reg *r = &d->regs[i];

		xml = strstr(xml, "<reg ");
		CU_ASSERT_PTR_NOT_NULL_FATAL(xml);
		snprintf(bits, sizeof(bits), "%u", r->bits);
		bool same = has_attribute(xml, "name", r->name) &&
			    has_attribute(xml, "bitsize", bits) &&
			    has_attribute(xml, "type", r->type) &&
			    (!r->group || has_attribute(xml, "group", r->group));
		if (!same)
			printf("%s: gdbserver has %.80s\n", r->name, xml);
		CU_ASSERT(same);
		xml++;
	}
	CU_ASSERT_PTR_NULL(strstr(xml, "<reg "));
}

static void compare_gdbserver(const struct arch_desc *d, const char *program)
{
	char *text = malloc(XML_ROOM);
	pid_t pid;
	int fd = open_gdbserver(program, &pid);
	size_t bytes = 0;

	if (fd >= 0) {
		for (size_t i = 0; i < d->g_count; i++)
			bytes += arch_reg_size(&d->regs[i]);
		CU_ASSERT_EQUAL(ask(fd, "g", text, XML_ROOM), 2 * bytes);
		fetch_xml(fd, text);
		compare_xml(d, text);
		dprintf(fd, "$k#6b");
		close(fd);
		waitpid(pid, NULL, 0);
	}
	free(text);
}

static void test_64(void)
{
	struct host *h = host_create();

	compare_gdbserver(host_desc(h, getpid()), "/bin/true");
	host_destroy(h);
}

/** Its path, for gdbserver to start; the caller removes it. */
static void write_small(char *path)
{
	char bytes[4096];
	int from = small_elf(), to = mkstemp(path);
	ssize_t n = pread(from, bytes, sizeof(bytes), 0);

	CU_ASSERT_FATAL(to >= 0);
	CU_ASSERT(n > 0 && write(to, bytes, (size_t)n) == n);
	CU_ASSERT_EQUAL(fchmod(to, 0700), 0);
	close(from);
	close(to);
}

/** Started and stopped: host_desc looks at its file. */
static pid_t start(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execl(path, path, (char *)NULL);
		_exit(1);
	}
	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) ? pid : -1;
}

static void test_32(void)
{
	char path[] = "/tmp/test_host.XXXXXX";
	struct host *h = host_create();
	pid_t pid;

	write_small(path);
	pid = start(path);
	if (pid > 0) {
		compare_gdbserver(host_desc(h, pid), path);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	} else {
		printf("skipped: the kernel runs no 32-bit programs\n");
	}
	unlink(path);
	host_destroy(h);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "64-bit", test_64 },
		{ "32-bit", test_32 },
	};

	signal(SIGPIPE, SIG_IGN); /* where there is no gdbserver */
	return unit_run("host_peer", tests, sizeof(tests) / sizeof(tests[0]));
}

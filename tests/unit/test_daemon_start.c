/*
 * The real daemon at its start: without standard input, output or error what it opens must not take
 * their places, where its words for the user would go; and it removes its socket whenever it is
 * ended.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fake/fake_sim.h"
#include "tests/unit/unit.h"

enum { PLACES = 3, PATH = 256, PATIENCE_US = 20000000, STEP_US = 50, MOMENTS = 30 };

/* absent: a bit for each place that is closed. */
static pid_t start(const char *socket, unsigned absent)
{
	char daemon[PATH], dump[PATH], comm[PATH + 8];

	snprintf(daemon, sizeof(daemon), "%s", fake_sim_built("ascend-gdbserver"));
	snprintf(dump, sizeof(dump), "%s", fake_sim_built("tests/dumps/packets.core"));
	snprintf(comm, sizeof(comm), "unix:%s", socket);
	pid_t pid = fork();
	if (pid)
		return pid;
	for (int fd = 0; fd < PLACES; fd++)
		if (absent & 1u << fd)
			close(fd);
	execl(daemon, daemon, "--core", dump, comm, (char *)NULL);
	_exit(127);
}

static bool comes(const char *path)
{
	const struct timespec pause = { .tv_nsec = STEP_US * 1000 };
	struct stat st;

	for (int us = 0; us < PATIENCE_US && stat(path, &st); us += STEP_US)
		nanosleep(&pause, NULL);
	return stat(path, &st) == 0;
}

static void check_places(pid_t pid, unsigned absent)
{
	char path[PATH], to[PATH];

	for (unsigned fd = 0; fd < PLACES; fd++) {
		if (!(absent & 1u << fd))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd/%u", (int)pid, fd);
		ssize_t n = readlink(path, to, sizeof(to) - 1);
		to[n < 0 ? 0 : n] = '\0';
		CU_ASSERT_STRING_EQUAL(to, "/dev/null");
	}
}

static void end(pid_t pid)
{
	int status = -1;

	kill(pid, SIGTERM);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_absent(void)
{
	char folder[] = "/tmp/test_daemon_start.XXXXXX", socket[PATH];

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(socket, sizeof(socket), "%s/s", folder);
	for (unsigned absent = 1; absent < 1u << PLACES; absent++) {
		pid_t pid = start(socket, absent);

		CU_ASSERT_FATAL(pid > 0);
		CU_ASSERT_TRUE_FATAL(comes(socket));
		check_places(pid, absent);
		end(pid);
	}
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* A signal that comes before the server runs. */
static void test_ended_at_once(void)
{
	char folder[] = "/tmp/test_daemon_start.XXXXXX", socket[PATH];

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(socket, sizeof(socket), "%s/s", folder);
	for (int i = 0; i < MOMENTS; i++) {
		pid_t pid = start(socket, 0);

		CU_ASSERT_FATAL(pid > 0);
		CU_ASSERT_TRUE_FATAL(comes(socket));
		end(pid);
		CU_ASSERT_EQUAL(unlink(socket), -1);
	}
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "absent", test_absent },
		{ "ended at once", test_ended_at_once },
	};

	return unit_run("daemon_start", tests, sizeof(tests) / sizeof(tests[0]));
}

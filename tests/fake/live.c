/*
 * Real processes for tests of the Linux target: programs of tests/apps, children of the test.
 */
#include "tests/fake/live.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

void live_open(struct live *l)
{
	*l = (struct live){ .t = linux_open((struct target_log){ 0 }) };
	if (!l->t)
		abort();
}

void live_close(struct live *l)
{
	if (l->pid && target_kill(l->t, l->pid) != TARGET_OK)
		kill((pid_t)l->pid, SIGKILL);
	target_close(l->t);
	*l = (struct live){ 0 };
}

bool live_app(const char *name, char *path, size_t n)
{
	const char *folder = getenv("O");

	snprintf(path, n, "%s/tests/apps/%s", folder ? folder : "build", name);
	if (!access(path, X_OK))
		return true;
	printf("skipped: there is no %s\n", path);
	return false;
}

bool live_start(struct live *l, const char *path, const char *arg)
{
	const char *const argv[] = { path, arg, NULL };
	const struct target_launch how = { .argv = argv, .no_randomization = true };

	return target_start(l->t, &how, &l->pid) == TARGET_OK;
}

bool live_attach(struct live *l, pid_t pid)
{
	if (target_attach(l->t, (uint32_t)pid) != TARGET_OK)
		return false;
	l->pid = (uint32_t)pid;
	return true;
}

bool live_run(struct live *l, struct target_stop *stop)
{
	const struct target_action all = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };

	return target_resume(l->t, &all, 1) == TARGET_OK && live_event(l, stop);
}

bool live_event(struct live *l, struct target_stop *stop)
{
	bool got = false;

	for (int i = 0; i < 100 && !got; i++) {
		struct pollfd p = { .fd = target_event_fd(l->t), .events = POLLIN };

		poll(&p, 1, PATIENCE_MS / 100);
		if (target_next_event(l->t, stop, &got) != TARGET_OK)
			return false;
	}
	return got;
}

pid_t live_child(void (*body)(void *ctx), void *ctx)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	body(ctx);
	_exit(1);
}

void *live_shared(size_t n)
{
	void *memory = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

bool live_reaches(const atomic_int *value, int want)
{
	for (int i = 0; i < PATIENCE_MS && *value < want; i++)
		usleep(1000);
	return *value >= want;
}

void live_reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

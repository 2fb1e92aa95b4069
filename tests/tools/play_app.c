/*
 * The programs that are debugged: one that runs before the daemon comes to it, and the number of
 * the process in hand, which scripts write as {pid}. Called by rsp-play.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/play.h"

bool app_spawn(struct play_app *a, const char *const *argv)
{
	int ready[2];
	char byte;

	app_end(a);
	if (pipe2(ready, O_CLOEXEC))
		return false;
	a->pid = fork();
	if (!a->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	close(ready[1]);
	(void)!read(ready[0], &byte, 1); /* ends with the exec */
	close(ready[0]);
	snprintf(a->number, sizeof(a->number), "%x", (unsigned)a->pid);
	return a->pid > 0;
}

void app_end(struct play_app *a)
{
	if (a->pid <= 0)
		return;
	kill(a->pid, SIGKILL);
	waitpid(a->pid, NULL, 0);
	a->pid = 0;
}

/* The letter of its state, '\0' when it is gone for good. */
static char state_of(const struct play_app *a)
{
	char path[64], text[256] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", a->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '\0';
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	const char *state = strrchr(text, ')');
	return state && state[1] ? state[2] : '\0';
}

bool app_is_zombie(const struct play_app *a)
{
	return state_of(a) == 'Z';
}

static bool is_traced(const struct play_app *a)
{
	char path[64], line[128];
	long tracer = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", a->pid);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "TracerPid:", strlen("TracerPid:")))
			tracer = strtol(line + strlen("TracerPid:"), NULL, 10);
	if (f)
		fclose(f);
	return tracer != 0;
}

bool app_is_gone(const struct play_app *a)
{
	return !state_of(a) || app_is_zombie(a);
}

bool app_is_stopped(const struct play_app *a)
{
	return state_of(a) == 'T' && !is_traced(a);
}

bool app_is_free(const struct play_app *a)
{
	return !strchr("tT", state_of(a)) && !is_traced(a);
}

bool app_comes_free(const struct play_app *a)
{
	for (int ms = 0; ms < PLAY_STEP_MS; ms += PLAY_PAUSE_MS) {
		if (app_is_gone(a))
			return false;
		if (app_is_free(a))
			return true;
		usleep(PLAY_PAUSE_MS * 1000);
	}
	return false;
}

void app_note(struct play_app *a, const char *reply)
{
	const char *at = strstr(reply, "thread:p");

	if (!at)
		return;
	at += strlen("thread:p");
	size_t n = strspn(at, "0123456789abcdef");
	if (n && n < sizeof(a->number)) {
		memcpy(a->number, at, n);
		a->number[n] = '\0';
	}
}

void app_fill(const struct play_app *a, const char *text, struct play_text *out)
{
	static const char mark[] = "{pid}";

	for (const char *at; (at = strstr(text, mark)); text = at + strlen(mark)) {
		play_text_add(out, text, (size_t)(at - text));
		play_text_add(out, a->number, strlen(a->number));
	}
	play_text_add(out, text, strlen(text));
}

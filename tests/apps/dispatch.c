/*
 * A daemon: hands one command through a pipe to one of 16 threads, which makes a child that becomes
 * another program, and ends as that program does.
 * usage: dispatch fork|vfork|spawn PROGRAM [ARGS...]
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 16 };

struct command {
	const char *how;
	char **words; /* of the program, ended by NULL */
};

static int commands[2], answers[2];

static pid_t start_forked(const struct command *c)
{
	pid_t pid = fork();

	if (pid == 0) {
		execv(c->words[0], c->words);
		_exit(127);
	}
	return pid;
}

static pid_t start_vforked(const struct command *c)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execv(c->words[0], c->words);
		_exit(127);
	}
	return pid;
}

static pid_t start_spawned(const struct command *c)
{
	pid_t pid = -1;

	if (posix_spawn(&pid, c->words[0], NULL, NULL, c->words, environ))
		return -1;
	return pid;
}

static pid_t start(const struct command *c)
{
	if (!strcmp(c->how, "fork"))
		return start_forked(c);
	return strcmp(c->how, "vfork") ? start_spawned(c) : start_vforked(c);
}

static void *worker(void *unused)
{
	struct command c;
	int status = 0;

	(void)unused;
	while (read(commands[0], &c, sizeof(c)) == sizeof(c)) {
		waitpid(start(&c), &status, 0);
		(void)!write(answers[1], &status, sizeof(status));
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct command c = { argc > 2 ? argv[1] : "", argv + 2 };
	pthread_t threads[THREADS - 1];
	int status = 0;

	if (argc < 3 || pipe(commands) || pipe(answers))
		return 2;
	for (int i = 0; i < THREADS - 1; i++)
		if (pthread_create(&threads[i], NULL, worker, NULL))
			return 2;
	(void)!write(commands[1], &c, sizeof(c));
	(void)!read(answers[0], &status, sizeof(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

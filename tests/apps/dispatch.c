/*
 * A daemon of 16 threads: the first hands a command through a pipe to another, which makes a child
 * that becomes another program; it ends as that program does.
 * usage: dispatch fork|vfork|spawn PROGRAM [ARGS...]
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 16, CHOSEN = 8 };

struct command {
	const char *how;
	char **words; /* of the program, ended by NULL */
};

static int commands[THREADS][2], answers[2];

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

static int end_of(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	return status;
}

static void *worker(void *pipe_of_mine)
{
	const int *input = pipe_of_mine;
	struct command c;

	while (read(input[0], &c, sizeof(c)) == sizeof(c)) {
		int status = end_of(start(&c));

		(void)!write(answers[1], &status, sizeof(status));
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct command c = { argc > 2 ? argv[1] : "", argv + 2 };
	pthread_t threads[THREADS];
	int status = 0;

	if (argc < 3 || pipe(answers))
		return 2;
	for (int i = 1; i < THREADS; i++)
		if (pipe(commands[i]) || pthread_create(&threads[i], NULL, worker, commands[i]))
			return 2;
	(void)!write(commands[CHOSEN][1], &c, sizeof(c));
	(void)!read(answers[0], &status, sizeof(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

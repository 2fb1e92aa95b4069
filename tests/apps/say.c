/*
 * Says how it was started, then ends as it is told: `say exit 3`, `say signal 11`, `say wait`,
 * `say env NAME`, `say words ...`, `say cwd`, `say where` (an address: randomization moves it),
 * `say parent` (is it the same a moment later), `say call NUMBER` (a system call).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int say(int argc, char **argv, const char *what, const char *more)
{
	char folder[4096];

	if (!strcmp(what, "exit"))
		return (int)strtol(more, NULL, 10);
	if (!strcmp(what, "signal"))
		raise((int)strtol(more, NULL, 10));
	if (!strcmp(what, "call"))
		syscall(strtol(more, NULL, 0), 0, 0, 0);
	if (!strcmp(what, "wait"))
		for (;;)
			usleep(1000);
	if (!strcmp(what, "parent")) {
		pid_t parent = getppid();

		usleep(300000);
		puts(getppid() == parent ? "parent stays" : "parent has gone");
	}
	if (!strcmp(what, "env"))
		printf("env %s\n", getenv(more) ? getenv(more) : "unset");
	if (!strcmp(what, "cwd"))
		printf("cwd %s\n", getcwd(folder, sizeof(folder)));
	if (!strcmp(what, "where"))
		printf("where %p\n", (void *)folder);
	for (int i = 2; !strcmp(what, "words") && i < argc; i++)
		printf("[%s]\n", argv[i]);
	return 0;
}

int main(int argc, char **argv)
{
	return say(argc, argv, argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "");
}

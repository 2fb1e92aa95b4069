/*
 * A process and its child: `family fork` or `family vfork`, then what the child becomes; without
 * that it ends with 5. The parent ends with the child's code and 2.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void as_child(char **words)
{
	if (words[0])
		execv(words[0], words);
	_exit(5);
}

static int as_parent(pid_t child)
{
	int status = 0;

	waitpid(child, &status, 0);
	return WEXITSTATUS(status) + 2;
}

int main(int argc, char **argv)
{
	pid_t child = argc > 1 && !strcmp(argv[1], "vfork") ? vfork() : fork();

	if (!child)
		as_child(argv + (argc > 2 ? 2 : argc));
	return as_parent(child);
}

/*
 * Stays: one thread counts, another one waits. Nothing of it is in a system call that a step would
 * wait for, and it ends by a signal only. `stay fork` and `stay exec` have a child first, `stay
 * eager` does not stand back for others: who stops it often would wait for it long.
 */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void *wait_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void have_child(const char *program)
{
	pid_t pid = fork();

	if (!pid && program)
		execl(program, program, (char *)NULL);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	volatile unsigned long turns = 0;
	pthread_t other;

	bool eager = argc > 1 && !strcmp(argv[1], "eager");

	/* beside other tests it takes only what nobody wants */
	if (!eager)
		setpriority(PRIO_PROCESS, 0, 19);
	if (argc > 1 && !eager)
		have_child(!strcmp(argv[1], "exec") ? "/bin/true" : NULL);
	if (pthread_create(&other, NULL, wait_for_ever, NULL) != 0)
		return 1;
	for (;;)
		turns++;
	return 0;
}

/*
 * A program with two threads and a second namespace of libraries (dlmopen), for the tests of what
 * the target shows of a process. Says "ready" when all is there, then sleeps until it is killed.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *sleeper(void *barrier)
{
	prctl(PR_SET_NAME, "odd ) (name");
	pthread_barrier_wait(barrier);
	for (;;)
		pause();
	return NULL;
}

int main(void)
{
	void *space = dlmopen(LM_ID_NEWLM, "libm.so.6", RTLD_NOW);
	pthread_barrier_t barrier;
	pthread_t thread;

	if (!space || pthread_barrier_init(&barrier, NULL, 2) ||
	    pthread_create(&thread, NULL, sleeper, &barrier))
		return 1;
	pthread_barrier_wait(&barrier);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

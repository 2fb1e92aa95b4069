/*
 * Two threads, each with its own copy of a variable; what the second one writes the first one
 * writes again. Built for 8-byte addresses and, where there is a C library, for 4-byte ones.
 */
#include <pthread.h>
#include <stdio.h>

__thread int mine = 5;
int watched;

static void *work(void *number)
{
	pthread_setname_np(pthread_self(), "worker");
	mine = *(int *)number;
	watched = mine;
	return NULL;
}

int main(void)
{
	pthread_t other;
	int number = 7;

	if (pthread_create(&other, NULL, work, &number))
		return 1;
	pthread_join(other, NULL);
	watched = 1;
	puts("done");
	return mine;
}

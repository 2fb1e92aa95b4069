/*
 * A thread that sleeps most of the time and one that waits for it without sleeping. beats: how
 * often the first has woken up.
 */
#include <pthread.h>
#include <unistd.h>

volatile int beats;

static void *sleeper(void *unused)
{
	for (;;) {
		usleep(1000);
		beats++;
	}
	return unused;
}

static void wait_here(int until)
{
	while (beats < until)
		;
}

int main(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, sleeper, NULL))
		return 1;
	wait_here(3);
	wait_here(1 << 30);
	return 0;
}

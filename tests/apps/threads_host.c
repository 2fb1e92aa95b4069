/*
 * Sample host with several threads: each has a stream of its own on device 0 and launches some
 * times without waiting; all of them are at it at once.
 */
#include <pthread.h>
#include <stdio.h>

#include "tests/apps/host.h"
#include "tests/apps/scale.h"

enum { THREADS = 4, LAUNCHES = 3, BLOCKS = 4 };

struct work {
	pthread_t thread;
	struct scale scale;
	int32_t out[SCALE_ELEMENTS];
	int number, wrong;
};

static void *run(void *arg)
{
	struct work *w = arg;
	aclrtFuncHandle f;
	aclrtStream stream;

	CHECK(aclrtSetDevice(0));
	CHECK(aclrtCreateStream(&stream));
	f = scale_load();
	scale_open(&w->scale, 100 * w->number, 2 + w->number);
	for (int i = 0; i < LAUNCHES; i++)
		scale_launch(&w->scale, f, BLOCKS, stream);
	w->wrong = scale_close(&w->scale, LAUNCHES, stream, w->out);
	CHECK(aclrtDestroyStream(stream));
	return NULL;
}

int main(void)
{
	static struct work work[THREADS];
	int wrong = 0;

	CHECK(aclInit(NULL));
	for (int i = 0; i < THREADS; i++) {
		work[i].number = i;
		CHECK(pthread_create(&work[i].thread, NULL, run, &work[i]));
	}
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(work[i].thread, NULL));
		host_keep(work[i].out, sizeof(work[i].out));
		wrong += work[i].wrong;
	}
	printf("threads: %d threads, %d launches each, %d wrong\n", THREADS, LAUNCHES, wrong);
	CHECK(aclrtSetDevice(0));
	CHECK(aclrtResetDevice(0));
	CHECK(aclFinalize());
	return wrong != 0;
}

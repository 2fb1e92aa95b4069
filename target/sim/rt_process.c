/*
 * libruntime.so of the simulated NPU: the connection of this process, its global memory, its
 * threads' devices. Called by the other rt_*.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/sim/rt_process_priv.h"

static struct rt_process the_process = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.once = PTHREAD_ONCE_INIT,
	.fd = -1,
};

struct rt_process *rt_lock(void)
{
	pthread_mutex_lock(&the_process.lock);
	return &the_process;
}

void rt_unlock(struct rt_process *p)
{
	pthread_mutex_unlock(&p->lock);
}

static void make_key(void)
{
	if (pthread_key_create(&the_process.thread, free) != 0)
		abort();
}

struct rt_thread *rt_thread(void)
{
	struct rt_thread *t;

	pthread_once(&the_process.once, make_key);
	t = pthread_getspecific(the_process.thread);
	if (t == NULL) {
		t = calloc(1, sizeof(*t));
		if (t == NULL)
			abort();
		t->device = -1;
		pthread_setspecific(the_process.thread, t);
	}
	return t;
}

/** Sends a request and takes its answer; memory of ATTACH comes as *fd. */
static rtError_t exchange(int s, uint32_t sequence, struct rt_call *call, int *fd)
{
	struct sim_part parts[4] = {
		{ call->v, sizeof(call->v) }, call->parts[0], call->parts[1], call->parts[2]
	};
	struct sim_message m;
	rtError_t error = RT_DRIVER_ERROR;

	*fd = -1;
	if (!sim_wire_send(s, call->kind, sequence, parts, 4) || !sim_wire_receive(s, &m))
		return RT_DRIVER_ERROR;
	*fd = m.fd;
	if (m.frame.kind == SIM_REPLY && m.frame.size >= sizeof(call->answer)) {
		memcpy(&call->answer, m.payload, sizeof(call->answer));
		m.payload[m.frame.size] = '\0';
		if (call->wants_text)
			call->text = strdup((char *)m.payload + sizeof(call->answer));
		error = call->answer.error;
	}
	free(m.payload);
	return error;
}

/** Where core files of exceptions go (coredump facts 8); "": nowhere. */
static void dump_folder(char out[PATH_MAX])
{
	const char *scene = getenv("ASCEND_DUMP_SCENE"), *path = getenv("ASCEND_DUMP_PATH");

	out[0] = '\0';
	if (scene == NULL || strcmp(scene, "aic_err_detail_dump") != 0)
		return;
	if (path == NULL)
		path = getenv("ASCEND_WORK_PATH");
	if (path == NULL || realpath(path, out) == NULL) {
		if (path != NULL && path[0] == '/')
			snprintf(out, PATH_MAX, "%s", path);
		else if (realpath(".", out) == NULL)
			out[0] = '\0';
	}
}

static rtError_t attach(struct rt_process *p, int s)
{
	char folder[PATH_MAX];
	struct rt_call call = { .kind = SIM_APP_ATTACH };
	rtError_t error;
	void *gm;
	int fd;

	dump_folder(folder);
	call.parts[0] = (struct sim_part){ folder, strlen(folder) };
	error = exchange(s, 1, &call, &fd);
	if (error != 0 || fd < 0)
		return error != 0 ? error : RT_DRIVER_ERROR;
	if (p->gm == NULL) {
		p->gm_base = call.answer.v[0];
		p->gm_size = call.answer.v[1];
		gm = mmap(NULL, p->gm_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd,
			  0);
		p->gm = gm != MAP_FAILED ? gm : NULL;
	}
	close(fd);
	return p->gm != NULL ? 0 : RT_MEMORY_ALLOCATION;
}

static rtError_t connect_device(struct rt_process *p, int *out)
{
	const char *path = getenv(SIM_WIRE_ENV);
	rtError_t error;

	*out = path != NULL ? sim_wire_open(path, SIM_APP, &p->opened) : -1;
	if (*out < 0) {
		fprintf(stderr,
			"libruntime (simulated NPU): no device at %s=%s: start ascend-npu-sim\n",
			SIM_WIRE_ENV, path != NULL ? path : "");
		return RT_NO_DEVICE;
	}
	error = attach(p, *out);
	if (error != 0)
		close(*out);
	return error;
}

/** The lock is held. */
static rtError_t ensure(struct rt_process *p)
{
	rtError_t error;

	if (p->fd >= 0 && p->pid == getpid())
		return 0;
	if (p->fd >= 0) {
		close(p->fd);
		munmap(p->gm, p->gm_size);
		p->gm = NULL;
	}
	p->fd = -1;
	error = connect_device(p, &p->fd);
	if (error != 0)
		p->fd = -1;
	p->pid = getpid();
	return error;
}

rtError_t rt_connect(void)
{
	struct rt_process *p = rt_lock();
	rtError_t error = ensure(p);

	rt_unlock(p);
	return error;
}

rtError_t rt_call(struct rt_call *call)
{
	struct rt_process *p = rt_lock();
	rtError_t error = ensure(p);
	int fd;

	if (error == 0)
		error = exchange(p->fd, ++p->sequence, call, &fd);
	rt_unlock(p);
	return error;
}

rtError_t rt_call_alone(struct rt_call *call)
{
	struct rt_process *p = rt_lock();
	rtError_t error = ensure(p);
	int s = -1, fd;

	if (error == 0)
		error = connect_device(p, &s);
	rt_unlock(p);
	if (error != 0)
		return error;
	error = exchange(s, 2, call, &fd);
	close(s);
	return error;
}

rtError_t rt_current(uint32_t *device)
{
	const struct rt_thread *t = rt_thread();

	if (t->device < 0)
		return RT_CONTEXT_NULL;
	*device = (uint32_t)t->device;
	return rt_connect();
}

rtError_t rt_stream(rtStream_t stream, struct rt_stream *out)
{
	rtError_t error = rt_current(&out->device);

	out->id = 0;
	if (error == 0 && stream != NULL)
		memcpy(out, stream, sizeof(*out));
	return error;
}

void *rt_memory(uint64_t at, uint64_t n)
{
	struct rt_call call = { .kind = SIM_APP_RANGE, .v = { at } };
	uint64_t base, size;

	if (rt_call(&call) != 0)
		return NULL;
	base = call.answer.v[0];
	size = call.answer.v[1];
	if (at - base > size || n > size - (at - base))
		return NULL;
	return the_process.gm + (at - the_process.gm_base);
}

/*
 * Requests of the runtime library: memory, kernels, streams, launches, synchronisation. Numbers and
 * bytes come from an app and are checked here; an app can harm nothing but itself. Called by
 * server.c.
 */
#include <stdlib.h>
#include <string.h>

#include "target/sim/app_wire.h"
#include "target/sim/client_priv.h"
#include "target/sim/rt_errors.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

struct request {
	struct sim_client *c;
	const uint64_t *v;
	const uint8_t *bytes;
	size_t n;
	struct sim_app_answer *out;
	struct sim_piece *extra; /* of the answer */
	uint32_t sequence;
};

static struct sim_device *device_of(const struct request *r, uint64_t id)
{
	return id < r->c->sim->device_count ? &r->c->sim->devices[id] : NULL;
}

static int32_t attach(struct request *r)
{
	struct sim_space *space = r->c->space;

	if (space == NULL) {
		space = sim_space_open(r->c->sim, r->c->tgid);
		if (space == NULL)
			return RT_MEMORY_ALLOCATION;
		space->clients++;
		r->c->space = space;
	}
	if (r->n > 0 && space->dump_folder == NULL) {
		space->dump_folder = sim_alloc(r->n + 1);
		memcpy(space->dump_folder, r->bytes, r->n);
	}
	r->out->v[0] = SIM_GM_BASE;
	r->out->v[1] = SIM_GM_SIZE;
	r->c->pass_fd = space->memfd;
	return 0;
}

static int32_t device_info(struct request *r)
{
	const struct sim_device *d = device_of(r, r->v[0]);

	if (d == NULL)
		return RT_INVALID_DEVICE;
	for (size_t i = 0; i < d->core_count; i++)
		r->out->v[d->cores[i].type] += d->cores[i].enabled;
	return 0;
}

static int32_t take_memory(struct request *r)
{
	r->out->v[0] = sim_memory_take(r->c->space, r->v[0], false);
	return r->out->v[0] != 0 ? 0 : RT_MEMORY_ALLOCATION;
}

static int32_t give_memory(struct request *r)
{
	const struct sim_range *range = sim_memory_find(r->c->space, r->v[0]);

	if (range == NULL || range->code || !sim_memory_give(r->c->sim, r->c->space, r->v[0]))
		return RT_MEMORY_FREE;
	return 0;
}

static int32_t load_kernel(struct request *r)
{
	struct sim_kernel *k = sim_kernel_load(r->c->space, r->bytes, r->n, r->v[0] != 0);

	if (k == NULL)
		return RT_PARAM_INVALID;
	r->out->v[0] = k->id;
	r->out->v[1] = k->base;
	return 0;
}

static bool is_in_use(const struct sim_space *space, const struct sim_kernel *k)
{
	for (const struct sim_stream *s = space->streams; s != NULL; s = s->next) {
		for (const struct sim_task *t = s->first; t != NULL; t = t->next) {
			if (t->function->kernel == k)
				return true;
		}
	}
	return false;
}

static int32_t unload_kernel(struct request *r)
{
	struct sim_kernel *k = sim_kernel_find(r->c->space, (uint32_t)r->v[0]);

	if (k == NULL)
		return RT_INVALID_HANDLE;
	if (is_in_use(r->c->space, k))
		return RT_KERNEL_BUSY;
	sim_kernel_unload(r->c->sim, r->c->space, k);
	return 0;
}

static struct sim_function *named(struct sim_kernel *k, const uint8_t *bytes, size_t n)
{
	char *name = sim_alloc(n + 1);
	struct sim_function *f;

	memcpy(name, bytes, n);
	f = sim_function_get(k, name);
	free(name);
	return f;
}

static int32_t find_function(struct request *r)
{
	struct sim_kernel *k = sim_kernel_find(r->c->space, (uint32_t)r->v[0]);
	struct sim_function *f;

	if (k == NULL)
		return RT_INVALID_HANDLE;
	f = r->v[1] != 0 ? sim_function_get_key(k, r->v[2]) : named(k, r->bytes, r->n);
	if (f == NULL)
		return RT_KERNEL_LOOKUP;
	r->out->v[0] = f->aic;
	r->out->v[1] = f->aiv;
	r->out->v[2] = f->arguments;
	*r->extra = (struct sim_piece){ f->name, strlen(f->name) };
	return 0;
}

static int32_t create_stream(struct request *r)
{
	struct sim_device *d = device_of(r, r->v[0]);

	if (d == NULL)
		return RT_INVALID_DEVICE;
	r->out->v[0] = sim_stream_create(r->c->space, d)->id;
	return 0;
}

static struct sim_stream *find_stream(const struct request *r)
{
	struct sim_device *d = device_of(r, r->v[0]);

	return d == NULL || r->v[1] > UINT32_MAX
		       ? NULL
		       : sim_stream_find(r->c->space, d, (uint32_t)r->v[1]);
}

static int32_t end_stream(struct request *r)
{
	struct sim_stream *s = find_stream(r);

	if (s == NULL || s->is_default)
		return RT_STREAM_CONTEXT;
	sim_stream_destroy(s);
	return 0;
}

static int32_t stream_id(struct request *r)
{
	const struct sim_stream *s = find_stream(r);

	r->out->v[0] = s != NULL ? s->id : 0;
	return s != NULL ? 0 : RT_STREAM_CONTEXT;
}

static int32_t launch(struct request *r)
{
	struct sim_stream *s = find_stream(r);
	struct sim_kernel *k = sim_kernel_find(r->c->space, (uint32_t)r->v[2]);
	uint64_t name_n = r->v[4], args_n = r->v[5], pairs = r->v[6];
	struct sim_launch l = { .blocks = (uint32_t)(r->v[3] & SIM_BLOCKS_MAX),
				.simt_dim = r->v[3] >> 16,
				.args_size = args_n };
	uint32_t *places;

	if (s == NULL)
		return RT_STREAM_CONTEXT;
	if (k == NULL)
		return RT_INVALID_HANDLE;
	if (name_n > r->n || args_n > SIM_ARGS_MAX || pairs > SIM_ARGS_MAX ||
	    r->n != name_n + args_n + 8 * pairs || l.blocks == 0)
		return RT_PARAM_INVALID;
	l.function = named(k, r->bytes, name_n);
	if (l.function == NULL)
		return RT_KERNEL_LOOKUP;
	l.args = r->bytes + name_n;
	places = sim_alloc(8 * pairs);
	memcpy(places, l.args + args_n, 8 * pairs);
	l.places = places;
	l.place_count = pairs;
	r->out->v[0] = sim_task_launch(s, &l);
	r->out->v[1] = s->id;
	free(places);
	return r->out->v[0] != 0 ? 0 : RT_PARAM_INVALID;
}

static int32_t synchronise(struct request *r)
{
	struct sim_device *d = device_of(r, r->v[0]);
	struct sim_client *c = r->c;

	if (d == NULL)
		return RT_INVALID_DEVICE;
	if (r->v[1] != UINT32_MAX && find_stream(r) == NULL)
		return RT_STREAM_CONTEXT;
	c->wait = SIM_WAIT_SYNC;
	c->device = d;
	c->stream = r->v[1] != UINT32_MAX ? find_stream(r)->id : UINT32_MAX;
	c->sequence = r->sequence;
	c->deadline = r->v[2] <= INT32_MAX ? sim_now() + (int64_t)r->v[2] : -1;
	return 0;
}

static int32_t reset(struct request *r)
{
	sim_space_reset(r->c->sim, r->c->space);
	return 0;
}

static int32_t find_range(struct request *r)
{
	const struct sim_range *range = sim_memory_find(r->c->space, r->v[0]);

	if (range == NULL)
		return RT_PARAM_INVALID;
	r->out->v[0] = range->at;
	r->out->v[1] = range->size;
	return 0;
}

typedef int32_t (*request_fn)(struct request *r);

static const request_fn requests[SIM_APP_LAST - SIM_APP_FIRST] = {
	[SIM_APP_ATTACH - SIM_APP_FIRST] = attach,
	[SIM_APP_DEVICE - SIM_APP_FIRST] = device_info,
	[SIM_APP_MALLOC - SIM_APP_FIRST] = take_memory,
	[SIM_APP_FREE - SIM_APP_FIRST] = give_memory,
	[SIM_APP_LOAD - SIM_APP_FIRST] = load_kernel,
	[SIM_APP_UNLOAD - SIM_APP_FIRST] = unload_kernel,
	[SIM_APP_FUNCTION - SIM_APP_FIRST] = find_function,
	[SIM_APP_STREAM - SIM_APP_FIRST] = create_stream,
	[SIM_APP_STREAM_END - SIM_APP_FIRST] = end_stream,
	[SIM_APP_LAUNCH - SIM_APP_FIRST] = launch,
	[SIM_APP_SYNC - SIM_APP_FIRST] = synchronise,
	[SIM_APP_RESET - SIM_APP_FIRST] = reset,
	[SIM_APP_STREAM_ID - SIM_APP_FIRST] = stream_id,
	[SIM_APP_RANGE - SIM_APP_FIRST] = find_range,
};

static void answer(struct sim_client *c, uint32_t sequence, const struct sim_app_answer *a,
		   struct sim_piece extra)
{
	struct sim_piece pieces[] = { { a, sizeof(*a) }, extra };

	sim_client_send(c, SIM_REPLY, sequence, pieces, 2);
}

void sim_app_request(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload)
{
	struct sim_app_answer out = { .error = RT_CONTEXT_NULL };
	struct sim_piece extra = { "", 0 };
	uint64_t v[SIM_APP_VALUES];
	struct request r = { .c = c,
			     .v = v,
			     .bytes = payload + sizeof(v),
			     .n = f->size - sizeof(v),
			     .out = &out,
			     .extra = &extra,
			     .sequence = f->sequence };

	memcpy(v, payload, sizeof(v));
	if (c->space != NULL || f->kind == SIM_APP_ATTACH)
		out.error = requests[f->kind - SIM_APP_FIRST](&r);
	if (c->wait == SIM_WAIT_SYNC)
		sim_app_poll(c);
	else
		answer(c, f->sequence, &out, extra);
}

/** Is everything it waits for done? Takes the first error. */
static bool look(const struct sim_client *c, int32_t *error)
{
	bool done = true;

	for (struct sim_stream *s = c->space->streams; s != NULL; s = s->next) {
		if (s->device == c->device && (c->stream == UINT32_MAX || s->id == c->stream))
			done = done && sim_stream_is_done(s);
	}
	for (struct sim_stream *s = c->space->streams; s != NULL && done; s = s->next) {
		if (s->device == c->device && (c->stream == UINT32_MAX || s->id == c->stream)) {
			int32_t e = sim_stream_error(s);

			*error = *error != 0 ? *error : e;
		}
	}
	return done;
}

void sim_app_poll(struct sim_client *c)
{
	struct sim_app_answer out = { .error = 0 };

	if (!look(c, &out.error)) {
		if (c->deadline < 0 || sim_now() < c->deadline)
			return;
		out.error = RT_SYNC_TIMEOUT;
	}
	c->wait = SIM_NO_WAIT;
	answer(c, c->sequence, &out, (struct sim_piece){ "", 0 });
}

void sim_app_close(struct sim_client *c)
{
	if (c->space != NULL)
		sim_space_close(c->sim, c->space);
	c->space = NULL;
}

/*
 * Streams and tasks: the first task of every stream runs, its blocks go to idle cores as these come
 * free. A block of a mixed kernel takes AIC n with AIV 2n and 2n+1. Called by app.c, core.c and the
 * debug channel.
 */
#include <stdlib.h>
#include <string.h>

#include "target/sim/core_priv.h"
#include "target/sim/simt_priv.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

bool sim_task_is_mixed(const struct sim_task *task)
{
	return task->function->aic != 0 && task->function->aiv != 0;
}

/* --- streams */

struct sim_stream *sim_stream_create(struct sim_space *space, struct sim_device *device)
{
	struct sim_stream *stream = sim_alloc(sizeof(*stream));

	stream->space = space;
	stream->device = device;
	stream->id = ++device->next_stream;
	stream->next = space->streams;
	space->streams = stream;
	return stream;
}

void sim_stream_destroy(struct sim_stream *stream)
{
	struct sim_stream **link = &stream->space->streams;

	while (stream->first != NULL)
		sim_task_fail(stream->first, SIM_ERROR_ABORTED);
	while (*link != stream)
		link = &(*link)->next;
	*link = stream->next;
	free(stream);
}

struct sim_stream *sim_stream_find(struct sim_space *space, struct sim_device *device, uint32_t id)
{
	struct sim_stream *s = space->streams;

	while (s != NULL && (s->device != device || (id == 0 ? !s->is_default : s->id != id)))
		s = s->next;
	if (s == NULL && id == 0) {
		s = sim_stream_create(space, device);
		s->is_default = true;
	}
	return s;
}

bool sim_stream_is_done(const struct sim_stream *stream)
{
	return stream->first == NULL || stream->first->killed;
}

int32_t sim_stream_error(struct sim_stream *stream)
{
	int32_t error = stream->error;

	stream->error = 0;
	return error;
}

/* --- tasks */

/** The device's copy of the arguments, with addresses for what the host put behind them. */
static bool take_args(struct sim_task *task, const struct sim_launch *l)
{
	struct sim_space *space = task->stream->space;
	uint8_t *args;

	task->args_size = (l->args_size + 7) / 8 * 8;
	task->args_at = sim_memory_take(space, task->args_size > 0 ? task->args_size : 8, false);
	if (task->args_at == 0)
		return false;
	args = sim_memory_at(space, task->args_at, task->args_size);
	if (l->args_size > 0)
		memcpy(args, l->args, l->args_size);
	for (size_t i = 0; i < l->place_count; i++) {
		uint32_t at = l->places[2 * i];
		uint64_t pointer = task->args_at + l->places[2 * i + 1];

		if (l->args_size < 8 || at > l->args_size - 8 ||
		    l->places[2 * i + 1] >= l->args_size)
			return false;
		memcpy(args + at, &pointer, sizeof(pointer));
	}
	return true;
}

static void destroy_task(struct sim_task *task)
{
	struct sim_space *space = task->stream->space;

	if (task->args_at != 0)
		sim_memory_give(task->stream->device->sim, space, task->args_at);
	free(task->flags);
	free(task);
}

static bool can_run(const struct sim_task *task, const struct sim_launch *l)
{
	return l->simt_dim == 0 ||
	       (task->stream->device->sim->chip->simt && task->function->aic == 0 &&
		l->args_size <= SIM_SIMT_ARGUMENTS * 8 && sim_simt_count(l->simt_dim) > 0);
}

uint32_t sim_task_launch(struct sim_stream *stream, const struct sim_launch *launch)
{
	struct sim_task *task = sim_alloc(sizeof(*task));

	task->stream = stream;
	task->function = launch->function;
	task->blocks = launch->blocks;
	task->parts = launch->blocks * (sim_task_is_mixed(task) ? 1 + SIM_SUBS : 1);
	task->simt_dim = launch->simt_dim;
	if (!can_run(task, launch) || !take_args(task, launch)) {
		destroy_task(task);
		return 0;
	}
	if (sim_task_is_mixed(task))
		task->flags = sim_alloc(task->blocks * sizeof(*task->flags));
	task->id = ++stream->device->next_task;
	if (stream->first == NULL)
		stream->first = task;
	else
		stream->last->next = task;
	stream->last = task;
	sim_device_schedule(stream->device);
	return task->id;
}

/* --- blocks */

static struct sim_core *idle_core(struct sim_device *d, enum chip_core_type type, uint16_t id)
{
	struct sim_core *c = &d->cores[chip_unified(d->sim->chip, type, id)];

	return c->enabled && c->task == NULL ? c : NULL;
}

static bool start_mixed(struct sim_device *d, struct sim_task *task)
{
	for (uint16_t i = 0; i < d->sim->chip->aic_max; i++) {
		struct sim_core *aic = idle_core(d, CHIP_AIC, i);
		struct sim_core *aiv[SIM_SUBS];
		bool all = aic != NULL;

		for (uint16_t k = 0; k < SIM_SUBS; k++) {
			aiv[k] = idle_core(d, CHIP_AIV, (uint16_t)(SIM_SUBS * i + k));
			all = all && aiv[k] != NULL;
		}
		if (!all)
			continue;
		task->started++;
		sim_core_start(aic, task, task->started - 1, 0);
		for (uint16_t k = 0; k < SIM_SUBS && aic->task == task; k++)
			sim_core_start(aiv[k], task, task->started - 1, k);
		return true;
	}
	return false;
}

static bool start_plain(struct sim_device *d, struct sim_task *task)
{
	enum chip_core_type type = task->function->aic != 0 ? CHIP_AIC : CHIP_AIV;
	uint16_t count = type == CHIP_AIC ? d->sim->chip->aic_max : d->sim->chip->aiv_max;

	for (uint16_t i = 0; i < count; i++) {
		struct sim_core *c = idle_core(d, type, i);

		if (c != NULL) {
			sim_core_start(c, task, task->started++, 0);
			return true;
		}
	}
	return false;
}

static void schedule_stream(struct sim_device *d, struct sim_stream *stream)
{
	bool more = true;

	while (more && stream->first != NULL && !stream->first->killed) {
		struct sim_task *task = stream->first;

		more = task->started < task->blocks &&
		       (sim_task_is_mixed(task) ? start_mixed(d, task) : start_plain(d, task));
	}
}

void sim_device_schedule(struct sim_device *d)
{
	for (struct sim_space *space = d->sim->spaces; space != NULL; space = space->next) {
		for (struct sim_stream *s = space->streams; s != NULL; s = s->next) {
			if (s->device == d)
				schedule_stream(d, s);
		}
	}
}

/* --- ends */

static void pop(struct sim_task *task)
{
	struct sim_stream *stream = task->stream;

	stream->first = task->next;
	if (stream->first == NULL)
		stream->last = NULL;
	destroy_task(task);
}

void sim_task_part_done(struct sim_core *c)
{
	struct sim_task *task = c->task;

	sim_core_idle(c);
	if (++task->ended == task->parts)
		pop(task);
	sim_device_schedule(c->device);
}

static void take_off(struct sim_task *task)
{
	struct sim_device *d = task->stream->device;

	for (size_t i = 0; i < d->core_count; i++) {
		if (d->cores[i].task == task)
			sim_core_idle(&d->cores[i]);
	}
}

void sim_task_fail(struct sim_task *task, int32_t error)
{
	struct sim_stream *stream = task->stream;

	take_off(task);
	if (stream->error == 0 && !task->killed)
		stream->error = error;
	/* what comes after it in the stream is not run */
	while (stream->first != NULL)
		pop(stream->first);
	sim_device_schedule(stream->device);
}

void sim_task_release(struct sim_core *c)
{
	int32_t error = SIM_ERROR_ABORTED;

	if (c->status == SIM_EXCEPTION)
		error = c->type == CHIP_AIC ? SIM_ERROR_AIC_EXCEPTION : SIM_ERROR_AIV_EXCEPTION;
	sim_task_fail(c->task, error);
}

void sim_task_kill(struct sim_task *task)
{
	struct sim_device *d = task->stream->device;

	task->killed = true;
	if (task->stream->error == 0)
		task->stream->error = SIM_ERROR_ABORTED;
	for (size_t i = 0; i < d->core_count; i++) {
		if (d->cores[i].task == task)
			sim_core_stop(&d->cores[i], SIM_KILLED);
	}
}

/*
 * The core file of a task with an exception, as the vendor's runtime leaves it: what is in it and
 * where it goes is coredump facts 1, 5 and 8; its bytes are dumpwriter's. Called by state.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "target/sim/core_priv.h"
#include "target/sim/dumpwriter.h"
#include "target/sim/simt_priv.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

enum { TYPE_INPUT = 2 };

static struct dump_global *add_block(struct dump *d, uint16_t type, uint64_t at,
				     const uint8_t *bytes, uint64_t n)
{
	struct dump_global *g = dump_add_global(d, type, at, n);

	dump_data_put(&g->data, 0, bytes, n);
	return g;
}

static bool is_dumped(const struct dump *d, uint64_t at)
{
	for (size_t i = 0; i < d->global_count; i++) {
		if (d->globals[i]->at == at)
			return true;
	}
	return false;
}

/** The arguments, and what those that are addresses of memory point to. */
static void add_arguments(struct dump *d, const struct sim_task *task)
{
	const struct sim_space *space = task->stream->space;
	const uint8_t *args = sim_memory_at(space, task->args_at, task->args_size);

	add_block(d, DUMP_ARGS, task->args_at, args, task->args_size);
	for (uint64_t i = 0; i + 8 <= task->args_size; i += 8) {
		const struct sim_range *r;
		uint64_t at;

		memcpy(&at, args + i, sizeof(at));
		r = sim_memory_find(space, at);
		if (r != NULL && r->at == at && !r->code && !is_dumped(d, at))
			add_block(d, TYPE_INPUT, at, sim_memory_at(space, at, r->size), r->size);
	}
}

static void add_registers(struct dump *d, struct dump_core *to, struct sim_core *c)
{
	dump_core_registers(d, to);
	if (c->has_error)
		dump_core_errors(d, to);
	for (size_t i = 0; i < to->reg_count; i++)
		sim_core_register(c, to->regs[i].addr, to->regs[i].value, to->regs[i].size);
}

static void add_core(struct dump *d, struct sim_core *c)
{
	struct dump_core *to = dump_add_core(d, (uint8_t)c->type, (uint8_t)c->id);

	for (uint8_t mem = CHIP_L0A; mem <= CHIP_L1; mem++) {
		uint32_t n = sim_core_local_size(c, mem);

		if (n > 0)
			dump_data_put(&dump_add_local(to, mem, n)->data, 0, c->local[mem], n);
	}
	dump_core_caches(d, to);
	add_registers(d, to, c);
}

/** Its own stack and, where the core's view of stacks has them, those of its SIMT threads. */
static void add_stacks(struct dump *d, struct sim_core *c)
{
	uint64_t at = SIM_STACK_BASE + (SIM_SIMT_STACK - SIM_ALIAS_BASE), n;

	add_block(d, DUMP_STACK, sim_core_stack_at(c), c->stack, SIM_STACK_SIZE)->core_id =
		c->unified;
	if (c->simt == NULL)
		return;
	n = (uint64_t)sim_simt_threads(c->simt) * SIM_THREAD_STACK;
	add_block(d, DUMP_SIMT_STACK, at, sim_simt_stack(c->simt, SIM_SIMT_STACK, n), n)->core_id =
		c->unified;
}

static struct dump *make(struct sim_task *task)
{
	struct sim_device *device = task->stream->device;
	const struct sim_kernel *k = task->function->kernel;
	struct dump *d = dump_create(device->sim->chip->type, DUMP_MASTER);

	d->device = device->id;
	dump_set_text(&d->kernel_name, task->function->name);
	dump_data_append(&d->host_object, k->elf, k->elf_size);
	add_arguments(d, task);
	for (size_t i = 0; i < device->core_count; i++) {
		if (device->cores[i].task == task)
			add_stacks(d, &device->cores[i]);
	}
	add_block(d, DUMP_KERNEL_OBJECT, k->base,
		  sim_memory_at(task->stream->space, k->base, k->image_size), k->image_size);
	for (size_t i = 0; i < device->core_count; i++) {
		if (device->cores[i].task == task)
			add_core(d, &device->cores[i]);
	}
	return d;
}

/** Makes the folders of a path; false: errno says why not. */
static bool make_folders(char *path)
{
	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	return true;
}

/** Bytes of a name that a file may not have become '_'. */
static void put_name(char *path, size_t room, const struct sim_task *task)
{
	const struct sim_stream *s = task->stream;
	struct timespec now;
	struct tm t;
	char when[32], name[200];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &t);
	strftime(when, sizeof(when), "%Y%m%d%H%M%S", &t);
	snprintf(name, sizeof(name), "%s", task->function->name);
	for (char *p = name; *p != '\0'; p++) {
		if (*p == '/')
			*p = '_';
	}
	snprintf(path, room, "%s/extra-info/data-dump/%u/%s.%u.%u.%s%03ld.core",
		 s->space->dump_folder, s->device->id, name, s->id, task->id, when,
		 now.tv_nsec / 1000000);
}

void sim_crash_dump(struct sim_task *task)
{
	struct dump *d;
	char path[PATH_MAX];
	int fd = -1;
	bool ok;

	put_name(path, sizeof(path), task);
	if (make_folders(path))
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		fprintf(stderr, "ascend-npu-sim: no core file %s: %s\n", path, strerror(errno));
		return;
	}
	d = make(task);
	ok = dump_write(d, fd) && fchmod(fd, 0400) == 0;
	if (!ok)
		fprintf(stderr, "ascend-npu-sim: core file %s: %s\n", path, strerror(errno));
	dump_destroy(d);
	close(fd);
}

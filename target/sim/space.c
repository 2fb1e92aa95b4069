/*
 * What app processes have on the device: global memory in a file both sides map, and the list of
 * its ranges. A page behind every range stays free, so that running off its end is a fault.
 * Called by app.c, kernel.c and the debug channel.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/sim/core_priv.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

void *sim_alloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		abort();
	return p;
}

void *sim_pages(size_t n)
{
	size_t room = (n + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
	void *p = aligned_alloc(SIM_PAGE, room);

	if (p == NULL)
		abort();
	return memset(p, 0, room);
}

void *sim_grow(void *array, size_t count, size_t n)
{
	void *p;

	/* room doubles: it is full whenever the count is a power of two */
	if ((count & (count - 1)) != 0)
		return array;
	p = realloc(array, (count > 0 ? 2 * count : 1) * n);
	if (p == NULL)
		abort();
	return p;
}

char *sim_text(const char *text)
{
	char *copy = sim_alloc(strlen(text) + 1);

	memcpy(copy, text, strlen(text));
	return copy;
}

struct sim_space *sim_space_find(struct sim *s, pid_t tgid)
{
	struct sim_space *space = s->spaces;

	while (space != NULL && space->tgid != tgid)
		space = space->next;
	return space;
}

static bool make_memory(struct sim_space *space)
{
	void *gm;

	space->memfd = memfd_create("ascend-npu-sim", MFD_CLOEXEC);
	if (space->memfd < 0)
		return false;
	if (ftruncate(space->memfd, (off_t)SIM_GM_SIZE) == 0) {
		gm = mmap(NULL, SIM_GM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			  space->memfd, 0);
		if (gm != MAP_FAILED) {
			space->gm = gm;
			return true;
		}
	}
	close(space->memfd);
	return false;
}

struct sim_space *sim_space_open(struct sim *s, pid_t tgid)
{
	struct sim_space *space = sim_space_find(s, tgid);

	if (space != NULL)
		return space;
	space = sim_alloc(sizeof(*space));
	space->tgid = tgid;
	if (!make_memory(space)) {
		free(space);
		return NULL;
	}
	space->next = s->spaces;
	s->spaces = space;
	return space;
}

static void forget_patches(struct sim *s, const struct sim_space *space, uint64_t at, uint64_t n)
{
	for (size_t i = 0; i < s->device_count; i++) {
		struct sim_debug *d = &s->devices[i].debug;

		for (size_t k = d->patch_count; k-- > 0;) {
			const struct sim_patch *p = &d->patches[k];

			if (p->space == space && p->at - at < n)
				d->patches[k] = d->patches[--d->patch_count];
		}
	}
}

void sim_space_reset(struct sim *s, struct sim_space *space)
{
	while (space->streams != NULL)
		sim_stream_destroy(space->streams);
	while (space->kernel_count > 0)
		sim_kernel_unload(s, space, space->kernels[0]);
	while (space->range_count > 0)
		sim_memory_give(s, space, space->ranges[0].at);
}

void sim_space_close(struct sim *s, struct sim_space *space)
{
	struct sim_space **link = &s->spaces;

	if (--space->clients > 0)
		return;
	sim_space_reset(s, space);
	for (size_t i = 0; i < s->device_count; i++)
		sim_device_forget_space(&s->devices[i], space);
	while (*link != space)
		link = &(*link)->next;
	*link = space->next;
	munmap(space->gm, SIM_GM_SIZE);
	close(space->memfd);
	free(space->ranges);
	free(space->kernels);
	free(space->dump_folder);
	free(space);
}

uint64_t sim_memory_take(struct sim_space *space, uint64_t size, bool code)
{
	uint64_t at = SIM_GM_BASE + SIM_PAGE; /* nothing at offset 0 */
	uint64_t pages = (size + SIM_PAGE - 1) / SIM_PAGE * SIM_PAGE;
	size_t i;

	if (size == 0 || size > SIM_GM_SIZE / 2)
		return 0;
	for (i = 0; i < space->range_count; i++) {
		if (space->ranges[i].at - at > pages)
			break;
		at = space->ranges[i].at + space->ranges[i].size + SIM_PAGE;
	}
	if (at + pages + SIM_PAGE > SIM_GM_BASE + SIM_GM_SIZE)
		return 0;
	space->ranges = sim_grow(space->ranges, space->range_count, sizeof(*space->ranges));
	memmove(space->ranges + i + 1, space->ranges + i,
		(space->range_count - i) * sizeof(*space->ranges));
	space->ranges[i] = (struct sim_range){ at, pages, code };
	space->range_count++;
	return at;
}

bool sim_memory_give(struct sim *s, struct sim_space *space, uint64_t at)
{
	const struct sim_range *r = sim_memory_find(space, at);
	size_t i;

	if (r == NULL || r->at != at)
		return false;
	for (i = 0; i < s->device_count; i++)
		sim_device_unmap(&s->devices[i], space, r);
	forget_patches(s, space, r->at, r->size);
	fallocate(space->memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		  (off_t)(at - SIM_GM_BASE), (off_t)r->size);
	i = (size_t)(r - space->ranges);
	space->range_count--;
	memmove(space->ranges + i, space->ranges + i + 1,
		(space->range_count - i) * sizeof(*space->ranges));
	return true;
}

const struct sim_range *sim_memory_find(const struct sim_space *space, uint64_t at)
{
	for (size_t i = 0; i < space->range_count; i++) {
		if (at - space->ranges[i].at < space->ranges[i].size)
			return &space->ranges[i];
	}
	return NULL;
}

uint8_t *sim_memory_at(const struct sim_space *space, uint64_t at, uint64_t n)
{
	const struct sim_range *r = sim_memory_find(space, at);

	if (r == NULL || n > r->size - (at - r->at))
		return NULL;
	return space->gm + (at - SIM_GM_BASE);
}

/*
 * The process that a client sees while no program has launched a kernel: a device with one core
 * that does nothing. Made by port.c.
 */
#include "target/device/none.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/device/device.h"

void device_none_close(struct ascend *a)
{
	ascend_deinit(a);
	free(a);
}

static bool none_reg(struct ascend *a, const struct ascend_core *core, uint64_t addr, void *buf,
		     size_t n)
{
	(void)a;
	(void)core;
	(void)addr;
	memset(buf, 0, n);
	return true;
}

static enum target_status none_local(struct ascend *a, size_t index, uint64_t offset, void *buf,
				     size_t n, size_t *done)
{
	(void)index;
	(void)offset;
	(void)buf;
	(void)n;
	*done = 0;
	return target_fail(&a->base, TARGET_UNAVAILABLE, "no kernel was launched yet");
}

static enum target_status none_global(struct ascend *a, uint64_t at, void *buf, size_t n,
				      size_t *done)
{
	(void)at;
	return none_local(a, 0, 0, buf, n, done);
}

static const struct ascend_source_ops none_ops = {
	.reg = none_reg,
	.local = none_local,
	.global = none_global,
	.close = device_none_close,
};

/* Of any chip: an exec event makes the client read everything anew. */
struct ascend *device_none_create(uint32_t device, struct target_log log)
{
	struct ascend *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->base.ops = &ascend_target_ops;
	a->base.log = log;
	a->source = &none_ops;
	a->chip = chip_find_soc("Ascend910B1");
	a->device = device;
	a->pid = DEVICE_PROCESS + device;
	snprintf(a->title, sizeof(a->title), "waits for a kernel");
	a->cores = calloc(1, sizeof(*a->cores));
	if (a->cores) {
		a->core_count = 1;
		a->cores[0] = (struct ascend_core){
			.running = true,
			.has_stop = true,
			.stop = { .reason = "waits for a kernel", .has_pc = true },
			.block = -1,
			.task = -1,
			.stream = -1,
		};
	}
	if (a->cores && ascend_init(a) == TARGET_OK)
		return a;
	device_none_close(a);
	return NULL;
}

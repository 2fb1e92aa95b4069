/*
 * What conditions and commands of a breakpoint see of the thread that hit it. Called by event.c.
 */
#include <string.h>

#include "target/linux/linux_priv.h"

struct hit {
	struct linux_target *l;
	struct linux_thread *th;
};

static bool read_reg(void *ctx, unsigned number, uint64_t *value)
{
	struct hit *hit = ctx;
	const struct arch_desc *d = hit->th->process->desc;
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };
	bool valid = false;

	if (!d || number >= d->reg_count || arch_reg_size(&d->regs[number]) > sizeof(*value) ||
	    linux_reg_read(&hit->l->base, linux_tid(hit->th), number, bytes, &valid) != TARGET_OK)
		return false;
	memcpy(value, bytes, sizeof(*value));
	return valid;
}

static bool read_mem(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct hit *hit = ctx;
	size_t done = 0;

	return linux_mem_read(&hit->l->base, linux_tid(hit->th), at, buf, n, &done) == TARGET_OK &&
	       done == n;
}

bool linux_point_tells(struct linux_target *l, struct linux_thread *th, enum target_point_kind kind,
		       uint64_t at)
{
	struct hit hit = { l, th };
	struct agent_access thread = { .reg = read_reg, .mem = read_mem, .ctx = &hit };

	return point_code_tells(point_codes_find(&th->process->codes, kind, at), thread,
				&l->base.log);
}

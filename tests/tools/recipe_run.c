/*
 * Executes a kernel for mkcore with libunicorn: blocks, the core's stack and its UB or L1 are
 * mapped where the kernel sees them, and what is there when it stops is what the dump holds.
 * Device registers from AArch64 ones: GPR0..29 = x0..x29, GPR30 = sp, GPR31 = x30.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#include "tests/tools/recipe.h"

enum {
	PAGE = 4096,
	STACK_HEADROOM = 256,	  /* above the first frame, as the device leaves it */
	SECONDS = 20,		  /* longest run */
	LARGEST_BLOCK = 64 << 20, /* larger ones cannot be used by the kernel */
};

struct region {
	uint64_t at;
	struct dump_data *data;
};

struct machine {
	struct recipe *r;
	uc_engine *uc;
	struct region *regions;
	size_t count;
};

static void check(const struct machine *m, uc_err err, const char *what)
{
	uint64_t pc = 0;
	if (err == UC_ERR_OK)
		return;
	uc_reg_read(m->uc, UC_ARM64_REG_PC, &pc);
	recipe_fail(m->r, "%s: %s (pc %#llx)", what, uc_strerror(err), (unsigned long long)pc);
}

static void add_region(struct machine *m, uint64_t at, struct dump_data *data)
{
	if (!data->size || data->size > LARGEST_BLOCK)
		return;
	m->regions = dump_grow(m->regions, m->count, sizeof(*m->regions));
	m->regions[m->count++] = (struct region){ at, data };
}

static void add_regions(struct machine *m, struct recipe_core *c)
{
	struct dump *d = m->r->dump;
	for (size_t i = 0; i < d->global_count; i++) {
		struct dump_global *g = d->globals[i];
		if (g->type != DUMP_STACK && g->type != DUMP_SIMT_STACK && !g->failed)
			add_region(m, g->at, &g->data);
	}
	add_region(m, c->stack_at, &c->live);
	/* small addresses: UB of an AIV, L1 of an AIC */
	uint32_t mem = c->core->type == DUMP_AIV ? CHIP_UB : CHIP_L1;
	for (size_t i = 0; i < c->core->local_count; i++) {
		if (c->core->locals[i]->mem == mem)
			add_region(m, 0, &c->core->locals[i]->data);
	}
}

static int compare_regions(const void *a, const void *b)
{
	const struct region *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

/* Whole pages; regions that share some are mapped together. */
static void map_regions(struct machine *m)
{
	qsort(m->regions, m->count, sizeof(*m->regions), compare_regions);
	for (size_t i = 0; i < m->count;) {
		uint64_t start = m->regions[i].at / PAGE * PAGE, end = start;
		for (; i < m->count && m->regions[i].at / PAGE * PAGE <= end; i++) {
			uint64_t last = m->regions[i].at + m->regions[i].data->size;
			if (last > end)
				end = (last + PAGE - 1) / PAGE * PAGE;
		}
		check(m, uc_mem_map(m->uc, start, (size_t)(end - start), UC_PROT_ALL),
		      "cannot map memory");
	}
}

static void load_region(struct machine *m, const struct region *g)
{
	for (size_t i = 0; i < g->data->count; i++) {
		const struct dump_chunk *c = &g->data->chunks[i];
		check(m, uc_mem_write(m->uc, g->at + c->at, c->bytes, c->n), "cannot fill memory");
	}
}

/* Takes over what the kernel wrote. */
static void save_region(struct machine *m, const struct region *g)
{
	size_t n = (size_t)g->data->size;
	uint8_t *now = dump_alloc(n), *before = dump_alloc(n);
	check(m, uc_mem_read(m->uc, g->at, now, n), "cannot read memory");
	dump_data_get(g->data, 0, before, n);
	if (memcmp(now, before, n) != 0) {
		dump_data_clear(g->data);
		dump_data_append(g->data, now, n);
	}
	free(now);
	free(before);
}

static int x_register(unsigned n)
{
	return n < 29 ? UC_ARM64_REG_X0 + (int)n : n == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X30;
}

/* Arguments, then registers that spell their names, frame pointer and return address 0. */
static void set_registers(struct machine *m, const struct recipe_core *c,
			  const struct recipe_call *call)
{
	uint64_t sp = (c->stack_at + c->live.size - STACK_HEADROOM) & ~15ull;
	uint64_t fp_enabled = 3 << 20;
	uc_reg_write(m->uc, UC_ARM64_REG_CPACR_EL1, &fp_enabled);
	uc_reg_write(m->uc, UC_ARM64_REG_SP, &sp);
	for (unsigned i = 0; i < 31; i++) {
		char name[sizeof(uint64_t) + 1] = { 0 };
		uint64_t v;
		if (i < 29)
			snprintf(name, sizeof(name), "GPR%u", i);
		memcpy(&v, name, sizeof(v));
		if (i < call->arg_count && i < sizeof(call->args) / sizeof(call->args[0]))
			v = call->args[i];
		uc_reg_write(m->uc, x_register(i), &v);
	}
}

/* Before each instruction at the place where the run ends. */
static void on_hit(uc_engine *uc, uint64_t at, uint32_t size, void *ctx)
{
	unsigned *left = ctx;

	(void)at;
	(void)size;
	if (--*left == 0)
		uc_emu_stop(uc);
}

/*
 * One run with a hook: a run to an address that is continued by a single step makes the library
 * clear all of its code buffer, which takes longer than anything else here.
 */
static void execute(struct machine *m, const struct recipe_call *call)
{
	unsigned left = call->hit;
	uc_hook hook;

	check(m,
	      uc_hook_add(m->uc, &hook, UC_HOOK_CODE, (void *)(uintptr_t)on_hit, &left, call->until,
			  call->until),
	      "cannot watch the place where it ends");
	check(m, uc_emu_start(m->uc, call->function, 0, SECONDS * UC_SECOND_SCALE, 0),
	      "the kernel failed");
	if (left)
		recipe_fail(m->r, "the kernel ended or ran for %d s without coming there", SECONDS);
}

static void save_registers(struct machine *m, struct recipe_core *c)
{
	uint64_t v;
	char name[16];
	for (unsigned i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "GPR%u", i);
		uc_reg_read(m->uc, x_register(i), &v);
		recipe_set_reg(m->r, c, name, v);
	}
	uc_reg_read(m->uc, UC_ARM64_REG_SP, &v);
	recipe_set_reg(m->r, c, "GPR30", v);
	uc_reg_read(m->uc, UC_ARM64_REG_X30, &v);
	recipe_set_reg(m->r, c, "GPR31", v);
	uc_reg_read(m->uc, UC_ARM64_REG_PC, &v);
	recipe_set_reg(m->r, c, "PC", v);
}

void recipe_run(struct recipe *r, struct recipe_core *c, const struct recipe_call *call)
{
	struct machine m = { .r = r };
	if (!c->stack)
		recipe_fail(r, "`stack` must come before `run`");
	if (uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &m.uc) != UC_ERR_OK)
		recipe_fail(r, "libunicorn does not start");
	add_regions(&m, c);
	map_regions(&m);
	for (size_t i = 0; i < m.count; i++)
		load_region(&m, &m.regions[i]);
	set_registers(&m, c, call);
	execute(&m, call);
	for (size_t i = 0; i < m.count; i++)
		save_region(&m, &m.regions[i]);
	save_registers(&m, c);
	uc_close(m.uc);
	free(m.regions);
}

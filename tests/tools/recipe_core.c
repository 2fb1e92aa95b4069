/*
 * Statements of dump recipes about cores: which there are, their local memories, stacks, registers,
 * errors, and how far they ran. Each statement acts on all cores of the last `core` statement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/recipe.h"

typedef void (*core_fn)(struct recipe *r, struct recipe_core *c, const struct recipe_words *w);

static void for_each_core(struct recipe *r, const struct recipe_words *w, core_fn run)
{
	if (r->selected >= r->core_count)
		recipe_fail(r, "`core` must come first");
	for (size_t i = r->selected; i < r->core_count; i++)
		run(r, r->cores[i], w);
}

static void target_local(struct recipe *r, const struct recipe_core *c, struct dump_local *l)
{
	struct recipe_target t = {
		.core = c,
		.data = &l->data,
		.failed = &l->failed,
		.tag = l->mem << 28 | (uint32_t)dump_unified(r->dump, c->core->type, c->core->id)
					      << 20,
	};
	recipe_target(r, &t);
}

static const struct recipe_statement *find_content(const char *word)
{
	const struct recipe_statement *s = recipe_content_statements;
	while (strcmp(s->word, word) != 0)
		s++;
	return s;
}

/* Local memories in writing order, which is that of their numbers, with the pattern in them. */
static void add_memories(struct recipe *r, struct recipe_core *c)
{
	unsigned mine = c->core->type == DUMP_AIC ? CHIP_ON_AIC : CHIP_ON_AIV;
	for (uint8_t mem = CHIP_L0A; mem <= CHIP_L1; mem++) {
		const struct chip_mem_info *info = chip_mem_find(r->chip, mem);
		if (info && (info->cores & mine))
			target_local(r, c, dump_add_local(c->core, mem, info->size));
	}
	struct recipe_words none = { .count = 0 };
	if (r->target_count)
		find_content("pattern")->run(r, &none);
	recipe_no_targets(r);
}

static void add_core(struct recipe *r, uint8_t type, uint8_t id, bool bare)
{
	struct recipe_core *c = dump_alloc(sizeof(*c));
	r->cores = dump_grow(r->cores, r->core_count, sizeof(struct recipe_core *));
	r->cores[r->core_count++] = c;
	c->core = dump_add_core(r->dump, type, id);
	c->core->bare = bare;
	c->n = (unsigned)(r->core_count - 1 - r->selected);
	c->stale = -1;
	recipe_no_targets(r);
	if (bare)
		return;
	add_memories(r, c);
	dump_core_registers(r->dump, c->core);
	recipe_spell(r, c->core, 0);
}

static void state_core(struct recipe *r, const struct recipe_words *w)
{
	char *dash;
	uint8_t type = strcmp(w->word[0], "AIV") == 0 ? DUMP_AIV : DUMP_AIC;
	if (type == DUMP_AIC && strcmp(w->word[0], "AIC") != 0)
		recipe_fail(r, "a core is AIC or AIV");
	if (!r->dump)
		recipe_fail(r, "`chip` must come first");
	unsigned long first = strtoul(w->word[1], &dash, 0);
	unsigned long last = *dash == '-' ? strtoul(dash + 1, NULL, 0) : first;
	if (last > 127)
		recipe_fail(r, "core ids end at 127");
	r->selected = r->core_count;
	for (; first <= last; first++)
		add_core(r, type, (uint8_t)first, w->count > 2 && strcmp(w->word[2], "bare") == 0);
}

/* --- local memories and caches */

static uint32_t memory_number(const struct recipe *r, const char *name)
{
	for (size_t i = 0; i < r->chip->mem_count; i++) {
		if (strcmp(r->chip->mems[i].name, name) == 0)
			return r->chip->mems[i].mem;
	}
	return (uint32_t)recipe_value(r, NULL, name);
}

static struct dump_local *find_local(struct recipe_core *c, uint32_t mem)
{
	for (size_t i = 0; i < c->core->local_count; i++) {
		if (c->core->locals[i]->mem == mem)
			return c->core->locals[i];
	}
	return NULL;
}

static void core_local(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	uint32_t mem = memory_number(r, w->word[0]);
	struct dump_local *l = find_local(c, mem);
	uint64_t size = l ? l->data.size : 0;
	if (!l)
		l = dump_add_local(c->core, mem, 0);
	dump_data_clear(&l->data);
	l->data.size = w->count > 1 ? recipe_value(r, c, w->word[1]) : size;
	target_local(r, c, l);
}

static void state_local(struct recipe *r, const struct recipe_words *w)
{
	recipe_no_targets(r);
	for_each_core(r, w, core_local);
}

static void core_without(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	struct dump_local *gone = find_local(c, memory_number(r, w->word[0]));
	size_t kept = 0;
	for (size_t i = 0; i < c->core->local_count; i++) {
		if (c->core->locals[i] != gone)
			c->core->locals[kept++] = c->core->locals[i];
	}
	if (!gone)
		recipe_fail(r, "the core has no %s", w->word[0]);
	c->core->local_count = kept;
	dump_data_clear(&gone->data);
	free(gone);
}

static void state_without(struct recipe *r, const struct recipe_words *w)
{
	recipe_no_targets(r);
	for_each_core(r, w, core_without);
}

static void core_cache(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	struct dump_global *g = recipe_find_block(r, w->word[0]);
	struct recipe_cache *k = dump_alloc(sizeof(*k));
	if (!g)
		recipe_fail(r, "there is no block %s", w->word[0]);
	r->caches = dump_grow(r->caches, r->cache_count, sizeof(struct recipe_cache *));
	r->caches[r->cache_count++] = k;
	*k = (struct recipe_cache){ .core = c, .global = g, .data = { .size = g->data.size } };
	recipe_target(r, &(struct recipe_target){ c, &k->data, &k->failed, 0 });
}

static void state_cache(struct recipe *r, const struct recipe_words *w)
{
	recipe_no_targets(r);
	for_each_core(r, w, core_cache);
}

static void core_no_caches(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	(void)r;
	(void)w;
	c->no_caches = true;
}

static void state_no_caches(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_no_caches);
}

/* --- stacks */

/* The window in which a core sees its own stack (coredump facts 6.1). */
static uint64_t alias_of(const struct recipe *r, uint64_t at)
{
	uint64_t alias = at - 0xff000000000 + 0x100000;
	if (alias < 0x100000 || alias >= 0x1000000)
		recipe_fail(r, "a stack at %#llx has no alias", (unsigned long long)at);
	return alias;
}

static void core_stack(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	uint64_t size = recipe_value(r, c, w->word[1]);
	uint64_t at = dump_stack_at(r->dump, c->core, recipe_value(r, c, w->word[0]), size);
	c->stack = dump_add_global(r->dump, DUMP_STACK, at, size);
	c->stack->core_id = dump_unified(r->dump, c->core->type, c->core->id);
	c->live.size = size;
	c->stack_at = at;
	for (size_t i = 2; i < w->count; i++) {
		if (strcmp(w->word[i], "alias") == 0)
			c->stack_at = alias_of(r, at);
		else if (strncmp(w->word[i], "stale=", 6) == 0)
			c->stale = (int)(recipe_value(r, c, w->word[i] + 6) & 0xff);
		else
			recipe_fail(r, "`%s` is not known: alias, stale=BYTE", w->word[i]);
	}
	recipe_target(r, &(struct recipe_target){ c, &c->live, &c->stack->failed, 0 });
}

static void state_stack(struct recipe *r, const struct recipe_words *w)
{
	recipe_no_targets(r);
	for_each_core(r, w, core_stack);
}

static void core_simt_stack(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	struct dump_global *g =
		dump_add_global(r->dump, DUMP_SIMT_STACK, recipe_value(r, c, w->word[0]),
				recipe_value(r, c, w->word[1]));
	g->core_id = dump_unified(r->dump, c->core->type, c->core->id);
	recipe_target(r, &(struct recipe_target){ c, &g->data, &g->failed, 0 });
}

static void state_simt_stack(struct recipe *r, const struct recipe_words *w)
{
	recipe_no_targets(r);
	for_each_core(r, w, core_simt_stack);
}

/* --- registers */

static void core_reg(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	size_t offset;
	struct dump_reg *e = recipe_reg(r, c, w->word[0], &offset);
	if (strcmp(w->word[1], "invalid") == 0)
		e->invalid = true;
	else
		recipe_set_reg(r, c, w->word[0], recipe_value(r, c, w->word[1]));
}

static void state_reg(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_reg);
}

/* Any address, also one the writer does not know; the width is that of the bytes. */
static void core_entry(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	struct dump_data bytes = { 0 };
	recipe_hex(r, w, 1, &bytes);
	if (bytes.size > 32)
		recipe_fail(r, "an entry has 32 bytes at most");
	struct dump_reg *e =
		dump_add_reg(c->core, recipe_value(r, c, w->word[0]), (uint8_t)bytes.size);
	dump_data_get(&bytes, 0, e->value, (size_t)bytes.size);
	dump_data_clear(&bytes);
}

static void state_entry(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_entry);
}

static void core_no_regs(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	(void)r;
	(void)w;
	c->core->reg_count = 0;
	free(c->core->regs);
	c->core->regs = NULL;
}

static void state_no_regs(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_no_regs);
}

/* zero: as registers of a device that has nothing to say, instead of their names */
static void core_record(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	size_t from = c->core->reg_count;
	recipe_record(r, c);
	if (w->count && strcmp(w->word[0], "zero") != 0)
		recipe_fail(r, "only `zero` may follow");
	for (size_t i = from; i < c->core->reg_count && w->count; i++)
		dump_reg_set(&c->core->regs[i], 0);
}

static void state_record(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_record);
}

static void core_error(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	recipe_record(r, c);
	recipe_set_reg(r, c, w->word[0], recipe_value(r, c, w->word[1]));
}

static void state_error(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_error);
}

static void core_fault(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	unsigned bit = (unsigned)recipe_value(r, c, w->word[1]);
	if (strcmp(w->word[2], "at") != 0 || bit > 31)
		recipe_fail(r, "`fault` wants REGISTER BIT at PLACE");
	recipe_fault(r, c, w->word[0], bit, recipe_value(r, c, w->word[3]));
}

static void state_fault(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_fault);
}

/* --- execution */

static void core_run(struct recipe *r, struct recipe_core *c, const struct recipe_words *w)
{
	struct recipe_call call = { .function = recipe_value(r, c, w->word[0]), .hit = 1 };
	size_t i = 1;
	for (; i < w->count && strcmp(w->word[i], "until") != 0; i++) {
		if (call.arg_count == 8)
			recipe_fail(r, "a function takes 8 arguments at most");
		call.args[call.arg_count++] = recipe_value(r, c, w->word[i]);
	}
	if (i + 1 >= w->count)
		recipe_fail(r, "`until PLACE` is missing");
	call.until = recipe_value(r, c, w->word[i + 1]);
	if (i + 3 < w->count && strcmp(w->word[i + 2], "hit") == 0)
		call.hit = (unsigned)recipe_value(r, c, w->word[i + 3]);
	else if (i + 2 < w->count)
		recipe_fail(r, "only `hit N` may follow the place");
	recipe_run(r, c, &call);
}

static void state_run(struct recipe *r, const struct recipe_words *w)
{
	for_each_core(r, w, core_run);
}

const struct recipe_statement recipe_core_statements[] = {
	{ "core", 2, 3, state_core, "AIC|AIV FIRST[-LAST] [bare]: cores; bare: device table only" },
	{ "local", 1, 2, state_local, "MEM [SIZE]: a local memory; its contents follow" },
	{ "without", 1, 1, state_without, "MEM: the core's section of it is missing" },
	{ "cache", 1, 1, state_cache,
	  "BLOCK: what the core's DCACHE holds of it; contents follow" },
	{ "no-caches", 0, 0, state_no_caches, ": neither ICACHE nor DCACHE" },
	{ "stack", 2, 4, state_stack,
	  "BASE SIZE [alias] [stale=BYTE]: at the core's slot; contents follow" },
	{ "simt-stack", 2, 2, state_simt_stack, "ADDR SIZE: contents follow" },
	{ "run", 3, 13, state_run, "FUNCTION ARG... until PLACE [hit N]: executes the kernel" },
	{ "reg", 2, 2, state_reg, "NAME[.WARP|.THREAD|.PART] VALUE|invalid" },
	{ "entry", 2, RECIPE_WORDS - 1, state_entry, "ADDR HEX...: one more register entry" },
	{ "no-regs", 0, 0, state_no_regs, ": no register section" },
	{ "record", 0, 1, state_record, "[zero]: the core is in the exception record" },
	{ "error", 2, 2, state_error, "NAME VALUE: a register of the exception record" },
	{ "fault", 4, 4, state_fault, "REGISTER BIT at PLACE: an error and its corrected pc" },
	{ NULL, 0, 0, NULL, NULL },
};

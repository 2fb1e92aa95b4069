/*
 * Registers in dump recipes: every entry spells its register's name in ASCII until it is set, and
 * composite registers of the 950 are found in their entries (coredump facts 3.4). Called by
 * recipe_core.c and recipe_run.c; names come from the tables of arch/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/recipe.h"

static bool is_error_register(const struct chip *chip, const char *name)
{
	for (size_t i = 0; i < chip->error_count; i++) {
		if (strcmp(chip->errors[i].name, name) == 0)
			return true;
	}
	return false;
}

/* What an entry is called: a register, a part of one, or its address. NULL: stays 0. */
static const char *entry_name(const struct chip *chip, uint64_t addr, char *out, size_t room)
{
	for (size_t i = 0; i < chip->reg_count; i++) {
		const struct chip_reg *g = &chip->regs[i];
		uint64_t part = addr - g->addr;
		if (g->kind == CHIP_REG_PLAIN && part == 0)
			return is_error_register(chip, g->name) ? NULL : g->name;
		bool inside =
			(g->kind == CHIP_REG_V && part < 8) ||
			((g->kind == CHIP_REG_WARP || g->kind == CHIP_REG_WARP_MASK) && part < 64);
		if (!inside)
			continue;
		snprintf(out, room, "%s.%u", g->name, (unsigned)part);
		return out;
	}
	snprintf(out, room, "@%llx", (unsigned long long)addr);
	return out;
}

/* A name that is too long loses its underscores, then its middle. */
static void spell(const char *name, uint8_t *out, size_t room)
{
	char shorter[64];
	size_t n = strlen(name);
	if (n > room) {
		size_t k = 0;
		for (const char *p = name; *p && k < sizeof(shorter) - 1; p++) {
			if (*p != '_')
				shorter[k++] = *p;
		}
		shorter[k] = '\0';
		name = shorter;
		n = k;
	}
	memset(out, 0, room);
	if (n <= room) {
		memcpy(out, name, n);
	} else {
		size_t tail = room / 2;
		memcpy(out, name, room - tail);
		memcpy(out + (room - tail), name + n - tail, tail);
	}
}

void recipe_spell(const struct recipe *r, struct dump_core *c, size_t from)
{
	for (size_t i = from; i < c->reg_count; i++) {
		char buf[64];
		const char *name = entry_name(r->chip, c->regs[i].addr, buf, sizeof(buf));
		if (name)
			spell(name, c->regs[i].value, c->regs[i].size);
	}
}

/* Entry and word of a banked register of SIMT thread t (coredump facts 3.4, R0..R126). */
static uint64_t thread_entry(uint64_t base, unsigned reg, unsigned t, size_t *offset)
{
	unsigned w = t / 32;
	*offset = t % 8 * 4;
	return base | (uint64_t)(w % 4) << 10 | (w >> 2 & 1) << 9 |
	       ((w >> 3 & 1) | (reg >> 6 & 1)) << 8 | ((w >> 4 & 1) | (reg >> 5 & 1)) << 7 |
	       ((w >> 5 & 1) | (reg >> 4 & 1)) << 6 | (reg & 15) << 2 | t % 32 / 8;
}

static uint64_t entry_addr(const struct recipe *r, const struct chip_reg *g, unsigned part,
			   size_t *offset)
{
	*offset = 0;
	switch (g->kind) {
	case CHIP_REG_PLAIN:
	case CHIP_REG_V:
		return g->addr + part;
	case CHIP_REG_WARP:
	case CHIP_REG_WARP_MASK:
		return g->addr | part;
	case CHIP_REG_THREAD:
		return thread_entry(g->addr, g->index, part, offset);
	default:
		recipe_fail(r, "%s is made of others: set those", g->name);
	}
}

struct dump_reg *recipe_reg(const struct recipe *r, struct recipe_core *c, const char *name,
			    size_t *offset)
{
	char plain[64];
	const char *dot = strchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : strlen(name);
	snprintf(plain, sizeof(plain), "%.*s", (int)n, name);
	const struct chip_reg *g = chip_reg_find(r->chip, plain);
	if (!g)
		recipe_fail(r, "the chip has no register %s", plain);
	unsigned part = dot ? (unsigned)strtoul(dot + 1, NULL, 0) : 0;
	struct dump_reg *e = dump_find_reg(c->core, entry_addr(r, g, part, offset));
	if (!e)
		recipe_fail(r, "the writer gives %s %u no entry for %s",
			    c->core->type == DUMP_AIV ? "AIV" : "AIC", c->core->id, name);
	return e;
}

void recipe_set_reg(const struct recipe *r, struct recipe_core *c, const char *name, uint64_t value)
{
	size_t offset;
	struct dump_reg *e = recipe_reg(r, c, name, &offset);
	if (!offset && e->size <= 8) {
		dump_reg_set(e, value);
		return;
	}
	/* one word of several */
	for (size_t i = 0; i < (e->size <= 8 || strchr(name, '.') ? 4u : 8u); i++)
		e->value[offset + i] = (uint8_t)(value >> (8 * i));
}

void recipe_record(const struct recipe *r, struct recipe_core *c)
{
	size_t from = c->core->reg_count;
	if (c->recorded)
		return;
	c->recorded = true;
	dump_core_errors(r->dump, c->core);
	recipe_spell(r, c->core, from);
}

static uint64_t reg_value(const struct dump_reg *e)
{
	uint64_t v = 0;
	for (size_t i = 8; i-- > 0;)
		v = v << 8 | e->value[i];
	return v;
}

static const struct chip_error_group *find_group(const struct recipe *r, const char *name,
						 unsigned bit)
{
	for (size_t i = 0; i < r->chip->error_count; i++) {
		const struct chip_error_reg *e = &r->chip->errors[i];
		for (size_t g = 0; strcmp(e->name, name) == 0 && g < e->group_count; g++) {
			if (e->groups[g].mask >> bit & 1)
				return &e->groups[g];
		}
	}
	recipe_fail(r, "bit %u of %s has no stop reason", bit, name);
}

void recipe_fault(const struct recipe *r, struct recipe_core *c, const char *name, unsigned bit,
		  uint64_t pc)
{
	size_t offset;
	recipe_record(r, c);
	const struct chip_error_group *group = find_group(r, name, bit);
	struct dump_reg *error = recipe_reg(r, c, name, &offset);
	dump_reg_set(error, reg_value(error) | 1ull << bit);
	uint64_t raw = reg_value(recipe_reg(r, c, "PC", &offset));
	for (size_t i = 0; i < group->patch_count; i++) {
		const struct chip_pc_patch *p = &group->patches[i];
		struct dump_reg *info = recipe_reg(r, c, p->reg, &offset);
		uint64_t mask = (1ull << p->width) - 1;
		uint64_t bits = pc >> p->dst_lo & mask;
		dump_reg_set(info, (reg_value(info) & ~(mask << p->src_lo)) | bits << p->src_lo);
		raw = (raw & ~(mask << p->dst_lo)) | bits << p->dst_lo;
	}
	if (raw != pc)
		recipe_fail(r, "the registers cannot say %#llx beside this PC: run first",
			    (unsigned long long)pc);
}

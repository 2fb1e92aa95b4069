/*
 * `monitor ascend register read`: registers under their vendor names, in msDebug's order: PC
 * first, then by length of the name, then by name. Called by commands.c.
 */
#include "target/ascend/ascend_priv.h"

#include "target/auto.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 24 };

/* Vector registers in words, other wide ones in bytes, as msDebug types them (facts 3.4). */
static void print_wide(struct target_text *out, const struct chip_reg *reg, const uint8_t *bytes)
{
	size_t step = reg->kind == CHIP_REG_V ? 4 : 1;

	for (size_t i = 0; i + step <= reg->size; i += step)
		target_text_format(out, "%s0x%0*llx", i ? " " : "{", (int)step * 2,
				   (unsigned long long)ascend_number_of(bytes + i, step));
	target_text_add(out, "}\n");
}

/* false: the register is not available. */
static bool print_reg(struct ascend_call *c, const struct chip_reg *reg)
{
	const struct chip_stop *stop = ascend_core_stop(c->a, c->core);
	uint8_t bytes[ARCH_REG_MAX_BYTES] = { 0 };

	if (!ascend_reg(c->a, c->core, reg, bytes))
		return false;
	target_text_format(c->out, "%*s = ", NAME_WIDTH, reg->name);
	if (reg->size > 8) {
		print_wide(c->out, reg, bytes);
		return true;
	}
	bool is_pc = !strcmp(reg->name, "PC");
	uint64_t value = is_pc ? stop->pc : ascend_number_of(bytes, reg->size);
	target_text_format(c->out, "0x%0*llx", reg->size * 2, (unsigned long long)value);
	if (is_pc && ascend_kernel_at(c->a, value)) {
		target_text_add(c->out, "  ");
		ascend_place_words(c->a, value, false, c->out);
	}
	target_text_add(c->out, "\n");
	return true;
}

static int by_name(const void *x, const void *y)
{
	const struct chip_reg *const *rx = x, *const *ry = y;
	const char *nx = (*rx)->name, *ny = (*ry)->name;
	bool px = !strcmp(nx, "PC"), py = !strcmp(ny, "PC");

	if (px != py)
		return px ? -1 : 1;
	if (strlen(nx) != strlen(ny))
		return strlen(nx) < strlen(ny) ? -1 : 1;
	return strcmp(nx, ny);
}

static bool is_general(const struct chip_reg *reg)
{
	return !strcmp(reg->group, "gpr") || !strcmp(reg->group, "pc");
}

static enum target_status print_all(struct ascend_call *c, bool general_only)
{
	const struct chip *chip = c->a->chip;
	AUTO_FREE const struct chip_reg **order = calloc(chip->reg_count, sizeof(*order));
	size_t missing = 0;

	if (!order)
		return target_fail(&c->a->base, TARGET_SYSTEM, "out of memory");
	for (size_t i = 0; i < chip->reg_count; i++)
		order[i] = &chip->regs[i];
	qsort(order, chip->reg_count, sizeof(*order), by_name);
	for (size_t i = 0; i < chip->reg_count; i++) {
		if (general_only && !is_general(order[i]))
			continue;
		missing += !print_reg(c, order[i]);
	}
	if (missing)
		target_text_format(c->out, "%zu registers were unavailable.\n", missing);
	return TARGET_OK;
}

/* The words are msDebug's: live facts 6, coredump facts 6.6. */
static enum target_status print_named(struct ascend_call *c, const char *name)
{
	const struct chip_reg *reg = chip_reg_find(c->a->chip, *name == '$' ? name + 1 : name);

	if (!reg)
		return target_fail(&c->a->base, TARGET_INVALID, "Invalid register name '%.32s'.",
				   name);
	if (print_reg(c, reg))
		return TARGET_OK;
	return target_fail(&c->a->base, TARGET_UNAVAILABLE,
			   "Get value for register_name=%s, register_addr=%llx, focus_core_id=%u "
			   "failed",
			   reg->name, (unsigned long long)reg->addr, c->core->unified);
}

enum target_status ascend_cmd_register_read(struct ascend_call *c)
{
	if (!c->argc)
		return print_all(c, true);
	if (c->argc == 1 && !strcmp(c->argv[0], "-a"))
		return print_all(c, false);
	for (size_t i = 0; i < c->argc; i++) {
		enum target_status status = print_named(c, c->argv[i]);
		if (status != TARGET_OK)
			return status;
	}
	return TARGET_OK;
}

/*
 * `monitor ascend stop`: everything the error registers of a core say, bit by bit, and where it
 * was. Text a person can paste into a bug report. Called by commands.c.
 */
#include "target/ascend/ascend_priv.h"

#include <string.h>

static void print_bit(struct target_text *out, const struct chip_error_reg *reg, unsigned bit)
{
	const struct chip_error_bit *known = ascend_error_bit(reg, bit);

	target_text_format(out, "    bit %2u  ", bit);
	if (!known) {
		target_text_add(out, "(meaning not public)\n");
		return;
	}
	target_text_add(out, known->name);
	if (*known->unit)
		target_text_format(out, "  unit %s", known->unit);
	if (strcmp(known->name, known->name_msdebug))
		target_text_format(out, "  (msDebug: %s)", known->name_msdebug);
	target_text_add(out, "\n");
}

/* Error registers that could be read; *set counts those with a bit. */
static size_t print_errors(struct ascend_call *c, struct ascend_core *core, size_t *set)
{
	const struct chip_stop *stop = ascend_core_stop(c->a, core);
	size_t readable = 0;

	for (size_t i = 0; i < c->a->chip->error_count; i++) {
		const struct chip_error_reg *reg = &c->a->chip->errors[i];
		uint64_t value;
		if (!ascend_reg_number(c->a, core, reg->name, &value))
			continue;
		readable++;
		if (!value)
			continue;
		(*set)++;
		target_text_format(c->out, "  %s = 0x%08x%s\n", reg->name, (unsigned)value,
				   reg == stop->reg ? "  (decides)" : "");
		for (unsigned bit = 0; bit < 32; bit++) {
			if (value >> bit & 1)
				print_bit(c->out, reg, bit);
		}
	}
	return readable;
}

/* The registers with details of an error; those that are 0 say nothing. */
static void print_details(struct ascend_call *c, struct ascend_core *core)
{
	const struct chip *chip = c->a->chip;
	const char *lead = "  details: ";

	for (size_t i = 0; i < chip->reg_count; i++) {
		const struct chip_reg *reg = &chip->regs[i];
		uint64_t value;
		if (strcmp(reg->group, "errinfo") || !ascend_reg_value(c->a, core, reg, &value) ||
		    !value)
			continue;
		target_text_format(c->out, "%s%s = 0x%08x", lead, reg->name, (unsigned)value);
		lead = ", ";
	}
	if (*lead == ',')
		target_text_add(c->out, "\n");
}

static void print_pc(struct ascend_call *c, const struct chip_stop *stop)
{
	if (!stop->has_pc) {
		target_text_add(c->out, "  pc was not saved\n");
		return;
	}
	target_text_format(c->out, "  pc %#llx in ", (unsigned long long)stop->pc);
	ascend_place_words(c->a, stop->pc, false, c->out);
	if (stop->pc != stop->raw_pc)
		target_text_format(c->out, "  (stored %#llx, corrected by the error registers)",
				   (unsigned long long)stop->raw_pc);
	target_text_add(c->out, "\n");
}

static void print_position(struct ascend_call *c, const struct chip_stop *stop)
{
	if (stop->position == CHIP_POS_SIMD)
		target_text_add(c->out, "  in a SIMD vector function\n");
	else if (stop->position == CHIP_POS_SIMT)
		target_text_format(c->out, "  in a SIMT vector function, warp %u, thread %u\n",
				   stop->warp, stop->simt_thread);
}

static void print_core(struct ascend_call *c, struct ascend_core *core)
{
	const struct chip_stop *stop = ascend_core_stop(c->a, core);
	struct target_tid tid = ascend_core_tid(c->a, core);
	size_t set = 0;

	target_text_format(c->out, "%s (thread %u.%u): %s\n", ascend_core_name(core).text, tid.pid,
			   tid.tid, stop->reason);
	print_pc(c, stop);
	print_position(c, stop);
	size_t readable = print_errors(c, core, &set);
	if (!readable)
		target_text_add(c->out, "  no error registers were saved for this core: "
					"it is not part of the exception record\n");
	else if (!set)
		target_text_add(c->out, "  no error bit is set\n");
	print_details(c, core);
}

enum target_status ascend_cmd_stop(struct ascend_call *c)
{
	struct ascend_core *core = c->core;
	enum target_status status = TARGET_OK;

	if (c->argc == 1 && !strcmp(c->argv[0], "all")) {
		for (size_t i = 0; i < c->a->core_count; i++)
			print_core(c, &c->a->cores[i]);
		return TARGET_OK;
	}
	if (c->argc)
		status = ascend_core_argument(c, &core);
	if (status == TARGET_OK)
		print_core(c, core);
	return status;
}

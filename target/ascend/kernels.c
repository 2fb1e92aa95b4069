/*
 * From device addresses to kernels, functions and lines, and call stacks of cores.
 * ELF and DWARF are symbols/'s business; here they meet the cores and their memory.
 */
#include "target/ascend/ascend_priv.h"

#include <stdio.h>
#include <string.h>

struct ascend_kernel *ascend_kernel_at(struct ascend *a, uint64_t pc)
{
	for (size_t i = 0; i < a->kernel_count; i++) {
		struct ascend_kernel *k = &a->kernels[i];
		if (k->object ? symbols_covers(k->object, pc)
			      : pc >= k->base && pc - k->base < k->size)
			return k;
	}
	return NULL;
}

bool ascend_place(struct ascend *a, uint64_t pc, struct symbols_place *out)
{
	struct ascend_kernel *k = ascend_kernel_at(a, pc);

	*out = (struct symbols_place){ 0 };
	return k && k->object && symbols_place(k->object, pc, out);
}

const char *ascend_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

void ascend_place_words(struct ascend *a, uint64_t pc, bool brief, struct target_text *out)
{
	struct symbols_place place;

	if (!ascend_place(a, pc, &place) || !place.function) {
		if (brief)
			target_text_format(out, "%#llx", (unsigned long long)pc);
		else
			target_text_add(out, "??");
		return;
	}
	target_text_add(out, place.function);
	if (!place.file || !place.line) {
		target_text_format(out, "+%#llx", (unsigned long long)place.offset);
		return;
	}
	target_text_format(out, " %s%s:%u", brief ? "" : "at ",
			   brief ? ascend_base_name(place.file) : place.file, place.line);
	if (place.caller && !brief)
		target_text_format(out, ", inlined in %s", place.caller);
}

/* What symbols_unwind reads through. */
struct stack_reader {
	struct ascend *a;
	struct ascend_core *core;
};

static bool read_stack(void *ctx, uint64_t at, void *buf, size_t n)
{
	const struct stack_reader *r = ctx;
	size_t done;

	return ascend_mem_read(r->a, r->core, at, buf, n, &done) == TARGET_OK && done == n;
}

/* GPR0..29 are x0..x29, GPR30 is sp, GPR31 the return address (coredump facts 3.2). */
static unsigned gpr_of(unsigned reg)
{
	return reg == SYMBOLS_SP ? 30 : reg == SYMBOLS_RA ? 31 : reg;
}

static void first_frame(struct ascend *a, struct ascend_core *core, struct symbols_frame *out)
{
	const struct chip_reg *gpr = NULL;

	*out = (struct symbols_frame){ .pc = ascend_core_stop(a, core)->pc };
	for (unsigned reg = 0; reg < SYMBOLS_REGS; reg++) {
		char name[8];
		snprintf(name, sizeof(name), "GPR%u", gpr_of(reg));
		gpr = chip_reg_find_after(a->chip, gpr, name);
		if (gpr && ascend_reg_value(a, core, gpr, &out->regs[reg]))
			out->valid |= UINT32_C(1) << reg;
	}
}

/* A return address may be the first one behind its function: look up the call before it. */
static uint64_t call_of(uint64_t pc, bool first)
{
	return first || !pc ? pc : pc - 1;
}

size_t ascend_backtrace(struct ascend *a, struct ascend_core *core, uint64_t *pcs, size_t cap)
{
	struct stack_reader reader = { a, core };
	struct symbols_frame frame;
	size_t n = 0;

	if (!cap || !ascend_core_stop(a, core)->has_pc)
		return 0;
	first_frame(a, core, &frame);
	pcs[n++] = frame.pc;
	while (n < cap) {
		bool first = n == 1;
		struct ascend_kernel *k = ascend_kernel_at(a, call_of(frame.pc, first));
		if (!k || !k->object ||
		    !symbols_unwind(k->object, &frame, first, read_stack, &reader))
			break;
		if (!ascend_kernel_at(a, call_of(frame.pc, false)))
			break;
		pcs[n++] = frame.pc;
	}
	a->base.message[0] = '\0'; /* where the stack ends is no failure of the caller */
	return n;
}

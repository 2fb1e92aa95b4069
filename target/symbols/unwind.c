/*
 * Unwinding by call frame information: libdwarf runs the instructions, this file applies the
 * rules they leave. Called by the device targets for call stacks; the numbers are those of the
 * translated file.
 */
#include <string.h>

#include "target/symbols/evaluate_priv.h"
#include "target/symbols/guard_priv.h"
#include "target/symbols/object_priv.h"

/* A frame being left. */
struct step {
	const struct symbols_object *o;
	const struct symbols_frame *from;
	symbols_read_fn read;
	void *ctx;
	uint64_t cfa;
};

void unwind_init(struct symbols_object *o)
{
	struct kdwarf *d = &o->dwarf;
	struct unwind_table *f = &o->frames[0];
	struct unwind_table *eh = &o->frames[1];
	Dwarf_Error err = NULL;

	if (!d->dbg)
		return;
	if (!guard_frames(&o->elf, ".debug_frame") ||
	    !kdwarf_ok(d,
		       dwarf_get_fde_list(d->dbg, &f->cies, &f->cie_count, &f->fdes, &f->fde_count,
					  &err),
		       &err))
		*f = (struct unwind_table){ 0 };
	if (!guard_frames(&o->elf, ".eh_frame") ||
	    !kdwarf_ok(d,
		       dwarf_get_fde_list_eh(d->dbg, &eh->cies, &eh->cie_count, &eh->fdes,
					     &eh->fde_count, &err),
		       &err))
		*eh = (struct unwind_table){ 0 };
}

void unwind_deinit(struct symbols_object *o)
{
	for (size_t i = 0; i < 2; i++) {
		struct unwind_table *f = &o->frames[i];

		if (f->fdes)
			dwarf_fde_cie_list_dealloc(o->dwarf.dbg, f->cies, f->cie_count, f->fdes,
						   f->fde_count);
		*f = (struct unwind_table){ 0 };
	}
}

static Dwarf_Fde fde_in(struct symbols_object *o, const struct unwind_table *f, uint64_t at)
{
	Dwarf_Fde fde = NULL;
	Dwarf_Addr lo, hi;
	Dwarf_Error err = NULL;

	if (f->fde_count <= 0)
		return NULL;
	if (!kdwarf_ok(&o->dwarf, dwarf_get_fde_at_pc(f->fdes, at, &fde, &lo, &hi, &err), &err))
		return NULL;
	return fde;
}

/* DWARF number of the register that holds the return address. */
static size_t return_column(struct symbols_object *o, Dwarf_Fde fde)
{
	Dwarf_Cie cie = NULL;
	Dwarf_Unsigned bytes, code_align, instructions_n;
	Dwarf_Signed data_align;
	Dwarf_Small version;
	Dwarf_Ptr instructions;
	Dwarf_Half column = SYMBOLS_RA;
	Dwarf_Half offset_size;
	char *augmentation;
	Dwarf_Error err = NULL;

	if (!kdwarf_ok(&o->dwarf, dwarf_get_cie_of_fde(fde, &cie, &err), &err))
		return SYMBOLS_REGS;
	/* libdwarf wants a place for everything */
	if (!kdwarf_ok(&o->dwarf,
		       dwarf_get_cie_info_b(cie, &bytes, &version, &augmentation, &code_align,
					    &data_align, &column, &instructions, &instructions_n,
					    &offset_size, &err),
		       &err))
		return SYMBOLS_REGS;
	return column;
}

/* The rules at an address of the file, and which register has the return address. */
static bool find_rules(struct symbols_object *o, uint64_t at, Dwarf_Regtable3 *rules, size_t *ra)
{
	Dwarf_Fde fde = fde_in(o, &o->frames[0], at);
	Dwarf_Addr row = 0;
	Dwarf_Error err = NULL;

	if (!fde)
		fde = fde_in(o, &o->frames[1], at);
	if (!fde || !kdwarf_ok(&o->dwarf,
			       dwarf_get_fde_info_for_all_regs3(fde, at, rules, &row, &err), &err))
		return false;
	*ra = return_column(o, fde);
	return *ra < SYMBOLS_REGS;
}

static bool is_valid(const struct symbols_frame *f, size_t reg)
{
	return reg < SYMBOLS_REGS && (f->valid >> reg & 1);
}

static bool run_expression(const struct step *s, const Dwarf_Regtable_Entry3 *rule, bool has_cfa,
			   uint64_t *out)
{
	struct evaluation e = { .frame = s->from,
				.read = s->read,
				.ctx = s->ctx,
				.base = s->o->base,
				.has_cfa = has_cfa,
				.cfa = s->cfa };

	if (!rule->dw_block_ptr)
		return false;
	return evaluate_expression(&e, bytes_of(rule->dw_block_ptr, rule->dw_offset_or_block_len),
				   out);
}

static bool find_cfa(const struct step *s, const Dwarf_Regtable_Entry3 *rule, uint64_t *out)
{
	if (rule->dw_value_type == DW_EXPR_EXPRESSION ||
	    rule->dw_value_type == DW_EXPR_VAL_EXPRESSION)
		return run_expression(s, rule, false, out);
	if (rule->dw_value_type != DW_EXPR_OFFSET || !is_valid(s->from, rule->dw_regnum))
		return false;
	*out = s->from->regs[rule->dw_regnum] + rule->dw_offset_or_block_len;
	return true;
}

static bool read_word(const struct step *s, uint64_t at, uint64_t *out)
{
	uint8_t buf[8] = { 0 };
	struct bytes b = bytes_of(buf, sizeof(buf));

	if (!s->read(s->ctx, at, buf, sizeof(buf)))
		return false;
	*out = bytes_fixed(&b, sizeof(buf));
	return true;
}

/* DW_EXPR_OFFSET stands for four rules: undefined, same value, offset(N) and register(R). */
static bool plain_rule(const struct step *s, size_t reg, const Dwarf_Regtable_Entry3 *rule,
		       uint64_t *out)
{
	size_t from = rule->dw_regnum == DW_FRAME_SAME_VAL ? reg : rule->dw_regnum;

	if (rule->dw_offset_relevant)
		return read_word(s, s->cfa + rule->dw_offset_or_block_len, out);
	if (!is_valid(s->from, from)) /* undefined is a number beyond all registers */
		return false;
	*out = s->from->regs[from];
	return true;
}

static bool apply_rule(const struct step *s, size_t reg, const Dwarf_Regtable_Entry3 *rule,
		       uint64_t *out)
{
	uint64_t at;

	switch (rule->dw_value_type) {
	case DW_EXPR_OFFSET:
		return plain_rule(s, reg, rule, out);
	case DW_EXPR_VAL_OFFSET:
		*out = s->cfa + rule->dw_offset_or_block_len;
		return true;
	case DW_EXPR_EXPRESSION:
		return run_expression(s, rule, true, &at) && read_word(s, at, out);
	case DW_EXPR_VAL_EXPRESSION:
		return run_expression(s, rule, true, out);
	default:
		return false;
	}
}

static void restore(const struct step *s, const Dwarf_Regtable3 *rules, struct symbols_frame *to)
{
	*to = (struct symbols_frame){ .cfa = s->cfa };
	for (size_t reg = 0; reg < SYMBOLS_REGS; reg++) {
		if (apply_rule(s, reg, &rules->rt3_rules[reg], &to->regs[reg]))
			to->valid |= UINT32_C(1) << reg;
		else
			to->regs[reg] = 0;
	}
	/* the caller's stack pointer is the CFA unless a rule says otherwise */
	if (rules->rt3_rules[SYMBOLS_SP].dw_value_type == DW_EXPR_OFFSET &&
	    !rules->rt3_rules[SYMBOLS_SP].dw_offset_relevant) {
		to->regs[SYMBOLS_SP] = s->cfa;
		to->valid |= UINT32_C(1) << SYMBOLS_SP;
	}
}

/*
 * Stacks grow down. Only the innermost function may have put nothing on it: a caller had to save
 * its return address, so there the CFA lies above its stack pointer. This ends every loop.
 */
static bool is_progress(const struct step *s, bool first)
{
	if (!is_valid(s->from, SYMBOLS_SP))
		return true;
	return first ? s->cfa >= s->from->regs[SYMBOLS_SP] : s->cfa > s->from->regs[SYMBOLS_SP];
}

bool symbols_unwind(struct symbols_object *o, struct symbols_frame *frame, bool first,
		    symbols_read_fn read, void *ctx)
{
	Dwarf_Regtable_Entry3 entries[KDWARF_FRAME_COLUMNS];
	Dwarf_Regtable3 rules = { .rt3_rules = entries,
				  .rt3_reg_table_size = KDWARF_FRAME_COLUMNS };
	struct step s = { .o = o, .from = frame, .read = read, .ctx = ctx };
	struct symbols_frame to;
	uint64_t at = frame->pc - o->base - (first ? 0 : 1);
	size_t ra = SYMBOLS_RA;

	memset(entries, 0, sizeof(entries));
	if (!symbols_covers(o, frame->pc - (first ? 0 : 1)) || !find_rules(o, at, &rules, &ra) ||
	    !find_cfa(&s, &rules.rt3_cfa_rule, &s.cfa) || !is_progress(&s, first))
		return false;
	restore(&s, &rules, &to);
	if (!is_valid(&to, ra) || to.regs[ra] == 0)
		return false;
	to.pc = to.regs[ra];
	*frame = to;
	return true;
}

/*
 * A small stack machine for the DWARF expressions of call frame rules. Called by unwind.c; the
 * operations that only make sense for variables (pieces, registers as places, types) fail.
 */
#include "target/symbols/evaluate_priv.h"

#include <libdwarf/dwarf.h>

#include "target/symbols/operands_priv.h"

enum { STACK_MAX = 64, STEPS_MAX = 1000 };

struct machine {
	const struct evaluation *e;
	struct bytes code; /* what is left to do */
	const uint8_t *start;
	uint64_t stack[STACK_MAX];
	size_t depth;
	bool failed;
};

static void push(struct machine *m, uint64_t value)
{
	if (m->depth == STACK_MAX)
		m->failed = true;
	else
		m->stack[m->depth++] = value;
}

static uint64_t pop(struct machine *m)
{
	if (m->depth == 0) {
		m->failed = true;
		return 0;
	}
	return m->stack[--m->depth];
}

/* The value n places below the top. */
static uint64_t peek(struct machine *m, uint64_t n)
{
	if (n >= m->depth) {
		m->failed = true;
		return 0;
	}
	return m->stack[m->depth - 1 - n];
}

static void push_register(struct machine *m, uint64_t number, uint64_t offset)
{
	const struct symbols_frame *f = m->e->frame;

	if (number >= SYMBOLS_REGS || !(f->valid >> number & 1))
		m->failed = true;
	else
		push(m, f->regs[number] + offset);
}

static void push_memory(struct machine *m, uint64_t at, size_t n)
{
	uint8_t buf[8] = { 0 };
	struct bytes b = bytes_of(buf, sizeof(buf));

	if (n == 0 || n > sizeof(buf) || !m->e->read(m->e->ctx, at, buf, n))
		m->failed = true;
	else
		push(m, bytes_fixed(&b, sizeof(buf)));
}

static uint64_t sign_extend(uint64_t value, unsigned bits)
{
	uint64_t top = UINT64_C(1) << (bits - 1);

	return (value ^ top) - top;
}

static bool do_constant(struct machine *m, const struct operands *op)
{
	switch (op->code) {
	case DW_OP_const1s:
		push(m, sign_extend(op->number[0], 8));
		return true;
	case DW_OP_const2s:
		push(m, sign_extend(op->number[0], 16));
		return true;
	case DW_OP_const4s:
		push(m, sign_extend(op->number[0], 32));
		return true;
	case DW_OP_const1u:
	case DW_OP_const2u:
	case DW_OP_const4u:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		push(m, op->number[0]);
		return true;
	case DW_OP_addr:
		push(m, m->e->base + op->number[0]);
		return true;
	default:
		if (op->code < DW_OP_lit0 || op->code > DW_OP_lit31)
			return false;
		push(m, (uint64_t)op->code - DW_OP_lit0);
		return true;
	}
}

static bool do_place(struct machine *m, const struct operands *op)
{
	switch (op->code) {
	case DW_OP_bregx:
		push_register(m, op->reg[0], op->number[0]);
		return true;
	case DW_OP_call_frame_cfa:
		m->failed |= !m->e->has_cfa;
		push(m, m->e->cfa);
		return true;
	case DW_OP_deref:
		push_memory(m, pop(m), 8);
		return true;
	case DW_OP_deref_size:
		push_memory(m, pop(m), op->number[0]);
		return true;
	default:
		if (op->code < DW_OP_breg0 || op->code > DW_OP_breg31)
			return false;
		push_register(m, (uint64_t)op->code - DW_OP_breg0, op->number[0]);
		return true;
	}
}

static bool do_stack(struct machine *m, const struct operands *op)
{
	uint64_t a, b, c;

	switch (op->code) {
	case DW_OP_dup:
		push(m, peek(m, 0));
		return true;
	case DW_OP_drop:
		pop(m);
		return true;
	case DW_OP_over:
		push(m, peek(m, 1));
		return true;
	case DW_OP_pick:
		push(m, peek(m, op->number[0]));
		return true;
	case DW_OP_swap:
		a = pop(m);
		b = pop(m);
		push(m, a);
		push(m, b);
		return true;
	case DW_OP_rot:
		a = pop(m);
		b = pop(m);
		c = pop(m);
		push(m, a);
		push(m, c);
		push(m, b);
		return true;
	case DW_OP_nop:
		return true;
	default:
		return false;
	}
}

static bool do_unary(struct machine *m, const struct operands *op)
{
	uint64_t a;

	switch (op->code) {
	case DW_OP_abs:
		a = pop(m);
		push(m, a >> 63 ? -a : a);
		return true;
	case DW_OP_neg:
		push(m, -pop(m));
		return true;
	case DW_OP_not:
		push(m, ~pop(m));
		return true;
	case DW_OP_plus_uconst:
		push(m, pop(m) + op->number[0]);
		return true;
	default:
		return false;
	}
}

static uint64_t shift(uint8_t code, uint64_t a, uint64_t by)
{
	uint64_t sign = a >> 63 ? UINT64_MAX : 0;

	if (code == DW_OP_shra)
		return by > 63 ? sign : by ? a >> by | sign << (64 - by) : a;
	if (by > 63)
		return 0;
	return code == DW_OP_shl ? a << by : a >> by;
}

static uint64_t divide(struct machine *m, uint8_t code, uint64_t a, uint64_t b)
{
	if (b == 0) {
		m->failed = true;
		return 0;
	}
	if (code == DW_OP_mod)
		return a % b;
	return b == UINT64_MAX ? -a : (uint64_t)((int64_t)a / (int64_t)b);
}

static uint64_t compare(uint8_t code, int64_t a, int64_t b)
{
	switch (code) {
	case DW_OP_eq:
		return a == b;
	case DW_OP_ge:
		return a >= b;
	case DW_OP_gt:
		return a > b;
	case DW_OP_le:
		return a <= b;
	case DW_OP_lt:
		return a < b;
	default:
		return a != b;
	}
}

static uint64_t binary(struct machine *m, uint8_t code, uint64_t a, uint64_t b)
{
	switch (code) {
	case DW_OP_and:
		return a & b;
	case DW_OP_or:
		return a | b;
	case DW_OP_xor:
		return a ^ b;
	case DW_OP_plus:
		return a + b;
	case DW_OP_minus:
		return a - b;
	case DW_OP_mul:
		return a * b;
	case DW_OP_div:
	case DW_OP_mod:
		return divide(m, code, a, b);
	case DW_OP_shl:
	case DW_OP_shr:
	case DW_OP_shra:
		return shift(code, a, b);
	default:
		return compare(code, (int64_t)a, (int64_t)b);
	}
}

static bool is_binary(uint8_t code)
{
	switch (code) {
	case DW_OP_and:
	case DW_OP_div:
	case DW_OP_minus:
	case DW_OP_mod:
	case DW_OP_mul:
	case DW_OP_or:
	case DW_OP_plus:
	case DW_OP_shl:
	case DW_OP_shr:
	case DW_OP_shra:
	case DW_OP_xor:
		return true;
	default:
		return code >= DW_OP_eq && code <= DW_OP_ne;
	}
}

static bool do_binary(struct machine *m, const struct operands *op)
{
	uint64_t a, b;

	if (!is_binary(op->code))
		return false;
	b = pop(m);
	a = pop(m);
	push(m, binary(m, op->code, a, b));
	return true;
}

static bool do_jump(struct machine *m, const struct operands *op)
{
	int16_t by = (int16_t)op->number[0];
	ptrdiff_t to = m->code.at - m->start + by;

	if (op->code != DW_OP_skip && op->code != DW_OP_bra)
		return false;
	if (op->code == DW_OP_bra && pop(m) == 0)
		return true;
	if (to < 0 || to > m->code.end - m->start)
		m->failed = true;
	else
		m->code.at = m->start + to;
	return true;
}

bool evaluate_expression(const struct evaluation *e, struct bytes expression, uint64_t *out)
{
	static const struct operand_sizes sizes = { .address = 8, .ref = 4 };
	struct machine m = { .e = e, .code = expression, .start = expression.at };
	struct operands op;

	if (e->has_cfa)
		push(&m, e->cfa);
	for (unsigned step = 0; bytes_left(&m.code) > 0 && !m.failed; step++) {
		if (step == STEPS_MAX || !operands_expression(&m.code, &sizes, &op))
			return false;
		if (!do_constant(&m, &op) && !do_place(&m, &op) && !do_stack(&m, &op) &&
		    !do_unary(&m, &op) && !do_binary(&m, &op) && !do_jump(&m, &op))
			return false;
	}
	*out = pop(&m);
	return !m.failed;
}

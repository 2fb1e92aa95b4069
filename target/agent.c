/*
 * Checker and interpreter of agent expressions, driven by one table of instructions. Called by the
 * wrappers in target/target.c (check) and by targets that run, at a breakpoint. Printing is
 * agent_format.c's. Facts: GDB manual, "Bytecode Descriptions".
 */
#include "target/agent.h"

#include <string.h>

#include "target/agent_priv.h"

enum op {
	OP_ADD = 0x02,
	OP_SUB = 0x03,
	OP_MUL = 0x04,
	OP_DIV_SIGNED = 0x05,
	OP_DIV_UNSIGNED = 0x06,
	OP_REM_SIGNED = 0x07,
	OP_REM_UNSIGNED = 0x08,
	OP_LSH = 0x09,
	OP_RSH_SIGNED = 0x0a,
	OP_RSH_UNSIGNED = 0x0b,
	OP_LOG_NOT = 0x0e,
	OP_BIT_AND = 0x0f,
	OP_BIT_OR = 0x10,
	OP_BIT_XOR = 0x11,
	OP_BIT_NOT = 0x12,
	OP_EQUAL = 0x13,
	OP_LESS_SIGNED = 0x14,
	OP_LESS_UNSIGNED = 0x15,
	OP_EXT = 0x16,
	OP_REF8 = 0x17,
	OP_REF16 = 0x18,
	OP_REF32 = 0x19,
	OP_REF64 = 0x1a,
	OP_IF_GOTO = 0x20,
	OP_GOTO = 0x21,
	OP_CONST8 = 0x22,
	OP_CONST16 = 0x23,
	OP_CONST32 = 0x24,
	OP_CONST64 = 0x25,
	OP_REG = 0x26,
	OP_END = 0x27,
	OP_DUP = 0x28,
	OP_POP = 0x29,
	OP_ZERO_EXT = 0x2a,
	OP_SWAP = 0x2b,
	OP_PICK = 0x32,
	OP_ROT = 0x33,
	OP_PRINTF = 0x34,
	OP_COUNT,
};

/* How an instruction is run; what is left out of the table is refused. */
enum shape { UNKNOWN, BINARY, UNARY, LOAD, CONSTANT, STACK, JUMP, LAST, PRINT };

struct op_info {
	uint8_t shape;
	uint8_t operand; /* bytes behind the opcode */
	uint8_t pops, pushes;
};

static const struct op_info ops[OP_COUNT] = {
	[OP_ADD] = { BINARY, 0, 2, 1 },
	[OP_SUB] = { BINARY, 0, 2, 1 },
	[OP_MUL] = { BINARY, 0, 2, 1 },
	[OP_DIV_SIGNED] = { BINARY, 0, 2, 1 },
	[OP_DIV_UNSIGNED] = { BINARY, 0, 2, 1 },
	[OP_REM_SIGNED] = { BINARY, 0, 2, 1 },
	[OP_REM_UNSIGNED] = { BINARY, 0, 2, 1 },
	[OP_LSH] = { BINARY, 0, 2, 1 },
	[OP_RSH_SIGNED] = { BINARY, 0, 2, 1 },
	[OP_RSH_UNSIGNED] = { BINARY, 0, 2, 1 },
	[OP_LOG_NOT] = { UNARY, 0, 1, 1 },
	[OP_BIT_AND] = { BINARY, 0, 2, 1 },
	[OP_BIT_OR] = { BINARY, 0, 2, 1 },
	[OP_BIT_XOR] = { BINARY, 0, 2, 1 },
	[OP_BIT_NOT] = { UNARY, 0, 1, 1 },
	[OP_EQUAL] = { BINARY, 0, 2, 1 },
	[OP_LESS_SIGNED] = { BINARY, 0, 2, 1 },
	[OP_LESS_UNSIGNED] = { BINARY, 0, 2, 1 },
	[OP_EXT] = { UNARY, 1, 1, 1 },
	[OP_REF8] = { LOAD, 0, 1, 1 },
	[OP_REF16] = { LOAD, 0, 1, 1 },
	[OP_REF32] = { LOAD, 0, 1, 1 },
	[OP_REF64] = { LOAD, 0, 1, 1 },
	[OP_IF_GOTO] = { JUMP, 2, 1, 0 },
	[OP_GOTO] = { JUMP, 2, 0, 0 },
	[OP_CONST8] = { CONSTANT, 1, 0, 1 },
	[OP_CONST16] = { CONSTANT, 2, 0, 1 },
	[OP_CONST32] = { CONSTANT, 4, 0, 1 },
	[OP_CONST64] = { CONSTANT, 8, 0, 1 },
	[OP_REG] = { LOAD, 2, 0, 1 },
	[OP_END] = { LAST, 0, 0, 0 },
	[OP_DUP] = { STACK, 0, 1, 2 },
	[OP_POP] = { STACK, 0, 1, 0 },
	[OP_ZERO_EXT] = { UNARY, 1, 1, 1 },
	[OP_SWAP] = { STACK, 0, 2, 2 },
	[OP_PICK] = { STACK, 1, 0, 1 },
	[OP_ROT] = { STACK, 0, 3, 3 },
	[OP_PRINTF] = { PRINT, 3, 2, 0 },
};

/* One decoded instruction. */
struct insn {
	enum op op;
	struct op_info info;
	uint64_t value;     /* of the operand, big-endian in the code */
	const char *format; /* OP_PRINTF */
	unsigned args;
	size_t next;
};

static uint64_t big_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* printf: a count of arguments, a length in two bytes, and so long a string with its NUL. */
static bool decode_printf(const struct agent_code *c, struct insn *in)
{
	size_t length = in->value & 0xffff;

	in->args = (unsigned)(in->value >> 16);
	in->format = (const char *)c->bytes + in->next;
	if (!length || length > c->n - in->next || in->format[length - 1])
		return false;
	in->info.pops = in->args <= AGENT_STACK ? (uint8_t)(2 + in->args) : UINT8_MAX;
	in->next += length;
	return true;
}

static bool decode(const struct agent_code *c, size_t at, struct insn *in)
{
	if (at >= c->n || c->bytes[at] >= OP_COUNT)
		return false;
	*in = (struct insn){ .op = c->bytes[at], .info = ops[c->bytes[at]] };
	if (in->info.shape == UNKNOWN || in->info.operand > c->n - at - 1)
		return false;
	in->value = big_endian(c->bytes + at + 1, in->info.operand);
	in->next = at + 1 + in->info.operand;
	if (in->op == OP_PICK) {
		in->info.pops = in->value < AGENT_STACK ? (uint8_t)(in->value + 1) : UINT8_MAX;
		in->info.pushes = (uint8_t)(in->info.pops + 1);
	}
	return in->op != OP_PRINTF || decode_printf(c, in);
}

/* --- the check --- */

/* Depth of the stack before an instruction, by its offset. */
enum { NO_INSN = -2, NOT_REACHED = -1 };

struct check {
	const struct agent_code *code;
	int8_t depth[AGENT_BYTES];
	uint16_t open[AGENT_BYTES]; /* offsets whose successors are still to be looked at */
	size_t open_n;
};

static const char *find_insns(struct check *k)
{
	struct insn in;

	memset(k->depth, NO_INSN, k->code->n);
	for (size_t at = 0; at < k->code->n; at = in.next) {
		if (!decode(k->code, at, &in))
			return "an instruction is unknown, cut off or of tracepoints only";
		if (in.op == OP_PRINTF) {
			const char *why = agent_format_check(in.format, in.args);

			if (why)
				return why;
		}
		k->depth[at] = NOT_REACHED;
	}
	return NULL;
}

static const char *reach(struct check *k, size_t at, int depth)
{
	if (at >= k->code->n)
		return "it runs out of its code";
	if (k->depth[at] == NO_INSN)
		return "a jump into the middle of an instruction";
	if (k->depth[at] == depth)
		return NULL;
	if (k->depth[at] != NOT_REACHED)
		return "the stack has different depths at one place";
	k->depth[at] = (int8_t)depth;
	k->open[k->open_n++] = (uint16_t)at;
	return NULL;
}

static const char *follow(struct check *k, size_t at)
{
	struct insn in;
	int depth = k->depth[at];
	const char *why = NULL;

	decode(k->code, at, &in);
	if (in.op == OP_END)
		return NULL;
	if (depth < in.info.pops)
		return "it takes more from the stack than there is";
	depth += in.info.pushes - in.info.pops;
	if (depth > AGENT_STACK)
		return "it needs too much of the stack";
	if (in.info.shape == JUMP)
		why = reach(k, in.value, depth);
	return why || in.op == OP_GOTO ? why : reach(k, in.next, depth);
}

const char *agent_check(const struct agent_code *code)
{
	struct check k;
	const char *why;

	if (!code->n || code->n > AGENT_BYTES)
		return "an expression without code or with too much of it";
	k.code = code;
	k.open_n = 0;
	why = find_insns(&k);
	if (!why)
		why = reach(&k, 0, 0);
	while (!why && k.open_n)
		why = follow(&k, k.open[--k.open_n]);
	return why;
}

/* --- the run --- */

/* What a printf costs of AGENT_STEPS, since one may read and print much. */
enum { PRINTF_STEPS = 1000 };

struct run {
	const struct agent_access *access;
	uint64_t stack[AGENT_STACK];
	size_t depth;
};

static uint64_t divide(uint64_t a, uint64_t b)
{
	/* INT64_MIN / -1 has no result that fits */
	return b == UINT64_MAX ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
}

static uint64_t remainder_of(uint64_t a, uint64_t b)
{
	return b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
}

static uint64_t shift(enum op op, uint64_t a, uint64_t by)
{
	if (op == OP_RSH_SIGNED)
		return (uint64_t)((int64_t)a >> (by < 64 ? by : 63));
	if (by > 63)
		return 0;
	return op == OP_LSH ? a << by : a >> by;
}

/* b is the top of the stack and not 0 for divisions. */
static uint64_t binary(enum op op, uint64_t a, uint64_t b)
{
	switch (op) {
	case OP_ADD:
		return a + b;
	case OP_SUB:
		return a - b;
	case OP_MUL:
		return a * b;
	case OP_DIV_SIGNED:
		return divide(a, b);
	case OP_DIV_UNSIGNED:
		return a / b;
	case OP_REM_SIGNED:
		return remainder_of(a, b);
	case OP_REM_UNSIGNED:
		return a % b;
	case OP_BIT_AND:
		return a & b;
	case OP_BIT_OR:
		return a | b;
	case OP_BIT_XOR:
		return a ^ b;
	case OP_EQUAL:
		return a == b;
	case OP_LESS_SIGNED:
		return (int64_t)a < (int64_t)b;
	case OP_LESS_UNSIGNED:
		return a < b;
	default:
		return shift(op, a, b);
	}
}

static const char *run_binary(struct run *r, const struct insn *in)
{
	uint64_t b = r->stack[r->depth - 1];

	if (!b && in->op >= OP_DIV_SIGNED && in->op <= OP_REM_UNSIGNED)
		return "division by zero";
	r->depth--;
	r->stack[r->depth - 1] = binary(in->op, r->stack[r->depth - 1], b);
	return NULL;
}

static uint64_t unary(const struct insn *in, uint64_t a)
{
	uint64_t mask = in->value < 64 ? (UINT64_C(1) << in->value) - 1 : UINT64_MAX;
	bool negative = in->value && in->value < 64 && a >> (in->value - 1) & 1;

	switch (in->op) {
	case OP_LOG_NOT:
		return !a;
	case OP_BIT_NOT:
		return ~a;
	case OP_EXT:
		return negative ? a | ~mask : a & mask;
	default:
		return a & mask;
	}
}

static const char *run_load(struct run *r, const struct insn *in)
{
	uint8_t bytes[8];
	uint64_t value = 0;

	if (in->op == OP_REG) {
		if (!r->access->reg(r->access->ctx, (unsigned)in->value, &value))
			return "a register has no value";
		r->stack[r->depth++] = value;
		return NULL;
	}
	size_t n = (size_t)1 << (in->op - OP_REF8);
	if (!r->access->mem(r->access->ctx, r->stack[r->depth - 1], bytes, n))
		return "there is no memory at an address";
	for (size_t i = n; i-- > 0;)
		value = value << 8 | bytes[i];
	r->stack[r->depth - 1] = value;
	return NULL;
}

static void run_stack(struct run *r, const struct insn *in)
{
	uint64_t *top = &r->stack[r->depth];
	uint64_t last = top[-1];

	switch (in->op) {
	case OP_DUP:
		*top = last;
		break;
	case OP_PICK:
		*top = top[-1 - (ptrdiff_t)in->value];
		break;
	case OP_SWAP:
		top[-1] = top[-2];
		top[-2] = last;
		break;
	case OP_ROT: /* a b c: c a b */
		top[-1] = top[-2];
		top[-2] = top[-3];
		top[-3] = last;
		break;
	default:
		break;
	}
	r->depth += (size_t)in->info.pushes - in->info.pops;
}

/* On the stack: the arguments, the last one first, a channel and a function that mean nothing. */
static const char *run_printf(struct run *r, const struct insn *in)
{
	uint64_t args[AGENT_STACK];

	r->depth -= 2;
	for (unsigned i = 0; i < in->args; i++)
		args[i] = r->stack[--r->depth];
	return agent_format_print(in->format, args, r->access);
}

static size_t run_jump(struct run *r, const struct insn *in)
{
	if (in->op == OP_IF_GOTO && !r->stack[--r->depth])
		return in->next;
	return in->value;
}

/* All but the end; *at goes to the next instruction. */
static const char *run_insn(struct run *r, const struct insn *in, size_t *at)
{
	*at = in->next;
	switch ((enum shape)in->info.shape) {
	case BINARY:
		return run_binary(r, in);
	case UNARY:
		r->stack[r->depth - 1] = unary(in, r->stack[r->depth - 1]);
		return NULL;
	case LOAD:
		return run_load(r, in);
	case CONSTANT:
		r->stack[r->depth++] = in->value;
		return NULL;
	case STACK:
		run_stack(r, in);
		return NULL;
	case JUMP:
		*at = run_jump(r, in);
		return NULL;
	case PRINT:
		return run_printf(r, in);
	default:
		return "an unknown instruction";
	}
}

const char *agent_run(const struct agent_code *code, const struct agent_access *access,
		      uint64_t *result)
{
	struct run r;
	struct insn in;
	size_t at = 0;

	*result = 0;
	r.access = access;
	r.depth = 0;
	for (unsigned steps = 0; steps < AGENT_STEPS;) {
		if (!decode(code, at, &in))
			return "an unknown instruction";
		steps += in.op == OP_PRINTF ? PRINTF_STEPS : 1;
		if (in.op == OP_END) {
			*result = r.depth ? r.stack[r.depth - 1] : 0;
			return NULL;
		}
		const char *why = run_insn(&r, &in, &at);
		if (why)
			return why;
	}
	return "an endless loop";
}

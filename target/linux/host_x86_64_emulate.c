/*
 * The plain instructions of 64-bit code, executed here instead of by the CPU: what compilers make
 * of integers, pointers and branches. Everything else, and all that might fault, is refused, and
 * so is what could not be begun anew if the server were gone in the middle of it. Decoded by Zydis.
 * Facts: Intel SDM volume 2. Called by emulate.c through host.h.
 */
#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <Zydis/Zydis.h>

#include "target/linux/host.h"
#include "target/linux/host_x86_64_alu.h"

enum {
	CS_64 = 0x33,
	FLAG_1 = 1 << 1, /* always set */
	FLAG_IF = 1 << 9,
	FLAG_DF = 1 << 10,
	FLAG_ID = 1 << 21,
};

/* Programs have nothing from here on, and a jump there faults. */
#define ADDRESS_END (UINT64_C(1) << 47)

struct emulation {
	struct user_regs_struct r;
	const struct host_memory *m;
	ZydisDecodedInstruction i;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

/* --- operands --- */

static uint64_t *gpr(struct emulation *e, unsigned number)
{
	static const uint8_t places[16] = {
		offsetof(struct user_regs_struct, rax), offsetof(struct user_regs_struct, rcx),
		offsetof(struct user_regs_struct, rdx), offsetof(struct user_regs_struct, rbx),
		offsetof(struct user_regs_struct, rsp), offsetof(struct user_regs_struct, rbp),
		offsetof(struct user_regs_struct, rsi), offsetof(struct user_regs_struct, rdi),
		offsetof(struct user_regs_struct, r8),	offsetof(struct user_regs_struct, r9),
		offsetof(struct user_regs_struct, r10), offsetof(struct user_regs_struct, r11),
		offsetof(struct user_regs_struct, r12), offsetof(struct user_regs_struct, r13),
		offsetof(struct user_regs_struct, r14), offsetof(struct user_regs_struct, r15),
	};

	return (uint64_t *)(void *)((uint8_t *)&e->r + places[number]);
}

/* A register operand: the whole register, its size in bytes, how far up in it the operand is. */
struct part {
	uint64_t *whole;
	unsigned size, shift;
};

/* false: it is no general register. */
static bool part_of(struct emulation *e, ZydisRegister reg, struct part *out)
{
	enum { HIGH_FIRST = ZYDIS_REGISTER_AH - ZYDIS_REGISTER_AL, HIGH_N = 4 };
	unsigned n = (unsigned)reg;

	*out = (struct part){ .size = 8 };
	if (reg >= ZYDIS_REGISTER_RAX && reg <= ZYDIS_REGISTER_R15) {
		n -= ZYDIS_REGISTER_RAX;
	} else if (reg >= ZYDIS_REGISTER_EAX && reg <= ZYDIS_REGISTER_R15D) {
		n -= ZYDIS_REGISTER_EAX;
		out->size = 4;
	} else if (reg >= ZYDIS_REGISTER_AX && reg <= ZYDIS_REGISTER_R15W) {
		n -= ZYDIS_REGISTER_AX;
		out->size = 2;
	} else if (reg >= ZYDIS_REGISTER_AL && reg <= ZYDIS_REGISTER_R15B) {
		n -= ZYDIS_REGISTER_AL;
		out->size = 1;
		out->shift = n >= HIGH_FIRST && n < HIGH_FIRST + HIGH_N ? 8 : 0;
		n -= n >= HIGH_FIRST ? HIGH_N : 0;
	} else {
		return false;
	}
	out->whole = gpr(e, n);
	return true;
}

static uint64_t cut(uint64_t value, unsigned size)
{
	return size < 8 ? value & ((UINT64_C(1) << 8 * size) - 1) : value;
}

static int64_t widen(uint64_t value, unsigned size)
{
	unsigned up = 64 - 8 * size;

	return (int64_t)(value << up) >> up;
}

/* Bytes of an operand; 0: of a kind that is refused. */
static unsigned size_of(const ZydisDecodedOperand *o)
{
	switch (o->size) {
	case 8:
	case 16:
	case 32:
	case 64:
		return o->size / 8u;
	default:
		return 0;
	}
}

static bool address(struct emulation *e, const ZydisDecodedOperand *o, uint64_t *at)
{
	const ZydisDecodedOperandMem *mem = &o->mem;
	struct part part;

	*at = mem->disp.has_displacement ? (uint64_t)mem->disp.value : 0;
	if (mem->base == ZYDIS_REGISTER_RIP) {
		*at += e->r.rip + e->i.length;
	} else if (mem->base != ZYDIS_REGISTER_NONE) {
		if (!part_of(e, mem->base, &part) || part.size != 8)
			return false;
		*at += *part.whole;
	}
	if (mem->index != ZYDIS_REGISTER_NONE) {
		if (!part_of(e, mem->index, &part) || part.size != 8)
			return false;
		*at += *part.whole * mem->scale;
	}
	return true;
}

/* The same with the base of the segment, for what reads and writes there. */
static bool place(struct emulation *e, const ZydisDecodedOperand *o, uint64_t *at)
{
	if (o->mem.type != ZYDIS_MEMOP_TYPE_MEM || !address(e, o, at))
		return false;
	if (o->mem.segment == ZYDIS_REGISTER_FS)
		*at += e->r.fs_base;
	else if (o->mem.segment == ZYDIS_REGISTER_GS)
		*at += e->r.gs_base;
	return true;
}

static bool load(struct emulation *e, uint64_t at, unsigned size, uint64_t *value)
{
	*value = 0;
	return e->m->read(e->m->ctx, at, value, size);
}

static bool store(struct emulation *e, uint64_t at, unsigned size, uint64_t value)
{
	return e->m->write(e->m->ctx, at, &value, size);
}

static bool get(struct emulation *e, const ZydisDecodedOperand *o, uint64_t *value)
{
	unsigned size = size_of(o);
	struct part part;
	uint64_t at;

	if (!size)
		return false;
	switch (o->type) {
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		*value = o->imm.value.u;
		return true;
	case ZYDIS_OPERAND_TYPE_REGISTER:
		if (!part_of(e, o->reg.value, &part))
			return false;
		*value = cut(*part.whole >> part.shift, part.size);
		return true;
	case ZYDIS_OPERAND_TYPE_MEMORY:
		return place(e, o, &at) && load(e, at, size, value);
	default:
		return false;
	}
}

/* Registers of four bytes fill their upper half with zeros, smaller ones leave it. */
static bool put_reg(struct emulation *e, ZydisRegister reg, uint64_t value)
{
	struct part part;

	if (!part_of(e, reg, &part))
		return false;
	if (part.size >= 4) {
		*part.whole = cut(value, part.size);
		return true;
	}
	uint64_t mask = cut(UINT64_MAX, part.size) << part.shift;
	*part.whole = (*part.whole & ~mask) | (value << part.shift & mask);
	return true;
}

static bool put(struct emulation *e, const ZydisDecodedOperand *o, uint64_t value)
{
	unsigned size = size_of(o);
	uint64_t at;

	if (o->type == ZYDIS_OPERAND_TYPE_REGISTER)
		return put_reg(e, o->reg.value, value);
	return o->type == ZYDIS_OPERAND_TYPE_MEMORY && size && place(e, o, &at) &&
	       store(e, at, size, value);
}

/* --- instructions; false: refused, and nothing has been stored --- */

static bool run_endbr(struct emulation *e, unsigned unused)
{
	(void)e;
	(void)unused;
	return true;
}

/* Those of the manuals; other opcodes that decode as nop do something on some CPUs. */
static bool run_nop(struct emulation *e, unsigned unused)
{
	(void)unused;
	return e->i.opcode == (e->i.opcode_map == ZYDIS_OPCODE_MAP_0F ? 0x1f : 0x90);
}

/* Values are cut by put(). */
static bool run_mov(struct emulation *e, unsigned unused)
{
	uint64_t value;

	(void)unused;
	return get(e, &e->op[1], &value) && put(e, &e->op[0], value);
}

static bool run_movsx(struct emulation *e, unsigned unused)
{
	uint64_t value;

	(void)unused;
	return get(e, &e->op[1], &value) &&
	       put(e, &e->op[0], (uint64_t)widen(value, size_of(&e->op[1])));
}

static bool run_lea(struct emulation *e, unsigned unused)
{
	uint64_t at;

	(void)unused;
	return e->op[1].mem.type == ZYDIS_MEMOP_TYPE_AGEN && address(e, &e->op[1], &at) &&
	       put(e, &e->op[0], at);
}

static bool run_xchg(struct emulation *e, unsigned unused)
{
	uint64_t a, b;

	(void)unused;
	/* with memory it is locked */
	return e->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       e->op[1].type == ZYDIS_OPERAND_TYPE_REGISTER && get(e, &e->op[0], &a) &&
	       get(e, &e->op[1], &b) && put(e, &e->op[0], b) && put(e, &e->op[1], a);
}

static bool keeps_result(enum alu_op op)
{
	return op != ALU_CMP && op != ALU_TEST;
}

/* Memory that is both read and written cannot be done twice: the CPU shall do it. */
static bool is_updated_memory(const struct emulation *e, enum alu_op op)
{
	return keeps_result(op) && e->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY;
}

static bool run_alu(struct emulation *e, unsigned op)
{
	bool alone = op >= ALU_INC, three = op == ALU_IMUL && e->i.operand_count_visible == 3;
	uint64_t a, b = 0, flags = e->r.eflags;

	/* the form of imul with two results has one operand */
	if (is_updated_memory(e, op) || (!alone && e->i.operand_count_visible < 2) ||
	    !get(e, &e->op[three], &a) || (!alone && !get(e, &e->op[1 + three], &b)) ||
	    !alu_run(op, size_of(&e->op[0]), &a, b, &flags))
		return false;
	if (keeps_result(op) && !put(e, &e->op[0], a))
		return false;
	e->r.eflags = flags;
	return true;
}

/* The kinds of conversion inside of a and from a to d. */
enum { CBW, CWDE, CDQE, CWD, CDQ, CQO };

static bool run_convert(struct emulation *e, unsigned kind)
{
	static const struct {
		ZydisRegister from, to;
		uint8_t size;
	} kinds[] = {
		[CBW] = { ZYDIS_REGISTER_AL, ZYDIS_REGISTER_AX, 1 },
		[CWDE] = { ZYDIS_REGISTER_AX, ZYDIS_REGISTER_EAX, 2 },
		[CDQE] = { ZYDIS_REGISTER_EAX, ZYDIS_REGISTER_RAX, 4 },
		[CWD] = { ZYDIS_REGISTER_AX, ZYDIS_REGISTER_DX, 2 },
		[CDQ] = { ZYDIS_REGISTER_EAX, ZYDIS_REGISTER_EDX, 4 },
		[CQO] = { ZYDIS_REGISTER_RAX, ZYDIS_REGISTER_RDX, 8 },
	};
	int64_t value = widen(e->r.rax, kinds[kind].size);

	return put_reg(e, kinds[kind].to, (uint64_t)(kind >= CWD ? value >> 63 : value));
}

static bool run_setcc(struct emulation *e, unsigned unused)
{
	(void)unused;
	return put(e, &e->op[0], alu_holds(e->i.opcode & 0xf, e->r.eflags));
}

/* The source is read whether it is taken or not; a register loses its upper half either way.
 */
static bool run_cmovcc(struct emulation *e, unsigned unused)
{
	uint64_t was, value;

	(void)unused;
	return get(e, &e->op[0], &was) && get(e, &e->op[1], &value) &&
	       put(e, &e->op[0], alu_holds(e->i.opcode & 0xf, e->r.eflags) ? value : was);
}

static bool push(struct emulation *e, uint64_t value)
{
	if (!store(e, e->r.rsp - sizeof(value), sizeof(value), value))
		return false;
	e->r.rsp -= sizeof(value);
	return true;
}

static bool pop(struct emulation *e, uint64_t *value)
{
	if (!load(e, e->r.rsp, sizeof(*value), value))
		return false;
	e->r.rsp += sizeof(*value);
	return true;
}

static bool run_push(struct emulation *e, unsigned unused)
{
	uint64_t value;

	(void)unused;
	return e->i.operand_width == 64 && get(e, &e->op[0], &value) && push(e, value);
}

static bool run_pop(struct emulation *e, unsigned unused)
{
	uint64_t value;

	(void)unused;
	return e->i.operand_width == 64 && e->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       pop(e, &value) && put(e, &e->op[0], value);
}

static bool run_leave(struct emulation *e, unsigned unused)
{
	uint64_t value;

	(void)unused;
	e->r.rsp = e->r.rbp;
	if (e->i.operand_width != 64 || !pop(e, &value))
		return false;
	e->r.rbp = value;
	return true;
}

/* Jumps go to where the instruction pointer would be behind them, less their length. */
static bool jump(struct emulation *e, uint64_t to)
{
	if (to >= ADDRESS_END)
		return false;
	e->r.rip = to - e->i.length;
	return true;
}

static bool target(struct emulation *e, uint64_t *to)
{
	const ZydisDecodedOperand *o = &e->op[0];

	if (e->i.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR)
		return false;
	if (o->type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
		return size_of(o) == 8 && get(e, o, to);
	*to = e->r.rip + e->i.length + o->imm.value.u;
	return o->imm.is_relative;
}

static bool run_jmp(struct emulation *e, unsigned unused)
{
	uint64_t to;

	(void)unused;
	return target(e, &to) && jump(e, to);
}

static bool run_jcc(struct emulation *e, unsigned unused)
{
	uint64_t to;

	(void)unused;
	return target(e, &to) && (!alu_holds(e->i.opcode & 0xf, e->r.eflags) || jump(e, to));
}

static bool run_call(struct emulation *e, unsigned unused)
{
	uint64_t to, back = e->r.rip + e->i.length;

	(void)unused;
	return target(e, &to) && jump(e, to) && push(e, back);
}

static bool run_ret(struct emulation *e, unsigned unused)
{
	uint64_t to;

	(void)unused;
	if (e->i.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR || e->i.operand_width != 64 ||
	    !pop(e, &to))
		return false;
	if (e->op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE)
		e->r.rsp += e->op[0].imm.value.u;
	return jump(e, to);
}

/* --- which they are --- */

typedef bool (*run_fn)(struct emulation *e, unsigned arg);

/* The frequent ones come first. */
static const struct row {
	uint16_t mnemonic;
	uint16_t arg;
	run_fn run;
} rows[] = {
	{ ZYDIS_MNEMONIC_MOV, 0, run_mov },	    { ZYDIS_MNEMONIC_LEA, 0, run_lea },
	{ ZYDIS_MNEMONIC_ADD, ALU_ADD, run_alu },   { ZYDIS_MNEMONIC_CMP, ALU_CMP, run_alu },
	{ ZYDIS_MNEMONIC_JMP, 0, run_jmp },	    { ZYDIS_MNEMONIC_TEST, ALU_TEST, run_alu },
	{ ZYDIS_MNEMONIC_SUB, ALU_SUB, run_alu },   { ZYDIS_MNEMONIC_CALL, 0, run_call },
	{ ZYDIS_MNEMONIC_PUSH, 0, run_push },	    { ZYDIS_MNEMONIC_POP, 0, run_pop },
	{ ZYDIS_MNEMONIC_RET, 0, run_ret },	    { ZYDIS_MNEMONIC_MOVZX, 0, run_mov },
	{ ZYDIS_MNEMONIC_MOVSXD, 0, run_movsx },    { ZYDIS_MNEMONIC_MOVSX, 0, run_movsx },
	{ ZYDIS_MNEMONIC_XOR, ALU_XOR, run_alu },   { ZYDIS_MNEMONIC_AND, ALU_AND, run_alu },
	{ ZYDIS_MNEMONIC_OR, ALU_OR, run_alu },	    { ZYDIS_MNEMONIC_SHL, ALU_SHL, run_alu },
	{ ZYDIS_MNEMONIC_SHR, ALU_SHR, run_alu },   { ZYDIS_MNEMONIC_SAR, ALU_SAR, run_alu },
	{ ZYDIS_MNEMONIC_CDQE, CDQE, run_convert }, { ZYDIS_MNEMONIC_NOP, 0, run_nop },
	{ ZYDIS_MNEMONIC_ENDBR64, 0, run_endbr },   { ZYDIS_MNEMONIC_LEAVE, 0, run_leave },
	{ ZYDIS_MNEMONIC_IMUL, ALU_IMUL, run_alu }, { ZYDIS_MNEMONIC_INC, ALU_INC, run_alu },
	{ ZYDIS_MNEMONIC_DEC, ALU_DEC, run_alu },   { ZYDIS_MNEMONIC_NEG, ALU_NEG, run_alu },
	{ ZYDIS_MNEMONIC_NOT, ALU_NOT, run_alu },   { ZYDIS_MNEMONIC_ADC, ALU_ADC, run_alu },
	{ ZYDIS_MNEMONIC_SBB, ALU_SBB, run_alu },   { ZYDIS_MNEMONIC_ROL, ALU_ROL, run_alu },
	{ ZYDIS_MNEMONIC_ROR, ALU_ROR, run_alu },   { ZYDIS_MNEMONIC_XCHG, 0, run_xchg },
	{ ZYDIS_MNEMONIC_CQO, CQO, run_convert },   { ZYDIS_MNEMONIC_CDQ, CDQ, run_convert },
	{ ZYDIS_MNEMONIC_CWDE, CWDE, run_convert }, { ZYDIS_MNEMONIC_CWD, CWD, run_convert },
	{ ZYDIS_MNEMONIC_CBW, CBW, run_convert },
};

static const struct row *row_of(const ZydisDecodedInstruction *i)
{
	static const struct row jcc = { .run = run_jcc }, setcc = { .run = run_setcc };
	static const struct row cmovcc = { .run = run_cmovcc };

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
		if (rows[n].mnemonic == i->mnemonic)
			return &rows[n];
	/* the others of these categories have no condition in their opcode */
	unsigned opcode = i->opcode & 0xf0;
	bool map_0f = i->opcode_map == ZYDIS_OPCODE_MAP_0F;
	if (i->meta.category == ZYDIS_CATEGORY_COND_BR && opcode == (map_0f ? 0x80 : 0x70))
		return &jcc;
	if (i->meta.category == ZYDIS_CATEGORY_SETCC && map_0f && opcode == 0x90)
		return &setcc;
	if (i->meta.category == ZYDIS_CATEGORY_CMOV && map_0f && opcode == 0x40)
		return &cmovcc;
	return NULL;
}

/* A prefix that is taken with this instruction, out of the bytes in front of its opcode. */
static bool is_plain_prefix(const ZydisDecodedInstruction *i, uint8_t byte)
{
	enum {
		SIZE = 0x66,
		FS_BASE = 0x64,
		GS_BASE = 0x65,
		REX = 0x40,
		NOTRACK = 0x3e,
		CS_BASE = 0x2e,
		MANDATORY = 0xf3
	};
	bool nop = i->mnemonic == ZYDIS_MNEMONIC_NOP;
	bool branch = i->meta.branch_type != ZYDIS_BRANCH_TYPE_NONE;

	switch (byte) {
	case SIZE:
		return !branch;
	case FS_BASE:
	case GS_BASE:
		return true;
	case NOTRACK:
		return nop || i->mnemonic == ZYDIS_MNEMONIC_JMP;
	case CS_BASE:
		return nop;
	case MANDATORY:
		return i->mnemonic == ZYDIS_MNEMONIC_ENDBR64;
	default:
		return (byte & 0xf0) == REX;
	}
}

static bool is_plain(const ZydisDecodedInstruction *i)
{
	for (uint8_t n = 0; n < i->raw.prefix_count; n++)
		if (i->raw.prefixes[n].type == ZYDIS_PREFIX_TYPE_IGNORED ||
		    !is_plain_prefix(i, i->raw.prefixes[n].value))
			return false;
	return i->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY && i->address_width == 64;
}

/* Nothing between the thread and its next instruction but that: no restart of a call, no trap. */
static bool is_plain_state(const struct user_regs_struct *r)
{
	unsigned long odd = ~(unsigned long)(ALU_FLAGS | FLAG_1 | FLAG_IF | FLAG_DF | FLAG_ID);

	return r->cs == CS_64 && (int64_t)r->orig_rax < 0 && r->eflags & FLAG_IF &&
	       !(r->eflags & odd);
}

bool host_emulate(void *set, size_t n, const void *code, size_t code_n, const struct host_memory *m)
{
	struct emulation e = { .m = m };
	ZydisDecoder decoder;

	if (n != sizeof(e.r))
		return false;
	memcpy(&e.r, set, n);
	if (!is_plain_state(&e.r) ||
	    ZYAN_FAILED(
		    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)) ||
	    ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, code, code_n, &e.i, e.op)) ||
	    !is_plain(&e.i))
		return false;
	const struct row *row = row_of(&e.i);
	if (!row || !row->run(&e, row->arg))
		return false;
	e.r.rip += e.i.length;
	memcpy(set, &e.r, n);
	return true;
}

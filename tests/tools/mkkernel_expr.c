/*
 * DWARF expressions and call frame instructions with the device's register numbers: 0..29 become
 * 64..93, 31 (sp) becomes 94, 30 (return address) becomes 95. Used by the other parts of mkkernel;
 * written from the DWARF 5 standard (2.5, 6.4, 7.7), not from the translation it is the inverse of.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkkernel.h"

uint64_t mk_register(uint64_t aarch64)
{
	if (aarch64 == 31)
		return 94;
	if (aarch64 == 30)
		return 95;
	if (aarch64 > 31)
		mk_fail("DWARF register %llu has no number on the device: compile with "
			"-mgeneral-regs-only",
			(unsigned long long)aarch64);
	return 64 + aarch64;
}

enum { OP_REG0 = 0x50, OP_BREG0 = 0x70, OP_REGX = 0x90, OP_BREGX = 0x92 };

/*
 * Operands by opcode: a address, 1 2 4 8 that many bytes, u s LEBs, r register, j branch, b block,
 * c block with a one-byte length, e expression, o offset in .debug_info, t type in the unit, d
 * 4-byte reference in the unit.
 */
static const struct {
	uint8_t first, last;
	const char *operands;
} operations[] = {
	{ 0x03, 0x03, "a" },  { 0x06, 0x06, "" },   { 0x08, 0x09, "1" },  { 0x0a, 0x0b, "2" },
	{ 0x0c, 0x0d, "4" },  { 0x0e, 0x0f, "8" },  { 0x10, 0x10, "u" },  { 0x11, 0x11, "s" },
	{ 0x12, 0x14, "" },   { 0x15, 0x15, "1" },  { 0x16, 0x22, "" },	  { 0x23, 0x23, "u" },
	{ 0x24, 0x27, "" },   { 0x28, 0x28, "j" },  { 0x29, 0x2e, "" },	  { 0x2f, 0x2f, "j" },
	{ 0x30, 0x6f, "" },   { 0x70, 0x8f, "s" },  { 0x90, 0x90, "r" },  { 0x91, 0x91, "s" },
	{ 0x92, 0x92, "rs" }, { 0x93, 0x93, "u" },  { 0x94, 0x95, "1" },  { 0x96, 0x97, "" },
	{ 0x99, 0x99, "d" },  { 0x9a, 0x9a, "o" },  { 0x9b, 0x9c, "" },	  { 0x9d, 0x9d, "uu" },
	{ 0x9e, 0x9e, "b" },  { 0x9f, 0x9f, "" },   { 0xa0, 0xa0, "os" }, { 0xa1, 0xa2, "u" },
	{ 0xa3, 0xa3, "e" },  { 0xa4, 0xa4, "tc" }, { 0xa5, 0xa5, "rt" }, { 0xa6, 0xa7, "1t" },
	{ 0xa8, 0xa9, "t" },  { 0xe0, 0xe0, "" },   { 0xf0, 0xf0, "" },	  { 0xf2, 0xf2, "os" },
	{ 0xf3, 0xf3, "e" },  { 0xf4, 0xf4, "tc" }, { 0xf5, 0xf5, "rt" }, { 0xf6, 0xf6, "1t" },
	{ 0xf7, 0xf7, "t" },  { 0xf9, 0xf9, "t" },  { 0xfa, 0xfa, "d" },  { 0xfd, 0xfd, "o" },
};

static const char *operands_of(unsigned op)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (op >= operations[i].first && op <= operations[i].last)
			return operations[i].operands;
	}
	mk_fail("DW_OP %#x is not known", op);
}

void mk_put_expression(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out)
{
	struct mk_out inner = { 0 };
	mk_expression(mk_part(in, mk_uleb(in)), u, &inner);
	mk_put_uleb(out, inner.n);
	mk_put(out, inner.bytes, inner.n);
	mk_out_free(&inner);
}

/* A reference inside the unit keeps its width, so that sizes do not depend on values. */
static uint64_t moved_in_unit(const struct mk_unit_info *u, uint64_t ref)
{
	return mk_map_get(u->info, u->start + ref) - mk_map_get(u->info, u->start);
}

static void put_type(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out)
{
	const uint8_t *start = in->at;
	uint64_t ref = mk_uleb(in);
	/* 0 is the generic type */
	mk_put_uleb_wide(out, ref ? moved_in_unit(u, ref) : 0, (size_t)(in->at - start));
}

static void put_info_offset(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out)
{
	size_t n = u->wide || u->version == 2 ? 8 : 4;
	mk_put_number(out, mk_map_get(u->info, mk_number(in, n)), n);
}

/* What stays as it is: returns false for letters that do not. */
static bool skip_plain(struct mk_in *in, char letter)
{
	switch (letter) {
	case 'a':
	case '8':
		mk_part(in, 8);
		return true;
	case '1':
	case '2':
	case '4':
		mk_part(in, (uint64_t)(letter - '0'));
		return true;
	case 'j':
		mk_part(in, 2);
		return true;
	case 'u':
	case 's':
		mk_uleb(in);
		return true;
	case 'b':
		mk_part(in, mk_uleb(in));
		return true;
	case 'c':
		mk_part(in, mk_number(in, 1));
		return true;
	default:
		return false;
	}
}

static void put_operand(struct mk_in *in, char letter, const struct mk_unit_info *u,
			struct mk_out *out)
{
	const uint8_t *start = in->at;
	if (skip_plain(in, letter))
		mk_put_between(out, start, in->at);
	else if (letter == 'r')
		mk_put_uleb(out, mk_register(mk_uleb(in)));
	else if (letter == 'e')
		mk_put_expression(in, u, out);
	else if (letter == 't')
		put_type(in, u, out);
	else if (letter == 'd')
		mk_put_number(out, moved_in_unit(u, mk_number(in, 4)), 4);
	else
		put_info_offset(in, u, out);
}

static void put_operation(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out)
{
	unsigned op = (unsigned)mk_number(in, 1);
	if (op >= OP_REG0 && op < OP_REG0 + 32) {
		mk_put_number(out, OP_REGX, 1);
		mk_put_uleb(out, mk_register(op - OP_REG0));
	} else if (op >= OP_BREG0 && op < OP_BREG0 + 32) {
		mk_put_number(out, OP_BREGX, 1);
		mk_put_uleb(out, mk_register(op - OP_BREG0));
	} else {
		mk_put_number(out, op, 1);
	}
	for (const char *letter = operands_of(op); *letter; letter++)
		put_operand(in, *letter, u, out);
}

/* A branch counts from its end to an operation that may have moved. */
static void move_branch(struct mk_in op, uint64_t new, const struct mk_map *moved,
			struct mk_out *out)
{
	if (op.at == op.end || *operands_of((unsigned)mk_number(&op, 1)) != 'j')
		return;
	int64_t distance = (int16_t)mk_number(&op, 2);
	uint64_t target = mk_map_get(moved, mk_offset(&op) + (uint64_t)distance);
	mk_patch(out, (size_t) new + 1, (target - (new + 3)) & 0xffff, 2);
}

void mk_expression(struct mk_in expr, const struct mk_unit_info *u, struct mk_out *out)
{
	struct mk_map moved = { 0 };
	struct mk_in in = expr;
	while (in.at < in.end) {
		mk_map_add(&moved, mk_offset(&in), out->n);
		put_operation(&in, u, out);
	}
	mk_map_add(&moved, mk_offset(&in), out->n);
	for (size_t i = 0; i < moved.n; i++) {
		struct mk_in op = expr;
		mk_part(&op, moved.pairs[i].from);
		move_branch(op, moved.pairs[i].to, &moved, out);
	}
	free(moved.pairs);
}

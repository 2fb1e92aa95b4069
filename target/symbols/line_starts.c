/*
 * Which rows of a line program are in the file that every sequence begins in. Called by lines.c;
 * all else of line programs is libdwarf's.
 */
#include "target/symbols/line_starts_priv.h"

#include <libdwarf/dwarf.h>

void line_starts_open(struct line_starts *s, const struct kelf *k, uint64_t offset)
{
	struct bytes b = kelf_bytes(k, ".debug_line"), header;
	bool wide;

	*s = (struct line_starts){ .special = 0 };
	bytes_skip(&b, offset);
	s->program = bytes_unit(&b, &wide);
	bytes_skip(&s->program, 4); /* version, sizes of address and segment */
	header = bytes_take(&s->program, bytes_fixed(&s->program, wide ? 8 : 4));
	bytes_skip(&header, 5); /* up to the line range */
	s->special = bytes_fixed(&header, 1);
	for (uint64_t i = 1; i < s->special; i++)
		s->operands[i] = (uint8_t)bytes_fixed(&header, 1);
}

/* true: the end mark of a sequence. */
static bool take_extended(struct bytes *b)
{
	struct bytes one = bytes_take(b, bytes_uleb(b));

	return bytes_fixed(&one, 1) == DW_LNE_end_sequence;
}

static void take_operands(struct line_starts *s, uint64_t opcode)
{
	if (opcode == DW_LNS_fixed_advance_pc) {
		bytes_skip(&s->program, 2);
		return;
	}
	for (unsigned i = 0; i < s->operands[opcode]; i++)
		bytes_uleb(&s->program);
}

size_t line_starts_next(struct line_starts *s)
{
	bool named = false, ends = false;
	size_t rows = 0;

	while (!ends && bytes_left(&s->program) > 0) {
		uint64_t opcode = bytes_fixed(&s->program, 1);
		bool standard = opcode && opcode < s->special;

		if (standard)
			take_operands(s, opcode);
		else if (!opcode)
			ends = take_extended(&s->program);
		named |= standard && opcode == DW_LNS_set_file;
		bool row = standard ? opcode == DW_LNS_copy : opcode || ends;
		rows += row && !named;
	}
	return rows;
}

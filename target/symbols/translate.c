/*
 * Translation of a kernel for stock clients: e_machine and DWARF register numbers. Called for
 * `--translate` and for every kernel that is opened; call frame information and DIEs have a file
 * each beside this one, this one holds the numbers and the expressions.
 *
 * The device numbers GPR0..29 as 64..93, SP as 94, the return address as 95 (coredump facts 3.2);
 * AArch64 has 0..29, 31, 30. All of these are ULEBs of one byte, so nothing moves.
 */
#include "target/symbols/translate_priv.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "target/auto.h"
#include "target/symbols/words_priv.h"

enum { DEVICE_FIRST = 64, DEVICE_SP = 94, DEVICE_RA = 95 };
enum { BUDGET_PER_BYTE = 16, BUDGET_FLOOR = 1 << 20, NESTING_MAX = 8 };

/* The low seven bits of a ULEB are in its first byte, also when it was padded. */
void translate_register(struct translation *t, const uint8_t *at)
{
	struct bytes b = bytes_of(at, (size_t)(t->elf->bytes + t->elf->n - at));
	uint64_t device = bytes_uleb(&b);
	uint8_t number;

	if (b.bad || device < DEVICE_FIRST || device > DEVICE_RA)
		return;
	number = (uint8_t)(device - DEVICE_FIRST);
	if (device == DEVICE_SP)
		number = SYMBOLS_SP;
	if (device == DEVICE_RA)
		number = SYMBOLS_RA;
	t->out[at - t->elf->bytes] = (uint8_t)((*at & 0x80) | number);
}

static void expression(struct translation *t, struct bytes b, const struct operand_sizes *z,
		       unsigned nesting)
{
	struct operands op;

	while (bytes_left(&b) > 0 && t->budget > 0 && operands_expression(&b, z, &op)) {
		t->budget--;
		for (size_t i = 0; i < op.reg_count; i++)
			translate_register(t, op.reg_at[i]);
		if (op.has_block && nesting < NESTING_MAX)
			expression(t, op.block, z, nesting + 1);
	}
}

void translate_expression(struct translation *t, struct bytes b, const struct operand_sizes *z)
{
	expression(t, b, z, 0);
}

/* elf is over the original, out the copy. false: not all of it. */
static bool translate(const struct kelf *elf, uint8_t *out)
{
	static const uint8_t machine[] = { EM_AARCH64, 0 };
	struct translation t = { .elf = elf,
				 .out = out,
				 .budget = (uint64_t)elf->n * BUDGET_PER_BYTE + BUDGET_FLOOR };
	struct kdwarf dwarf;
	bool complete;

	memcpy(out + offsetof(Elf64_Ehdr, e_machine), machine, sizeof(machine));
	translate_frames(&t);
	kdwarf_open(&dwarf, elf); /* no DWARF: nothing to walk */
	complete = translate_dies(&t, &dwarf);
	kdwarf_close(&dwarf);
	return complete && t.budget > 0;
}

/* A copy of the file with zeros behind it, for what runs off its end. */
static uint8_t *copy_of(const void *bytes, size_t n)
{
	enum { PADDING = 64 };
	uint8_t *copy = calloc(1, n + PADDING);

	if (copy && n)
		memcpy(copy, bytes, n);
	return copy;
}

bool translate_kernel(uint8_t *bytes, size_t n, bool *complete, struct symbols_error *why)
{
	AUTO_FREE uint8_t *original = copy_of(bytes, n);
	struct kelf elf;

	if (!original)
		return words_fail(why, "out of memory");
	if (!kelf_open(&elf, original, n, why))
		return false;
	/* 64..95 are vector registers in a file that is AArch64 already */
	*complete = elf.machine != KELF_MACHINE_ASCEND || translate(&elf, bytes);
	kelf_close(&elf);
	return true;
}

bool symbols_translate(void *bytes, size_t n, struct symbols_error *why)
{
	struct kelf elf;
	bool compressed, complete;

	if (!kelf_open(&elf, bytes, n, why))
		return false;
	compressed = kelf_has_debug(&elf, true);
	kelf_close(&elf);
	if (compressed)
		return words_fail(why, "its debug sections are compressed, which leaves no place "
				       "for the change: compile with -gz=none");
	if (!translate_kernel(bytes, n, &complete, why))
		return false;
	return complete || words_fail(why, "its debug information is too large or broken to be "
					   "changed in full");
}

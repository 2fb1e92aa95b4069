/*
 * Tables of the operands of DWARF expression operations (DWARF 5 section 7.7.1 and the GNU
 * extensions), call frame instructions (7.24) and location list entries (7.7.3), and the decoder
 * for them. Called by the translation and by the evaluator of call frame rules.
 */
#include "target/symbols/operands_priv.h"

#include <libdwarf/dwarf.h>

/*
 * A shape has one letter for each operand:
 *   1 2 4 8  that many bytes   u s  ULEB, SLEB   a  address   i  reference into .debug_info
 *   r  register (ULEB)   e  expression with its length (ULEB)
 *   b  bytes with their length (ULEB)   c  bytes with their length (1 byte)
 * NULL: an unknown code; what follows it cannot be told.
 */
static const char *const expression_shapes[256] = {
	[DW_OP_addr] = "a",
	[DW_OP_deref] = "",
	[DW_OP_const1u] = "1",
	[DW_OP_const1s] = "1",
	[DW_OP_const2u] = "2",
	[DW_OP_const2s] = "2",
	[DW_OP_const4u] = "4",
	[DW_OP_const4s] = "4",
	[DW_OP_const8u] = "8",
	[DW_OP_const8s] = "8",
	[DW_OP_constu] = "u",
	[DW_OP_consts] = "s",
	[DW_OP_dup... DW_OP_over] = "",
	[DW_OP_pick] = "1",
	[DW_OP_swap... DW_OP_plus] = "",
	[DW_OP_plus_uconst] = "u",
	[DW_OP_shl... DW_OP_xor] = "",
	[DW_OP_bra] = "2",
	[DW_OP_eq... DW_OP_ne] = "",
	[DW_OP_skip] = "2",
	[DW_OP_lit0... DW_OP_reg31] = "",
	[DW_OP_breg0... DW_OP_breg31] = "s",
	[DW_OP_regx] = "r",
	[DW_OP_fbreg] = "s",
	[DW_OP_bregx] = "rs",
	[DW_OP_piece] = "u",
	[DW_OP_deref_size] = "1",
	[DW_OP_xderef_size] = "1",
	[DW_OP_nop] = "",
	[DW_OP_push_object_address] = "",
	[DW_OP_call2] = "2",
	[DW_OP_call4] = "4",
	[DW_OP_call_ref] = "i",
	[DW_OP_form_tls_address] = "",
	[DW_OP_call_frame_cfa] = "",
	[DW_OP_bit_piece] = "uu",
	[DW_OP_implicit_value] = "b",
	[DW_OP_stack_value] = "",
	[DW_OP_implicit_pointer] = "is",
	[DW_OP_addrx] = "u",
	[DW_OP_constx] = "u",
	[DW_OP_entry_value] = "e",
	[DW_OP_const_type] = "uc",
	[DW_OP_regval_type] = "ru",
	[DW_OP_deref_type] = "1u",
	[DW_OP_xderef_type] = "1u",
	[DW_OP_convert] = "u",
	[DW_OP_reinterpret] = "u",
	[DW_OP_GNU_push_tls_address] = "",
	[DW_OP_GNU_uninit] = "",
	[DW_OP_GNU_implicit_pointer] = "is",
	[DW_OP_GNU_entry_value] = "e",
	[DW_OP_GNU_const_type] = "uc",
	[DW_OP_GNU_regval_type] = "ru",
	[DW_OP_GNU_deref_type] = "1u",
	[DW_OP_GNU_convert] = "u",
	[DW_OP_GNU_reinterpret] = "u",
	[DW_OP_GNU_parameter_ref] = "4",
	[DW_OP_GNU_addr_index] = "u",
	[DW_OP_GNU_const_index] = "u",
	[DW_OP_GNU_variable_value] = "i",
};

/* Codes whose upper two bits are set carry a 6-bit operand: no register from 64 on fits there. */
static const char *const frame_shapes[256] = {
	[DW_CFA_nop] = "",
	[DW_CFA_set_loc] = "a",
	[DW_CFA_advance_loc1] = "1",
	[DW_CFA_advance_loc2] = "2",
	[DW_CFA_advance_loc4] = "4",
	[DW_CFA_offset_extended] = "ru",
	[DW_CFA_restore_extended] = "r",
	[DW_CFA_undefined] = "r",
	[DW_CFA_same_value] = "r",
	[DW_CFA_register] = "rr",
	[DW_CFA_remember_state] = "",
	[DW_CFA_restore_state] = "",
	[DW_CFA_def_cfa] = "ru",
	[DW_CFA_def_cfa_register] = "r",
	[DW_CFA_def_cfa_offset] = "u",
	[DW_CFA_def_cfa_expression] = "e",
	[DW_CFA_expression] = "re",
	[DW_CFA_offset_extended_sf] = "rs",
	[DW_CFA_def_cfa_sf] = "rs",
	[DW_CFA_def_cfa_offset_sf] = "s",
	[DW_CFA_val_offset] = "ru",
	[DW_CFA_val_offset_sf] = "rs",
	[DW_CFA_val_expression] = "re",
	[DW_CFA_MIPS_advance_loc8] = "8",
	[DW_CFA_GNU_window_save] = "", /* on AArch64: negate_ra_state */
	[DW_CFA_GNU_args_size] = "u",
	[DW_CFA_GNU_negative_offset_extended] = "ru",
	[DW_CFA_advance_loc... DW_CFA_advance_loc + 0x3f] = "",
	[DW_CFA_offset... DW_CFA_offset + 0x3f] = "u",
	[DW_CFA_restore... DW_CFA_restore + 0x3f] = "",
};

static const char *const location_shapes[256] = {
	[DW_LLE_end_of_list] = "",     [DW_LLE_base_addressx] = "u",
	[DW_LLE_startx_endx] = "uue",  [DW_LLE_startx_length] = "uue",
	[DW_LLE_offset_pair] = "uue",  [DW_LLE_default_location] = "e",
	[DW_LLE_base_address] = "a",   [DW_LLE_start_end] = "aae",
	[DW_LLE_start_length] = "aue", [0x09] = "uu", /* DW_LLE_GNU_view_pair */
};

static void put_number(struct operands *out, size_t *count, uint64_t value)
{
	if (*count < OPERANDS_NUMBERS)
		out->number[(*count)++] = value;
}

static void read_register(struct bytes *b, struct operands *out)
{
	if (out->reg_count == OPERANDS_REGISTERS)
		return;
	out->reg_at[out->reg_count] = b->at;
	out->reg[out->reg_count++] = bytes_uleb(b);
}

static void read_operand(struct bytes *b, char kind, const struct operand_sizes *z,
			 struct operands *out, size_t *count)
{
	switch (kind) {
	case 'r':
		read_register(b, out);
		return;
	case 'e':
		out->block = bytes_take(b, bytes_uleb(b));
		out->has_block = true;
		return;
	case 'b':
		bytes_skip(b, bytes_uleb(b));
		return;
	case 'c':
		bytes_skip(b, bytes_fixed(b, 1));
		return;
	case 'u':
		put_number(out, count, bytes_uleb(b));
		return;
	case 's':
		put_number(out, count, (uint64_t)bytes_sleb(b));
		return;
	case 'a':
		put_number(out, count, bytes_fixed(b, z->address));
		return;
	case 'i':
		put_number(out, count, bytes_fixed(b, z->ref));
		return;
	default:
		put_number(out, count, bytes_fixed(b, (size_t)(kind - '0')));
	}
}

static bool read_all(struct bytes *b, const char *const *shapes, const struct operand_sizes *z,
		     struct operands *out)
{
	size_t count = 0;

	*out = (struct operands){ .code = (uint8_t)bytes_fixed(b, 1) };
	if (b->bad || !shapes[out->code])
		return false;
	for (const char *kind = shapes[out->code]; *kind; kind++)
		read_operand(b, *kind, z, out, &count);
	return !b->bad;
}

bool operands_expression(struct bytes *b, const struct operand_sizes *z, struct operands *out)
{
	return read_all(b, expression_shapes, z, out);
}

bool operands_frame(struct bytes *b, const struct operand_sizes *z, struct operands *out)
{
	return read_all(b, frame_shapes, z, out);
}

bool operands_location(struct bytes *b, const struct operand_sizes *z, struct operands *out)
{
	return read_all(b, location_shapes, z, out);
}

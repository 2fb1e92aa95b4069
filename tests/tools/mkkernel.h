#ifndef TESTS_TOOLS_MKKERNEL_H
#define TESTS_TOOLS_MKKERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Parts of mkkernel, which gives an AArch64 kernel the shape of the device compiler's files:
 * e_machine 0x1029 and DWARF registers numbered 64 and up. Numbers from 64 do not fit into the
 * one-byte forms (DW_OP_reg0..31, DW_OP_breg0..31, DW_CFA_offset, DW_CFA_restore), so sections
 * grow and everything that points into them is moved along.
 */

/** Ends the program with a message for the user. */
void mk_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/** Bytes to read. Reading beyond the end is fatal: the input is the compiler's. */
struct mk_in {
	const uint8_t *start, *at, *end;
	const char *what; /* section name for messages */
};

struct mk_in mk_in_of(const void *bytes, size_t n, const char *what);
/** The next n bytes as a reader of its own; skips them. */
struct mk_in mk_part(struct mk_in *in, uint64_t n);
uint64_t mk_number(struct mk_in *in, size_t n);
uint64_t mk_uleb(struct mk_in *in);
int64_t mk_sleb(struct mk_in *in);
const char *mk_string(struct mk_in *in);
static inline uint64_t mk_offset(const struct mk_in *in)
{
	return (uint64_t)(in->at - in->start);
}
/** unit_length; *wide: 64-bit DWARF. The result is the unit without the length. */
struct mk_in mk_unit(struct mk_in *in, bool *wide);

/** Bytes that are written; free with mk_out_free. */
struct mk_out {
	uint8_t *bytes;
	size_t n, room;
};

void mk_put(struct mk_out *out, const void *bytes, size_t n);
void mk_put_number(struct mk_out *out, uint64_t value, size_t n);
void mk_put_uleb(struct mk_out *out, uint64_t value);
/** ULEB of exactly n bytes. */
void mk_put_uleb_wide(struct mk_out *out, uint64_t value, size_t n);
/** Everything between two readers' positions. */
void mk_put_between(struct mk_out *out, const uint8_t *from, const uint8_t *to);
/** Replaces a number that was written before. */
void mk_patch(struct mk_out *out, size_t at, uint64_t value, size_t n);
void mk_out_free(struct mk_out *out);

/** Where offsets of a section moved to: each pair holds up to the next one. */
struct mk_map {
	struct {
		uint64_t from, to;
	} * pairs; /* by rising `from` */
	size_t n;
};

void mk_map_add(struct mk_map *m, uint64_t from, uint64_t to);
/** New offset; the offset itself while the map is empty. */
uint64_t mk_map_get(const struct mk_map *m, uint64_t from);

/** Number of an AArch64 DWARF register on the device; fatal when it has none. */
uint64_t mk_register(uint64_t aarch64);

/** Facts of a unit that expressions need. */
struct mk_unit_info {
	unsigned version;
	bool wide;		   /* 64-bit DWARF */
	uint64_t start;		   /* old offset in .debug_info */
	const struct mk_map *info; /* moves in .debug_info */
};

/** Appends the expression with registers renumbered. */
void mk_expression(struct mk_in expr, const struct mk_unit_info *u, struct mk_out *out);
/** The same for one with a ULEB length in front. */
void mk_put_expression(struct mk_in *in, const struct mk_unit_info *u, struct mk_out *out);

/** .debug_frame, or with eh .eh_frame at address `at`: renumbered copy. */
void mk_frames(struct mk_in in, bool eh, struct mk_out *out);

/** A whole file: the linked AArch64 kernel in, the device compiler's shape out. */
void mk_kernel(struct mk_in file, struct mk_out *out);

/** The DWARF sections that move together; bytes may be absent (n = 0). */
struct mk_dwarf {
	struct mk_in info, abbrev, loc, loclists, aranges;
	struct mk_out new_info, new_loc, new_loclists, new_aranges;
};
void mk_dwarf_renumber(struct mk_dwarf *d);

/** Location lists; refs: offsets at which lists start and the units that use them. */
struct mk_list_ref {
	uint64_t at;
	struct mk_unit_info unit;
};
struct mk_list_refs {
	struct mk_list_ref *refs; /* by rising `at` */
	size_t n;
};
void mk_loc(struct mk_in in, const struct mk_list_refs *refs, struct mk_map *moved,
	    struct mk_out *out);
void mk_loclists(struct mk_in in, const struct mk_list_refs *refs, struct mk_map *moved,
		 struct mk_out *out);

#endif

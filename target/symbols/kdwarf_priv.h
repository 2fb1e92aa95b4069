#ifndef TARGET_SYMBOLS_KDWARF_PRIV_H
#define TARGET_SYMBOLS_KDWARF_PRIV_H

#include <libdwarf/libdwarf.h>

#include "target/symbols/kelf_priv.h"
#include "target/symbols/operands_priv.h"

/**
 * libdwarf over a kernel in memory. Every pointer libdwarf hands out (blocks, expressions, call
 * frame instructions, strings) points into kelf.bytes, so "pointer - bytes" is a file offset.
 */

enum {
	KDWARF_DEPTH_MAX = 128,	    /* deeper DIEs are left out */
	KDWARF_DIES_MAX = 8 << 20,  /* of all units together */
	KDWARF_FRAME_COLUMNS = 256, /* registers that call frame information may name */
};

/** Must not move while open: libdwarf keeps a pointer into it. */
struct kdwarf {
	Dwarf_Debug dbg; /* NULL: there is no usable DWARF */
	const struct kelf *elf;
	Dwarf_Obj_Access_Interface access;
	uint8_t *abbrev; /* .debug_abbrev as libdwarf sees it (guard_units) */
	bool too_large;	 /* units that libdwarf could not be trusted with: it does not see them */
};

struct kdwarf_unit {
	size_t index;
	Dwarf_Die die; /* the unit's own DIE, valid during the walk */
	uint16_t version;
	uint8_t offset_size; /* 4 or 8 */
	bool types;	     /* in .debug_types (DWARF 4), whose offsets count by themselves */
	struct operand_sizes sizes;
};

struct kdwarf_die {
	Dwarf_Die die;
	Dwarf_Half tag;
	Dwarf_Off offset; /* in .debug_info */
	unsigned depth;	  /* of the unit's DIE: 0 */
	const struct kdwarf_unit *unit;
};
typedef void (*kdwarf_die_fn)(void *ctx, struct kdwarf *d, const struct kdwarf_die *die);

/** false: no DWARF, or a broken one. */
bool kdwarf_open(struct kdwarf *d, const struct kelf *elf);
void kdwarf_close(struct kdwarf *d);
/** Is rc success? Frees *err where there is one. */
bool kdwarf_ok(struct kdwarf *d, int rc, Dwarf_Error *err);
/**
 * Calls fn for every DIE of every unit, parents first. One walk per kdwarf_open. false: there are
 * too many, the rest was left out.
 */
bool kdwarf_walk(struct kdwarf *d, kdwarf_die_fn fn, void *ctx);

/** One attribute; false when the DIE has none or it is of another form. Strings are borrowed. */
bool kdwarf_address(struct kdwarf *d, Dwarf_Die die, uint64_t *lo, uint64_t *hi);
bool kdwarf_reference(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, uint64_t *out);
bool kdwarf_offset(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, uint64_t *out);
bool kdwarf_number(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name, uint64_t *out);
bool kdwarf_has(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name);
/** Text of an attribute inside the file, or NULL. */
const char *kdwarf_string(struct kdwarf *d, Dwarf_Die die, Dwarf_Half name);

#endif

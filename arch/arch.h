#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <stddef.h>
#include <stdint.h>

/**
 * How one kind of core or CPU looks to a client: one table, read by the g/p packets, target.xml,
 * lldb's register info, and the code that fetches values.
 */

enum { ARCH_REG_MAX_BYTES = 256 }; /* the widest register of any table (950 V0..V31) */

/** lldb's "generic" role of a register (also used for expedited registers). */
enum arch_role {
	ARCH_PLAIN,
	ARCH_PC,
	ARCH_SP,
	ARCH_FP,
	ARCH_RA,
	ARCH_FLAGS,
};

struct arch_reg {
	const char *name;
	const char *type;  /* gdb type: "int64", "code_ptr", or the id of a type of its feature */
	const char *group; /* NULL: the client decides; else as in `info registers GROUP` */
	uint16_t bits;     /* multiple of 8 */
	uint8_t feature;   /* index into arch_desc.features */
	uint8_t role;      /* enum arch_role */
	int16_t dwarf;     /* number in the DWARF that clients are given, -1 none */
	uint16_t set;      /* where the value lives: regset (Linux) or enum chip_set (device) */
	uint32_t at;       /* ... and the offset or index in it */
};

struct arch_feature {
	const char *name;  /* "org.gnu.gdb.aarch64.core" */
	const char *types; /* XML type definitions in front of its registers, or "" */
};

/** Position in regs = register number of the client = place in the g packet. */
struct arch_desc {
	const char *name;  /* <architecture>: "aarch64", "i386:x86-64" */
	const char *osabi; /* <osabi>: "none", "GNU/Linux"; NULL: leave out */
	const struct arch_feature *features;
	size_t feature_count;
	const struct arch_reg *regs;
	size_t reg_count;
	size_t g_count; /* registers in the g packet; the rest goes by p/P */
	uint16_t pc, sp, fp;
};

/** Bytes of a register. */
static inline size_t arch_reg_size(const struct arch_reg *r)
{
	return r->bits / 8u;
}

#endif

#ifndef ARCH_CHIP_H
#define ARCH_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "arch/channel.h"

/**
 * Facts about one Ascend chip. To add a chip: write arch/chip_<name>.c (open it with the document
 * and section of every fact), add a row to chips[] in arch/chips.c, run `make check`. No code
 * outside arch/ names a chip.
 */

enum chip_core_type { CHIP_AIC = 0, CHIP_AIV = 1 }; /* coredump facts 2.4 "Core type" */
enum { CHIP_ON_AIC = 1, CHIP_ON_AIV = 2, CHIP_ON_BOTH = 3 };

/** Memory classes with the numbers the driver and the dump use (coredump facts 2.4). */
enum chip_mem {
	CHIP_L0A = 1,
	CHIP_L0B = 2,
	CHIP_L0C = 3,
	CHIP_UB = 4,
	CHIP_L1 = 5,
	CHIP_FB = 6,
	CHIP_OUT_MEM = 7, /* device memory (GM) as stored, no cache in front */
	CHIP_DCACHE = 10,
	CHIP_ICACHE = 11,
	CHIP_MEM_END = 12,
};

struct chip_mem_info {
	uint8_t mem;      /* enum chip_mem */
	const char *name; /* "UB" */
	uint32_t size;    /* bytes on this chip, 0 = varies (caches) */
	uint8_t cores;    /* CHIP_ON_* */
};

/** How the value of a register is made from register entries (coredump facts 3.4). */
enum chip_reg_kind {
	CHIP_REG_PLAIN,  /* the first `size` bytes of the entry at addr */
	CHIP_REG_V,      /* 8 entries of 32 bytes at addr .. addr+7 */
	CHIP_REG_S,      /* half of TPES[index/2]: 2 bytes, odd index = high half */
	CHIP_REG_TPESL,  /* TPES[2*index], TPES[2*index+1] */
	CHIP_REG_TPESLL, /* TPES[4*index] .. TPES[4*index+3] */
	CHIP_REG_WARP,   /* entry at addr | warp id of the focused SIMT thread */
	CHIP_REG_WARP_MASK, /* the same; 0 is a warp that runs all its threads */
	CHIP_REG_THREAD, /* banked R registers: facts 3.4, one word per SIMT thread */
};

struct chip_reg {
	const char *name;  /* as in the vendor's reader */
	const char *group; /* "gpr", "pc", "su", "error", "errinfo", "mte", "vector", ... */
	uint64_t addr;     /* id in the dump and on the debug channel; S, TPESL*: that of TPES0 */
	uint16_t size;     /* bytes shown */
	uint8_t kind;      /* enum chip_reg_kind */
	uint8_t cores;     /* CHIP_ON_* */
	int16_t dwarf;     /* number in the vendor's DWARF, -1 none */
	uint16_t index;    /* number within its family for the composite kinds */
};

/** One bit of an error register. */
struct chip_error_bit {
	uint8_t bit;
	const char *name;         /* CANN's name, e.g. "vec_ub_wrap_around" */
	const char *name_msdebug; /* what msDebug calls it; same pointer when equal */
	const char *unit;         /* "VEC", "MTE", ...; "" when none */
};

/** Copies bits [src_lo, src_lo+width) of a register into the PC at dst_lo. */
struct chip_pc_patch {
	const char *reg;
	uint8_t src_lo, width, dst_lo;
};

/** A group of bits of one error register that means one stop reason. */
struct chip_error_group {
	uint32_t mask;
	const char *reason; /* "VEC_ERROR" */
	const struct chip_pc_patch *patches;
	uint8_t patch_count;
};

/** Error registers in the order in which they are scanned (facts section 4). */
struct chip_error_reg {
	const char *name;
	const struct chip_error_group *groups;
	uint8_t group_count;
	const struct chip_error_bit *bits; /* NULL: meanings not public */
	uint8_t bit_count;
};

struct chip {
	const char *name;         /* "910B" */
	const char *product;      /* "A2/A3": the ChipType column of msDebug */
	const char *soc;          /* one of its products as the runtime names it */
	uint32_t type;            /* DevInfo.devType */
	uint16_t aic_max, aiv_max; /* core slots */
	uint16_t aiv_offset;      /* unified id of AIV 0 */
	uint8_t reg_entry_size;   /* bytes of one register entry in a dump: 32 or 48 */
	bool simt;                /* AIV cores have SIMD/SIMT positions */
	const struct chip_channel *channel; /* NULL: cannot be debugged live */
	const struct chip_reg *regs;
	size_t reg_count;
	const struct chip_mem_info *mems;
	size_t mem_count;
	const struct chip_error_reg *errors;
	size_t error_count;
	const struct chip_fault_bit *faults; /* by enum chip_fault: arch/chip_fault.h */
};

/** All chips, and by DevInfo.devType; NULL when unknown. */
extern const struct chip *const chips[];
extern const size_t chip_count;
const struct chip *chip_find(uint32_t type);

/** Unified id of a core (facts 2.6). */
uint16_t chip_unified(const struct chip *c, enum chip_core_type type, uint16_t id);
/** Reverse; false when the id has no slot on this chip. */
bool chip_core(const struct chip *c, uint32_t unified, enum chip_core_type *type, uint16_t *id);
/** "AIC" or "AIV". */
const char *chip_core_type_name(enum chip_core_type type);
const struct chip_mem_info *chip_mem_find(const struct chip *c, uint8_t mem);
/** By name, exact case; NULL when the chip has no such register. */
const struct chip_reg *chip_reg_find(const struct chip *c, const char *name);
/** The same, quick where the row stands closely behind `before` (a row of the chip, or NULL). */
const struct chip_reg *chip_reg_find_after(const struct chip *c, const struct chip_reg *before,
					   const char *name);

/**
 * Where register entries come from: a dump's table or the driver. read() puts the first n bytes
 * (1..32) of the entry `addr` into buf, or returns false when the device did not give it.
 */
struct chip_bus {
	bool (*read)(void *ctx, uint64_t addr, void *buf, size_t n);
	void *ctx;
	enum chip_core_type core_type;
	uint16_t simt_thread; /* linear id of the SIMT thread in focus; 0 without SIMT */
};

/** Value of a register, reg->size bytes little-endian. false: not available on this core or now. */
bool chip_reg_read(const struct chip *c, const struct chip_reg *reg, const struct chip_bus *bus,
		   void *buf);

/** Where on an AIV of a chip with vector functions the error happened (facts 4.3). */
enum chip_position {
	CHIP_POS_SU = 0,
	CHIP_POS_SIMD = 1,
	CHIP_POS_SIMT = 2,
	CHIP_POS_UNKNOWN = 200,
};

/** Why a core stopped (facts section 4). */
struct chip_stop {
	const char *reason;             /* "VEC_ERROR"; "Unknown Error" without an error bit */
	const struct chip_error_reg *reg; /* deciding register, NULL when unknown */
	uint32_t value;                 /* its value */
	uint32_t mask;                  /* the bits of value that decided */
	bool has_pc;                    /* the PC register could be read */
	uint64_t raw_pc;                /* as stored */
	uint64_t pc;                    /* corrected by the error-info registers */
	enum chip_position position;
	uint16_t warp;                  /* SIMT: warp that made the error */
	uint16_t simt_thread;           /* SIMT: first active thread of that warp, linear id */
};

void chip_stop_read(const struct chip *c, const struct chip_bus *bus, struct chip_stop *out);

/** Where the value of a register of the costume comes from (arch_reg.set of a device). */
enum chip_set {
	CHIP_SET_REG,     /* arch_reg.at = index into chip.regs */
	CHIP_SET_VIRTUAL, /* arch_reg.at = enum chip_virtual */
};

enum chip_virtual {
	CHIP_V_PC,       /* corrected pc */
	CHIP_V_RAW_PC,   /* pc as stored */
	CHIP_V_ZERO,     /* cpsr: the device has none */
	CHIP_V_COREID,   /* id within its type */
	CHIP_V_CORETYPE, /* enum chip_core_type */
	CHIP_V_BLOCKID,
	CHIP_V_TASKID,
	CHIP_V_STREAMID,
	CHIP_V_NONE,     /* v0..v31, fpsr, fpcr: the device has none, always unavailable */
};

/**
 * The costume in which stock clients see a core of this chip: aarch64, pc sp x29 x30 first (the
 * short g), then the other x registers and cpsr, then the scalars and every register of the table
 * under its vendor name, in the groups error, vector, simt, mte, l1, su, and ascend for the rest.
 * Caller frees with chip_desc_destroy. NULL: out of memory.
 */
struct arch_desc *chip_desc_create(const struct chip *c);
void chip_desc_destroy(struct arch_desc *d);

#endif

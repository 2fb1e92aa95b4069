#ifndef TARGET_SIM_DUMPWRITER_H
#define TARGET_SIM_DUMPWRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/sim/dumpdata.h"

/**
 * Writes Ascend core dumps in the byte layout of the vendor's writer (coredump facts 1 and 2):
 * fill struct dump, then dump_write or dump_bytes. It knows the format from the facts alone and
 * shares nothing with the reader, so the two check each other.
 *
 *	struct dump *d = dump_create(5, DUMP_MASTER);
 *	dump_set_text(&d->kernel_name, "add_custom");
 *	dump_add_global(d, DUMP_ARGS, 0x12c0c0000000, 40);
 *	struct dump_core *c = dump_add_core(d, DUMP_AIV, 3);
 *	dump_add_local(c, 4, 196608);
 *	dump_core_registers(d, c);
 *	uint8_t *bytes = dump_bytes(d, &n);
 *	dump_destroy(d);
 *
 * Everything may be set to nonsense on purpose; the section table stays in order.
 */

/** Releases of the writer that differ in the file (coredump facts 1.5). */
enum dump_version {
	DUMP_V8_5_0,
	DUMP_V9_0_0,
	DUMP_V9_1_0_BETA_1,
	DUMP_V9_1_0_BETA_3,
	DUMP_V9_1_0,
	DUMP_MASTER,
	DUMP_VERSIONS,
};
/** "v8.5.0" .. "master"; NULL out of range. */
const char *dump_version_name(enum dump_version v);

enum { DUMP_AIC = 0, DUMP_AIV = 1 };
enum { DUMP_NARROW_CHIP = 5, DUMP_WIDE_CHIP = 15, DUMP_V5_CHIP = 16 };

/** Types of global entries the writer treats in a special way (coredump facts 2.4). */
enum {
	DUMP_WORKSPACE = 4,
	DUMP_TILING = 7,
	DUMP_ARGS = 101,
	DUMP_STACK = 102,
	DUMP_KERNEL_OBJECT = 103,
	DUMP_SIMT_STACK = 104,
};
enum { DUMP_DCACHE = 10, DUMP_ICACHE = 11, DUMP_DIMS = 25 };

struct dump_global {
	uint16_t type;
	uint64_t at;	  /* device address */
	bool failed;	  /* the copy from the device failed: size bit 63, zeros as data */
	uint16_t core_id; /* stacks: unified id */
	uint32_t dim_count;
	uint64_t dims[DUMP_DIMS];
	struct dump_data data;
	uint32_t section; /* ELF index, set by dump_layout */
};

struct dump_local {
	uint32_t mem; /* 1..11 */
	bool failed;
	const struct dump_global *cached; /* caches: what they cache; else NULL */
	struct dump_data data;
	uint32_t section;
};

struct dump_reg {
	uint64_t addr;
	uint8_t size; /* 4, 8, 16, 32 */
	bool invalid; /* validFlag 1 */
	uint8_t value[32];
};

struct dump_core {
	uint8_t type; /* DUMP_AIC, DUMP_AIV */
	uint8_t id;   /* within its type, 0..127 */
	bool bare;    /* only its bit in the device table */
	struct dump_local **locals;
	size_t local_count;
	struct dump_reg *regs;
	size_t reg_count; /* 0: no .ascend.regs section */
};

/** A section nobody knows; written before .shstrtab. */
struct dump_extra {
	char *name;
	uint32_t type;
	struct dump_data data;
};

struct dump_section {
	char *name;
	uint32_t name_at, type, link, info;
	uint64_t addr, entsize, offset;
	struct dump_data data;
};

struct dump {
	enum dump_version version;
	uint32_t chip, device;
	bool as_added;	   /* keep the order of globals and cores instead of the writer's */
	char *kernel_name; /* NULL: kernel_info, json and file object are absent */
	struct dump_data host_object, file_object, json; /* size 0: absent */
	struct dump_global **globals;
	size_t global_count;
	struct dump_core **cores;
	size_t core_count;
	struct dump_extra *extras;
	size_t extra_count;
	char **omitted; /* names of sections that are left out */
	size_t omitted_count;
	/* set by dump_layout */
	struct dump_section *sections;
	size_t section_count;
	uint64_t table_offset; /* e_shoff */
	uint64_t file_size;
};

struct dump *dump_create(uint32_t chip, enum dump_version version);
void dump_destroy(struct dump *d);
/** Replaces a string; text may be NULL. */
void dump_set_text(char **slot, const char *text);

/** All of these return objects that live as long as d. */
struct dump_global *dump_add_global(struct dump *d, uint16_t type, uint64_t at, uint64_t size);
struct dump_core *dump_add_core(struct dump *d, uint8_t type, uint8_t id);
struct dump_local *dump_add_local(struct dump_core *c, uint32_t mem, uint64_t size);
void dump_omit(struct dump *d, const char *section);
struct dump_extra *dump_add_extra(struct dump *d, const char *name, uint32_t type);

/** Id in section names and coreId fields of this chip and writer (coredump facts 2.6). */
uint16_t dump_unified(const struct dump *d, uint8_t type, uint8_t id);
/** Address of the stack of a core in global memory: base + size * slot (coredump facts 6.1). */
uint64_t dump_stack_at(const struct dump *d, const struct dump_core *c, uint64_t base,
		       uint64_t size);
/** ICACHE of the kernel, DCACHE of args, tiling and the core's stacks, with equal bytes. */
void dump_core_caches(const struct dump *d, struct dump_core *c);
struct dump_local *dump_cache_of(const struct dump_core *c, const struct dump_global *g);

/** Every register entry this writer makes for the core, value 0 (coredump facts 3.1). */
void dump_core_registers(const struct dump *d, struct dump_core *c);
/** The error registers that follow when the exception record has the core, value 0. */
void dump_core_errors(const struct dump *d, struct dump_core *c);
struct dump_reg *dump_add_reg(struct dump_core *c, uint64_t addr, uint8_t size);
/** The entry a reader takes: the last of that address; NULL: none. */
struct dump_reg *dump_find_reg(const struct dump_core *c, uint64_t addr);
void dump_reg_set(struct dump_reg *r, uint64_t value);

/** Puts everything into sections with offsets. Done by the two below when it was not. */
void dump_layout(struct dump *d);
/** nth section of a name, counted from 0; NULL: there is none. */
const struct dump_section *dump_section(const struct dump *d, const char *name, size_t nth);
/** The file; caller frees. */
uint8_t *dump_bytes(struct dump *d, size_t *n);
/** Writes to an empty file; what is zero by never having been put stays a hole. */
bool dump_write(struct dump *d, int fd);

#endif

#ifndef TARGET_CORE_CORE_PRIV_H
#define TARGET_CORE_CORE_PRIV_H

#include "target/ascend/ascend.h"
#include "target/core/core.h"
#include "target/core/segments.h"
#include "target/core/span.h"

/**
 * A dump while it is read. container.c (or salvage.c) turns the file into sections, each
 * parse_*.c turns the sections of its kind into arrays of struct ascend, kernels.c finds the
 * symbols, core_target.c holds it together and answers afterwards.
 *
 * Rule for all of them: a part that is wrong is left out with one core_loss() line; only no memory
 * and "this is no dump at all" make a function return false.
 */

/** Bounds that keep a hostile dump cheap; writers stay far below them. */
enum {
	CORE_MAX_SECTIONS = 1 << 16,
	CORE_MAX_BLOCKS = 1024,
	CORE_MAX_LOCALS = 32,	     /* per core */
	CORE_MAX_REGS = 1 << 14,     /* per core */
	CORE_MAX_KERNEL = 256 << 20, /* bytes of a kernel object */
	CORE_MAX_JSON = 1 << 20,
	CORE_LOSS_LINES = 100,
	CORE_PIECE = 4096,
};

enum {
	CORE_SLOTS = 128,	    /* unified core ids looked after; chips have at most 108 */
	CORE_TYPE_UNNAMED = 0xffff, /* ascend_block.type: no entry says what the block is */
};

/** Number n of sh_type SHT_LOUSER + n (coredump facts 1.2). */
enum core_kind {
	CORE_OTHER = 0,
	CORE_GLOBAL = 1,
	CORE_LOCAL = 2,
	CORE_REGS = 3,
	CORE_DEVICE = 4,
	CORE_AUX_GLOBAL = 5,
	CORE_AUX_LOCAL = 6,
	CORE_HOST_KERNEL = 7,
	CORE_FILE_KERNEL = 8,
	CORE_FILE_JSON = 9,
	CORE_KERNEL_INFO = 10,
	CORE_KINDS = 11,
};

/** A section; its place in the array is its ELF index. */
struct core_section {
	uint8_t kind;	 /* enum core_kind */
	bool has_id;	 /* its name ends in a core id */
	uint32_t id;	 /* unified core id */
	uint64_t addr;	 /* sh_addr: device address of a GLOBAL section */
	uint64_t offset; /* in the file */
	uint64_t size;	 /* bytes that really are in the file */
	uint64_t lost;	 /* bytes of it behind the end of the file */
	uint32_t index;	 /* sh_info: entry in the table that describes it */
	uint32_t entry;	 /* sh_entsize, cut to 32 bits */
	size_t block;	 /* GLOBAL: index into blocks + 1; 0 none */
};

/** A register entry of a core; sorted by addr, each addr once. */
struct core_reg {
	uint64_t addr;
	uint32_t entry; /* its number in the section */
};

/** What the dump has of a core, by unified id. */
struct core_saved {
	bool stalled; /* named in the bitmaps */
	bool has_locals;
	size_t section; /* ELF index of its register section, 0 none */
	struct core_reg *regs;
	size_t reg_count;
};

/** What was read last of what is read by bits. */
struct core_piece {
	uint64_t at; /* in the file */
	size_t n;
	uint8_t bytes[CORE_PIECE];
};

struct core_dump {
	struct ascend ascend; /* first: core_dump_of() */
	int fd;
	struct span file; /* the mapping */
	struct core_limits limits;
	struct core_section *sections;
	size_t section_count;
	size_t *block_section; /* ELF index of the section of each block, 0 none */
	struct segments memory;
	uint64_t *local_at; /* file offsets of ascend.locals */
	struct core_saved cores[CORE_SLOTS];
	struct core_piece piece; /* core_copy_near() */
	bool has_regs;		 /* some core has registers */
	bool plain_ids; /* v8.5.0/v9.0.0 without registers: ids of AIV have no offset (facts 1.5) */
	size_t code;	/* block of the last DEVICE_KERNEL_OBJECT + 1; 0 none */
	size_t losses;
};

static inline struct core_dump *core_dump_of(struct ascend *a)
{
	return (struct core_dump *)a;
}

/* --- dump.c: words shared by all parts --- */
/** One line of the log about something that is lost; after CORE_LOSS_LINES only counted. */
void core_loss(struct core_dump *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Writes the message of a failed open; always false: return core_refuse(why, ...). */
bool core_refuse(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Copies file bytes out of the map; fewer than n when the file has become shorter. */
size_t core_copy(void *dump, uint64_t offset, void *buf, size_t n);
/** The same for a few bytes (at most CORE_PIECE) near the last ones; false: not all are there. */
bool core_copy_near(struct core_dump *d, uint64_t offset, void *buf, size_t n);
/** Bytes of a section that exist. */
struct span core_section_span(const struct core_dump *d, const struct core_section *s);
/** The first section of a kind, later ones are losses; NULL none. */
const struct core_section *core_section_only(struct core_dump *d, enum core_kind kind);
/** Text from a file made fit for a log: printable ASCII, the rest '_'; cap > 0. */
void core_printable(const void *data, size_t n, char *out, size_t cap);
/** "AIV 11" into a buffer of 16. */
const char *core_name(const struct core_dump *d, uint32_t unified, char out[16]);

/* --- container.c, salvage.c, identify.c --- */
/** Maps the file and lists its sections. false: no Ascend dump, why says what it is. */
bool container_open(struct core_dump *d, char *why);
/** "section 7 (.ascend.global)"-like name of a kind. Never NULL. */
const char *container_kind_name(enum core_kind kind);
/**
 * Rebuilds the sections of a dump whose section table is damaged or lost, from the tables that
 * describe themselves. Sets d->sections only when it finds more than `known`. false: out of memory.
 */
bool salvage_sections(struct core_dump *d, size_t known);
/** Says what a file is that is no Ascend dump: "a Linux x86-64 core file (e_machine 62)". */
struct identity {
	char what[96];
	const char *advice; /* what to do with it */
};
void identify_file(struct span file, struct identity *out);

/* --- parse_*.c --- */
bool parse_device(struct core_dump *d, char *why);
/** By DevInfo.devType; NULL when unknown. */
const struct chip *core_chip(const struct core_dump *d, uint32_t type);
bool parse_global(struct core_dump *d, char *why);
bool parse_regs(struct core_dump *d, char *why);
bool parse_local(struct core_dump *d, char *why);
bool parse_cores(struct core_dump *d, char *why);

/* --- kernels.c, kernel_json.c --- */
/** argument: bytes of KERNEL.o, data NULL when none was given. false: it is not usable. */
bool kernels_load(struct core_dump *d, struct span argument, char *why);
/**
 * Sets the element types of tensors as far as the kernel's json says them without doubt; the
 * kernel's name goes to name (ASCEND_NAME bytes, "" when it has none).
 */
void kernel_json_read(struct core_dump *d, struct span json, char *name);

#endif

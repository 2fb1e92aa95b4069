#ifndef TESTS_TOOLS_RECIPE_H
#define TESTS_TOOLS_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/chip.h"
#include "target/sim/dumpwriter.h"
#include "tests/tools/kernelfile.h"

/**
 * A dump recipe while it is read (mkcore only; the language is in tests/tools/README.md). Every
 * mistake in a recipe ends the program with file, line and words.
 */

enum { RECIPE_WORDS = 64 };

/** A line cut into words; "..." keeps blanks together. */
struct recipe_words {
	char *word[RECIPE_WORDS];
	size_t count;
};

struct recipe_block {
	char *name;
	struct dump_global *global;
};

/** A core and what becomes of it when the whole recipe was read. */
struct recipe_core {
	struct dump_core *core;
	unsigned n; /* $n: 0, 1, ... within its `core` statement */
	struct dump_global *stack;
	uint64_t stack_at;     /* as the core addresses it: its device address or the alias */
	struct dump_data live; /* the stack as the core sees it */
	int stale;	       /* byte that fills the GM copy of the stack; -1: it is live too */
	bool no_caches;
	bool recorded; /* has the error registers of the exception record */
};

/** DCACHE copy of a block that differs from global memory. */
struct recipe_cache {
	const struct recipe_core *core;
	const struct dump_global *global;
	bool failed;
	struct dump_data data;
};

/** Bytes that content statements write to. */
struct recipe_target {
	const struct recipe_core *core; /* NULL: a block */
	struct dump_data *data;
	bool *failed; /* NULL: cannot be */
	uint32_t tag; /* `pattern`: upper bits of each word */
};

/** A change to the finished file. */
struct recipe_patch {
	char *place;
	struct dump_data bytes;
};

struct recipe {
	const char *path;
	const char *kernels; /* -k: a folder, or one file for every `object` */
	unsigned line;
	unsigned depth;	   /* of `include` */
	struct dump *dump; /* NULL before `chip` */
	const struct chip *chip;
	uint32_t device;
	enum dump_version version;
	struct kernel_file kernel; /* of the last `object` */
	uint64_t base;
	struct recipe_block *blocks;
	size_t block_count;
	struct recipe_core **cores;
	size_t core_count;
	size_t selected; /* index of the first core that core statements apply to */
	struct recipe_cache **caches;
	size_t cache_count;
	struct recipe_target *targets;
	size_t target_count;
	struct dump_data *json; /* takes the lines that start with | */
	struct recipe_patch *patches;
	size_t patch_count;
	int64_t length; /* `truncate`: 0 none, > 0 bytes, < 0 bytes from the end */
};

typedef void (*recipe_fn)(struct recipe *r, const struct recipe_words *w);

/** One kind of statement; arguments without the keyword. */
struct recipe_statement {
	const char *word;
	uint8_t least, most;
	recipe_fn run;
	const char *help; /* arguments, then what it does */
};

/** Tables by where the statements belong; they end with a row without a word. */
extern const struct recipe_statement recipe_file_statements[];
extern const struct recipe_statement recipe_core_statements[];
extern const struct recipe_statement recipe_content_statements[];

void recipe_fail(const struct recipe *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/** Reads the file and completes the dump. */
void recipe_read(struct recipe *r);
void recipe_free(struct recipe *r);

/* recipe_value.c */
/** Sum of numbers, $variables, block names and @symbols; c may be NULL. */
uint64_t recipe_value(const struct recipe *r, const struct recipe_core *c, const char *text);
/** Hex digits of words from..count as bytes. */
void recipe_hex(const struct recipe *r, const struct recipe_words *w, size_t from,
		struct dump_data *out);
struct dump_global *recipe_find_block(const struct recipe *r, const char *name);
void recipe_target(struct recipe *r, const struct recipe_target *t);
void recipe_no_targets(struct recipe *r);

/* recipe_reg.c */
/** Fills the registers of a new core with their names. */
void recipe_spell(const struct recipe *r, struct dump_core *c, size_t from);
/** The entry that holds a register; fatal when the core has none. NAME.WARP, NAME.THREAD too. */
struct dump_reg *recipe_reg(const struct recipe *r, struct recipe_core *c, const char *name,
			    size_t *offset);
void recipe_set_reg(const struct recipe *r, struct recipe_core *c, const char *name,
		    uint64_t value);
/** Appends the error registers once: the core is in the exception record. */
void recipe_record(const struct recipe *r, struct recipe_core *c);
/** Sets a bit of an error register and the info registers that say where it happened. */
void recipe_fault(const struct recipe *r, struct recipe_core *c, const char *name, unsigned bit,
		  uint64_t pc);

/* recipe_run.c */
struct recipe_call {
	uint64_t function, until;
	uint64_t args[8];
	size_t arg_count;
	unsigned hit; /* stop when `until` is reached the hit-th time */
};
/** Executes the kernel on a core and takes over registers, stack and memory. */
void recipe_run(struct recipe *r, struct recipe_core *c, const struct recipe_call *call);

#endif

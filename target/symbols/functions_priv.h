#ifndef TARGET_SYMBOLS_FUNCTIONS_PRIV_H
#define TARGET_SYMBOLS_FUNCTIONS_PRIV_H

#include "target/symbols/kdwarf_priv.h"
#include "target/text.h"

/**
 * Functions by address, relative to the load address: ranges come from the symbol table, source
 * names from DIEs ("MatmulLib::CubeKernel::Mmad"). All zero is an empty index.
 */

struct function {
	uint64_t lo, hi;
	const char *symbol; /* NULL: only DWARF knows it */
	size_t name;	    /* place in names + 1, 0 = none */
	size_t unit;	    /* kdwarf_unit.index + 1, 0 = none */
	uint8_t rank;	    /* of two symbols at one address the lower one counts */
	bool open_ended;    /* symbol without a size: ends where the next begins */
};

/** A subprogram DIE: a declaration, a definition, or one instance of an inline function. */
struct function_die {
	uint64_t offset;
	uint64_t ref;	 /* DW_AT_specification or DW_AT_abstract_origin, 0 = none */
	uint64_t lo, hi; /* equal: no code */
	size_t name;
	const char *linkage;
	size_t unit;
};

/** A call whose function was compiled into the caller, where that is one stretch of code. */
struct inlined_call {
	uint64_t lo, hi;
	uint64_t ref;  /* DW_AT_abstract_origin */
	size_t name;   /* place in names + 1, 0 = none */
	unsigned line; /* of the call, 0 = not known */
	unsigned depth;
};

struct functions {
	struct function *all; /* sorted by lo */
	size_t count, cap;
	struct function_die *dies; /* sorted by offset; gone after functions_finish */
	size_t die_count, die_cap;
	struct inlined_call *calls; /* sorted by lo, outer ones first */
	size_t call_count, call_cap;
	struct target_text names;
	const char *scope[KDWARF_DEPTH_MAX + 1]; /* names around the DIE that is visited */
	const struct kelf *elf;
};

/** Takes note of one DIE during kdwarf_walk. */
void functions_visit(struct functions *f, struct kdwarf *d, const struct kdwarf_die *die);
/** After the walk (or without one): joins symbols and DIEs. */
void functions_finish(struct functions *f, const struct kelf *elf);
void functions_deinit(struct functions *f);
/** The function that holds an address, or NULL. */
const struct function *functions_find(const struct functions *f, uint64_t at);
/**
 * The innermost inlined call in a function that holds an address or, with `inner`, the next one
 * around that; NULL: there is none.
 */
const struct inlined_call *functions_call(const struct functions *f, const struct function *one,
					  uint64_t at, const struct inlined_call *inner);
/** Source name of what is called; NULL: it has none. */
const char *functions_call_name(const struct functions *f, const struct inlined_call *call);
/** Source name, else symbol; NULL when it has neither. */
const char *functions_name(const struct functions *f, const struct function *one);

#endif

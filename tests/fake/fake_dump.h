#ifndef TESTS_FAKE_FAKE_DUMP_H
#define TESTS_FAKE_FAKE_DUMP_H

#include "target/ascend/ascend.h"
#include "target/core/core.h"
#include "target/sim/dumpwriter.h"

/**
 * Dumps opened from memory, with what the reader says about them kept for the test.
 */

struct fake_log {
	struct target_text text; /* one line per message, first letter its level: E W I D */
	size_t warnings;	 /* lines of level E or W */
};

struct target_log fake_log_to(struct fake_log *log);
bool fake_log_has(const struct fake_log *log, const char *words);
void fake_log_deinit(struct fake_log *log);

/** A dump, the file it was opened from, and what was said about it. */
struct fake_dump {
	struct ascend *a; /* NULL: refused, see why */
	struct fake_log log;
	char why[CORE_WORDS];
	uint8_t *bytes;
	size_t n;
};

/** Writes and opens d, which is destroyed; false: refused. */
bool fake_dump_make(struct fake_dump *f, struct dump *d);
/** Opens f->bytes once more, after a test has changed them. */
bool fake_dump_again(struct fake_dump *f, const char *name);
void fake_dump_close(struct fake_dump *f);
/** A core whose PC is 0x1000 + id. */
struct dump_core *fake_dump_core(struct dump *d, uint8_t type, uint8_t id);
/** A dump with AIV 0 only, to which a test adds what it is about. */
struct dump *fake_dump_small(uint32_t chip);
/** A 910B dump with something of everything: 2 AIV, 3 blocks, 3 locals, name, json. */
struct dump *fake_dump_whole(void);
#define FAKE_GM 0x12c0c0000000ull /* args; input at + 0x1000; code at + 0x9000 */

/** Opens n bytes as a dump called name; NULL: why (CORE_WORDS) has the words. */
struct ascend *fake_dump_open(const void *bytes, size_t n, const char *name, struct fake_log *log,
			      char *why);
/** A memfd with n bytes. */
int fake_file(const void *bytes, size_t n);

/** Reads one core's register entry; UINT64_MAX when it is not there. */
uint64_t fake_entry_value(struct ascend *a, uint16_t unified, uint64_t addr, size_t n);
/** Core by unified id, or NULL. */
struct ascend_core *fake_core_of(struct ascend *a, uint16_t unified);
/** First local memory of a class, SIZE_MAX none. */
size_t fake_local_of(const struct ascend *a, uint16_t unified, uint8_t mem);

/**
 * A kernel ELF of one function "entry" with n bytes of code at address 0, e_machine 0x1029 or
 * another; without debug information. Caller frees.
 */
uint8_t *fake_kernel(const void *code, size_t n, uint16_t machine, size_t *size);

#endif

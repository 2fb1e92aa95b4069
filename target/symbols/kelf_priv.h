#ifndef TARGET_SYMBOLS_KELF_PRIV_H
#define TARGET_SYMBOLS_KELF_PRIV_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/symbols/bytes_priv.h"
#include "target/symbols/symbols.h"

/** A kernel ELF file in memory with its section table checked once: ELF64, little-endian. */

enum {
	KELF_MACHINE_ASCEND = 0x1029, /* coredump facts 1.1; kernels carry the same number */
	KELF_SECTIONS_MAX = 0x8000,
};

struct kelf_section {
	const char *name; /* "" when it has none */
	uint64_t header;  /* file offset of its section header */
	uint32_t type;
	uint64_t flags, addr, offset, size;
	bool in_file; /* it has bytes and all of them are in the file */
};

struct kelf {
	Elf *elf;
	const uint8_t *bytes;
	size_t n;
	uint16_t type, machine;
	struct kelf_section *sections; /* position = ELF section index */
	size_t count;
};

struct kelf_symbol {
	const char *name;
	uint64_t value, size;
	uint8_t type, binding;
	uint16_t section;
};
typedef void (*kelf_symbol_fn)(void *ctx, const struct kelf_symbol *s);

/** bytes stay borrowed until kelf_close. false: not a kernel at all, *why says what it is. */
bool kelf_open(struct kelf *k, const void *bytes, size_t n, struct symbols_error *why);
void kelf_close(struct kelf *k);
/** First section of that name with readable bytes in the file, or NULL. */
const struct kelf_section *kelf_find(const struct kelf *k, const char *name);
/** Its content; empty when there is none. */
struct bytes kelf_bytes(const struct kelf *k, const char *name);
/** Index of the first SHF_ALLOC section from `from` on; count when there is none. */
size_t kelf_loaded(const struct kelf *k, size_t from);
/**
 * The file range that the loader puts on the device: from the first to the end of the last
 * SHF_ALLOC section (coredump facts 2.3). false: nothing to load.
 */
bool kelf_image(const struct kelf *k, uint64_t *start, uint64_t *n);
/** Distance of an address in a section (symbol value) from the load address. */
uint64_t kelf_address(const struct kelf *k, size_t section, uint64_t value);
/** All named entries of the symbol table; names live as long as k. */
void kelf_symbols(const struct kelf *k, kelf_symbol_fn fn, void *ctx);
/** Compressed by SHF_COMPRESSED or, in the old GNU way, by name. */
bool kelf_is_compressed(const struct kelf_section *s);
bool kelf_is_debug(const struct kelf_section *s);
/** Has debug sections (not counting .eh_frame) that are, or are not, compressed? */
bool kelf_has_debug(const struct kelf *k, bool compressed);

#endif

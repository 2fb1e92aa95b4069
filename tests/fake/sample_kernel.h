#ifndef TESTS_FAKE_SAMPLE_KERNEL_H
#define TESTS_FAKE_SAMPLE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Kernel files for the tests of target/symbols. */

struct sample {
	uint8_t *bytes; /* malloc'ed: just as long as the file, so that sanitizers see overruns */
	size_t n;
};

/** A file of $O/tests/kernels ("add_custom.o"); false: not built, a "skipped:" line says so. */
bool sample_compiled(const char *file, struct sample *out);
/** The kernel inside ../shared/cores/NAME.core; false: not there, a "skipped:" line says so. */
bool sample_shared(const char *name, struct sample *out);
void sample_free(struct sample *s);

/** A section of an ELF file that is made in memory. */
struct sample_section {
	const char *name;
	uint32_t type;	/* SHT_PROGBITS, ... */
	uint64_t flags; /* SHF_ALLOC, ... */
	uint64_t addr;
	const void *bytes;
	size_t n;
};

/** An ELF64 file of `type` and `machine` with these sections in this order (indices from 1). */
void sample_make(uint16_t type, uint16_t machine, const struct sample_section *sections,
		 size_t count, struct sample *out);
/** File offset of a section's bytes by name; 0 when there is none. */
size_t sample_section_at(const struct sample *s, const char *name, size_t *n);

#endif

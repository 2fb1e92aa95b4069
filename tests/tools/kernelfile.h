#ifndef TESTS_TOOLS_KERNELFILE_H
#define TESTS_TOOLS_KERNELFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A kernel ELF file as mkcore needs it: its bytes, what is loaded, addresses of symbols. */
struct kernel_file {
	uint8_t *bytes;
	size_t n;
	const uint8_t *image; /* in bytes: first to last loaded section (coredump facts 2.3) */
	size_t image_n;
};

/** NULL on success, else what is wrong in words. */
const char *kernel_file_read(struct kernel_file *k, const char *path);
void kernel_file_free(struct kernel_file *k);
/** Value of a symbol. */
bool kernel_file_symbol(const struct kernel_file *k, const char *name, uint64_t *out);

#endif

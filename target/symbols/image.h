#ifndef TARGET_SYMBOLS_IMAGE_H
#define TARGET_SYMBOLS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/**
 * The generated device image: a small ELF64 aarch64 file without code whose DWARF declares typed
 * variables at fixed addresses, so that stock clients can print memory classes and tensors.
 */

enum { SYMBOLS_DIMS = 25, SYMBOLS_NAME = 64 };

enum symbols_element {
	SYMBOLS_U8,
	SYMBOLS_S8,
	SYMBOLS_U16,
	SYMBOLS_S16,
	SYMBOLS_U32,
	SYMBOLS_S32,
	SYMBOLS_U64,
	SYMBOLS_S64,
	SYMBOLS_F16,
	SYMBOLS_BF16,
	SYMBOLS_F32,
	SYMBOLS_F64,
	SYMBOLS_BOOL,
	SYMBOLS_ELEMENTS,
};

/** Bytes of one element. */
size_t symbols_element_size(enum symbols_element e);

/** A variable of the image. */
struct symbols_variable {
	char name[SYMBOLS_NAME]; /* a C identifier */
	uint64_t at;
	uint64_t size;         /* bytes */
	int window;            /* nonzero: arrays u8 s8 u16 ... f16 bf16 f32 over `size` bytes */
	enum symbols_element element; /* arrays: their element */
	size_t dim_count;      /* 0: one dimension of size / element size */
	uint64_t dims[SYMBOLS_DIMS];
};

/**
 * Kernel functions at which a call stack ends, device addresses, 0 = none. gdb stops unwinding in
 * the function of a file's entry point and in `main`: a mixed kernel has one function for each type
 * of core, so both are used.
 */
struct symbols_entries {
	uint64_t entry, main;
};

/**
 * Builds the image; caller frees. NULL: out of memory. The order of the variables is kept.
 * A variable of size 0 is left out.
 */
void *symbols_image_create(const struct symbols_variable *vars, size_t count,
			   struct symbols_entries entries, size_t *n);

#endif

#ifndef TESTS_FAKE_FAKE_DEVICE_H
#define TESTS_FAKE_FAKE_DEVICE_H

#include "target/ascend/ascend.h"

/**
 * An Ascend device made of nothing: a test adds cores, registers, blocks and local memories, then
 * opens it. Bytes of a block or local are fake_byte(salt, offset), salt = what the add function
 * was given, until poked.
 */

enum { FAKE_REGS = 256, FAKE_AREAS = 64, FAKE_LOG = 256 };

struct fake_value {
	uint16_t core;
	uint64_t addr;
	uint8_t bytes[32];
};

struct fake_device {
	struct ascend a; /* first: a target* of it is a fake_device* */
	struct fake_value regs[FAKE_REGS];
	size_t reg_count;
	uint8_t *block_data[FAKE_AREAS];
	uint8_t *local_data[FAKE_AREAS];
	char log[FAKE_LOG]; /* last line */
	unsigned log_count;
};

/** chip: DevInfo.devType. Device 2 as process 7. Freed by target_close(&f->a.base). */
struct fake_device *fake_device_create(uint32_t chip);
/** Cores must be added AIC before AIV, each by id. Returns the unified id. */
uint16_t fake_core(struct fake_device *f, enum chip_core_type type, uint16_t id);
/** A register of the chip by name, value as its first 8 bytes. */
void fake_reg(struct fake_device *f, uint16_t core, const char *name, uint64_t value);
/** Register entry by address. */
void fake_entry(struct fake_device *f, uint16_t core, uint64_t addr, const void *bytes, size_t n);
/** Returns the index. core: stacks, else -1. */
size_t fake_block(struct fake_device *f, uint16_t type, uint64_t at, uint64_t size, int core);
size_t fake_local(struct fake_device *f, uint16_t core, uint8_t mem, uint64_t size, uint64_t at);
uint8_t fake_byte(unsigned salt, uint64_t offset);
/** Salt of a block is its index, of a local 100 + its index. */
unsigned fake_block_salt(size_t index);
unsigned fake_local_salt(size_t index);
/** ascend_init; true when it worked. */
bool fake_open(struct fake_device *f);

/** A 910B with AIC 3, AIV 0 and AIV 11 (VEC_ERROR), one block of most types, all local memories. */
struct fake_device *fake_device_910b(void);

#endif

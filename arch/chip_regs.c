/*
 * Register values out of register entries: plain ones, the vector registers and scalar views that
 * are put together from several entries, and the SIMT registers that exist once per warp or
 * thread (coredump facts 3.4). Called by target/ascend and chip_stop.c; entries come from a
 * chip_bus, be it a dump or the driver.
 */
#include <assert.h>
#include <string.h>

#include "arch/chip_priv.h"

enum {
	V_PARTS = 8,  /* entries of a vector register ... */
	V_BYTES = 32, /* ... and their size */
	WARP_THREADS = 32,
	THREAD_WORDS = 8, /* threads that share an entry of a banked register */
};

typedef bool (*chip_reg_fn)(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf);

static bool read_plain(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	return bus->read(bus->ctx, reg->addr, buf, reg->size);
}

static bool read_vector(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	for (unsigned i = 0; i < V_PARTS; i++) {
		if (!bus->read(bus->ctx, reg->addr + i, buf + i * V_BYTES, V_BYTES))
			return false;
	}
	return true;
}

/** TPES entries have 8 bytes of which the low 4 are the register. */
static bool read_tpes(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	unsigned count = reg->size / 4u;

	for (unsigned i = 0; i < count; i++) {
		if (!bus->read(bus->ctx, reg->addr + reg->index * count + i, buf + 4 * i, 4))
			return false;
	}
	return true;
}

static bool read_tpes_half(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	uint8_t word[4];

	if (!bus->read(bus->ctx, reg->addr + reg->index / 2u, word, sizeof(word)))
		return false;
	memcpy(buf, word + 2 * (reg->index & 1), 2);
	return true;
}

static bool read_warp(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	uint64_t warp = bus->simt_thread / WARP_THREADS;

	return bus->read(bus->ctx, reg->addr | warp, buf, reg->size);
}

/** The vendor's reader shows an execution mask of 0 as all threads (coredump facts 3.4). */
static bool read_warp_mask(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	if (!read_warp(reg, bus, buf))
		return false;
	if (chip_number(buf, reg->size) == 0)
		memset(buf, 0xff, reg->size);
	return true;
}

static uint64_t bit_of(unsigned value, unsigned bit)
{
	return value >> bit & 1;
}

/** Entry of register r for thread t: the banking formula of coredump facts 3.4, term by term. */
static uint64_t thread_entry(uint64_t base, unsigned r, unsigned t)
{
	unsigned w = t / WARP_THREADS;

	return base | (uint64_t)(w % 4) << 10 | bit_of(w, 2) << 9 |
	       (bit_of(w, 3) | bit_of(r, 6)) << 8 | (bit_of(w, 4) | bit_of(r, 5)) << 7 |
	       (bit_of(w, 5) | bit_of(r, 4)) << 6 | (uint64_t)(r & 15) << 2 |
	       (t % WARP_THREADS) / THREAD_WORDS;
}

static bool read_thread(const struct chip_reg *reg, const struct chip_bus *bus, uint8_t *buf)
{
	uint8_t words[4 * THREAD_WORDS];
	size_t word = bus->simt_thread % THREAD_WORDS;
	uint64_t at = thread_entry(reg->addr, reg->index, bus->simt_thread);

	if (!bus->read(bus->ctx, at, words, 4 * (word + 1)))
		return false;
	memcpy(buf, words + 4 * word, 4);
	return true;
}

static const chip_reg_fn readers[] = {
	[CHIP_REG_PLAIN] = read_plain,	       [CHIP_REG_V] = read_vector,
	[CHIP_REG_S] = read_tpes_half,	       [CHIP_REG_TPESL] = read_tpes,
	[CHIP_REG_TPESLL] = read_tpes,	       [CHIP_REG_WARP] = read_warp,
	[CHIP_REG_WARP_MASK] = read_warp_mask, [CHIP_REG_THREAD] = read_thread,
};

bool chip_reg_read(const struct chip *c, const struct chip_reg *reg, const struct chip_bus *bus,
		   void *buf)
{
	assert(reg >= c->regs && reg < c->regs + c->reg_count);
	if ((reg->cores >> bus->core_type & 1) == 0)
		return false;
	return readers[reg->kind](reg, bus, buf);
}

/*
 * Fuzz target: any bytes as a chip file. What comes out is a chip whose registers clients can be
 * told of, each under a name of its own and with a type of its size, and read.
 */
#include <string.h>
#include <unistd.h>

#include "stub/chip_file.h"
#include "stub/tdesc.h"
#include "tests/fake/fake_dump.h"
#include "tests/fuzz/fuzz.h"

/* Entries as a device would give them; some it does not give. */
static bool entry_read(void *ctx, uint64_t addr, void *buf, size_t n)
{
	size_t *reads = ctx;

	demand(n > 0 && n <= 32);
	memset(buf, (int)addr, n);
	return ++*reads % 7 != 0;
}

static void read_registers(const struct chip *c, enum chip_core_type type, size_t phase)
{
	uint8_t value[ARCH_REG_MAX_BYTES];
	size_t reads = phase;
	struct chip_bus bus = { .read = entry_read, .ctx = &reads, .core_type = type };
	struct chip_stop stop;

	for (size_t i = phase; i < c->reg_count; i += FUZZ_SHARE) {
		demand(c->regs[i].size <= sizeof(value));
		(void)!chip_reg_read(c, &c->regs[i], &bus, value);
	}
	chip_stop_read(c, &bus, &stop);
	demand(stop.reason && stop.reason[0]);
}

static void check_description(const struct arch_desc *d, size_t phase)
{
	struct target_text xml = { 0 };

	for (size_t i = phase; i < d->reg_count; i += FUZZ_SHARE) {
		const struct arch_reg *r = &d->regs[i];

		demand(r->bits && arch_reg_size(r) <= ARCH_REG_MAX_BYTES);
		demand(strcmp(r->type, "vec256") || r->bits == 2048);
		for (size_t j = 0; j < i; j++)
			demand(strcmp(r->name, d->regs[j].name));
	}
	tdesc_write(d, true, &xml);
	demand(xml.len > 0);
	target_text_deinit(&xml);
}

static void check_chip(const struct chip *c, size_t phase)
{
	struct arch_desc *d = chip_desc_create(c);

	demand(d != NULL);
	check_description(d, phase);
	chip_desc_destroy(d);
	for (unsigned id = 0; id < 256; id++) {
		enum chip_core_type type;
		uint16_t in_type;

		if (chip_core(c, id, &type, &in_type))
			demand(chip_unified(c, type, in_type) == id);
	}
	read_registers(c, CHIP_AIC, phase);
	read_registers(c, CHIP_AIV, phase);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[CHIP_FILE_WORDS] = "";
	struct chip_overlay *o;
	int fd = fake_file(data, size);

	demand(fd >= 0 && lseek(fd, 0, SEEK_SET) == 0);
	const struct chip *c = chip_file_read(fd, "c.ini", &o, why);
	close(fd);
	demand(c ? o != NULL : why[0] && o == NULL);
	if (c)
		check_chip(c, fuzz_phase(data, size));
	chip_overlay_destroy(o);
	return 0;
}

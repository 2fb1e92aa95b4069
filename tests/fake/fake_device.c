/*
 * The fake device: sources that answer from small arrays. Used by unit tests of target/ascend and
 * by whoever needs a device without a dump.
 */
#include "tests/fake/fake_device.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t fake_byte(unsigned salt, uint64_t offset)
{
	return (uint8_t)(salt * 31 + offset + (offset >> 8) * 3);
}

unsigned fake_block_salt(size_t index)
{
	return (unsigned)index;
}

unsigned fake_local_salt(size_t index)
{
	return 100 + (unsigned)index;
}

static struct fake_device *of(struct ascend *a)
{
	return (struct fake_device *)a;
}

static bool source_reg(struct ascend *a, const struct ascend_core *core, uint64_t addr, void *buf,
		       size_t n)
{
	struct fake_device *f = of(a);

	for (size_t i = 0; i < f->reg_count; i++) {
		if (f->regs[i].core != core->unified || f->regs[i].addr != addr)
			continue;
		memcpy(buf, f->regs[i].bytes, n);
		return true;
	}
	return false;
}

static size_t copy(void *buf, size_t n, const uint8_t *data, uint64_t size, uint64_t offset)
{
	if (offset >= size)
		return 0;
	size_t got = n < size - offset ? n : (size_t)(size - offset);
	memcpy(buf, data + offset, got);
	return got;
}

static enum target_status source_local(struct ascend *a, size_t index, uint64_t offset, void *buf,
				       size_t n, size_t *done)
{
	*done = copy(buf, n, of(a)->local_data[index], a->locals[index].size, offset);
	return *done ? TARGET_OK : TARGET_FAULT;
}

static enum target_status source_global(struct ascend *a, uint64_t at, void *buf, size_t n,
					size_t *done)
{
	*done = 0;
	for (size_t i = 0; i < a->block_count; i++) {
		const struct ascend_block *b = &a->blocks[i];
		if (at < b->at || at - b->at >= b->size || b->failed)
			continue;
		*done = copy(buf, n, of(a)->block_data[i], b->size, at - b->at);
		return TARGET_OK;
	}
	return TARGET_FAULT;
}

static void source_close(struct ascend *a)
{
	struct fake_device *f = of(a);

	for (size_t i = 0; i < FAKE_AREAS; i++) {
		free(f->block_data[i]);
		free(f->local_data[i]);
	}
	ascend_deinit(a);
	free(f);
}

static const struct ascend_source_ops source_ops = {
	.reg = source_reg,
	.local = source_local,
	.global = source_global,
	.close = source_close,
};

static void keep_line(void *ctx, enum target_log_level level, const char *text)
{
	struct fake_device *f = ctx;

	(void)level;
	snprintf(f->log, sizeof(f->log), "%s", text);
	f->log_count++;
}

struct fake_device *fake_device_create(uint32_t chip)
{
	struct fake_device *f = calloc(1, sizeof(*f));

	assert(f);
	f->a.base.ops = &ascend_target_ops;
	f->a.base.log = (struct target_log){ .write = keep_line, .ctx = f };
	f->a.source = &source_ops;
	f->a.chip = chip_find(chip);
	f->a.device = 2;
	f->a.pid = 7;
	snprintf(f->a.title, sizeof(f->a.title), "fake");
	f->a.cores = calloc(FAKE_AREAS, sizeof(*f->a.cores));
	f->a.blocks = calloc(FAKE_AREAS, sizeof(*f->a.blocks));
	f->a.locals = calloc(FAKE_AREAS, sizeof(*f->a.locals));
	assert(f->a.chip && f->a.cores && f->a.blocks && f->a.locals);
	return f;
}

uint16_t fake_core(struct fake_device *f, enum chip_core_type type, uint16_t id)
{
	struct ascend_core *core = &f->a.cores[f->a.core_count++];

	*core = (struct ascend_core){
		.type = type,
		.id = id,
		.unified = chip_unified(f->a.chip, type, id),
		.block = -1,
		.task = -1,
		.stream = -1,
	};
	return core->unified;
}

void fake_entry(struct fake_device *f, uint16_t core, uint64_t addr, const void *bytes, size_t n)
{
	struct fake_value *v = NULL;

	for (size_t i = 0; i < f->reg_count; i++) {
		if (f->regs[i].core == core && f->regs[i].addr == addr)
			v = &f->regs[i];
	}
	assert(n <= sizeof(v->bytes) && (v || f->reg_count < FAKE_REGS));
	if (!v)
		v = &f->regs[f->reg_count++];
	*v = (struct fake_value){ .core = core, .addr = addr };
	memcpy(v->bytes, bytes, n);
}

void fake_reg(struct fake_device *f, uint16_t core, const char *name, uint64_t value)
{
	const struct chip_reg *reg = chip_reg_find(f->a.chip, name);

	assert(reg);
	fake_entry(f, core, reg->addr, &value, sizeof(value));
}

static uint8_t *filled(uint64_t size, unsigned salt)
{
	uint8_t *data = malloc(size ? size : 1);

	assert(data);
	for (uint64_t i = 0; i < size; i++)
		data[i] = fake_byte(salt, i);
	return data;
}

size_t fake_block(struct fake_device *f, uint16_t type, uint64_t at, uint64_t size, int core)
{
	size_t i = f->a.block_count++;

	f->a.blocks[i] =
		(struct ascend_block){ .type = type, .at = at, .size = size, .core = core };
	f->block_data[i] = filled(size, fake_block_salt(i));
	return i;
}

size_t fake_local(struct fake_device *f, uint16_t core, uint8_t mem, uint64_t size, uint64_t at)
{
	size_t i = f->a.local_count++;

	f->a.locals[i] = (struct ascend_local){ .mem = mem, .core = core, .size = size, .at = at };
	f->local_data[i] = filled(size, fake_local_salt(i));
	return i;
}

bool fake_open(struct fake_device *f)
{
	return ascend_init(&f->a) == TARGET_OK;
}

static void add_blocks(struct fake_device *f, uint16_t aic, uint16_t aiv)
{
	fake_block(f, ASCEND_ARGS, 0x12c000000000, 40, -1);
	size_t input = fake_block(f, ASCEND_INPUT_TENSOR, 0x12c000001000, 64, -1);
	f->a.blocks[input].dim_count = 2;
	f->a.blocks[input].dims[0] = 4;
	f->a.blocks[input].dims[1] = 8;
	f->a.blocks[input].has_element = true;
	f->a.blocks[input].element = SYMBOLS_F16;
	fake_block(f, ASCEND_INPUT_TENSOR, 0x12c000001040, 32, -1); /* right behind the first */
	fake_block(f, ASCEND_OUTPUT_TENSOR, 0x12c000002000, 64, -1);
	fake_block(f, ASCEND_TILING_DATA, 0x12c000003000, 24, -1);
	fake_block(f, ASCEND_STACK, 0xff000018000, 0x1000, aic);
	fake_block(f, ASCEND_STACK, 0xff000020000, 0x1000, aiv);
	size_t lost = fake_block(f, ASCEND_WORKSPACE_TENSOR, 0x12c000004000, 128, -1);
	f->a.blocks[lost].failed = true;
	fake_block(f, ASCEND_KERNEL_OBJECT, 0x12c041200000, 256, -1);
	fake_block(f, ASCEND_OUTPUT_TENSOR, 0x12c000005000, 0, -1);
}

static void add_locals(struct fake_device *f, uint16_t aic, uint16_t aiv)
{
	fake_local(f, aic, CHIP_L0A, 256, 0);
	fake_local(f, aic, CHIP_L0B, 256, 0);
	fake_local(f, aic, CHIP_L0C, 512, 0);
	fake_local(f, aic, CHIP_L1, 1024, 0);
	fake_local(f, aiv, CHIP_UB, 768, 0);
	fake_local(f, aiv, CHIP_ICACHE, 256, 0x12c041200000);
	fake_local(f, aiv, CHIP_DCACHE, 40, 0x12c000000000);
	fake_local(f, aiv, CHIP_DCACHE, 24, 0x12c000003000);
	fake_local(f, aiv, CHIP_DCACHE, 0x1000, 0xff000020000);
}

struct fake_device *fake_device_910b(void)
{
	struct fake_device *f = fake_device_create(5);
	uint16_t aic = fake_core(f, CHIP_AIC, 3);
	uint16_t idle = fake_core(f, CHIP_AIV, 0);
	uint16_t aiv = fake_core(f, CHIP_AIV, 11);

	fake_reg(f, aic, "PC", 0x12c041200010);
	fake_reg(f, idle, "PC", 0x12c041200010);
	fake_reg(f, aiv, "PC", 0x12c04120395c);
	fake_reg(f, aiv, "GPR0", 0x1122334455667788);
	fake_reg(f, aiv, "GPR30", 0x108040);
	fake_reg(f, aiv, "AIC_ERROR_0", 0);
	fake_reg(f, aiv, "AIC_ERROR_1", 0x40000000);
	fake_reg(f, aiv, "AIC_ERROR_2", 0x8000);
	fake_reg(f, aiv, "VEC_ERR_INFO_0", 0xfca8);
	fake_reg(f, aiv, "VEC_ERR_INFO_1", 0xf);
	add_blocks(f, aic, aiv);
	add_locals(f, aic, aiv);
	return f;
}

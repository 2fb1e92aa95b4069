/*
 * Tables of a device: `info os ascend-*` in gdb and the `info` commands of the monitor. Columns
 * that msDebug has come first, in its order and with its words (coredump facts 6.4).
 * How a table is sent or printed is not decided here.
 */
#include "target/ascend/ascend_priv.h"

#include <string.h>

typedef void (*fill_fn)(struct ascend *a, struct target_table *t);

#define HEX(v) (unsigned long long)(v)

/* In use: the one core that stands for a live device without a task is not. */
static bool counts(const struct ascend *a, const struct ascend_core *core, enum chip_core_type type)
{
	return core->type == type && (!a->source->point || core->task >= 0);
}

/* Bits of the cores of one type, as 0x number of up to 128 bits. */
static void mask_cell(const struct ascend *a, enum chip_core_type type, struct target_table *t)
{
	uint64_t mask[2] = { 0, 0 };

	for (size_t i = 0; i < a->core_count; i++) {
		const struct ascend_core *core = &a->cores[i];
		if (counts(a, core, type) && core->id < 128)
			mask[core->id / 64] |= UINT64_C(1) << core->id % 64;
	}
	if (mask[1])
		target_table_cell(t, "0x%llx%016llx", HEX(mask[1]), HEX(mask[0]));
	else
		target_table_cell(t, "0x%llx", HEX(mask[0]));
}

static size_t cores_of(const struct ascend *a, enum chip_core_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < a->core_count; i++)
		n += counts(a, &a->cores[i], type);
	return n;
}

static void fill_devices(struct ascend *a, struct target_table *t)
{
	target_table_cell(t, "%u", a->device);
	target_table_cell(t, "%zu", cores_of(a, CHIP_AIC));
	target_table_cell(t, "%zu", cores_of(a, CHIP_AIV));
	mask_cell(a, CHIP_AIC, t);
	mask_cell(a, CHIP_AIV, t);
	target_table_cell(t, "%s", a->chip->name);
	target_table_cell(t, "%s", a->chip->product);
	target_table_cell(t, "%s", a->title);
}

static void known_cell(struct target_table *t, int64_t v)
{
	if (v < 0)
		target_table_cell(t, "NA");
	else
		target_table_cell(t, "%lld", (long long)v);
}

/* Function, file name and line of an address. */
void ascend_place_cells(struct ascend *a, bool has_pc, uint64_t pc, struct target_table *t)
{
	struct symbols_place place = { 0 };

	if (has_pc)
		ascend_place(a, pc, &place);
	target_table_cell(t, "%s", place.file && place.line ? ascend_base_name(place.file) : "NA");
	if (place.line)
		target_table_cell(t, "%u", place.line);
	else
		target_table_cell(t, "NA");
	target_table_cell(t, "%s", place.function ? place.function : "NA");
}

static void pc_cell(struct target_table *t, const struct chip_stop *stop)
{
	if (stop->has_pc)
		target_table_cell(t, "%#llx", HEX(stop->pc));
	else
		target_table_cell(t, "NA");
}

static void fill_cores(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->core_count; i++) {
		struct ascend_core *core = &a->cores[i];
		const struct chip_stop *stop = ascend_core_stop(a, core);
		target_table_cell(t, "%u", core->id);
		target_table_cell(t, "%s", core->type == CHIP_AIC ? "aic" : "aiv");
		target_table_cell(t, "%u", a->device);
		known_cell(t, core->stream);
		known_cell(t, core->task);
		known_cell(t, core->block);
		pc_cell(t, stop);
		target_table_cell(t, "%s", stop->reason);
		ascend_place_cells(a, stop->has_pc, stop->pc, t);
	}
}

static void dims_cell(const struct ascend_block *b, struct target_table *t)
{
	struct target_text dims = { 0 };

	ascend_dims_text(b, ASCEND_DIMS, &dims);
	target_table_cell(t, "%s", dims.data ? dims.data : "");
	target_text_deinit(&dims);
}

static void core_cells(bool has, enum chip_core_type type, unsigned id, struct target_table *t)
{
	if (has)
		target_table_cell(t, "%u", id);
	else
		target_table_cell(t, "NA");
	target_table_cell(t, "%s", has ? chip_core_type_name(type) : "NA");
}

static void window_cell(uint64_t at, bool has, struct target_table *t)
{
	if (has)
		target_table_cell(t, "%#llx", HEX(at));
	else
		target_table_cell(t, "NA");
}

static void block_row(struct ascend *a, size_t i, struct target_table *t)
{
	const struct ascend_block *b = &a->blocks[i];
	enum chip_core_type type = CHIP_AIC;
	uint16_t id = 0;
	char name[SYMBOLS_NAME];
	bool has_core = ascend_block_core(a, b, &type, &id);

	ascend_block_name(a, i, name, sizeof(name));
	target_table_cell(t, "%zu", i);
	target_table_cell(t, "%s", ascend_block_type_name(b->type));
	target_table_cell(t, "%s", ascend_block_mem_name(b->type));
	target_table_cell(t, "0x%llx%s", HEX(b->at), b->failed ? "(invalid)" : "");
	target_table_cell(t, "%llu", HEX(b->size));
	core_cells(has_core, type, id, t);
	dims_cell(b, t);
	target_table_cell(t, "%s", name);
	window_cell(ascend_window(CHIP_OUT_MEM, NULL) | (uint64_t)(i + 1) << 32, i < UINT8_MAX, t);
}

static void local_row(struct ascend *a, size_t i, struct target_table *t)
{
	const struct ascend_local *l = &a->locals[i];
	const struct ascend_core *core = ascend_core_unified(a, l->core);
	const struct ascend_core nobody = { .unified = l->core };
	const struct chip_mem_info *info = chip_mem_find(a->chip, l->mem);
	const char *name = info ? info->name : "UNKNOWN";

	if (!core)
		core = &nobody;
	target_table_cell(t, "NA");
	target_table_cell(t, "%s", name);
	target_table_cell(t, "%s", name);
	target_table_cell(t, "0x%llx%s", HEX(l->at), l->failed ? "(invalid)" : "");
	target_table_cell(t, "%llu", HEX(l->size));
	core_cells(core != &nobody, core->type, core->id, t);
	target_table_cell(t, "NA");
	target_table_cell(t, "%s", name);
	window_cell(ascend_window(l->mem, core) + l->window, true, t);
}

/* A live device says nothing of what else is in its memory. */
static void kernel_row(const struct ascend_kernel *k, struct target_table *t)
{
	target_table_cell(t, "NA");
	target_table_cell(t, "%s", ascend_block_type_name(ASCEND_KERNEL_OBJECT));
	target_table_cell(t, "%s", ascend_block_mem_name(ASCEND_KERNEL_OBJECT));
	target_table_cell(t, "%#llx", HEX(k->base));
	target_table_cell(t, "%llu", HEX(k->size));
	core_cells(false, CHIP_AIC, 0, t);
	target_table_cell(t, "NA");
	target_table_cell(t, "%s", k->name);
	target_table_cell(t, "NA");
}

/* Of a live device the memories of the cores that have a task: of the others nothing is read. */
static void fill_memory(struct ascend *a, struct target_table *t)
{
	bool live = a->source->point;

	for (size_t i = 0; i < a->block_count; i++)
		block_row(a, i, t);
	for (size_t i = 0; live && i < a->kernel_count; i++)
		kernel_row(&a->kernels[i], t);
	for (size_t i = 0; i < a->local_count; i++)
		if (!live || ascend_core_unified(a, a->locals[i].core))
			local_row(a, i, t);
}

static void fill_tensors(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->block_count; i++) {
		const struct ascend_block *b = &a->blocks[i];
		char name[SYMBOLS_NAME];
		if (!ascend_is_tensor(b->type))
			continue;
		ascend_block_name(a, i, name, sizeof(name));
		target_table_cell(t, "%s", name);
		target_table_cell(t, "%s", ascend_block_type_name(b->type));
		target_table_cell(t, "%s", b->has_element ? ascend_element_name(b->element) : "NA");
		dims_cell(b, t);
		target_table_cell(t, "%#llx", HEX(b->at));
		target_table_cell(t, "%llu", HEX(b->size));
		target_table_cell(t, "%s", b->failed ? "copy failed" : "ok");
	}
}

static void fill_kernels(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->kernel_count; i++) {
		const struct ascend_kernel *k = &a->kernels[i];
		const char *note = k->object ? symbols_note(k->object) : "no usable file";
		target_table_cell(t, "%s", k->name);
		target_table_cell(t, "%#llx", HEX(k->base));
		target_table_cell(t, "%llu", HEX(k->size));
		target_table_cell(t, "%s",
				  k->object && symbols_has_lines(k->object) ? "yes" : "no");
		target_table_cell(t, "%s", k->origin);
		target_table_cell(t, "%s", k->object ? k->path : "NA");
		target_table_cell(t, "%.16s", k->object ? symbols_digest(k->object) : "NA");
		target_table_cell(t, "%s%s%s", k->differs ? ASCEND_DIFFERS : "",
				  k->differs && note ? "; " : "", note ? note : "");
	}
}

static void bit_row(const struct ascend_core *core, const struct chip_error_reg *reg,
		    uint32_t value, unsigned bit, const struct chip_stop *stop,
		    struct target_table *t)
{
	const struct chip_error_bit *known = ascend_error_bit(reg, bit);
	bool decides = stop->reg == reg && stop->mask >> bit & 1;

	target_table_cell(t, "%u", core->id);
	target_table_cell(t, "%s", chip_core_type_name(core->type));
	target_table_cell(t, "%s", reg->name);
	target_table_cell(t, "0x%08x", value);
	target_table_cell(t, "%u", bit);
	target_table_cell(t, "%s", known ? known->name : "NA");
	target_table_cell(t, "%s", known ? known->name_msdebug : "NA");
	target_table_cell(t, "%s", known && *known->unit ? known->unit : "NA");
	target_table_cell(t, "%s", decides ? stop->reason : "");
	pc_cell(t, stop);
}

static void fill_stop(struct ascend *a, struct target_table *t)
{
	for (size_t i = 0; i < a->core_count; i++) {
		struct ascend_core *core = &a->cores[i];
		const struct chip_stop *stop = ascend_core_stop(a, core);
		for (size_t k = 0; k < a->chip->error_count; k++) {
			const struct chip_error_reg *reg = &a->chip->errors[k];
			uint64_t value;
			if (!ascend_reg_number(a, core, reg->name, &value))
				continue;
			for (unsigned bit = 0; bit < 32; bit++) {
				if (value >> bit & 1)
					bit_row(core, reg, (uint32_t)value, bit, stop, t);
			}
		}
	}
}

/* Tables, in the order of `info os`; both arrays have the same rows, a dump has not the last. */
static const struct target_table_info infos[] = {
	{ "ascend-devices", "Ascend devices: cores in use, chip, origin", NULL },
	{ "ascend-cores", "Ascend cores: where and why each stopped", NULL },
	{ "ascend-memory", "Ascend memory: blocks of device memory and local memories", NULL },
	{ "ascend-tensors", "Ascend tensors: names, types, dimensions", NULL },
	{ "ascend-kernels", "Ascend kernels: load addresses and symbol files", NULL },
	{ "ascend-stop", "Ascend error bits: every bit set on every core", NULL },
	{ "ascend-tasks", "Ascend tasks: kernels that run", NULL },
	{ "ascend-streams", "Ascend streams whose kernels run", NULL },
	{ "ascend-blocks", "Ascend blocks: what part of a kernel each core runs", NULL },
	{ "ascend-breakpoints", "Ascend breakpoints in kernels", NULL },
};

static const struct {
	const char *columns[TARGET_TABLE_COLUMNS];
	fill_fn fill;
} tables[] = {
	{ { "Device", "Aic_Num", "Aiv_Num", "Aic_Mask", "Aiv_Mask", "Chip", "ChipType", "Origin" },
	  fill_devices },
	{ { "CoreId", "Type", "Device", "Stream", "Task", "Block", "PC", "stop reason", "Filename",
	    "Line", "Function" },
	  fill_cores },
	{ { "Id", "DataType", "MemType", "Addr", "Size", "CoreId", "CoreType", "Dim", "Name",
	    "Window" },
	  fill_memory },
	{ { "Name", "DataType", "Element", "Dim", "Addr", "Size", "State" }, fill_tensors },
	{ { "Name", "Base", "Size", "Lines", "Origin", "File", "Digest", "Note" }, fill_kernels },
	{ { "CoreId", "CoreType", "Register", "Value", "Bit", "Name", "msDebug name", "Unit",
	    "Decides", "PC" },
	  fill_stop },
	{ { "Device", "Stream", "Task", "Invocation" }, ascend_fill_tasks },
	{ { "Device", "Stream", "Type" }, ascend_fill_streams },
	{ { "Device", "Stream", "Task", "Block", "CoreId", "CoreType" }, ascend_fill_blocks },
	{ { "Device", "Addr", "State", "Code", "Filename", "Line", "Function" },
	  ascend_fill_points },
};

enum { TABLES = sizeof(infos) / sizeof(*infos), OF_DUMPS = TABLES - 4 };

const struct target_table_info *ascend_tables(const struct target *t, size_t *count)
{
	*count = ((const struct ascend *)t)->source->point ? TABLES : OF_DUMPS;
	return infos;
}

const struct target_table_info *ascend_live_tables(size_t *count)
{
	*count = TABLES;
	return infos;
}

enum target_status ascend_table_fill(struct ascend *a, const char *name, struct target_table *out)
{
	for (size_t i = 0; i < TABLES; i++) {
		if (strcmp(infos[i].name, name))
			continue;
		if (!out->column_count)
			target_table_init(out, tables[i].columns);
		tables[i].fill(a, out);
		return TARGET_OK;
	}
	return target_fail(&a->base, TARGET_INVALID, "there is no table %.64s", name);
}

enum target_status ascend_table(struct target *t, const char *name, struct target_table *out)
{
	return ascend_table_fill((struct ascend *)t, name, out);
}

/*
 * `monitor ascend x`: msDebug's memory read with its classes, options and formats (live facts 5,
 * coredump facts 5.3 and 6.1). Called by commands.c; bytes come through ascend_mem_read.
 */
#include "target/ascend/ascend_priv.h"

#include "target/auto.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many bytes fit into one answer in any format. */
enum { BYTES_MAX = 1 << 16, LINE_BYTES = 128, LINES = 4 };

/* How one element is printed. */
enum form { FORM_HEX, FORM_SIGNED, FORM_F16, FORM_BF16, FORM_F32, FORM_F64 };

/* Names of formats; "_t" and "[]" behind them are optional. lldb shows unsigned ones in hex. */
static const struct format {
	const char *name;
	uint8_t size;
	uint8_t form;
} formats[] = {
	{ "hex", 4, FORM_HEX },	      { "x", 4, FORM_HEX },	   { "float16", 2, FORM_F16 },
	{ "bfloat16", 2, FORM_BF16 }, { "float32", 4, FORM_F32 },  { "float64", 8, FORM_F64 },
	{ "int8", 1, FORM_SIGNED },   { "int16", 2, FORM_SIGNED }, { "int32", 4, FORM_SIGNED },
	{ "int64", 8, FORM_SIGNED },  { "uint8", 1, FORM_HEX },	   { "uint16", 2, FORM_HEX },
	{ "uint32", 4, FORM_HEX },    { "uint64", 8, FORM_HEX },
};

/* Names of classes; OUT_MEM stands for the two that are plain addresses. */
static const struct memory_class {
	const char *name;
	uint8_t mem;
	enum { BY_WINDOW, RAW, AS_CORE, CACHED, NOT_SAVED } way;
} classes[] = {
	{ "GM", CHIP_OUT_MEM, RAW },	   { "STACK", CHIP_OUT_MEM, AS_CORE },
	{ "DCACHE", CHIP_DCACHE, CACHED }, { "ICACHE", CHIP_ICACHE, BY_WINDOW },
	{ "UB", CHIP_UB, BY_WINDOW },	   { "L1", CHIP_L1, BY_WINDOW },
	{ "L0A", CHIP_L0A, BY_WINDOW },	   { "L0B", CHIP_L0B, BY_WINDOW },
	{ "L0C", CHIP_L0C, BY_WINDOW },	   { "FB", CHIP_FB, NOT_SAVED },
};

/* What the words of the command ask for. */
struct request {
	const struct memory_class *memory;
	const struct format *format;
	uint64_t line, lines, skip, at;
	bool has_at;
};

static const struct format *format_find(const char *name)
{
	size_t n = strlen(name);

	if (n > 2 && !strcmp(name + n - 2, "[]"))
		n -= 2;
	if (n > 2 && !strncmp(name + n - 2, "_t", 2))
		n -= 2;
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strlen(formats[i].name) == n && !strncmp(formats[i].name, name, n))
			return &formats[i];
	}
	return NULL;
}

static const struct memory_class *class_find(const char *name)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (!strcasecmp(classes[i].name, name))
			return &classes[i];
	}
	return NULL;
}

/* One option with its value; option is the letter behind '-'. */
static enum target_status set_option(struct ascend_call *c, struct request *r, char option,
				     const char *value)
{
	bool ok = false;

	switch (option) {
	case 'm':
		r->memory = class_find(value);
		ok = r->memory != NULL;
		break;
	case 'f':
		r->format = format_find(value);
		ok = r->format != NULL;
		break;
	case 's':
		ok = ascend_number_parse(value, BYTES_MAX, &r->line) && r->line;
		break;
	case 'c':
		ok = ascend_number_parse(value, BYTES_MAX, &r->lines) && r->lines;
		break;
	case 'E':
		ok = ascend_number_parse(value, UINT32_MAX, &r->skip);
		break;
	}
	return ok ? TARGET_OK : ascend_usage(c, "'%.32s' is no value for -%c", value, option);
}

static enum target_status parse(struct ascend_call *c, struct request *r)
{
	for (size_t i = 0; i < c->argc; i++) {
		const char *word = c->argv[i];
		bool offset = !strcmp(word, "--offset");
		if (word[0] != '-') {
			if (r->has_at || !ascend_number_parse(word, UINT64_MAX, &r->at))
				return ascend_usage(c, "'%.32s' is no address", word);
			r->has_at = true;
			continue;
		}
		if (!offset && (strlen(word) != 2 || !strchr("mfscE", word[1])))
			return ascend_usage(c, "there is no option '%.32s'", word);
		if (++i == c->argc)
			return ascend_usage(c, "%.32s needs a value", word);
		enum target_status status = set_option(c, r, offset ? 'E' : word[1], c->argv[i]);
		if (status != TARGET_OK)
			return status;
	}
	return TARGET_OK;
}

static enum target_status check(struct ascend_call *c, struct request *r)
{
	if (!r->memory || !r->has_at)
		return ascend_usage(c, "%s is missing", r->memory ? "the address" : "-m CLASS");
	if (r->memory->way == NOT_SAVED)
		return target_fail(&c->a->base, TARGET_INVALID,
				   "Memory type is unknown, read memory from coredump file failed, "
				   "please check command: ascend info summary");
	if (r->line % r->format->size)
		return ascend_usage(c, "-s must be a multiple of %u for this format",
				    r->format->size);
	if (r->line * r->lines > BYTES_MAX)
		return ascend_usage(c, "more than %d bytes", BYTES_MAX);
	if (r->skip * r->format->size > UINT64_MAX - r->at)
		return ascend_usage(c, "the offset leads behind the last address");
	r->at += r->skip * r->format->size;
	return TARGET_OK;
}

static enum target_status not_in_range(struct ascend_call *c)
{
	return target_fail(&c->a->base, TARGET_FAULT,
			   "addr is not in range, please check command: ascend info summary");
}

static bool has_class(const struct ascend *a, const struct ascend_core *core, uint8_t mem)
{
	for (size_t i = 0; i < a->local_count; i++) {
		if (a->locals[i].mem == mem && a->locals[i].core == core->unified)
			return true;
	}
	return false;
}

/* From the class and its address to an address of the core. */
static enum target_status translate(struct ascend_call *c, const struct request *r,
				    const struct ascend_core **core, uint64_t *at)
{
	const struct memory_class *m = r->memory;

	*core = m->way == RAW ? NULL : c->core;
	*at = r->at;
	if (m->way == RAW || m->way == AS_CORE)
		return TARGET_OK;
	if (!has_class(c->a, c->core, m->mem))
		return target_fail(&c->a->base, TARGET_INVALID,
				   "Memory type is not in this core id data, local data type is %s",
				   m->name);
	if (m->way == CACHED)
		return ascend_dcache_at(c->a, c->core, r->at) == SIZE_MAX ? not_in_range(c)
									  : TARGET_OK;
	if (r->at > UINT32_MAX)
		return not_in_range(c);
	*at = ascend_window(m->mem, NULL) + r->at;
	return TARGET_OK;
}

/* GM has its windows too, but a plain read of a class never means them. */
static enum target_status fetch(struct ascend_call *c, const struct request *r, uint8_t *buf,
				size_t *n)
{
	const struct ascend_core *core;
	uint64_t at;
	enum target_status status = translate(c, r, &core, &at);

	if (status != TARGET_OK)
		return status;
	size_t want = (size_t)(r->line * r->lines);
	status = ascend_mem_read(c->a, core, at, buf, want, n);
	if (status == TARGET_UNAVAILABLE)
		return target_fail(&c->a->base, status,
				   "this memory data is invalid, please check command: ascend info "
				   "summary");
	return status == TARGET_FAULT ? not_in_range(c) : status;
}

/* IEEE half: 5 bits of exponent, 10 of fraction. */
static double half(uint16_t bits)
{
	int exponent = bits >> 10 & 31;
	double fraction = bits & 1023;
	double value = exponent == 31 ? (fraction > 0 ? (double)NAN : (double)INFINITY)
		       : exponent     ? ldexp(1024 + fraction, exponent - 25)
				      : ldexp(fraction, -24);

	return bits >> 15 ? -value : value;
}

static float single(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static double doubled(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void print_element(struct target_text *out, const struct format *f, const uint8_t *bytes)
{
	uint64_t v = ascend_number_of(bytes, f->size);
	unsigned shift = 64 - 8u * f->size;

	switch ((enum form)f->form) {
	case FORM_HEX:
		target_text_format(out, "0x%0*llx", f->size * 2, (unsigned long long)v);
		break;
	case FORM_SIGNED:
		target_text_format(out, "%lld", (long long)(int64_t)(v << shift) >> shift);
		break;
	case FORM_F16:
		target_text_format(out, "%g", half((uint16_t)v));
		break;
	case FORM_BF16:
		target_text_format(out, "%g", (double)single((uint32_t)v << 16));
		break;
	case FORM_F32:
		target_text_format(out, "%.9g", (double)single((uint32_t)v));
		break;
	case FORM_F64:
		target_text_format(out, "%.17g", doubled(v));
		break;
	}
}

/* A line that the memory ends in is shorter; bytes that make no whole element are left out. */
static void print_lines(struct ascend_call *c, const struct request *r, const uint8_t *buf,
			size_t n)
{
	size_t step = r->format->size;

	for (size_t line = 0; line < n; line += r->line) {
		size_t end = n - line < r->line ? n : line + (size_t)r->line;
		const char *gap = "";
		target_text_format(c->out, "0x%08llx: {", (unsigned long long)(r->at + line));
		for (size_t i = line; i + step <= end; i += step) {
			target_text_add(c->out, gap);
			print_element(c->out, r->format, buf + i);
			gap = " ";
		}
		target_text_add(c->out, "}\n");
	}
}

enum target_status ascend_cmd_x(struct ascend_call *c)
{
	struct request r = { .format = &formats[0], .line = LINE_BYTES, .lines = LINES };
	size_t n = 0;

	enum target_status status = parse(c, &r);
	if (status == TARGET_OK)
		status = check(c, &r);
	if (status != TARGET_OK)
		return status;
	AUTO_FREE uint8_t *buf = malloc((size_t)(r.line * r.lines));
	if (!buf)
		return target_fail(&c->a->base, TARGET_SYSTEM, "out of memory");
	status = fetch(c, &r, buf, &n);
	if (status == TARGET_OK)
		print_lines(c, &r, buf, n);
	return status;
}

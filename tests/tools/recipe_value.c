/*
 * Values and contents in dump recipes: sums of numbers, blocks and symbols; typed numbers, ramps,
 * patterns and text put into blocks and local memories. Called by recipe.c and recipe_core.c.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/recipe.h"

struct dump_global *recipe_find_block(const struct recipe *r, const char *name)
{
	for (size_t i = 0; i < r->block_count; i++) {
		if (strcmp(r->blocks[i].name, name) == 0)
			return r->blocks[i].global;
	}
	return NULL;
}

/* --- sums: TERM [+-] TERM ..., TERM = FACTOR * FACTOR ..., from left to right */

static uint64_t variable(const struct recipe *r, const struct recipe_core *c, const char *name)
{
	if (!c)
		recipe_fail(r, "$%s has no meaning outside of a core", name);
	if (strcmp(name, "id") == 0)
		return c->core->id;
	if (strcmp(name, "n") == 0)
		return c->n;
	if (strcmp(name, "unified") == 0)
		return dump_unified(r->dump, c->core->type, c->core->id);
	if (strcmp(name, "stack") == 0 && c->stack)
		return c->stack_at;
	recipe_fail(r, "$%s is not known: $id $n $unified $stack", name);
}

static uint64_t number(const struct recipe *r, const char *text)
{
	char *end;
	uint64_t v = strtoull(text, &end, 0);
	static const char units[] = "KMG";
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		v <<= 10 * (unit - units + 1);
		end++;
	}
	if (end == text || *end)
		recipe_fail(r, "%s is not a number, a block, @symbol or $variable", text);
	return v;
}

static uint64_t factor(const struct recipe *r, const struct recipe_core *c, const char *text)
{
	uint64_t v;
	if (*text == '$')
		return variable(r, c, text + 1);
	if (*text == '@') {
		if (!kernel_file_symbol(&r->kernel, text + 1, &v))
			recipe_fail(r, "the loaded kernel has no symbol %s", text + 1);
		return r->base + v;
	}
	const struct dump_global *g = recipe_find_block(r, text);
	return g ? g->at : number(r, text);
}

/* Copies the next factor and returns what follows it. */
static const char *next_factor(const struct recipe *r, const char *text, char *out, size_t room)
{
	size_t n = strcspn(text, "+-*");
	if (n == 0 || n >= room)
		recipe_fail(r, "a value is missing in %s", text);
	memcpy(out, text, n);
	out[n] = '\0';
	return text + n;
}

uint64_t recipe_value(const struct recipe *r, const struct recipe_core *c, const char *text)
{
	char name[256];
	uint64_t sum = 0;
	bool minus = *text == '-';
	const char *p = minus ? text + 1 : text;
	for (;;) {
		p = next_factor(r, p, name, sizeof(name));
		uint64_t term = factor(r, c, name);
		while (*p == '*') {
			p = next_factor(r, p + 1, name, sizeof(name));
			term *= factor(r, c, name);
		}
		sum += minus ? -term : term;
		if (!*p)
			return sum;
		minus = *p++ == '-';
	}
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *p = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
	return p ? (int)(p - digits) : -1;
}

void recipe_hex(const struct recipe *r, const struct recipe_words *w, size_t from,
		struct dump_data *out)
{
	for (size_t i = from; i < w->count; i++) {
		for (const char *p = w->word[i]; *p; p += 2) {
			int high = hex_digit(p[0]), low = hex_digit(p[1]);
			if (high < 0 || low < 0)
				recipe_fail(r, "%s is not pairs of hex digits", w->word[i]);
			uint8_t byte = (uint8_t)(high << 4 | low);
			dump_data_append(out, &byte, 1);
		}
	}
}

/* --- typed numbers */

/* IEEE number of 1 + exponent + fraction bits, rounded to the nearest even. */
static uint64_t small_float(double v, unsigned exponent, unsigned fraction)
{
	int bias = (1 << (exponent - 1)) - 1, e = 0;
	uint64_t sign = (uint64_t)(signbit(v) != 0) << (exponent + fraction);
	uint64_t infinite = ((1ull << exponent) - 1) << fraction;
	if (isnan(v))
		return sign | infinite | 1ull << (fraction - 1);
	if (isinf(v))
		return sign | infinite;
	frexp(v, &e);
	int place = e - 1 + bias; /* 0 and below: subnormal */
	uint64_t bits = place > 0 ? (uint64_t)(place - 1) << fraction : 0;
	int scale = place > 0 ? (int)fraction - (e - 1) : bias - 1 + (int)fraction;
	bits += (uint64_t)nearbyint(ldexp(fabs(v), scale));
	return sign | (bits < infinite ? bits : infinite);
}

struct kind {
	const char *name;
	uint8_t size;
	uint8_t exponent, fraction; /* floating point */
};

static const struct kind kinds[] = {
	{ "u8", 1, 0, 0 },   { "u16", 2, 0, 0 },  { "u32", 4, 0, 0 },  { "u64", 8, 0, 0 },
	{ "f16", 2, 5, 10 }, { "bf16", 2, 8, 7 }, { "f32", 4, 8, 23 }, { "f64", 8, 11, 52 },
};

static const struct kind *find_kind(const struct recipe *r, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	recipe_fail(r, "%s is not a type: u8 u16 u32 u64 f16 bf16 f32 f64", name);
}

static double real(const struct recipe *r, const char *text)
{
	char *end;
	double v = strtod(text, &end);
	if (end == text || *end)
		recipe_fail(r, "%s is not a number", text);
	return v;
}

static uint64_t encode(const struct recipe *r, const struct recipe_core *c, const struct kind *k,
		       const char *text)
{
	if (k->exponent)
		return small_float(real(r, text), k->exponent, k->fraction);
	return recipe_value(r, c, text);
}

/* --- content statements: they write to every target */

void recipe_no_targets(struct recipe *r)
{
	r->target_count = 0;
}

void recipe_target(struct recipe *r, const struct recipe_target *t)
{
	struct recipe_target copy = *t;
	struct recipe_target *old = r->targets;
	r->targets = dump_alloc((r->target_count + 1) * sizeof(copy));
	if (old)
		memcpy(r->targets, old, r->target_count * sizeof(copy));
	free(old);
	r->targets[r->target_count++] = copy;
}

static void check_targets(const struct recipe *r)
{
	if (!r->target_count)
		recipe_fail(r, "contents must follow a block or a local memory");
}

static void content_put(struct recipe *r, const struct recipe_words *w)
{
	const struct kind *k = find_kind(r, w->word[0]);
	check_targets(r);
	for (size_t t = 0; t < r->target_count; t++) {
		const struct recipe_target *to = &r->targets[t];
		uint64_t at = recipe_value(r, to->core, w->word[1]);
		for (size_t i = 2; i < w->count; i++, at += k->size)
			dump_data_put_number(to->data, at, encode(r, to->core, k, w->word[i]),
					     k->size);
	}
}

static void content_ramp(struct recipe *r, const struct recipe_words *w)
{
	const struct kind *k = find_kind(r, w->word[0]);
	double first = real(r, w->word[3]), step = real(r, w->word[4]);
	check_targets(r);
	for (size_t t = 0; t < r->target_count; t++) {
		const struct recipe_target *to = &r->targets[t];
		uint64_t at = recipe_value(r, to->core, w->word[1]);
		uint64_t n = recipe_value(r, to->core, w->word[2]);
		struct dump_data run = { .size = n * k->size };
		uint8_t *bytes = dump_alloc((size_t)run.size);
		for (uint64_t i = 0; i < n; i++) {
			double v = first + (double)i * step;
			uint64_t bits = k->exponent ? small_float(v, k->exponent, k->fraction)
						    : (uint64_t)(int64_t)v;
			for (unsigned b = 0; b < k->size; b++)
				bytes[i * k->size + b] = (uint8_t)(bits >> (8 * b));
		}
		dump_data_put(to->data, at, bytes, (size_t)run.size);
		free(bytes);
	}
}

static void content_fill(struct recipe *r, const struct recipe_words *w)
{
	check_targets(r);
	for (size_t t = 0; t < r->target_count; t++) {
		const struct recipe_target *to = &r->targets[t];
		size_t n = (size_t)to->data->size;
		uint8_t *bytes = dump_alloc(n);
		memset(bytes, (int)recipe_value(r, to->core, w->word[0]), n);
		dump_data_put(to->data, 0, bytes, n);
		free(bytes);
	}
}

static void content_hex(struct recipe *r, const struct recipe_words *w)
{
	struct dump_data bytes = { 0 };
	check_targets(r);
	recipe_hex(r, w, 1, &bytes);
	for (size_t t = 0; t < r->target_count; t++) {
		uint64_t at = recipe_value(r, r->targets[t].core, w->word[0]);
		for (size_t i = 0; i < bytes.count; i++)
			dump_data_put(r->targets[t].data, at + i, bytes.chunks[i].bytes, 1);
	}
	dump_data_clear(&bytes);
}

/* $id in the text is the number of the core. */
static void content_text(struct recipe *r, const struct recipe_words *w)
{
	check_targets(r);
	for (size_t t = 0; t < r->target_count; t++) {
		const struct recipe_target *to = &r->targets[t];
		uint64_t at = recipe_value(r, to->core, w->word[0]);
		const char *text = w->word[1], *id = strstr(text, "$id");
		char whole[512];
		if (id && to->core) {
			snprintf(whole, sizeof(whole), "%.*s%u%s", (int)(id - text), text,
				 to->core->core->id, id + 3);
			text = whole;
		}
		dump_data_put(to->data, at, text, strlen(text));
	}
}

/* Word i is tag | i: a wrong offset, core or memory shows in the value. */
static void content_pattern(struct recipe *r, const struct recipe_words *w)
{
	(void)w;
	check_targets(r);
	for (size_t t = 0; t < r->target_count; t++) {
		const struct recipe_target *to = &r->targets[t];
		size_t n = (size_t)to->data->size / 4;
		uint32_t *words = dump_alloc(n * 4);
		for (size_t i = 0; i < n; i++)
			words[i] = to->tag | (uint32_t)(i & 0xfffff);
		dump_data_put(to->data, 0, words, n * 4);
		free(words);
	}
}

static void content_failed(struct recipe *r, const struct recipe_words *w)
{
	(void)w;
	check_targets(r);
	for (size_t t = 0; t < r->target_count; t++) {
		if (!r->targets[t].failed)
			recipe_fail(r, "this cannot fail");
		*r->targets[t].failed = true;
	}
}

const struct recipe_statement recipe_content_statements[] = {
	{ "put", 3, RECIPE_WORDS - 1, content_put, "TYPE AT VALUE...: numbers from offset AT" },
	{ "ramp", 5, 5, content_ramp, "TYPE AT COUNT FIRST STEP: FIRST, FIRST+STEP, ..." },
	{ "fill", 1, 1, content_fill, "BYTE: all of it" },
	{ "hex", 2, RECIPE_WORDS - 1, content_hex, "AT HEX...: bytes" },
	{ "text", 2, 2, content_text, "AT \"TEXT\": characters; $id is the core's number" },
	{ "pattern", 0, 0, content_pattern, ": words that name memory, core and position" },
	{ "failed", 0, 0, content_failed, ": the copy from the device failed" },
	{ NULL, 0, 0, NULL, NULL },
};

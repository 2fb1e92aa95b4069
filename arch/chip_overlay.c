/*
 * Chips that are no rows of chips[] yet: a copy of a row with changes on top. stub/chip_file.c
 * reads the file; who opens dumps and devices asks for this chip before those of the tables.
 */
#include "arch/chip_overlay.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/chip_priv.h"

enum { SOCS = 32, CORES = 128, WORDS = 4, WORD = 64 };

struct text {
	struct text *next;
	char s[];
};

struct chip_overlay {
	struct chip chip; /* regs and mems are copies of ours */
	struct chip_channel channel;
	const char *socs[SOCS + 1];
	struct chip_reg *regs;
	struct chip_mem_info *mems;
	struct text *texts; /* names that the chip points at */
};

static bool fail(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, CHIP_OVERLAY_WORDS, fmt, ap);
	va_end(ap);
	return false;
}

/* NULL: out of memory. */
static const char *keep(struct chip_overlay *o, const char *s, size_t n)
{
	struct text *t = malloc(sizeof(*t) + n + 1);

	if (!t)
		return NULL;
	memcpy(t->s, s, n);
	t->s[n] = '\0';
	t->next = o->texts;
	o->texts = t;
	return t->s;
}

static bool keep_name(struct chip_overlay *o, const char **member, const char *value, char *why)
{
	size_t n = strlen(value);

	for (size_t i = 0; i < n; i++)
		if (value[i] <= ' ' || value[i] >= 0x7f || strchr("<>&\"'", value[i]))
			n = 0;
	if (!n || n >= WORD)
		return fail(why, "a name has 1 to %d letters", WORD - 1);
	*member = keep(o, value, n);
	return *member || fail(why, "out of memory");
}

static bool number(const char *s, uint64_t max, uint64_t *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoull(s, &end, s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10);
	if (*end == 'K' || *end == 'M') {
		unsigned shift = *end++ == 'K' ? 10 : 20;

		if (*out > max >> shift)
			return false;
		*out <<= shift;
	}
	return !errno && !*end && *out <= max;
}

/* --- [chip] --- */

static bool set_base(struct chip_overlay *o, const char *value, char *why)
{
	const struct chip *base = NULL;

	for (size_t i = 0; i < chip_count; i++)
		if (!strcmp(chips[i]->name, value))
			base = chips[i];
	if (!base)
		return fail(why, "there is no chip %.40s to start from: 910B, 950 are such", value);
	if (o->chip.name)
		return fail(why, "it is there a second time");
	o->regs = calloc(base->reg_count, sizeof(*o->regs));
	o->mems = calloc(base->mem_count, sizeof(*o->mems));
	if (!o->regs || !o->mems)
		return fail(why, "out of memory");
	memcpy(o->regs, base->regs, base->reg_count * sizeof(*o->regs));
	memcpy(o->mems, base->mems, base->mem_count * sizeof(*o->mems));
	o->chip = *base;
	o->chip.regs = o->regs;
	o->chip.mems = o->mems;
	if (base->channel) {
		o->channel = *base->channel;
		o->channel.socs = o->socs; /* the base keeps its own */
		o->chip.channel = &o->channel;
	}
	return true;
}

static bool set_socs(struct chip_overlay *o, const char *value, char *why)
{
	size_t n = 0, len;

	for (const char *at = value; *at; at += len) {
		at += strspn(at, " ,");
		len = strcspn(at, " ,");
		if (!len)
			break;
		if (n == SOCS)
			return fail(why, "more than %d names", SOCS);
		if (!(o->socs[n++] = keep(o, at, len)))
			return fail(why, "out of memory");
	}
	o->socs[n] = NULL;
	o->chip.soc = n ? o->socs[0] : o->chip.soc;
	return n || fail(why, "name at least one");
}

static bool set_count(uint16_t *member, const char *value, char *why)
{
	uint64_t n;

	if (!number(value, CORES, &n))
		return fail(why, "it is a number from 0 to %d", CORES);
	*member = (uint16_t)n;
	return true;
}

static bool set_type(struct chip_overlay *o, const char *value, char *why)
{
	uint64_t n;

	if (!number(value, UINT32_MAX, &n))
		return fail(why, "it is the number that dumps have as devType");
	o->chip.type = (uint32_t)n;
	return true;
}

static bool set_chip(struct chip_overlay *o, const char *key, const char *value, char *why)
{
	if (!strcmp(key, "base"))
		return set_base(o, value, why);
	if (!o->chip.name)
		return fail(why, "base must be named before all else in [chip]");
	if (!strcmp(key, "name"))
		return keep_name(o, &o->chip.name, value, why);
	if (!strcmp(key, "product"))
		return keep_name(o, &o->chip.product, value, why);
	if (!strcmp(key, "socs"))
		return set_socs(o, value, why);
	if (!strcmp(key, "type"))
		return set_type(o, value, why);
	if (!strcmp(key, "aic"))
		return set_count(&o->chip.aic_max, value, why);
	if (!strcmp(key, "aiv"))
		return set_count(&o->chip.aiv_max, value, why);
	if (!strcmp(key, "aiv_offset"))
		return set_count(&o->chip.aiv_offset, value, why);
	return fail(why, "there is no such key: base, name, product, socs, type, aic, aiv, "
			 "aiv_offset are");
}

/* --- [memory] and [registers] --- */

static bool set_memory(struct chip_overlay *o, const char *key, const char *value, char *why)
{
	uint64_t n;

	if (!number(value, UINT32_MAX, &n))
		return fail(why, "it is a size in bytes, as 196608 or 192K");
	for (size_t i = 0; i < o->chip.mem_count; i++)
		if (!strcmp(o->mems[i].name, key)) {
			o->mems[i].size = (uint32_t)n;
			return true;
		}
	return fail(why, "the base has no memory of that name");
}

static bool cores_of(const char *word, uint8_t *out)
{
	static const char *const words[] = { "aic", "aiv", "both" };

	for (size_t i = 0; i < CHIP_COUNT(words); i++)
		if (!strcmp(words[i], word)) {
			*out = (uint8_t)(i + 1);
			return true;
		}
	return false;
}

/* One of the base's: groups are what clients show registers by. */
static const char *group_of(const struct chip_overlay *o, const char *word)
{
	for (size_t i = 0; i < o->chip.reg_count; i++)
		if (!strcmp(o->regs[i].group, word))
			return o->regs[i].group;
	return NULL;
}

static size_t split(const char *value, char words[WORDS][WORD])
{
	size_t n = 0, len;

	for (const char *at = value + strspn(value, " ,"); *at; at += strspn(at, " ,")) {
		len = strcspn(at, " ,");
		if (n == WORDS || len >= WORD)
			return 0;
		memcpy(words[n], at, len);
		words[n++][len] = '\0';
		at += len;
	}
	return n;
}

/* The row of a register that is there, or a new one; NULL: why says why not. */
static struct chip_reg *reg_row(struct chip_overlay *o, const char *key, char *why)
{
	size_t n = o->chip.reg_count;
	struct chip_reg row = { .dwarf = -1 };

	for (size_t i = 0; i < n; i++)
		if (!strcmp(o->regs[i].name, key))
			return &o->regs[i];
	if (chip_desc_has_own(key)) {
		fail(why, "clients have another register of that name");
		return NULL;
	}
	if (!keep_name(o, &row.name, key, why))
		return NULL;
	struct chip_reg *regs = realloc(o->regs, (n + 1) * sizeof(*regs));
	if (!regs) {
		fail(why, "out of memory");
		return NULL;
	}
	regs[n] = row;
	o->chip.regs = o->regs = regs;
	o->chip.reg_count++;
	return &regs[n];
}

/* "ADDRESS BYTES CORES GROUP" */
static bool set_register(struct chip_overlay *o, const char *key, const char *value, char *why)
{
	char words[WORDS][WORD];
	uint64_t addr, size;
	uint8_t cores;

	const char *group = split(value, words) == WORDS ? group_of(o, words[3]) : NULL;
	if (!group || !number(words[0], UINT64_MAX, &addr) || !number(words[1], 16, &size) ||
	    !size || size & (size - 1) || !cores_of(words[2], &cores))
		return fail(why,
			    "it is ADDRESS BYTES CORES GROUP, as 0x4f 8 both su: 1, 2, 4, 8 or "
			    "16 bytes; aic, aiv or both; a group of the base");
	struct chip_reg *r = reg_row(o, key, why);
	if (!r)
		return false;
	*r = (struct chip_reg){ .name = r->name,
				.group = group,
				.addr = addr,
				.size = (uint16_t)size,
				.kind = CHIP_REG_PLAIN,
				.cores = cores,
				.dwarf = r->dwarf };
	return true;
}

/* --- all --- */

bool chip_overlay_section(const char *name)
{
	return !strcmp(name, "chip") || !strcmp(name, "memory") || !strcmp(name, "registers");
}

bool chip_overlay_set(struct chip_overlay *o, const char *section, const char *key,
		      const char *value, char *why)
{
	if (!strcmp(section, "chip"))
		return set_chip(o, key, value, why);
	if (!o->chip.name)
		return fail(why, "section [chip] with its base comes first");
	return !strcmp(section, "memory") ? set_memory(o, key, value, why)
					  : set_register(o, key, value, why);
}

const struct chip *chip_overlay_chip(struct chip_overlay *o, char *why)
{
	const struct chip *c = &o->chip;
	bool wide = c->channel && c->channel->wide_masks;
	unsigned aic = wide ? CORES : 32, aiv = wide ? CORES : 64; /* bits of its masks */

	if (!c->name)
		fail(why, "section [chip] names no base");
	else if (!o->socs[0] && c->channel)
		fail(why, "section [chip] has no socs: what the runtime calls the chip");
	else if (c->aic_max > aic || c->aiv_max > aiv)
		fail(why, "a chip like its base has at most %u AIC and %u AIV", aic, aiv);
	else if (c->aic_max > c->aiv_offset || c->aiv_offset + c->aiv_max > CORES)
		fail(why, "aiv_offset is at least aic, and with aiv at most %d", CORES);
	else if (!(c->aic_max + c->aiv_max))
		fail(why, "it has no cores");
	else
		return c;
	return NULL;
}

struct chip_overlay *chip_overlay_create(void)
{
	return calloc(1, sizeof(struct chip_overlay));
}

void chip_overlay_destroy(struct chip_overlay *o)
{
	if (!o)
		return;
	while (o->texts) {
		struct text *t = o->texts;

		o->texts = t->next;
		free(t);
	}
	free(o->regs);
	free(o->mems);
	free(o);
}

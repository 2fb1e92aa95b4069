/*
 * Test kernels with bytes changed: what the fuzz targets of target/symbols feed. Kernels are read
 * once and kept, since a fuzzer comes by a thousand times a second.
 */
#include "tests/fake/changed_kernel.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	char letter;
	const char *file;
} kernels[] = {
	{ 't', "tiny.o" },
	{ 'h', "tiny.eh.o" },
	{ 'i', "tiny.dwarf2.o" },
	{ 'j', "tiny.dwarf3.o" },
	{ 'k', "tiny.dwarf4.o" },
	{ 'l', "tiny.dwarf64.o" },
	{ 'c', "add_custom.o" },
	{ 'e', "add_custom.eh.o" },
	{ 'z', "add_custom.gz.o" },
	{ 's', "add_custom.stripped.o" },
	{ 'n', "add_custom.nog.o" },
	{ 'o', "matmul_mix.o2.o" },
	{ '2', "matmul_mix.dwarf2.o" },
	{ '3', "matmul_mix.dwarf3.o" },
	{ '4', "matmul_mix.dwarf4.o" },
	{ '6', "matmul_mix.dwarf64.o" },
};

enum { KERNELS = sizeof(kernels) / sizeof(kernels[0]) };

const struct sample *changed_kernel_base(char letter)
{
	static struct sample kept[KERNELS];

	for (size_t i = 0; i < KERNELS; i++) {
		if (kernels[i].letter != letter)
			continue;
		if (!kept[i].bytes && !sample_compiled(kernels[i].file, &kept[i]))
			return NULL;
		return &kept[i];
	}
	return NULL;
}

static unsigned digit(char c)
{
	const char *all = "0123456789abcdef", *hit = c ? strchr(all, c) : NULL;

	return hit ? (unsigned)(hit - all) : 16;
}

static void put_hex(const char *hex, struct sample *s, size_t at)
{
	for (; digit(hex[0]) < 16 && digit(hex[1]) < 16 && at < s->n; hex += 2, at++)
		s->bytes[at] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
}

/* Offsets are those of the kernel as it was compiled. */
static void change(char *word, const struct sample *base, struct sample *s)
{
	char *hex = strchr(word, '=');
	char *plus = strchr(word, '+');
	size_t at = 0, n;

	if (*word == '|' && s->n)
		s->n = strtoul(word + 1, NULL, 16) % s->n;
	if (!hex)
		return;
	*hex++ = '\0';
	if (plus) {
		*plus = '\0';
		at = sample_section_at(base, word, &n);
	}
	put_hex(hex, s, at + strtoul(plus ? plus + 1 : word, NULL, 16));
}

struct sample changed_kernel(const struct sample *base, char *text, const char *between)
{
	struct sample s = { malloc(base->n), base->n };
	char *word;
	uint8_t *exact;

	if (!s.bytes)
		abort();
	memcpy(s.bytes, base->bytes, s.n);
	while ((word = strsep(&text, between)))
		change(word, base, &s);
	if (s.n == base->n)
		return s;
	exact = realloc(s.bytes, s.n ? s.n : 1);
	if (!exact)
		abort();
	s.bytes = exact;
	return s;
}

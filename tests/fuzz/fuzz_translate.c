/*
 * Fuzz target: any bytes as a kernel file. Input that begins with 0x7f is the file itself; other
 * input is a kernel of tests/kernels, chosen by the first letter, with changes, one in each line:
 * "SECTION+OFFSET=HEX" or "OFFSET=HEX" puts bytes there, "|OFFSET" cuts the file. What opens is
 * looked up at every address and unwound from it; what is refused must say why; translating once
 * more must change nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/symbols.h"
#include "tests/fake/sample_kernel.h"
#include "tests/fuzz/fuzz.h"

enum { BASE = 0x1000, STEP = 4, LOOKUPS = 200, FRAMES = 8 };

static void demand(int truth)
{
	if (!truth)
		abort();
}

/* Memory in which every word points to where it is read, a little further up. */
static bool read_memory(void *ctx, uint64_t at, void *buf, size_t n)
{
	uint64_t word = BASE + (at & 0xfc);

	(void)ctx;
	if (at % 5 == 4 || n > sizeof(word))
		return false;
	memcpy(buf, &word, n);
	return true;
}

static void unwind(struct symbols_object *o, uint64_t pc)
{
	struct symbols_frame f = { .pc = pc, .valid = UINT32_MAX };

	for (size_t i = 0; i < SYMBOLS_REGS; i++)
		f.regs[i] = 0x100000 + 16 * i;
	for (size_t i = 0; i < FRAMES && symbols_unwind(o, &f, i == 0, read_memory, NULL); i++)
		;
}

static void look_up(struct symbols_object *o)
{
	struct symbols_place place;
	size_t n;

	symbols_load_image(o, &n);
	for (size_t i = 0; i < n && i / STEP < LOOKUPS; i += STEP) {
		bool found = symbols_place(o, BASE + i, &place);

		demand(found ? place.offset <= i : !place.function && !place.line);
		unwind(o, BASE + i);
	}
}

static void translate_again(const struct symbols_object *o)
{
	struct symbols_error why;
	size_t n;
	const void *file = symbols_file(o, &n);
	void *copy = malloc(n);

	if (!copy)
		return;
	memcpy(copy, file, n);
	/* refused when debug sections are still compressed */
	if (symbols_translate(copy, n, &why))
		demand(memcmp(copy, file, n) == 0);
	free(copy);
}

static const struct {
	char letter;
	const char *file;
} kernels[] = {
	{ 'c', "add_custom.o" },	 { 'e', "add_custom.eh.o" },
	{ 'z', "add_custom.gz.o" },	 { 's', "add_custom.stripped.o" },
	{ 'o', "matmul_mix.o2.o" },	 { '2', "matmul_mix.dwarf2.o" },
	{ '3', "matmul_mix.dwarf3.o" },	 { '4', "matmul_mix.dwarf4.o" },
	{ '6', "matmul_mix.dwarf64.o" },
};

static bool base_kernel(char letter, struct sample *out)
{
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		if (kernels[i].letter == letter)
			return sample_compiled(kernels[i].file, out);
	}
	return false;
}

static void put_hex(const char *hex, struct sample *s, size_t at)
{
	for (; hex[0] && hex[1] && at < s->n; hex += 2, at++) {
		char pair[] = { hex[0], hex[1], '\0' };

		s->bytes[at] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

/* Offsets are those of the kernel as it was compiled: `sections` has it unchanged. */
static void change(char *line, const struct sample *sections, struct sample *s)
{
	char *hex = strchr(line, '=');
	char *plus = strchr(line, '+');
	size_t at = 0, n;

	if (*line == '|' && s->n)
		s->n = strtoul(line + 1, NULL, 16) % s->n;
	if (!hex)
		return;
	*hex++ = '\0';
	if (plus) {
		*plus = '\0';
		at = sample_section_at(sections, line, &n);
	}
	put_hex(hex, s, at + strtoul(plus ? plus + 1 : line, NULL, 16));
}

/* The kernel with its changes, in memory of just its size; bytes NULL: none. */
static struct sample make_file(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1), *rest = text, *line;
	struct sample s = { 0 }, sections = { 0 };
	uint8_t *exact;

	demand(text != NULL);
	memcpy(text, data, size);
	if (size == 0 || !base_kernel(text[0], &s) || !base_kernel(text[0], &sections)) {
		free(text);
		return s;
	}
	while ((line = strsep(&rest, "\n")))
		change(line, &sections, &s);
	exact = realloc(s.bytes, s.n ? s.n : 1);
	demand(exact != NULL);
	s.bytes = exact;
	sample_free(&sections);
	free(text);
	return s;
}

static void use(const uint8_t *bytes, size_t n)
{
	struct symbols_error why = { "" };
	struct symbols_object *o = symbols_open(bytes, n, BASE, &why);

	demand(o || why.text[0]);
	if (!o)
		return;
	look_up(o);
	translate_again(o);
	symbols_close(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sample made = { 0 };

	if (size && data[0] == 0x7f) {
		use(data, size);
		return 0;
	}
	made = make_file(data, size);
	if (made.bytes)
		use(made.bytes, made.n);
	sample_free(&made);
	return 0;
}

/*
 * Fuzz target: any bytes as a kernel file. Input that begins with 0x7f is the file itself; other
 * input is a kernel of tests/kernels with changes, one in each line (tests/fake/changed_kernel.h).
 * What opens is looked up at every address and unwound from some, from others with each input;
 * what is refused must say why; translating once more must change nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/symbols.h"
#include "tests/fake/changed_kernel.h"
#include "tests/fuzz/fuzz.h"

enum { BASE = 0x1000, STEP = 4, LOOKUPS = 200, FRAMES = 4 };

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

static void look_up(struct symbols_object *o, size_t phase)
{
	struct symbols_place place;
	size_t n;

	symbols_load_image(o, &n);
	for (size_t i = 0; i < n && i / STEP < LOOKUPS; i += STEP) {
		bool found = symbols_place(o, BASE + i, &place);

		demand(found ? place.offset <= i : !place.function && !place.line);
		if ((i / STEP + phase) % FUZZ_SHARE == 0)
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

static void use(const uint8_t *bytes, size_t n, size_t phase)
{
	struct symbols_error why = { "" };
	struct symbols_object *o = symbols_open(bytes, n, BASE, &why);

	demand(o || why.text[0]);
	if (!o)
		return;
	look_up(o, phase);
	translate_again(o);
	symbols_close(o);
}

static void use_changed(const uint8_t *data, size_t size)
{
	const struct sample *base = changed_kernel_base(size ? (char)data[0] : '\0');
	char *text = calloc(1, size + 1);
	struct sample made;

	demand(text != NULL);
	memcpy(text, data, size);
	if (base) {
		made = changed_kernel(base, text + 1, "\n");
		use(made.bytes, made.n, fuzz_phase(data, size));
		sample_free(&made);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && data[0] == 0x7f)
		use(data, size, fuzz_phase(data, size));
	else
		use_changed(data, size);
	return 0;
}

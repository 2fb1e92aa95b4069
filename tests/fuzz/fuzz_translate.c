/*
 * Fuzz target: any bytes as a kernel file. It is opened, every address of its image is looked up,
 * and a call stack is unwound from each; what is refused must say why, and translating once more
 * must change nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "target/symbols/symbols.h"
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
	demand(symbols_translate(copy, n, &why) && memcmp(copy, file, n) == 0);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols_error why = { "" };
	struct symbols_object *o = symbols_open(data, size, BASE, &why);

	demand(o || why.text[0]);
	if (!o)
		return 0;
	look_up(o);
	translate_again(o);
	symbols_close(o);
	return 0;
}

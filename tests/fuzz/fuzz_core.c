/*
 * Fuzz target: any bytes as a dump. Input that begins with 0x7f is the file itself; other input is
 * a small dump of the writer, chosen by the first letter (n: 910B, w: 950, v: 950 without
 * registers, any other: 950 with scalar ones, a thirtieth of the bytes), with changes: "OFFSET=HEX"
 * puts bytes there (from the end with "-OFFSET"), "|OFFSET" cuts the file. Whatever opens is then
 * asked for what a client can ask for, for other registers and windows with each input.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/ascend/ascend.h"
#include "target/core/core.h"
#include "target/sim/dumpwriter.h"
#include "tests/fuzz/fuzz.h"

enum {
	ROOM = 1 << 20,
	GM_STACK = 0x2000,
	WINDOW = 256,
};

static void add_registers(const struct dump *d, struct dump_core *c, char letter)
{
	const struct chip *chip = chip_find(d->chip);

	if (letter == 'n' || letter == 'w')
		dump_core_registers(d, c);
	for (size_t i = 0; i < chip->reg_count && letter == 's'; i++) {
		const struct chip_reg *reg = &chip->regs[i];

		if (reg->kind == CHIP_REG_PLAIN && reg->size <= 8 && reg->cores >> c->type & 1)
			dump_add_reg(c, reg->addr, (uint8_t)reg->size);
	}
	if (letter == 'n')
		dump_core_errors(d, c);
}

static struct dump *small_dump(char letter)
{
	struct dump *d = dump_create(letter == 'n' ? DUMP_NARROW_CHIP : DUMP_WIDE_CHIP,
				     letter == 'v' ? DUMP_V9_0_0 : DUMP_MASTER);
	struct dump_global *input = dump_add_global(d, ASCEND_INPUT_TENSOR, 0x12c0c0001000, 32);

	dump_set_text(&d->kernel_name, "k_mix_aic");
	dump_data_append(&d->json, "{\"inputs\":[{\"dtype\":\"float16\"}]}", 33);
	dump_add_global(d, DUMP_KERNEL_OBJECT, 0x12c041200000, 16);
	dump_add_global(d, DUMP_ARGS, 0x12c0c0000000, 16);
	input->dim_count = 2;
	input->dims[0] = input->dims[1] = 4;
	for (uint8_t id = 0; id < 2; id++) {
		struct dump_core *c = dump_add_core(d, id, id);
		struct dump_global *stack =
			dump_add_global(d, DUMP_STACK, 0xff000000000 + GM_STACK * (uint64_t)id, 32);
		stack->core_id = dump_unified(d, c->type, c->id);
		dump_add_local(c, id ? CHIP_UB : CHIP_L0A, 32);
		dump_core_caches(d, c);
		add_registers(d, c, letter);
	}
	return d;
}

static unsigned hex_digit(char c)
{
	const char *all = "0123456789abcdef", *hit = c ? strchr(all, c) : NULL;

	return hit ? (unsigned)(hit - all) : 16;
}

static const char *parse_hex(const char *s, uint64_t *out)
{
	for (*out = 0; hex_digit(*s) < 16; s++)
		*out = *out << 4 | hex_digit(*s);
	return s;
}

/* One change; returns what stands behind it. */
static const char *change(const char *s, uint8_t *bytes, size_t *n)
{
	bool from_end = *s == '-', cut = *s == '|';
	uint64_t at;

	s = parse_hex(s + (from_end || cut), &at);
	at = from_end && *n ? *n - at % *n : at;
	if (cut && *n)
		*n = (size_t)(at % *n);
	if (cut || *s != '=')
		return *s ? s + 1 : s;
	for (s++; hex_digit(s[0]) < 16 && hex_digit(s[1]) < 16; s += 2, at++)
		if (at < *n)
			bytes[at] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
	return s;
}

/* The small dump of a letter, written once, since a fuzzer comes by a thousand times a second. */
static const uint8_t *small_file(char letter, size_t *n)
{
	static const char letters[] = "nwvs";
	static struct {
		uint8_t *bytes;
		size_t n;
	} kept[sizeof(letters) - 1];
	const char *hit = strchr(letters, letter);
	size_t i = hit && *hit ? (size_t)(hit - letters) : sizeof(letters) - 2;

	if (!kept[i].bytes) {
		struct dump *d = small_dump(letters[i]);
		kept[i].bytes = dump_bytes(d, &kept[i].n);
		dump_destroy(d);
	}
	demand(kept[i].bytes != NULL);
	*n = kept[i].n;
	return kept[i].bytes;
}

/* The dump of an input in a buffer for all inputs: what reads it has a file of just its size. */
static const uint8_t *make_file(const uint8_t *data, size_t size, size_t *n)
{
	static uint8_t *bytes;
	bool whole = size && data[0] == 0x7f;
	const uint8_t *from = whole ? data : small_file(size ? (char)data[0] : 'n', n);

	if (whole)
		*n = size;
	if (!bytes || *n > ROOM)
		bytes = realloc(bytes, *n > ROOM ? *n : ROOM);
	demand(bytes != NULL);
	memcpy(bytes, from, *n);
	if (whole)
		return bytes;
	char *text = calloc(1, size + 1);
	demand(text != NULL);
	memcpy(text, data, size);
	for (const char *s = text + (size > 0); *s;)
		s = change(s, bytes, n);
	free(text);
	return bytes;
}

/* A descriptor of one file for all inputs, with these bytes. */
static int put_file(const uint8_t *bytes, size_t n)
{
	static int file = -1;

	if (file < 0) {
		file = memfd_create("dump", MFD_CLOEXEC);
		demand(file >= 0 && fcntl(file, F_SETFL, O_NOATIME) == 0); /* a tenth of a read */
	}
	demand(ftruncate(file, (off_t)n) == 0);
	demand(pwrite(file, bytes, n, 0) == (ssize_t)n);
	int fd = dup(file);
	demand(fd >= 0);
	return fd;
}

static void read_memory(struct target *t, struct target_tid tid, uint64_t at)
{
	uint8_t buf[WINDOW];
	size_t done = 0;
	enum target_status status = target_mem_read(t, tid, at, buf, sizeof(buf), &done);

	demand(done <= sizeof(buf) && (status == TARGET_OK) == (done > 0));
}

static void read_thread(struct ascend *a, struct target_tid tid, size_t phase)
{
	const struct arch_desc *desc = target_arch(&a->base, tid);
	uint8_t value[ARCH_REG_MAX_BYTES];
	struct target_stop stop;
	bool valid;

	demand(desc != NULL);
	for (size_t r = phase; r < desc->reg_count; r += FUZZ_SHARE)
		demand(target_reg_read(&a->base, tid, r, value, &valid) == TARGET_OK);
	demand(target_stop(&a->base, tid, &stop) == TARGET_OK);
	for (size_t i = phase; i < a->block_count; i += FUZZ_SHARE) {
		read_memory(&a->base, tid, a->blocks[i].at);
		read_memory(&a->base, tid, a->blocks[i].at + a->blocks[i].size - 1);
	}
	for (uint8_t mem = (uint8_t)phase; mem <= CHIP_MEM_END; mem += FUZZ_SHARE)
		read_memory(&a->base, tid, ascend_window(mem, NULL));
	read_memory(&a->base, tid, 0);
	read_memory(&a->base, tid, 0x100001);
}

static void run_command(struct ascend *a, struct target_tid tid, const char *one, const char *two)
{
	const char *words[] = { "ascend", one, two };
	struct target_text out = { 0 };

	(void)!target_command(&a->base, tid, two ? 3 : 2, words, &out);
	target_text_deinit(&out);
}

static void use(struct ascend *a, size_t phase)
{
	static const char *const commands[][2] = {
		{ "info", "summary" }, { "info", "memory" }, { "stop", NULL }, { "bt", "--merge" }
	};
	enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };
	struct target_tid tids[128];
	size_t count = 0;

	demand(target_threads(&a->base, tids, 128, &count) == TARGET_OK && count <= 128);
	for (size_t i = 0; i < count; i++)
		read_thread(a, tids[i], phase);
	for (size_t i = phase; i < COMMANDS; i += FUZZ_SHARE)
		run_command(a, tids[0], commands[i][0], commands[i][1]);
}

static void ignore(void *ctx, enum target_log_level level, const char *text)
{
	(void)level;
	*(size_t *)ctx += strlen(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0, logged = 0;
	const uint8_t *bytes = make_file(data, size, &n);
	struct core_input in = { .fd = put_file(bytes, n),
				 .kernel_fd = -1,
				 .name = "k.1.2.core",
				 .limits = &core_limits_default,
				 .log = { .write = ignore, .ctx = &logged } };
	char why[CORE_WORDS] = "";

	struct target *t = core_open_input(&in, why);
	demand(t || strncmp(why, "error: ", 7) == 0);
	if (t)
		use((struct ascend *)t, fuzz_phase(data, size));
	target_close(t);
	return 0;
}

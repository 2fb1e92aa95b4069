/*
 * Fuzz target: any bytes as a dump. Input that begins with 0x7f is the file itself; other input is
 * a small dump of the writer, chosen by the first letter (n: 910B, w: 950, v: 950 without
 * registers), with changes: "OFFSET=HEX" puts bytes there (from the end with "-OFFSET"), "|OFFSET"
 * cuts the file. Whatever opens is then asked for everything a client can ask for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/ascend/ascend.h"
#include "target/core/core.h"
#include "tests/fuzz/fuzz.h"
#include "target/sim/dumpwriter.h"

enum { GM_STACK = 0x2000, WINDOW = 256 };

static void demand(int truth)
{
	if (!truth)
		abort();
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
		if (letter != 'v')
			dump_core_registers(d, c);
		if (letter == 'n')
			dump_core_errors(d, c);
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

static uint8_t *make_file(const uint8_t *data, size_t size, size_t *n)
{
	if (size && data[0] == 0x7f) {
		uint8_t *copy = malloc(size);
		demand(copy != NULL);
		memcpy(copy, data, size);
		*n = size;
		return copy;
	}
	struct dump *d = small_dump(size ? (char)data[0] : 'n');
	uint8_t *bytes = dump_bytes(d, n);
	char *text = calloc(1, size + 1);
	dump_destroy(d);
	demand(bytes && text);
	memcpy(text, data, size);
	for (const char *s = text + (size > 0); *s;)
		s = change(s, bytes, n);
	free(text);
	return bytes;
}

static void read_memory(struct target *t, struct target_tid tid, uint64_t at)
{
	uint8_t buf[WINDOW];
	size_t done = 0;
	enum target_status status = target_mem_read(t, tid, at, buf, sizeof(buf), &done);

	demand(done <= sizeof(buf) && (status == TARGET_OK) == (done > 0));
}

static void read_thread(struct ascend *a, struct target_tid tid)
{
	const struct arch_desc *desc = target_arch(&a->base, tid);
	uint8_t value[ARCH_REG_MAX_BYTES];
	struct target_stop stop;
	bool valid;

	demand(desc != NULL);
	for (size_t r = 0; r < desc->reg_count; r++)
		demand(target_reg_read(&a->base, tid, r, value, &valid) == TARGET_OK);
	demand(target_stop(&a->base, tid, &stop) == TARGET_OK);
	for (size_t i = 0; i < a->block_count; i++) {
		read_memory(&a->base, tid, a->blocks[i].at);
		read_memory(&a->base, tid, a->blocks[i].at + a->blocks[i].size - 1);
	}
	for (uint8_t mem = 0; mem <= CHIP_MEM_END; mem++)
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

static void use(struct ascend *a)
{
	struct target_tid tids[128];
	size_t count = 0;

	demand(target_threads(&a->base, tids, 128, &count) == TARGET_OK && count <= 128);
	for (size_t i = 0; i < count; i++)
		read_thread(a, tids[i]);
	run_command(a, tids[0], "info", "summary");
	run_command(a, tids[0], "info", "memory");
	run_command(a, tids[0], "stop", NULL);
	run_command(a, tids[0], "bt", "--merge");
}

static void ignore(void *ctx, enum target_log_level level, const char *text)
{
	(void)level;
	*(size_t *)ctx += strlen(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 0, logged = 0;
	uint8_t *bytes = make_file(data, size, &n);
	int fd = memfd_create("dump", MFD_CLOEXEC);
	struct core_input in = { fd, -1, "k.1.2.core", &core_limits_default, { ignore, &logged } };
	char why[CORE_WORDS] = "";

	demand(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	free(bytes);
	struct target *t = core_open_input(&in, why);
	demand(t || strncmp(why, "error: ", 7) == 0);
	if (t)
		use((struct ascend *)t);
	target_close(t);
	return 0;
}

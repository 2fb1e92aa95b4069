/*
 * Opens dumps from memory for unit tests of target/core and keeps the log lines. The bytes come
 * from target/sim/dumpwriter, from a real file, or are nonsense.
 */
#include "tests/fake/fake_dump.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void keep(void *ctx, enum target_log_level level, const char *text)
{
	struct fake_log *log = ctx;

	target_text_format(&log->text, "%c %s\n", "EWID"[level], text);
	log->warnings += level <= TARGET_LOG_WARN;
}

struct target_log fake_log_to(struct fake_log *log)
{
	return (struct target_log){ .write = keep, .ctx = log };
}

bool fake_log_has(const struct fake_log *log, const char *words)
{
	return log->text.data && strstr(log->text.data, words);
}

void fake_log_deinit(struct fake_log *log)
{
	target_text_deinit(&log->text);
	log->warnings = 0;
}

int fake_file(const void *bytes, size_t n)
{
	int fd = memfd_create("dump", MFD_CLOEXEC);
	const char *p = bytes;

	for (size_t done = 0; fd >= 0 && done < n;) {
		ssize_t got = write(fd, p + done, n - done);
		if (got <= 0)
			abort();
		done += (size_t)got;
	}
	return fd;
}

struct ascend *fake_dump_open(const void *bytes, size_t n, const char *name, struct fake_log *log,
			      char *why)
{
	struct core_input in = { fake_file(bytes, n), -1, name, &core_limits_default,
				 fake_log_to(log) };

	why[0] = '\0';
	return (struct ascend *)core_open_input(&in, why);
}

bool fake_dump_again(struct fake_dump *f, const char *name)
{
	if (f->a)
		target_close(&f->a->base);
	fake_log_deinit(&f->log);
	f->a = fake_dump_open(f->bytes, f->n, name, &f->log, f->why);
	return f->a;
}

bool fake_dump_make(struct fake_dump *f, struct dump *d)
{
	*f = (struct fake_dump){ .bytes = NULL };
	f->bytes = dump_bytes(d, &f->n);
	dump_destroy(d);
	return fake_dump_again(f, "dump");
}

void fake_dump_close(struct fake_dump *f)
{
	if (f->a)
		target_close(&f->a->base);
	fake_log_deinit(&f->log);
	free(f->bytes);
}

struct dump_core *fake_dump_core(struct dump *d, uint8_t type, uint8_t id)
{
	struct dump_core *c = dump_add_core(d, type, id);
	uint64_t pc = d->chip == DUMP_NARROW_CHIP ? 64 : 0x10000000000040;

	dump_reg_set(dump_add_reg(c, pc, 8), 0x1000 + (uint64_t)id);
	return c;
}

struct dump *fake_dump_small(uint32_t chip)
{
	struct dump *d = dump_create(chip, DUMP_MASTER);

	fake_dump_core(d, DUMP_AIV, 0);
	return d;
}

struct dump *fake_dump_whole(void)
{
	struct dump *d = fake_dump_small(DUMP_NARROW_CHIP);
	struct dump_global *g = dump_add_global(d, DUMP_KERNEL_OBJECT, FAKE_GM + 0x9000, 8);

	dump_set_text(&d->kernel_name, "add_custom_mix_aiv");
	dump_data_append(&d->json, "{}", 2);
	g = dump_add_global(d, DUMP_ARGS, FAKE_GM, 16);
	dump_data_put(&g->data, 0, "args", 4);
	g = dump_add_global(d, ASCEND_INPUT_TENSOR, FAKE_GM + 0x1000, 16);
	dump_data_put(&g->data, 0, "data", 4);
	dump_add_local(d->cores[0], CHIP_UB, 64);
	dump_core_caches(d, d->cores[0]);
	fake_dump_core(d, DUMP_AIV, 1);
	return d;
}

struct ascend_core *fake_core_of(struct ascend *a, uint16_t unified)
{
	for (size_t i = 0; i < a->core_count; i++)
		if (a->cores[i].unified == unified)
			return &a->cores[i];
	return NULL;
}

uint64_t fake_entry_value(struct ascend *a, uint16_t unified, uint64_t addr, size_t n)
{
	struct ascend_core *core = fake_core_of(a, unified);
	uint64_t v = 0;

	return core && a->source->reg(a, core, addr, &v, n) ? v : UINT64_MAX;
}

size_t fake_local_of(const struct ascend *a, uint16_t unified, uint8_t mem)
{
	for (size_t i = 0; i < a->local_count; i++)
		if (a->locals[i].core == unified && a->locals[i].mem == mem)
			return i;
	return SIZE_MAX;
}

static const char kernel_names[] = "\0.text\0.symtab\0.strtab\0.shstrtab";
static const char kernel_symbols[] = "\0entry";

enum { TEXT_AT = 256, NAME_TEXT = 1, NAME_SYMTAB = 7, NAME_STRTAB = 15, NAME_NAMES = 23 };

static Elf64_Shdr *add_section(uint8_t *file, uint64_t table, uint32_t i, uint32_t name,
			       uint32_t type)
{
	Elf64_Shdr *s = (Elf64_Shdr *)(void *)(file + table + i * sizeof(*s));

	s->sh_name = name;
	s->sh_type = type;
	return s;
}

uint8_t *fake_kernel(const void *code, size_t n, uint16_t machine, size_t *size)
{
	uint64_t symbols = (TEXT_AT + n + 15) / 16 * 16;
	uint64_t strings = symbols + 2 * sizeof(Elf64_Sym);
	uint64_t names = strings + sizeof(kernel_symbols);
	uint64_t table = (names + sizeof(kernel_names) + 15) / 16 * 16;
	uint8_t *file = calloc(1, *size = (size_t)table + 5 * sizeof(Elf64_Shdr));
	Elf64_Ehdr *h = (Elf64_Ehdr *)(void *)file;
	Elf64_Sym *entry = (Elf64_Sym *)(void *)(file + symbols) + 1;
	Elf64_Shdr *s;

	memcpy(h->e_ident, ELFMAG "\2\1\1", 7);
	h->e_type = ET_EXEC;
	h->e_machine = machine;
	h->e_version = 1;
	h->e_ehsize = sizeof(*h);
	h->e_shoff = table;
	h->e_shentsize = sizeof(Elf64_Shdr);
	h->e_shnum = 5;
	h->e_shstrndx = 4;
	memcpy(file + TEXT_AT, code, n);
	*entry = (Elf64_Sym){ 1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1, 0, n };
	memcpy(file + strings, kernel_symbols, sizeof(kernel_symbols));
	memcpy(file + names, kernel_names, sizeof(kernel_names));
	s = add_section(file, table, 1, NAME_TEXT, SHT_PROGBITS);
	s->sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	s->sh_offset = TEXT_AT;
	s->sh_size = n;
	s->sh_addralign = 4;
	s = add_section(file, table, 2, NAME_SYMTAB, SHT_SYMTAB);
	s->sh_offset = symbols;
	s->sh_size = 2 * sizeof(Elf64_Sym);
	s->sh_link = 3;
	s->sh_info = 1;
	s->sh_entsize = sizeof(Elf64_Sym);
	s->sh_addralign = 8;
	s = add_section(file, table, 3, NAME_STRTAB, SHT_STRTAB);
	s->sh_offset = strings;
	s->sh_size = sizeof(kernel_symbols);
	s = add_section(file, table, 4, NAME_NAMES, SHT_STRTAB);
	s->sh_offset = names;
	s->sh_size = sizeof(kernel_names);
	return file;
}

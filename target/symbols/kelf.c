/*
 * Bounded access to a kernel's ELF container through libelf: header checks, the section table,
 * the symbol table. Called by the translation and the symbol index; DWARF is kdwarf's.
 */
#include "target/symbols/kelf_priv.h"

#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/words_priv.h"

static const struct {
	uint16_t machine;
	const char *name;
} machine_names[] = {
	{ EM_386, "i386" },	{ EM_ARM, "32-bit ARM" },	{ EM_X86_64, "x86-64" },
	{ EM_RISCV, "RISC-V" }, { EM_PPC64, "64-bit PowerPC" },
};

static const char *machine_name(uint16_t machine)
{
	for (size_t i = 0; i < sizeof(machine_names) / sizeof(machine_names[0]); i++) {
		if (machine_names[i].machine == machine)
			return machine_names[i].name;
	}
	return "unknown machine";
}

static bool check_ident(const uint8_t *p, size_t n, struct symbols_error *why)
{
	if (n < SELFMAG || memcmp(p, ELFMAG, SELFMAG) != 0)
		return words_fail(why, "this is not an ELF file");
	if (n < sizeof(Elf64_Ehdr))
		return words_fail(why, "the file ends within the ELF header (%zu bytes)", n);
	if (p[EI_CLASS] != ELFCLASS64 || p[EI_DATA] != ELFDATA2LSB)
		return words_fail(why, "kernels are 64-bit little-endian ELF files, this is not");
	return true;
}

static bool check_header(const GElf_Ehdr *h, struct symbols_error *why)
{
	if (h->e_machine != KELF_MACHINE_ASCEND && h->e_machine != EM_AARCH64)
		return words_fail(why, "this is not an Ascend kernel (e_machine %u: %s)",
				  h->e_machine, machine_name(h->e_machine));
	if (h->e_type != ET_REL && h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return words_fail(why, "this is an ELF file of type %u, not a kernel object",
				  h->e_type);
	return true;
}

static void read_section(const struct kelf *k, Elf_Scn *scn, size_t strings,
			 struct kelf_section *out)
{
	GElf_Shdr h;
	const char *name;

	if (!gelf_getshdr(scn, &h))
		return;
	name = elf_strptr(k->elf, strings, h.sh_name);
	out->name = name ? name : "";
	out->type = h.sh_type;
	out->flags = h.sh_flags;
	out->addr = h.sh_addr;
	out->offset = h.sh_offset;
	out->size = h.sh_size;
	out->in_file = h.sh_type != SHT_NOBITS && h.sh_type != SHT_NULL && h.sh_size > 0 &&
		       h.sh_offset <= k->n && h.sh_size <= k->n - h.sh_offset;
}

static bool read_sections(struct kelf *k, const GElf_Ehdr *h, struct symbols_error *why)
{
	size_t strings = SHN_UNDEF;
	size_t count = 0;

	/* a table over the header would have the number of the machine in it, which is changed */
	if (elf_getshdrnum(k->elf, &count) != 0 || count == 0 || h->e_shoff < sizeof(Elf64_Ehdr))
		return words_fail(why, "the file has no section table, or it lies outside it");
	if (count > KELF_SECTIONS_MAX)
		return words_fail(why, "%zu sections are more than a kernel can have", count);
	k->sections = calloc(count, sizeof(*k->sections));
	if (!k->sections)
		return words_fail(why, "out of memory");
	k->count = count;
	if (elf_getshdrstrndx(k->elf, &strings) != 0)
		strings = SHN_UNDEF;
	for (size_t i = 0; i < count; i++) {
		Elf_Scn *scn = elf_getscn(k->elf, i);

		k->sections[i].name = "";
		k->sections[i].header = h->e_shoff + i * sizeof(Elf64_Shdr);
		if (scn)
			read_section(k, scn, strings, &k->sections[i]);
	}
	return true;
}

bool kelf_open(struct kelf *k, const void *bytes, size_t n, struct symbols_error *why)
{
	GElf_Ehdr h;

	*k = (struct kelf){ .bytes = bytes, .n = n };
	if (!check_ident(k->bytes, n, why))
		return false;
	elf_version(EV_CURRENT);
	/* libelf takes a char * but only reads a file opened this way */
	k->elf = elf_memory((char *)(uintptr_t)bytes, n);
	if (!k->elf || !gelf_getehdr(k->elf, &h)) {
		kelf_close(k);
		return words_fail(why, "the ELF header is broken: %s", elf_errmsg(-1));
	}
	k->type = h.e_type;
	k->machine = h.e_machine;
	if (!check_header(&h, why) || !read_sections(k, &h, why)) {
		kelf_close(k);
		return false;
	}
	return true;
}

void kelf_close(struct kelf *k)
{
	if (k->elf)
		elf_end(k->elf);
	free(k->sections);
	*k = (struct kelf){ 0 };
}

const struct kelf_section *kelf_find(const struct kelf *k, const char *name)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct kelf_section *s = &k->sections[i];

		if (s->in_file && !kelf_is_compressed(s) && strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

struct bytes kelf_bytes(const struct kelf *k, const char *name)
{
	const struct kelf_section *s = kelf_find(k, name);

	return s ? bytes_of(k->bytes + s->offset, s->size) : bytes_of(NULL, 0);
}

static bool is_loaded(const struct kelf_section *s)
{
	return (s->flags & SHF_ALLOC) && s->type != SHT_NULL;
}

size_t kelf_loaded(const struct kelf *k, size_t from)
{
	while (from < k->count && !is_loaded(&k->sections[from]))
		from++;
	return from;
}

bool kelf_image(const struct kelf *k, uint64_t *start, uint64_t *n)
{
	uint64_t lo = UINT64_MAX;
	uint64_t hi = 0;

	for (size_t i = kelf_loaded(k, 0); i < k->count; i = kelf_loaded(k, i + 1)) {
		const struct kelf_section *s = &k->sections[i];

		if (!s->in_file)
			continue;
		lo = s->offset < lo ? s->offset : lo;
		hi = s->offset + s->size > hi ? s->offset + s->size : hi;
	}
	*start = lo;
	*n = hi > lo ? hi - lo : 0;
	return *n > 0;
}

/* A linked kernel is linked at 0; in one that is not, addresses count from the section. */
uint64_t kelf_address(const struct kelf *k, size_t section, uint64_t value)
{
	uint64_t start, n;

	if (k->type != ET_REL || section >= k->count || !kelf_image(k, &start, &n))
		return value;
	return k->sections[section].offset - start + value;
}

static void table_symbols(const struct kelf *k, Elf_Scn *scn, kelf_symbol_fn fn, void *ctx)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Shdr h;
	GElf_Sym s;

	if (!data || !gelf_getshdr(scn, &h))
		return;
	for (int i = 0; gelf_getsym(data, i, &s); i++) {
		const char *name = elf_strptr(k->elf, h.sh_link, s.st_name);
		struct kelf_symbol out = { .name = name,
					   .value = s.st_value,
					   .size = s.st_size,
					   .type = GELF_ST_TYPE(s.st_info),
					   .binding = GELF_ST_BIND(s.st_info),
					   .section = s.st_shndx };

		if (name && *name)
			fn(ctx, &out);
	}
}

void kelf_symbols(const struct kelf *k, kelf_symbol_fn fn, void *ctx)
{
	for (size_t i = 0; i < k->count; i++) {
		if (k->sections[i].type == SHT_SYMTAB && k->sections[i].in_file)
			table_symbols(k, elf_getscn(k->elf, i), fn, ctx);
	}
}

bool kelf_is_compressed(const struct kelf_section *s)
{
	return (s->flags & SHF_COMPRESSED) || strncmp(s->name, ".zdebug_", 8) == 0;
}

bool kelf_is_debug(const struct kelf_section *s)
{
	return strncmp(s->name, ".debug_", 7) == 0 || strncmp(s->name, ".zdebug_", 8) == 0 ||
	       strcmp(s->name, ".eh_frame") == 0;
}

bool kelf_has_debug(const struct kelf *k, bool compressed)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct kelf_section *s = &k->sections[i];

		if (kelf_is_debug(s) && s->in_file && strcmp(s->name, ".eh_frame") != 0 &&
		    kelf_is_compressed(s) == compressed)
			return true;
	}
	return false;
}

/*
 * The ELF file around what mkkernel renumbers: sections in, sections out. Those that are loaded
 * keep their place in the file and in memory (an .eh_frame must be the last of them, it grows); the
 * others move up. Called by mkkernel.c and unit tests.
 */
#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkkernel.h"

enum { MACHINE_ASCEND = 0x1029 };

struct section {
	Elf64_Shdr header;
	const char *name;
	struct mk_out bytes; /* what it holds now */
};

struct kernel {
	struct mk_in file;
	Elf64_Ehdr header;
	struct section *sections;
	size_t count;
};

static struct mk_in file_range(const struct kernel *k, uint64_t offset, uint64_t n)
{
	struct mk_in in = k->file;
	mk_part(&in, offset);
	return mk_part(&in, n);
}

static void read_header(struct kernel *k)
{
	struct mk_in in = file_range(k, 0, sizeof(k->header));
	memcpy(&k->header, in.start, sizeof(k->header));
	const Elf64_Ehdr *h = &k->header;
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
	    h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_machine != EM_AARCH64)
		mk_fail("the input is not a little-endian AArch64 ELF file");
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		mk_fail("the input is not linked: link it at address 0 first");
	if (!h->e_shnum || h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shstrndx >= h->e_shnum)
		mk_fail("the input has no usable section table");
}

static void read_sections(struct kernel *k)
{
	k->count = k->header.e_shnum;
	k->sections = calloc(k->count, sizeof(*k->sections));
	if (!k->sections)
		mk_fail("out of memory");
	struct mk_in table = file_range(k, k->header.e_shoff, k->count * sizeof(Elf64_Shdr));
	for (size_t i = 0; i < k->count; i++) {
		struct section *s = &k->sections[i];
		memcpy(&s->header, mk_part(&table, sizeof(Elf64_Shdr)).start, sizeof(Elf64_Shdr));
		if (s->header.sh_type == SHT_NULL || s->header.sh_type == SHT_NOBITS)
			continue;
		struct mk_in in = file_range(k, s->header.sh_offset, s->header.sh_size);
		mk_put_between(&s->bytes, in.start, in.end);
	}
	const struct section *names = &k->sections[k->header.e_shstrndx];
	for (size_t i = 0; i < k->count; i++) {
		struct mk_in in = mk_in_of(names->bytes.bytes, names->bytes.n, "section names");
		mk_part(&in, k->sections[i].header.sh_name);
		k->sections[i].name = mk_string(&in);
	}
}

static struct section *find_section(const struct kernel *k, const char *name)
{
	for (size_t i = 1; i < k->count; i++) {
		if (strcmp(k->sections[i].name, name) == 0)
			return &k->sections[i];
	}
	return NULL;
}

/* Things that would point to the wrong place afterwards. */
static void refuse_unknown(const struct kernel *k)
{
	static const char *const refused[] = {
		".debug_types",	       ".debug_pubnames",     ".debug_pubtypes",
		".debug_gnu_pubnames", ".debug_gnu_pubtypes", ".debug_names",
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (find_section(k, refused[i]))
			mk_fail("section %s is not handled: compile without it", refused[i]);
	}
	for (size_t i = 1; i < k->count; i++) {
		const struct section *s = &k->sections[i];
		if (s->header.sh_flags & SHF_COMPRESSED)
			mk_fail("section %s is compressed: compile with -gz=none", s->name);
		if (s->header.sh_type == SHT_RELA || s->header.sh_type == SHT_REL)
			mk_fail("section %s has relocations: link without --emit-relocs", s->name);
	}
}

static struct mk_in input_of(const struct kernel *k, const char *name)
{
	const struct section *s = find_section(k, name);
	return s ? mk_in_of(s->bytes.bytes, s->bytes.n, name) : mk_in_of("", 0, name);
}

static void replace(struct kernel *k, const char *name, struct mk_out *bytes)
{
	struct section *s = find_section(k, name);
	if (s) {
		mk_out_free(&s->bytes);
		s->bytes = *bytes;
	}
}

static void renumber_frames(struct kernel *k, const char *name, bool eh)
{
	struct mk_out out = { 0 };
	struct mk_in in = input_of(k, name);
	mk_frames(in, eh, &out);
	replace(k, name, &out);
}

static void renumber_info(struct kernel *k)
{
	struct mk_dwarf d = {
		.info = input_of(k, ".debug_info"),
		.abbrev = input_of(k, ".debug_abbrev"),
		.loc = input_of(k, ".debug_loc"),
		.loclists = input_of(k, ".debug_loclists"),
		.aranges = input_of(k, ".debug_aranges"),
	};
	mk_dwarf_renumber(&d);
	replace(k, ".debug_info", &d.new_info);
	replace(k, ".debug_loc", &d.new_loc);
	replace(k, ".debug_loclists", &d.new_loclists);
	replace(k, ".debug_aranges", &d.new_aranges);
}

static bool is_loaded(const struct section *s)
{
	return s->header.sh_flags & SHF_ALLOC;
}

/* The segment that holds a section which grew by `more` bytes at its end grows along. */
static void grow_segment(const struct kernel *k, const struct section *s, uint64_t more,
			 struct mk_out *out)
{
	for (size_t i = 0; i < k->header.e_phnum; i++) {
		size_t at = k->header.e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr p;
		memcpy(&p, file_range(k, at, sizeof(p)).start, sizeof(p));
		if (p.p_type != PT_LOAD || s->header.sh_offset < p.p_offset ||
		    s->header.sh_offset - p.p_offset >= p.p_filesz)
			continue;
		mk_patch(out, at + offsetof(Elf64_Phdr, p_filesz), p.p_filesz + more, 8);
		mk_patch(out, at + offsetof(Elf64_Phdr, p_memsz), p.p_memsz + more, 8);
	}
}

static void put_loaded_section(const struct kernel *k, struct section *s, struct mk_out *out)
{
	uint64_t more = s->bytes.n - s->header.sh_size;
	for (size_t i = 1; i < k->count && more; i++) {
		if (is_loaded(&k->sections[i]) && k->sections[i].header.sh_addr > s->header.sh_addr)
			mk_fail("section %s grows and is not the last that is loaded", s->name);
	}
	if (more)
		grow_segment(k, s, more, out);
	s->header.sh_size = s->bytes.n;
	memcpy(out->bytes + s->header.sh_offset, s->bytes.bytes, s->bytes.n);
}

/* Everything up to the end of the last loaded section stays where it is. */
static void put_loaded(const struct kernel *k, struct mk_out *out)
{
	uint64_t end = k->header.e_phoff + k->header.e_phnum * sizeof(Elf64_Phdr);
	for (size_t i = 1; i < k->count; i++) {
		const struct section *s = &k->sections[i];
		if (is_loaded(s) && s->header.sh_offset + s->bytes.n > end)
			end = s->header.sh_offset + s->bytes.n;
	}
	uint64_t old = (uint64_t)(k->file.end - k->file.start);
	mk_put(out, k->file.start, (size_t)(end < old ? end : old));
	while (out->n < end)
		mk_put_number(out, 0, 1);
	for (size_t i = 1; i < k->count; i++) {
		if (is_loaded(&k->sections[i]) && k->sections[i].bytes.n)
			put_loaded_section(k, &k->sections[i], out);
	}
}

static void put_other_section(struct section *s, struct mk_out *out)
{
	uint64_t align = s->header.sh_addralign ? s->header.sh_addralign : 1;
	while (out->n % align)
		mk_put_number(out, 0, 1);
	s->header.sh_offset = out->n;
	if (s->header.sh_type != SHT_NOBITS)
		s->header.sh_size = s->bytes.n;
	mk_put(out, s->bytes.bytes, s->bytes.n);
}

static void put_kernel(struct kernel *k, struct mk_out *out)
{
	put_loaded(k, out);
	for (size_t i = 1; i < k->count; i++) {
		if (!is_loaded(&k->sections[i]))
			put_other_section(&k->sections[i], out);
	}
	while (out->n % 8)
		mk_put_number(out, 0, 1);
	k->header.e_machine = MACHINE_ASCEND;
	k->header.e_shoff = out->n;
	memcpy(out->bytes, &k->header, sizeof(k->header));
	for (size_t i = 0; i < k->count; i++)
		mk_put(out, &k->sections[i].header, sizeof(Elf64_Shdr));
}

static void kernel_free(struct kernel *k)
{
	for (size_t i = 0; i < k->count; i++)
		mk_out_free(&k->sections[i].bytes);
	free(k->sections);
}

void mk_kernel(struct mk_in file, struct mk_out *out)
{
	struct kernel k = { .file = file };
	read_header(&k);
	read_sections(&k);
	refuse_unknown(&k);
	renumber_frames(&k, ".debug_frame", false);
	renumber_frames(&k, ".eh_frame", true);
	renumber_info(&k);
	put_kernel(&k, out);
	kernel_free(&k);
}

/*
 * The device image: an ELF64 file without code that gives memory windows and tensors names and
 * types. Called by the device targets; image_dwarf.c writes the types, this file the container
 * and the symbol table.
 */
#include "target/symbols/image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/image_priv.h"
#include "target/symbols/symbols.h"

enum { BUILD_ID_BYTES = 20 };

enum {
	SECTION_NULL,
	SECTION_INFO,
	SECTION_ABBREV,
	SECTION_ARANGES,
	SECTION_SYMTAB,
	SECTION_STRTAB,
	SECTION_SHSTRTAB,
	SECTION_BUILD_ID,
	SECTION_FIRST_VARIABLE,
	SECTION_LIMIT = 4096, /* e_shnum has 16 bits, of which the upper end is reserved */
};

static const struct {
	const char *name;
	uint32_t type, link, info;
	uint64_t align, entsize;
} section_rows[SECTION_FIRST_VARIABLE] = {
	[SECTION_NULL] = { "", SHT_NULL, 0, 0, 0, 0 },
	[SECTION_INFO] = { ".debug_info", SHT_PROGBITS, 0, 0, 1, 0 },
	[SECTION_ABBREV] = { ".debug_abbrev", SHT_PROGBITS, 0, 0, 1, 0 },
	[SECTION_ARANGES] = { ".debug_aranges", SHT_PROGBITS, 0, 0, 1, 0 },
	/* info: index of the first global symbol */
	[SECTION_SYMTAB] = { ".symtab", SHT_SYMTAB, SECTION_STRTAB, 1, 8, sizeof(Elf64_Sym) },
	[SECTION_STRTAB] = { ".strtab", SHT_STRTAB, 0, 0, 1, 0 },
	[SECTION_SHSTRTAB] = { ".shstrtab", SHT_STRTAB, 0, 0, 1, 0 },
	[SECTION_BUILD_ID] = { ".note.gnu.build-id", SHT_NOTE, 0, 0, 4, 0 },
};

struct image {
	struct image_dwarf dwarf;
	struct target_text symtab, strtab, shstrtab;
	struct target_text file;
	struct target_text variables; /* section headers of the variables */
	Elf64_Shdr headers[SECTION_FIRST_VARIABLE];
	Elf64_Half section_count;
};

static Elf64_Word put_name(struct target_text *strings, const char *name)
{
	Elf64_Word at = (Elf64_Word)strings->len;

	target_text_bytes(strings, name, strnlen(name, SYMBOLS_NAME));
	image_put(strings, 0, 1);
	return at;
}

/* gdb names an address (`info symbol`, `x`) only when it lies in a section. */
static Elf64_Half put_variable_section(struct image *m, const struct symbols_variable *v)
{
	Elf64_Shdr h = { .sh_type = SHT_NOBITS,
			 .sh_flags = SHF_ALLOC | SHF_WRITE,
			 .sh_addr = v->at,
			 .sh_size = v->size,
			 .sh_addralign = 1 };

	if (m->section_count == SECTION_LIMIT)
		return SHN_ABS;
	h.sh_name = put_name(&m->shstrtab, v->name);
	target_text_bytes(&m->variables, &h, sizeof(h));
	return m->section_count++;
}

static void put_variable(struct image *m, const struct symbols_variable *v)
{
	Elf64_Sym s = { .st_name = put_name(&m->strtab, v->name),
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
			.st_shndx = put_variable_section(m, v),
			.st_value = v->at,
			.st_size = v->size };

	target_text_bytes(&m->symtab, &s, sizeof(s));
}

static void put_tables(struct image *m, const struct symbols_variable *vars, size_t count)
{
	Elf64_Sym none = { 0 };

	m->section_count = SECTION_FIRST_VARIABLE;
	for (size_t i = 0; i < SECTION_FIRST_VARIABLE; i++)
		m->headers[i].sh_name = put_name(&m->shstrtab, section_rows[i].name);
	target_text_bytes(&m->symtab, &none, sizeof(none));
	put_name(&m->strtab, "");
	for (size_t i = 0; i < count; i++) {
		struct symbols_variable shown = image_shown(&vars[i]);
		if (shown.size)
			put_variable(m, &shown);
	}
}

static void align_file(struct target_text *file)
{
	while (file->len % 8 != 0 && !file->failed)
		image_put(file, 0, 1);
}

static void put_section(struct image *m, size_t i, const struct target_text *content)
{
	Elf64_Shdr *h = &m->headers[i];

	align_file(&m->file);
	h->sh_type = section_rows[i].type;
	h->sh_link = section_rows[i].link;
	h->sh_info = section_rows[i].info;
	h->sh_addralign = section_rows[i].align;
	h->sh_entsize = section_rows[i].entsize;
	h->sh_offset = m->file.len;
	h->sh_size = content->len;
	target_text_bytes(&m->file, content->data, content->len);
	m->file.failed |= content->failed;
}

/*
 * A digest of what stands in the file so far. When one gdb connects to a second dump it keeps the
 * image of the first, unless their build ids differ: then it asks.
 */
static void put_build_id(struct image *m)
{
	char digest[SYMBOLS_SHA256_TEXT], two[3] = "";
	struct target_text note = { 0 };

	if (m->file.failed)
		return;
	symbols_sha256(m->file.data, m->file.len, digest);
	image_put(&note, sizeof("GNU"), 4);
	image_put(&note, BUILD_ID_BYTES, 4);
	image_put(&note, NT_GNU_BUILD_ID, 4);
	target_text_bytes(&note, "GNU", sizeof("GNU"));
	for (size_t i = 0; i < BUILD_ID_BYTES; i++) {
		memcpy(two, digest + 2 * i, 2);
		image_put(&note, strtoul(two, NULL, 16), 1);
	}
	put_section(m, SECTION_BUILD_ID, &note);
	target_text_deinit(&note);
}

static void put_file(struct image *m, uint64_t entry)
{
	Elf64_Ehdr e = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				      EV_CURRENT },
			 .e_type = ET_EXEC,
			 .e_machine = EM_AARCH64,
			 .e_version = EV_CURRENT,
			 .e_entry = entry,
			 .e_ehsize = sizeof(Elf64_Ehdr),
			 .e_shentsize = sizeof(Elf64_Shdr),
			 .e_shnum = m->section_count,
			 .e_shstrndx = SECTION_SHSTRTAB };

	target_text_bytes(&m->file, &e, sizeof(e));
	put_section(m, SECTION_INFO, &m->dwarf.info);
	put_section(m, SECTION_ABBREV, &m->dwarf.abbrev);
	put_section(m, SECTION_ARANGES, &m->dwarf.aranges);
	put_section(m, SECTION_SYMTAB, &m->symtab);
	put_section(m, SECTION_STRTAB, &m->strtab);
	put_section(m, SECTION_SHSTRTAB, &m->shstrtab);
	put_build_id(m);
	align_file(&m->file);
	e.e_shoff = m->file.len;
	target_text_bytes(&m->file, m->headers, sizeof(m->headers));
	target_text_bytes(&m->file, m->variables.data, m->variables.len);
	m->file.failed |= m->variables.failed;
	if (!m->file.failed)
		memcpy(m->file.data, &e, sizeof(e));
}

/* Everything but the finished file. */
static void drop_parts(struct image *m)
{
	image_dwarf_deinit(&m->dwarf);
	target_text_deinit(&m->symtab);
	target_text_deinit(&m->strtab);
	target_text_deinit(&m->shstrtab);
	target_text_deinit(&m->variables);
}

void *symbols_image_create(const struct symbols_variable *vars, size_t count,
			   struct symbols_entries entries, size_t *n)
{
	struct image m = { 0 };

	image_dwarf_init(&m.dwarf, vars, count);
	put_tables(&m, vars, count);
	/* a place without bytes: gdb finds it by name but never names code after it */
	if (entries.main)
		put_variable(&m, &(struct symbols_variable){ .name = "main", .at = entries.main });
	put_file(&m, entries.entry);
	drop_parts(&m);
	*n = 0;
	if (m.file.failed) {
		target_text_deinit(&m.file);
		return NULL;
	}
	*n = m.file.len;
	return m.file.data;
}

/*
 * Kernel ELF files as the device's loader sees them: what is loaded and where functions are. The
 * file comes from an app: every offset in it is checked. Called by kernel.c.
 */
#include <elf.h>
#include <string.h>

#include "target/sim/space_priv.h"

static bool has(size_t n, uint64_t at, uint64_t size)
{
	return at <= n && size <= n - at;
}

static size_t section_count(const uint8_t *elf, size_t n, Elf64_Ehdr *h)
{
	if (n < sizeof(*h))
		return 0;
	memcpy(h, elf, sizeof(*h));
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
	    h->e_shentsize != sizeof(Elf64_Shdr) ||
	    !has(n, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr)))
		return 0;
	return h->e_shnum;
}

static Elf64_Shdr section_at(const uint8_t *elf, const Elf64_Ehdr *h, size_t i)
{
	Elf64_Shdr s;

	memcpy(&s, elf + h->e_shoff + i * sizeof(s), sizeof(s));
	return s;
}

bool sim_elf_image(const uint8_t *elf, size_t n, size_t *at, size_t *size)
{
	Elf64_Ehdr h;
	size_t count = section_count(elf, n, &h);
	uint64_t start = 0, end = 0;

	for (size_t i = 0; i < count; i++) {
		Elf64_Shdr s = section_at(elf, &h, i);

		if (!(s.sh_flags & SHF_ALLOC) || s.sh_type == SHT_NOBITS ||
		    !has(n, s.sh_offset, s.sh_size))
			continue;
		start = end == 0 ? s.sh_offset : start;
		if (s.sh_offset < start)
			return false;
		end = s.sh_offset + s.sh_size;
	}
	*at = (size_t)start;
	*size = (size_t)(end - start);
	return end > start;
}

/** A symbol with its name, or NULL when the table or the string table ends before. */
static const char *symbol_at(const uint8_t *elf, size_t n, const Elf64_Ehdr *h,
			     const Elf64_Shdr *table, size_t i, Elf64_Sym *out)
{
	Elf64_Shdr names;

	if (table->sh_link >= h->e_shnum || !has(n, table->sh_offset, table->sh_size))
		return NULL;
	names = section_at(elf, h, table->sh_link);
	if (!has(n, names.sh_offset, names.sh_size))
		return NULL;
	memcpy(out, elf + table->sh_offset + i * sizeof(*out), sizeof(*out));
	if (out->st_name >= names.sh_size ||
	    memchr(elf + names.sh_offset + out->st_name, 0, names.sh_size - out->st_name) == NULL)
		return "";
	return (const char *)elf + names.sh_offset + out->st_name;
}

typedef bool (*symbol_fn)(void *ctx, const char *name, const Elf64_Sym *sym);

/** Calls fn for every global symbol; until it returns true. */
static bool each_symbol(const uint8_t *elf, size_t n, symbol_fn fn, void *ctx)
{
	Elf64_Ehdr h;
	size_t count = section_count(elf, n, &h);

	for (size_t i = 0; i < count; i++) {
		Elf64_Shdr s = section_at(elf, &h, i);

		if (s.sh_type != SHT_SYMTAB)
			continue;
		for (size_t k = 0; k < s.sh_size / sizeof(Elf64_Sym); k++) {
			Elf64_Sym sym;
			const char *name = symbol_at(elf, n, &h, &s, k, &sym);

			if (name == NULL)
				break;
			if (sym.st_shndx != SHN_UNDEF && ELF64_ST_BIND(sym.st_info) == STB_GLOBAL &&
			    fn(ctx, name, &sym))
				return true;
		}
	}
	return false;
}

struct search {
	const char *name;
	size_t skip;
	uint64_t value;
};

static bool is_function(const Elf64_Sym *sym)
{
	return ELF64_ST_TYPE(sym->st_info) == STT_FUNC;
}

static bool is_named(void *ctx, const char *name, const Elf64_Sym *sym)
{
	struct search *s = ctx;

	s->value = sym->st_value;
	return is_function(sym) && strcmp(name, s->name) == 0;
}

static bool is_constant(void *ctx, const char *name, const Elf64_Sym *sym)
{
	struct search *s = ctx;

	s->value = sym->st_value;
	return sym->st_shndx == SHN_ABS && strcmp(name, s->name) == 0;
}

bool sim_elf_symbol(const uint8_t *elf, size_t n, const char *name, uint64_t *out)
{
	struct search s = { .name = name };
	bool found = each_symbol(elf, n, is_named, &s);

	*out = found ? s.value : 0;
	return found;
}

uint64_t sim_elf_constant(const uint8_t *elf, size_t n, const char *name)
{
	struct search s = { .name = name };

	return each_symbol(elf, n, is_constant, &s) ? s.value : 0;
}

static bool is_nth(void *ctx, const char *name, const Elf64_Sym *sym)
{
	struct search *s = ctx;

	s->name = name;
	return is_function(sym) && s->skip-- == 0;
}

const char *sim_elf_function(const uint8_t *elf, size_t n, size_t nth)
{
	struct search s = { .skip = nth };

	return each_symbol(elf, n, is_nth, &s) ? s.name : NULL;
}

/*
 * Kernel ELF files for mkcore: which bytes the loader puts on the device and where functions are.
 * The files come from our own compiler; a broken one is refused, not repaired.
 */
#include "tests/tools/kernelfile.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_range(const struct kernel_file *k, uint64_t at, uint64_t n)
{
	return at <= k->n && n <= k->n - at;
}

static bool read_bytes(struct kernel_file *k, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	k->n = n > 0 ? (size_t)n : 0;
	k->bytes = malloc(k->n + 1);
	bool ok = k->bytes && fread(k->bytes, 1, k->n, f) == k->n;
	fclose(f);
	return ok;
}

static Elf64_Shdr section_at(const struct kernel_file *k, size_t i)
{
	Elf64_Ehdr h;
	Elf64_Shdr s;
	memcpy(&h, k->bytes, sizeof(h));
	memcpy(&s, k->bytes + h.e_shoff + i * sizeof(s), sizeof(s));
	return s;
}

static size_t section_count(const struct kernel_file *k)
{
	Elf64_Ehdr h;
	if (k->n < sizeof(h))
		return 0;
	memcpy(&h, k->bytes, sizeof(h));
	bool good = memcmp(h.e_ident, ELFMAG, SELFMAG) == 0 && h.e_ident[EI_CLASS] == ELFCLASS64 &&
		    has_range(k, h.e_shoff, (uint64_t)h.e_shnum * sizeof(Elf64_Shdr));
	return good ? h.e_shnum : 0;
}

static void find_image(struct kernel_file *k)
{
	uint64_t start = 0, end = 0;
	for (size_t i = 0; i < section_count(k); i++) {
		Elf64_Shdr s = section_at(k, i);
		if (!(s.sh_flags & SHF_ALLOC) || !has_range(k, s.sh_offset, s.sh_size))
			continue;
		start = end ? start : s.sh_offset;
		end = s.sh_offset + s.sh_size;
	}
	k->image = k->bytes + start;
	k->image_n = (size_t)(end - start);
}

const char *kernel_file_read(struct kernel_file *k, const char *path)
{
	kernel_file_free(k);
	if (!read_bytes(k, path))
		return "cannot be read";
	if (!section_count(k))
		return "is not a 64-bit ELF file with sections";
	find_image(k);
	return k->image_n ? NULL : "has nothing to load";
}

void kernel_file_free(struct kernel_file *k)
{
	free(k->bytes);
	*k = (struct kernel_file){ 0 };
}

static bool symbol_in(const struct kernel_file *k, const Elf64_Shdr *table, const char *name,
		      uint64_t *out)
{
	if (table->sh_link >= section_count(k) || !has_range(k, table->sh_offset, table->sh_size))
		return false;
	Elf64_Shdr names = section_at(k, table->sh_link);
	if (!has_range(k, names.sh_offset, names.sh_size))
		return false;
	size_t n = strlen(name) + 1;
	for (uint64_t i = 0; i < table->sh_size / sizeof(Elf64_Sym); i++) {
		Elf64_Sym s;
		memcpy(&s, k->bytes + table->sh_offset + i * sizeof(s), sizeof(s));
		if (s.st_name < names.sh_size && n <= names.sh_size - s.st_name &&
		    memcmp(k->bytes + names.sh_offset + s.st_name, name, n) == 0) {
			*out = s.st_value;
			return true;
		}
	}
	return false;
}

bool kernel_file_symbol(const struct kernel_file *k, const char *name, uint64_t *out)
{
	for (size_t i = 0; i < section_count(k); i++) {
		Elf64_Shdr s = section_at(k, i);
		if (s.sh_type == SHT_SYMTAB && symbol_in(k, &s, name, out))
			return true;
	}
	return false;
}

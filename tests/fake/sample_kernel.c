/*
 * Kernel files for the tests of target/symbols: compiled ones, those inside the vendor's dumps,
 * and small ones made in memory. Reads ELF by itself, since the reader is what is tested.
 */
#include "tests/fake/sample_kernel.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 512 };

static bool read_file(const char *path, struct sample *out)
{
	FILE *f = fopen(path, "rb");
	long n;

	*out = (struct sample){ 0 };
	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	out->bytes = n > 0 ? malloc((size_t)n) : NULL;
	if (out->bytes)
		out->n = fread(out->bytes, 1, (size_t)n, f);
	fclose(f);
	return out->n > 0;
}

bool sample_compiled(const char *file, struct sample *out)
{
	const char *folder = getenv("O");
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/tests/kernels/%s", folder ? folder : "build", file);
	if (read_file(path, out))
		return true;
	printf("skipped: the test kernel %s is not built (make kernels)\n", file);
	return false;
}

bool sample_shared(const char *name, struct sample *out)
{
	static const char section[] = ".ascend.host_kernel_object";
	const char *folder = getenv("ASCEND_SHARED");
	char path[PATH_BYTES];
	struct sample core;
	size_t at, n;

	snprintf(path, sizeof(path), "%s/cores/%s.core", folder ? folder : "../shared", name);
	if (!read_file(path, &core)) {
		printf("skipped: ../shared/cores/%s.core is not there (set ASCEND_SHARED)\n", name);
		return false;
	}
	at = sample_section_at(&core, section, &n);
	*out = (struct sample){ .bytes = malloc(n ? n : 1), .n = n };
	if (out->bytes)
		memcpy(out->bytes, core.bytes + at, n);
	sample_free(&core);
	return at && out->bytes;
}

void sample_free(struct sample *s)
{
	free(s->bytes);
	*s = (struct sample){ 0 };
}

size_t sample_section_at(const struct sample *s, const char *name, size_t *n)
{
	Elf64_Ehdr e;
	Elf64_Shdr names, h;

	memcpy(&e, s->bytes, sizeof(e));
	memcpy(&names, s->bytes + e.e_shoff + e.e_shstrndx * sizeof(h), sizeof(h));
	for (size_t i = 1; i < e.e_shnum; i++) {
		memcpy(&h, s->bytes + e.e_shoff + i * sizeof(h), sizeof(h));
		if (strcmp((const char *)s->bytes + names.sh_offset + h.sh_name, name) == 0) {
			*n = h.sh_size;
			return h.sh_offset;
		}
	}
	*n = 0;
	return 0;
}

/* A file that grows. */
static size_t put(struct sample *s, const void *bytes, size_t n)
{
	size_t at = s->n;

	s->bytes = realloc(s->bytes, s->n + n + 8);
	if (!s->bytes)
		abort();
	if (n)
		memcpy(s->bytes + s->n, bytes, n);
	s->n += n;
	while (s->n % 8)
		s->bytes[s->n++] = 0;
	return at;
}

static void put_section(struct sample *out, const struct sample_section *from, Elf64_Shdr *h)
{
	h->sh_type = from->type;
	h->sh_flags = from->flags;
	h->sh_addr = from->addr;
	h->sh_size = from->n;
	h->sh_offset = from->type == SHT_NOBITS ? out->n : put(out, from->bytes, from->n);
	h->sh_addralign = 1;
}

void sample_make(uint16_t type, uint16_t machine, const struct sample_section *sections,
		 size_t count, struct sample *out)
{
	Elf64_Ehdr e = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT } };
	Elf64_Shdr *headers = calloc(count + 2, sizeof(*headers));
	struct sample_section last = { ".shstrtab", SHT_STRTAB, 0, 0, NULL, 0 };
	char names[1024] = "";
	size_t used = 1;

	if (!headers)
		abort();
	*out = (struct sample){ 0 };
	put(out, &e, sizeof(e));
	for (size_t i = 0; i <= count; i++) {
		const struct sample_section *s = i < count ? &sections[i] : &last;

		headers[i + 1].sh_name = (Elf64_Word)used;
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s", s->name) + 1;
		last.bytes = names;
		last.n = used;
		put_section(out, s, &headers[i + 1]);
		if (s->type == SHT_SYMTAB) { /* its strings are in the section behind it */
			headers[i + 1].sh_link = (Elf64_Word)i + 2;
			headers[i + 1].sh_entsize = sizeof(Elf64_Sym);
		}
	}
	e.e_type = type;
	e.e_machine = machine;
	e.e_version = EV_CURRENT;
	e.e_ehsize = sizeof(e);
	e.e_shentsize = sizeof(*headers);
	e.e_shnum = (Elf64_Half)(count + 2);
	e.e_shstrndx = (Elf64_Half)(count + 1);
	e.e_shoff = put(out, headers, (count + 2) * sizeof(*headers));
	memcpy(out->bytes, &e, sizeof(e));
	free(headers);
}

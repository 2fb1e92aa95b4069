/*
 * Decompression of SHF_COMPRESSED debug sections, so that they can be translated and served.
 * Called by object.c before the translation. The content goes behind the old end of the file and
 * the section headers point there; nothing else changes.
 */
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "target/symbols/object_priv.h"
#include "target/symbols/words_priv.h"

/* zlib cannot do better than 1:1032; a larger claim is a lie and would only cost memory. */
enum { RATIO_MAX = 1032, TOTAL_MAX = 256 << 20 };

static bool is_wanted(const struct kelf_section *s)
{
	return s->in_file && kelf_is_debug(s) && (s->flags & SHF_COMPRESSED);
}

static bool is_plausible(const struct kelf_section *s, const GElf_Chdr *h, size_t n)
{
	return h->ch_type == ELFCOMPRESS_ZLIB && n <= TOTAL_MAX && h->ch_size <= TOTAL_MAX - n &&
	       h->ch_size / RATIO_MAX <= s->size;
}

/* The header of section `from` as it is once its content lies at `offset`. */
static void patch_header(uint8_t *file, const struct kelf_section *from, uint64_t offset,
			 const GElf_Chdr *c)
{
	Elf64_Shdr h;

	memcpy(&h, file + from->header, sizeof(h));
	h.sh_flags &= ~(uint64_t)SHF_COMPRESSED;
	h.sh_offset = offset;
	h.sh_size = c->ch_size;
	h.sh_addralign = c->ch_addralign;
	memcpy(file + from->header, &h, sizeof(h));
}

static bool append(uint8_t **file, size_t *n, const void *data, size_t size)
{
	uint8_t *grown = realloc(*file, *n + size + OBJECT_PADDING);

	if (!grown)
		return false;
	memcpy(grown + *n, data, size);
	memset(grown + *n + size, 0, OBJECT_PADDING);
	*file = grown;
	*n += size;
	return true;
}

/* false: out of memory. A section that cannot be decompressed stays as it is. */
static bool inflate_section(const struct kelf *k, size_t index, uint8_t **file, size_t *n)
{
	const struct kelf_section *s = &k->sections[index];
	Elf_Scn *scn = elf_getscn(k->elf, index);
	uint64_t at = *n;
	Elf_Data *data;
	GElf_Chdr h;

	if (!scn || !gelf_getchdr(scn, &h) || !is_plausible(s, &h, *n) ||
	    elf_compress(scn, 0, 0) < 0)
		return true;
	data = elf_getdata(scn, NULL);
	if (!data || !data->d_buf || data->d_size != h.ch_size)
		return true;
	if (!append(file, n, data->d_buf, data->d_size))
		return false;
	patch_header(*file, s, at, &h);
	return true;
}

/* k is open over *file until the first append moves it: it works on a copy of its own. */
static bool inflate_all(const uint8_t *copy, uint8_t **file, size_t *n)
{
	struct kelf k;
	bool ok = true;

	if (!kelf_open(&k, copy, *n, NULL))
		return true;
	for (size_t i = 0; ok && i < k.count; i++) {
		if (is_wanted(&k.sections[i]))
			ok = inflate_section(&k, i, file, n);
	}
	kelf_close(&k);
	return ok;
}

static bool is_needed(const uint8_t *file, size_t n)
{
	struct kelf k;
	bool needed = false;

	if (!kelf_open(&k, file, n, NULL))
		return false;
	for (size_t i = 0; i < k.count; i++)
		needed |= is_wanted(&k.sections[i]);
	kelf_close(&k);
	return needed;
}

bool inflate_file(uint8_t **file, size_t *n, struct symbols_error *note)
{
	uint8_t *copy;
	size_t had = *n;
	bool ok;

	if (!is_needed(*file, *n))
		return true;
	copy = malloc(*n);
	if (!copy)
		return false;
	memcpy(copy, *file, *n);
	ok = inflate_all(copy, file, n);
	free(copy);
	if (*n != had)
		words_note(note, "compressed debug sections were decompressed");
	return ok;
}

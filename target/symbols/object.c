/*
 * A kernel loaded on the device: its translated file, what the loader put into memory, and the
 * indexes over both. Called by the device targets; look-up and unwinding are in place.c and
 * unwind.c.
 */
#include "target/symbols/object_priv.h"

#include <libdwarf/dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "target/auto.h"
#include "target/symbols/translate_priv.h"
#include "target/symbols/words_priv.h"

#define TOO_LARGE "the debug information is too large or broken: a part of it was left out"

static bool copy_file(struct symbols_object *o, const void *elf, size_t n)
{
	o->file = calloc(1, n + OBJECT_PADDING);
	if (!o->file)
		return false;
	memcpy(o->file, elf, n);
	o->n = n;
	return true;
}

/* Must come before the translation: the device has the bytes as they were. */
static bool keep_image(struct symbols_object *o, const void *elf, const struct kelf *k)
{
	const uint8_t *bytes = elf;
	uint64_t start, n;

	if (!kelf_image(k, &start, &n))
		return true;
	o->image = malloc(n);
	if (!o->image)
		return false;
	memcpy(o->image, bytes + start, n);
	o->image_n = n;
	return true;
}

static bool keep_sections(struct symbols_object *o, const struct kelf *k)
{
	o->sections = calloc(k->count ? k->count : 1, sizeof(*o->sections));
	if (!o->sections)
		return false;
	for (size_t i = kelf_loaded(k, 0); i < k->count; i = kelf_loaded(k, i + 1)) {
		uint64_t addr = k->type == ET_REL ? 0 : k->sections[i].addr;

		o->sections[o->section_count++] = o->base + kelf_address(k, i, addr);
	}
	return true;
}

/* Split DWARF leaves a skeleton unit that names the file with the rest. */
static void note_split(struct symbols_object *o, struct kdwarf *d, Dwarf_Die die)
{
	if (kdwarf_has(d, die, DW_AT_dwo_name) || kdwarf_has(d, die, DW_AT_GNU_dwo_name))
		words_note(&o->note,
			   "variables and types are in a separate .dwo file, which cannot "
			   "be served: compile without -gsplit-dwarf");
}

static void visit(void *ctx, struct kdwarf *d, const struct kdwarf_die *die)
{
	struct symbols_object *o = ctx;

	functions_visit(&o->functions, d, die);
	if (die->depth == 0) {
		lines_visit(&o->lines, d, die->unit);
		note_split(o, d, die->die);
	}
}

static void note_gaps(struct symbols_object *o)
{
	bool has_debug = kelf_has_debug(&o->elf, false);

	if (kelf_has_debug(&o->elf, true))
		words_note(&o->note, "debug sections are compressed in a way that cannot be "
				     "undone: compile with -gz=none");
	else if (o->elf.type == ET_REL && has_debug)
		words_note(&o->note, "this kernel was not linked, its relocations are not applied: "
				     "no lines");
	else if (!has_debug)
		words_note(&o->note, "compiled without -g: no lines");
	else if (o->lines.row_count == 0)
		words_note(&o->note, "the debug information has no usable line table: no lines");
	if (o->functions.count == 0)
		words_note(&o->note, "the kernel has no symbol table: no function names");
}

static void build_indexes(struct symbols_object *o)
{
	/* without its relocations the DWARF of an unlinked file puts every function at 0 */
	bool linked = o->elf.type != ET_REL;

	if (linked && kdwarf_open(&o->dwarf, &o->elf))
		unwind_init(o);
	if (linked && (!kdwarf_walk(&o->dwarf, visit, o) || o->lines.left_out))
		words_note(&o->note, TOO_LARGE);
	functions_finish(&o->functions, &o->elf);
	note_gaps(o);
}

static bool load(struct symbols_object *o, const void *elf, size_t n, struct symbols_error *why)
{
	struct kelf original;
	bool complete = false;
	bool kept;

	if (!kelf_open(&original, elf, n, why))
		return false;
	kept = keep_image(o, elf, &original) && keep_sections(o, &original) &&
	       copy_file(o, elf, n) && inflate_file(&o->file, &o->n, &o->note);
	kelf_close(&original);
	if (!kept)
		return words_fail(why, "out of memory");
	if (!translate_kernel(o->file, o->n, &complete, why) ||
	    !kelf_open(&o->elf, o->file, o->n, why))
		return false;
	if (!complete)
		words_note(&o->note, TOO_LARGE);
	symbols_sha256(elf, n, o->digest);
	build_indexes(o);
	return true;
}

struct symbols_object *symbols_open(const void *elf, size_t n, uint64_t base,
				    struct symbols_error *why)
{
	struct symbols_object *o = calloc(1, sizeof(*o));

	if (!o) {
		words_fail(why, "out of memory");
		return NULL;
	}
	o->base = base;
	if (!load(o, elf, n, why)) {
		symbols_close(o);
		return NULL;
	}
	return o;
}

void symbols_close(struct symbols_object *o)
{
	if (!o)
		return;
	unwind_deinit(o);
	functions_deinit(&o->functions);
	lines_deinit(&o->lines);
	kdwarf_close(&o->dwarf);
	kelf_close(&o->elf);
	free(o->sections);
	free(o->image);
	free(o->file);
	free(o);
}

const void *symbols_file(const struct symbols_object *o, size_t *n)
{
	*n = o->n;
	return o->file;
}

const char *symbols_digest(const struct symbols_object *o)
{
	return o->digest;
}

bool symbols_has_lines(const struct symbols_object *o)
{
	return o->lines.row_count > 0;
}

const char *symbols_note(const struct symbols_object *o)
{
	return o->note.text[0] ? o->note.text : NULL;
}

const uint64_t *symbols_sections(const struct symbols_object *o, size_t *count)
{
	*count = o->section_count;
	return o->sections;
}

const void *symbols_load_image(const struct symbols_object *o, size_t *n)
{
	*n = o->image_n;
	return o->image;
}

uint64_t symbols_base(const struct symbols_object *o)
{
	return o->base;
}

bool symbols_covers(const struct symbols_object *o, uint64_t pc)
{
	return pc >= o->base && pc - o->base < o->image_n;
}

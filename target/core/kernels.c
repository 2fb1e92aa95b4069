/*
 * The kernel of a dump and the file with its symbols: embedded by the host, embedded from disk, or
 * KERNEL.o of the command line (coredump facts 2.3, 6.2). Called by core_target.c when the blocks
 * are known. Reading the ELF file is target/symbols' matter.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "target/core/core_priv.h"

enum { MACHINE_ASCEND = 0x1029, CANDIDATES = 3, DIGEST_PREFIX = 12 };

/* A file that may hold the symbols. */
struct candidate {
	struct span bytes;
	const char *origin;
	char digest[SYMBOLS_SHA256_TEXT];
	struct symbols_object *object;
	bool is_device_code; /* its load image equals the bytes on the device */
};

struct choice {
	struct candidate items[CANDIDATES];
	size_t count;
	bool compared; /* the bytes on the device are known */
};

static struct span section_bytes(struct core_dump *d, enum core_kind kind)
{
	const struct core_section *s = core_section_only(d, kind);

	return s && s->size ? core_section_span(d, s) : (struct span){ NULL, 0 };
}

/* Equal files are one candidate: identity is the digest. */
static void add_candidate(struct core_dump *d, struct choice *c, struct span bytes,
			  const char *origin)
{
	struct candidate *new = &c->items[c->count];

	if (bytes.size > CORE_MAX_KERNEL)
		core_loss(d, "the %s is larger than %d bytes: ignored", origin, CORE_MAX_KERNEL);
	if (!bytes.data || bytes.size > CORE_MAX_KERNEL)
		return;
	*new = (struct candidate){ .bytes = bytes, .origin = origin };
	symbols_sha256(bytes.data, bytes.size, new->digest);
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].digest, new->digest) == 0)
			return;
	c->count++;
}

/* The code block as it is in the file; empty when it was not saved. */
static struct span device_code(const struct core_dump *d)
{
	struct span code = { NULL, 0 };

	if (d->code && d->block_section[d->code - 1] && !d->ascend.blocks[d->code - 1].failed)
		span_part(d->file, d->sections[d->block_section[d->code - 1]].offset,
			  d->ascend.blocks[d->code - 1].size, &code);
	return code;
}

/*
 * Compares the untranslated bytes: translation may have renumbered registers in a loaded section
 * (.eh_frame). The translated file keeps every offset.
 */
static bool is_same_code(const struct candidate *c, struct span code)
{
	size_t image_size = 0, file_size = 0;
	const uint8_t *image = symbols_load_image(c->object, &image_size);
	const uint8_t *file = symbols_file(c->object, &file_size);
	struct span original;

	if (!image || !code.size || image_size != code.size)
		return false;
	if (file && image >= file && image < file + file_size &&
	    span_part(c->bytes, (uint64_t)(image - file), image_size, &original))
		image = original.data;
	return memcmp(image, code.data, image_size) == 0;
}

static void open_candidate(struct core_dump *d, struct candidate *c, uint64_t base)
{
	struct symbols_error error = { "" };

	c->object = symbols_open(c->bytes.data, c->bytes.size, base, &error);
	if (c->object)
		c->is_device_code = is_same_code(c, device_code(d));
	else
		core_loss(d, "the %s is of no use: %s", c->origin, error.text);
}

/* Right code counts most, then line numbers, then the order of asking. */
static unsigned rank(const struct candidate *c)
{
	return (c->is_device_code ? 4u : 0u) | (symbols_has_lines(c->object) ? 2u : 0u);
}

static struct candidate *choose(struct choice *c)
{
	struct candidate *best = NULL;

	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].object && (!best || rank(&c->items[i]) > rank(best)))
			best = &c->items[i];
	return best;
}

static void log_choice(struct core_dump *d, const struct choice *c, const struct candidate *best)
{
	const struct target_log *log = &d->ascend.base.log;
	const char *note = symbols_note(best->object);

	if (!c->compared)
		core_loss(d,
			  "the code on the device was not saved: whether the %s is what ran is "
			  "not known",
			  best->origin);
	else if (!best->is_device_code)
		core_loss(d,
			  "the %s differs from the code on the device: functions and lines may "
			  "be wrong",
			  best->origin);
	for (size_t i = 0; i < c->count; i++)
		if (&c->items[i] != best && c->items[i].object)
			target_logf(log, TARGET_LOG_INFO,
				    "kernel-file: the %s is not used: the %s %s",
				    c->items[i].origin, best->origin,
				    best->is_device_code && !c->items[i].is_device_code
					    ? "equals the code on the device"
					    : "comes first");
	if (note)
		target_logf(log, TARGET_LOG_WARN, "kernel-file: the %s: %s", best->origin, note);
}

/* The best file goes to the kernel, the others are closed. */
static void take_object(struct core_dump *d, struct choice *c, struct ascend_kernel *k)
{
	struct candidate *best = choose(c);

	if (best)
		log_choice(d, c, best);
	for (size_t i = 0; i < c->count; i++)
		if (&c->items[i] != best)
			symbols_close(c->items[i].object);
	if (!best)
		return;
	k->object = best->object;
	k->differs = c->compared && !best->is_device_code;
	snprintf(k->origin, sizeof(k->origin), "%s", best->origin);
	snprintf(k->path, sizeof(k->path), "/ascend/dev%u/%s-%.*s.o", d->ascend.device, k->name,
		 DIGEST_PREFIX, best->digest);
}

/* A name that can stand in a path and a log; kernel names are symbols. */
static void clean_name(struct span raw, char *out)
{
	static const char *const suffixes[] = { "_mix_aic", "_mix_aiv" };
	size_t n = 0;

	for (uint64_t i = 0; i < raw.size && n + 1 < ASCEND_NAME; i++) {
		char c = (char)raw.data[i];
		bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '.' || c == '$' || c == '-';
		out[n++] = fits ? c : '_';
	}
	out[n] = '\0';
	for (size_t i = 0; i < 2; i++) {
		size_t end = strlen(suffixes[i]);
		if (n > end && strcmp(out + n - end, suffixes[i]) == 0)
			out[n - end] = '\0';
	}
}

/* u32 length and that many bytes; the length of the section says it once more. */
static struct span name_in_section(struct core_dump *d)
{
	const struct core_section *s = core_section_only(d, CORE_KERNEL_INFO);
	struct span info = s ? core_section_span(d, s) : (struct span){ NULL, 0 }, name;
	uint64_t length = span_u32(info, 0);

	if (!s)
		return info;
	if (!length || !span_part(info, 4, length, &name)) {
		core_loss(d, "%s: the length of the kernel's name (%" PRIu64 ") does not fit",
			  container_kind_name(CORE_KERNEL_INFO), length);
		span_part(info, 4, info.size > 4 ? info.size - 4 : 0, &name);
	}
	if (name.size && !name.data[0])
		name.size = 0;
	return name;
}

static void name_kernel(struct core_dump *d, struct ascend_kernel *k)
{
	struct span json = section_bytes(d, CORE_FILE_JSON);
	struct span name = name_in_section(d);
	char json_name[ASCEND_NAME] = "";

	if (json.data)
		kernel_json_read(d, json, json_name);
	if (!name.size)
		name = (struct span){ (const uint8_t *)json_name, strlen(json_name) };
	if (!name.size)
		name = (struct span){ (const uint8_t *)"unknown_kernel", 14 };
	clean_name(name, k->name);
}

static bool check_argument(struct span file, char *why)
{
	uint16_t machine = span_u16(file, offsetof(Elf64_Ehdr, e_machine));
	struct identity id;
	struct span magic;

	if (!file.data)
		return true;
	if (span_part(file, 0, SELFMAG, &magic) && !memcmp(magic.data, ELFMAG, SELFMAG) &&
	    span_u16(file, offsetof(Elf64_Ehdr, e_type)) != ET_CORE &&
	    (machine == MACHINE_ASCEND || machine == EM_AARCH64))
		return true;
	identify_file(file, &id);
	return core_refuse(why,
			   "the kernel file is %s, not a kernel object\nname the .o file that "
			   "the kernel compiler wrote, or leave it out",
			   id.what);
}

bool kernels_load(struct core_dump *d, struct span argument, char *why)
{
	struct choice c = { .compared = device_code(d).size > 0 };

	if (!check_argument(argument, why))
		return false;
	add_candidate(d, &c, argument, "kernel file");
	add_candidate(d, &c, section_bytes(d, CORE_HOST_KERNEL), "kernel object of the host");
	add_candidate(d, &c, section_bytes(d, CORE_FILE_KERNEL), "kernel object from disk");
	d->ascend.kernels = calloc(1, sizeof(*d->ascend.kernels));
	if (!d->ascend.kernels)
		return core_refuse(why, "out of memory for the kernel");
	struct ascend_kernel *k = d->ascend.kernels;
	name_kernel(d, k);
	d->ascend.kernel_count = 1;
	if (!d->code) {
		core_loss(d, "the dump does not say where the kernel is loaded: no functions and "
			     "lines");
		return true;
	}
	k->base = d->ascend.blocks[d->code - 1].at;
	k->size = d->ascend.blocks[d->code - 1].size;
	if (!c.count)
		core_loss(d, "the dump holds no kernel object: no functions and lines (give it as "
			     "KERNEL.o)");
	for (size_t i = 0; i < c.count; i++)
		open_candidate(d, &c.items[i], k->base);
	take_object(d, &c, k);
	return true;
}

/*
 * Kernels that an app launches: each file once, translated and placed at its address. Called by
 * devices.c for what runtime stubs tell; reading the file is target/symbols' matter.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/device/device_priv.h"

enum { DIGEST_PREFIX = 12, SAMPLE = 64 };

/* A name that can stand in a path and a log; kernel names are symbols. */
static void clean_name(const char *raw, char *out)
{
	size_t n = 0;

	for (; raw[n] && n + 1 < ASCEND_NAME; n++) {
		bool plain = raw[n] > ' ' && raw[n] < 0x7f && raw[n] != '/';

		out[n] = plain ? raw[n] : '_';
	}
	out[n] = '\0';
}

static struct ascend_kernel *known(struct device *d, const char *digest, uint64_t base)
{
	for (size_t i = 0; i < d->a.kernel_count; i++) {
		struct ascend_kernel *k = &d->a.kernels[i];

		if (k->object && k->base == base && !strcmp(symbols_digest(k->object), digest))
			return k;
	}
	return NULL;
}

static struct ascend_kernel *add_place(struct device *d)
{
	size_t n = d->a.kernel_count;
	struct ascend_kernel *all = realloc(d->a.kernels, (n + 1) * sizeof(*all));

	if (!all)
		return NULL;
	d->a.kernels = all;
	memset(&all[n], 0, sizeof(all[n]));
	return &all[n];
}

/* What the stub says its digest is may be anything; ours names the file. */
static void check_digest(struct device *d, const struct stub_message *m, const char *digest)
{
	if (*m->hash && strcasecmp(m->hash, digest) != 0)
		target_logf(&d->a.base.log, TARGET_LOG_WARN,
			    "kernel: %.64s: the runtime says SHA-256 %.12s, its file has %.12s",
			    m->name, m->hash, digest);
}

static bool is_taken(const struct device *d, const struct ascend_kernel *but)
{
	for (size_t i = 0; i < d->a.kernel_count; i++)
		if (&d->a.kernels[i] != but && !strcmp(d->a.kernels[i].path, but->path))
			return true;
	return false;
}

/* A client tells libraries apart by their names, and a file may be loaded several times. */
static void name_file(struct device *d, struct ascend_kernel *k, const char *digest)
{
	char copy[16] = "";

	for (unsigned i = 2;; i++) {
		snprintf(k->path, sizeof(k->path), "/ascend/dev%u/%s-%.*s%s.o", d->a.device,
			 k->name, DIGEST_PREFIX, digest, copy);
		if (!is_taken(d, k))
			return;
		snprintf(copy, sizeof(copy), "-%u", i);
	}
}

static bool open_kernel(struct device *d, const struct stub_message *m, const char *digest)
{
	struct ascend_kernel *k = add_place(d);
	struct symbols_error why = { "out of memory" };

	if (k)
		k->object = symbols_open(m->binary, m->binary_n, m->base, &why);
	if (!k || !k->object) {
		target_tell(&d->a.base.log, TARGET_LOG_WARN, "kernel",
			    "kernel %.64s cannot be shown: %s", m->name, why.text);
		return false;
	}
	clean_name(m->name, k->name);
	k->base = m->base;
	snprintf(k->origin, sizeof(k->origin), "launch");
	name_file(d, k, digest);
	size_t size = 0;
	symbols_load_image(k->object, &size);
	k->size = size;
	d->a.kernel_count++;
	const char *note = symbols_note(k->object);
	if (note)
		target_tell(&d->a.base.log, TARGET_LOG_WARN, "kernel", "kernel %s: %s", k->name,
			    note);
	return true;
}

static void remove_kernel(struct device *d, struct ascend_kernel *k)
{
	symbols_close(k->object);
	*k = d->a.kernels[--d->a.kernel_count];
}

/* The beginning of its code is where it was. */
static bool is_loaded(struct device *d, const struct ascend_kernel *k)
{
	struct points_memory m = device_raw_memory(d);
	uint8_t now[SAMPLE];
	size_t n = 0;
	const void *image = symbols_load_image(k->object, &n);

	n = n < SAMPLE ? n : SAMPLE;
	if (!image || !m.read(m.ctx, k->base, now, n))
		return false;
	points_hide(d->points, k->base, now, n);
	return !memcmp(now, image, n);
}

/* Copies of a file that have been unloaded; programs do that without a word. */
static void remove_unloaded(struct device *d, const char *digest)
{
	for (size_t i = d->a.kernel_count; i-- > 0;) {
		struct ascend_kernel *k = &d->a.kernels[i];

		if (k->object && !strcmp(symbols_digest(k->object), digest) && !is_loaded(d, k))
			remove_kernel(d, k);
	}
}

/* What was at the addresses of the newest kernel has been unloaded. */
static void remove_overlapped(struct device *d)
{
	struct ascend_kernel newest = d->a.kernels[d->a.kernel_count - 1];

	for (size_t i = d->a.kernel_count - 1; i-- > 0;) {
		struct ascend_kernel *k = &d->a.kernels[i];

		if (k->base < newest.base + newest.size && newest.base < k->base + k->size)
			remove_kernel(d, k);
	}
}

/* A mixed kernel is two functions (live facts 1.6). */
static bool has_function(const struct ascend_kernel *k, const char *name)
{
	static const char *const endings[] = { "", "_mix_aic", "_mix_aiv" };
	char symbol[STUB_NAME + 16];
	uint64_t unused;

	if (!strcmp(k->name, name)) /* its file may have been stripped of symbols */
		return true;
	for (size_t i = 0; k->object && i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(symbol, sizeof(symbol), "%s%s", name, endings[i]);
		if (symbols_function(k->object, symbol, &unused))
			return true;
	}
	return false;
}

/*
 * msDebug's runtime stub does not say that a file it has told of once was loaded anew. Launches of
 * kernels in which no breakpoint lies cost nothing.
 */
static void check_launched(struct device *d, const char *name)
{
	for (size_t i = 0; i < d->a.kernel_count; i++)
		if (has_function(&d->a.kernels[i], name))
			device_points_check(d, d->a.kernels[i].base, d->a.kernels[i].size);
}

bool device_kernel_add(struct device *d, const struct stub_message *m, bool *fresh)
{
	char digest[SYMBOLS_SHA256_TEXT];

	*fresh = false;
	if (!m->binary) {
		check_launched(d, m->name);
		return true;
	}
	symbols_sha256(m->binary, m->binary_n, digest);
	check_digest(d, m, digest);
	struct ascend_kernel *k = known(d, digest, m->base);
	if (k) { /* loaded anew, perhaps, at the same place */
		device_points_check(d, k->base, k->size);
		return true;
	}
	remove_unloaded(d, digest);
	*fresh = open_kernel(d, m, digest);
	if (*fresh)
		remove_overlapped(d);
	return *fresh;
}

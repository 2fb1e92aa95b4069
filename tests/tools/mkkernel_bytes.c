/*
 * Bytes in, bytes out and moved offsets for the parts of mkkernel. Nothing here knows DWARF beyond
 * its number encodings.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/mkkernel.h"

void mk_fail(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("mkkernel: error: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static void *resize(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		mk_fail("out of memory");
	return p;
}

struct mk_in mk_in_of(const void *bytes, size_t n, const char *what)
{
	const uint8_t *p = bytes;
	return (struct mk_in){ p, p, p + n, what };
}

struct mk_in mk_part(struct mk_in *in, uint64_t n)
{
	if (n > (uint64_t)(in->end - in->at))
		mk_fail("%s ends too early", in->what);
	struct mk_in part = mk_in_of(in->at, (size_t)n, in->what);
	in->at += n;
	return part;
}

uint64_t mk_number(struct mk_in *in, size_t n)
{
	struct mk_in part = mk_part(in, n);
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)part.at[i] << (8 * i);
	return v;
}

uint64_t mk_uleb(struct mk_in *in)
{
	uint64_t v = 0;
	for (unsigned shift = 0;; shift += 7) {
		uint64_t byte = mk_number(in, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
}

int64_t mk_sleb(struct mk_in *in)
{
	const uint8_t *start = in->at;
	uint64_t v = mk_uleb(in);
	unsigned bits = 7u * (unsigned)(in->at - start);
	if (bits < 64 && (in->at[-1] & 0x40))
		v |= ~0ull << bits;
	return (int64_t)v;
}

const char *mk_string(struct mk_in *in)
{
	const uint8_t *nul = memchr(in->at, 0, (size_t)(in->end - in->at));
	if (!nul)
		mk_fail("%s has a string without an end", in->what);
	const char *text = (const char *)in->at;
	in->at = nul + 1;
	return text;
}

struct mk_in mk_unit(struct mk_in *in, bool *wide)
{
	uint64_t n = mk_number(in, 4);
	*wide = n == 0xffffffff;
	if (*wide)
		n = mk_number(in, 8);
	return mk_part(in, n);
}

void mk_put(struct mk_out *out, const void *bytes, size_t n)
{
	if (!n)
		return;
	if (n > out->room - out->n) {
		out->room = 2 * out->room + n;
		out->bytes = resize(out->bytes, out->room);
	}
	memcpy(out->bytes + out->n, bytes, n);
	out->n += n;
}

void mk_put_number(struct mk_out *out, uint64_t value, size_t n)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	mk_put(out, bytes, n);
}

void mk_put_uleb(struct mk_out *out, uint64_t value)
{
	do {
		uint8_t byte = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		mk_put(out, &byte, 1);
		value >>= 7;
	} while (value);
}

void mk_put_uleb_wide(struct mk_out *out, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++, value >>= 7)
		mk_put_number(out, (value & 0x7f) | (i + 1 < n ? 0x80 : 0), 1);
	if (value)
		mk_fail("an offset outgrew the bytes the compiler gave it");
}

void mk_put_between(struct mk_out *out, const uint8_t *from, const uint8_t *to)
{
	mk_put(out, from, (size_t)(to - from));
}

void mk_patch(struct mk_out *out, size_t at, uint64_t value, size_t n)
{
	if (n < 8 && value >> (8 * n))
		mk_fail("a number outgrew the %zu bytes the compiler gave it", n);
	for (size_t i = 0; i < n; i++)
		out->bytes[at + i] = (uint8_t)(value >> (8 * i));
}

void mk_out_free(struct mk_out *out)
{
	free(out->bytes);
	*out = (struct mk_out){ 0 };
}

void mk_map_add(struct mk_map *m, uint64_t from, uint64_t to)
{
	m->pairs = resize(m->pairs, (m->n + 1) * sizeof(*m->pairs));
	m->pairs[m->n].from = from;
	m->pairs[m->n++].to = to;
}

uint64_t mk_map_get(const struct mk_map *m, uint64_t from)
{
	uint64_t to = from;
	for (size_t lo = 0, hi = m->n; lo < hi;) {
		size_t mid = (lo + hi) / 2;
		if (m->pairs[mid].from <= from) {
			to = m->pairs[mid].to + (from - m->pairs[mid].from);
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return to;
}

/*
 * Sparse bytes of the dump writer: a size and the chunks that were put into it. Used by
 * dumpwriter.c and mkcore; what the bytes mean is their business.
 */
#include "target/sim/dumpdata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *dump_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p) {
		fputs("error: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

/* Capacity is the next power of two, so growing one by one stays cheap. */
void *dump_grow(void *array, size_t count, size_t n)
{
	if (count & (count - 1))
		return array;
	void *p = realloc(array, (count ? 2 * count : 1) * n);
	if (!p) {
		fputs("error: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

void dump_data_put(struct dump_data *d, uint64_t at, const void *bytes, size_t n)
{
	if (at >= d->size || n == 0)
		return;
	if (n > d->size - at)
		n = (size_t)(d->size - at);
	struct dump_chunk c = { at, n, dump_alloc(n) };
	memcpy(c.bytes, bytes, n);
	d->chunks = dump_grow(d->chunks, d->count, sizeof(*d->chunks));
	d->chunks[d->count++] = c;
}

void dump_data_put_number(struct dump_data *d, uint64_t at, uint64_t value, size_t n)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < n && i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	dump_data_put(d, at, bytes, n);
}

void dump_data_append(struct dump_data *d, const void *bytes, size_t n)
{
	uint64_t at = d->size;
	d->size += n;
	dump_data_put(d, at, bytes, n);
}

static void get_from_chunk(const struct dump_chunk *c, uint64_t at, uint8_t *buf, size_t n)
{
	uint64_t start = c->at > at ? c->at : at;
	uint64_t end = c->at + c->n < at + n ? c->at + c->n : at + n;
	if (start < end)
		memcpy(buf + (start - at), c->bytes + (start - c->at), (size_t)(end - start));
}

void dump_data_get(const struct dump_data *d, uint64_t at, void *buf, size_t n)
{
	memset(buf, 0, n);
	for (size_t i = 0; i < d->count; i++)
		get_from_chunk(&d->chunks[i], at, buf, n);
}

void dump_data_copy(struct dump_data *to, const struct dump_data *from)
{
	if (to == from)
		return;
	dump_data_clear(to);
	to->size = from->size;
	for (size_t i = 0; i < from->count; i++)
		dump_data_put(to, from->chunks[i].at, from->chunks[i].bytes, from->chunks[i].n);
}

void dump_data_clear(struct dump_data *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->chunks[i].bytes);
	free(d->chunks);
	*d = (struct dump_data){ 0 };
}

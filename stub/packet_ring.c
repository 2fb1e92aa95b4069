/*
 * The last packets, for the report of a crash (crash.c). Filled by conn.c; the file with all
 * packets is packet_log.c's.
 */
#include "stub/packet_ring.h"

#include <string.h>

#include "stub/log_file.h"

void packet_ring_add(struct packet_ring *r, char way, const void *data, size_t n)
{
	if (!r)
		return;
	struct packet_ring_entry *e = &r->all[r->count % PACKET_RING];
	e->way = way;
	e->size = n;
	memcpy(e->data, data, n < PACKET_RING_BYTES ? n : PACKET_RING_BYTES);
	r->count++;
}

static size_t escape(unsigned char c, char *out)
{
	static const char digits[] = "0123456789abcdef";

	if (c >= 0x20 && c < 0x7f && c != '\\') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[c >> 4];
	out[3] = digits[c & 15];
	return 4;
}

static bool write_entry(const struct packet_ring_entry *e, int fd)
{
	static const char more[] = "...";
	char line[4 * PACKET_RING_BYTES + 16];
	size_t n = 0, kept = e->size < PACKET_RING_BYTES ? e->size : PACKET_RING_BYTES;

	line[n++] = e->way;
	line[n++] = ' ';
	for (size_t i = 0; i < kept; i++)
		n += escape((unsigned char)e->data[i], line + n);
	if (kept < e->size) {
		memcpy(line + n, more, sizeof(more) - 1);
		n += sizeof(more) - 1;
	}
	line[n++] = '\n';
	return log_write_all(fd, line, n);
}

void packet_ring_write(const struct packet_ring *r, int fd)
{
	uint64_t at = r->count < PACKET_RING ? 0 : r->count - PACKET_RING;

	while (at < r->count && write_entry(&r->all[at % PACKET_RING], fd))
		at++;
}

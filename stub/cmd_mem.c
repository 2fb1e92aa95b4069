/*
 * Memory: reads in hex and binary, writes, checksum, search, and lldb's region query. Reads answer
 * with the good prefix, so a client shows what there is before the hole.
 */
#include <inttypes.h>
#include <string.h>

#include "rsp/hex.h"
#include "stub/commands.h"
#include "stub/reply.h"

/* lldb takes memory for the same in all threads and names one only with Hg. */
static struct target_tid reader(struct session *s)
{
	struct target_tid tid = session_thread(s);

	if (s->client.lldb && !s->general.pid)
		tid.tid = 0;
	return tid;
}

/* Reads up to n bytes, at most what a reply of `per_byte` characters a byte can carry. */
static enum target_status fetch(struct session *s, uint64_t at, uint64_t n, size_t per_byte,
				size_t *done)
{
	size_t most = (SESSION_PACKET_SIZE - 1) / per_byte;

	return target_mem_read(s->target, reader(s), at, s->scratch,
			       n < most ? (size_t)n : most, done);
}

enum target_status cmd_mem_read(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	size_t done = 0;
	enum target_status status = fetch(s, a->num[0], a->num[1], 2, &done);

	if (status == TARGET_OK)
		rsp_buf_hex(out, s->scratch, done);
	return status;
}

/*
 * "x": gdb's form has a 'b' in front; lldb up to 19 wants the bare bytes, and probes with a read
 * of no bytes that it expects "OK" for.
 */
enum target_status cmd_mem_read_binary(struct session *s, const struct rsp_args *a,
				       struct rsp_buf *out)
{
	bool bare = s->client.lldb && !s->client.binary_upload;
	size_t done = 0;

	if (bare && !a->num[1]) {
		rsp_buf_text(out, "OK");
		return TARGET_OK;
	}
	enum target_status status = fetch(s, a->num[0], a->num[1], 1, &done);
	if (status != TARGET_OK)
		return status;
	if (!bare)
		rsp_buf_char(out, 'b');
	rsp_buf_binary(out, s->scratch, done);
	return TARGET_OK;
}

enum target_status cmd_mem_write(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	(void)out;
	if (a->num[1] != a->rest.n / 2 || !rsp_hex_decode(a->rest.p, a->rest.n, s->scratch))
		return TARGET_INVALID;
	return target_mem_write(s->target, session_thread(s), a->num[0], s->scratch, a->rest.n / 2);
}

enum target_status cmd_mem_write_binary(struct session *s, const struct rsp_args *a,
					struct rsp_buf *out)
{
	(void)out;
	if (a->num[1] != a->rest.n)
		return TARGET_INVALID;
	return target_mem_write(s->target, session_thread(s), a->num[0], a->rest.p, a->rest.n);
}

/* "qCRC" uses CRC-32 with polynomial 0x04c11db7, bits not reflected, start value 0xffffffff. */
static void crc_table(uint32_t table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i << 24;

		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
		table[i] = crc;
	}
}

static uint32_t crc_update(const uint32_t table[256], uint32_t crc, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		crc = crc << 8 ^ table[crc >> 24 ^ p[i]];
	return crc;
}

/* Bytes one packet may make us walk through: a client waits 2 s for a reply. */
enum { WORK_LIMIT = 256 << 20 };

static enum target_status check_work(struct session *s, uint64_t at, uint64_t n)
{
	if (n > WORK_LIMIT)
		return target_fail(s->target, TARGET_INVALID, "more than %d MiB at once",
				   WORK_LIMIT >> 20);
	if (n && n - 1 > UINT64_MAX - at)
		return target_fail(s->target, TARGET_INVALID,
				   "the range ends behind the last address");
	return TARGET_OK;
}

enum target_status cmd_crc(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	uint64_t at = a->num[0], left = a->num[1];
	uint32_t crc = 0xffffffff, table[256];
	enum target_status status = check_work(s, at, left);

	crc_table(table);
	while (status == TARGET_OK && left) {
		size_t done = 0;

		status = fetch(s, at, left, 1, &done);
		crc = crc_update(table, crc, s->scratch, done);
		at += done;
		left -= done;
	}
	if (status == TARGET_OK)
		rsp_buf_format(out, "C%" PRIx32, crc);
	return status;
}

/*
 * "qSearch:memory": windows of scratch size that overlap by the pattern, up to the first hole: what
 * cannot be read cannot hold the pattern.
 */
enum target_status cmd_search(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	uint64_t at = a->num[0], left = a->num[1];
	struct rsp_text pattern = a->rest;
	enum target_status status = check_work(s, at, left);

	if (!pattern.n || pattern.n > SESSION_PACKET_SIZE / 2)
		return TARGET_INVALID;
	if (status != TARGET_OK)
		return status;
	while (left >= pattern.n) {
		size_t done = 0;

		status = fetch(s, at, left, 1, &done);
		if (status == TARGET_FAULT && at != a->num[0])
			break; /* the hole behind what was searched */
		if (status != TARGET_OK)
			return status;
		const uint8_t *hit = memmem(s->scratch, done, pattern.p, pattern.n);
		if (hit) {
			rsp_buf_format(out, "1,%" PRIx64, at + (uint64_t)(hit - s->scratch));
			return TARGET_OK;
		}
		if (done < pattern.n || done == left)
			break;
		at += done - pattern.n + 1;
		left -= done - pattern.n + 1;
	}
	rsp_buf_char(out, '0');
	return TARGET_OK;
}

/* "qMemoryRegionInfo" (lldb): the bare word asks whether it is known. */
enum target_status cmd_region(struct session *s, const struct rsp_args *a, struct rsp_buf *out)
{
	struct target_region r;

	if (!a->nums) {
		rsp_buf_text(out, "OK");
		return TARGET_OK;
	}
	enum target_status status = target_region(s->target, session_thread(s), a->num[0], &r);
	if (status != TARGET_OK)
		return status;
	/* the end of the address space is 2^64; lldb adds start and size in 64 bits */
	uint64_t size = r.end ? r.end - r.start : UINT64_MAX - r.start;
	rsp_buf_format(out, "start:%" PRIx64 ";size:%" PRIx64 ";", r.start, size);
	if (!r.mapped)
		return TARGET_OK;
	rsp_buf_format(out, "permissions:%s%s%s;", r.readable ? "r" : "", r.writable ? "w" : "",
		       r.executable ? "x" : "");
	if (r.name[0]) {
		rsp_buf_text(out, "name:");
		rsp_buf_hex_text(out, r.name);
		rsp_buf_char(out, ';');
	}
	return TARGET_OK;
}

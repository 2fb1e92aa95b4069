/*
 * The packet log (--packet-log). stub/'s connection hands it every byte it read or wrote; the
 * format is gdb's own, see "set remotelogfile" in the GDB manual and gdbreplay, which reads it.
 * It knows nothing of packets.
 */
#include "stub/packet_log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stub/log.h"

/* ECHO_ROOM: for what a line of the log has beside the bytes. */
enum { CHUNK = 4096, ESCAPE_ROOM = 4, ECHO_ROOM = 64 };

static const char full_text[] = "\nc the packet log is full: what follows is not recorded\n";

void packet_log_init(struct packet_log *p)
{
	*p = (struct packet_log){ .fd = -1, .limit = PACKET_LOG_MAX };
}

bool packet_log_open(struct packet_log *p, const char *path, char *why)
{
	struct log *echo = p->echo;

	packet_log_deinit(p);
	p->echo = echo;
	p->fd = log_open_file(path, why);
	return p->fd >= 0;
}

void packet_log_echo(struct packet_log *p, struct log *l)
{
	p->echo = l;
}

void packet_log_deinit(struct packet_log *p)
{
	if (p->fd >= 0) {
		if (p->last != PACKET_NONE)
			(void)log_write_all(p->fd, "\n", 1);
		close(p->fd);
	}
	packet_log_init(p);
}

/* Writes one piece, or closes the log when it would grow past its limit. */
static void put(struct packet_log *p, const char *text, size_t n)
{
	bool fits = p->written + n + sizeof(full_text) <= p->limit;

	if (fits && log_write_all(p->fd, text, n)) {
		p->written += n;
		return;
	}
	if (!fits)
		(void)log_write_all(p->fd, full_text, sizeof(full_text) - 1);
	close(p->fd);
	p->fd = -1;
}

/* The escapes of gdb's ASCII log; at most ESCAPE_ROOM bytes. */
static size_t escape(unsigned char c, char *out)
{
	static const char plain[] = "\\\b\f\n\r\t\v";
	static const char letter[] = "\\bfnrtv";
	const char *at = c ? strchr(plain, c) : NULL;

	if (at) {
		out[0] = '\\';
		out[1] = letter[at - plain];
		return 2;
	}
	if (c >= 0x20 && c < 0x7f) {
		out[0] = (char)c;
		return 1;
	}
	static const char digits[] = "0123456789abcdef";
	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[c >> 4];
	out[3] = digits[c & 15];
	return 4;
}

static void turn_to(struct packet_log *p, enum packet_direction way)
{
	const char lead[] = { '\n', (char)way, ' ' };
	/* gdb starts a line with the turn, so that a file begins with an empty line. */
	if (p->last == way && way != PACKET_REMARK)
		return;
	p->last = way;
	put(p, lead, sizeof(lead));
}

static void show(struct packet_log *p, enum packet_direction way, const void *data, size_t n)
{
	const unsigned char *bytes = data;
	char text[LOG_LINE];
	size_t used = 0, i = 0;

	if (!log_wants(p->echo, TARGET_LOG_DEBUG))
		return;
	while (i < n && used < sizeof(text) - ECHO_ROOM)
		used += escape(bytes[i++], text + used);
	log_format(p->echo, TARGET_LOG_DEBUG, "%c %.*s%s", (char)way, (int)used, text,
		   i < n ? "..." : "");
}

void packet_log_bytes(struct packet_log *p, enum packet_direction way, const void *data, size_t n)
{
	const unsigned char *bytes = data;
	char text[CHUNK];
	size_t used = 0;

	if (p->echo && n)
		show(p, way, data, n);
	if (p->fd < 0 || !n)
		return;
	turn_to(p, way);
	for (size_t i = 0; i < n && p->fd >= 0; i++) {
		used += escape(bytes[i], text + used);
		if (used > sizeof(text) - ESCAPE_ROOM) {
			put(p, text, used);
			used = 0;
		}
	}
	if (used && p->fd >= 0)
		put(p, text, used);
}

void packet_log_remark(struct packet_log *p, const char *text)
{
	packet_log_bytes(p, PACKET_REMARK, text, strlen(text));
}

/*
 * The packet log (--packet-log). stub/'s connection hands it every byte it read or wrote; the
 * format is gdb's own, see "set remotelogfile" in the GDB manual and gdbreplay, which reads it.
 * It knows nothing of packets.
 */
#include "stub/packet_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stub/log.h"
#include "stub/say.h"

/* ECHO_ROOM: for what a line of the log has beside the bytes. */
enum { CHUNK = 4096, ESCAPE_ROOM = 4, ECHO_ROOM = 64 };

static const char rotated[] = "\nc goes on from the file before";

void packet_log_init(struct packet_log *p)
{
	*p = (struct packet_log){ .file.fd = -1 };
}

bool packet_log_open(struct packet_log *p, const char *path, char *why)
{
	struct log *echo = p->echo;

	packet_log_deinit(p);
	p->echo = echo;
	return log_file_open(&p->file, path, PACKET_LOG_MAX, why);
}

void packet_log_echo(struct packet_log *p, struct log *l)
{
	p->echo = l;
}

void packet_log_deinit(struct packet_log *p)
{
	if (p->last != PACKET_NONE)
		(void)log_file_write(&p->file, "\n", 1);
	log_file_close(&p->file);
	packet_log_init(p);
}

/* A record with a hole would be replayed wrongly: what cannot be written ends it. */
static void give_up(struct packet_log *p)
{
	say_to_user("ascend-gdbserver: the packet log ends here: %s\n", strerror(errno));
	log_file_close(&p->file);
}

static void put(struct packet_log *p, const char *text, size_t n)
{
	if (p->file.fd >= 0 && !log_file_write(&p->file, text, n))
		give_up(p);
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

static void make_room(struct packet_log *p, size_t n)
{
	if (!log_file_is_full(&p->file, ESCAPE_ROOM * n + sizeof(rotated) + ECHO_ROOM))
		return;
	if (log_file_rotate(&p->file))
		put(p, rotated, sizeof(rotated) - 1);
	else
		give_up(p);
	p->last = PACKET_NONE;
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
	log_format(p->echo, TARGET_LOG_DEBUG, "wire way=%c: %.*s%s", (char)way, (int)used, text,
		   i < n ? "..." : "");
}

void packet_log_bytes(struct packet_log *p, enum packet_direction way, const void *data, size_t n)
{
	const unsigned char *bytes = data;
	char text[CHUNK];
	size_t used = 0;

	if (p->echo && n)
		show(p, way, data, n);
	if (p->file.fd < 0 || !n)
		return;
	make_room(p, n);
	turn_to(p, way);
	for (size_t i = 0; i < n && p->file.fd >= 0; i++) {
		used += escape(bytes[i], text + used);
		if (used > sizeof(text) - ESCAPE_ROOM) {
			put(p, text, used);
			used = 0;
		}
	}
	if (used && p->file.fd >= 0)
		put(p, text, used);
}

void packet_log_remark(struct packet_log *p, const char *text)
{
	packet_log_bytes(p, PACKET_REMARK, text, strlen(text));
}

/*
 * rsp-replay FILE COMM: serves a recorded session (--packet-log, or gdb's `set remotelogfile`) to a
 * client that does again what the first one did, and says where it does something else. COMM is "-"
 * for a pipe, or HOST:PORT. Each connection of the record is one here. Beside gdbreplay, which does
 * the same for one connection.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rsp/hex.h"
#include "stub/comm.h"
#include "tests/tools/play.h"

enum { WAIT_MS = 20000 };

struct replay {
	const char *path;
	unsigned line;
	struct comm_listener listener;
	bool pipe;
	int in, out; /* -1: not connected */
};

static bool complain(const struct replay *r, const char *words)
{
	fprintf(stderr, "rsp-replay: %s:%u: %s\n", r->path, r->line, words);
	return false;
}

/* The escapes of the record, in place; the length, or SIZE_MAX. */
static size_t unescape(char *text, size_t n)
{
	static const char letters[] = "\\bfnrtv", bytes[] = "\\\b\f\n\r\t\v";
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (c == '\\') {
			const char *at = ++i < n ? strchr(letters, text[i]) : NULL;

			if (at && *at) {
				c = bytes[at - letters];
			} else if (i + 2 < n && text[i] == 'x' &&
				   rsp_hex_decode(text + i + 1, 2, &c)) {
				i += 2;
			} else {
				return SIZE_MAX;
			}
		}
		text[out++] = c;
	}
	return out;
}

static void leave(struct replay *r)
{
	if (r->in >= 0 && !r->pipe)
		close(r->in);
	r->in = r->out = -1;
}

static bool connected(struct replay *r)
{
	struct pollfd p = { .fd = r->listener.fds[0], .events = POLLIN };
	struct comm_peer peer;

	if (r->in >= 0)
		return true;
	if (r->pipe) {
		r->in = STDIN_FILENO;
		r->out = STDOUT_FILENO;
		return true;
	}
	if (poll(&p, 1, WAIT_MS) <= 0)
		return complain(r, "nobody connects");
	r->in = r->out = comm_accept(r->listener.fds[0], &peer);
	return r->in >= 0 || complain(r, strerror(errno));
}

static void differ(const struct replay *r, const char *want, size_t n, const char *got,
		   size_t got_n)
{
	struct play_text w = { 0 }, g = { 0 };

	play_escape(want, n, &w);
	play_escape(got, got_n, &g);
	fprintf(stderr, "rsp-replay: %s:%u: the client should send\n  %s\nand sent\n  %s\n",
		r->path, r->line, w.p, g.p);
	play_text_deinit(&w);
	play_text_deinit(&g);
}

/* The client must send just these bytes. */
static bool expect(struct replay *r, const char *want, size_t n)
{
	struct pollfd p = { .fd = r->in, .events = POLLIN };
	char *got = malloc(n + 1);
	size_t have = 0;
	bool same = got != NULL;

	while (same && have < n) {
		ssize_t more = poll(&p, 1, WAIT_MS) > 0 ? read(r->in, got + have, n - have) : 0;

		if (more <= 0)
			break;
		have += (size_t)more;
		same = !memcmp(got, want, have);
	}
	if (!same || have < n)
		differ(r, want, n, got ? got : "", have);
	free(got);
	return same && have == n;
}

static bool send_all(struct replay *r, const char *data, size_t n)
{
	while (n) {
		ssize_t done = write(r->out, data, n);

		if (done < 0)
			return complain(r, "the client left");
		data += done;
		n -= (size_t)done;
	}
	return true;
}

static bool play_line(struct replay *r, char *line, size_t n)
{
	if (!n)
		return true;
	if (!strncmp(line, "c connection opened", n))
		leave(r);
	if (n < 2 || line[1] != ' ' || !strchr("wrc", line[0]))
		return complain(r, "this is no line of a record");
	if (line[0] == 'c')
		return true;
	size_t bytes = unescape(line + 2, n - 2);
	if (bytes == SIZE_MAX)
		return complain(r, "an escape is malformed");
	if (!connected(r))
		return false;
	return line[0] == 'w' ? expect(r, line + 2, bytes) : send_all(r, line + 2, bytes);
}

static bool play_file(struct replay *r)
{
	FILE *f = fopen(r->path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool ok = f || complain(r, strerror(errno));

	while (ok && (n = getline(&line, &cap, f)) > 0) {
		r->line++;
		n -= line[n - 1] == '\n';
		ok = play_line(r, line, (size_t)n);
	}
	free(line);
	if (f)
		fclose(f);
	leave(r);
	return ok;
}

static bool listens(struct replay *r, const char *where)
{
	char why[COMM_WORDS];
	struct comm comm;

	if (!comm_parse(where, &comm, why))
		return complain(r, why);
	r->pipe = comm.kind == COMM_STDIO;
	if (r->pipe)
		return true;
	if (!comm_listen(&comm, &r->listener, why))
		return complain(r, why);
	fprintf(stderr, "Listening on port %u\n", r->listener.port);
	return true;
}

int main(int argc, char **argv)
{
	struct replay r = { .path = argc == 3 ? argv[1] : "", .in = -1, .out = -1 };

	if (argc != 3) {
		fprintf(stderr, "rsp-replay FILE COMM\n");
		return 2;
	}
	bool ok = listens(&r, argv[2]) && play_file(&r);
	comm_close(&r.listener);
	return ok ? 0 : 1;
}

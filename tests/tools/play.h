#ifndef TESTS_TOOLS_PLAY_H
#define TESTS_TOOLS_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** The pieces of rsp-play: text, a connection as a client has it, the daemon, what it debugs. */

enum { PLAY_STEP_MS = 15000, PLAY_PAUSE_MS = 30, PLAY_ARGS = 32, PLAY_PATH = 512 };

/** Growing bytes with a NUL behind them. */
struct play_text {
	char *p;
	size_t n, cap;
};

void play_text_deinit(struct play_text *t);
void play_text_add(struct play_text *t, const void *data, size_t n);
/**
 * Bytes of one script line: \xNN a byte, \\ a backslash, \{N*TEXT} TEXT N times, \p a pause (kept
 * as the two characters, see play_pause). false: malformed.
 */
bool play_unescape(const char *in, struct play_text *out);
/** For showing: bytes that are not printable as \xNN, at most some hundred of them. */
void play_escape(const void *data, size_t n, struct play_text *out);

/** How a wait ended. */
enum play_got { PLAY_GOT, PLAY_TIMEOUT, PLAY_CLOSED, PLAY_BROKEN };
const char *play_words(enum play_got got);

struct play_wire {
	int in, out; /* -1: not connected */
	bool no_ack;
	bool ack_due;		/* '+' for a packet we sent has not come yet */
	bool asks_no_ack;	/* QStartNoAckMode is under way */
	bool skips_notices;	/* notifications in front of a reply are left out */
	unsigned patience;	/* steps that a byte is waited for beyond the first */
	struct play_text input; /* received, from `at` on not yet looked at */
	size_t at;
};

void wire_init(struct play_wire *w);
void wire_close(struct play_wire *w);
bool wire_connect_tcp(struct play_wire *w, const char *host, const char *port);
bool wire_connect_unix(struct play_wire *w, const char *path);
void wire_use(struct play_wire *w, int in, int out);
/** Frames, escapes and sends one packet. */
bool wire_send(struct play_wire *w, const struct play_text *payload);
/** Bytes as they are, in pieces where the script has \p. */
bool wire_send_raw(struct play_wire *w, const struct play_text *bytes);
/** The next packet's payload, acknowledged, runs expanded, unescaped. */
enum play_got wire_packet(struct play_wire *w, struct play_text *out);
/** The same for a notification ("%"), which is not acknowledged. */
enum play_got wire_notice(struct play_wire *w, struct play_text *out);
/** The next n bytes as they are (fewer when the wait ended otherwise). */
enum play_got wire_raw(struct play_wire *w, size_t n, struct play_text *out);
/** PLAY_TIMEOUT when nothing came for so long. */
enum play_got wire_silence(struct play_wire *w, int ms);
/** PLAY_CLOSED when the server closes; PLAY_GOT: it sends instead. */
enum play_got wire_eof(struct play_wire *w);

enum play_comm { PLAY_TCP, PLAY_STDIO, PLAY_UNIX, PLAY_LINE, PLAY_COMMAND };

struct play_daemon {
	pid_t pid; /* 0: not running */
	enum play_comm comm;
	int in, out;	    /* PLAY_STDIO, PLAY_LINE: ours */
	int err_fd, out_fd; /* all it printed, from the start */
	int status;	    /* of waitpid, once it ended */
	char port[8];
	char dir[64];		  /* scratch folder of this script, "" none yet */
	char variable[PLAY_PATH]; /* NAME=VALUE for its environment, "" none */
};

/** Makes the scratch folder. */
bool daemon_prepare(struct play_daemon *d);
/**
 * Cuts text into words behind the n that argv has, copies in store; "{tmp}" and "{o}" in a word are
 * the scratch folder and o.
 */
size_t daemon_words(struct play_daemon *d, const char *o, char *text, char (*store)[PLAY_PATH],
		    const char **argv, size_t n);
/** A terminal whose other end is ours, in place of a serial line; path: PLAY_PATH bytes. */
bool daemon_line(struct play_daemon *d, char *path);
/** Starts argv; waits until clients can connect, PLAY_STDIO and PLAY_COMMAND do not. */
bool daemon_start(struct play_daemon *d, const char *const *argv);
/** True when a line of what it printed matches the glob, now or within a step. */
bool daemon_printed(struct play_daemon *d, int fd, const char *glob);
/** All it printed to fd so far. */
void daemon_output(int fd, struct play_text *out);
/** Waits for it to end by itself. */
bool daemon_wait(struct play_daemon *d, int ms);
/** Ends it (SIGTERM, then SIGKILL). */
void daemon_stop(struct play_daemon *d);
/** Removes the scratch folder. */
void daemon_forget(struct play_daemon *d);

struct play_program {
	const char *variable; /* NAME=VALUE for its environment, NULL none */
	int want;	      /* status; another one is explained on stderr */
	unsigned stops;	      /* out: how often the client was asked */
	unsigned execs;	      /* out: of these, devices that appeared and programs that changed */
};

/**
 * Runs a daemon with --once and what it starts (argv, path first, until NULL) to the program's end.
 * Returns its exit status, 128 and more for a signal, -1 when server or client failed.
 */
int play_program(struct play_program *p, const char *const *argv);

struct play_app {
	pid_t pid;	 /* of the one app_spawn started; 0 none */
	char number[16]; /* hex: the process in hand, "" none */
};

/** Starts a program that a daemon attaches to later; the one before ends. */
bool app_spawn(struct play_app *a, const char *const *argv);
void app_end(struct play_app *a);
/** It is neither traced nor stopped and has not ended, now or within a step. */
bool app_comes_free(const struct play_app *a);
/** It has ended; its number is still taken. */
bool app_is_zombie(const struct play_app *a);
/** There is no such process any more, or only its number. */
bool app_is_gone(const struct play_app *a);
/** By a signal of job control, and not traced. */
bool app_is_stopped(const struct play_app *a);
/** It is neither traced nor stopped. */
bool app_is_free(const struct play_app *a);
/** Takes the process of a stop reply as the one in hand. */
void app_note(struct play_app *a, const char *reply);
/** Appends text with the process in hand for each "{pid}". */
void app_fill(const struct play_app *a, const char *text, struct play_text *out);

#endif

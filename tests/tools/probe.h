#ifndef TESTS_TOOLS_PROBE_H
#define TESTS_TOOLS_PROBE_H

#include "tests/tools/play.h"

/** A server with a real process or a dump under it, for tools that send it packets of any kind. */

enum probe_kind {
	PROBE_PROCESS, /* --multi, attached to tests/apps/stay */
	PROBE_DUMP,    /* --core FILE */
	PROBE_SOCKET,  /* the same at a port, with files for its log and all packets */
	PROBE_DEVICE,  /* --device sim: starts tests/apps/add_custom, which launches a kernel */
	PROBE_DRIVER,  /* --device drv: the same over the requests of a driver's node */
};

struct probe {
	const char *server; /* path of the program */
	const char *core;   /* PROBE_DUMP: the file */
	const char *folder; /* of what was built */
	enum probe_kind kind;
	/* the client gave signals or changed registers: a stop or a trap may be its */
	bool meddled;
	bool polite; /* detaches and says `monitor exit` instead of vanishing */
	/* the server serves one client after the other, and the process is taken again unless it
	 * ended or is meddled with: probe_leave between them, probe_end behind the last */
	bool stays;
	bool eager; /* the process is not nice to others */
	struct play_daemon daemon;
	struct play_wire wire;
	struct play_app app;
	uint64_t pc;   /* of the thread that is stopped first */
	uint64_t text; /* start of the program's code */
	uint64_t ram;  /* a page that nobody uses */
	uint64_t main; /* thread: the process, or that of the stop reply */
	uint64_t pid;
	uint8_t *code; /* of the program, before it was touched */
	size_t code_n;
};

/** The program launches a kernel. */
bool probe_has_device(const struct probe *p);
/** What probe_start says when the server answered the attach with an error. */
extern const char probe_refused[];
/** Starts all of it and says hello. NULL, or what did not work: at a port not the second time. */
const char *probe_start(struct probe *p);
/**
 * Leaves and waits for the server. NULL, or what was left behind: a server, a process that is
 * traced or stopped, code that is not what it was.
 */
const char *probe_end(struct probe *p);
/**
 * Of a server that stays: vanishes, comes back as another client, takes the process and those of
 * `started` from it, and leaves. NULL, or what was left behind.
 */
const char *probe_leave(struct probe *p, const pid_t *started, size_t n);
/** Whatever is left goes; probe_start may follow. */
void probe_drop(struct probe *p);

/** Appends text with {pid} {pc} {text} {ram} filled in. */
void probe_fill(const struct probe *p, const char *text, struct play_text *out);
/** One packet and its reply; out is emptied first. */
enum play_got probe_ask(struct probe *p, const char *packet, size_t n, struct play_text *out);
/** The next reply; text for the console in front of it is left out. */
enum play_got probe_reply(struct probe *p, struct play_text *out);
/** After bytes that may or may not be answered: asks until the answer to `qC` is there. */
bool probe_sync(struct probe *p);
/** NULL, or why the process is not one that can be debugged. gone: it is expected to be away. */
const char *probe_check(struct probe *p, bool gone);

#endif

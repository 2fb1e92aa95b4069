#ifndef STUB_SESSION_H
#define STUB_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsp/args.h"
#include "rsp/buf.h"
#include "stub/launch.h"
#include "stub/limits.h"
#include "stub/notice.h"
#include "stub/rate.h"
#include "stub/vfile.h"
#include "stub/why.h"
#include "target/target.h"

/**
 * One client's dialog: packets in, replies out, no sockets. All state of a client lives and dies
 * with its session, so the next client starts clean. The server feeds it; tests and fuzzers do too.
 */

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	/* small: fuzzers reach the end of it, and make a session for each input */
	SESSION_PACKET_SIZE = 0x4000,
	SESSION_THREADS = 64,
#else
	SESSION_PACKET_SIZE = 0x100000, /* PacketSize: bytes of the longest packet, both ways */
	SESSION_THREADS = 1 << 16,      /* more threads than that are not listed */
#endif
};

/** Beside the capabilities of the target: programs can be started. */
#define SESSION_CAN_LAUNCH (1u << 31)

/** What the client said it understands. */
struct client_features {
	bool multiprocess;    /* thread ids with a process */
	bool swbreak, hwbreak;
	bool fork_events, vfork_events, exec_events;
	bool thread_events;   /* QThreadEvents:1 */
	bool no_resumed;      /* knows the stop reply N */
	bool error_message;   /* error-message+: E.text everywhere */
	bool binary_upload;   /* binary-upload+: x replies with a 'b' in front */
	bool lldb;            /* sent a packet that only lldb knows */
	bool thread_suffix;   /* QThreadSuffixSupported */
	bool error_strings;   /* QEnableErrorStrings: Exx;hex text */
	bool list_threads;    /* QListThreadsInStopReply */
};

/**
 * The thread that the user of a gdb has selected. Its `monitor` does not say (gdb 13): Hg may be
 * left from `info threads`, which visits all threads. But `thread N` asks whether the thread lives
 * (T), and `thread apply all` does so for every thread, right behind the list.
 */
struct session_choice {
	struct target_tid tid, before; /* {0,0}: the thread of the last stop */
	bool lists;                    /* this client reads the list of threads: a gdb */
	bool listed;                   /* ... and did so with its last packet */
	bool walking;                  /* tid may be one of all threads; before is what it was */
	size_t walked;
};

/** A qXfer document, kept from the read at offset 0 until another one is asked for. */
struct session_document {
	char key[512]; /* object:annex and the thread it was made for */
	struct target_text text;
};

struct live;
struct log;
struct packet_log;
struct stats;

/** What `monitor` switches and shows; borrowed, NULL where there is none. */
struct session_debug {
	struct log *log;
	struct packet_log *packets;
	struct stats *stats;
	const struct live *live; /* of `monitor doctor` */
};

struct session {
	struct target *target; /* borrowed */
	struct target_log log;
	struct client_features client;
	bool no_ack;
	bool extended;
	bool attached; /* false after a detach or kill in extended mode */
	bool running;  /* resumed, a stop reply is owed */
	bool interrupted; /* 0x03 came when nothing ran: meant for what runs next */
	bool non_stop;
	struct notice_queue notices; /* non-stop: stops the client has not taken yet */
	bool closing;  /* the connection ends once the reply is out */
	uint32_t orphan; /* started here, detached from as the last one: the server outlasts it */
	bool leaving;  /* `monitor exit`: the server ends with this session */
	unsigned have; /* target_caps, SESSION_CAN_LAUNCH, MAY_* */
	const struct limits *limits; /* borrowed; NULL: none */
	struct rate refusals; /* of requests that were ruled out, in the log */
	struct why why;       /* what was refused last, for `monitor why` */
	struct target_tid general; /* Hg; {0,0}: the thread of the last stop */
	struct target_tid stopped; /* the thread of the last stop */
	struct target_tid suffix;  /* thread:ID; of the packet in work, {0,0} none */
	struct session_choice choice;
	size_t list_at;            /* qsThreadInfo goes on here */
	struct target_tid legacy;  /* Hc, for c and s; {0,0}: all */
	unsigned disabled;         /* DISABLE_* bits */
	uint32_t symbols_pid;      /* process of the qSymbol dialog */
	struct session_debug debug;
	struct target_text console; /* for the user, goes out in front of the reply */
	struct target_text told;    /* ... that came while nothing ran: with the next resume */
	struct launch *launch;     /* how programs are started, borrowed; NULL: they are not */
	struct session_document document;
	struct vfile_table files;
	bool told_kernels; /* in a list of libraries: their files are the server's */
	struct rsp_buf reply;
	char *storage; /* of reply */
	uint8_t *scratch; /* SESSION_PACKET_SIZE bytes for memory on its way */
	struct target_tid *threads; /* SESSION_THREADS entries, filled on demand */
};

/** NULL when out of memory. target is borrowed and outlives the session. */
struct session *session_create(struct target *target, struct target_log log);
void session_destroy(struct session *s); /* NULL is fine */
/** Gives memory of its buffers behind `keep` bytes back; the last reply must not be longer. */
void session_trim(struct session *s, size_t keep);
/** What no client of this server may do; borrowed. */
void session_set_limits(struct session *s, const struct limits *limits);
/** Lets clients start programs, where the target can. */
void session_set_launch(struct session *s, struct launch *launch);

/**
 * Serves one packet: n unescaped bytes with a NUL behind them. true: s->reply holds the reply to
 * send; false: nothing is to be sent now (resumed, or a packet without a reply).
 */
bool session_packet(struct session *s, const char *data, size_t n);
/** A packet that was too long to be kept. */
void session_too_long(struct session *s);
/** 0x03. */
void session_interrupt(struct session *s);
/** Takes a stop of the target, if there is one. true: s->reply holds the stop reply to send. */
bool session_event(struct session *s);
/**
 * A line for the user, from the target: it goes out as console output in front of the next stop
 * reply. Where nothing runs it waits until something does, since the client would take it for a
 * reply, and non-stop has no place for it (GDB manual, "Stop Reply Packets", O): then, and where
 * many lines wait already, it is dropped.
 */
void session_tell(struct session *s, const char *text);
/** Non-stop: true: s->reply holds the text of a notification to send. */
bool session_notice(struct session *s);

/** TARGET_DENIED with words at the target when one of these MAY_* bits has been ruled out. */
enum target_status session_may(struct session *s, unsigned may) TARGET_CHECKED;
/** Logs the refusal that session_may has just worded; what: the packet. */
void session_log_refusal(struct session *s, const char *what);

/** The thread register and memory packets act on; {0,0} when there is none. */
struct target_tid session_thread(struct session *s);
/** The thread that the user looks at, as far as packets tell; monitor commands act on it. */
struct target_tid session_chosen(struct session *s);
/** A client asked whether a thread lives. */
void session_choose(struct session *s, struct target_tid tid);
/** Resolves a wire id to a real thread; false when there is none such. */
bool session_resolve(struct session *s, const struct rsp_tid *id, struct target_tid *out);
/** Fills s->threads; the count, 0 when not attached. */
size_t session_threads(struct session *s);

#endif

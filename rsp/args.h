#ifndef RSP_ARGS_H
#define RSP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RSP_ARGS_MAX = 6 };

/** A thread id as the client wrote it; -1 = all, 0 = any (GDB manual, "thread-id syntax"). */
struct rsp_tid {
	int64_t pid; /* 0 when has_pid is false */
	int64_t tid;
	bool has_pid;
};

/** Borrowed bytes inside the packet; not NUL-terminated. */
struct rsp_text {
	const char *p;
	size_t n;
};

/** Decoded arguments, each kind in the order of the grammar letters. */
struct rsp_args {
	uint64_t num[RSP_ARGS_MAX];
	struct rsp_text text[RSP_ARGS_MAX];
	struct rsp_tid tid[RSP_ARGS_MAX];
	char chr[RSP_ARGS_MAX];
	struct rsp_text rest;
	unsigned nums, texts, tids, chrs;
};

/**
 * Matches n bytes against a grammar, to the end. Letters:
 *   x  hex number, 1..16 digits      s  text up to the next literal of the grammar (may be empty)
 *   t  thread id: [p PID .] TID, hex or -1      c  one byte      *  the rest, of any length
 *   ?  a packet that ends here matches too
 * Every other byte stands for itself. false = malformed; *out is then not to be used.
 */
bool rsp_args_parse(const char *grammar, const char *data, size_t n, struct rsp_args *out);

/** One hex number at the start of *t, which is moved behind it. false when there is none. */
bool rsp_text_number(struct rsp_text *t, uint64_t *out);
/** One thread id at the start of *t, which is moved behind it. */
bool rsp_text_tid(struct rsp_text *t, struct rsp_tid *out);
/** Skips the byte c at the start of *t. */
bool rsp_text_skip(struct rsp_text *t, char c);
/** Cuts the piece up to sep (or the end) off *t; false when *t is empty. */
bool rsp_text_split(struct rsp_text *t, char sep, struct rsp_text *piece);
/** True when *t is exactly word. */
bool rsp_text_is(struct rsp_text t, const char *word);
/** Hex digits of t as a C string into out; false: odd, not hex, a NUL inside, or no room. */
bool rsp_text_unhex(struct rsp_text t, char *out, size_t cap);

#endif

#ifndef TARGET_DEVICE_LINK_H
#define TARGET_DEVICE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/device/message.h"
#include "target/target.h"

/**
 * The way to one device: 64-byte messages and copies of its memory, no policy. A kind of link
 * carries them (link_drv.c: ioctls of the driver's node; link_sim.c: the socket of the simulated
 * NPU); what the device target calls is below and the same for all.
 *
 * To add a kind: 1. link_<how>.c with a static const struct device_link_ops, `struct device_link
 * base` first in its object; 2. its opener here; 3. tests/unit/test_device_link.c run against it.
 */

enum { DEVICE_WORDS = 256 };

/** How long a device is waited for; the one that a fuzzer has answers at once or not at all. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define DEVICE_WAIT_MS(ms) 0
#else
#define DEVICE_WAIT_MS(ms) (ms)
#endif

/** How a call of the driver ends (live facts 2.7). */
enum device_result {
	DEVICE_OK,
	DEVICE_NO_DEVICE,     /* -1: no such device, or a copy failed */
	DEVICE_FULL,	      /* -2: its queue is full */
	DEVICE_TIMEOUT,	      /* -3: nothing came in time, or a signal did */
	DEVICE_NO_CALL,	      /* -4: the driver does not know the call */
	DEVICE_BAD_ARGUMENT,  /* -5 */
	DEVICE_SWITCH_CLOSED, /* -6: debugging is not allowed */
	DEVICE_OCCUPIED,      /* another process debugs the device */
	DEVICE_REFUSED,	      /* the device answered with an error */
	DEVICE_LOST,	      /* the way to the device is gone */
};
/** What happened and what to do about it; never NULL. */
const char *device_result_words(enum device_result r);

/** A copy between the server and device memory of a process. */
struct device_copy {
	bool to_host;
	uint32_t tgid; /* the process as the device knows it */
	uint64_t at;
	void *buf;
	size_t n;
};

struct device_link;

struct device_link_ops {
	const char *name;
	bool suspends; /* SUSPEND is known to stop cores that run, and nothing else */
	/** Closing lets go of the first device that this process has, not of the one meant. */
	bool closes_any;
	void (*close)(struct device_link *l); /* frees l; from the thread that opened it */
	enum device_result (*send)(struct device_link *l, const uint8_t *sqe);
	/** Waits at most timeout_ms for one message. */
	enum device_result (*receive)(struct device_link *l, uint8_t *cqe, int timeout_ms);
	/** A copy inside one page of the host and one of the device. */
	enum device_result (*copy)(struct device_link *l, const struct device_copy *c);
	/** Readable when device_link_event should be called; made ready by listen. */
	int (*event_fd)(const struct device_link *l);
	void (*listen)(struct device_link *l, bool on);
};

enum { DEVICE_EVENTS = 128 };

/** First member of every link's object. */
struct device_link {
	const struct device_link_ops *ops;
	struct target_log log;
	uint32_t device; /* logical id */
	uint32_t number; /* of the last command */
	unsigned owed;	 /* replies of commands that timed out may still come */
	struct device_event events[DEVICE_EVENTS]; /* came between replies */
	size_t event_first, event_count;
	bool events_lost;   /* no room: ask every core */
	bool lost;	    /* nothing answers any more */
	uint64_t *requests; /* where round trips are counted; NULL: nowhere */
};

/** Takes a device. NULL: why (DEVICE_WORDS bytes) has the words. */
typedef struct device_link *(*device_link_open_fn)(const char *where, uint32_t device,
						   struct target_log log, char *why);
/** The driver's; where is not used. */
struct device_link *device_link_drv(const char *where, uint32_t device, struct target_log log,
				    char *why);
/** The simulated NPU's; where: path of its socket. */
struct device_link *device_link_sim(const char *where, uint32_t device, struct target_log log,
				    char *why);
void device_link_close(struct device_link *l); /* NULL is fine */

/**
 * One command and its reply, within half a second; events that come between are kept. payload:
 * DEVICE_PAYLOAD bytes, or NULL.
 */
enum device_result device_link_ask(struct device_link *l, uint8_t *sqe, uint8_t *payload);
/** Copies any range page by page: *done = good prefix. */
enum device_result device_link_copy(struct device_link *l, const struct device_copy *c,
				    size_t *done);
/** The next event, without waiting; false: none. */
bool device_link_event(struct device_link *l, struct device_event *out);
/** Events may come from now on, or not: between, the driver is left alone. */
void device_link_listen(struct device_link *l, bool on);
int device_link_fd(const struct device_link *l);

#endif

#ifndef TARGET_SIM_CLIENT_PRIV_H
#define TARGET_SIM_CLIENT_PRIV_H

#include "target/sim/sim_priv.h"

/** Bytes that came or go. */
struct sim_bytes {
	uint8_t *at;
	size_t n, room;
};

/** A part of a payload. */
struct sim_piece {
	const void *at;
	size_t n;
};

enum sim_wait { SIM_NO_WAIT, SIM_WAIT_RECV, SIM_WAIT_SYNC };

/** A connection. While it waits its further requests stay where they are. */
struct sim_client {
	struct sim *sim;
	int fd;
	pid_t tgid;
	bool own_user;	    /* may use the device at all */
	enum sim_role role; /* 0: not opened */
	bool closing;
	struct sim_bytes in, out;
	int pass_fd;		 /* goes with the next byte; -1: none. Borrowed */
	struct sim_space *space; /* of an app; counted there */
	enum sim_wait wait;
	uint32_t sequence;	   /* of the request it waits with */
	int64_t deadline;	   /* milliseconds of the monotonic clock; < 0: none */
	struct sim_device *device; /* what it waits for */
	uint32_t stream;	   /* of the device; UINT32_MAX: all */
};

int64_t sim_now(void);
void sim_bytes_add(struct sim_bytes *b, const void *bytes, size_t n);
/** Puts a frame with its payload into the output. */
void sim_client_send(struct sim_client *c, uint16_t kind, uint32_t sequence,
		     const struct sim_piece *pieces, size_t count);

/* debug.c */
void sim_debug_request(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload);
/** Looks whether what a debugger waits for is there or late. */
void sim_debug_poll(struct sim_client *c);
void sim_debug_status(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload);
/** The driver's release(). */
void sim_debug_close(struct sim_client *c);

/* app.c */
void sim_app_request(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload);
void sim_app_poll(struct sim_client *c);
void sim_app_close(struct sim_client *c);

#endif

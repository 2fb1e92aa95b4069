#ifndef TARGET_DEVICE_CLIENTS_H
#define TARGET_DEVICE_CLIENTS_H

#include "target/stub_message.h"
#include "target/target.h"
#include "target/unix_socket.h"

/**
 * The socket on which runtime stubs tell what their apps do (live facts 1.3, 1.4). One connection
 * per app and device; each message is owed a reply, and until it comes the app waits: that is how
 * a launch is held. Only processes of the same user are let in.
 */

enum { DEVICE_CLIENTS = 1024 };

struct device_parked;

struct device_client {
	struct device_clients *owner;
	int fd;
	uint32_t pid;	 /* of the app */
	bool owed;	 /* a reply */
	int64_t device;	 /* its id, -1: not said yet */
	uint32_t tgid;	 /* the app as the device knows it */
	bool held;	 /* its launch waits for the debugger */
	bool given_back; /* it has given the device back and goes on */
	bool free;	 /* the debugger has let the app go: no launch of it waits */
	char *buf;
	size_t n, cap;
	size_t seen;		      /* bytes without a '#' */
	struct device_parked *parked; /* kernels that are not shown yet; owned */
	struct device_client *next;
};

struct device_clients_handler {
	/** m and its texts are gone when it returns; answers now or later. */
	void (*message)(void *ctx, struct device_client *c, const struct stub_message *m);
	/** The app closed the connection or ended; c is gone when it returns. */
	void (*gone)(void *ctx, struct device_client *c);
	void *ctx;
};

struct device_clients;

/** In owner.c; NULL is fine. */
void device_parked_destroy(struct device_parked *p);
/** NULL: errno says why. */
struct device_clients *device_clients_create(const struct device_clients_handler *handler,
					     struct target_log log);
/** Closes without a word to the handler; NULL is fine. */
void device_clients_destroy(struct device_clients *s);
/**
 * Listens at a path of somebody's choice too; a socket that nobody listens at any more is taken
 * over. What listens there is ours: true. false: errno.
 */
bool device_clients_listen(struct device_clients *s, const char *path);
/** The one that programs are started with; borrowed. */
const struct unix_socket *device_clients_socket(const struct device_clients *s);
/** Readable when device_clients_serve has something to do. */
int device_clients_fd(const struct device_clients *s);
void device_clients_serve(struct device_clients *s);
/** The first of all connections. */
struct device_client *device_clients_first(struct device_clients *s);
/** "$ok;", or with a code "$fail:CODE;" (live facts 6). What came meanwhile is served then. */
void device_client_answer(struct device_client *c, unsigned code);

#endif

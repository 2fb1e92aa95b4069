#ifndef TARGET_RUNTIME_RUNTIME_PRIV_H
#define TARGET_RUNTIME_RUNTIME_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/stub_message.h"

/**
 * libascend-rt-stub.so: preloaded into a program, it stands in front of the functions of live facts
 * 1.5 and tells the server what the program does with devices. Without the server's variable in the
 * environment every call just goes through.
 */

enum { RUNTIME_DEVICES = 64, RUNTIME_NAME = STUB_NAME };

/** A kernel file that the program has loaded. */
struct runtime_binary {
	const void *made;   /* what aclrtCreateBinary gave; NULL */
	const void *handle; /* what loading gave */
	uint8_t *data;
	size_t n;
	char hash[STUB_HASH + 1];
	uint64_t sent; /* bit per device whose server has it */
	struct runtime_binary *next;
};

/** A function of one, by what the program launches it with. */
struct runtime_function {
	const void *key;
	char name[RUNTIME_NAME];
	struct runtime_binary *binary; /* NULL: not known */
	bool is_symbol;		       /* key is the host's symbol, not the runtime's handle */
	struct runtime_function *next;
};

/** ACL_ERROR_RT_FEATURE_NOT_SUPPORT. */
enum { RUNTIME_OWED = 64, RUNTIME_KEY = 65 + 1, RUNTIME_UNSUPPORTED = 207000 };

/** An error that our waiting for a launch took away from the program. */
struct runtime_owed {
	const void *stream;
	int error;
};

/** A region whose memory was shared for the debugger, or had its rights changed. */
struct runtime_region {
	uint64_t at;
	uint64_t n;
	uint32_t device;
	unsigned advice;       /* last halMemAdvise, 0: none */
	char key[RUNTIME_KEY]; /* under which it is shared, "": it is not */
	struct runtime_region *next;
};

struct runtime {
	pthread_mutex_t tables; /* guards the lists */
	pthread_mutex_t launch; /* one launch at a time, to its end */
	pthread_once_t once;
	pthread_key_t depth; /* hooks this thread is in */
	const char *path;    /* of the server's socket; NULL: nobody to tell */
	pid_t pid;	     /* whose connections these are */
	int fd[RUNTIME_DEVICES];
	bool open[RUNTIME_DEVICES];	/* the program has opened it */
	unsigned uses[RUNTIME_DEVICES]; /* it was set so often, and not reset since */
	bool waited;			/* for a server, once */
	char soc[64];			/* ... of this kind */
	struct runtime_binary *binaries;
	struct runtime_function *functions;
	struct runtime_owed owed[RUNTIME_OWED]; /* error 0: free */
	struct runtime_region *regions;
	struct runtime_region opened; /* code that can be written for this launch; n 0: none */
	bool code_is_locked;	      /* on some chips code is read-only for the debugger, too */
	unsigned missed;    /* functions that the runtime has not, as far as they were told */
	bool shares_memory; /* ... and of some parts memory is reached by sharing it only */
};

/* --- state.c --- */
/** The one object of the library, made ready. */
struct runtime *runtime_get(void);
/** Somebody listens, and this call is the program's own: then it counts until runtime_leave. */
bool runtime_enter(void);
void runtime_leave(void);
/**
 * The function of that name behind ours, of those that return an error; where the runtime has none
 * it is one that returns RUNTIME_UNSUPPORTED, and the user is told.
 */
void *runtime_real(const char *name, const char *library);
/** The same, NULL when there is none. */
void *runtime_try(const char *name, const char *library);

/** Keeps the error of a launch for whoever waits for its stream next; 0 is none. */
void runtime_owe(const void *stream, int error);
/** What waiting for a stream gives, or for all (any): error, or what is owed when that is 0. */
int runtime_settle(const void *stream, bool any, int error);

/* --- talk.c --- */
/** The program uses the device; set: by a call that a reset undoes. */
void runtime_tell_device(int32_t device, const char *soc, bool set);
/**
 * It was reset: the last of as many resets as it was set takes the device from the program, or any
 * that is forced. The protocol has no message for that, but the connection of a device ends with
 * it.
 */
void runtime_tell_reset(int32_t device, bool forced);
/** What a launch tells. */
struct runtime_launch {
	int32_t device;
	int32_t stream; /* -1: not known */
	const char *name;
	struct runtime_binary *binary;
	uint64_t address; /* of the function on the device */
};
/** Returns when the server lets the launch go. */
void runtime_tell_launch(const struct runtime_launch *l);

/* --- binaries.c --- */
/** Keeps a copy of a file; NULL: out of memory or no such file. */
struct runtime_binary *runtime_binary_make(const void *data, size_t n);
struct runtime_binary *runtime_binary_read(const char *path);
/** It was loaded: made and handle as in the struct. b NULL is fine. */
void runtime_binary_keep(struct runtime_binary *b, const void *made, const void *handle);
void runtime_binary_drop(struct runtime_binary *b); /* NULL is fine */
struct runtime_binary *runtime_binary_find(const void *made_or_handle);
void runtime_function_keep(const void *key, const char *name, struct runtime_binary *b);
/** The same for a symbol of the host that newer launches take in place of a handle. */
void runtime_symbol_keep(const void *symbol, const char *name, struct runtime_binary *b);
/** Copies it out; false: unknown. */
bool runtime_function_find(const void *key, struct runtime_function *out);
/** Value of the symbol of a kernel, of one of its parts when it is mixed; false: none. */
bool runtime_symbol(const struct runtime_binary *b, const char *kernel, uint64_t *value);

/**
 * Name of the kernel that a file's handle and a key mean: the one whose symbol ends in the key, or
 * the only one. RUNTIME_NAME bytes; false: none.
 */
bool runtime_kernel_at_key(const struct runtime_binary *b, uint64_t key, char *name);

/* --- hooks_acl.c --- */
/** true: the launch is ours to end. It waits here for the debugger, and for the one before it. */
bool runtime_launch_begin(void *func, void *stream);
/** Launches are serial: one that was let go runs to its end before the next is told. */
void runtime_launch_end(bool outer, int error, void *stream);

/* --- memory.c: what the debugger needs of newer chips (live facts 1.5, 1.6, 2.9) --- */
/** Which chip it is, from its name; NULL is fine. */
void runtime_note_soc(const char *soc);
/** Makes the code of a launch writable and known to the server, where that is needed. */
void runtime_code_open(const struct runtime_launch *l);
/** After the launch: as it was. */
void runtime_code_close(void);

/* --- talk.c --- */
/** One message to a device's server; false: it was not taken. The lock for launches is held. */
bool runtime_tell(int32_t device, const char *text, size_t n);

/** Seconds to wait for a server when the program opens its first device: to be attached to. */
#define RUNTIME_WAIT_ENV "ASCEND_GDBSERVER_WAIT"

#define RUNTIME_HOOK __attribute__((visibility("default")))

#endif

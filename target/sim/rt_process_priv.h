#ifndef TARGET_SIM_RT_PROCESS_PRIV_H
#define TARGET_SIM_RT_PROCESS_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "target/sim/app_wire.h"
#include "target/sim/rt.h"
#include "target/sim/rt_errors.h"
#include "target/sim/wire.h"

struct rt_binary {
	struct rt_binary *next;
	uint32_t id; /* the device's */
	uint64_t base;
	struct rt_function *functions;
};

struct rt_function {
	struct rt_function *next;
	struct rt_binary *binary;
	uint64_t aic, aiv;
	uint64_t arguments; /* 0: unknown */
	char name[]; /* "" and more */
};

/** A host function that stands for a kernel (rtFunctionRegister). */
struct rt_stub {
	struct rt_stub *next;
	const void *key;
	struct rt_function *function;
};

struct rt_stream {
	uint32_t device, id;
};

struct rt_context {
	int32_t device;
};

/** What the library knows in this process. A library has nobody to hand its state to. */
struct rt_process {
	pthread_mutex_t lock;
	pthread_once_t once;
	pthread_key_t thread; /* of struct rt_thread */
	pid_t pid;	      /* a child after fork() has to connect for itself */
	int fd;		      /* -1: not connected */
	uint32_t sequence;
	struct sim_opened opened;
	uint8_t *gm;
	uint64_t gm_base, gm_size;
	struct rt_binary *binaries;
	struct rt_stub *stubs;
};

/** What a thread set. */
struct rt_thread {
	int32_t device; /* -1: none */
	struct rt_context *context;
	uint32_t task, stream; /* of the last launch */
};

struct rt_call {
	enum sim_app_kind kind;
	uint64_t v[SIM_APP_VALUES];
	struct sim_part parts[3];
	struct sim_app_answer answer;
	char *text; /* bytes of the answer with a NUL behind; caller frees. NULL: not wanted */
	bool wants_text;
};

/** The state; the caller holds the lock between rt_lock and rt_unlock. */
struct rt_process *rt_lock(void);
void rt_unlock(struct rt_process *p);
/** Never NULL but when there is no memory. */
struct rt_thread *rt_thread(void);
/** Connects when that was not done; the code of the failure. */
rtError_t rt_connect(void);
/** A request; the answer's error, or the code of what went wrong on the way. */
rtError_t rt_call(struct rt_call *call);
/** The same over a connection of its own: for requests that wait. */
rtError_t rt_call_alone(struct rt_call *call);
/** The device this thread set, with the process connected. */
rtError_t rt_current(uint32_t *device);
/** Device and id of a stream handle; NULL means the current device's default stream. */
rtError_t rt_stream(rtStream_t stream, struct rt_stream *out);
/** Host address of n bytes of device memory; NULL: they are not all there. */
void *rt_memory(uint64_t at, uint64_t n);

#endif

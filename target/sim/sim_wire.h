#ifndef TARGET_SIM_SIM_WIRE_H
#define TARGET_SIM_SIM_WIRE_H

#include <stdint.h>

/**
 * How a debugger reaches the simulated NPU: the driver's ioctls (live facts 2.2), carried over a
 * Unix stream socket. The 64 bytes of an SQE, a CQE or a GM_COPY parameter are the driver's own;
 * this header adds only what a system call has of itself: a number, an argument, a result.
 *
 * One connection is one open file of the debug node; closing it is the driver's release(), which
 * lets go of the first device of the caller and no other, until its last one is closed. The
 * caller is known by the process id the socket vouches for (SO_PEERCRED): that is the tgid which
 * owns a device. Both ends are on one machine, so numbers have its byte order and structures no
 * padding (asserted below).
 *
 *	connect to $ASCEND_NPU_SIM
 *	send SIM_OPEN       struct sim_frame + struct sim_open
 *	recv SIM_REPLY      struct sim_frame + struct sim_opened
 *	send SIM_IOCTL      struct sim_frame + struct sim_ioctl [+ bytes of GM_COPY to the device]
 *	recv SIM_REPLY      struct sim_frame + struct sim_result [+ bytes of GM_COPY to the host]
 *	recv SIM_READY      at any time between replies, struct sim_frame + struct sim_ready
 *
 * Requests of a connection are answered one after the other in their order, with the sequence
 * number of the request. What follows a CQ_RECV, on this connection and on those of all other
 * debuggers, waits until that has its entry or timed out: the driver has one mutex. Apps do not
 * wait. A frame that is not understood closes the connection.
 */

/** Environment variable with the path of the socket, for apps and debuggers. */
#define SIM_WIRE_ENV "ASCEND_NPU_SIM"

enum {
	SIM_WIRE_MAGIC = 0x4d495341, /* "ASIM" */
	SIM_WIRE_VERSION = 1,
	SIM_WIRE_MAX = 1 << 30, /* payload bytes of one frame */
	SIM_COPY_MAX = 1 << 20, /* bytes of one GM_COPY; it may not leave its 4 KiB device page */
};

enum sim_kind {
	SIM_OPEN = 1,
	SIM_IOCTL = 2,
	SIM_STATUS = 3, /* struct sim_ask; answered with struct sim_state; takes no ownership */
	SIM_REPLY = 4,
	SIM_READY = 5,	    /* unsolicited: a queue that was empty has an entry now */
	SIM_APP_FIRST = 64, /* from here on: requests of apps, known to the runtime library only */
};

/** Before every payload. */
struct sim_frame {
	uint32_t magic;	   /* SIM_WIRE_MAGIC */
	uint16_t kind;	   /* enum sim_kind */
	uint16_t version;  /* SIM_WIRE_VERSION */
	uint32_t size;	   /* bytes that follow */
	uint32_t sequence; /* chosen by the sender, echoed in the reply; 0 in SIM_READY */
};

enum sim_role { SIM_DEBUGGER = 1, SIM_APP = 2 };

struct sim_open {
	uint32_t role; /* enum sim_role */
	uint32_t reserved;
};

struct sim_opened {
	int32_t result;	  /* 0; -1: this process may not (another user's) */
	uint32_t devices; /* device ids are 0 .. devices-1 */
	char soc[64];	  /* as the runtime names it, NUL-terminated */
};

/** Numbers of the driver's ioctls ('D', n). */
enum sim_ioctl_number {
	SIM_SQ_SEND = 0,
	SIM_CQ_RECV = 1,
	SIM_GM_COPY = 2,
	SIM_DEV_REGISTER = 3,
	SIM_QUIT = 4, /* defined, not handled: -4 */
};

/** What the driver's ioctls return (live facts 2.7). */
enum sim_ioctl_result {
	SIM_OK = 0,
	SIM_BAD_DEVICE = -1, /* or the copy failed */
	SIM_QUEUE_FULL = -2,
	SIM_TIMEOUT = -3,
	SIM_UNKNOWN = -4,
	SIM_BAD_ARGUMENT = -5,
	SIM_SWITCH_CLOSED = -6,
	SIM_OCCUPIED = 0x10000,
};

/** The driver's 80-byte argument (live facts 2.2). */
struct sim_argument {
	uint32_t device;    /* logical id */
	int32_t timeout_ms; /* of CQ_RECV, >= 0 */
	uint32_t length;    /* not used */
	int32_t tgid;	    /* GM_COPY: process whose memory is meant */
	uint8_t data[64];   /* SQE, room for the CQE, or struct sim_copy */
};

/** GM_COPY parameter (live facts 2.4). The host address means nothing here and is ignored. */
struct sim_copy {
	uint64_t host;
	uint64_t address; /* in the device */
	uint64_t size;
	uint32_t to_host; /* 0: host to device, 1: device to host */
	uint32_t reserved;
};

struct sim_ioctl {
	uint32_t number; /* enum sim_ioctl_number */
	uint32_t reserved;
	struct sim_argument argument;
};

struct sim_result {
	int32_t result; /* enum sim_ioctl_result */
	uint32_t reserved;
	uint8_t data[64]; /* CQ_RECV: the CQE; else as sent */
};

/** Looks at a device without opening it, and turns the debug switch (/proc/debug_switch). */
struct sim_ask {
	uint32_t device;
	int32_t set_switch; /* new value of the switch; < 0: leave it */
};

struct sim_state {
	int32_t result;	      /* 0; SIM_BAD_DEVICE */
	int32_t debug_switch; /* 1: debugging is allowed */
	int32_t owner;	      /* tgid that has the device for debugging; 0: nobody */
	int32_t app;	      /* tgid of an app that has the device open; 0: none */
};

struct sim_ready {
	uint32_t device;
	uint32_t entries; /* in its queue now */
};

/**
 * What the device does where the driver's source does not say (it is firmware's):
 * - A CQE's return value is 0, or SIM_REFUSED with a zero payload: unknown register, address or
 *   core, or a core that runs (registers and local memory of a running core are not answered).
 * - GET_CORES_INFO lists cores that have a block, by unified id; total_num 0: there are none.
 * - Every core stops for itself and sends its event: breakpoint 2, single step 3, exception 4,
 *   task killed 5. The PC of a breakpoint is that of the BREAK word. The other cores run on.
 * - A step over the last instruction of a block sends no event: the core leaves the list.
 * - RESUME of a core that had an exception ends its task with an error.
 * - SUSPEND stops every running core, each with an event of status 3.
 * - A core that is let go does not stop at a hardware breakpoint where it stands. There are 8; a
 *   further one is refused. Their stream is not looked at.
 * - Masks with cores that are not stopped, or not there: those are left alone.
 * - DISABLE_DEBUG_MODE, and the release of the node, put back every word of code that GM_COPY made
 *   a BREAK, refresh the instruction caches and let every stopped core go.
 * - A queue holds 9 entries; what comes when it is full is lost.
 */
enum { SIM_REFUSED = 1, SIM_RING = 9 };

_Static_assert(sizeof(struct sim_frame) == 16, "wire");
_Static_assert(sizeof(struct sim_open) == 8, "wire");
_Static_assert(sizeof(struct sim_opened) == 72, "wire");
_Static_assert(sizeof(struct sim_argument) == 80, "wire");
_Static_assert(sizeof(struct sim_copy) == 32, "wire");
_Static_assert(sizeof(struct sim_ioctl) == 88, "wire");
_Static_assert(sizeof(struct sim_result) == 72, "wire");
_Static_assert(sizeof(struct sim_ask) == 8, "wire");
_Static_assert(sizeof(struct sim_state) == 16, "wire");
_Static_assert(sizeof(struct sim_ready) == 8, "wire");

#endif

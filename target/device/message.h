#ifndef TARGET_DEVICE_MESSAGE_H
#define TARGET_DEVICE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The 64-byte messages of the debug channel (live facts 2.3 to 2.6): commands out (SQE), replies
 * and events in (CQE). Pure: bytes in, structures out, no I/O. What a device sends is not trusted:
 * decoders refuse what is out of range.
 *
 * No command names an operator or kernel to be debugged: a mask says which cores are meant, and
 * SET_HARD_BREAKPOINT a stream. So all kernels of a program can have breakpoints at once.
 */

enum { DEVICE_MESSAGE = 64, DEVICE_PARAMS = 48, DEVICE_PAYLOAD = 44 };

/** Bytes that one READ_LOCAL_MEMORY gives; its address is a multiple of this. */
enum { DEVICE_LINE = 32 };

/** Class of the stacks of a SIMT function's threads, beside enum chip_mem (live facts 5). */
enum { DEVICE_SIMT_STACK = 13 };

enum device_command {
	DEVICE_ENABLE = 0,
	DEVICE_DISABLE = 1,
	DEVICE_SET_HARD_BREAK = 2,
	DEVICE_CLEAR_HARD_BREAK = 3,
	DEVICE_INVALIDATE = 4,
	DEVICE_STEP = 5,
	DEVICE_RESUME = 6,
	DEVICE_SUSPEND = 7,
	DEVICE_DEVICES = 8,
	DEVICE_CORE = 9,
	DEVICE_REGISTER = 10,
	DEVICE_LOCAL = 11,
	DEVICE_WARP = 12,
	DEVICE_KILL_TASK = 14,
	DEVICE_EVENT = 101, /* never sent: what a CQE that nobody asked for carries */
};

/** "READ_REGISTER"; never NULL. */
const char *device_command_name(uint32_t command);

/** Status of a core, in CoreInfo and in events. */
enum device_status {
	DEVICE_UNKNOWN = 0, /* runs no task */
	DEVICE_RUNNING = 1,
	DEVICE_AT_BREAK = 2,
	DEVICE_STEPPED = 3,
	DEVICE_EXCEPTION = 4,
	DEVICE_KILLED = 5,
	DEVICE_STATUS_END,
};

/** A set of cores by id within their type. */
struct device_mask {
	uint64_t aic[2], aiv[2];
};

bool device_mask_is_empty(const struct device_mask *m);
/** type: enum chip_core_type; ids from 128 on are left out. */
void device_mask_add(struct device_mask *m, unsigned type, unsigned id);
bool device_mask_has(const struct device_mask *m, unsigned type, unsigned id);

/** A core as commands name it. */
struct device_core_id {
	uint8_t type; /* enum chip_core_type */
	uint16_t id;
};

/** Where a core stands; older chips have one place only. */
enum device_position {
	DEVICE_AT_SCALAR,
	DEVICE_AT_SIMD,
	DEVICE_AT_SIMT,
	DEVICE_POSITIONS,
};

/** Every encoder writes DEVICE_MESSAGE bytes. wide: the chip's wide_masks. */
void device_encode(uint8_t *out, enum device_command command);
/** RESUME and SINGLE_STEP; mask NULL: all cores. */
void device_encode_go(uint8_t *out, enum device_command command, bool wide,
		      const struct device_mask *mask);
/** Makes it one for cores that stand at this place (wide chips): of SIMT functions all warps go. */
void device_encode_position(uint8_t *out, enum device_position position);
/** INVALID_INSTR_CACHE; mask NULL: of all cores. */
void device_encode_invalidate(uint8_t *out, bool wide, uint64_t at, const struct device_mask *mask);
void device_encode_hard_break(uint8_t *out, bool set, uint16_t stream, uint64_t at);
void device_encode_core(uint8_t *out, uint16_t index);
void device_encode_register(uint8_t *out, struct device_core_id core, uint64_t addr);
/** mem: enum chip_mem; at: a multiple of DEVICE_LINE. */
void device_encode_local(uint8_t *out, struct device_core_id core, uint8_t mem, uint64_t at);
/** Of one thread of the SIMT function that the core stands in: x, y, z. For device_encode_local. */
void device_encode_thread(uint8_t *out, const uint16_t thread[3]);
/** GET_WARP_INFO by the warp's number, and the older form: by a thread of it. */
void device_encode_warp(uint8_t *out, struct device_core_id core, uint8_t warp);
void device_encode_warp_of(uint8_t *out, struct device_core_id core, const uint16_t thread[3]);
void device_encode_kill(uint8_t *out, uint32_t stream);
/** The reply is matched to its command by this number, where the device gives it back. */
void device_encode_number(uint8_t *out, uint32_t msg_id);
uint32_t device_command_of(const uint8_t *sqe);

struct device_reply {
	uint32_t command;
	uint32_t result; /* 0: done */
	uint32_t msg_id;
	const uint8_t *payload; /* DEVICE_PAYLOAD bytes inside the message */
};
void device_decode(const uint8_t *cqe, struct device_reply *out);

/** The cores of a device that exist and may be used. */
void device_decode_devices(const uint8_t *payload, bool wide, struct device_mask *out);

/** What the device says of a core that has a task. */
struct device_core_info {
	struct device_core_id core;
	uint8_t position; /* enum device_position */
	uint16_t total;	  /* how many such cores there are */
	uint32_t stream, task, block;
	enum device_status status;
	uint64_t pc;
	uint16_t dim[3];
};
/** false: no such core type, or a status nobody knows. */
bool device_decode_core(const uint8_t *payload, struct device_core_info *out);

struct device_event {
	struct device_core_id core;
	uint8_t position;
	enum device_status status;
	uint64_t pc;
	uint16_t dim[3];
	uint16_t thread;
};
bool device_decode_event(const uint8_t *payload, struct device_event *out);

/** What the device says of a warp. */
struct device_warp {
	uint64_t pc;   /* 0: all its threads have ended */
	uint32_t mask; /* threads that execute there */
};
void device_decode_warp(const uint8_t *payload, struct device_warp *out);

#endif

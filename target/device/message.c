/*
 * The messages of the debug channel as bytes: live facts 2.3 to 2.6. Called by everything in this
 * folder that talks to a device, and by the models of one in tests.
 */
#include "target/device/message.h"

#include <string.h>

/* Offsets in a command and in a reply. */
enum { SQE_COMMAND = 0, SQE_WANTS_REPLY = 4, SQE_NUMBER = 8, SQE_LENGTH = 12, SQE_PARAMS = 16 };
enum { CQE_COMMAND = 8, CQE_RESULT = 12, CQE_NUMBER = 16, CQE_PAYLOAD = 20 };

/* Says that the masks behind it count; 0 is "all cores". */
static const uint32_t mask_magic = 0x5a5a5a5a;

static void put(uint8_t *at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		at[i] = (uint8_t)v;
}

static uint64_t get(const uint8_t *at, size_t n)
{
	uint64_t v = 0;

	for (size_t i = n; i--;)
		v = v << 8 | at[i];
	return v;
}

const char *device_command_name(uint32_t command)
{
	static const char *const names[] = {
		[DEVICE_ENABLE] = "ENABLE_DEBUG_MODE",
		[DEVICE_DISABLE] = "DISABLE_DEBUG_MODE",
		[DEVICE_SET_HARD_BREAK] = "SET_HARD_BREAKPOINT",
		[DEVICE_CLEAR_HARD_BREAK] = "UNSET_HARD_BREAKPOINT",
		[DEVICE_INVALIDATE] = "INVALID_INSTR_CACHE",
		[DEVICE_STEP] = "SINGLE_STEP",
		[DEVICE_RESUME] = "RESUME",
		[DEVICE_SUSPEND] = "SUSPEND",
		[DEVICE_DEVICES] = "GET_DEVICES_INFO",
		[DEVICE_CORE] = "GET_CORES_INFO",
		[DEVICE_REGISTER] = "READ_REGISTER",
		[DEVICE_LOCAL] = "READ_LOCAL_MEMORY",
		[DEVICE_WARP] = "GET_WARP_INFO",
		[DEVICE_KILL_TASK] = "TASK_KILL",
	};

	if (command < sizeof(names) / sizeof(names[0]) && names[command])
		return names[command];
	return command == DEVICE_EVENT ? "INTERRUPT_EVENT" : "unknown command";
}

/* --- sets of cores --- */

bool device_mask_is_empty(const struct device_mask *m)
{
	return !(m->aic[0] | m->aic[1] | m->aiv[0] | m->aiv[1]);
}

void device_mask_add(struct device_mask *m, unsigned type, unsigned id)
{
	uint64_t *words = type ? m->aiv : m->aic;

	if (id < 128)
		words[id / 64] |= UINT64_C(1) << id % 64;
}

bool device_mask_has(const struct device_mask *m, unsigned type, unsigned id)
{
	const uint64_t *words = type ? m->aiv : m->aic;

	return id < 128 && words[id / 64] >> id % 64 & 1;
}

/* Bytes of a CoreMask, magic included. */
static size_t put_mask(uint8_t *at, bool wide, const struct device_mask *m)
{
	if (m)
		put(at, mask_magic, 4);
	if (!wide) {
		put(at + 4, m ? m->aic[0] : 0, 4);
		put(at + 8, m ? m->aiv[0] : 0, 8);
		return 16;
	}
	for (size_t i = 0; m && i < 2; i++) {
		put(at + 4 + 8 * i, m->aic[i], 8);
		put(at + 20 + 8 * i, m->aiv[i], 8);
	}
	return 36;
}

/* --- commands --- */

static uint8_t *begin(uint8_t *out, enum device_command command, size_t params)
{
	memset(out, 0, DEVICE_MESSAGE);
	put(out + SQE_COMMAND, command, 4);
	out[SQE_WANTS_REPLY] = 1;
	put(out + SQE_LENGTH, params, 4);
	return out + SQE_PARAMS;
}

void device_encode(uint8_t *out, enum device_command command)
{
	begin(out, command, 0);
}

/* The wide form has the position behind the mask. */
void device_encode_go(uint8_t *out, enum device_command command, bool wide,
		      const struct device_mask *mask)
{
	put_mask(begin(out, command, wide ? 44 : 16), wide, mask);
}

void device_encode_position(uint8_t *out, enum device_position position)
{
	out[SQE_PARAMS + 36] = (uint8_t)position;
	out[SQE_PARAMS + 37] = position == DEVICE_AT_SIMT;
}

void device_encode_invalidate(uint8_t *out, bool wide, uint64_t at, const struct device_mask *mask)
{
	uint8_t *p = begin(out, DEVICE_INVALIDATE, wide ? 48 : 32);

	p[1] = 1; /* the instruction fetch unit looks again */
	put(p + (wide ? 4 : 8), at, 8);
	put_mask(p + (wide ? 12 : 16), wide, mask);
}

void device_encode_hard_break(uint8_t *out, bool set, uint16_t stream, uint64_t at)
{
	uint8_t *p = begin(out, set ? DEVICE_SET_HARD_BREAK : DEVICE_CLEAR_HARD_BREAK, 44);

	p[0] = 1; /* on all cores */
	put(p + 2, stream, 2);
	put(p + 4, at, 8);
}

void device_encode_core(uint8_t *out, uint16_t index)
{
	put(begin(out, DEVICE_CORE, 4), index, 2);
}

void device_encode_register(uint8_t *out, struct device_core_id core, uint64_t addr)
{
	uint8_t *p = begin(out, DEVICE_REGISTER, 16);

	p[0] = core.type;
	put(p + 4, core.id, 4);
	put(p + 8, addr, 8);
}

void device_encode_local(uint8_t *out, struct device_core_id core, uint8_t mem, uint64_t at)
{
	uint8_t *p = begin(out, DEVICE_LOCAL, 24);

	p[0] = core.type;
	put(p + 2, core.id, 2);
	put(p + 4, mem, 4);
	put(p + 8, at, 8);
}

static void put_thread(uint8_t *at, const uint16_t thread[3])
{
	for (size_t i = 0; i < 3; i++)
		put(at + 2 * i, thread[i], 2);
}

void device_encode_thread(uint8_t *out, const uint16_t thread[3])
{
	put_thread(out + SQE_PARAMS + 16, thread);
}

static uint8_t *begin_warp(uint8_t *out, struct device_core_id core, size_t params)
{
	uint8_t *p = begin(out, DEVICE_WARP, params);

	p[0] = core.type;
	p[1] = DEVICE_AT_SIMT;
	p[2] = (uint8_t)core.id;
	return p;
}

void device_encode_warp(uint8_t *out, struct device_core_id core, uint8_t warp)
{
	begin_warp(out, core, 4)[3] = warp;
}

void device_encode_warp_of(uint8_t *out, struct device_core_id core, const uint16_t thread[3])
{
	put_thread(begin_warp(out, core, 12) + 4, thread);
}

void device_encode_kill(uint8_t *out, uint32_t stream)
{
	put(begin(out, DEVICE_KILL_TASK, 8), stream, 4);
}

void device_encode_number(uint8_t *out, uint32_t msg_id)
{
	put(out + SQE_NUMBER, msg_id, 4);
}

uint32_t device_command_of(const uint8_t *sqe)
{
	return (uint32_t)get(sqe + SQE_COMMAND, 4);
}

/* --- replies --- */

void device_decode(const uint8_t *cqe, struct device_reply *out)
{
	*out = (struct device_reply){
		.command = (uint32_t)get(cqe + CQE_COMMAND, 4),
		.result = (uint32_t)get(cqe + CQE_RESULT, 4),
		.msg_id = (uint32_t)get(cqe + CQE_NUMBER, 4),
		.payload = cqe + CQE_PAYLOAD,
	};
}

void device_decode_devices(const uint8_t *p, bool wide, struct device_mask *out)
{
	*out = (struct device_mask){ .aic = { get(p, 8) } };
	if (!wide) {
		out->aiv[0] = get(p + 8, 8);
		return;
	}
	out->aic[1] = get(p + 8, 8);
	out->aiv[0] = get(p + 16, 8);
	out->aiv[1] = get(p + 24, 8);
}

static bool is_core(uint64_t type, uint64_t id, uint64_t status)
{
	return type <= 1 && id < 128 && status < DEVICE_STATUS_END;
}

static void get_dims(const uint8_t *p, uint16_t *out)
{
	for (size_t i = 0; i < 3; i++)
		out[i] = (uint16_t)get(p + 2 * i, 2);
}

bool device_decode_core(const uint8_t *p, struct device_core_info *out)
{
	uint64_t type = get(p + 4, 4), status = get(p + 20, 4);

	*out = (struct device_core_info){
		.core = { (uint8_t)type, p[0] },
		.position = p[1],
		.total = (uint16_t)get(p + 2, 2),
		.stream = (uint32_t)get(p + 8, 4),
		.task = (uint32_t)get(p + 12, 4),
		.block = (uint32_t)get(p + 16, 4),
		.pc = get(p + 24, 8),
	};
	get_dims(p + 32, out->dim);
	if (!is_core(type, p[0], status))
		return false;
	out->status = (enum device_status)status;
	return true;
}

bool device_decode_event(const uint8_t *p, struct device_event *out)
{
	uint64_t id = get(p + 8, 4), status = get(p + 4, 4);

	*out = (struct device_event){
		.core = { p[0], (uint16_t)id },
		.position = p[1],
		.pc = get(p + 16, 8),
		.thread = (uint16_t)get(p + 30, 2),
	};
	get_dims(p + 24, out->dim);
	if (!is_core(p[0], id, status))
		return false;
	out->status = (enum device_status)status;
	return true;
}

void device_decode_warp(const uint8_t *p, struct device_warp *out)
{
	*out = (struct device_warp){ .pc = get(p + 4, 8), .mask = (uint32_t)get(p + 12, 4) };
}

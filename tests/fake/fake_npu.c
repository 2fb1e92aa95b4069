/*
 * The model of a device in front of which tests put links and device targets. Layouts: live facts
 * 2.3 to 2.6, spelt out here a second time so that an error in message.c is seen.
 */
#include "tests/fake/fake_npu.h"

#include <string.h>

enum { REFUSED = 1 };

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

void npu_init(struct fake_npu *n)
{
	memset(n, 0, sizeof(*n));
	for (size_t i = 0; i < NPU_CORES; i++)
		n->cores[i].id = (struct device_core_id){ i >= 2, (uint16_t)(i % 2) };
	for (size_t i = 0; i < NPU_MEMORY; i++)
		n->memory[i] = n->icache[i] = (uint8_t)(i * 7 + (i >> 8));
	n->stream = 3;
}

void npu_launch(struct fake_npu *n, uint64_t pc, unsigned cores)
{
	uint32_t block = 0;

	n->task++;
	for (size_t i = 0; i < NPU_CORES; i++) {
		struct npu_core *c = &n->cores[i];

		if (!(cores >> i & 1))
			continue;
		c->status = DEVICE_RUNNING;
		c->pc = pc;
		c->block = block++;
	}
}

/* --- memory --- */

bool npu_copy(struct fake_npu *n, bool to_host, uint64_t at, void *buf, size_t size)
{
	uint64_t offset = at - NPU_BASE;

	if (n->unmapped || offset >= NPU_MEMORY || size > NPU_MEMORY - offset)
		return false;
	if (to_host)
		memcpy(buf, n->memory + offset, size);
	else
		memcpy(n->memory + offset, buf, size);
	return true;
}

void npu_word(struct fake_npu *n, uint64_t at, uint32_t word)
{
	put(n->memory + (at - NPU_BASE), word, 4);
	put(n->icache + (at - NPU_BASE), word, 4);
}

uint32_t npu_word_at(const struct fake_npu *n, uint64_t at)
{
	return (uint32_t)get(n->memory + (at - NPU_BASE), 4);
}

/* --- the ring --- */

bool npu_push(struct fake_npu *n, const uint8_t *cqe)
{
	if (n->count == NPU_RING) {
		n->lost++;
		return false;
	}
	memcpy(n->ring[(n->first + n->count++) % NPU_RING], cqe, DEVICE_MESSAGE);
	return true;
}

bool npu_receive(struct fake_npu *n, uint8_t *cqe)
{
	npu_turn(n);
	if (n->delay) {
		n->delay--;
		return false;
	}
	if (!n->count)
		return false;
	memcpy(cqe, n->ring[n->first], DEVICE_MESSAGE);
	n->first = (n->first + 1) % NPU_RING;
	n->count--;
	if (n->wrong.skip)
		n->wrong.skip--;
	else if (n->wrong.times && n->wrong.times--)
		cqe[n->wrong.at % DEVICE_MESSAGE] = n->wrong.value;
	return true;
}

static void put_dim(const struct npu_core *c, uint8_t *out)
{
	put(out, c->dim[0], 2);
	put(out + 2, c->dim[1], 2);
	put(out + 4, 1, 2);
}

static void send_event(struct fake_npu *n, const struct npu_core *c)
{
	uint8_t cqe[DEVICE_MESSAGE] = { 0 };

	put(cqe + 8, DEVICE_EVENT, 4);
	cqe[20] = c->id.type;
	put(cqe + 24, c->status, 4);
	put(cqe + 28, c->id.id, 4);
	put(cqe + 36, c->pc, 8);
	cqe[21] = c->position;
	put_dim(c, cqe + 44);
	put(cqe + 50, c->thread, 2);
	npu_push(n, cqe);
}

/* --- running --- */

static void stop(struct fake_npu *n, struct npu_core *c, enum device_status status)
{
	c->status = status;
	send_event(n, c);
}

/* One instruction; false: the core runs no more. */
static bool execute(struct fake_npu *n, struct npu_core *c)
{
	uint32_t word = (uint32_t)get(n->icache + (c->pc - NPU_BASE) % NPU_MEMORY, 4);

	bool hard = n->hard && n->hard == c->pc && !c->skips;

	c->skips = false;
	if (word == NPU_BREAK || hard) {
		stop(n, c, DEVICE_AT_BREAK);
	} else if (word == NPU_FAULT) {
		stop(n, c, DEVICE_EXCEPTION);
	} else if (word == NPU_END) {
		c->status = DEVICE_UNKNOWN;
	} else if (word != NPU_LOOP) {
		c->pc += 4;
		return true;
	}
	return false;
}

void npu_turn(struct fake_npu *n)
{
	for (size_t i = 0; i < NPU_CORES; i++)
		for (int k = 0; k < NPU_TURNS && n->cores[i].status == DEVICE_RUNNING; k++)
			if (!execute(n, &n->cores[i]))
				break;
}

static bool in_mask(const struct fake_npu *n, const uint8_t *mask, const struct npu_core *c)
{
	size_t at = n->wide ? (c->id.type ? 20 : 4) : (c->id.type ? 8 : 4);

	return !get(mask, 4) || get(mask + at, c->id.type || n->wide ? 8 : 4) >> c->id.id & 1;
}

static bool is_stopped(const struct npu_core *c)
{
	return c->status >= DEVICE_AT_BREAK && c->status <= DEVICE_EXCEPTION;
}

/* Behind a wide mask is the place that is meant; of SIMT functions, all warps. */
static bool is_meant(const struct fake_npu *n, const uint8_t *mask, const struct npu_core *c)
{
	return !n->wide || (mask[36] == c->position && mask[37] == (c->position == 2));
}

static void go(struct fake_npu *n, const uint8_t *mask, bool step)
{
	for (size_t i = 0; i < NPU_CORES; i++) {
		struct npu_core *c = &n->cores[i];

		if (!is_stopped(c) || !in_mask(n, mask, c) || !is_meant(n, mask, c))
			continue;
		bool fault = c->status == DEVICE_EXCEPTION;
		c->skips = c->status == DEVICE_AT_BREAK;
		c->status = fault ? DEVICE_UNKNOWN : DEVICE_RUNNING;
		if (step && !fault && execute(n, c))
			stop(n, c, DEVICE_STEPPED);
	}
}

static void suspend(struct fake_npu *n)
{
	for (size_t i = 0; i < NPU_CORES; i++)
		if (n->cores[i].status == DEVICE_RUNNING)
			stop(n, &n->cores[i], DEVICE_STEPPED);
}

static void kill_task(struct fake_npu *n)
{
	for (size_t i = 0; i < NPU_CORES; i++)
		if (n->cores[i].status != DEVICE_UNKNOWN)
			stop(n, &n->cores[i], DEVICE_KILLED);
}

/* --- questions --- */

static uint32_t core_info(struct fake_npu *n, uint64_t index, uint8_t *out)
{
	const struct npu_core *found = NULL;
	uint16_t total = 0;

	for (size_t i = 0; i < NPU_CORES; i++) {
		if (n->cores[i].status == DEVICE_UNKNOWN)
			continue;
		if (total++ == index)
			found = &n->cores[i];
	}
	put(out + 2, total, 2);
	if (!found)
		return total ? REFUSED : 0;
	out[0] = (uint8_t)found->id.id;
	out[1] = found->position;
	put(out + 4, found->id.type, 4);
	put(out + 8, n->stream, 4);
	put(out + 12, n->task, 4);
	put(out + 16, found->block, 4);
	put(out + 20, found->status, 4);
	put(out + 24, found->pc, 8);
	put_dim(found, out + 32);
	return 0;
}

static struct npu_core *find(struct fake_npu *n, uint64_t type, uint64_t id)
{
	for (size_t i = 0; i < NPU_CORES; i++)
		if (n->cores[i].id.type == type && n->cores[i].id.id == id)
			return &n->cores[i];
	return NULL;
}

/* GPRn of AIV 1 is 0x11NN; other registers are unknown. */
static uint32_t read_register(const uint8_t *p, const struct npu_core *c, uint8_t *out)
{
	uint64_t addr = get(p + 8, 8);

	if (!c || !is_stopped(c) || addr > 31)
		return REFUSED;
	put(out, (uint64_t)c->id.type << 12 | (uint64_t)c->id.id << 8 | addr, 8);
	return 0;
}

/* Byte k of class m of a core is k + m + its id. */
static uint32_t read_local(const uint8_t *p, const struct npu_core *c, uint8_t *out)
{
	uint64_t at = get(p + 8, 8);

	if (!c || !is_stopped(c) || at % 32)
		return REFUSED;
	for (size_t i = 0; i < 32; i++)
		out[i] = (uint8_t)(at + i + get(p + 4, 4) + c->id.id);
	return 0;
}

/* Warp n stands at n words behind the core's pc, with its n + 1 lowest threads. */
static uint32_t warp_info(struct fake_npu *n, const uint8_t *p, size_t size, uint8_t *out)
{
	const struct npu_core *c = find(n, p[0], p[2]);
	uint64_t warp = p[3];

	if (!c || !is_stopped(c) || p[1] != 2 || size != (n->old_warps ? 12 : 4))
		return REFUSED;
	if (n->old_warps)
		warp = (get(p + 4, 2) + c->dim[0] * get(p + 6, 2)) / 32;
	out[0] = p[2];
	out[1] = (uint8_t)warp;
	put(out + 4, c->pc + 4 * warp, 8);
	put(out + 12, (UINT64_C(2) << warp) - 1, 4);
	return 0;
}

static uint32_t invalidate(struct fake_npu *n, const uint8_t *mask)
{
	for (size_t i = 0; i < NPU_CORES; i++)
		n->refreshed[i] += in_mask(n, mask, &n->cores[i]);
	memcpy(n->icache, n->memory, NPU_MEMORY);
	return 0;
}

/* Layout of the wide chips; others have none. */
static uint32_t set_hard(struct fake_npu *n, const uint8_t *p, bool set)
{
	uint64_t at = get(p + 4, 8);

	if (!n->wide || (set ? n->hard && n->hard != at : n->hard != at))
		return REFUSED;
	n->hard = set ? at : 0;
	n->hard_stream = (uint16_t)get(p + 2, 2);
	return 0;
}

static uint32_t answer(struct fake_npu *n, uint32_t command, const uint8_t *p, uint8_t *out)
{
	switch (command) {
	case DEVICE_ENABLE:
	case DEVICE_DISABLE:
		return 0;
	case DEVICE_SET_HARD_BREAK:
	case DEVICE_CLEAR_HARD_BREAK:
		return set_hard(n, p, command == DEVICE_SET_HARD_BREAK);
	case DEVICE_INVALIDATE:
		return p[1] ? invalidate(n, p + (n->wide ? 12 : 16)) : REFUSED;
	case DEVICE_STEP:
	case DEVICE_RESUME:
		go(n, p, command == DEVICE_STEP);
		return 0;
	case DEVICE_SUSPEND:
		if (!n->refuses_suspend)
			suspend(n);
		return n->refuses_suspend;
	case DEVICE_DEVICES:
		put(out, 3, 8);
		put(out + (n->wide ? 16 : 8), 3, 8);
		return 0;
	case DEVICE_CORE:
		return core_info(n, get(p, 2), out);
	case DEVICE_REGISTER:
		return read_register(p, find(n, p[0], get(p + 4, 4)), out);
	case DEVICE_LOCAL:
		return read_local(p, find(n, p[0], get(p + 2, 2)), out);
	case DEVICE_WARP:
		return warp_info(n, p, get(p - 4, 4), out);
	case DEVICE_KILL_TASK:
		kill_task(n);
		return 0;
	default:
		return REFUSED;
	}
}

static bool is_silent(struct fake_npu *n, uint32_t command, const uint8_t *p)
{
	const struct npu_core *c = NULL;

	if (command == DEVICE_REGISTER || command == DEVICE_LOCAL)
		c = find(n, p[0], get(p + (command == DEVICE_REGISTER ? 4 : 2), 2));
	return c && c->silent;
}

bool npu_command(struct fake_npu *n, const uint8_t *sqe)
{
	uint8_t cqe[DEVICE_MESSAGE] = { 0 };
	uint32_t command = (uint32_t)get(sqe, 4);

	npu_turn(n);
	n->commands[command % 128]++;
	if (is_silent(n, command, sqe + 16))
		return true;
	uint32_t result = answer(n, command, sqe + 16, cqe + 20);
	if (!sqe[4])
		return true;
	if (n->swallow) {
		n->swallow--;
		return true;
	}
	put(cqe + 8, command, 4);
	put(cqe + 12, result, 4);
	if (!n->no_numbers)
		memcpy(cqe + 16, sqe + 8, 4);
	return npu_push(n, cqe);
}

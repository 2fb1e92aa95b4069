/*
 * The driver of the debug node: ownership, the switch, the queue of CQEs, GM_COPY with its limits,
 * release (live facts 2.2 to 2.7). What commands do is in debug_commands.c; frames come from
 * server.c.
 */
#include <string.h>

#include "target/sim/client_priv.h"
#include "target/sim/core_priv.h"
#include "target/sim/debug_priv.h"
#include "target/sim/simt_priv.h"
#include "target/sim/space_priv.h"
#include "target/sim/task_priv.h"

/** With --traps: which one of so many. */
enum { SEND_FULL = 7, WAIT_SHORT = 5, EVENT_LOST = 3, REPLY_LOST = 17 };

/* --- the queue */

static void ring_put(struct sim_device *d, const uint8_t cqe[64])
{
	struct sim_debug *g = &d->debug;
	struct sim_ready ready = { .device = d->id, .entries = g->count + 1 };

	if (g->count == SIM_RING)
		return; /* lost */
	memcpy(g->ring[(g->first + g->count++) % SIM_RING], cqe, 64);
	if (g->count == 1 && g->client != NULL && g->client->wait != SIM_WAIT_RECV)
		sim_client_send(g->client, SIM_READY, 0,
				&(struct sim_piece){ &ready, sizeof(ready) }, 1);
}

static bool ring_take(struct sim_device *d, uint8_t out[64])
{
	struct sim_debug *g = &d->debug;

	if (g->count == 0)
		return false;
	memcpy(out, g->ring[g->first], 64);
	g->first = (g->first + 1) % SIM_RING;
	g->count--;
	return true;
}

/** With --traps it is the turn of something to go wrong. */
static bool is_trap(const struct sim_device *d, unsigned *so_far, unsigned every)
{
	return d->sim->options.traps && ++*so_far % every == 0;
}

static void put_cqe(struct sim_device *d, uint32_t command, uint32_t result, uint32_t message,
		    const uint8_t *payload)
{
	uint8_t cqe[64] = { 0 };

	sim_put(cqe + SIM_CQE_COMMAND, command, 4);
	sim_put(cqe + SIM_CQE_RESULT, result, 4);
	sim_put(cqe + SIM_CQE_MESSAGE, message, 4);
	memcpy(cqe + SIM_CQE_PAYLOAD, payload, SIM_CQE_PAYLOAD_MAX);
	ring_put(d, cqe);
}

void sim_debug_event(struct sim_core *c)
{
	uint8_t payload[SIM_CQE_PAYLOAD_MAX] = { 0 };
	uint64_t pc = c->status == SIM_EXCEPTION ? sim_core_fault_pc(c) : sim_core_pc(c);

	if (is_trap(c->device, &c->device->debug.events, EVENT_LOST))
		return;
	sim_put(payload, c->type, 1);
	if (c->simt != NULL) {
		sim_put(payload + 1, SIM_AT_SIMT, 1);
		sim_debug_put_dim(c, payload + 24);
		sim_put(payload + 30, sim_simt_focus(c->simt), 2);
	}
	sim_put(payload + 4, c->status, 4);
	sim_put(payload + 8, c->id, 4);
	sim_put(payload + 16, pc, 8);
	put_cqe(c->device, SIM_INTERRUPT_EVENT, 0, 0, payload);
}

/* --- ioctls */

static void reply(struct sim_client *c, uint32_t sequence, int32_t result, const uint8_t data[64],
		  struct sim_piece extra)
{
	struct sim_result r = { .result = result };
	struct sim_piece pieces[] = { { &r, sizeof(r) }, extra };

	memcpy(r.data, data, sizeof(r.data));
	sim_client_send(c, SIM_REPLY, sequence, pieces, 2);
}

/** Who may, and is the channel there: what the driver does before every ioctl. */
static int32_t admit(struct sim_client *c, const struct sim_argument *a, struct sim_device **out)
{
	struct sim_debug *g;

	if (a->device >= c->sim->device_count)
		return SIM_BAD_DEVICE;
	if (a->timeout_ms < 0 || a->tgid < 0)
		return SIM_BAD_ARGUMENT;
	*out = &c->sim->devices[a->device];
	g = &(*out)->debug;
	if (g->owner == 0) {
		g->owner = c->tgid;
		g->client = c;
	}
	if (g->owner != c->tgid)
		return SIM_OCCUPIED;
	if (g->client == NULL)
		g->client = c;
	if (!g->channel && c->sim->debug_switch != 1)
		return SIM_SWITCH_CLOSED;
	g->channel = true;
	return SIM_OK;
}

static int32_t send_command(struct sim_device *d, const uint8_t *sqe)
{
	uint8_t payload[SIM_CQE_PAYLOAD_MAX] = { 0 };
	uint32_t command = (uint32_t)sim_get(sqe + SIM_SQE_COMMAND, 4);
	uint32_t result;

	if (sim_get(sqe + SIM_SQE_LENGTH, 4) > SIM_SQE_PARAMS_MAX)
		return SIM_BAD_ARGUMENT;
	if (is_trap(d, &d->debug.sends, SEND_FULL))
		return SIM_QUEUE_FULL;
	result = sim_debug_command(d, sqe, payload);
	if (result != 0)
		memset(payload, 0, sizeof(payload));
	if (sqe[SIM_SQE_RETURN] != 0 && !is_trap(d, &d->debug.replies, REPLY_LOST))
		put_cqe(d, command, result, (uint32_t)sim_get(sqe + SIM_SQE_MESSAGE, 4), payload);
	return SIM_OK;
}

static void forget_patch(struct sim_debug *g, const struct sim_space *space, uint64_t at)
{
	for (size_t i = 0; i < g->patch_count; i++) {
		if (g->patches[i].space == space && g->patches[i].at == at) {
			g->patches[i] = g->patches[--g->patch_count];
			return;
		}
	}
}

/** Remembers what stood where a BREAK is written, so that a release can put it back. */
static void note_word(struct sim_debug *g, struct sim_space *space, uint64_t at, uint32_t before)
{
	uint32_t now;

	memcpy(&now, sim_memory_at(space, at, 4), sizeof(now));
	if (now == before)
		return;
	forget_patch(g, space, at);
	if (now != SIM_BREAK)
		return;
	g->patches = sim_grow(g->patches, g->patch_count, sizeof(*g->patches));
	g->patches[g->patch_count++] = (struct sim_patch){ space, at, before };
}

static void write_memory(struct sim_debug *g, struct sim_space *space, uint64_t at,
			 const uint8_t *bytes, size_t n)
{
	uint8_t before[SIM_PAGE + 8];
	uint64_t first = at / 4 * 4, last = (at + n + 3) / 4 * 4;
	const struct sim_range *r = sim_memory_find(space, at);

	memcpy(before, sim_memory_at(space, first, last - first), last - first);
	memcpy(sim_memory_at(space, at, n), bytes, n);
	for (uint64_t word = first; r->code && word < last; word += 4)
		note_word(g, space, word, (uint32_t)sim_get(before + (word - first), 4));
}

/** One page at most: the driver translates the first address only. */
static int32_t copy(struct sim_client *c, struct sim_device *d, const struct sim_argument *a,
		    struct sim_piece *io)
{
	struct sim_space *space = sim_space_find(c->sim, a->tgid);
	struct sim_copy p;
	uint8_t *memory;

	memcpy(&p, a->data, sizeof(p));
	if (space == NULL || p.size == 0 || p.size > SIM_PAGE ||
	    p.size > SIM_PAGE - p.address % SIM_PAGE || (p.to_host == 0 && io->n != p.size))
		return SIM_BAD_DEVICE;
	memory = sim_memory_at(space, p.address, p.size);
	if (memory == NULL)
		return SIM_BAD_DEVICE;
	if (p.to_host == 0)
		write_memory(&d->debug, space, p.address, io->at, p.size);
	*io = p.to_host != 0 ? (struct sim_piece){ memory, p.size } : (struct sim_piece){ "", 0 };
	return SIM_OK;
}

static void receive(struct sim_client *c, struct sim_device *d, const struct sim_frame *f,
		    int32_t timeout_ms)
{
	const uint8_t nothing[64] = { 0 };

	c->wait = SIM_WAIT_RECV;
	c->device = d;
	c->sequence = f->sequence;
	c->deadline = sim_now() + timeout_ms;
	if (is_trap(d, &d->debug.waits, WAIT_SHORT)) { /* as by a signal */
		c->wait = SIM_NO_WAIT;
		reply(c, c->sequence, SIM_TIMEOUT, nothing, (struct sim_piece){ "", 0 });
		return;
	}
	sim_debug_poll(c);
}

void sim_debug_request(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload)
{
	struct sim_ioctl request;
	struct sim_device *d = NULL;
	struct sim_piece io = { payload + sizeof(request), f->size - sizeof(request) };
	int32_t result;

	memcpy(&request, payload, sizeof(request));
	result = admit(c, &request.argument, &d);
	if (result == SIM_OK) {
		switch (request.number) {
		case SIM_SQ_SEND:
			result = send_command(d, request.argument.data);
			break;
		case SIM_CQ_RECV:
			receive(c, d, f, request.argument.timeout_ms);
			return;
		case SIM_GM_COPY:
			result = copy(c, d, &request.argument, &io);
			break;
		case SIM_DEV_REGISTER:
			break;
		default:
			result = SIM_UNKNOWN;
		}
	}
	if (result != SIM_OK || request.number != SIM_GM_COPY)
		io = (struct sim_piece){ "", 0 };
	reply(c, f->sequence, result, request.argument.data, io);
}

void sim_debug_poll(struct sim_client *c)
{
	uint8_t cqe[64] = { 0 };
	bool got = ring_take(c->device, cqe);

	if (!got && sim_now() < c->deadline)
		return;
	c->wait = SIM_NO_WAIT;
	c->sim->again = true; /* others may have waited for the driver's mutex */
	reply(c, c->sequence, got ? SIM_OK : SIM_TIMEOUT, cqe, (struct sim_piece){ "", 0 });
}

void sim_debug_status(struct sim_client *c, const struct sim_frame *f, const uint8_t *payload)
{
	struct sim *s = c->sim;
	struct sim_state state = { .result = SIM_BAD_DEVICE };
	struct sim_ask ask;

	memcpy(&ask, payload, sizeof(ask));
	if (ask.set_switch >= 0)
		s->debug_switch = ask.set_switch;
	state.debug_switch = s->debug_switch;
	if (ask.device < s->device_count) {
		state.result = SIM_OK;
		state.owner = s->devices[ask.device].debug.owner;
		state.app = s->spaces != NULL ? s->spaces->tgid : 0;
	}
	sim_client_send(c, SIM_REPLY, f->sequence, &(struct sim_piece){ &state, sizeof(state) }, 1);
}

/* --- the end */

static void put_back(struct sim_device *d)
{
	struct sim_debug *g = &d->debug;

	while (g->patch_count > 0) {
		const struct sim_patch *p = &g->patches[--g->patch_count];
		uint8_t *word = sim_memory_at(p->space, p->at, 4);

		if (word != NULL && sim_get(word, 4) == SIM_BREAK)
			memcpy(word, &p->word, sizeof(p->word));
	}
	for (size_t i = 0; i < d->core_count; i++)
		sim_core_refresh(&d->cores[i], 0, true);
	memset(g->hard, 0, sizeof(g->hard));
	g->hard_count = 0;
}

void sim_debug_disable(struct sim_device *d)
{
	put_back(d);
	d->debug.enabled = false;
	for (size_t i = 0; i < d->core_count; i++) {
		struct sim_core *c = &d->cores[i];

		if (c->status == SIM_EXCEPTION || c->status == SIM_KILLED)
			sim_task_release(c);
		else if (sim_core_is_stopped(c))
			sim_core_go(c, false, -1);
		c->stepping = false;
	}
}

static void let_go(struct sim_device *d)
{
	sim_debug_disable(d);
	d->debug.owner = 0;
	d->debug.client = NULL;
}

/*
 * The driver's release: only the first device of the caller is let go, whichever it has opened this
 * file for, and with its notifier the channels of all devices go; the next call makes them anew. An
 * owner that has ended has none any more.
 */
void sim_debug_close(struct sim_client *c)
{
	struct sim_device *first = NULL;
	bool used = false, last = true;

	for (size_t i = 0; i < c->sim->client_count; i++)
		last = last && (c->sim->clients[i]->tgid != c->tgid ||
				c->sim->clients[i]->role != SIM_DEBUGGER);
	for (size_t i = 0; i < c->sim->device_count; i++) {
		struct sim_device *d = &c->sim->devices[i];

		if (d->debug.owner != c->tgid || c->role != SIM_DEBUGGER)
			continue;
		used = true;
		if (first == NULL || last)
			let_go(d);
		first = first != NULL ? first : d;
		if (d->debug.client == c)
			d->debug.client = NULL;
	}
	for (size_t i = 0; used && i < c->sim->device_count; i++) {
		struct sim_debug *g = &c->sim->devices[i].debug;

		g->channel = false;
		g->first = g->count = 0;
	}
}

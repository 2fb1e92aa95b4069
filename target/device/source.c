/*
 * Where registers and memory of a live device come from: READ_REGISTER, READ_LOCAL_MEMORY by lines,
 * GM_COPY by pages, each asked for once while the device stands still. Called by target/ascend
 * through its source operations, and by breaks.c.
 */
#include <inttypes.h>
#include <string.h>

#include "target/device/device_priv.h"

/* --- registers --- */

/* A core that runs, or that did not answer once, is not asked. */
static struct device_core *askable(struct device *d, const struct ascend_core *core)
{
	struct device_core *c = device_core_of(d, core);

	return c && c->listed && !c->running && !c->silent ? c : NULL;
}

static bool ask(struct device *d, struct device_core *c, uint8_t *sqe, uint8_t *payload)
{
	enum device_result result = device_link_ask(d->link, sqe, payload);

	c->silent |= result == DEVICE_TIMEOUT;
	return result == DEVICE_OK;
}

static struct device_core_id id_of(const struct ascend_core *core)
{
	return (struct device_core_id){ (uint8_t)core->type, core->id };
}

static bool source_reg(struct ascend *a, const struct ascend_core *core, uint64_t addr, void *buf,
		       size_t n)
{
	struct device *d = device_of(a);
	struct device_core *c = askable(d, core);
	uint8_t sqe[DEVICE_MESSAGE], payload[DEVICE_PAYLOAD];
	const uint8_t *line =
		device_cache_line(d->cache, DEVICE_SPACE_REGISTER, core->unified, addr);

	if (!c || n > DEVICE_CACHE_LINE)
		return false;
	if (!line) {
		device_encode_register(sqe, id_of(core), addr);
		if (!ask(d, c, sqe, payload))
			return false;
		device_cache_put_line(d->cache, DEVICE_SPACE_REGISTER, core->unified, addr,
				      payload);
		line = payload;
	}
	memcpy(buf, line, n);
	return true;
}

/* --- memory of a core, and its warps --- */

/* The place of a thread of a SIMT function, by its number. */
static bool place_of(const struct device_core *c, unsigned thread, uint16_t out[3])
{
	const uint16_t *dim = c->info.dim;

	if (!dim[0] || !dim[1])
		return false;
	out[0] = (uint16_t)(thread % dim[0]);
	out[1] = (uint16_t)(thread / dim[0] % dim[1]);
	out[2] = (uint16_t)(thread / dim[0] / dim[1]);
	return true;
}

static void encode_focus(uint8_t *sqe, const struct device_core *c)
{
	uint16_t place[3];

	if (place_of(c, c->thread, place))
		device_encode_thread(sqe, place);
}

/* A piece that lies in one line of the channel. */
static bool read_line(struct device *d, const struct ascend_core *core, uint8_t mem, uint64_t at,
		      void *buf, size_t n)
{
	uint8_t sqe[DEVICE_MESSAGE], payload[DEVICE_PAYLOAD];
	uint64_t start = at / DEVICE_LINE * DEVICE_LINE;
	const uint8_t *line = device_cache_line(d->cache, mem, core->unified, start);
	struct device_core *c = askable(d, core);

	if (!c)
		return false;
	if (!line) {
		device_encode_local(sqe, id_of(core), mem, start);
		if (mem == DEVICE_SIMT_STACK)
			encode_focus(sqe, c);
		if (!ask(d, c, sqe, payload))
			return false;
		device_cache_put_line(d->cache, mem, core->unified, start, payload);
		line = payload;
	}
	memcpy(buf, line + (at - start), n);
	return true;
}

/* Bytes of a memory class, in the order of programs. */
static size_t read_lines(struct device *d, const struct ascend_core *core, uint8_t mem,
			 uint64_t offset, void *buf, size_t n)
{
	uint8_t *out = buf;
	size_t done = 0;

	while (done < n) {
		size_t run;
		uint64_t at = chip_channel_address(d->a.chip, mem, offset + done, &run);
		size_t room = DEVICE_LINE - (size_t)(at % DEVICE_LINE);
		size_t piece = n - done < room ? n - done : room;

		if (piece > run)
			piece = run;
		if (!read_line(d, core, mem, at, out + done, piece))
			break;
		done += piece;
	}
	return done;
}

static const struct ascend_core *owner_of(struct ascend *a, uint16_t unified)
{
	for (size_t i = 0; i < a->core_count; i++)
		if (a->cores[i].unified == unified)
			return &a->cores[i];
	return NULL;
}

static enum target_status not_given(struct device *d, const struct ascend_core *core,
				    const char *what)
{
	const struct device_core *c = core ? device_core_of(d, core) : NULL;
	const char *why = !c || !c->listed ? "the core has no task"
			  : c->running	   ? "the core is running"
			  : c->silent	   ? "the core does not answer"
					   : "the device did not give it";

	return target_fail(&d->a.base, TARGET_UNAVAILABLE, "%s: %s", what, why);
}

static enum target_status source_local(struct ascend *a, size_t index, uint64_t offset, void *buf,
				       size_t n, size_t *done)
{
	struct device *d = device_of(a);
	const struct ascend_local *l = &a->locals[index];
	const struct chip_mem_info *info = chip_mem_find(a->chip, l->mem);
	const struct ascend_core *core = owner_of(a, l->core);

	*done = 0;
	if (offset >= l->size)
		return TARGET_FAULT;
	if (n > l->size - offset)
		n = (size_t)(l->size - offset);
	if (core)
		*done = read_lines(d, core, l->mem, offset, buf, n);
	return *done || !n ? TARGET_OK : not_given(d, core, info ? info->name : "local memory");
}

/* What a core sees at its own addresses of the stack: they mean something else on each. */
static enum target_status source_stack(struct ascend *a, const struct ascend_core *core,
				       uint64_t at, void *buf, size_t n, size_t *done)
{
	struct device *d = device_of(a);
	const struct device_core *c = device_core_of(d, core);

	*done = 0;
	if (c && c->info.position == DEVICE_AT_SIMT) /* newest devices: a class of its own */
		*done = read_lines(d, core, DEVICE_SIMT_STACK, at, buf, n);
	if (!*done)
		*done = read_lines(d, core, CHIP_OUT_MEM, at, buf, n);
	return *done || !n ? TARGET_OK : not_given(device_of(a), core, "stack");
}

/* In either form: devices know one of them. */
static bool source_warp(struct ascend *a, const struct ascend_core *core, unsigned warp,
			struct ascend_warp *out)
{
	struct device *d = device_of(a);
	struct device_core *c = askable(d, core);
	uint8_t sqe[DEVICE_MESSAGE], payload[DEVICE_PAYLOAD];
	struct device_warp w;
	uint16_t place[3];

	if (!c)
		return false;
	device_encode_warp(sqe, id_of(core), (uint8_t)warp);
	bool told = ask(d, c, sqe, payload);
	if (!told && !c->silent && place_of(c, warp * DEVICE_WARP_THREADS, place)) {
		device_encode_warp_of(sqe, id_of(core), place);
		told = ask(d, c, sqe, payload);
	}
	if (!told)
		return false;
	device_decode_warp(payload, &w);
	*out = (struct ascend_warp){ w.pc, w.mask };
	return true;
}

static void source_look(struct ascend *a, const struct ascend_core *core, uint16_t thread)
{
	struct device *d = device_of(a);
	struct device_core *c = device_core_of(d, core);

	if (c)
		c->thread = thread;
	device_cache_forget(d->cache); /* its stack may have the addresses of another's */
}

/* --- global memory --- */

/*
 * On parts without the copy engine the driver says yes and copies nothing (live facts 2.4): the
 * buffer keeps what was in it, whatever that was.
 */
static bool copies(struct device *d, const struct device_copy *probe)
{
	uint8_t bytes[2][8];
	size_t n = probe->n < sizeof(bytes[0]) ? probe->n : sizeof(bytes[0]), done;

	for (int i = 0; i < 2; i++) {
		struct device_copy c = { true, d->tgid, probe->at, bytes[i], n };

		memset(bytes[i], i ? 0x5a : 0xa5, n);
		if (device_link_copy(d->link, &c, &done) != DEVICE_OK)
			return true;
	}
	return !memcmp(bytes[0], bytes[1], n);
}

static size_t copy_in(struct device *d, uint64_t at, void *buf, size_t n)
{
	struct device_copy c = { true, d->tgid, at, buf, n };
	size_t done;

	if (!d->link) /* the device is gone */
		return 0;
	memset(buf, 0xa5, n);
	(void)device_link_copy(d->link, &c, &done);
	if (done && ((uint8_t *)buf)[0] == 0xa5 && ((uint8_t *)buf)[done - 1] == 0xa5 &&
	    !copies(d, &c)) {
		d->blind = true;
		target_logf(
			&d->a.base.log, TARGET_LOG_WARN,
			"device id=%u: its driver copies no memory: only what cores see is shown",
			d->a.device);
		return 0;
	}
	return done;
}

static bool moves(const struct device *d)
{
	for (size_t i = 0; i < DEVICE_SLOTS; i++)
		if (d->cores[i].listed && d->cores[i].running)
			return true;
	return false;
}

/* Inside a function nothing changes as long as its kernel is there. */
static bool is_fixed(struct device *d, uint64_t at)
{
	struct symbols_place place;

	return ascend_place(&d->a, at, &place);
}

/* A page that is kept, or NULL. */
static const uint8_t *kept_page(struct device *d, uint64_t start, uint64_t at, size_t n)
{
	const uint8_t *page = NULL;

	if (is_fixed(d, at) && is_fixed(d, at + n - 1))
		page = device_cache_code(d->cache, start);
	return page || moves(d) ? page : device_cache_page(d->cache, start);
}

/*
 * Small reads take the whole page along, since more of it is asked for next. While cores run their
 * data are as they are now.
 */
static size_t read_page(struct device *d, uint64_t at, void *buf, size_t n)
{
	uint64_t start = at / DEVICE_CACHE_PAGE * DEVICE_CACHE_PAGE;
	const uint8_t *page = kept_page(d, start, at, n);
	uint8_t bytes[DEVICE_CACHE_PAGE];

	if (!page && copy_in(d, start, bytes, sizeof(bytes)) == sizeof(bytes)) {
		device_cache_put_page(d->cache, start, bytes);
		if (is_fixed(d, at))
			device_cache_put_code(d->cache, start, bytes);
		page = bytes;
	}
	if (!page)
		return copy_in(d, at, buf, n);
	memcpy(buf, page + (at - start), n);
	return n;
}

static size_t read_global(struct device *d, uint64_t at, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n && !d->blind) {
		size_t room = DEVICE_CACHE_PAGE - (size_t)((at + done) % DEVICE_CACHE_PAGE);
		size_t piece = n - done < room ? n - done : room;
		size_t got = read_page(d, at + done, (uint8_t *)buf + done, piece);

		done += got;
		if (got < piece)
			break;
	}
	return done;
}

static enum target_status source_global(struct ascend *a, uint64_t at, void *buf, size_t n,
					size_t *done)
{
	struct device *d = device_of(a);

	*done = read_global(d, at, buf, n);
	if (!*done && d->blind)
		*done = read_lines(d, &a->cores[a->focus], CHIP_OUT_MEM, at, buf, n);
	points_hide(d->points, at, buf, *done);
	return *done || !n ? TARGET_OK : TARGET_FAULT;
}

/* --- tables --- */

static bool source_point(struct ascend *a, size_t index, struct ascend_point *out)
{
	struct device *d = device_of(a);

	if (!points_get(d->points, index, &out->at, &out->wanted, &out->patched))
		return false;
	out->conditional = point_codes_find(&d->codes, TARGET_SW_BREAK, out->at) != NULL;
	return true;
}

static struct ascend *source_peer(struct ascend *a, size_t index)
{
	struct device *d = device_of(a)->owner->all;

	for (; d; d = d->next)
		if (d->ready && !index--)
			break;
	if (d && d->stale)
		device_cores_show(d);
	return d ? &d->a : NULL;
}

static void source_close(struct ascend *a)
{
	device_destroy(device_of(a));
}

const struct ascend_source_ops device_source_ops = {
	.reg = source_reg,
	.local = source_local,
	.global = source_global,
	.stack = source_stack,
	.warp = source_warp,
	.look = source_look,
	.point = source_point,
	.peer = source_peer,
	.close = source_close,
};

/* --- what is patched --- */

bool device_is_code(const struct device *d, uint64_t at)
{
	for (size_t i = 0; i < d->a.kernel_count; i++) {
		const struct ascend_kernel *k = &d->a.kernels[i];

		if (k->object && symbols_covers(k->object, at))
			return true;
	}
	return false;
}

static bool raw_read(void *ctx, uint64_t at, void *buf, size_t n)
{
	struct device *d = ctx;

	return copy_in(d, at, buf, n) == n;
}

/* Written, read back, and made seen by the cores: live facts 3, "software breakpoint". */
static bool raw_write(void *ctx, uint64_t at, const void *data, size_t n)
{
	struct device *d = ctx;
	uint8_t bytes[POINTS_INSN_MAX], sqe[DEVICE_MESSAGE];
	struct device_copy c = { false, d->tgid, at, bytes, n };
	size_t done;

	if (n > sizeof(bytes))
		return false;
	memcpy(bytes, data, n);
	if (device_link_copy(d->link, &c, &done) != DEVICE_OK || copy_in(d, at, bytes, n) != n ||
	    memcmp(bytes, data, n) != 0)
		return false;
	device_cache_forget(d->cache);
	device_cache_patch(d->cache, at, data, n);
	device_encode_invalidate(sqe, d->a.chip->channel->wide_masks, at, d->refresh);
	return device_link_ask(d->link, sqe, NULL) == DEVICE_OK;
}

struct points_memory device_raw_memory(struct device *d)
{
	return (struct points_memory){ .read = raw_read, .write = raw_write, .ctx = d };
}

enum target_status device_mem_write(struct device *d, uint64_t at, const void *data, size_t n)
{
	uint8_t bytes[DEVICE_CACHE_PAGE], sqe[DEVICE_MESSAGE];
	const uint8_t *from = data;
	size_t done;

	device_cache_forget(d->cache);
	device_cache_forget_code(d->cache);
	while (n) {
		size_t piece = n < sizeof(bytes) ? n : sizeof(bytes);
		struct device_copy c = { false, d->tgid, at, bytes, piece };

		memcpy(bytes, from, piece);
		points_keep(d->points, at, bytes, piece);
		enum device_result result = device_link_copy(d->link, &c, &done);
		if (result != DEVICE_OK)
			return target_fail(&d->a.base, TARGET_FAULT,
					   "%zu bytes at %#" PRIx64 " were not written: %s",
					   piece - done, at + done, device_result_words(result));
		if (device_is_code(d, at)) {
			device_encode_invalidate(sqe, d->a.chip->channel->wide_masks, at, NULL);
			(void)device_link_ask(d->link, sqe, NULL);
		}
		at += piece;
		from += piece;
		n -= piece;
	}
	return TARGET_OK;
}

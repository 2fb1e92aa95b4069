/*
 * All live devices as one target: what apps tell over their runtime stubs, and the operations that
 * are handed on to the device of a process. main opens it through device_open().
 */
#include "target/device/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "target/device/device_priv.h"
#include "target/device/monitor_priv.h"
#include "target/sim/sim_wire.h"

/* --- finding --- */

static struct device *by_id(struct devices *ds, int64_t id)
{
	struct device *d = ds->all;

	while (d && d->a.device != id)
		d = d->next;
	return d;
}

static struct device *find(struct device *d, uint32_t pid)
{
	while (d && (d->a.pid != pid || !d->shown))
		d = d->next;
	if (d && d->stale)
		device_cores_show(d);
	return d;
}

/* A device that is gone, too, as long as the client has a process of it. */
static struct device *by_pid(struct target *t, uint32_t pid)
{
	struct device *d = find(devices_of(t)->all, pid);

	return d ? d : find(devices_of(t)->retired, pid);
}

static enum target_status no_device(struct target *t, uint32_t pid)
{
	return target_fail(t, TARGET_NO_THREAD, "no device is process %u", pid);
}

/* Words of a failure belong to the target that was asked. */
static enum target_status hand_back(struct target *t, struct device *d, enum target_status status)
{
	if (status != TARGET_OK)
		memcpy(t->message, d->a.base.message, sizeof(t->message));
	return status;
}

/* --- what apps tell --- */

static void on_device(struct devices *ds, struct device_client *c, const struct stub_message *m)
{
	unsigned code = 0;

	c->device = m->device;
	c->tgid = (uint32_t)m->tgid;
	bool wanted =
		m->device < DEVICE_MAX && (ds->options.only < 0 || ds->options.only == m->device);
	if (wanted && !by_id(ds, m->device)) {
		struct device *d = device_create(ds, m, &code);
		struct device **at = &ds->all;

		while (*at)
			at = &(*at)->next;
		*at = d;
	}
	device_client_answer(c, code);
}

/* The first kernel makes the device something to show. */
static bool make_ready(struct device *d)
{
	if (d->ready)
		return true;
	device_cores_show(d);
	d->ready = ascend_init(&d->a) == TARGET_OK;
	if (!d->ready)
		target_logf(&d->a.base.log, TARGET_LOG_ERROR,
			    "device id=%u: it cannot be shown: %s", d->a.device, d->a.base.message);
	return d->ready;
}

static void hold(struct devices *ds, struct device *d, struct device_client *c)
{
	c->held = true;
	d->news = d->shown ? DEVICE_KERNELS : DEVICE_NEW;
	devices_wake(ds);
}

/* A kernel that is known: what was changed while the device had nothing to do is written first. */
static void let_through(struct device *d, struct device_client *c)
{
	if (d->ready && !device_points_sync(d))
		target_logf(&d->a.base.log, TARGET_LOG_WARN, "breakpoint: %s",
			    d->owner->base.message);
	d->unsure = true;
	device_client_answer(c, 0);
}

static void on_kernel(struct devices *ds, struct device_client *c, const struct stub_message *m)
{
	struct device *d = by_id(ds, c->device);
	bool fresh;

	if (!d) {
		device_client_answer(c, 0);
		return;
	}
	if (!device_owner_take(d, c, m)) {
		device_client_answer(c, 0);
		return;
	}
	device_cache_forget_code(d->cache); /* it may have been loaded anew */
	if (m->stream >= 0)
		d->stream = (uint32_t)m->stream;
	snprintf(d->a.launched, sizeof(d->a.launched), "%s", m->name);
	target_tell(&ds->base.log, TARGET_LOG_INFO, "launch",
		    "[Launch of Kernel %.64s on Device %u]", m->name, d->a.device);
	if (device_kernel_add(d, m, &fresh) && fresh && make_ready(d) && !c->free &&
	    ds->wishes & TARGET_WISH_EXEC)
		hold(ds, d, c);
	else
		let_through(d, c);
}

static void on_message(void *ctx, struct device_client *c, const struct stub_message *m)
{
	switch (m->kind) {
	case STUB_DEVICE:
		on_device(ctx, c, m);
		break;
	case STUB_KERNEL:
		on_kernel(ctx, c, m);
		break;
	default:
		device_client_answer(c, 0);
		break;
	}
}

/* The last app that has a device open takes it along. */
static void on_gone(void *ctx, struct device_client *gone)
{
	struct devices *ds = ctx;
	struct device *d = by_id(ds, gone->device);
	bool others = false;

	for (struct device_client *c = device_clients_first(ds->clients); d && c; c = c->next)
		others |= c->device == gone->device;
	if (d && others) {
		device_owner_gone(d, gone);
	} else if (d) {
		d->giver = gone->given_back ? gone->pid : 0;
		device_retire(d);
	}
}

/* --- operations that are handed on --- */

static enum target_status add_threads(struct target *t, struct device *d, struct target_tid *out,
				      size_t cap, size_t *count)
{
	size_t n = *count;

	for (; d; d = d->next) {
		size_t some = 0;

		if (!d->shown)
			continue;
		if (d->stale)
			device_cores_show(d);
		enum target_status status = ascend_target_ops.threads(
			&d->a.base, out + (n < cap ? n : cap), n < cap ? cap - n : 0, &some);
		if (status != TARGET_OK)
			return hand_back(t, d, status);
		n += some;
	}
	*count = n;
	return TARGET_OK;
}

static enum target_status threads(struct target *t, struct target_tid *out, size_t cap,
				  size_t *count)
{
	*count = 0;
	enum target_status status = add_threads(t, devices_of(t)->all, out, cap, count);
	return status == TARGET_OK ? add_threads(t, devices_of(t)->retired, out, cap, count)
				   : status;
}

static const struct arch_desc *arch(struct target *t, struct target_tid tid)
{
	struct device *d = by_pid(t, tid.pid);

	return d ? ascend_target_ops.arch(&d->a.base, tid) : NULL;
}

static enum target_status stop(struct target *t, struct target_tid tid, struct target_stop *out)
{
	struct target_tid asked = tid.pid ? tid : devices_of(t)->last;
	struct device *d = by_pid(t, asked.pid);

	if (!d)
		return no_device(t, asked.pid);
	enum target_status status = ascend_target_ops.stop(&d->a.base, asked, out);
	const struct device_core *c = &d->cores[(asked.tid - 1) % DEVICE_SLOTS];
	if (d->waiting && target_tid_equal(asked, d->last_news.tid)) {
		*out = d->last_news;
		return TARGET_OK;
	}
	if (status == TARGET_OK && devices_of(t)->non_stop && c->go) {
		out->signal = TARGET_SIGNAL_NONE; /* it runs, for the client */
	} else if (status == TARGET_OK && c->has_last && !c->running) {
		const char *text = out->text;

		*out = c->last;
		out->text = c->info.status == DEVICE_EXCEPTION ? text : NULL;
	}
	return hand_back(t, d, status);
}

static enum target_status reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				   bool *valid)
{
	struct device *d = by_pid(t, tid.pid);

	return d ? hand_back(t, d, ascend_target_ops.reg_read(&d->a.base, tid, reg, buf, valid))
		 : no_device(t, tid.pid);
}

static enum target_status mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				   size_t n, size_t *done)
{
	struct device *d = by_pid(t, tid.pid);

	return d ? hand_back(t, d, ascend_target_ops.mem_read(&d->a.base, tid, at, buf, n, done))
		 : no_device(t, tid.pid);
}

static enum target_status reg_write(struct target *t, struct target_tid tid, size_t reg,
				    const void *value)
{
	(void)tid;
	(void)reg;
	(void)value;
	return target_fail(t, TARGET_UNSUPPORTED,
			   "registers of a core cannot be changed: the debug channel has no "
			   "command for it");
}

static enum target_status mem_write(struct target *t, struct target_tid tid, uint64_t at,
				    const void *data, size_t n)
{
	struct device *d = find(devices_of(t)->all, tid.pid);
	struct ascend_core *core = d ? ascend_core_find(&d->a, tid) : NULL;
	struct ascend_where where;

	if (!core)
		return no_device(t, tid.pid);
	ascend_resolve(&d->a, core, at, &where);
	if (where.kind != ASCEND_AT_GLOBAL)
		return target_fail(t, TARGET_UNSUPPORTED,
				   "memory of a core cannot be changed: the debug channel has no "
				   "command for it (global memory can)");
	return hand_back(t, d, device_mem_write(d, at, data, n));
}

static enum target_status point_set(struct target *t, uint32_t pid, const struct target_point *p)
{
	struct device *d = find(devices_of(t)->all, pid);

	return d ? hand_back(t, d, device_point(d, p, true)) : no_device(t, pid);
}

static enum target_status point_clear(struct target *t, uint32_t pid, const struct target_point *p)
{
	struct device *d = find(devices_of(t)->all, pid);

	return d ? hand_back(t, d, device_point(d, p, false)) : no_device(t, pid);
}

static bool persists(const struct target *t, uint32_t pid)
{
	const struct device *d = ((const struct devices *)t)->all;

	for (; d; d = d->next)
		for (size_t i = 0; d->a.pid == pid && i < d->codes.count; i++)
			if (d->codes.all[i]->code.persist)
				return true;
	return false;
}

/* --- views --- */

static const struct target_view_ops *view(void)
{
	return ascend_target_ops.view;
}

static enum target_status thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct device *d = by_pid(t, tid.pid);

	return d ? hand_back(t, d, view()->thread_name(&d->a.base, tid, out))
		 : no_device(t, tid.pid);
}

static enum target_status thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct device *d = by_pid(t, tid.pid);

	return d ? hand_back(t, d, view()->thread_text(&d->a.base, tid, out))
		 : no_device(t, tid.pid);
}

static enum target_status exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	struct device *d = by_pid(t, pid);

	return d ? hand_back(t, d, view()->exec_file(&d->a.base, pid, out)) : no_device(t, pid);
}

static enum target_status libraries(struct target *t, uint32_t pid, target_library_fn fn, void *ctx)
{
	struct device *d = by_pid(t, pid);

	return d ? hand_back(t, d, view()->libraries(&d->a.base, pid, fn, ctx)) : no_device(t, pid);
}

static enum target_status region(struct target *t, struct target_tid tid, uint64_t at,
				 struct target_region *out)
{
	struct device *d = by_pid(t, tid.pid);

	return d ? hand_back(t, d, view()->region(&d->a.base, tid, at, out))
		 : no_device(t, tid.pid);
}

/* Files of devices that are gone stay: a client may not have read all of one. */
static enum target_status file(struct target *t, const char *path, const void **data, size_t *n)
{
	struct devices *ds = devices_of(t);
	struct device *lists[] = { ds->all, ds->retired };

	for (size_t i = 0; i < 2; i++)
		for (struct device *d = lists[i]; d; d = d->next)
			if (d->ready && view()->file(&d->a.base, path, data, n) == TARGET_OK)
				return TARGET_OK;
	return target_fail(t, TARGET_INVALID, "there is no such file on a device");
}

static const struct target_table_info *tables(const struct target *t, size_t *count)
{
	(void)t;
	return ascend_live_tables(count);
}

/* One table for all devices: the rows of each behind those of the one before. */
static enum target_status table(struct target *t, const char *name, struct target_table *out)
{
	bool any = false;

	for (struct device *d = devices_of(t)->all; d; d = d->next) {
		struct target_table one = { 0 };
		const char *cell;
		size_t cursor = 0;

		if (!d->ready)
			continue;
		if (d->stale)
			device_cores_show(d);
		enum target_status status = view()->table(&d->a.base, name, any ? &one : out);
		if (status != TARGET_OK)
			return hand_back(t, d, status);
		while (any && (cell = target_table_next(&one, &cursor)))
			target_table_text(out, cell);
		target_table_deinit(&one);
		any = true;
	}
	return any ? TARGET_OK
		   : target_fail(t, TARGET_UNAVAILABLE, "no program has opened a device yet");
}

static enum target_status set_coalesce(struct devices *ds, const char *word,
				       struct target_text *out)
{
	bool on = !strcmp(word, "on");

	if (!on && strcmp(word, "off") != 0)
		return target_fail(&ds->base, TARGET_INVALID, "give on or off");
	ds->coalesce = on;
	target_text_add(out, on ? "Cores at the same breakpoint are told as one stop.\n"
				: "Each core at a breakpoint is told for itself.\n");
	return TARGET_OK;
}

/* Of the device whose thread is looked at, else the first. */
static enum target_status command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out)
{
	struct devices *ds = devices_of(t);
	struct device *d = by_pid(t, tid.pid);

	if (argc == 3 && !strcmp(argv[0], "set") && !strcmp(argv[1], "coalesce"))
		return set_coalesce(ds, argv[2], out);
	if (strcmp(argv[0], "ascend") != 0)
		return TARGET_UNSUPPORTED;
	if (argc > 1 && !strcmp(argv[1], "device"))
		return devices_choose(ds, argc - 2, argv + 2, out);
	for (struct device *k = ds->all; k && !d; k = k->next)
		d = k->ready ? by_pid(t, k->a.pid) : NULL;
	if (!d)
		return target_fail(t, TARGET_UNAVAILABLE,
				   ds->retired ? "the program that used the device has ended or "
						 "given it back"
					       : "no kernel was launched yet: go on until one is");
	if (ds->non_stop && d->link) /* a core that stops alone has not told its task */
		device_cores_ask(d);
	if (d->stale)
		device_cores_show(d);
	if (tid.pid != d->a.pid || !ascend_core_find(&d->a, tid))
		tid = ascend_core_tid(&d->a, &d->a.cores[d->a.focus]);
	return hand_back(t, d, view()->command(&d->a.base, tid, argc, argv, out));
}

static const char *help(const struct target *t)
{
	const char *text = ((const struct devices *)t)->help.data;

	return text ? text : "";
}

static const struct target_view_ops view_ops = {
	.thread_name = thread_name,
	.thread_text = thread_text,
	.exec_file = exec_file,
	.libraries = libraries,
	.region = region,
	.file = file,
	.tables = tables,
	.table = table,
	.command = command,
	.help = help,
	.doctor = devices_doctor,
};

static const struct target_write_ops write_ops = { .reg = reg_write, .mem = mem_write };

static const struct target_point_ops point_ops = {
	.set = point_set,
	.clear = point_clear,
	.persists = persists,
};

static void close_all(struct target *t)
{
	struct devices *ds = devices_of(t);

	for (struct device *d = ds->all; d; d = ds->all) {
		if (!d->link->lost)
			device_release(d);
		device_retire(d);
	}
	while (ds->retired) {
		struct device *d = ds->retired;

		ds->retired = d->next;
		device_destroy(d);
	}
	for (size_t i = 0; i < DEVICE_MAX; i++)
		free(ds->trouble[i]);
	device_clients_destroy(ds->clients);
	close(ds->events);
	close(ds->wake);
	close(ds->beat);
	target_text_deinit(&ds->preload);
	target_text_deinit(&ds->socket);
	target_text_deinit(&ds->sim);
	target_text_deinit(&ds->help);
	free(ds);
}

static const struct target_ops ops = {
	.close = close_all,
	.threads = threads,
	.arch = arch,
	.stop = stop,
	.reg_read = reg_read,
	.mem_read = mem_read,
	.write = &write_ops,
	.run = &device_run_ops,
	.points = &point_ops,
	.process = &device_process_ops,
	.view = &view_ops,
};

/* --- opening --- */

static bool watch(struct devices *ds, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return fd >= 0 && epoll_ctl(ds->events, EPOLL_CTL_ADD, fd, &ev) == 0;
}

/* Queued launches of PyTorch would come from other threads, later: live facts 1.2. */
static void make_environment(struct devices *ds)
{
	size_t n = 0;

	target_text_format(&ds->preload, "LD_PRELOAD=%s", ds->options.stub);
	target_text_format(&ds->socket, STUB_SOCKET_ENV "=%s",
			   device_clients_socket(ds->clients)->path);
	ds->environment[n++] = ds->preload.data;
	ds->environment[n++] = ds->socket.data;
	ds->environment[n++] = "TASK_QUEUE_ENABLE=0";
	if (!ds->options.sim)
		return;
	target_text_format(&ds->sim, SIM_WIRE_ENV "=%s", ds->options.sim);
	ds->environment[n++] = ds->sim.data;
}

const char *const *device_environment(const struct target *t)
{
	return ((const struct devices *)t)->environment;
}

const struct unix_socket *device_socket(const struct target *t)
{
	return device_clients_socket(((const struct devices *)t)->clients);
}

struct target *device_open(const struct device_options *options, struct target_log log)
{
	struct devices *ds = calloc(1, sizeof(*ds));

	if (!ds)
		return NULL;
	struct device_clients_handler handler = { on_message, on_gone, ds };
	ds->base.ops = &ops;
	ds->base.log = log;
	ds->base.link_requests = &ds->requests;
	ds->options = *options;
	ds->coalesce = true;
	ascend_help_add(&ds->help);
	target_text_add(&ds->help, DEVICES_CHOOSE_HELP);
	target_text_add(&ds->help, "  set coalesce <on|off>\n"
				   "    Cores at the same breakpoint are told as one stop\n");
	ds->clients = device_clients_create(&handler, log);
	ds->events = epoll_create1(EPOLL_CLOEXEC);
	ds->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ds->beat = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ds->clients && watch(ds, device_clients_fd(ds->clients)) && watch(ds, ds->wake) &&
	    watch(ds, ds->beat)) {
		make_environment(ds);
		return &ds->base;
	}
	int error = errno;
	close_all(&ds->base);
	errno = error;
	return NULL;
}

/*
 * Devices alone, for a client that is connected to nothing else (--device-port, --view device).
 * A client needs a process from the start, and one that begins to debug before a kernel is launched
 * has none: until then there is a process that only waits, a device without cores at work. At the
 * first kernel it becomes the device by an exec event, as beside a program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "target/device/device_priv.h"
#include "target/device/none.h"
#include "target/device/port.h"
#include "target/doctor.h"

struct port {
	struct target base;
	struct target *devices; /* owned */
	struct target *host;	/* programs that run by themselves; owned; NULL: there are none */
	bool host_runs;
	int events;	     /* epoll of both */
	struct ascend *none; /* the process that waits; owned */
	bool waits;	     /* it is shown */
	bool runs;	     /* ... and was let run */
	bool stopped;	     /* it has a stop to tell */
	int signal;	     /* ... this one */
	unsigned wishes;     /* of the client; 0: there is none */
	bool non_stop;
	bool deaf; /* it cannot be told of devices now */
};

static struct port *of(struct target *t)
{
	return (struct port *)t;
}

static struct devices *all(const struct port *p)
{
	return devices_of(p->devices);
}

/* --- whose a thread is --- */

static struct target_tid none_tid(const struct port *p)
{
	return ascend_core_tid(p->none, &p->none->cores[0]);
}

/* Whose a thread is: {0,0} is the one to be seen first. */
static struct target *member(struct target *t, uint32_t pid)
{
	struct port *p = of(t);

	return p->waits && (!pid || pid == p->none->pid) ? &p->none->base : p->devices;
}

static enum target_status back(struct target *t, const struct target *m, enum target_status status)
{
	memcpy(t->message, m->message, sizeof(t->message));
	return status;
}

/* --- looking --- */

static enum target_status threads(struct target *t, struct target_tid *out, size_t cap,
				  size_t *count)
{
	struct target *m = member(t, 0);

	return back(t, m, target_threads(m, out, cap, count));
}

static const struct arch_desc *arch(struct target *t, struct target_tid tid)
{
	return target_arch(member(t, tid.pid), tid);
}

/* A client that has just come is shown a device as it is: the first thread of it. */
static struct target_tid first_thread(struct port *p)
{
	struct target_tid tid = { 0 };
	size_t n = 0;

	if (target_threads(p->devices, &tid, 1, &n) != TARGET_OK || !n)
		return (struct target_tid){ 0 };
	return target_has_thread(p->devices, all(p)->last) ? all(p)->last : tid;
}

static enum target_status stop(struct target *t, struct target_tid tid, struct target_stop *out)
{
	struct port *p = of(t);
	struct target *m = member(t, tid.pid);

	if (m == p->devices)
		return back(t, m, target_stop(m, tid.pid ? tid : first_thread(p), out));
	*out = (struct target_stop){ .kind = TARGET_STOP_SIGNAL, .tid = none_tid(p), .core = -1 };
	return TARGET_OK;
}

static enum target_status reg_read(struct target *t, struct target_tid tid, size_t reg, void *buf,
				   bool *valid)
{
	struct target *m = member(t, tid.pid);

	return back(t, m, target_reg_read(m, tid, reg, buf, valid));
}

static enum target_status mem_read(struct target *t, struct target_tid tid, uint64_t at, void *buf,
				   size_t n, size_t *done)
{
	struct target *m = member(t, tid.pid);

	return back(t, m, target_mem_read(m, tid, at, buf, n, done));
}

static enum target_status reg_write(struct target *t, struct target_tid tid, size_t reg,
				    const void *value)
{
	return back(t, of(t)->devices, target_reg_write(of(t)->devices, tid, reg, value));
}

static enum target_status mem_write(struct target *t, struct target_tid tid, uint64_t at,
				    const void *data, size_t n)
{
	return back(t, of(t)->devices, target_mem_write(of(t)->devices, tid, at, data, n));
}

static enum target_status point_set(struct target *t, uint32_t pid, const struct target_point *p)
{
	return back(t, of(t)->devices, target_point_set(of(t)->devices, pid, p));
}

static enum target_status point_clear(struct target *t, uint32_t pid, const struct target_point *p)
{
	return back(t, of(t)->devices, target_point_clear(of(t)->devices, pid, p));
}

static bool persists(const struct target *t, uint32_t pid)
{
	return target_point_persists(((const struct port *)t)->devices, pid);
}

static enum target_status thread_name(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct target *m = member(t, tid.pid);

	if (m == of(t)->devices)
		return back(t, m, target_thread_name(m, tid, out));
	target_text_add(out, "no kernel yet");
	return TARGET_OK;
}

static enum target_status thread_text(struct target *t, struct target_tid tid,
				      struct target_text *out)
{
	struct target *m = member(t, tid.pid);

	if (m == of(t)->devices)
		return back(t, m, target_thread_text(m, tid, out));
	target_text_add(out, "waits for a program that launches one");
	return TARGET_OK;
}

static enum target_status exec_file(struct target *t, uint32_t pid, struct target_text *out)
{
	struct target *m = member(t, pid);

	return back(t, m, target_exec_file(m, pid, out));
}

static enum target_status libraries(struct target *t, uint32_t pid, target_library_fn fn, void *ctx)
{
	struct target *m = member(t, pid);

	return back(t, m, target_libraries(m, pid, fn, ctx));
}

static enum target_status region(struct target *t, struct target_tid tid, uint64_t at,
				 struct target_region *out)
{
	struct target *m = member(t, tid.pid);

	return back(t, m, target_region(m, tid, at, out));
}

static enum target_status file(struct target *t, const char *path, const void **data, size_t *n)
{
	struct port *p = of(t);

	if (target_file(p->devices, path, data, n) == TARGET_OK)
		return TARGET_OK;
	return back(t, &p->none->base, target_file(&p->none->base, path, data, n));
}

static const struct target_table_info *tables(const struct target *t, size_t *count)
{
	return target_tables(((const struct port *)t)->devices, count);
}

static enum target_status table(struct target *t, const char *name, struct target_table *out)
{
	return back(t, of(t)->devices, target_table(of(t)->devices, name, out));
}

static enum target_status command(struct target *t, struct target_tid tid, size_t argc,
				  const char *const *argv, struct target_text *out)
{
	return back(t, of(t)->devices, target_command(of(t)->devices, tid, argc, argv, out));
}

static bool steers(const struct target *t, size_t argc, const char *const *argv)
{
	return target_command_steers(((const struct port *)t)->devices, argc, argv);
}

static const char *help(const struct target *t)
{
	return target_help(((const struct port *)t)->devices);
}

/* Empty, as beside a program: where there is one, no client is given a map that launches change. */
static enum target_status auxv(struct target *t, uint32_t pid, struct target_text *out)
{
	(void)t;
	(void)pid;
	(void)out;
	return TARGET_OK;
}

static void doctor(struct target *t, struct doctor *r)
{
	target_doctor(of(t)->devices, r);
}

/* --- running --- */

static bool names(const struct target_action *a, struct target_tid tid)
{
	return (a->pid <= 0 || a->pid == tid.pid) && (a->tid <= 0 || a->tid == tid.tid);
}

static void move_none(struct port *p, const struct target_action *a, size_t n)
{
	size_t i = 0;

	while (i < n && !names(&a[i], none_tid(p)))
		i++;
	if (i == n)
		return;
	p->stopped |= a[i].kind == TARGET_HALT && p->runs;
	p->signal = TARGET_SIGNAL_NONE;
	p->runs = a[i].kind != TARGET_HALT;
	if (p->stopped)
		devices_wake(all(p));
}

/* --- programs that nobody looks at --- */

static void start_host(struct port *p)
{
	struct target_action go = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };

	if (p->host && !p->host_runs)
		p->host_runs = target_resume(p->host, &go, 1) == TARGET_OK;
}

/* Whatever stops goes on, with its signal. */
static void pass_on(struct port *p, const struct target_stop *stop)
{
	bool is_signal = stop->kind == TARGET_STOP_SIGNAL && stop->signal != TARGET_SIGNAL_TRAP;
	struct target_action go[] = {
		{ .kind = TARGET_CONTINUE,
		  .pid = stop->tid.pid,
		  .tid = stop->tid.tid,
		  .signal = is_signal ? stop->signal : 0 },
		{ .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 },
	};

	(void)!target_resume(p->host, go, 2);
}

/* The last program has ended: true while that is to be told of a process that only waits. */
static bool drive_host(struct port *p, struct target_stop *out)
{
	struct target_stop stop;
	bool got = p->host != NULL;
	size_t left = 1;

	while (got && target_next_event(p->host, &stop, &got) == TARGET_OK && got) {
		if (stop.kind != TARGET_STOP_EXITED && stop.kind != TARGET_STOP_SIGNALED) {
			pass_on(p, &stop);
			continue;
		}
		*out = stop;
		if (target_threads(p->host, NULL, 0, &left) != TARGET_OK || left)
			pass_on(p, &stop);
	}
	out->tid = (struct target_tid){ p->none->pid, p->none->pid };
	return !left && p->waits && p->runs;
}

static void listen_again(struct port *p)
{
	p->deaf = false;
	target_wish(p->devices, p->wishes | TARGET_WISH_EXEC);
}

/* What waits goes on as a whole: then the devices' first news may be told. */
static enum target_status resume(struct target *t, const struct target_action *a, size_t n)
{
	struct target_action go = { .kind = TARGET_CONTINUE, .pid = -1, .tid = -1 };
	struct port *p = of(t);

	start_host(p);
	if (!p->waits)
		return back(t, p->devices, target_resume(p->devices, a, n));
	move_none(p, a, n);
	if (p->runs && p->deaf)
		listen_again(p);
	if (p->runs)
		(void)!target_resume(p->devices, &go, 1); /* it may have no thread yet: fine */
	return TARGET_OK;
}

static enum target_status interrupt(struct target *t)
{
	struct port *p = of(t);

	if (target_interrupt(p->devices) == TARGET_OK)
		return TARGET_OK;
	/* no kernel runs: what there is stops where it is */
	p->stopped = true;
	p->signal = TARGET_SIGNAL_INT;
	devices_wake(all(p));
	return TARGET_OK;
}

static int event_fd(const struct target *t)
{
	return ((const struct port *)t)->events;
}

static bool tell_own(struct port *p, struct target_stop *out)
{
	struct target_tid tid = p->waits ? none_tid(p) : first_thread(p);

	if (!p->stopped)
		return false;
	p->stopped = p->runs = false;
	if (!tid.pid)
		return false;
	if (!p->non_stop)
		devices_halt(all(p));
	*out = (struct target_stop){
		.kind = TARGET_STOP_SIGNAL, .tid = tid, .signal = p->signal, .core = -1
	};
	return true;
}

/* It may take its device again: looked at with every beat. */
static bool lives(uint32_t pid)
{
	char path[64], state = 'X';

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	FILE *f = pid ? fopen(path, "re") : NULL;
	if (f) {
		char line[256] = "";
		const char *end = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;

		state = end && end[1] ? end[2] : 'X';
		fclose(f);
	}
	return state != 'X' && state != 'Z';
}

/* With nobody else to tell of it, the end of the program is the end of its devices at once. */
static bool note_ends(struct port *p)
{
	bool any = false;

	for (struct device *d = all(p)->retired; d; d = d->next) {
		d->ended |= d->shown && !lives(d->giver) && (all(p)->resumed || p->non_stop);
		any |= d->ended;
	}
	return any;
}

/*
 * The client has no process any more. In all-stop nothing could be told it: no launch waits for it
 * until it lets the process run that waits again. In non-stop the next device is simply new, and a
 * thread that appears without a stop would leave GDB 13 waiting for one.
 */
static void begin_anew(struct port *p)
{
	size_t n = 0;

	if (target_threads(p->devices, NULL, 0, &n) != TARGET_OK || n)
		return;
	p->runs = false;
	p->deaf = !p->non_stop;
	p->waits = p->deaf && !p->host;
	if (p->deaf)
		target_wish(p->devices, 0);
}

static enum target_status next_event(struct target *t, struct target_stop *out, bool *got)
{
	struct port *p = of(t);

	*got = drive_host(p, out);
	if (*got) {
		p->waits = p->runs = false;
		return TARGET_OK;
	}
	enum target_status status = target_next_event(p->devices, out, got);
	if (status == TARGET_OK && !*got && note_ends(p))
		status = target_next_event(p->devices, out, got);
	if (status == TARGET_OK && *got) {
		p->waits = false;
		if (out->kind == TARGET_STOP_EXITED)
			begin_anew(p);
		/* without exec events a client keeps what it read; the kernels are new to it */
		if (out->kind == TARGET_STOP_EXEC && !(p->wishes & TARGET_WISH_EXEC))
			*out = (struct target_stop){ .kind = TARGET_STOP_LIBRARY,
						     .tid = out->tid,
						     .signal = out->signal,
						     .core = -1,
						     .text = "its first kernel was launched" };
	} else if (status == TARGET_OK) {
		*got = tell_own(p, out);
	}
	return back(t, p->devices, status);
}

/* A client that has not taken the end of a device yet may let go of it. */
static bool has_ended(const struct port *p, uint32_t pid)
{
	const struct device *d = all(p)->retired;

	while (d && d->a.pid != pid)
		d = d->next;
	return d != NULL;
}

static enum target_status detach(struct target *t, uint32_t pid)
{
	struct port *p = of(t);

	enum target_status status = target_detach(p->devices, pid);
	if (member(t, pid) == p->devices && !has_ended(p, pid))
		return back(t, p->devices, status);
	p->waits = p->runs = false;
	return TARGET_OK;
}

static void non_stop(struct target *t, bool on)
{
	of(t)->non_stop = on;
	target_non_stop(of(t)->devices, on);
}

static void heard(struct target *t, struct target_tid tid)
{
	if (member(t, tid.pid) == of(t)->devices)
		target_heard(of(t)->devices, tid);
}

/* A client that comes finds the devices that are there, and launches wait for it again. */
static void welcome(struct port *p)
{
	p->waits = true;
	p->runs = p->stopped = false;
	for (struct device *d = all(p)->all; d; d = d->next) {
		d->shown = d->ready;
		p->waits &= !d->ready;
	}
	for (struct device_client *c = device_clients_first(all(p)->clients); c; c = c->next)
		c->free = false;
}

static void wish(struct target *t, unsigned wishes)
{
	struct port *p = of(t);

	if (wishes && !p->wishes)
		welcome(p);
	if (!wishes)
		p->waits = false;
	p->wishes = wishes;
	p->deaf &= wishes != 0;
	target_wish(p->devices, wishes && !p->deaf ? wishes | TARGET_WISH_EXEC : 0);
}

static const struct target_run_ops run_ops = {
	.resume = resume,
	.interrupt = interrupt,
	.event_fd = event_fd,
	.next_event = next_event,
	.detach = detach,
	.kill = detach,
	.non_stop = non_stop,
	.heard = heard,
	.wish = wish,
};

static const struct target_write_ops write_ops = { .reg = reg_write, .mem = mem_write };

static const struct target_point_ops point_ops = {
	.set = point_set,
	.clear = point_clear,
	.persists = persists,
};

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
	.steers = steers,
	.help = help,
	.doctor = doctor,
};

static const struct target_os_ops os_ops = { .auxv = auxv };

static void close_port(struct target *t)
{
	struct port *p = of(t);

	target_close(p->devices);
	target_close(p->host);
	if (p->none)
		device_none_close(p->none);
	if (p->events >= 0)
		close(p->events);
	free(p);
}

static const struct target_ops ops = {
	.close = close_port,
	.threads = threads,
	.arch = arch,
	.stop = stop,
	.reg_read = reg_read,
	.mem_read = mem_read,
	.write = &write_ops,
	.run = &run_ops,
	.points = &point_ops,
	.view = &view_ops,
	.os = &os_ops,
};

static bool watch(struct port *p, struct target *t)
{
	struct epoll_event ev = { .events = EPOLLIN };

	int fd = t ? target_event_fd(t) : -1;

	return fd < 0 || epoll_ctl(p->events, EPOLL_CTL_ADD, fd, &ev) == 0;
}

struct target *device_port_create(struct target *devices, struct target *host, uint32_t device,
				  struct target_log log)
{
	struct port *p = calloc(1, sizeof(*p));

	if (!p) {
		target_close(devices);
		target_close(host);
		return NULL;
	}
	p->base.ops = &ops;
	p->base.log = log;
	p->base.link_requests = devices->link_requests;
	p->devices = devices;
	p->host = host;
	p->events = epoll_create1(EPOLL_CLOEXEC);
	p->none = device_none_create(device, log);
	if (p->none && p->events >= 0 && watch(p, devices) && watch(p, host))
		return &p->base;
	close_port(&p->base);
	return NULL;
}

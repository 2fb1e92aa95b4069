#ifndef TARGET_DEVICE_DEVICE_PRIV_H
#define TARGET_DEVICE_DEVICE_PRIV_H

#include "target/ascend/ascend.h"
#include "target/device/cache.h"
#include "target/device/clients.h"
#include "target/device/device.h"
#include "target/device/watch_priv.h"
#include "target/point_code.h"
#include "target/points.h"

/** What the files of this folder need of each other. */
enum { DEVICE_SLOTS = 128, DEVICE_WARP_THREADS = 32 }; /* of 108 unified core ids at most */

/** A core, by its unified id. What the device says of it is as of its last stop or question. */
struct device_core {
	bool listed;  /* it has a task */
	bool running; /* nothing is known of a stop since it was let go */
	struct device_core_info info;
	uint16_t thread; /* of a SIMT function, at its last stop or looked at since */
	unsigned index;	 /* under which the device listed it last */
	bool go;	 /* the client lets it run */
	bool stepping;	 /* ... by one instruction */
	bool range;	 /* ... by as many as stay in [start, end) */
	uint64_t start, end;
	bool passed; /* what stands at its pc was told or dealt with: it goes over that */
	bool over;   /* goes over a breakpoint now, alone */
	bool has_pending;
	struct target_stop pending; /* to be told */
	bool has_last;
	struct target_stop last; /* told last */
	bool silent;		 /* did not answer since it stopped: it is not asked again */
	bool halt;		 /* non-stop: it runs, and the client wants it to stand */
	bool unheard;		 /* non-stop: the client has not taken its last stop yet */
	uint64_t watched[DEVICE_WATCHES]; /* values as of its last start */
};

/** What a client has to be told of a device as a whole. */
enum device_news { DEVICE_NO_NEWS, DEVICE_NEW, DEVICE_KERNELS };

struct device {
	struct ascend a; /* first: device_of() */
	struct devices *owner;
	struct device_link *link;
	bool ready;	 /* ascend_init is done: there is something to show */
	uint32_t tgid;	 /* whose memory is read and patched; 0: of nobody yet */
	uint32_t stream; /* of the last launch */
	struct device_mask present;
	struct device_core cores[DEVICE_SLOTS];
	struct points *points;
	struct point_codes codes;
	struct device_watches watches;
	struct device_hards hards;
	struct device_cache *cache;
	const struct device_mask *refresh; /* cores that see what is patched now; NULL: all */
	enum device_news news;
	bool shown;   /* the client knows the process */
	bool alone;   /* ... and has let go of its program: nothing is debugged any more */
	bool waiting; /* non-stop: news were told, and their thread has not been resumed since */
	struct target_stop last_news; /* ... those */
	bool stale;	   /* cores have moved: their list is made anew before it is looked at */
	bool unsure;	   /* cores may run of which nothing is known */
	uint32_t giver;	   /* gone, and this process has given it back; 0: that has ended */
	bool ended;	   /* gone, and the client wants it to go on: its end is to be told */
	char refused[128]; /* why a breakpoint could not be set last; "" it could */
	bool blind;	   /* the link says that it copies and does not */
	struct device *next;
};

struct devices {
	struct target base;
	char *trouble[DEVICE_MAX]; /* why that device is not debugged; NULL: nothing is known */
	struct device_options options;
	struct device_clients *clients;
	struct device *all;		      /* in the order of their opening */
	struct device *retired;		      /* gone, while a client may still read their files */
	struct device_link *kept[DEVICE_MAX]; /* by id: links without a device, not closed yet */
	int events;	   /* epoll of the clients, the links, and the two below */
	int wake;	   /* eventfd: there is something to tell */
	int beat;	   /* timerfd: events may have got lost, blocks have ended */
	uint64_t requests; /* over all links, closed ones too */
	bool resumed;
	bool lone;     /* only named threads were resumed */
	bool coalesce; /* cores that stopped for the same reason are told as one */
	bool non_stop;
	unsigned quiet; /* beats until a device that is new may be told */
	unsigned wishes;
	struct target_tid last;			 /* thread of the last stop told */
	struct target_tid focus;		 /* core that the user was told of last */
	struct target_text preload, socket, sim; /* of the environment */
	struct target_text help;		 /* a line per monitor command */
	const char *environment[5];
};

static inline struct device *device_of(struct ascend *a)
{
	return (struct device *)a;
}

static inline struct devices *devices_of(struct target *t)
{
	return (struct devices *)t;
}

/* --- open.c: devices come and go --- */
/** Takes the device that a client says it opened. NULL: *code is what the client is told. */
struct device *device_create(struct devices *ds, const struct stub_message *m, unsigned *code);
/** Lets everything go that can be and frees it. */
void device_destroy(struct device *d);
/** The app does not know the device any more; its files stay. */
void device_retire(struct device *d);

/* --- kernels.c --- */
/** Takes the kernel of a launch; *fresh: its file was not known. false: words in the log. */
bool device_kernel_add(struct device *d, const struct stub_message *m, bool *fresh);

/* --- owner.c: several programs on one device --- */
/** The launch of m is of the program that the device is debugged for; false: it runs free. */
bool device_owner_take(struct device *d, struct device_client *c, const struct stub_message *m);
/** A connection is over while there are others. */
void device_owner_gone(struct device *d, const struct device_client *gone);

/* --- source.c: registers and memory --- */
extern const struct ascend_source_ops device_source_ops;
bool device_is_code(const struct device *d, uint64_t at);
/** The memory that breakpoints are patched into. */
struct points_memory device_raw_memory(struct device *d);
/** Writes global memory; breakpoints stay. */
enum target_status device_mem_write(struct device *d, uint64_t at, const void *data, size_t n);

/* --- cores.c: what the device says of its cores --- */
struct device_core *device_core_of(struct device *d, const struct ascend_core *core);
struct device_core *device_core_at(struct device *d, struct device_core_id id);
struct target_tid device_core_tid(const struct device *d, const struct device_core *c);
/** Asks for every core that has a task; false: the device did not say. */
bool device_cores_ask(struct device *d);
/** Asks for block and task of one core, which change while it runs; false: it did not say. */
bool device_core_ask(struct device *d, struct device_core *c);
/** Makes the threads of the device what is known of its cores. */
void device_cores_show(struct device *d);
bool device_is_busy(const struct device *d);

/* --- breaks.c --- */
enum target_status device_point(struct device *d, const struct target_point *p, bool set);
/** Writes the difference; false: words in the message of the devices. */
bool device_points_sync(struct device *d);
/** Breakpoints in n bytes at at that are gone, by code that was loaded anew, come back. */
void device_points_check(struct device *d, uint64_t at, uint64_t n);
/** Lets the cores that go over a breakpoint do one instruction each, together. */
void device_go_over(struct device *d);
/** Runs what belongs to a breakpoint; true: the client shall hear of the hit. */
bool device_point_tells(struct device *d, struct device_core *c, enum target_point_kind kind);

/* --- events.c --- */
/** Takes what the link has and sorts it into the cores; goes on where nobody is to hear of it. */
void device_take_events(struct device *d);
/** One event or answer: core c stands still. */
void device_core_stopped(struct device *d, struct device_core *c, enum device_status status,
			 uint64_t pc);
/** For a device that no client sees: what stops goes on, as if nobody debugged it. */
void device_run_free(struct device *d);
/** The next stop to tell of any device; all-stop: with everything standing still. */
bool devices_tell(struct devices *ds, struct target_stop *out);
/** Something happened to a core that the client shall hear of. */
void device_pend(struct device *d, struct device_core *c, enum target_stop_kind kind, int signal);

/* --- run.c --- */
extern const struct target_run_ops device_run_ops;
/** Sends STEP or RESUME for the cores of a set and notes that they run. */
void device_let_go(struct device *d, enum device_command command, const struct device_mask *mask);
/** Everything that is held or stopped goes on, and nothing is patched any more. */
void device_release(struct device *d);
/** Launches that wait go on. */
void device_let_launch(struct device *d);
/** Nothing moves any more, as far as the devices can be stopped. */
void devices_halt(struct devices *ds);
void devices_wake(struct devices *ds);
/** Every second next_event asks for what was not told: events get lost. */
void devices_beat(struct devices *ds, bool on);
/** The first action that names the thread, NULL: none. */
const struct target_action *device_action_of(const struct target_action *a, size_t n,
					     struct target_tid tid);
/** Notes what a core that stands still shall do; what it has to tell may be out of date. */
void device_prepare(struct device *d, struct device_core *c, const struct target_action *a);
/** Writes the breakpoints and starts the cores that shall go and stand. */
void device_start(struct device *d);
/** Asks cores that run to stop, where the link can: those that do say so. */
void device_suspend(struct device *d);

/* --- late.c: a program was attached to; what its kernels need is made or told --- */
extern const struct target_process_ops device_process_ops;

/* --- alone.c: non-stop --- */
enum target_status devices_resume_alone(struct devices *ds, const struct target_action *a,
					size_t n);
/** The client has taken the stop of that thread. */
void devices_heard(struct target *t, struct target_tid tid);
void devices_non_stop(struct target *t, bool on);

#endif

#ifndef TESTS_FAKE_FAKE_APP_H
#define TESTS_FAKE_FAKE_APP_H

#include "target/device/device.h"
#include "tests/fake/fake_npu.h"

/**
 * A program that uses a device, reduced to what its runtime stub says; and the live device target
 * it talks to, with a fake NPU behind. Both ends are this process.
 */
struct fake_app {
	struct target *t;
	struct fake_npu *npu; /* borrowed */
	char path[108];	      /* of the socket */
	int fd;		      /* of the stub */
	char answer[64];
	char told[512]; /* lines for the user, each ended by '|' */
};

enum { APP_DEVICE = 0, APP_PROCESS = DEVICE_PROCESS + APP_DEVICE };

/** Opens the target and connects. npu is initialised here. */
void app_open(struct fake_app *a, struct fake_npu *npu);
/** Over another link; the fake NPU is not used. */
void app_open_over(struct fake_app *a, device_link_open_fn open);
void app_close(struct fake_app *a);
/** As the next program would, after app_quit. */
void app_connect(struct fake_app *a);
/** Sends text, lets the target serve, and reads what it answers: "" while it does not. */
const char *app_say(struct fake_app *a, const char *text);
/** The same for n bytes of any kind. */
const char *app_say_bytes(struct fake_app *a, const char *data, size_t n);
const char *app_answer(struct fake_app *a);
/** Takes what there is, and nothing to tell may be among it. */
void app_serve(struct fake_app *a);
/** "I opened device 0". */
void app_set_device(struct fake_app *a);
/** The launch of a kernel whose code is all of the fake's memory. */
const char *app_launch(struct fake_app *a, const char *name);
/** The same for one whose code is a part of it. */
const char *app_launch_part(struct fake_app *a, const char *name, size_t at, size_t size);
/** Until the target has something to tell; false: not within ten seconds. */
bool app_event(struct fake_app *a, struct target_stop *out);
/** Lets all or one (tid > 0) go on. */
enum target_status app_resume(struct fake_app *a, enum target_action_kind kind, uint32_t tid);
/**
 * A client comes, the app opens its device and launches: the client has been told of the device
 * and of its kernel, "add", and the launch is held.
 */
void app_reach_kernel(struct fake_app *a, struct fake_npu *npu);
/** The launch is let go and runs on both AIV cores. */
void app_run_kernel(struct fake_app *a);
/** Sets or clears a breakpoint. */
enum target_status app_point(struct fake_app *a, enum target_point_kind kind, uint64_t at,
			     bool set);
/** Sets or clears a watchpoint of n bytes. */
enum target_status app_watch(struct fake_app *a, enum target_point_kind kind, uint64_t at,
			     uint64_t n, bool set);
/** The end of the connection. */
void app_quit(struct fake_app *a);

#endif

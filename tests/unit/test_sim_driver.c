/*
 * Unit test of target/sim: the driver of the simulated NPU: ownership, the switch, copies, and what
 * is not a message at all (live facts 2.2, 2.7).
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fake/fake_sim.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int32_t register_with(struct fake_debugger *d, uint32_t device, int32_t timeout)
{
	struct sim_argument a = { .device = device, .timeout_ms = timeout };

	return fake_ioctl(d, SIM_DEV_REGISTER, &a, NULL, 0);
}

/** What another process gets that asks for the device. */
static int32_t other_process(struct fake_sim *sim)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct fake_debugger d;

		_exit(fake_debugger_open(&d, sim) && register_with(&d, 0, 0) == SIM_OCCUPIED);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1 ? SIM_OCCUPIED : SIM_OK;
}

static void set_switch(struct fake_debugger *d, int32_t value, struct sim_state *state)
{
	struct sim_ask ask = { .set_switch = value };
	struct sim_message m;

	CU_ASSERT(sim_wire_send(d->fd, SIM_STATUS, 1, &(struct sim_part){ &ask, sizeof(ask) }, 1));
	CU_ASSERT_FATAL(sim_wire_receive(d->fd, &m));
	memcpy(state, m.payload, sizeof(*state));
	free(m.payload);
}

static void driver_rules(void)
{
	const char *const options[] = { "--debug-switch", "0", NULL };
	struct sim_argument a = { .timeout_ms = 10 };
	struct fake_debugger d;
	struct sim_state state;
	struct fake_sim sim;

	CU_ASSERT_FATAL(fake_sim_start(&sim, options) && fake_debugger_open(&d, &sim));
	CU_ASSERT_EQUAL(register_with(&d, 0, 0), SIM_SWITCH_CLOSED);
	set_switch(&d, 1, &state);
	CU_ASSERT(state.debug_switch == 1 && state.owner == getpid() && state.app == 0);
	CU_ASSERT_EQUAL(register_with(&d, 0, 0), SIM_OK);
	set_switch(&d, 0, &state);
	CU_ASSERT_EQUAL(register_with(&d, 0, 0), SIM_OK); /* it is not looked at again */
	CU_ASSERT_EQUAL(register_with(&d, 1, 0), SIM_BAD_DEVICE);
	CU_ASSERT_EQUAL(register_with(&d, 0, -1), SIM_BAD_ARGUMENT);
	CU_ASSERT_EQUAL(fake_ioctl(&d, SIM_QUIT, &a, NULL, 0), SIM_UNKNOWN);
	CU_ASSERT_EQUAL(fake_ioctl(&d, SIM_CQ_RECV, &a, NULL, 0), SIM_TIMEOUT);
	CU_ASSERT_EQUAL(fake_copy(&d, 0x12c000001000, &a, 4, true), SIM_BAD_DEVICE);
	CU_ASSERT_EQUAL(other_process(&sim), SIM_OCCUPIED);
	fake_debugger_close(&d);
	CU_ASSERT_EQUAL(other_process(&sim), SIM_OK);
	CU_ASSERT(fake_sim_stop(&sim));
}

static void copies_stay_in_a_page(void)
{
	static uint8_t bytes[8192];
	struct fake_debugger d;
	struct fake_sim sim;
	uint64_t at;

	CU_ASSERT_FATAL(fake_sim_start(&sim, NULL) && fake_app_open(&sim));
	CU_ASSERT_FATAL(fake_debugger_open(&d, &sim));
	at = fake_app_malloc(&sim, 3 * 4096);
	memset(fake_app_memory(&sim, at), 0xab, 3 * 4096);
	CU_ASSERT_EQUAL(fake_copy(&d, at + 4000, bytes, 96, true), SIM_OK);
	CU_ASSERT(bytes[0] == 0xab && bytes[95] == 0xab && bytes[96] == 0);
	CU_ASSERT_EQUAL(fake_copy(&d, at + 4000, bytes, 97, true), SIM_BAD_DEVICE);
	CU_ASSERT_EQUAL(fake_copy(&d, at, bytes, 4096, false), SIM_OK);
	CU_ASSERT_EQUAL(fake_copy(&d, at, bytes, 8192, true), SIM_BAD_DEVICE);
	CU_ASSERT_EQUAL(fake_copy(&d, at + 3 * 4096, bytes, 4, true), SIM_BAD_DEVICE);
	CU_ASSERT_EQUAL(fake_copy(&d, at, bytes, 0, true), SIM_BAD_DEVICE);
	CU_ASSERT_EQUAL(((uint8_t *)fake_app_memory(&sim, at))[5], 0xab);
	fake_debugger_close(&d);
	CU_ASSERT(fake_sim_stop(&sim));
}

/* --- the one mutex */

static void send_receive(const struct fake_debugger *d, int32_t ms)
{
	struct sim_ioctl request = { .number = SIM_CQ_RECV, .argument.timeout_ms = ms };

	CU_ASSERT(sim_wire_send(d->fd, SIM_IOCTL, 1,
				&(struct sim_part){ &request, sizeof(request) }, 1));
}

static bool has_answer(const struct fake_debugger *d)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/** Who waits for an entry keeps everybody else from every device. */
static void one_mutex(void)
{
	const char *const options[] = { "--devices", "2", NULL };
	struct fake_debugger waits, other;
	struct fake_sim sim;

	CU_ASSERT_FATAL(fake_sim_start(&sim, options));
	CU_ASSERT_FATAL(fake_debugger_open(&waits, &sim) && fake_debugger_open(&other, &sim));
	CU_ASSERT_EQUAL(register_with(&waits, 0, 0), SIM_OK);
	send_receive(&waits, 300);
	CU_ASSERT_EQUAL(register_with(&other, 1, 0), SIM_OK);
	CU_ASSERT_TRUE(has_answer(&waits)); /* the other one's came behind it */
	fake_debugger_close(&waits);
	fake_debugger_close(&other);
	CU_ASSERT(fake_sim_stop(&sim));
}

/** Closing lets go of the first device of a process, whichever was meant. */
static void release_of_the_first(void)
{
	const char *const options[] = { "--devices", "2", NULL };
	struct fake_debugger one, two;
	struct sim_state state;
	struct fake_sim sim;

	CU_ASSERT_FATAL(fake_sim_start(&sim, options));
	CU_ASSERT_FATAL(fake_debugger_open(&one, &sim) && fake_debugger_open(&two, &sim));
	CU_ASSERT_EQUAL(register_with(&one, 0, 0), SIM_OK);
	CU_ASSERT_EQUAL(register_with(&two, 1, 0), SIM_OK);
	fake_debugger_close(&two);
	do
		set_switch(&one, -1, &state);
	while (state.owner != 0); /* device 0, which is `one`'s */
	CU_ASSERT_EQUAL(register_with(&one, 0, 0), SIM_OK);
	fake_debugger_close(&one);
	CU_ASSERT_EQUAL(other_process(&sim), SIM_OK);
	CU_ASSERT(fake_sim_stop(&sim));
}

/* --- garbage */

static bool is_dropped(const struct fake_sim *sim, const void *bytes, size_t n)
{
	struct sim_opened opened;
	int fd = sim_wire_open(sim->socket, SIM_DEBUGGER, &opened);
	struct sim_message m;
	bool dropped;

	CU_ASSERT_FATAL(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	dropped = !sim_wire_receive(fd, &m);
	if (!dropped)
		free(m.payload);
	close(fd);
	return dropped;
}

static void garbage(void)
{
	struct sim_frame f = { .magic = SIM_WIRE_MAGIC, .version = SIM_WIRE_VERSION };
	uint8_t noise[200];
	struct fake_sim sim;
	char program[4096];

	CU_ASSERT_FATAL(fake_sim_start(&sim, NULL));
	for (unsigned i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 37 + 11);
	CU_ASSERT(is_dropped(&sim, noise, sizeof(noise)));
	f.kind = SIM_OPEN; /* a second time */
	CU_ASSERT(is_dropped(&sim, &f, sizeof(f)));
	f.kind = SIM_IOCTL; /* without an argument */
	CU_ASSERT(is_dropped(&sim, &f, sizeof(f)));
	f.kind = SIM_APP_MALLOC; /* from a debugger */
	CU_ASSERT(is_dropped(&sim, &f, sizeof(f)));
	f.size = UINT32_MAX;
	CU_ASSERT(is_dropped(&sim, &f, sizeof(f)));
	f.size = 0;
	f.version = 99;
	CU_ASSERT(is_dropped(&sim, &f, sizeof(f)));
	snprintf(program, sizeof(program), "%s", fake_sim_built("tests/apps/add_custom"));
	CU_ASSERT_EQUAL(fake_sim_run(&sim, program, NULL, NULL), 0);
	CU_ASSERT(fake_sim_stop(&sim));
}

/* A parent that was killed before the NPU could look for it is missed all the same. */
static void parent_gone_at_once(void)
{
	char path[] = "/tmp/ascend-sim-XXXXXX", socket[64], with[64];
	int life[2];

	CU_ASSERT_FATAL(mkdtemp(path) && !pipe(life));
	snprintf(socket, sizeof(socket), "%s/npu", path);
	pid_t parent = fork();
	if (parent == 0) {
		snprintf(with, sizeof(with), "--with-parent=%d", (int)getpid());
		if (fork() == 0) {
			while (getppid() == strtol(strchr(with, '=') + 1, NULL, 10))
				usleep(1000);
			execl(fake_sim_built("ascend-npu-sim"), "ascend-npu-sim", "--socket",
			      socket, with, "--own-folder", NULL);
		}
		_exit(0);
	}
	close(life[1]);
	waitpid(parent, NULL, 0);
	struct pollfd over = { .fd = life[0], .events = POLLIN };
	CU_ASSERT_EQUAL(poll(&over, 1, 20000), 1);
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	close(life[0]);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "driver rules", driver_rules },
		{ "copies stay in a page", copies_stay_in_a_page },
		{ "one mutex", one_mutex },
		{ "release of the first", release_of_the_first },
		{ "garbage", garbage },
		{ "parent is gone at once", parent_gone_at_once },
	};

	return unit_run("sim_driver", tests, COUNT(tests));
}

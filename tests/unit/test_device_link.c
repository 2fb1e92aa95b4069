/*
 * The links: what they share against a fake device, and the one over the driver's node against a
 * preloaded model of the driver with its traps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/fake_drv.h"
#include "tests/fake/fake_link.h"
#include "tests/unit/unit.h"

static struct drv_model *model; /* NULL: nothing is preloaded */

static enum device_result ask(struct device_link *l, enum device_command command, uint8_t *payload)
{
	uint8_t sqe[DEVICE_MESSAGE];

	device_encode(sqe, command);
	return device_link_ask(l, sqe, payload);
}

static enum device_result read_gpr(struct device_link *l, unsigned id, uint64_t addr, uint64_t *out)
{
	uint8_t sqe[DEVICE_MESSAGE], payload[DEVICE_PAYLOAD] = { 0 };

	device_encode_register(sqe, (struct device_core_id){ 1, (uint16_t)id }, addr);
	enum device_result result = device_link_ask(l, sqe, payload);
	memcpy(out, payload, sizeof(*out));
	return result;
}

/* --- what links share --- */

static void test_ask(void)
{
	static struct fake_npu npu;
	uint8_t payload[DEVICE_PAYLOAD];
	struct device_mask m;
	uint64_t v;

	npu_init(&npu);
	struct device_link *l = fake_link_create(&npu);
	CU_ASSERT_EQUAL(ask(l, DEVICE_DEVICES, payload), DEVICE_OK);
	device_decode_devices(payload, false, &m);
	CU_ASSERT_TRUE(m.aic[0] == 3 && m.aiv[0] == 3);
	/* a core that runs nothing is refused */
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_REFUSED);
	device_link_close(l);
}

static void test_events_between(void)
{
	static struct fake_npu npu;
	struct device_event ev;
	uint64_t v;

	npu_init(&npu);
	npu_word(&npu, NPU_BASE + 8, NPU_BREAK);
	struct device_link *l = fake_link_create(&npu);
	npu_launch(&npu, NPU_BASE, 0xf);
	/* four events are in front of the reply */
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_OK);
	CU_ASSERT_EQUAL(v, 0x1105);
	for (int i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(device_link_event(l, &ev));
		CU_ASSERT_TRUE(ev.status == DEVICE_AT_BREAK && ev.pc == NPU_BASE + 8);
	}
	CU_ASSERT_FALSE(device_link_event(l, &ev));
	device_link_close(l);
}

/* An answer that comes too late is not taken for that of the next question. */
static void late_answer(bool numbered)
{
	static struct fake_npu npu;
	uint64_t v;

	npu_init(&npu);
	npu.no_numbers = !numbered;
	npu_word(&npu, NPU_BASE, NPU_BREAK);
	npu_launch(&npu, NPU_BASE, 0xf);
	struct device_link *l = fake_link_create(&npu);
	npu.delay = 10000;
	CU_ASSERT_EQUAL(read_gpr(l, 0, 5, &v), DEVICE_TIMEOUT);
	npu.delay = 0;
	CU_ASSERT_EQUAL(read_gpr(l, 1, 6, &v), DEVICE_OK);
	CU_ASSERT_EQUAL(v, 0x1106);
	device_link_close(l);
}

static void test_late(void)
{
	late_answer(true);
	late_answer(false);
}

static void test_silent_core(void)
{
	static struct fake_npu npu;
	uint64_t v;

	npu_init(&npu);
	npu_word(&npu, NPU_BASE, NPU_BREAK);
	npu_launch(&npu, NPU_BASE, 0xf);
	npu.cores[2].silent = true;
	struct device_link *l = fake_link_create(&npu);
	CU_ASSERT_EQUAL(read_gpr(l, 0, 5, &v), DEVICE_TIMEOUT);
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_OK);
	device_link_close(l);
}

/* Questions are asked once more, what lets cores move is not. */
static void test_lost_reply(void)
{
	static struct fake_npu npu;
	uint8_t sqe[DEVICE_MESSAGE];
	uint64_t v;

	npu_init(&npu);
	npu_word(&npu, NPU_BASE, NPU_BREAK);
	npu_launch(&npu, NPU_BASE, 0xf);
	struct device_link *l = fake_link_create(&npu);
	npu.swallow = 1;
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_OK);
	CU_ASSERT_EQUAL(v, 0x1105);
	npu.swallow = 2;
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_TIMEOUT);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_REGISTER], 4);
	npu.swallow = 1;
	device_encode_go(sqe, DEVICE_STEP, false, NULL);
	CU_ASSERT_EQUAL(device_link_ask(l, sqe, NULL), DEVICE_TIMEOUT);
	CU_ASSERT_EQUAL(npu.commands[DEVICE_STEP], 1);
	device_link_close(l);
}

static void test_copy(void)
{
	static struct fake_npu npu;
	uint8_t buf[NPU_MEMORY + 8];
	size_t done;

	npu_init(&npu);
	struct device_link *l = fake_link_create(&npu);
	struct device_copy c = { true, 1, NPU_BASE + 5, buf, sizeof(buf) };
	/* the fake checks that no piece leaves its page; the end of the memory is a good prefix */
	CU_ASSERT_EQUAL(device_link_copy(l, &c, &done), DEVICE_NO_DEVICE);
	CU_ASSERT_EQUAL(done, NPU_MEMORY - 5);
	CU_ASSERT_EQUAL(memcmp(buf, npu.memory + 5, done), 0);
	memset(buf, 0x5a, sizeof(buf));
	c = (struct device_copy){ false, 1, NPU_BASE + 4090, buf, 12 };
	CU_ASSERT_EQUAL(device_link_copy(l, &c, &done), DEVICE_OK);
	CU_ASSERT_TRUE(done == 12 && npu.memory[4090] == 0x5a && npu.memory[4101] == 0x5a);
	device_link_close(l);
}

/* --- the driver's node --- */

static bool fresh(void)
{
	if (!model)
		return false;
	*model = (struct drv_model){ .debug_switch = 1 };
	npu_init(&model->npu);
	return true;
}

static struct device_link *open_drv(char *why)
{
	*why = '\0';
	return device_link_drv(NULL, 0, (struct target_log){ 0 }, why);
}

/* Opening fails with these words in its message. */
static void refused(const char *words)
{
	char why[DEVICE_WORDS];

	CU_ASSERT_PTR_NULL(open_drv(why));
	CU_ASSERT_PTR_NOT_NULL(strstr(why, words));
	CU_ASSERT_EQUAL(model->opens, model->closes);
}

static void test_drv_open(void)
{
	char why[DEVICE_WORDS];
	uint8_t payload[DEVICE_PAYLOAD];

	if (!fresh())
		return;
	struct device_link *l = open_drv(why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	CU_ASSERT_TRUE(model->cloexec && model->owner == 1);
	CU_ASSERT_EQUAL(ask(l, DEVICE_ENABLE, payload), DEVICE_OK);
	CU_ASSERT_TRUE(model->longest_wait_ms <= 100);
	device_link_close(l);
	CU_ASSERT_TRUE(model->closes == 1 && !model->owner);
}

static void test_drv_refused(void)
{
	if (!fresh())
		return;
	model->missing = true;
	refused("install the driver");
	fresh();
	model->debug_switch = 0;
	refused("echo 1 > /proc/debug_switch");
	fresh();
	model->owner = 4711;
	refused("another process is debugging");
	model->other_is_dead = true;
	char why[DEVICE_WORDS];
	struct device_link *l = open_drv(why);
	CU_ASSERT_PTR_NOT_NULL(l);
	device_link_close(l);
}

static void test_drv_traps(void)
{
	char why[DEVICE_WORDS];
	uint64_t v;

	if (!fresh())
		return;
	npu_word(&model->npu, NPU_BASE, NPU_BREAK);
	npu_launch(&model->npu, NPU_BASE, 0xf);
	struct device_link *l = open_drv(why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	model->full = 3;
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_OK);
	CU_ASSERT_EQUAL(model->full, 0);
	model->signals = 3;
	CU_ASSERT_EQUAL(read_gpr(l, 1, 5, &v), DEVICE_OK);
	CU_ASSERT_EQUAL(v, 0x1105);
	/* the switch is read when the channel is made, and never again */
	model->debug_switch = 0;
	CU_ASSERT_EQUAL(read_gpr(l, 1, 6, &v), DEVICE_OK);
	device_link_close(l);
}

static void test_drv_copy(void)
{
	char why[DEVICE_WORDS], odd[5000];
	size_t done;

	if (!fresh())
		return;
	struct device_link *l = open_drv(why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	/* neither page, of host or device, is left by one call */
	struct device_copy c = { true, 1, NPU_BASE + 100, odd + 1, 4990 };
	CU_ASSERT_EQUAL(device_link_copy(l, &c, &done), DEVICE_OK);
	CU_ASSERT_TRUE(done == 4990 && !memcmp(odd + 1, model->npu.memory + 100, 4990));
	model->old = true;
	CU_ASSERT_EQUAL(device_link_copy(l, &c, &done), DEVICE_NO_CALL);
	device_link_close(l);
}

static void test_drv_lost(void)
{
	char why[DEVICE_WORDS];
	struct device_event ev;
	int n = 0;

	if (!fresh())
		return;
	npu_word(&model->npu, NPU_BASE, NPU_BREAK);
	struct device_link *l = open_drv(why);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l);
	for (int i = 0; i < 3; i++) { /* twelve events for nine places */
		npu_launch(&model->npu, NPU_BASE, 0xf);
		npu_turn(&model->npu);
	}
	while (device_link_event(l, &ev))
		n++;
	CU_ASSERT_EQUAL(n, NPU_RING);
	device_link_close(l);
}

static void test_words(void)
{
	for (int r = DEVICE_OK; r <= DEVICE_LOST + 1; r++)
		CU_ASSERT_TRUE(strlen(device_result_words((enum device_result)r)) > 5);
	CU_ASSERT_STRING_EQUAL(device_command_name(DEVICE_STEP), "SINGLE_STEP");
	CU_ASSERT_STRING_EQUAL(device_command_name(13), "unknown command");
}

static const struct unit_test tests[] = {
	{ "a command and its reply", test_ask },
	{ "events between", test_events_between },
	{ "late replies", test_late },
	{ "a core that does not answer", test_silent_core },
	{ "lost replies", test_lost_reply },
	{ "copies by pages", test_copy },
	{ "driver: open and close", test_drv_open },
	{ "driver: refused", test_drv_refused },
	{ "driver: full queue, signals, switch", test_drv_traps },
	{ "driver: copies", test_drv_copy },
	{ "driver: lost entries", test_drv_lost },
	{ "words", test_words },
};

int main(int argc, char **argv)
{
	(void)argc;
	model = fake_drv(argv);
	return unit_run("device_link", tests, sizeof(tests) / sizeof(tests[0]));
}

/*
 * The messages of the debug channel, byte by byte against live facts 2.3 to 2.6.
 */
#include <string.h>

#include "target/device/message.h"
#include "tests/unit/unit.h"

/* Bytes at an offset of a message; the rest of it is zero apart from what `head` names. */
static void check(const uint8_t *m, size_t at, const char *bytes, size_t n)
{
	CU_ASSERT_EQUAL(memcmp(m + at, bytes, n), 0);
}

#define CHECK(m, at, bytes) check(m, at, bytes, sizeof(bytes) - 1)

static void test_head(void)
{
	uint8_t m[DEVICE_MESSAGE];

	memset(m, 0xee, sizeof(m));
	device_encode(m, DEVICE_DEVICES);
	device_encode_number(m, 0x01020304);
	CHECK(m, 0, "\x08\0\0\0\x01\0\0\0\x04\x03\x02\x01\0\0\0\0\0");
	CU_ASSERT_EQUAL(m[63], 0);
	CU_ASSERT_EQUAL(device_command_of(m), DEVICE_DEVICES);
}

static void test_go(void)
{
	struct device_mask mask = { { 0 }, { 0 } };
	uint8_t m[DEVICE_MESSAGE];

	device_mask_add(&mask, 0, 24);
	device_mask_add(&mask, 1, 33);
	device_mask_add(&mask, 1, 500);
	CU_ASSERT_TRUE(device_mask_has(&mask, 1, 33) && !device_mask_has(&mask, 0, 33));
	device_encode_go(m, DEVICE_STEP, false, &mask);
	CHECK(m, 12, "\x10\0\0\0\x5a\x5a\x5a\x5a\0\0\0\x01\0\0\0\0\x02\0\0\0\0");
	device_encode_go(m, DEVICE_RESUME, false, NULL);
	CHECK(m, 12, "\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	device_mask_add(&mask, 1, 65);
	device_encode_go(m, DEVICE_STEP, true, &mask);
	CHECK(m, 12, "\x2c\0\0\0\x5a\x5a\x5a\x5a\0\0\0\x01\0\0\0\0");
	CHECK(m, 36, "\0\0\0\0\x02\0\0\0\x02\0\0\0\0\0\0\0\0");
}

static void test_position(void)
{
	struct device_mask mask = { .aiv = { 1 } };
	uint8_t m[DEVICE_MESSAGE];

	device_encode_go(m, DEVICE_RESUME, true, &mask);
	device_encode_position(m, DEVICE_AT_SIMD);
	CHECK(m, 12, "\x2c\0\0\0");
	CHECK(m, 52, "\x01\0\0\0\0\0\0\0");
	device_encode_position(m, DEVICE_AT_SIMT);
	CHECK(m, 52, "\x02\x01\0\0\0\0\0\0");
}

static void test_rest(void)
{
	struct device_core_id core = { 1, 0x21 };
	struct device_mask mask = { { 0 }, { 0 } };
	uint8_t m[DEVICE_MESSAGE];

	device_encode_invalidate(m, false, 0x1122334455667788, NULL);
	CHECK(m, 12, "\x20\0\0\0\0\x01\0\0\0\0\0\0\x88\x77\x66\x55\x44\x33\x22\x11\0\0\0\0");
	device_mask_add(&mask, 0, 1);
	device_encode_invalidate(m, true, 0x1122334455667788, &mask);
	CHECK(m, 12, "\x30\0\0\0\0\x01\0\0\x88\x77\x66\x55\x44\x33\x22\x11\x5a\x5a\x5a\x5a\x02");
	device_encode_hard_break(m, true, 7, 0x4000);
	CHECK(m, 0, "\x02\0\0\0");
	CHECK(m, 12, "\x2c\0\0\0\x01\0\x07\0\0\x40\0\0\0\0\0\0\0");
	device_encode_core(m, 0x102);
	CHECK(m, 12, "\x04\0\0\0\x02\x01\0\0");
	device_encode_register(m, core, 0x0100000000000003);
	CHECK(m, 12, "\x10\0\0\0\x01\0\0\0\x21\0\0\0\x03\0\0\0\0\0\0\x01");
	device_encode_local(m, core, 4, 0x1020);
	CHECK(m, 12, "\x18\0\0\0\x01\0\x21\0\x04\0\0\0\x20\x10\0\0\0\0\0\0\0");
	device_encode_thread(m, (const uint16_t[3]){ 0x102, 3, 4 });
	CHECK(m, 32, "\x02\x01\x03\0\x04\0\0");
	device_encode_warp(m, core, 63);
	CHECK(m, 0, "\x0c\0\0\0");
	CHECK(m, 12, "\x04\0\0\0\x01\x02\x21\x3f\0");
	device_encode_warp_of(m, core, (const uint16_t[3]){ 0x102, 3, 4 });
	CHECK(m, 12, "\x0c\0\0\0\x01\x02\x21\0\x02\x01\x03\0\x04\0\0\0\0");
	device_encode_kill(m, 9);
	CHECK(m, 12, "\x08\0\0\0\x09\0\0\0\0");
}

static void test_replies(void)
{
	uint8_t m[DEVICE_MESSAGE] = { [8] = 9, [12] = 2, [16] = 5 };
	struct device_core_info info;
	struct device_reply r;

	device_decode(m, &r);
	CU_ASSERT_TRUE(r.command == DEVICE_CORE && r.result == 2 && r.msg_id == 5);
	uint8_t *p = m + 20;
	p[0] = 11;    /* core id */
	p[1] = 2;     /* position */
	p[2] = 48;    /* total */
	p[4] = 1;     /* AIV */
	p[8] = 3;     /* stream */
	p[12] = 4;    /* task */
	p[16] = 5;    /* block */
	p[20] = 2;    /* at a breakpoint */
	p[25] = 0x10; /* pc */
	p[34] = 32;   /* dim y */
	CU_ASSERT_TRUE(device_decode_core(r.payload, &info));
	CU_ASSERT_TRUE(info.core.type == 1 && info.core.id == 11 && info.position == 2);
	CU_ASSERT_TRUE(info.total == 48 && info.stream == 3 && info.task == 4 && info.block == 5);
	CU_ASSERT_TRUE(info.status == DEVICE_AT_BREAK && info.pc == 0x1000 && info.dim[1] == 32);
	p[20] = DEVICE_STATUS_END;
	CU_ASSERT_FALSE(device_decode_core(r.payload, &info));
	p[20] = 2;
	p[4] = 2;
	CU_ASSERT_FALSE(device_decode_core(r.payload, &info));
}

static void test_event(void)
{
	uint8_t p[DEVICE_PAYLOAD] = { [0] = 1, [4] = 3, [8] = 12, [17] = 0x20, [30] = 9 };
	struct device_event ev;

	CU_ASSERT_TRUE(device_decode_event(p, &ev));
	CU_ASSERT_TRUE(ev.core.type == 1 && ev.core.id == 12 && ev.status == DEVICE_STEPPED);
	CU_ASSERT_TRUE(ev.pc == 0x2000 && ev.thread == 9);
	p[9] = 1; /* core 268 */
	CU_ASSERT_FALSE(device_decode_event(p, &ev));
}

static void test_devices(void)
{
	uint8_t p[DEVICE_PAYLOAD] = { [0] = 1, [8] = 2, [16] = 4, [24] = 8 };
	struct device_mask m;

	device_decode_devices(p, false, &m);
	CU_ASSERT_TRUE(m.aic[0] == 1 && !m.aic[1] && m.aiv[0] == 2 && !m.aiv[1]);
	device_decode_devices(p, true, &m);
	CU_ASSERT_TRUE(m.aic[0] == 1 && m.aic[1] == 2 && m.aiv[0] == 4 && m.aiv[1] == 8);
}

static const struct unit_test tests[] = {
	{ "head of a command", test_head },
	{ "masks of resume and step", test_go },
	{ "where cores stand", test_position },
	{ "the other commands", test_rest },
	{ "replies", test_replies },
	{ "events", test_event },
	{ "cores of a device", test_devices },
};

int main(void)
{
	return unit_run("device_message", tests, sizeof(tests) / sizeof(tests[0]));
}

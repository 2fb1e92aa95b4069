/*
 * What runtime stubs say, in every generation's form, and what nobody should say.
 */
#include <stdio.h>
#include <string.h>

#include "target/stub_message.h"
#include "tests/unit/unit.h"

/* The message is in a buffer of its own with one byte behind it, as the server has it. */
static const char *parse(char *buf, const char *text, struct stub_message *m)
{
	size_t n = strlen(text);

	memcpy(buf, text, n + 1);
	return stub_message_parse(buf, n, m);
}

static void test_device(void)
{
	struct stub_message m;
	char buf[256];

	CU_ASSERT_PTR_NULL(parse(buf, "$device_id:3;tgid:4711;soc_version:Ascend910B1;", &m));
	CU_ASSERT_TRUE(m.kind == STUB_DEVICE && m.device == 3 && m.tgid == 4711);
	CU_ASSERT_STRING_EQUAL(m.soc, "Ascend910B1");
}

static void test_kernel(void)
{
	char buf[512], text[512], hash[STUB_HASH + 1];
	struct stub_message m;

	memset(hash, 'a', STUB_HASH);
	hash[STUB_HASH] = '\0';
	/* the generation with a '$' in the middle; the binary has separators in it */
	snprintf(text, sizeof(text),
		 "$kernel_name:add;$stream_id:12;kernel_hash:%s;pc_base_addr:12c0a0;kernel_binary:"
		 "\x7f"
		 "ELF;:;}\x03%s;",
		 hash, "0123456789012345678901234567890123456789012");
	CU_ASSERT_PTR_NULL(parse(buf, text, &m));
	CU_ASSERT_TRUE(m.kind == STUB_KERNEL && m.stream == 12 && m.base == 0x12c0a0);
	CU_ASSERT_STRING_EQUAL(m.name, "add");
	CU_ASSERT_STRING_EQUAL(m.hash, hash);
	CU_ASSERT_EQUAL(m.binary_n, 51);
	CU_ASSERT_EQUAL(memcmp(m.binary,
			       "\x7f"
			       "ELF;:;#01",
			       10),
			0);
}

static void test_short_forms(void)
{
	struct stub_message m;
	char buf[256];

	CU_ASSERT_PTR_NULL(parse(buf, "$kernel_name:mul;stream_id:3;", &m));
	CU_ASSERT_TRUE(m.kind == STUB_KERNEL && !m.binary && m.stream == 3);
	CU_ASSERT_PTR_NULL(parse(buf, "$kernel_name:mul", &m));
	CU_ASSERT_TRUE(m.kind == STUB_KERNEL && m.stream == -1);
	CU_ASSERT_PTR_NULL(parse(buf, "$stream_id:5;", &m));
	CU_ASSERT_TRUE(m.kind == STUB_STREAM && m.stream == 5);
	CU_ASSERT_PTR_NULL(parse(buf, "$ipc_mem_addr:0x1000;size:4096;key:abc;", &m));
	CU_ASSERT_TRUE(m.kind == STUB_IPC && m.ipc_at == 0x1000 && m.ipc_n == 4096);
	CU_ASSERT_PTR_NULL(parse(buf, "$ipc_mem_addr:0x1000;free:1;", &m));
	CU_ASSERT_STRING_EQUAL(m.key, "");
	CU_ASSERT_PTR_NULL(parse(buf, "$something:new;", &m));
	CU_ASSERT_EQUAL(m.kind, STUB_NOTHING);
}

static void test_wrong(void)
{
	static const char *const lines[] = {
		"device_id:x;tgid:1;",
		"device_id:1;",
		"device_id:99999999999;tgid:1;",
		"kernel_name:;",
		"kernel_name:a;kernel_hash:12;",
		"kernel_name:a;pc_base_addr:zz;",
		"kernel_name:a;pc_base_addr:10;kernel_binary:0123456789;",
		"kernel_name:a;kernel_binary:01234567890123456789012345678901234567890123456789;",
		"garbage",
		"pc_base_addr:;",
		"pc_base_addr:11112222333344445;",
	};
	struct stub_message m;
	char buf[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		CU_ASSERT_PTR_NOT_NULL(parse(buf, lines[i], &m));
}

static void test_escape(void)
{
	uint8_t all[256];
	char out[sizeof("kernel_name:a;pc_base_addr:1;kernel_binary:") + 2 * sizeof(all)];
	const char *head = "kernel_name:a;pc_base_addr:1;kernel_binary:";
	struct stub_message m;

	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	memcpy(out, head, strlen(head));
	size_t n = strlen(head) + stub_message_escape(all, sizeof(all), out + strlen(head));
	CU_ASSERT_EQUAL(n, strlen(head) + 256 + 4);
	CU_ASSERT_PTR_NULL(memchr(out, '#', n));
	out[n++] = ';';
	CU_ASSERT_PTR_NULL(stub_message_parse(out, n, &m));
	CU_ASSERT_TRUE(m.binary_n == sizeof(all) && !memcmp(m.binary, all, sizeof(all)));
}

static const struct unit_test tests[] = {
	{ "device", test_device },   { "kernel", test_kernel }, { "short forms", test_short_forms },
	{ "malformed", test_wrong }, { "escape", test_escape },
};

int main(void)
{
	return unit_run("stub_message", tests, sizeof(tests) / sizeof(tests[0]));
}

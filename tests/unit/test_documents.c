/*
 * The qXfer documents and the vFile family over the fake target: what is in them, that every way
 * of cutting them into pieces gives the same text, that a document is not mixed up with another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake_client.h"
#include "tests/unit/unit.h"

enum { ROOM = 1 << 16 };

/* Undoes escapes of the last reply from byte `from` on; the length. */
static size_t unescape(const struct fake_client *c, size_t from, char *out)
{
	size_t n = 0;

	for (size_t i = from; i < c->reply_n; i++)
		out[n++] = c->reply[i] == '}' ? c->reply[++i] ^ 0x20 : c->reply[i];
	return n;
}

/* Fetches a document in pieces of `step` bytes; the length, 0 when it failed. */
static size_t fetch(struct fake_client *c, const char *object, size_t step, char *out)
{
	size_t n = 0;

	while (n + step < ROOM) {
		char packet[256];

		snprintf(packet, sizeof(packet), "qXfer:%s:%zx,%zx", object, n, step);
		const char *reply = client_ask(c, packet);
		if (c->reply_n < 1 || c->reply_n - 1 > 2 * step || !strchr("lm", *reply))
			return 0;
		n += unescape(c, 1, out + n);
		out[n] = '\0';
		if (*reply == 'l')
			return n;
	}
	return 0;
}

static const struct {
	const char *object;
	const char *want; /* the whole document */
} documents[] = {
	{ "threads:read:",
	  "<?xml version=\"1.0\"?><threads>"
	  "<thread id=\"1\" core=\"10\" name=\"AIV &quot;1&quot;\">stopped &amp; &lt;1&gt;</thread>"
	  "<thread id=\"2\" core=\"11\" name=\"AIV &quot;2&quot;\">stopped &amp; &lt;2&gt;</thread>"
	  "<thread id=\"3\" core=\"12\" name=\"AIV &quot;3&quot;\">stopped &amp; &lt;3&gt;</thread>"
	  "</threads>" },
	{ "exec-file:read:1", "/ascend/dev0/device" },
	{ "exec-file:read:", "/ascend/dev0/device" },
	{ "libraries:read:",
	  "<library-list><library name=\"/ascend/dev0/add&lt;float&gt;&amp;.o\">"
	  "<section address=\"0x1000\"/><section address=\"0xfffffffffffff000\"/>"
	  "</library></library-list>" },
	{ "memory-map:read:",
	  "<?xml version=\"1.0\"?><memory-map>"
	  "<memory type=\"ram\" start=\"0x1000\" length=\"0x2000\"/>"
	  "<memory type=\"ram\" start=\"0x4000\" length=\"0x1000\"/>"
	  "<memory type=\"ram\" start=\"0x6000\" length=\"0x100\"/>"
	  "<memory type=\"ram\" start=\"0x7000\" length=\"0x10\"/>"
	  "<memory type=\"ram\" start=\"0x100000\" length=\"0x200000\"/>"
	  "<memory type=\"ram\" start=\"0xfffffffffffff000\" length=\"0x1000\"/></memory-map>" },
	{ "osdata:read:", "<osdata type=\"types\"><item><column name=\"Type\">ascend-cores</column>"
			  "<column name=\"Description\">Cores &amp; &lt;what&gt; they did</column>"
			  "<column name=\"Title\">ascend-cores</column></item>"
			  "<item><column name=\"Type\">ascend-empty</column>"
			  "<column name=\"Description\">No columns</column>"
			  "<column name=\"Title\">ascend-empty</column></item></osdata>" },
	{ "osdata:read:ascend-cores",
	  "<osdata type=\"ascend-cores\">"
	  "<item><column name=\"Core\">AIV 1</column><column name=\"State\"></column></item>"
	  "<item><column name=\"Core\">AIV 2</column>"
	  "<column name=\"State\">read &lt;of&gt; UB</column></item>"
	  "<item><column name=\"Core\">AIV 3</column><column name=\"State\"></column></item>"
	  "</osdata>" },
	{ "osdata:read:ascend-empty", "<osdata type=\"ascend-empty\"></osdata>" },
	{ "features:read:target.xml",
	  "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
	  "<target version=\"1.0\"><architecture>aarch64</architecture><osabi>none</osabi>"
	  "<feature name=\"org.gnu.gdb.aarch64.core\">"
	  "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/>"
	  "<reg name=\"sp\" bitsize=\"64\" type=\"data_ptr\"/>"
	  "<reg name=\"x29\" bitsize=\"64\" type=\"int64\"/>"
	  "<reg name=\"x30\" bitsize=\"64\" type=\"code_ptr\"/>"
	  "<reg name=\"x0\" bitsize=\"64\" type=\"int64\"/>"
	  "<reg name=\"x1\" bitsize=\"64\" type=\"int64\"/></feature>"
	  "<feature name=\"org.ascend.fake\"><vector id=\"v32u8\" type=\"uint8\" count=\"32\"/>"
	  "<reg name=\"lost\" bitsize=\"64\" type=\"int64\" group=\"ascend\"/>"
	  "<reg name=\"v0\" bitsize=\"256\" type=\"v32u8\" group=\"vector\"/>"
	  "<reg name=\"flag\" bitsize=\"8\" type=\"uint8\" group=\"ascend\"/></feature></target>" },
};

enum { DOCUMENTS = sizeof(documents) / sizeof(documents[0]) };

static void test_contents(void)
{
	struct fake_client c;
	char text[ROOM];

	client_open(&c, FAKE_ALL);
	for (size_t i = 0; i < DOCUMENTS; i++) {
		fetch(&c, documents[i].object, 0x1000, text);
		if (strcmp(text, documents[i].want) != 0)
			printf("  %s\n  %s\n", documents[i].object, text);
		CU_ASSERT_STRING_EQUAL(text, documents[i].want);
	}
	client_close(&c);
}

static void test_odd_pieces(void)
{
	static const size_t steps[] = { 1, 2, 3, 7, 63, 64, 65, 100, 1000 };
	struct fake_client c;
	char text[ROOM];

	client_open(&c, FAKE_ALL);
	for (size_t i = 0; i < DOCUMENTS; i++)
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			fetch(&c, documents[i].object, steps[k], text);
			CU_ASSERT_STRING_EQUAL(text, documents[i].want);
		}
	client_close(&c);
}

/* Offsets and lengths at the ends of their range; "19 bytes" is the exec-file. */
static void test_ends(void)
{
	static const char *const rows[][2] = {
		{ "0,0", "m" },
		{ "0,13", "l/ascend/dev0/device" },
		{ "0,12", "m/ascend/dev0/devic" },
		{ "12,1", "le" },
		{ "13,0", "l" },
		{ "13,1", "l" },
		{ "14,1", "l" },
		{ "ffffffffffffffff,0", "l" },
		{ "ffffffffffffffff,ffffffffffffffff", "l" },
		{ "1,ffffffffffffffff", "lascend/dev0/device" },
		{ "0,ffffffffffffffff", "l/ascend/dev0/device" },
	};
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char packet[128];

		snprintf(packet, sizeof(packet), "qXfer:exec-file:read::%s", rows[i][0]);
		CU_ASSERT_TRUE(client_expect(&c, packet, rows[i][1]));
	}
	client_close(&c);
}

/* Pieces of several documents in turn: each is the one that was asked for. */
static void test_in_turn(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	for (size_t at = 0; at < 60; at++)
		for (size_t i = 0; i < DOCUMENTS; i++) {
			char packet[128];
			size_t n = strlen(documents[i].want);

			snprintf(packet, sizeof(packet), "qXfer:%s:%zx,1", documents[i].object, at);
			const char *got = client_ask(&c, packet);
			CU_ASSERT_EQUAL(got[0], at + 1 < n ? 'm' : 'l');
			CU_ASSERT_EQUAL(got[1], at < n ? documents[i].want[at] : '\0');
		}
	client_close(&c);
}

/* Another thread's target.xml is another document, and a new stop makes a new thread list. */
static void test_not_stale(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	client_ask(&c, "qXfer:threads:read::0,20");
	client_ask(&c, "qSupported:multiprocess+");
	CU_ASSERT_TRUE(client_expect(&c, "qXfer:threads:read::0,1000", "~l*id=\"p1.1\"*"));
	CU_ASSERT_TRUE(client_expect(&c, "qXfer:nothing:read::0,10", ""));
	CU_ASSERT_TRUE(client_expect(&c, "qXfer:osdata:read:nothing:10,10", "l"));
	CU_ASSERT_TRUE(client_expect(&c, "qXfer:exec-file:read::8,5", "mdev0/"));
	client_close(&c);
}

static void test_lldb_features(void)
{
	struct fake_client c;
	char text[ROOM];

	client_open(&c, FAKE_ALL);
	client_ask(&c, "QThreadSuffixSupported");
	fetch(&c, "features:read:target.xml", 0x1000, text);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "type=\"code_ptr\" generic=\"pc\"/>"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "generic=\"sp\" dwarf_regnum=\"31\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "generic=\"fp\" dwarf_regnum=\"29\""));
	client_close(&c);
}

/* --- vFile --- */

#define DEVICE "2f617363656e642f646576302f646576696365"

static void test_file_content(void)
{
	static const size_t steps[] = { 1, 7, 64, 100, 1000, 6000 };
	struct fake_client c;
	char text[ROOM];

	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, "vFile:open:" DEVICE ",0,0", "F0"));
	for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		size_t n = 0;

		for (;;) {
			char packet[64];
			char *end;

			snprintf(packet, sizeof(packet), "vFile:pread:0,%zx,%zx", steps[k], n);
			const char *r = client_ask(&c, packet);
			size_t got = strtoul(r + 1, &end, 16);
			CU_ASSERT_TRUE(*r == 'F' && *end == ';' && got <= steps[k]);
			CU_ASSERT_EQUAL(unescape(&c, (size_t)(end - r) + 1, text), got);
			if (!got || n + got > sizeof(c.target->file))
				break;
			CU_ASSERT_EQUAL(memcmp(text, c.target->file + n, got), 0);
			n += got;
		}
		CU_ASSERT_EQUAL(n, sizeof(c.target->file));
	}
	client_close(&c);
}

/* struct stat of the protocol: 64 bytes, big-endian, size at 28. */
static void test_file_stat(void)
{
	struct fake_client c;
	static const char *const packets[] = { "vFile:fstat:0", "vFile:stat:" DEVICE,
					       "vFile:lstat:" DEVICE };

	client_open(&c, FAKE_ALL);
	client_ask(&c, "vFile:open:" DEVICE ",0,0");
	for (size_t i = 0; i < 3; i++) {
		char st[128];

		CU_ASSERT_NSTRING_EQUAL(client_ask(&c, packets[i]), "F40;", 4);
		CU_ASSERT_EQUAL(unescape(&c, 4, st), 64);
		CU_ASSERT_EQUAL(memcmp(st + 8, "\0\0\x81\x24", 4), 0);
		CU_ASSERT_EQUAL(memcmp(st + 28, "\0\0\0\0\0\0\x13\x88", 8), 0);
	}
	client_close(&c);
}

static void test_file_handles(void)
{
	struct fake_client c;
	char want[8];

	client_open(&c, FAKE_ALL);
	for (unsigned i = 0; i < VFILE_MAX; i++) {
		snprintf(want, sizeof(want), "F%x", i);
		CU_ASSERT_TRUE(client_expect(&c, "vFile:open:" DEVICE ",0,0", want));
	}
	CU_ASSERT_TRUE(client_expect(&c, "vFile:open:" DEVICE ",0,0", "F-1,18"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:close:7", "F0"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:close:7", "F-1,9"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:open:" DEVICE ",0,0", "F7"));
	client_close(&c);
}

static void test_file_empty(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, "vFile:open:2f617363656e642f656d707479,0,0", "F0"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:pread:0,100,0", "F0;"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:close:0", "F0"));
	client_close(&c);
}

/* The program has unloaded a kernel whose file the client keeps open. */
static void test_file_gone(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, "vFile:open:" DEVICE ",0,0", "F0"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:pread:0,2,1", "~F2;*"));
	c.target->file_gone = true;
	CU_ASSERT_TRUE(client_expect(&c, "vFile:pread:0,2,1", "F-1,5"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:fstat:0", "F-1,5"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:open:" DEVICE ",0,0", "F-1,2"));
	CU_ASSERT_TRUE(client_expect(&c, "vFile:close:0", "F0"));
	client_close(&c);
}

static const struct unit_test tests[] = {
	{ "contents", test_contents },
	{ "odd pieces", test_odd_pieces },
	{ "ends", test_ends },
	{ "in turn", test_in_turn },
	{ "not stale", test_not_stale },
	{ "features for lldb", test_lldb_features },
	{ "file content", test_file_content },
	{ "file stat", test_file_stat },
	{ "file handles", test_file_handles },
	{ "empty file", test_file_empty },
	{ "file that is gone", test_file_gone },
};

int main(void)
{
	return unit_run("documents", tests, sizeof(tests) / sizeof(tests[0]));
}

/*
 * Dialogs about what only programs have, against the fake that starts them: non-stop, events the
 * client wishes, symbols it looks up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stub/live.h"
#include "tests/fake/fake_client.h"
#include "tests/unit/unit.h"

/** Packets one after the other; the first row without a packet ends the list. */
struct line {
	const char *packet, *want;
};

static void play(struct fake_client *c, const struct line *lines)
{
	for (; lines->packet; lines++)
		CU_ASSERT_TRUE(client_expect(c, lines->packet, lines->want));
}

/* The notification that is due is this, or there is none. */
static void notice(struct fake_client *c, const char *want)
{
	bool due = session_notice(c->session);
	char got[256] = CLIENT_SILENCE;

	if (due)
		snprintf(got, sizeof(got), "%.*s", (int)c->session->reply.len,
			 c->session->reply.data);
	CU_ASSERT_STRING_EQUAL(got, want);
}

static void happens(struct fake_client *c, uint32_t tid, enum target_signal signal)
{
	c->target->event = (struct target_stop){ .tid = { 1, tid }, .signal = signal, .core = -1 };
	c->target->has_event = true;
	CU_ASSERT_FALSE(session_event(c->session));
}

#define REGS(tid)                                                                                  \
	"00:706300000000000" tid ";01:737000000000000" tid ";02:783239000000000" tid               \
	";thread:" tid ";"

static void test_non_stop(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	play(&c, (struct line[]){
			 { "QNonStop:1", "OK" },
			 { "vCont;c", "OK" },
			 { "p0", "~7063*" }, /* served while threads run */
			 { NULL, NULL },
		 });
	CU_ASSERT_TRUE(c.target->non_stop);
	notice(&c, CLIENT_SILENCE);
	happens(&c, 1, TARGET_SIGNAL_TRAP);
	happens(&c, 3, TARGET_SIGNAL_INT);
	notice(&c, "Stop:T05" REGS("1"));
	notice(&c, CLIENT_SILENCE); /* the second waits for the first to be fetched */
	play(&c, (struct line[]){
			 { "vStopped", "T02" REGS("3") },
			 { "vStopped", "OK" },
			 { "QNonStop:0", "OK" },
			 { NULL, NULL },
		 });
	CU_ASSERT_FALSE(c.target->non_stop);
	client_close(&c);
}

static void test_wishes(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	client_ask(&c, "qSupported:fork-events+;exec-events+");
	CU_ASSERT_EQUAL(c.target->wishes, TARGET_WISH_FORK | TARGET_WISH_EXEC);
	client_ask(&c, "QThreadEvents:1");
	CU_ASSERT_EQUAL(c.target->wishes,
			TARGET_WISH_FORK | TARGET_WISH_EXEC | TARGET_WISH_THREADS);
	client_ask(&c, "QCatchSyscalls:1;1;e7");
	CU_ASSERT_TRUE(c.target->catching && c.target->call_count == 2 &&
		       c.target->last_call == 0xe7);
	client_ask(&c, "QCatchSyscalls:0");
	CU_ASSERT_FALSE(c.target->catching);
	client_ask(&c, "QPassSignals:e;11");
	CU_ASSERT_TRUE(c.target->pass[1] == 0x40 && c.target->pass[2] == 2);
	client_close(&c);
}

static void test_symbols(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	play(&c, (struct line[]){
			 { "qSymbol::", "qSymbol:6f6e65" },
			 { "m1000,4", "30303030" }, /* GDB reads in between */
			 { "qSymbol:abc:6f6e65", "qSymbol:74776f" },
			 { "qSymbol::74776f", "OK" },
			 { NULL, NULL },
		 });
	CU_ASSERT_STRING_EQUAL(c.target->symbols, "1 one=abc|1 two=?|");
	client_close(&c);
}

/* Lines for the user go out while something runs in all-stop, and never in place of a reply. */
static void test_tell(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	session_tell(c.session, "nobody waits");
	CU_ASSERT_EQUAL(c.session->console.len, 0);
	CU_ASSERT_TRUE(client_expect(&c, "vCont;c", CLIENT_SILENCE));
	CU_ASSERT_STRING_EQUAL(c.session->console.data, "nobody waits\n");
	target_text_deinit(&c.session->console);
	session_tell(c.session, "a\x1b[2J\xff name\n");
	session_tell(c.session, "");
	CU_ASSERT_STRING_EQUAL(c.session->console.data, "a?[2J? name?\n\n");
	c.target->event = (struct target_stop){ .tid = { 1, 1 }, .signal = 5, .core = -1 };
	c.target->has_event = true;
	CU_ASSERT_TRUE(session_event(c.session));
	target_text_deinit(&c.session->console);
	for (int i = 0; i < 10000; i++)
		session_tell(c.session, "it stands");
	CU_ASSERT_EQUAL(c.session->console.len, 0);
	CU_ASSERT_TRUE(c.session->told.len > 10000 && c.session->told.len < 20000);
	client_expect(&c, "QNonStop:1", "OK");
	client_expect(&c, "vCont;c", "OK");
	session_tell(c.session, "not in non-stop");
	CU_ASSERT_EQUAL(c.session->console.len, 0);
	client_close(&c);
}

/* What a monitor command says, its name as hex, has these words in it. */
static bool monitor_says(struct fake_client *c, const char *command, const char *words)
{
	char packet[64], text[4096];

	snprintf(packet, sizeof(packet), "qRcmd,%s", command);
	const char *hex = client_ask(c, packet);
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n && i < sizeof(text) - 1; i++)
		text[i] = (char)strtol((char[]){ hex[2 * i], hex[2 * i + 1], '\0' }, NULL, 16);
	text[n < sizeof(text) ? n : sizeof(text) - 1] = '\0';
	return strstr(text, words);
}

/* The server's own part of `monitor doctor`. */
static bool doctor_says(struct fake_client *c, const char *words)
{
	return monitor_says(c, "646f63746f72", words);
}

static bool why_says(struct fake_client *c, const char *words)
{
	return monitor_says(c, "776879", words);
}

static void test_doctor(void)
{
	struct live live = { .way = "none", .automatic = true };
	struct fake_client c;

	client_open(&c, FAKE_ALL | FAKE_START);
	unsetenv("ASCEND_HOME_PATH");
	unsetenv("ASCEND_TOOLKIT_HOME");
	CU_ASSERT_TRUE(doctor_says(&c, "No problem was found.\n")); /* of a dump */
	/* a gdb that looks for kernels elsewhere */
	c.session->told_kernels = true;
	CU_ASSERT_TRUE(doctor_says(&c, "PROBLEM  symbols          gdb knows of kernels and has "));
	CU_ASSERT_TRUE(doctor_says(&c, ", then set sysroot target:\n1 problem.\n"));
	client_expect(&c, "vFile:open:2f617363656e642f646576302f646576696365,0,0", "F0");
	CU_ASSERT_TRUE(doctor_says(&c, "No problem was found.\n"));
	c.session->debug.live = &live;
	CU_ASSERT_TRUE(
		doctor_says(&c, "PROBLEM  devices          none is shown: there is no /dev/"));
	CU_ASSERT_TRUE(doctor_says(&c, "or start this server with --device sim\n1 problem.\n"));
	live.automatic = false;
	CU_ASSERT_TRUE(doctor_says(&c, "told --device none\n"));
	live.way = "drv";
	snprintf(live.stub, sizeof(live.stub), "/opt/stub.so");
	CU_ASSERT_TRUE(doctor_says(&c, "neither ASCEND_TOOLKIT_HOME nor ASCEND_HOME_PATH is set"));
	setenv("ASCEND_HOME_PATH", "/nowhere", 1);
	CU_ASSERT_TRUE(doctor_says(&c, "PROBLEM  toolkit          /nowhere has no lib64/"));
	CU_ASSERT_TRUE(
		doctor_says(&c, "mend it:       . /usr/local/Ascend/ascend-toolkit/set_env"));
	live.way = "sim";
	unsetenv("ASCEND_HOME_PATH");
	CU_ASSERT_TRUE(doctor_says(&c, "note     toolkit          ASCEND_TOOLKIT_HOME is not set"));
	client_close(&c);
}

/* One refusal of each kind of packet, the newest first; nothing of the data, whatever it is. */
static void test_why(void)
{
	struct fake_client c;

	client_open(&c, 0);
	CU_ASSERT_TRUE(why_says(&c, "No request of this client was refused.\n"));
	client_ask(&c, "M1000,2:aabb");
	client_ask(&c, "qRcmd,626f677573"); /* "bogus": it has said so itself */
	client_ask(&c, "vNonsense");
	CU_ASSERT_TRUE(why_says(&c, "M1000,2: this is a dump: memory and registers cannot be "));
	client_ask(&c, "m0,4"); /* nothing is there */
	CU_ASSERT_FALSE(why_says(&c, "m0,4"));
	client_ask(&c, "pfff0");
	client_ask(&c, "pfff8");
	client_ask(&c, "Hgp7\x1b[2J.1");
	CU_ASSERT_TRUE(why_says(&c, "Hgp7: "));
	CU_ASSERT_TRUE(why_says(&c, "\npfff8: "));
	CU_ASSERT_TRUE(why_says(&c, "\nM1000,2: "));
	CU_ASSERT_FALSE(why_says(&c, "pfff0"));
	/* the fifth kind takes the place of the first */
	client_ask(&c, "G00");
	client_ask(&c, "X1000,1:\x01");
	CU_ASSERT_TRUE(why_says(&c, "X1000,1: "));
	CU_ASSERT_FALSE(why_says(&c, "M1000"));
	client_close(&c);
}

static const struct unit_test tests[] = {
	{ "non-stop", test_non_stop }, { "wishes of the client", test_wishes },
	{ "symbols", test_symbols },   { "lines for the user", test_tell },
	{ "doctor", test_doctor },     { "why", test_why },
};

int main(void)
{
	return unit_run("session_live", tests, sizeof(tests) / sizeof(tests[0]));
}

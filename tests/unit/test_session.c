/*
 * Dialogs of several packets against the fake target: threads and whose registers are meant,
 * running and stopping, letting go in both modes, error forms, what a new client finds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void dialog(unsigned flags, const struct line *lines)
{
	struct fake_client c;

	client_open(&c, flags);
	play(&c, lines);
	client_close(&c);
}

/* The stop reply that is due is this. */
static void event(struct fake_client *c, const char *want)
{
	const char *got = client_event(c);

	if (strcmp(got, want) != 0)
		printf("  event %s\n  got   %s\n", want, got);
	CU_ASSERT_STRING_EQUAL(got, want);
}

#define RUNNING	  "E.the target is running"
#define NO_THREAD "E.there is no such thread"

/* --- threads --- */

static void test_general_thread(void)
{
	dialog(FAKE_ALL, (struct line[]){
				 { "p0", "7063000000000002" },
				 { "Hg3", "OK" },
				 { "p0", "7063000000000003" },
				 { "m7000,2", "0303" },
				 { "qC", "QC3" },
				 { "Hc1", "OK" }, /* for the old resume packets only */
				 { "p0", "7063000000000003" },
				 { "Hg4", NO_THREAD },
				 { "p0", "7063000000000003" },
				 { "Hg0", "OK" },
				 { "p0", "7063000000000002" },
				 { "m7000,2", "0202" },
				 { "Hg1", "OK" },
				 { "?", "~T0b*" },
				 { "qC", "QC2" },
				 { NULL, NULL },
			 });
}

static void test_two_processes(void)
{
	dialog(FAKE_ALL | FAKE_TWO_PROCESSES,
	       (struct line[]){
		       { "qSupported:multiprocess+", "~*;multiprocess+;*" },
		       { "qfThreadInfo", "mp1.1,p1.2,p2.3" },
		       { "Hgp2.3", "OK" },
		       { "qC", "QCp2.3" },
		       { "qXfer:exec-file:read::0,100", "E.process 2 has no program" },
		       { "qXfer:exec-file:read:1:0,100", "l/ascend/dev0/device" },
		       { "Hgp1.3", NO_THREAD },
		       { "Hgp2.1", NO_THREAD },
		       { "Tp2.3", "OK" },
		       { "Tp2.-1", "OK" },
		       { "Hgp2.0", "OK" },
		       { "qThreadStopInfop2.3", "~T00*thread:p2.3;core:c;" },
		       { NULL, NULL },
	       });
}

/* --- registers --- */

static void test_register_writes(void)
{
	dialog(FAKE_ALL,
	       (struct line[]){
		       { "P4=1122334455667788", "OK" },
		       { "p4", "1122334455667788" },
		       { "Hg1", "OK" },
		       { "p4", "7830000000000001" },
		       { "Gaaaaaaaaaaaaaaaaxxxxxxxxxxxxxxxxbbbbbbbbbbbbbbbbcccccccccccccccc",
			 "OK" },
		       { "g", "aaaaaaaaaaaaaaaa7370000000000001bbbbbbbbbbbbbbbbcccccccccccccccc" },
		       { "P8=ff", "OK" },
		       { "p8", "ff" },
		       { "P8=ffff", "E.the argument makes no sense" },
		       { NULL, NULL },
	       });
}

static void test_memory_writes(void)
{
	dialog(FAKE_ALL, (struct line[]){
				 { "M4000,3:0a0b0c", "OK" },
				 { "X4003,4:}#$*", "OK" },
				 { "m4000,8", "0a0b0c7d23242a00" },
				 { "m4ffe,4", "0000" },
				 { "M4ffe,2:eeee", "OK" },
				 { "M4fff,2:eeee", "E.no writable memory at 0x4fff" },
				 { "m4ffe,2", "eeee" },
				 { NULL, NULL },
			 });
}

/* As much as a packet carries, escapes included. */
static void test_long_reads(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	client_ask(&c, "m100000,100000");
	CU_ASSERT_EQUAL(c.reply_n, SESSION_PACKET_SIZE - 2);
	client_ask(&c, "m100000,ffffffffffffffff");
	CU_ASSERT_EQUAL(c.reply_n, SESSION_PACKET_SIZE - 2);
	client_ask(&c, "x100000,200000");
	CU_ASSERT_EQUAL(c.reply_n, SESSION_PACKET_SIZE);
	client_ask(&c, "m2fffff,10");
	CU_ASSERT_EQUAL(c.reply_n, 2);
	client_ask(&c, "mffffffffffffff00,10000");
	CU_ASSERT_EQUAL(c.reply_n, 512);
	client_close(&c);
}

/* --- running --- */

static void test_run_and_stop(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	play(&c, (struct line[]){ { "qSupported:multiprocess+;swbreak+", "~*" },
				  { "Hgp1.3", "OK" },
				  { "vCont;c:p1.-1", CLIENT_SILENCE },
				  { NULL, NULL } });
	CU_ASSERT_EQUAL(c.target->resumes, 1);
	CU_ASSERT_TRUE(c.target->actions[0].kind == TARGET_CONTINUE &&
		       c.target->actions[0].pid == 1 && c.target->actions[0].tid == -1);
	event(&c, CLIENT_SILENCE);
	c.target->has_event = true;
	c.target->event = (struct target_stop){ .kind = TARGET_STOP_SWBREAK,
						.tid = { 1, 1 },
						.signal = TARGET_SIGNAL_TRAP,
						.core = -1 };
	event(&c, "T05swbreak:;00:7063000000000001;01:7370000000000001;02:7832390000000001;"
		  "thread:p1.1;");
	event(&c, CLIENT_SILENCE);
	/* the stop's thread is the general one now, whatever Hg said before */
	CU_ASSERT_TRUE(client_expect(&c, "qC", "QCp1.1"));
	CU_ASSERT_TRUE(client_expect(&c, "m7000,1", "01"));
	client_close(&c);
}

/* All-stop: nothing is served while the target runs, and the stop is still owed afterwards. */
static void test_packets_while_running(void)
{
	static const char *const packets[] = { "g",	  "m1000,4", "?",	   "vCont;c",
					       "c",	  "Hg1",     "D",	   "qC",
					       "vKill;1", "vCtrlC",  "qSupported", "x1000,4" };
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, "c", CLIENT_SILENCE));
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		bool bare = *packets[i] == 'm' || *packets[i] == 'x';

		CU_ASSERT_TRUE(client_expect(&c, packets[i], bare ? "E10" : RUNNING));
	}
	CU_ASSERT_TRUE(client_expect(&c, "vMustReplyEmpty", ""));
	CU_ASSERT_EQUAL(c.target->resumes, 1);
	session_interrupt(c.session);
	CU_ASSERT_EQUAL(c.target->interrupts, 1);
	event(&c, "T0200:7063000000000001;01:7370000000000001;02:7832390000000001;thread:1;");
	CU_ASSERT_TRUE(client_expect(&c, "qC", "QC1"));
	client_close(&c);
}

static void test_interrupts(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	session_interrupt(c.session); /* it crossed a stop: it waits for the next resume */
	CU_ASSERT_EQUAL(c.target->interrupts, 0);
	event(&c, CLIENT_SILENCE);
	client_ask(&c, "vCont;s:2");
	CU_ASSERT_EQUAL(c.target->interrupts, 1);
	session_interrupt(c.session);
	session_interrupt(c.session);
	CU_ASSERT_EQUAL(c.target->interrupts, 3);
	event(&c, "T0200:7063000000000001;01:7370000000000001;02:7832390000000001;thread:1;");
	event(&c, CLIENT_SILENCE);
	client_close(&c);
	client_open(&c, 0);
	session_interrupt(c.session);
	event(&c, CLIENT_SILENCE);
	client_close(&c);
}

/* What vCont says reaches the target. */
static void test_actions(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	client_ask(&c, "vCont;r1000,10ff:p1.2;S0b:p1.3;t:1;c");
	const struct target_action *a = c.target->actions;
	CU_ASSERT_EQUAL(c.target->action_count, 4);
	CU_ASSERT_TRUE(a[0].kind == TARGET_RANGE_STEP && a[0].start == 0x1000 &&
		       a[0].end == 0x10ff);
	CU_ASSERT_TRUE(a[0].pid == 1 && a[0].tid == 2);
	CU_ASSERT_TRUE(a[1].kind == TARGET_STEP && a[1].signal == 0xb && a[1].tid == 3);
	CU_ASSERT_TRUE(a[2].kind == TARGET_HALT && a[2].pid == -1 && a[2].tid == 1);
	CU_ASSERT_TRUE(a[3].kind == TARGET_CONTINUE && a[3].pid == -1 && a[3].tid == -1);
	client_close(&c);
	client_open(&c, FAKE_ALL);
	client_ask(&c, "Hg3");
	client_ask(&c, "S05"); /* no Hc: the selected one steps, the others run */
	CU_ASSERT_EQUAL(c.target->action_count, 2);
	CU_ASSERT_TRUE(c.target->actions[0].kind == TARGET_STEP && c.target->actions[0].tid == 3 &&
		       c.target->actions[0].signal == 5);
	CU_ASSERT_TRUE(c.target->actions[1].kind == TARGET_CONTINUE &&
		       c.target->actions[1].tid == -1 && !c.target->actions[1].signal);
	client_close(&c);
	client_open(&c, FAKE_ALL);
	client_ask(&c, "Hg3");
	client_ask(&c, "Hc1");
	client_ask(&c, "S05"); /* that thread alone */
	CU_ASSERT_EQUAL(c.target->action_count, 1);
	CU_ASSERT_TRUE(c.target->actions[0].kind == TARGET_STEP && c.target->actions[0].tid == 1);
	client_close(&c);
}

static void test_too_many_actions(void)
{
	struct fake_client c;
	char packet[8 + 2 * 1100] = "vCont";

	for (size_t i = 0; i < 1100; i++)
		memcpy(packet + 5 + 2 * i, ";c", 2);
	packet[5 + 2 * 1024] = '\0';
	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, packet, CLIENT_SILENCE));
	client_close(&c);
	packet[5 + 2 * 1024] = ';';
	packet[5 + 2 * 1025] = '\0';
	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, packet, "E.more than 1024 actions"));
	client_close(&c);
}

static void test_stop_reasons(void)
{
	static const struct {
		enum target_stop_kind kind;
		const char *want;
	} rows[] = {
		{ TARGET_STOP_SIGNAL, "T0500:7063000000000001;" },
		{ TARGET_STOP_SWBREAK, "T05swbreak:;00" },
		{ TARGET_STOP_HWBREAK, "T05hwbreak:;00" },
		{ TARGET_STOP_WATCH, "T05watch:1008;00" },
		{ TARGET_STOP_RWATCH, "T05rwatch:1008;00" },
		{ TARGET_STOP_AWATCH, "T05awatch:1008;00" },
		{ TARGET_STOP_EXEC, "T05exec:2f6465;thread:" },
		{ TARGET_STOP_LIBRARY, "T05library:;00" },
		{ TARGET_STOP_EXITED, "W07;process:1" },
		{ TARGET_STOP_SIGNALED, "X05;process:1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_client c;

		client_open(&c, FAKE_ALL);
		client_ask(&c, "qSupported:multiprocess+;swbreak+;hwbreak+");
		client_ask(&c, "c");
		c.target->has_event = true;
		c.target->event = (struct target_stop){ .kind = rows[i].kind,
							.tid = { 1, 1 },
							.signal = 5,
							.addr = 0x1008,
							.value = 7,
							.core = -1,
							.text = "/de" };
		const char *got = client_event(&c);
		CU_ASSERT_NSTRING_EQUAL(got, rows[i].want, strlen(rows[i].want));
		client_close(&c);
	}
}

/* A client that did not ask for swbreak+ sees a plain SIGTRAP. */
static void test_stop_reasons_unasked(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	client_ask(&c, "c");
	c.target->has_event = true;
	c.target->event = (struct target_stop){
		.kind = TARGET_STOP_HWBREAK, .tid = { 1, 1 }, .signal = 5, .core = 3
	};
	event(&c,
	      "T0500:7063000000000001;01:7370000000000001;02:7832390000000001;thread:1;core:3;");
	client_close(&c);
}

static void test_points(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	CU_ASSERT_TRUE(client_expect(&c, "Z2,1008,4", "OK"));
	CU_ASSERT_TRUE(c.target->points_set == 1 && c.target->point.kind == TARGET_WRITE_WATCH &&
		       c.target->point.at == 0x1008 && c.target->point.size == 4);
	CU_ASSERT_TRUE(client_expect(&c, "z2,1008,4", "OK"));
	CU_ASSERT_EQUAL(c.target->points_cleared, 1);
	client_close(&c);
}

/* --- letting go --- */

static void test_leave_plain(void)
{
	static const char *const packets[] = { "D", "D;1", "k", "vKill;1" };

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct fake_client c;

		client_open(&c, FAKE_ALL);
		client_ask(&c, packets[i]);
		CU_ASSERT_TRUE(c.session->closing);
		CU_ASSERT_FALSE(c.session->leaving);
		CU_ASSERT_EQUAL(*packets[i] == 'D' ? c.target->detached : c.target->killed, 1);
		client_close(&c);
	}
}

static void test_leave_extended(void)
{
	struct fake_client c;

	client_open(&c, FAKE_VIEW);
	play(&c, (struct line[]){
			 { "!", "OK" },
			 { "D;1", "OK" },
			 { "?", "W00" },
			 { "qC", "QC0" },
			 { "qfThreadInfo", "l" },
			 { "Hg1", NO_THREAD },
			 { "T1", NO_THREAD },
			 { "Hg0", "OK" },
			 { "g", NO_THREAD },
			 { "p0", NO_THREAD },
			 { "m1000,4", "E03" },
			 { "D", NO_THREAD },
			 { "vKill;1", NO_THREAD },
			 { "qProcessInfo", NO_THREAD },
			 { "qMemoryRegionInfo:1000", "E.there is no thread 0.0" },
			 { "qXfer:features:read:target.xml:0,10", NO_THREAD },
			 { "qXfer:exec-file:read::0,10", NO_THREAD },
			 { "qXfer:libraries:read::0,100", "l<library-list></library-list>" },
			 { "qXfer:memory-map:read::0,100",
			   "l<?xml version=\"1.0\"?><memory-map></memory-map>" },
			 { "vAttach;1", "~T0b*thread:2;*" },
			 { "m1000,4", "30303030" },
			 { "k", CLIENT_SILENCE },
			 { "?", "W00" },
			 { "vAttach;1", "~T0b*" },
			 { "vKill;1", "OK" },
			 { "vAttach;1", "~T0b*" },
			 { "g", "~7063*" },
			 { NULL, NULL },
		 });
	CU_ASSERT_FALSE(c.session->closing);
	client_close(&c);
}

/* A kill while the target runs: gdb sends k when its user gives up waiting. */
static void test_kill_while_running(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	play(&c, (struct line[]){ { "!", "OK" },
				  { "c", CLIENT_SILENCE },
				  { "k", CLIENT_SILENCE },
				  { "?", "W00" },
				  { "vAttach;1", "E.there is no process 1 here" },
				  { NULL, NULL } });
	event(&c, CLIENT_SILENCE);
	client_close(&c);
}

static void test_process_ends(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	client_ask(&c, "!");
	client_ask(&c, "c");
	c.target->ended[1] = true;
	c.target->has_event = true;
	c.target->event = (struct target_stop){
		.kind = TARGET_STOP_EXITED, .tid = { 1, 1 }, .value = 3, .core = -1
	};
	event(&c, "W03");
	play(&c, (struct line[]){ { "qC", "QC0" },
				  { "g", NO_THREAD },
				  { "m1000,4", "E03" },
				  { "qfThreadInfo", "l" },
				  { NULL, NULL } });
	client_close(&c);
}

static void test_target_is_lost(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	c.target->gone = true;
	CU_ASSERT_TRUE(client_expect(&c, "p0", "E.the fake was switched off"));
	CU_ASSERT_TRUE(c.session->closing);
	client_close(&c);
	client_open(&c, FAKE_ALL);
	client_ask(&c, "c");
	c.target->gone = true;
	event(&c, CLIENT_SILENCE);
	CU_ASSERT_TRUE(c.session->closing);
	client_close(&c);
}

static void test_monitor(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	play(&c, (struct line[]){
			 /* words a b */
			 { "qRcmd,776f7264732061202062", "3320776f7264732c2074687265616420320a" },
			 { "qRcmd,6e6f7468696e67", "OK" },
			 /* fail: its words are output too */
			 { "qRcmd,6661696c", "6572726f723a20697420646964206e6f7420776f726b0a" },
			 /* help ends with the target's own lines */
			 { "qRcmd,68656c70", "~54686520*20636f756e7420776f7264730a" },
			 { NULL, NULL },
		 });
	client_ask(&c, "qRcmd,626967"); /* big: more than fits */
	CU_ASSERT_TRUE(c.reply_n > SESSION_PACKET_SIZE - 100 && c.reply_n <= SESSION_PACKET_SIZE);
	CU_ASSERT_STRING_EQUAL(c.reply + c.reply_n - 22, "2061207061636b65745d0a");
	client_ask(&c, "qRcmd,65786974");
	CU_ASSERT_TRUE(c.session->closing && c.session->leaving);
	client_close(&c);
}

/*
 * gdb does not say which thread its `monitor` is about; the fake's command `words` tells the
 * server's guess: the thread of `thread N`, not of a walk over all of them.
 */
static void test_monitor_thread(void)
{
	static const char words[] = "qRcmd,776f726473", one[] = "~*7468726561642031*",
			  two[] = "~*7468726561642032*", three[] = "~*7468726561642033*";
	static const char list[] = "qXfer:threads:read::0,1000";
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	play(&c, (struct line[]){
			 { "Hg1", "OK" }, /* a client without a thread list means Hg */
			 { words, one },	  { list, "~l*" },
			 { words, two }, /* nothing chosen: the thread that stopped */
			 { "T3", "OK" },	  { words, three },
			 { list, "~l*" }, /* info threads */
			 { "Hg1", "OK" },	  { words, three },
			 { list, "~l*" }, /* thread apply all */
			 { "T3", "OK" },	  { "T2", "OK" },
			 { "T1", "OK" },	  { words, three },
			 { list, "~l*" }, /* thread find, thread 1 */
			 { "T1", "OK" },	  { words, one },
			 { "c", CLIENT_SILENCE }, { NULL, NULL },
		 });
	client_close(&c);
}

/* --- forms of errors --- */

static void test_error_text(void)
{
	dialog(FAKE_ALL, (struct line[]){
				 { "m3000,1", "E0e" },
				 { "x3000,1", "E0e" },
				 { "qRcmd,zz", "E16" },
				 { "qSupported:error-message+", "~*;error-message+;*" },
				 { "m3000,1", "E.nothing at 0x3000" },
				 { "x3000,1", "E.nothing at 0x3000" },
				 { "qRcmd,zz", "E.the argument makes no sense" },
				 { "m3000", "E.malformed packet" },
				 { NULL, NULL },
			 });
}

static void test_too_long(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	session_too_long(c.session);
	CU_ASSERT_NSTRING_EQUAL(c.session->reply.data, "E16", 3);
	client_ask(&c, "qSupported:error-message+");
	session_too_long(c.session);
	CU_ASSERT_NSTRING_EQUAL(c.session->reply.data, "E.packet longer", 15);
	CU_ASSERT_TRUE(client_expect(&c, "qC", "QC2"));
	client_close(&c);
}

/* --- the next client --- */

static void test_clean_session(void)
{
	struct fake_client c;

	client_open(&c, FAKE_ALL);
	play(&c, (struct line[]){
			 { "qSupported:multiprocess+;error-message+;binary-upload+", "~*" },
			 { "QStartNoAckMode", "OK" },
			 { "QThreadSuffixSupported", "OK" },
			 { "QEnableErrorStrings", "OK" },
			 { "!", "OK" },
			 { "Hgp1.3", "OK" },
			 { "vFile:open:2f617363656e642f646576302f646576696365,0,0", "F0" },
			 { "qXfer:threads:read::0,5", "~m*" },
			 { "c", CLIENT_SILENCE },
			 { NULL, NULL },
		 });
	client_reconnect(&c);
	CU_ASSERT_FALSE(c.session->no_ack || c.session->extended || c.session->running);
	play(&c, (struct line[]){
			 { "qC", "QC2" },
			 { "m3000,1", "E0e" },
			 { "g;thread:1;", "E.malformed packet" },
			 { "vFile:fstat:0", "F-1,9" },
			 { "x1000,0", "b" },
			 { NULL, NULL },
		 });
	client_close(&c);
}

static const struct unit_test tests[] = {
	{ "general thread", test_general_thread },
	{ "two processes", test_two_processes },
	{ "register writes", test_register_writes },
	{ "memory writes", test_memory_writes },
	{ "long reads", test_long_reads },
	{ "run and stop", test_run_and_stop },
	{ "packets while running", test_packets_while_running },
	{ "interrupts", test_interrupts },
	{ "vCont actions", test_actions },
	{ "too many actions", test_too_many_actions },
	{ "stop reasons", test_stop_reasons },
	{ "stop reasons nobody asked for", test_stop_reasons_unasked },
	{ "points", test_points },
	{ "leave, plain", test_leave_plain },
	{ "leave, extended", test_leave_extended },
	{ "kill while running", test_kill_while_running },
	{ "the process ends", test_process_ends },
	{ "the target is lost", test_target_is_lost },
	{ "monitor", test_monitor },
	{ "thread of monitor", test_monitor_thread },
	{ "error text", test_error_text },
	{ "too long", test_too_long },
	{ "clean session", test_clean_session },
};

int main(void)
{
	return unit_run("session", tests, sizeof(tests) / sizeof(tests[0]));
}

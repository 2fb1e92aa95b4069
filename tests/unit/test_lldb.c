/*
 * lldb's dialect over the fake target: what its first packets switch on, the thread suffix, its
 * stop replies, its form of x and of errors.
 */
#include <string.h>

#include "tests/fake/fake_client.h"
#include "tests/unit/unit.h"

struct line {
	const char *packet, *want;
};

static void play(struct fake_client *c, const struct line *lines)
{
	for (; lines->packet; lines++)
		CU_ASSERT_TRUE(client_expect(c, lines->packet, lines->want));
}

static void open_lldb(struct fake_client *c, unsigned flags)
{
	client_open(c, flags);
	play(c, (struct line[]){ { "QThreadSuffixSupported", "OK" }, { NULL, NULL } });
}

static void test_suffix(void)
{
	struct fake_client c;

	open_lldb(&c, FAKE_ALL);
	play(&c, (struct line[]){
			 { "p0;thread:1;", "7063000000000001" },
			 { "p0;thread:0003;", "7063000000000003" },
			 { "p0;thread:p1.3;", "7063000000000003" },
			 { "p0", "7063000000000002" },
			 { "g;thread:1;", "~70630000000000017370000000000001*" },
			 { "P4=1122334455667788;thread:3;", "OK" },
			 { "p4;thread:3;", "1122334455667788" },
			 { "p4", "7830000000000002" },
			 { "Gaaaaaaaaaaaaaaaaxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx;"
			   "thread:1;",
			   "OK" },
			 { "p0;thread:1;", "aaaaaaaaaaaaaaaa" },
			 { "p0", "7063000000000002" },
			 /* hostile */
			 { "p0;thread:9;", "E03" },
			 { "p0;thread:", "E03" },
			 { "p0;thread:;", "E03" },
			 { "p0;thread:zz;", "E03" },
			 { "p;thread:1;", "E16" },
			 { "p0;thread", "E16" },
			 { "p0;threat:1;", "E16" },
			 { ";thread:1;", "" },
			 /* the suffix is of one packet only */
			 { "qC", "QC2" },
			 /* other packets have none */
			 { "m1000,4;thread:1;", "E16" },
			 { NULL, NULL },
		 });
	client_close(&c);
}

static void test_stop_reply(void)
{
	struct fake_client c;

	open_lldb(&c, FAKE_ALL);
	/* hexname AIV "2", description read <of> UB */
	play(&c, (struct line[]){
			 { "?", "T0b00:7063000000000002;01:7370000000000002;02:7832390000000002;"
				"thread:2;core:b;hexname:414956202232"
				"22;reason:exception;"
				"description:72656164203c6f663e205542;" },
			 { "QListThreadsInStopReply", "OK" },
			 { "?", "~*;threads:1,2,3;thread-pcs:100000000006370,"
				"200000000006370,300000000006370;" },
			 { "qThreadStopInfo1", "~T00*thread:1;core:a;hexname:4149562022312"
					       "2;threads:*" },
			 { NULL, NULL },
		 });
	client_close(&c);
}

static void test_breakpoint_reason(void)
{
	struct fake_client c;

	open_lldb(&c, FAKE_ALL);
	client_ask(&c, "c");
	c.target->has_event = true;
	c.target->event = (struct target_stop){
		.kind = TARGET_STOP_SWBREAK, .tid = { 1, 1 }, .signal = 5, .core = -1
	};
	/* swbreak: is only for who asked */
	const char *got = client_event(&c);
	CU_ASSERT_NSTRING_EQUAL(got, "T0500:", 6);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, ";reason:breakpoint;"));
	client_close(&c);
}

static void test_binary_read(void)
{
	struct fake_client c;

	open_lldb(&c, FAKE_ALL);
	play(&c, (struct line[]){ { "x0,0", "OK" },
				  { "x3000,0", "OK" },
				  { "x6041,3", "ABC" },
				  { "x3000,1", "E0e" },
				  { NULL, NULL } });
	client_close(&c);
	/* a newer one wants gdb's form */
	client_open(&c, FAKE_ALL);
	play(&c, (struct line[]){ { "qSupported:binary-upload+", "~*;binary-upload+;*" },
				  { "QThreadSuffixSupported", "OK" },
				  { "x0,0", "b" },
				  { "x6041,3", "bABC" },
				  { NULL, NULL } });
	client_close(&c);
}

/* lldb reads numbers; text only behind them and only when it asked. */
static void test_errors(void)
{
	struct fake_client c;

	open_lldb(&c, 0);
	play(&c, (struct line[]){
			 { "T9", "E03" },
			 { "QEnableErrorStrings", "OK" },
			 { "T9", "E03;74686572652069732"
				 "06e6f207375636820746872656164" },
			 { "m3000,1", "E0e;6e6f7468696e672061742030783330"
				      "3030" },
			 { "qSupported:error-message+", "~*" },
			 { "T9", "E.there is no such thread" },
			 { NULL, NULL },
		 });
	client_close(&c);
}

static void test_regions(void)
{
	struct fake_client c;

	open_lldb(&c, FAKE_VIEW);
	play(&c, (struct line[]){
			 { "qMemoryRegionInfo:0", "start:0;size:1000;" },
			 { "qMemoryRegionInfo:fff", "start:0;size:1000;" },
			 { "qMemoryRegionInfo:1000",
			   "start:1000;size:2000;permissions:r;name:74657874;" },
			 { "qMemoryRegionInfo:3000", "start:3000;size:1000;" },
			 { "qMemoryRegionInfo:4000",
			   "start:4000;size:1000;permissions:rw;name:72616d;" },
			 { "qMemoryRegionInfo:7000", "start:7000;size:10;permissions:r;" },
			 /* the end of the address space: lldb adds start and size in 64 bits */
			 { "qMemoryRegionInfo:ffffffffffffffff",
			   "start:fffffffffffff000;size:fff;permissions:r;name:6c617374;" },
			 { NULL, NULL },
		 });
	client_close(&c);
}

/* A refused resume would look like a lost process: the stop comes again and says why. */
static void test_refused_resume(void)
{
	static const char stopped[] = "~T0b*thread:2;*reason:exception;description:"
				      "7468697320697320612064756d703a20*";
	struct fake_client c;

	open_lldb(&c, 0);
	play(&c, (struct line[]){ { "c", stopped },
				  { "s", stopped },
				  { "vCont;c", stopped },
				  { "g;thread:1;", "~*" },
				  { "!", "OK" },
				  { "D", "OK" },
				  { "c", "E03" }, /* what it let go of does not stop again */
				  { "vAttach;1", "~T0b*" },
				  { "k", "X09" },
				  { NULL, NULL } });
	client_close(&c);
}

/* The only kernel is what lldb's executable must be; the fake has two sections and one kernel. */
static void test_offsets(void)
{
	struct fake_client c;

	open_lldb(&c, FAKE_VIEW);
	play(&c, (struct line[]){
			 { "qOffsets", "TextSeg=1000" }, { "qOffsets;", "E16" }, { NULL, NULL } });
	client_close(&c);
}

/* lldb reads memory for all threads: the target hears of a thread only after Hg. */
static void test_memory_of_no_thread(void)
{
	struct fake_client c;

	open_lldb(&c, 0);
	play(&c,
	     (struct line[]){
		     { "m7000,1", "00" }, { "Hg3", "OK" }, { "m7000,1", "03" }, { NULL, NULL } });
	client_close(&c);
}

static void test_echo(void)
{
	struct fake_client c;

	open_lldb(&c, 0);
	const char *got = client_ask_bytes(&c, "qEcho:\0#}", 9);
	CU_ASSERT_EQUAL(c.reply_n, 11);
	CU_ASSERT_EQUAL(memcmp(got, "qEcho:\0}\x03}]", 11), 0);
	client_close(&c);
}

static const struct unit_test tests[] = {
	{ "thread suffix", test_suffix },
	{ "stop reply", test_stop_reply },
	{ "breakpoint reason", test_breakpoint_reason },
	{ "binary read", test_binary_read },
	{ "errors", test_errors },
	{ "regions", test_regions },
	{ "refused resume", test_refused_resume },
	{ "offsets", test_offsets },
	{ "memory of no thread", test_memory_of_no_thread },
	{ "echo", test_echo },
};

int main(void)
{
	return unit_run("lldb", tests, sizeof(tests) / sizeof(tests[0]));
}

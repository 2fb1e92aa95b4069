/*
 * THE packet table against the fake target: its invariants, and each row with a good packet, a
 * malformed one, and on a target that cannot. Dialogs of several packets are in test_session.c.
 */
#include <stdio.h>
#include <string.h>

#include "stub/commands.h"
#include "tests/fake/fake_client.h"
#include "tests/unit/unit.h"

/** One packet to a fresh session; a want that begins with '~' is a glob. */
struct exchange {
	const char *packet, *want;
};

#define G2	  "7063000000000002737000000000000278323900000000027833300000000002"
#define STOP2	  "T0b00:7063000000000002;01:7370000000000002;02:7832390000000002;thread:2;core:b;"
#define MALFORMED "E.malformed packet"
#define NONSENSE  "E.the argument makes no sense"
#define NO_RUN	  "E.this is a dump: nothing can run, step or be called"
#define NO_WRITE  "E.this is a dump: memory and registers cannot be changed"
#define NO_BREAK  "E.dump.this is a dump: breakpoints would never be hit"
#define NO_THREAD "E.there is no such thread"
#define CODES	  "E.conditions and commands are for breakpoints of a program"

/* On a target that can everything. Thread 2 is the one that stopped. */
static const struct exchange good[] = {
	{ "qSupported:multiprocess+;xmlRegisters=i386",
	  "PacketSize=100000;multiprocess+;QStartNoAckMode+;QPassSignals+;QProgramSignals+;"
	  "QAllow+;vContSupported+;qXfer:features:read+;qXfer:threads:read+;qXfer:exec-file:read+;"
	  "qXfer:libraries:read+;qXfer:memory-map:read+;qXfer:osdata:read+" },
	{ "qSupported", "~PacketSize=100000;QStartNoAckMode+;*" },
	{ "QStartNoAckMode", "OK" },
	{ "!", "OK" },
	{ "?", STOP2 },
	{ "qAttached", "1" },
	{ "qAttached:1", "1" },
	{ "qSymbol::", "OK" },
	{ "QPassSignals:e;10;14", "OK" },
	{ "QPassSignals:", "OK" },
	{ "QProgramSignals:0;1;3", "OK" },
	{ "QAllow:WriteReg:1;WriteMem:0;InsertBreak:1;InsertTrace:1;InsertFastTrace:1;Stop:1",
	  "OK" },
	{ "Hg1", "OK" },
	{ "Hgp1.3", "OK" },
	{ "Hg0", "OK" },
	{ "Hgp0.0", "OK" },
	{ "Hg-1", "OK" },
	{ "Hc-1", "OK" },
	{ "Hc9", "OK" },
	{ "T1", "OK" },
	{ "Tp1.3", "OK" },
	{ "qC", "QC2" },
	{ "qfThreadInfo", "m1,2,3" },
	{ "qsThreadInfo", "m1,2,3" },
	{ "qThreadExtraInfo,1", "73746f707065642026203c313e" },
	{ "g", G2 },
	{ "G" G2, "OK" },
	{ "p0", "7063000000000002" },
	{ "p6", "xxxxxxxxxxxxxxxx" },
	{ "p8", "02" },
	{ "P4=0102030405060708", "OK" },
	{ "m1000,10", "30303030303030303030303031303030" },
	{ "m1008,4", "30303030" },
	{ "m6023,3", "232425" },
	{ "m1000,0", "" },
	{ "x6022,4", "b\"}\003}\004%" },
	{ "x1000,0", "b" },
	{ "M4000,2:abcd", "OK" },
	{ "M4000,0:", "OK" },
	{ "X4000,3:a#b", "OK" },
	{ "X4000,0:", "OK" },
	{ "qCRC:6000,100", "C494a116a" },
	{ "qCRC:6000,0", "Cffffffff" },
	{ "qSearch:memory:6000;100;ABC", "1,6041" },
	{ "qSearch:memory:6000;100;nope", "0" },
	{ "qSearch:memory:6000;1000;~~", "0" }, /* a hole ends the search */
	{ "qSearch:memory:1000;5000;Z", "0" },
	{ "vCont?", "vCont;c;C;s;S;t;r" },
	{ "vCont;c", CLIENT_SILENCE },
	{ "vCont;s:p1.2;c:p1.-1", CLIENT_SILENCE },
	{ "vCont;r1000,1010:2;c", CLIENT_SILENCE },
	{ "vCtrlC", "OK" },
	{ "c", CLIENT_SILENCE },
	{ "C05", CLIENT_SILENCE },
	{ "s", CLIENT_SILENCE },
	{ "S05", CLIENT_SILENCE },
	{ "D", "OK" },
	{ "D;1", "OK" },
	{ "k", CLIENT_SILENCE },
	{ "vKill;1", "OK" },
	{ "vAttach;1", STOP2 },
	{ "R00", CLIENT_SILENCE },
	{ "Z0,1000,4", "OK" },
	{ "Z1,1000,4", "OK" },
	{ "Z2,1000,4", "OK" },
	{ "Z3,1000,4", "OK" },
	{ "Z4,1000,4", "OK" },
	{ "z0,1000,4", "OK" },
	{ "qXfer:exec-file:read:1:0,fff", "l/ascend/dev0/device" },
	{ "vFile:setfs:0", "F0" },
	{ "vFile:open:2f617363656e642f646576302f646576696365,0,0", "F0" },
	{ "qRcmd,776f72647320612062", "3320776f7264732c2074687265616420320a" },
	{ "QThreadSuffixSupported", "OK" },
	{ "QListThreadsInStopReply", "OK" },
	{ "QEnableErrorStrings", "OK" },
	{ "qHostInfo", "triple:616172636836342d756e6b6e6f776e2d756e6b6e6f776e;endian:little;"
		       "ptrsize:8;default_packet_timeout:14;" },
	{ "qProcessInfo", "pid:1;triple:616172636836342d756e6b6e6f776e2d756e6b6e6f776e;"
			  "endian:little;ptrsize:8;" },
	{ "qOffsets", "" }, /* only lldb may move its executable */
	{ "qThreadStopInfo2", STOP2 },
	{ "qMemoryRegionInfo", "OK" },
	{ "qMemoryRegionInfo:1fff", "start:1000;size:2000;permissions:r;name:74657874;" },
	{ "qEcho:7", "qEcho:7" },
	{ "qGDBServerVersion", "~name:ascend-gdbserver;version:*;" },
};

/* On a target that starts programs, with a client that may have several. */
static const struct exchange starting[] = {
	{ "QNonStop:0", "OK" },
	{ "QNonStop:1", "OK" },
	{ "QThreadEvents:1", "OK" },
	{ "QThreadEvents:0", "OK" },
	{ "QCatchSyscalls:0", "OK" },
	{ "QCatchSyscalls:1", "OK" },
	{ "QCatchSyscalls:1;1;ffffffffffffffff", "OK" },
	{ "vStopped", "OK" }, /* nothing is queued */
	{ "qShlibInfoAddr", "aa00" },
	{ "qSymbol::", "qSymbol:6f6e65" },
	{ "qSymbol:1000:6f6e65", "qSymbol:6f6e65" },
	{ "qGetTLSAddr:p1.3,10,aa00", "30010" },
	{ "qGetTLSAddr:2,0,aa00", "20000" },
	{ "QStartupWithShell:1", "OK" },
	{ "QDisableRandomization:0", "OK" },
	{ "QEnvironmentHexEncoded:413d62", "OK" },
	{ "QEnvironmentUnset:41", "OK" },
	{ "QEnvironmentReset", "OK" },
	{ "QSetWorkingDir:2f", "OK" },
	{ "QSetWorkingDir:", "OK" },
	{ "vRun;2f62696e2f61;62", "~T*" },
	{ "vAttach;1", "~T*" },
	{ "R00", CLIENT_SILENCE },
	{ "D;1", "OK" },
	{ "vKill;1", "OK" },
	{ "k", CLIENT_SILENCE },
	/* hostile */
	{ "QNonStop", MALFORMED },
	{ "QNonStop:", MALFORMED },
	{ "QNonStop:2", NONSENSE },
	{ "QNonStop:11", MALFORMED },
	{ "QThreadEvents", MALFORMED },
	{ "QThreadEvents:2", NONSENSE },
	{ "QCatchSyscalls", MALFORMED },
	{ "QCatchSyscalls:", MALFORMED },
	{ "QCatchSyscalls:2", NONSENSE },
	{ "QCatchSyscalls:11", NONSENSE },
	{ "QCatchSyscalls:1;x", NONSENSE },
	{ "QCatchSyscalls:1;10000000000000000", NONSENSE },
	{ "vStopped;", MALFORMED },
	{ "qGetTLSAddr", MALFORMED },
	{ "qGetTLSAddr:p1.3", MALFORMED },
	{ "qGetTLSAddr:p1.3,10", MALFORMED },
	{ "qGetTLSAddr:p1.3,10,aa00,1", MALFORMED },
	{ "qGetTLSAddr:p1.9,10,aa00", NO_THREAD },
	{ "qGetTLSAddr:p1.3,10,1", "E.no library at 0x1" },
	{ "QStartupWithShell:2", NONSENSE },
	{ "QStartupWithShell", MALFORMED },
	{ "QDisableRandomization:2", NONSENSE },
	{ "QDisableRandomization:x", MALFORMED },
	{ "QEnvironmentHexEncoded:41", "E.a variable is NAME=VALUE" },
	{ "QEnvironmentHexEncoded:3d41", "E.a variable is NAME=VALUE" },
	{ "QEnvironmentHexEncoded:4", "E.a variable is NAME=VALUE" },
	{ "QEnvironmentHexEncoded", MALFORMED },
	{ "QEnvironmentUnset:zz", NONSENSE },
	{ "QEnvironmentUnset", MALFORMED },
	{ "QEnvironmentReset;", MALFORMED },
	{ "QSetWorkingDir:2", NONSENSE },
	{ "QSetWorkingDir", MALFORMED },
	{ "vRun;", "E.no program was named" },
	{ "vRun;zz", NONSENSE },
	{ "vRun;6d697373696e67", "E.During startup program exited with code 127." },
	{ "vAttach;2", "E.Cannot attach to process 2" },
	{ "vAttach;100000000", NONSENSE },
};

/* What a client must not send, and threads, addresses and numbers that do not exist. */
static const struct exchange hostile[] = {
	{ "qSupportedx", MALFORMED },
	{ "QStartNoAckMode;", MALFORMED },
	{ "!;", MALFORMED },
	{ "?;", MALFORMED },
	{ "qAttached:", MALFORMED },
	{ "qAttached1", MALFORMED },
	{ "qSymbol", MALFORMED },
	{ "qSymbol:", MALFORMED },
	{ "qSymbol:zz:6f", NONSENSE },
	{ "qSymbol:1:6", NONSENSE },
	{ "qSymbol:1:\x01", NONSENSE },
	{ "qSymbol::00", NONSENSE },
	{ "QPassSignals", MALFORMED },
	{ "QAllow", MALFORMED },
	{ "QAllow:WriteReg", "E.an operation, and 0 or 1" },
	{ "QAllow:WriteReg:1;;", "E.an operation, and 0 or 1" },
	{ "QAllow:WriteRegs:1", "E.unknown operation" },
	{ "QPassSignals:100", NONSENSE },
	{ "QPassSignals:e;x", NONSENSE },
	{ "QProgramSignals", MALFORMED },
	{ "H", MALFORMED },
	{ "Hg", MALFORMED },
	{ "Hgx", MALFORMED },
	{ "Hx1", NONSENSE },
	{ "Hg9", NO_THREAD },
	{ "Hgp2.1", NO_THREAD },
	{ "Hg100000000", MALFORMED },
	{ "T", MALFORMED },
	{ "T9", NO_THREAD },
	{ "Tp1.9", NO_THREAD },
	{ "qC;", MALFORMED },
	{ "qfThreadInfo;", MALFORMED },
	{ "qsThreadInfo;", MALFORMED },
	{ "qThreadExtraInfo", MALFORMED },
	{ "qThreadExtraInfo,", MALFORMED },
	{ "qThreadExtraInfo,9", NO_THREAD },
	{ "g;", MALFORMED },
	{ "g;thread:1;", MALFORMED }, /* the suffix was not asked for */
	{ "G", NONSENSE },
	{ "G00", NONSENSE },
	{ "G" G2 "00", NONSENSE },
	{ "Gzz63000000000002737000000000000278323900000000027833300000000002", NONSENSE },
	{ "p", MALFORMED },
	{ "pffffffff", NONSENSE },
	{ "pffffffffffffffff", NONSENSE },
	{ "p-1", MALFORMED },
	{ "P4", MALFORMED },
	{ "P4=", NONSENSE },
	{ "P4=01", NONSENSE },
	{ "P4=010203040506070809", NONSENSE },
	{ "P4=01020304050607zz", NONSENSE },
	{ "P99=00", NONSENSE },
	{ "Pffffffffffffffff=00", NONSENSE },
	{ "P6=0102030405060708", "E.lost cannot be written" },
	{ "m", "E16" },
	{ "m1000", "E16" },
	{ "m1000,", "E16" },
	{ "m,10", "E16" },
	{ "m1000,4,4", "E16" },
	{ "m1000;4", "E16" },
	{ "m0,4", "E0e" },
	{ "m3000,1", "E0e" },
	{ "x", "E16" },
	{ "x1000,zz", "E16" },
	{ "x3000,1", "E0e" },
	{ "M", MALFORMED },
	{ "M4000,2", MALFORMED },
	{ "M4000,2:", NONSENSE },
	{ "M4000,2:ab", NONSENSE },
	{ "M4000,1:abcd", NONSENSE },
	{ "M4000,1:abc", NONSENSE },
	{ "M4000,1:zz", NONSENSE },
	{ "M4000,100000:00", NONSENSE },
	{ "M4000,ffffffffffffffff:00", NONSENSE },
	{ "Mffffffffffffffff,2:0000", "E.the write ends behind the last address" },
	{ "M1000,1:00", "E.no writable memory at 0x1000" },
	{ "M3000,1:00", "E.no writable memory at 0x3000" },
	{ "M4fff,2:0000", "E.no writable memory at 0x4fff" },
	{ "X", MALFORMED },
	{ "X4000,2", MALFORMED },
	{ "X4000,2:a", NONSENSE },
	{ "X4000,ffffffffffffffff:a", NONSENSE },
	{ "X3000,1:a", "E.no writable memory at 0x3000" },
	{ "qCRC:6000", MALFORMED },
	{ "qCRC:3000,1", "E.nothing at 0x3000" },
	{ "qCRC:6000,101", "E.nothing at 0x6100" },
	{ "qCRC:ffffffffffffffff,2", "E.the range ends behind the last address" },
	{ "qCRC:6000,ffffffffffffffff", "~E.more than * MiB at once" },
	{ "qSearch:memory:", MALFORMED },
	{ "qSearch:memory:6000;100", MALFORMED },
	{ "qSearch:memory:6000;100;", NONSENSE },
	{ "qSearch:memory:3000;100;A", "E.nothing at 0x3000" },
	{ "qSearch:memory:ffffffffffffffff;2;A", "E.the range ends behind the last address" },
	{ "qSearch:memory:0;ffffffffffffffff;A", "~E.more than * MiB at once" },
	{ "vCont?;", MALFORMED },
	{ "vCont;", NONSENSE },
	{ "vCont;x", NONSENSE },
	{ "vCont;c:", NONSENSE },
	{ "vCont;c:z", NONSENSE },
	{ "vCont;cc", NONSENSE },
	{ "vCont;C", NONSENSE },
	{ "vCont;C100", NONSENSE },
	{ "vCont;r", NONSENSE },
	{ "vCont;r1000", NONSENSE },
	{ "vCont;;", NONSENSE },
	{ "vCont;s:p1.9", "E.there is no thread 9" },
	{ "vCont;s:p1.1.1", NONSENSE },
	{ "vCtrlC;", MALFORMED },
	{ "cz", MALFORMED },
	{ "c1000", "E.resume at an address: set pc instead" },
	{ "C", MALFORMED },
	{ "C05;1000", "E.resume at an address: set pc instead" },
	{ "sz", MALFORMED },
	{ "s1000", "E.resume at an address: set pc instead" },
	{ "S", MALFORMED },
	{ "S05;1000", "E.resume at an address: set pc instead" },
	{ "S05;", MALFORMED },
	{ "D;", MALFORMED },
	{ "D1", MALFORMED },
	{ "D;0", NO_THREAD },
	{ "D;2", NO_THREAD },
	{ "D;100000001", NO_THREAD },
	{ "k;", CLIENT_SILENCE },
	{ "vKill;", MALFORMED },
	{ "vKill;2", NO_THREAD },
	{ "vKill;100000001", NO_THREAD },
	{ "vAttach;", MALFORMED },
	{ "vAttach;2", "E.there is no process 2 here" },
	{ "vAttach;100000001", "E.there is no process 4294967297 here" },
	{ "R", CLIENT_SILENCE },
	{ "Z", MALFORMED },
	{ "Z0", MALFORMED },
	{ "Z0,1000", MALFORMED },
	{ "Z5,1000,4", NONSENSE },
	{ "Zx,1000,4", NONSENSE },
	{ "Z0,3000,4", "E.nothing at 0x3000" },
	{ "Z0,1000,4;X99999999,00", "E.an expression is shorter than its length says" },
	{ "Z0,1000,4;X1,zz", "E.an expression is not made of hex digits" },
	{ "Z0,1000,4;X1", "E.an expression begins with X, its length and a comma" },
	{ "Z0,1000,4;cmds:0", "~E.an option of a breakpoint is neither *" },
	{ "Z0,1000,4,X1,27", "E.options of a breakpoint begin with ';'" },
	{ "Z0,1000,4;X1,27", CODES },
	{ "Z0,1000,4;cmds:0,X1,27", CODES },
	{ "z", MALFORMED },
	{ "z5,1000,4", NONSENSE },
	{ "qXfer:", MALFORMED },
	{ "qXfer:features", MALFORMED },
	{ "qXfer:features:read", MALFORMED },
	{ "qXfer:features:read:target.xml:0", NONSENSE },
	{ "qXfer:features:read:target.xml:,10", NONSENSE },
	{ "qXfer:features:read:target.xml:0,10,10", NONSENSE },
	{ "qXfer:features:read:other.xml:0,10", NONSENSE },
	{ "qXfer:features:write:target.xml:0,10", "" },
	{ "qXfer:nothing:read::0,10", "" },
	{ "qXfer:auxv:read::0,1000", "" },
	{ "qXfer:exec-file:read:2:0,10", NO_THREAD },
	{ "qXfer:exec-file:read:zz:0,10", NO_THREAD },
	{ "qXfer:exec-file:read:0x1:0,10", NO_THREAD },
	{ "qXfer:exec-file:read:-1:0,10", NO_THREAD },
	{ "qXfer:osdata:read:nothing:0,10", "l" },
	{ "vFile:", MALFORMED },
	{ "vFile:unlink:2f", "" },
	{ "vFile:pwrite:0,0,x", "" },
	{ "qRcmd,", "E16" },
	{ "qRcmd,2020", "E16" },
	{ "qRcmd,6", "E16" },
	{ "qRcmd,zz", "E16" },
	{ "qRcmd,00", "E16" },
	{ "QThreadSuffixSupported;", MALFORMED },
	{ "QListThreadsInStopReply;", MALFORMED },
	{ "QEnableErrorStrings;", MALFORMED },
	{ "qHostInfo;", MALFORMED },
	{ "qProcessInfo;", MALFORMED },
	{ "qOffsets;", MALFORMED },
	{ "qThreadStopInfo", MALFORMED },
	{ "qThreadStopInfo9", NO_THREAD },
	{ "qShlibInfoAddr:", "" },
	{ "qMemoryRegionInfo:", MALFORMED },
	{ "qMemoryRegionInfo:z", MALFORMED },
	{ "qGDBServerVersion;", MALFORMED },
	/* nobody's packets: empty, and no row may swallow them */
	{ "", "" },
	{ "vMustReplyEmpty", "" },
	{ "qTStatus", "" },
	{ "qCx", "" },
	{ "gg", "" },
	{ "vContx", "" },
	{ "vStopped", "" },
	{ "jThreadsInfo", "" },
	{ "QSaveRegisterState", "" },
	{ "A5,0,41", "" },
	{ "b", "" },
	{ "_M10,rw", "" },
	{ "\xff", "" },
	{ "qRegisterInfo0", "" },
};

/* A dump shows and never acts: every row that needs more. */
static const struct exchange cannot[] = {
	{ "qSupported:multiprocess+", "PacketSize=100000;multiprocess+;QStartNoAckMode+;"
				      "qXfer:features:read+;qXfer:threads:read+" },
	{ "QNonStop:1", "" },
	{ "QNonStop:0", "" },
	{ "QThreadEvents:1", "" },
	{ "QCatchSyscalls:1", "" },
	{ "vStopped", "" },
	{ "qSymbol::", "OK" }, /* no symbol is wanted */
	{ "qGetTLSAddr:p1.3,10,aa00", "" },
	{ "QStartupWithShell:1", "" },
	{ "QDisableRandomization:1", "" },
	{ "QEnvironmentHexEncoded:413d62", "" },
	{ "QEnvironmentUnset:41", "" },
	{ "QEnvironmentReset", "" },
	{ "QSetWorkingDir:2f", "" },
	{ "QPassSignals:e", "" },
	{ "QAllow:Stop:0", "" },
	{ "QProgramSignals:e", "" },
	{ "G" G2, NO_WRITE },
	{ "P4=0102030405060708", NO_WRITE },
	{ "M4000,1:00", NO_WRITE },
	{ "X4000,1:a", NO_WRITE },
	{ "X4000,0:", NO_WRITE }, /* gdb's probe: an empty reply would mean "use M" */
	{ "vCont?", "" },
	{ "vCont;c", NO_RUN },
	{ "vCtrlC", "" },
	{ "c", NO_RUN },
	{ "C05", NO_RUN },
	{ "s", NO_RUN },
	{ "S05", NO_RUN },
	{ "vRun;", "E.a dump cannot be run: `attach 1` shows it again" },
	{ "vRun;2f62696e2f6c73", "E.a dump cannot be run: `attach 1` shows it again" },
	{ "Z0,1000,4", NO_BREAK },
	{ "z0,1000,4", NO_BREAK },
	{ "qShlibInfoAddr", "" },
	{ "qMemoryRegionInfo", "" },
	{ "qMemoryRegionInfo:0", "" },
	{ "qOffsets", "" },
	{ "qThreadExtraInfo,1", "" },
	{ "qXfer:exec-file:read:1:0,10", "" },
	{ "qXfer:libraries:read::0,10", "" },
	{ "qXfer:memory-map:read::0,10", "" },
	{ "qXfer:osdata:read::0,10", "" },
	{ "vFile:setfs:0", "" },
	{ "vFile:open:2f,0,0", "" },
	{ "qRcmd,776f726473", "E16" },
	/* what a dump does not need capabilities for goes on working */
	{ "D", "OK" },
	{ "vKill;1", "OK" },
	{ "k", CLIENT_SILENCE },
	{ "R00", CLIENT_SILENCE },
	{ "vAttach;1", STOP2 },
	{ "g", G2 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void run_all(const struct exchange *list, size_t n, unsigned flags)
{
	for (size_t i = 0; i < n; i++) {
		struct fake_client c;

		client_open(&c, flags);
		CU_ASSERT_TRUE(client_expect(&c, list[i].packet, list[i].want));
		client_close(&c);
	}
}

static void test_good(void)
{
	run_all(good, COUNT(good), FAKE_ALL);
}

static void test_starting(void)
{
	for (size_t i = 0; i < COUNT(starting); i++) {
		struct fake_client c;

		client_open(&c, FAKE_ALL | FAKE_START);
		client_ask(&c, "!");
		client_ask(&c, "qSupported:multiprocess+");
		CU_ASSERT_TRUE(client_expect(&c, starting[i].packet, starting[i].want));
		client_close(&c);
	}
}

static void test_hostile(void)
{
	run_all(hostile, COUNT(hostile), FAKE_ALL);
}

static void test_cannot(void)
{
	run_all(cannot, COUNT(cannot), 0);
}

/* After any one packet the session still answers. */
static void test_goes_on(void)
{
	struct fake_client c;

	client_open(&c, FAKE_VIEW);
	client_ask(&c, "!"); /* so that D and k do not end it */
	for (size_t i = 0; i < COUNT(hostile); i++) {
		client_ask(&c, hostile[i].packet);
		CU_ASSERT_TRUE(client_expect(&c, "vAttach;1", "~T0b*"));
		CU_ASSERT_TRUE(client_expect(&c, "m1000,4", "30303030"));
	}
	client_close(&c);
}

static bool tested(const struct command *row, const struct exchange *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (command_find(list[i].packet, strlen(list[i].packet)) == row)
			return true;
	return false;
}

/* A grammar of "*" takes everything. */
static bool can_be_malformed(const struct command *row)
{
	return strcmp(row->grammar, "*") != 0;
}

static void test_every_row_is_tested(void)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *row = &commands[i];
		bool starts = tested(row, starting, COUNT(starting));
		bool ok = (tested(row, good, COUNT(good)) || starts) &&
			  (tested(row, hostile, COUNT(hostile)) || starts ||
			   !can_be_malformed(row)) &&
			  (tested(row, cannot, COUNT(cannot)) || !row->need);

		if (!ok)
			printf("  row \"%s\" has no test\n", row->name);
		CU_ASSERT_TRUE(ok);
	}
}

static unsigned count_letters(const char *grammar, char letter)
{
	unsigned n = 0;

	for (; *grammar; grammar++)
		n += *grammar == letter;
	return n;
}

static void test_table(void)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *row = &commands[i];

		CU_ASSERT_TRUE(row->name[0] && row->run);
		CU_ASSERT_EQUAL(strspn(row->grammar, "xtcs*?,;:="), strlen(row->grammar));
		for (const char *letter = "xtcs"; *letter; letter++)
			CU_ASSERT_TRUE(count_letters(row->grammar, *letter) <= RSP_ARGS_MAX);
		/* the rest is the last letter, and there is one */
		const char *rest = strchr(row->grammar, '*');
		CU_ASSERT_TRUE(!rest || !rest[1]);
		/* an empty reply to what must be answered is never meant */
		CU_ASSERT_TRUE(row->reply != REPLY_STOP || row->must);
		for (size_t j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(row->name, commands[j].name);
	}
}

static void test_no_row_is_shadowed(void)
{
	for (size_t i = 0; i < command_count; i++) {
		const char *name = commands[i].name;

		CU_ASSERT_PTR_EQUAL(command_find(name, strlen(name)), &commands[i]);
	}
}

/* --- each row has a transcript --- */

static const struct unit_test tests[] = {
	{ "the table's own rules", test_table },
	{ "no row is shadowed", test_no_row_is_shadowed },
	{ "good packets", test_good },
	{ "starting programs", test_starting },
	{ "hostile packets", test_hostile },
	{ "packets a dump cannot serve", test_cannot },
	{ "the session goes on", test_goes_on },
	{ "every row is tested here", test_every_row_is_tested },
};

int main(void)
{
	return unit_run("commands", tests, sizeof(tests) / sizeof(tests[0]));
}

/*
 * Packets by chance for rsp-random: legal ones with places of the process, rows of the table of
 * single packets, and either with some bytes changed.
 */
#include "tests/tools/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 */
static uint64_t next(struct random_source *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint64_t random_below(struct random_source *r, uint64_t n)
{
	return next(r) % n;
}

/*
 * Legal packets. Beside the places of probe_fill: {n} a small number, {h} one of any size, {b} a
 * byte, {k} one of 0 to 4, {t} a thread id, {c} code near the pc, {p} the words of vRun.
 */
static const char *const legal[] = {
	"vCont;c",
	"vCont;s:p{pid}.{pid}",
	"vCont;s:p{pid}.{pid};c",
	"vCont;c:p{pid}.-1",
	"vCont;r{c},{c}:p{pid}.{pid}",
	"vCont;C{b}:p{pid}.{pid};c",
	"vCont;S00:{t}",
	"vCont;t",
	"vCont;t:p{pid}.-1",
	"vCont;c:{t}",
	"vCont;s:{t};c:{t}",
	"vCont?",
	"c",
	"s",
	"C00",
	"S05",
	"Z0,{c},1",
	"Z0,{pc},1",
	"Z0,{text},1",
	"z0,{c},1",
	"z0,{pc},1",
	"z0,{text},1",
	"Z1,{c},1",
	"Z1,{pc},1",
	"z1,{pc},1",
	"Z2,{ram},{n}",
	"Z2,{ram},8",
	"z2,{ram},8",
	"Z3,{ram},4",
	"Z4,{ram},4",
	"z4,{ram},4",
	"Z{k},{c},{n}",
	"z{k},{c},{n}",
	"Z0,{pc},1;X3,220027",
	"Z0,{pc},1;X3,220127",
	"Z0,{pc},1;X3,210000",
	"Z0,{pc},1;X6,260010220027",
	"Z0,{c},1;X3,220027",
	"Z1,{pc},1;X3,220027",
	"Z0,{pc},1;X3,220127;cmds:0,X3,220127",
	"Z0,{pc},1;cmds:1,X3,220127",
	"m{c},{n}",
	"m{text},{h}",
	"m{pc},40",
	"x{pc},40",
	"x{ram},{n}",
	"m{h},{n}",
	"M{ram},2:{b}{b}",
	"X{ram},1:a",
	"g",
	"p{n}",
	"p10",
	"G{b}{b}",
	"P{n}={b}{b}{b}{b}",
	"Hg{t}",
	"Hc{t}",
	"Hgp{pid}.{pid}",
	"Hg0",
	"T{t}",
	"qC",
	"qfThreadInfo",
	"qsThreadInfo",
	"qThreadExtraInfo,{t}",
	"qXfer:threads:read::{n},fff",
	"qXfer:auxv:read::0,fff",
	"qXfer:features:read:target.xml:{n},{h}",
	"qXfer:libraries-svr4:read::0,fff",
	"qXfer:exec-file:read:{pid}:0,fff",
	"qXfer:siginfo:read::0,fff",
	"qXfer:osdata:read::{n},fff",
	"qXfer:osdata:read:stats:0,fff",
	"qXfer:osdata:read:threads:0,{h}",
	"vFile:open:2f70726f632f73656c662f6d617073,0,0",
	"vFile:pread:{n},{h},{n}",
	"vFile:close:{n}",
	"vFile:fstat:{n}",
	"vFile:setfs:{pid}",
	"vFile:setfs:0",
	"QNonStop:1",
	"QNonStop:0",
	"vStopped",
	"vCtrlC",
	"QPassSignals:e;{b}",
	"QThreadEvents:1",
	"QThreadEvents:0",
	"QCatchSyscalls:1",
	"QCatchSyscalls:0",
	"QCatchSyscalls:1;{n};{b}",
	"QProgramSignals:{b}",
	"qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+",
	"qSupported:multiprocess+;no-resumed+;swbreak+;hwbreak+;QThreadEvents+",
	"!",
	"?",
	"D;{pid}",
	"vKill;{pid}",
	"k",
	"R00",
	"vAttach;{pid}",
	"vRun;{p}",
	"vRun;{p};666f726b",
	"vRun;{p};65786563",
	"vRun;2f62696e2f74727565",
	"qAttached:{pid}",
	"qSymbol::",
	"qSymbol:{h}:{b}{b}",
	"qGetTLSAddr:{t},{n},{h}",
	"qCRC:{text},{n}",
	"qSearch:memory:{text};{h};ab",
	"qRcmd,68656c70",
	"qRcmd,7374617473",
	"qRcmd,736574206465627567203{n}",
	"QEnvironmentHexEncoded:413d{b}",
	"QEnvironmentReset",
	"QStartupWithShell:{k}",
	"QDisableRandomization:{k}",
	"qOffsets",
	"qMemoryRegionInfo:{c}",
	"qThreadStopInfo{t}",
	"qHostInfo",
	"qProcessInfo",
	"QThreadSuffixSupported",
	"QListThreadsInStopReply",
};

static uint64_t large(struct random_source *r)
{
	static const uint64_t values[] = { 0,	       1,	   0xfff,     0x1000,
					   0x7fffffff, UINT32_MAX, INT64_MAX, UINT64_MAX };
	uint64_t v = values[random_below(r, sizeof(values) / sizeof(values[0]))];

	return random_below(r, 2) ? v : v - random_below(r, 3);
}

static void add_thread(struct random_source *r, const struct probe *p, struct play_text *out)
{
	char id[64];
	uint64_t pid = random_below(r, 4) ? p->pid : random_below(r, 1u << 22);
	uint64_t tid = p->pid + random_below(r, 3);

	snprintf(id, sizeof(id), random_below(r, 5) ? "p%" PRIx64 ".%" PRIx64 : "p%" PRIx64 ".-1",
		 pid, tid);
	play_text_add(out, id, strlen(id));
}

static void add_program(const struct random_source *r, struct play_text *out)
{
	char digits[3];

	for (const char *c = r->program; *c; c++) {
		snprintf(digits, sizeof(digits), "%02x", (unsigned char)*c);
		play_text_add(out, digits, 2);
	}
}

/* What the letter of a place stands for. */
static void add_place(struct random_source *r, const struct probe *p, char letter,
		      struct play_text *out)
{
	char number[20];
	uint64_t value = 0;

	switch (letter) {
	case 'n':
		value = random_below(r, 20);
		break;
	case 'h':
		value = large(r);
		break;
	case 'k':
		value = random_below(r, 5);
		break;
	case 'c':
		value = p->pc + random_below(r, 16);
		break;
	case 't':
		add_thread(r, p, out);
		return;
	case 'p':
		add_program(r, out);
		return;
	default:
		break;
	}
	snprintf(number, sizeof(number), "%" PRIx64, value);
	if (letter == 'b')
		snprintf(number, sizeof(number), "%02x", (unsigned)random_below(r, 256));
	play_text_add(out, number, strlen(number));
}

/* Only letters here; names of several are probe_fill's. */
static void fill(struct random_source *r, const struct probe *p, const char *text,
		 struct play_text *out)
{
	struct play_text named = { 0 };

	probe_fill(p, text, &named);
	for (const char *c = named.p; *c; c++) {
		if (c[0] == '{' && strchr("nhbkctp", c[1]) && c[2] == '}') {
			add_place(r, p, c[1], out);
			c += 2;
		} else {
			play_text_add(out, c, 1);
		}
	}
	play_text_deinit(&named);
}

static void change(struct random_source *r, struct play_text *t)
{
	static const char bytes[] = ";:,.-+0123456789abcdefpXZ\xff\x7d#$*";

	for (uint64_t times = 1 + random_below(r, 3); times && t->n; times--) {
		size_t at = random_below(r, t->n), rest = t->n - at;

		switch (random_below(r, 4)) {
		case 0:
			t->p[at] = bytes[random_below(r, sizeof(bytes) - 1)];
			break;
		case 1:
			memmove(t->p + at, t->p + at + 1, rest - 1);
			t->n--;
			break;
		case 2:
			t->n = at;
			break;
		default: /* a piece twice; play_text_add may move what it copies */
			rest = rest < 32 ? rest : 32;
			char piece[32];
			memcpy(piece, t->p + at, rest);
			play_text_add(t, piece, rest);
		}
	}
	play_text_add(t, "", 0);
}

/* What might reach another process, a file of somebody, or the code that is compared at the end. */
static bool is_harmful(const struct probe *p, const struct play_text *t)
{
	static const char *const words[] = { "vAttach", "vRun",	 "open", "unlink",
					     "pwrite",	"setfs", "qRcmd" };
	uint64_t at = strchr("MX", t->p[0]) && t->n > 1 ? strtoull(t->p + 1, NULL, 16) : 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(t->p, t->n, words[i], strlen(words[i])))
			return true;
	return at >= p->text && at < p->text + p->code_n;
}

static bool begins(const struct play_text *t, const char *word)
{
	return t->n >= strlen(word) && !memcmp(t->p, word, strlen(word));
}

static enum random_kind kind_of(const struct play_text *t)
{
	if (begins(t, "vCont;") || (t->n && strchr("cCsS", t->p[0])))
		return RANDOM_RESUME;
	return t->n && strchr("kR", t->p[0]) ? RANDOM_MUTE : RANDOM_PACKET;
}

static void add_row(struct random_source *r, const struct probe *p, struct play_text *out)
{
	struct play_text named = { 0 };

	probe_fill(p, r->rows[random_below(r, r->row_count)], &named);
	(void)play_unescape(named.p, out);
	play_text_deinit(&named);
}

static void add_garbage(struct random_source *r, struct play_text *out)
{
	static const char *const bytes[] = { "+",   "-",      "\x03", "$",	 "$#",
					     "#00", "$qC#00", "}",    "garbage", "%Stop:T05#00" };

	for (uint64_t n = 1 + random_below(r, 4); n; n--) {
		const char *some = bytes[random_below(r, sizeof(bytes) / sizeof(bytes[0]))];

		play_text_add(out, some, strlen(some));
	}
	/* whatever was begun ends here */
	play_text_add(out, "#00", 3);
}

enum random_kind random_packet(struct random_source *r, const struct probe *p,
			       struct play_text *out)
{
	uint64_t dice = random_below(r, 100);

	out->n = 0;
	play_text_add(out, "", 0);
	if (dice < 4) {
		add_garbage(r, out);
		return RANDOM_RAW;
	}
	if (dice < 20 && r->row_count)
		add_row(r, p, out);
	else
		fill(r, p, legal[random_below(r, sizeof(legal) / sizeof(legal[0]))], out);
	if (dice >= 80 && !is_harmful(p, out)) {
		change(r, out);
		if (is_harmful(p, out))
			out->n = 0;
	}
	return kind_of(out);
}

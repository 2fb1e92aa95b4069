/*
 * Unit tests of stub/caller.c: which packet of a serial line is the first one of the next client.
 */
#include <stdio.h>
#include <string.h>

#include "stub/caller.h"
#include "tests/unit/unit.h"

/** What a server makes of packets, one word each: those that begin with another client. */
struct line {
	struct caller caller;
	struct conn conn;
	unsigned changes;
};

static void hear(struct line *l, const char *packet)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", packet);
	l->conn.frame = (struct rsp_frame){ .data = text, .len = strlen(text) };
	if (caller_changes(&l->caller, &l->conn)) {
		l->conn.no_ack = false;
		l->changes++;
	}
	if (!strcmp(packet, "QStartNoAckMode"))
		l->conn.no_ack = true;
}

static void hear_gdb(struct line *l)
{
	hear(l, "qSupported:multiprocess+;swbreak+");
	hear(l, "vMustReplyEmpty");
	hear(l, "QStartNoAckMode");
	hear(l, "?");
	hear(l, "qSupport");
}

static void hear_lldb(struct line *l)
{
	hear(l, "QStartNoAckMode");
	hear(l, "QThreadSuffixSupported");
	hear(l, "qSupported:xmlRegisters=i386");
	hear(l, "?");
}

static void test_clients(void)
{
	static void (*const clients[])(struct line *) = { hear_gdb, hear_lldb };

	for (unsigned first = 0; first < 2; first++)
		for (unsigned second = 0; second < 2; second++) {
			struct line l = { .changes = 0 };

			clients[first](&l);
			CU_ASSERT_EQUAL(l.changes, 0);
			clients[second](&l);
			CU_ASSERT_EQUAL(l.changes, 1);
			clients[first](&l);
			CU_ASSERT_EQUAL(l.changes, 2);
		}
}

/* With acknowledgements left on there is nothing that a new client would not understand. */
static void test_acknowledged(void)
{
	struct line l = { .changes = 0 };

	for (int i = 0; i < 3; i++) {
		hear(&l, "qSupported");
		hear(&l, "?");
		hear(&l, "");
	}
	CU_ASSERT_EQUAL(l.changes, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "one client behind the other", test_clients },
		{ "acknowledgements left on", test_acknowledged },
	};

	return unit_run("caller", tests, sizeof(tests) / sizeof(tests[0]));
}

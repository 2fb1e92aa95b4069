/*
 * Fuzz target: a client, a program that uses a device, and the device, each as bad as can be. Every
 * line is a packet of the client, or something else that happens when it begins with a control
 * byte (enum happening). Each packet has its reply, or lets something run; whatever the device
 * says and the program tells, the next one has, too.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stub/commands.h"
#include "tests/fake/fake_app.h"
#include "tests/fake/fake_client.h"
#include "tests/fuzz/fuzz.h"

enum { LINES_MAX = 48, WORDS_MAX = NPU_MEMORY / 4, SERVES = 4 };

enum happening {
	SAYS = 1,     /* TEXT: the program's runtime stub says it */
	LAUNCHES = 2, /* NAME: it launches that kernel */
	EVENTS = 4,   /* what there is to tell is told */
	CLIENT = 5,   /* another client comes */
	STARTS = 6,   /* MASK: the task runs on these cores */
	WRONG = 7,    /* AT VALUE SKIP TIMES: of messages to come */
	WORD = 8,     /* INDEX WORD: an instruction */
	MESSAGE = 11, /* BYTES in hex: comes from the device */
	SILENT = 12,  /* MASK: these cores do not answer */
	LATE = 14,    /* TIMES: nothing is there when it is asked for */
	QUITS = 15,   /* the program, and another one comes */
	OLD = 16,     /* messages carry no number, cores cannot be suspended */
};

struct scene {
	struct fake_app app;
	struct fake_npu npu;
	struct fake_client client;
};

static void come(struct scene *s)
{
	session_destroy(s->client.session);
	s->client.session = session_create(s->app.t, (struct target_log){ 0 });
	demand(s->client.session != NULL);
}

static void serve(struct scene *s)
{
	for (int i = 0; i < SERVES; i++)
		client_event(&s->client);
}

static uint64_t number(char **text)
{
	return strtoull(*text, text, 16);
}

/* What does not fit into the socket is lost with the program's patience. */
static void say(struct scene *s, const char *text, size_t n)
{
	if (s->app.fd >= 0)
		(void)!send(s->app.fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	serve(s);
	(void)app_answer(&s->app);
}

static void quit(struct scene *s)
{
	close(s->app.fd);
	s->app.fd = -1;
	serve(s);
	app_connect(&s->app);
	serve(s);
}

static void message(struct scene *s, const char *hex)
{
	uint8_t cqe[DEVICE_MESSAGE] = { 0 };
	char pair[3] = "";

	for (size_t i = 0; i < sizeof(cqe) && hex[0] && hex[1]; i++, hex += 2) {
		memcpy(pair, hex, 2);
		cqe[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	npu_push(&s->npu, cqe);
}

static void be_silent(struct fake_npu *n, uint64_t mask)
{
	for (size_t i = 0; i < NPU_CORES; i++)
		n->cores[i].silent = mask >> i & 1;
}

static void be_wrong(struct fake_npu *n, char *text)
{
	n->wrong.at = (uint8_t)number(&text);
	n->wrong.value = (uint8_t)number(&text);
	n->wrong.skip = (unsigned)number(&text);
	n->wrong.times = (unsigned)number(&text);
}

static void put_word(struct fake_npu *n, char *text)
{
	uint64_t index = number(&text) % WORDS_MAX;

	npu_word(n, NPU_BASE + 4 * index, (uint32_t)number(&text));
}

static void happen(struct scene *s, enum happening what, char *text)
{
	switch (what) {
	case SAYS:
		say(s, text, strlen(text));
		break;
	case LAUNCHES:
		if (strlen(text) < 64 && s->app.fd >= 0)
			(void)app_launch(&s->app, text);
		break;
	case EVENTS:
		client_event(&s->client);
		break;
	case CLIENT:
		come(s);
		break;
	case STARTS:
		npu_launch(&s->npu, NPU_BASE, (unsigned)number(&text));
		break;
	case WRONG:
		be_wrong(&s->npu, text);
		break;
	case WORD:
		put_word(&s->npu, text);
		break;
	case MESSAGE:
		message(s, text);
		break;
	case SILENT:
		be_silent(&s->npu, number(&text));
		break;
	case LATE:
		s->npu.delay = (unsigned)number(&text) % 64;
		break;
	case QUITS:
		quit(s);
		break;
	case OLD:
		s->npu.no_numbers = s->npu.refuses_suspend = true;
		break;
	default:
		npu_turn(&s->npu);
	}
}

static void send_packet(struct scene *s, const char *packet, size_t n)
{
	const struct command *row = command_find(packet, n);
	struct session *session = s->client.session;
	bool was_running = session->running;
	bool silent = !strcmp(client_ask_bytes(&s->client, packet, n), CLIENT_SILENCE);
	bool resumed = !was_running && session->running;

	demand(!silent || resumed || (row && row->reply == REPLY_NONE));
	demand(!resumed || (silent && row && row->reply == REPLY_STOP));
	demand(session->reply.len <= SESSION_PACKET_SIZE);
}

static void open_scene(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	app_open(&s->app, &s->npu);
	s->npu.hasty = true;
	s->client.reply = malloc(SESSION_PACKET_SIZE + 1);
	demand(s->client.reply != NULL);
	come(s);
}

static void close_scene(struct scene *s)
{
	session_destroy(s->client.session);
	free(s->client.reply);
	app_close(&s->app);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1), *rest = text, *line;
	static struct scene s;

	demand(text != NULL);
	memcpy(text, data, size);
	open_scene(&s);
	for (int i = 0; i < LINES_MAX && (line = strsep(&rest, "\n")); i++) {
		if (*line > 0 && *line < ' ')
			happen(&s, (enum happening) * line, line + 1);
		else
			send_packet(&s, line, strlen(line));
		if (s.client.session->closing)
			come(&s);
	}
	close_scene(&s);
	free(text);
	return 0;
}

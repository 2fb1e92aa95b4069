/*
 * The daemon's loop: one thread, one poll over signals, listening sockets, the client and the
 * target. A session does the talking; this file moves its bytes and decides who is served.
 */
#include "stub/server.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "rsp/buf.h"
#include "stub/caller.h"
#include "stub/clock.h"
#include "stub/conn.h"
#include "stub/farewell.h"
#include "stub/lobby.h"
#include "stub/say.h"
#include "stub/session.h"
#include "stub/signals.h"
#include "stub/stranger.h"

enum { FIRST_PACKET_MS = 5000, /* clients speak as soon as they are connected */ ENDS = 2 };

/** One place where clients connect, and what they find there: a server has one or two ends. */
struct server {
	struct server_setup setup;
	struct conn conn;
	struct session *session; /* NULL: nobody is connected */
	struct comm_peer peer;
	struct caller caller;
	bool proven;   /* a packet has come: it is a client, not a probe */
	int64_t heard; /* when something was said last, by either side */
	struct rate refusals, damages, requests; /* in the log; the last one by all clients */
	int spare; /* given up for a moment when there is no other descriptor */
	struct lobby lobby;
	struct stats *stats; /* of all ends together */
	int signals;	     /* -1: those of the first end are enough */
	bool extended;	     /* a client asked for it: that stays so */
	unsigned untrimmed;  /* short replies until memory of a long one is given back */
	uint32_t orphan;     /* a program of ours that is nobody's any more */
	bool over;	     /* there is nothing left to do here */
	bool done;	     /* the server shall end at once */
	int status;
};

/* Places in the poll set. */
enum {
	AT_SIGNAL,
	AT_CLIENT,
	AT_TARGET,
	AT_LISTEN,
	AT_LOBBY = AT_LISTEN + COMM_SOCKETS,
	AT_END = AT_LOBBY + LOBBY_MAX
};

static_assert((int)ENDS * (int)AT_END <= (int)CONN_POLL_MAX, "poll takes the places of all ends");

static bool is_line(const struct server *s)
{
	return !s->setup.listener && s->setup.wire->line;
}

/* NULL: out of memory. */
static struct session *new_session(struct server *s)
{
	struct session *new = session_create(s->setup.target, log_for_target(s->setup.log));

	if (!new)
		return NULL;
	new->extended = s->extended;
	session_set_launch(new, s->setup.launch);
	session_set_limits(new, s->setup.limits);
	new->refusals = s->requests;
	new->disabled = s->setup.disabled;
	new->debug = (struct session_debug){
		.log = s->setup.log,
		.packets = s->setup.packets,
		.stats = s->stats,
		.live = s->setup.live,
	};
	s->stats->clients++;
	return new;
}

static bool start_session(struct server *s, int in, int out)
{
	s->session = new_session(s);
	if (!s->session)
		return false;
	s->proven = !s->setup.listener;
	conn_open(&s->conn, in, out, !s->proven);
	s->heard = clock_ms();
	return true;
}

/* Nobody listens any more: what runs stands still until the next client asks for it. */
static void hold_target(struct server *s)
{
	struct target *t = s->setup.target;
	struct target_stop stop;
	bool got = false;

	if (s->session->non_stop)
		target_non_stop(t, false);
	if (!s->session->running || target_interrupt(t) != TARGET_OK)
		return;
	if (target_next_event(t, &stop, &got) == TARGET_OK && got && s->setup.launch)
		launch_say_end(s->setup.launch, &stop);
}

/* What of a client's wishes outlasts it. */
static void leave_session(struct server *s)
{
	hold_target(s);
	target_wish(s->setup.target, 0);
	s->extended |= s->session->extended;
	s->requests = s->session->refusals;
	s->orphan = s->session->orphan;
}

/* There is something to debug, or there may be. */
static bool has_work(const struct server *s)
{
	return s->setup.stays || s->extended || s->session->extended || session_threads(s->session);
}

static void end_session(struct server *s)
{
	conn_close(&s->conn);
	if (!s->session)
		return;
	leave_session(s);
	s->done |= s->proven && s->session->leaving;
	s->over |= s->proven && (s->setup.once || !s->setup.listener || !has_work(s));
	session_destroy(s->session);
	s->session = NULL;
	if (s->done || s->over || !s->proven)
		return;
	say_to_user("Remote side has terminated connection.  "
		    "GDBserver will reopen the connection.\n");
	packet_log_remark(s->setup.packets, "connection closed");
}

/* Text for the user's console ("O" packets) that a handler left; the reply follows it. */
static void send_console(struct server *s)
{
	struct target_text *text = &s->session->console;
	struct rsp_buf out;

	if (text->len) {
		rsp_buf_init(&out, (char *)s->session->scratch, SESSION_PACKET_SIZE);
		rsp_buf_char(&out, 'O');
		rsp_buf_hex(&out, text->data, text->len);
		if (!out.overflow)
			conn_send(&s->conn, out.data, out.len);
	}
	target_text_deinit(text);
}

/* Long replies mostly come in a row; behind some short ones their memory is not kept. */
static void trim(struct server *s, size_t n)
{
	enum { LONG = 1 << 14, SHORT_ONES = 64 };

	if (n > LONG) {
		s->untrimmed = SHORT_ONES;
	} else if (s->untrimmed && !--s->untrimmed) {
		conn_trim(&s->conn, LONG);
		session_trim(s->session, LONG);
	}
}

/* Who came before is given up as one that hung up is. */
static void change_client(struct server *s)
{
	struct session *next = new_session(s);

	if (!next) {
		log_text(s->setup.log, TARGET_LOG_ERROR, "client: out of memory for the next one");
		return;
	}
	leave_session(s);
	session_destroy(s->session);
	s->session = next;
	s->conn.no_ack = false;
	packet_log_remark(s->setup.packets, "another client");
}

static void serve_packet(struct server *s)
{
	struct session *ss = s->session;
	bool no_ack = ss->no_ack;

	bool reply = session_packet(ss, s->conn.frame.data, s->conn.frame.len);
	send_console(s);
	s->stats->replies += reply;
	if (reply)
		conn_send(&s->conn, ss->reply.data, ss->reply.len);
	else
		conn_flush_ack(&s->conn);
	trim(s, ss->reply.len);
	if (no_ack != ss->no_ack)
		s->conn.no_ack = ss->no_ack;
}

/* The first whole packet: from here on it is the client. */
static void prove(struct server *s)
{
	if (s->proven)
		return;
	s->proven = true;
	stranger_is_served(s->setup.log, &s->peer);
}

static void serve_event(struct server *s, enum rsp_event ev)
{
	switch (ev) {
	case RSP_PACKET:
		prove(s);
		if (is_line(s) && caller_changes(&s->caller, &s->conn))
			change_client(s);
		serve_packet(s);
		break;
	case RSP_TOO_LONG:
		session_too_long(s->session);
		conn_send(&s->conn, s->session->reply.data, s->session->reply.len);
		break;
	case RSP_INTERRUPT:
		session_interrupt(s->session);
		break;
	case RSP_BAD:
		stranger_damages(&s->damages, s->setup.log, s->conn.frame.len);
		break;
	default:
		break;
	}
}

static void serve_target(struct server *s)
{
	struct target_stop stop;
	bool got;

	if (!s->session) { /* all stand still: what comes is the end of one that was killed */
		(void)!target_next_event(s->setup.target, &stop, &got);
		return;
	}
	if (s->proven)
		s->heard = clock_ms();
	bool due = session_event(s->session);
	send_console(s);
	bool notice = !due && session_notice(s->session);
	s->stats->notices += due || notice;
	if (due)
		conn_tell(&s->conn, s->session->reply.data, s->session->reply.len);
	else if (notice)
		conn_notify(&s->conn, s->session->reply.data, s->session->reply.len);
	if (s->session->closing || (is_line(s) && !has_work(s)))
		end_session(s);
}

/* What was resumed may have stopped already: that is asked before the loop turns. */
static void serve_client(struct server *s)
{
	enum rsp_event ev;

	conn_fill(&s->conn);
	if (s->proven)
		s->heard = clock_ms();
	while (!s->session->closing && (ev = conn_next(&s->conn)) != RSP_MORE)
		serve_event(s, ev);
	if (s->conn.foreign)
		stranger_is_foreign(&s->refusals, s->setup.log, &s->peer);
	if (s->conn.lost || s->session->closing || (is_line(s) && !has_work(s)))
		end_session(s);
	else if (s->session->running)
		serve_target(s);
}

static void welcome(struct server *s, int fd, const struct comm_peer *peer)
{
	if (!start_session(s, fd, fd)) {
		log_text(s->setup.log, TARGET_LOG_ERROR,
			 "client: out of memory, it was turned away");
		close(fd);
		return;
	}
	s->peer = *peer;
	packet_log_remark(s->setup.packets, "connection opened");
}

static void reserve(struct server *s)
{
	s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/*
 * Who waits in the kernel's queue keeps poll awake: without a descriptor left, the client is
 * accepted with the spare one and hung up on.
 */
static void hang_up(struct server *s, int listener)
{
	struct comm_peer peer;
	int why = errno;

	if (why == EMFILE || why == ENFILE) {
		close(s->spare);
		int fd = comm_accept(listener, &peer);
		stranger_tell(&s->refusals, s->setup.log, &peer,
			      "no descriptor is left, see `ulimit -n'");
		close(fd);
		reserve(s);
	} else if (why != EAGAIN && why != EINTR && why != ECONNABORTED) {
		log_format(s->setup.log, TARGET_LOG_WARN, "client: it could not be accepted: %s",
			   strerror(why));
	}
}

static void admit(struct server *s, int listener)
{
	struct comm_peer peer;
	char why[ACCESS_WORDS];
	int fd = comm_accept(listener, &peer);

	if (fd < 0) {
		hang_up(s, listener);
		return;
	}
	if (!access_admits(s->setup.access, fd, why)) {
		close(fd);
		stranger_tell(&s->refusals, s->setup.log, &peer, why);
		return;
	}
	if (s->session)
		lobby_add(&s->lobby, fd, &peer);
	else
		welcome(s, fd, &peer);
}

static void take_signal(struct server *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return;
	log_format(s->setup.log, TARGET_LOG_INFO, "signal number=%u: the server ends",
		   info.ssi_signo);
	s->done = true;
	crash_server_ends(s->setup.crash, info.ssi_code);
}

static void tell_user(void *ctx, const char *text)
{
	struct server *s = ctx;

	if (s->session)
		session_tell(s->session, text);
}

static bool is_busy(const struct server *s)
{
	return s->session && s->proven;
}

static void fill_poll(struct server *s, struct pollfd *fds)
{
	const struct comm_listener *l = s->setup.listener;

	for (size_t i = 0; i < AT_END; i++)
		fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	fds[AT_SIGNAL].fd = s->signals;
	fds[AT_CLIENT].fd = s->conn.in;
	fds[AT_TARGET].fd = target_event_fd(s->setup.target);
	for (size_t i = 0; l && i < l->count; i++)
		fds[AT_LISTEN + i].fd = l->fds[i];
	lobby_poll(&s->lobby, is_busy(s), fds + AT_LOBBY);
}

/* When the client has been silent for too long; -1: it may be. What runs has no need to speak. */
static int64_t deadline(const struct server *s)
{
	if (!s->session)
		return -1;
	if (!s->proven)
		return s->heard + FIRST_PACKET_MS;
	if (!s->setup.idle_ms || s->session->running || s->session->non_stop)
		return -1;
	return s->heard + s->setup.idle_ms;
}

/* For poll. */
static int timeout(const struct server *s)
{
	int64_t at = deadline(s), left = at < 0 ? -1 : at - clock_ms();
	int lobby = is_busy(s) ? lobby_timeout(&s->lobby) : -1;

	if (at < 0)
		return lobby;
	if (left < 0)
		left = 0;
	if (lobby >= 0 && lobby < left)
		return lobby;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/* Lets go of a client that says nothing. */
static void check_silence(struct server *s)
{
	int64_t at = deadline(s);

	if (at < 0 || clock_ms() < at)
		return;
	if (s->proven)
		say_to_user("The client said nothing for %lld seconds (--idle-timeout)\n",
			    (long long)(s->setup.idle_ms / 1000));
	else
		log_format(s->setup.log, TARGET_LOG_INFO,
			   "silent-client seconds=%d: no packet came, the connection was closed",
			   FIRST_PACKET_MS / 1000);
	end_session(s);
}

/* Those who wait: one that speaks is served before one that does not. */
static void serve_lobby(struct server *s, const struct pollfd *polled)
{
	struct comm_peer peer;
	int fd = -1;

	if (is_busy(s)) {
		lobby_serve(&s->lobby, polled);
		return;
	}
	fd = lobby_take_speaker(&s->lobby, polled, &peer);
	if (fd >= 0)
		end_session(s);
	else if (!s->session)
		fd = lobby_take(&s->lobby, &peer);
	if (fd >= 0)
		welcome(s, fd, &peer);
}

static void serve(struct server *s, const struct pollfd *fds)
{
	if (fds[AT_SIGNAL].revents)
		take_signal(s);
	if (s->done)
		return;
	if (fds[AT_TARGET].revents)
		serve_target(s);
	if (fds[AT_CLIENT].revents && s->session)
		serve_client(s);
	for (size_t i = 0; i < COMM_SOCKETS; i++)
		if (fds[AT_LISTEN + i].revents)
			admit(s, fds[AT_LISTEN + i].fd);
	check_silence(s);
	if (!s->done)
		serve_lobby(s, fds + AT_LOBBY);
}

static void turn(struct server *ends, size_t n)
{
	struct pollfd fds[ENDS * AT_END];
	int wait = -1;

	for (size_t i = 0; i < n; i++) {
		int mine = timeout(&ends[i]);

		fill_poll(&ends[i], fds + i * AT_END);
		wait = wait < 0 || (mine >= 0 && mine < wait) ? mine : wait;
	}
	if (conn_poll(&ends->conn, fds, n * AT_END, wait) < 0 && errno != EINTR) {
		log_format(ends->setup.log, TARGET_LOG_ERROR, "poll: %s", strerror(errno));
		ends->done = true;
		ends->status = 1;
		return;
	}
	for (size_t i = 0; i < n; i++)
		serve(&ends[i], fds + i * AT_END);
}

static void outlast_orphan(struct server *s)
{
	if (s->setup.listener)
		comm_close(s->setup.listener);
	lobby_close(&s->lobby);
	farewell_await(s->orphan, s->signals);
}

/* false: errno. */
static bool begin(struct server *s, struct stats *stats)
{
	s->stats = stats;
	reserve(s);
	lobby_init(&s->lobby);
	if (!conn_init(&s->conn, SESSION_PACKET_SIZE, s->setup.packets, s->stats))
		return false;
	s->conn.recent = s->setup.recent;
	return true;
}

/* The first end has the signals, and the second, if there is one, the devices. */
static bool begin_all(struct server *ends, size_t n, struct stats *stats)
{
	const struct server_setup *setup = &ends->setup;

	stats_init(stats);
	for (size_t i = 0; i < n; i++)
		if (!begin(&ends[i], stats))
			return false;
	signal(SIGPIPE, SIG_IGN);
	ends->signals = signals_open();
	if (ends->signals < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		ends[i].conn.stop = ends->signals;
	return setup->listener || start_session(ends, setup->wire->in, setup->wire->out);
}

/* The end that shows devices alone: it starts nothing and ends with the other one. */
static struct server_setup setup_of_devices(const struct server_setup *setup)
{
	struct server_setup own = *setup;

	own.target = setup->devices;
	own.listener = setup->device_listener;
	own.launch = NULL;
	own.once = false;
	own.stays = true;
	return own;
}

/* Whoever looks at devices of a program that is gone hears of it before the server ends. */
static bool is_over(const struct server *ends, size_t n)
{
	const struct server *last = &ends[n - 1];

	return ends->done || last->done || (ends->over && (last == ends || !last->session));
}

static void finish(struct server *s)
{
	lobby_close(&s->lobby);
	conn_deinit(&s->conn);
	if (s->signals >= 0)
		close(s->signals);
	close(s->spare);
}

int server_run(const struct server_setup *setup)
{
	struct server ends[ENDS] = { { .setup = *setup, .signals = -1 }, { .signals = -1 } };
	size_t n = setup->device_listener ? 2 : 1;
	struct stats stats;

	if (n > 1)
		ends[1].setup = setup_of_devices(setup);
	if (!begin_all(ends, n, &stats)) {
		say_to_user("ascend-gdbserver: cannot start: %s\n", strerror(errno));
		if (!setup->listener && !ends->session)
			comm_hang_up(setup->wire);
		ends->done = true;
		ends->status = 1;
	}
	setup->log->user = tell_user;
	setup->log->user_ctx = &ends[n - 1]; /* what is told is of devices */
	while (!is_over(ends, n))
		turn(ends, n);
	for (size_t i = n; i--;)
		end_session(&ends[i]);
	setup->log->user = NULL;
	if (ends->orphan)
		outlast_orphan(ends);
	for (size_t i = 0; i < n; i++)
		finish(&ends[i]);
	return ends->status;
}

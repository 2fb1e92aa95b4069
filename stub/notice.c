/*
 * The queue of stops of a non-stop session. session.c puts them in, the vStopped and ? packets and
 * the notification take them out.
 */
#include "stub/notice.h"

#include <stdlib.h>
#include <string.h>

bool notice_add(struct notice_queue *q, struct target_tid tid, const char *text, size_t n)
{
	struct notice *one = malloc(sizeof(*one));
	char *copy = malloc(n + 1);

	if (!one || !copy) {
		free(one);
		free(copy);
		return false;
	}
	memcpy(copy, text, n);
	*one = (struct notice){ tid, copy, n, NULL };
	if (!q->end)
		q->end = &q->first;
	*q->end = one;
	q->end = &one->next;
	return true;
}

static void drop_first(struct notice_queue *q)
{
	struct notice *one = q->first;

	if (!one)
		return;
	q->first = one->next;
	if (!q->first)
		q->end = &q->first;
	free(one->text);
	free(one);
}

void notice_clear(struct notice_queue *q)
{
	while (q->first)
		drop_first(q);
	q->told = false;
}

bool notice_due(struct notice_queue *q, struct rsp_buf *out)
{
	if (q->told || !q->first)
		return false;
	q->told = true;
	rsp_buf_text(out, "Stop:");
	rsp_buf_raw(out, q->first->text, q->first->n);
	return true;
}

static void say_first(struct notice_queue *q, struct rsp_buf *out)
{
	q->told = q->first != NULL;
	if (q->first)
		rsp_buf_raw(out, q->first->text, q->first->n);
	else
		rsp_buf_text(out, "OK");
}

void notice_status(struct notice_queue *q, struct rsp_buf *out)
{
	say_first(q, out);
}

struct target_tid notice_taken(struct notice_queue *q)
{
	struct target_tid tid = { 0 };

	if (q->told && q->first) {
		tid = q->first->tid;
		drop_first(q);
	}
	return tid;
}

void notice_next(struct notice_queue *q, struct rsp_buf *out)
{
	say_first(q, out);
}

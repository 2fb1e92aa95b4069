/*
 * Decodes the arguments of a packet by a grammar of a few letters, so that handlers see typed
 * values and never scan client bytes. Pure; called by the dispatcher and by families with a
 * language of their own (vCont actions, Z options).
 */
#include "rsp/args.h"

#include <string.h>

#include "rsp/hex.h"

bool rsp_text_number(struct rsp_text *t, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < t->n && rsp_hex_digit((unsigned char)t->p[i]) >= 0; i++) {
		if (i == 16)
			return false;
		v = v << 4 | (unsigned)rsp_hex_digit((unsigned char)t->p[i]);
	}
	if (!i)
		return false;
	t->p += i;
	t->n -= i;
	*out = v;
	return true;
}

bool rsp_text_skip(struct rsp_text *t, char c)
{
	if (!t->n || *t->p != c)
		return false;
	t->p++;
	t->n--;
	return true;
}

/* One number of a thread id: hex, or -1 for "all". */
static bool id_number(struct rsp_text *t, int64_t *out)
{
	uint64_t v;

	if (rsp_text_skip(t, '-')) {
		*out = -1;
		return rsp_text_skip(t, '1');
	}
	if (!rsp_text_number(t, &v) || v > UINT32_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

bool rsp_text_tid(struct rsp_text *t, struct rsp_tid *out)
{
	*out = (struct rsp_tid){ .has_pid = rsp_text_skip(t, 'p') };
	if (!out->has_pid)
		return id_number(t, &out->tid);
	if (!id_number(t, &out->pid))
		return false;
	out->tid = -1; /* "pPID" alone means every thread of it */
	return !rsp_text_skip(t, '.') || id_number(t, &out->tid);
}

bool rsp_text_split(struct rsp_text *t, char sep, struct rsp_text *piece)
{
	if (!t->n)
		return false;
	const char *end = memchr(t->p, sep, t->n);
	*piece = (struct rsp_text){ t->p, end ? (size_t)(end - t->p) : t->n };
	size_t used = piece->n + (end != NULL);
	t->p += used;
	t->n -= used;
	return true;
}

bool rsp_text_is(struct rsp_text t, const char *word)
{
	return t.n == strlen(word) && !memcmp(t.p, word, t.n);
}

bool rsp_text_unhex(struct rsp_text t, char *out, size_t cap)
{
	if (t.n / 2 >= cap || !rsp_hex_decode(t.p, t.n, out))
		return false;
	out[t.n / 2] = '\0';
	return strlen(out) == t.n / 2;
}

/* Text up to the byte `stop`, or to the end when stop is 0. */
static struct rsp_text cut_text(struct rsp_text *t, char stop)
{
	const char *end = stop && t->n ? memchr(t->p, stop, t->n) : NULL;
	struct rsp_text piece = { t->p, end ? (size_t)(end - t->p) : t->n };

	t->p += piece.n;
	t->n -= piece.n;
	return piece;
}

/* One grammar letter; false when the packet does not match it. */
static bool letter(const char *g, struct rsp_text *t, struct rsp_args *out)
{
	switch (*g) {
	case 'x':
		return rsp_text_number(t, &out->num[out->nums++]);
	case 't':
		return rsp_text_tid(t, &out->tid[out->tids++]);
	case 's':
		out->text[out->texts++] = cut_text(t, g[1] == '?' ? g[2] : g[1]);
		return true;
	case 'c':
		if (!t->n)
			return false;
		out->chr[out->chrs++] = *t->p;
		return rsp_text_skip(t, *t->p);
	case '*':
		out->rest = cut_text(t, 0);
		return true;
	default:
		return rsp_text_skip(t, *g);
	}
}

bool rsp_args_parse(const char *grammar, const char *data, size_t n, struct rsp_args *out)
{
	struct rsp_text t = { data, n };

	memset(out, 0, sizeof(*out));
	for (const char *g = grammar; *g; g++) {
		if (*g == '?') {
			if (!t.n)
				return true;
			continue;
		}
		if (!letter(g, &t, out))
			return false;
	}
	return !t.n;
}

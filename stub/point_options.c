/*
 * Options of a Z packet: ";X<length>,<bytes>..." for conditions,
 * ";cmds:<persist>,X<length>,..." for commands. Several expressions follow each other with or
 * without a ';' between. Called by cmd_run.c; what the bytes mean is the target's.
 */
#include "stub/point_options.h"

#include <string.h>

#include "rsp/hex.h"

/* The free part of the room for decoded bytes. */
struct store {
	uint8_t *at;
	size_t left;
};

static const char *parse_code(struct rsp_text *t, struct store *store, struct agent_code *out)
{
	uint64_t n;

	if (!rsp_text_skip(t, 'X') || !rsp_text_number(t, &n) || !rsp_text_skip(t, ','))
		return "an expression begins with X, its length and a comma";
	if (n > t->n / 2 || n > store->left)
		return "an expression is shorter than its length says";
	if (!rsp_hex_decode(t->p, 2 * n, store->at))
		return "an expression is not made of hex digits";
	*out = (struct agent_code){ store->at, n };
	store->at += n;
	store->left -= n;
	t->p += 2 * n;
	t->n -= 2 * n;
	return NULL;
}

static const char *parse_list(struct rsp_text *t, struct store *store, struct agent_code *list,
			      size_t *count)
{
	do {
		if (*count == POINT_CODES)
			return "too many expressions";
		const char *why = parse_code(t, store, &list[*count]);
		if (why)
			return why;
		++*count;
	} while (t->n && *t->p == 'X');
	return NULL;
}

/* "cmds:" and a digit: the commands go on without a client. */
static bool skip_commands(struct rsp_text *t, bool *persist)
{
	static const char word[] = "cmds:";
	const size_t n = sizeof(word) - 1;
	uint64_t digit;

	if (t->n < n || memcmp(t->p, word, n))
		return false;
	t->p += n;
	t->n -= n;
	if (!rsp_text_number(t, &digit) || !rsp_text_skip(t, ','))
		return false;
	*persist = digit != 0;
	return true;
}

static const char *parse_option(struct rsp_text *t, struct store *store, struct point_options *out)
{
	struct target_point_code *code = &out->code;

	if (t->n && *t->p == 'X')
		return parse_list(t, store, out->conditions, &code->condition_n);
	if (!skip_commands(t, &code->persist))
		return "an option of a breakpoint is neither a condition nor commands";
	return parse_list(t, store, out->commands, &code->command_n);
}

const char *point_options_parse(struct rsp_text text, uint8_t *store, size_t cap,
				struct point_options *out)
{
	struct store room = { store, cap };

	out->code = (struct target_point_code){ .conditions = out->conditions,
						.commands = out->commands };
	while (text.n) {
		if (!rsp_text_skip(&text, ';'))
			return "options of a breakpoint begin with ';'";
		const char *why = parse_option(&text, &room, out);
		if (why)
			return why;
	}
	return NULL;
}

/*
 * The printf of agent expressions. The format comes from the client, so no C library sees it:
 * every directive is parsed, checked and printed here. Called by agent.c. Escapes and directives
 * are those that GDB's own parser takes (GDB manual, "Dynamic Printf"); floating point is refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "target/agent_priv.h"

enum {
	WIDTH_MAX = 4096,
	STRING_MAX = 65536, /* bytes of the program's memory that one %s shows */
	CHUNK = 256,
};

/* A piece of a format: text as it is, or one directive. */
struct piece {
	char type; /* 0: `literal` is one byte of text */
	char literal;
	bool left, plus, space, alternate, zero;
	bool has_precision;
	unsigned width, precision;
	unsigned bits; /* of the argument */
};

static const char bad_escape[] = "the format has an unknown escape";
static const char bad_directive[] = "the format has a directive that agents cannot print";

static bool set_flag(struct piece *p, char c)
{
	bool *flag = c == '-' ? &p->left :
		     c == '+' ? &p->plus :
		     c == ' ' ? &p->space :
		     c == '#' ? &p->alternate :
		     c == '0' ? &p->zero :
				NULL;

	if (flag)
		*flag = true;
	return flag != NULL;
}

static unsigned number(const char **text)
{
	unsigned n = 0;

	for (; **text >= '0' && **text <= '9'; ++*text)
		if (n <= WIDTH_MAX)
			n = 10 * n + (unsigned)(**text - '0');
	return n;
}

/* Length modifiers: the numbers of bits are those of a 64-bit program. */
static unsigned modifier(const char **text)
{
	static const struct {
		char word[3];
		unsigned bits;
	} all[] = { { "hh", 8 }, { "h", 16 }, { "ll", 64 }, { "l", 64 },
		    { "j", 64 }, { "z", 64 }, { "t", 64 } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strncmp(*text, all[i].word, strlen(all[i].word))) {
			*text += strlen(all[i].word);
			return all[i].bits;
		}
	return 32;
}

static const char *parse_directive(const char **text, struct piece *p)
{
	const char *start;

	while (set_flag(p, **text))
		++*text;
	p->width = number(text);
	p->has_precision = **text == '.';
	if (p->has_precision) {
		++*text;
		p->precision = number(text);
	}
	start = *text;
	p->bits = modifier(text);
	if (!**text || !strchr("diuxXocsp", **text) || p->width > WIDTH_MAX ||
	    p->precision > WIDTH_MAX || (strchr("csp", **text) && start != *text))
		return bad_directive;
	if (**text == 'p')
		p->bits = 64;
	p->type = *(*text)++;
	return NULL;
}

static const char *parse_escape(const char **text, struct piece *p)
{
	static const char letters[] = "abefnrtv\\\"", values[] = "\a\b\033\f\n\r\t\v\\\"";
	const char *letter = **text ? strchr(letters, **text) : NULL;

	if (!letter)
		return bad_escape;
	p->literal = values[letter - letters];
	++*text;
	return NULL;
}

/* The piece at *text, which is not the end. */
static const char *parse(const char **text, struct piece *p)
{
	char c = *(*text)++;

	*p = (struct piece){ .literal = c };
	if (c == '\\')
		return parse_escape(text, p);
	if (c != '%')
		return NULL;
	if (**text != '%')
		return parse_directive(text, p);
	++*text;
	return NULL;
}

const char *agent_format_check(const char *text, unsigned args)
{
	unsigned taken = 0;
	struct piece p;

	while (*text) {
		const char *why = parse(&text, &p);

		if (why)
			return why;
		taken += p.type != 0;
	}
	return taken == args ? NULL : "the format takes another number of arguments";
}

/* --- printing --- */

static void put(const struct agent_access *a, const char *text, size_t n)
{
	if (n)
		a->print(a->to, text, n);
}

static void fill(const struct agent_access *a, char c, size_t n)
{
	char block[64];

	memset(block, c, sizeof(block));
	for (size_t part; n; n -= part) {
		part = n < sizeof(block) ? n : sizeof(block);
		put(a, block, part);
	}
}

static uint64_t cut(const struct piece *p, uint64_t value, bool is_signed)
{
	unsigned unused = 64 - p->bits;

	return is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) :
			   value << unused >> unused;
}

/* Digits of a number without its sign, none for a zero with precision 0. */
static size_t digits(const struct piece *p, uint64_t value, char *out, size_t cap)
{
	if (!value && p->has_precision && !p->precision)
		return 0;
	switch (p->type) {
	case 'o':
		return (size_t)snprintf(out, cap, "%" PRIo64, value);
	case 'X':
		return (size_t)snprintf(out, cap, "%" PRIX64, value);
	case 'x':
	case 'p':
		return (size_t)snprintf(out, cap, "%" PRIx64, value);
	default:
		return (size_t)snprintf(out, cap, "%" PRIu64, value);
	}
}

/* What stands in front of the digits. */
static const char *prefix(const struct piece *p, bool is_signed, bool negative, bool is_zero)
{
	if (is_signed)
		return negative ? "-" : p->plus ? "+" : p->space ? " " : "";
	if (p->type == 'p')
		return "0x";
	if (!p->alternate || is_zero)
		return "";
	return p->type == 'x' ? "0x" : p->type == 'X' ? "0X" : p->type == 'o' ? "0" : "";
}

static void print_number(const struct agent_access *a, const struct piece *p, uint64_t value)
{
	bool is_signed = p->type == 'd' || p->type == 'i';
	char text[32];

	value = cut(p, value, is_signed);
	bool negative = is_signed && (int64_t)value < 0;
	size_t n = digits(p, negative ? 0 - value : value, text, sizeof(text));
	const char *front = prefix(p, is_signed, negative, !value);
	size_t front_n = strlen(front);
	size_t zeros = p->has_precision && p->precision > n ? p->precision - n : 0;
	size_t all = front_n + zeros + n;
	size_t pad = p->width > all ? p->width - all : 0;

	if (p->zero && !p->left && !p->has_precision) {
		zeros += pad;
		pad = 0;
	}
	fill(a, ' ', p->left ? 0 : pad);
	put(a, front, front_n);
	fill(a, '0', zeros);
	put(a, text, n);
	fill(a, ' ', p->left ? pad : 0);
}

static void print_padded(const struct agent_access *a, const struct piece *p, const char *text,
			 size_t n)
{
	size_t pad = p->width > n ? p->width - n : 0;

	fill(a, ' ', p->left ? 0 : pad);
	put(a, text, n);
	fill(a, ' ', p->left ? pad : 0);
}

/* Length of the string at an address, at most `most`; false: not all of it is there. */
static bool string_length(const struct agent_access *a, uint64_t at, size_t most, size_t *n)
{
	char chunk[CHUNK];

	for (*n = 0; *n < most;) {
		/* up to a border that no page crosses */
		size_t part = CHUNK - (at + *n) % CHUNK;
		const char *end;

		part = part < most - *n ? part : most - *n;
		if (!a->mem(a->ctx, at + *n, chunk, part))
			return false;
		end = memchr(chunk, 0, part);
		*n += end ? (size_t)(end - chunk) : part;
		if (end)
			break;
	}
	return true;
}

static const char *print_string(const struct agent_access *a, const struct piece *p, uint64_t at)
{
	size_t most = p->has_precision ? p->precision : STRING_MAX, n;
	char chunk[CHUNK];

	if (!at) {
		print_padded(a, p, "(null)", most < 6 ? most : 6);
		return NULL;
	}
	if (!string_length(a, at, most, &n))
		return "there is no string at an address";
	size_t pad = p->width > n ? p->width - n : 0;
	fill(a, ' ', p->left ? 0 : pad);
	for (size_t part; n; n -= part, at += part) {
		part = CHUNK - at % CHUNK;
		part = part < n ? part : n;
		if (!a->mem(a->ctx, at, chunk, part))
			return "a string is gone while it is printed";
		put(a, chunk, part);
	}
	fill(a, ' ', p->left ? pad : 0);
	return NULL;
}

static const char *print_piece(const struct agent_access *a, const struct piece *p, uint64_t value)
{
	char c = (char)value;

	if (p->type == 's')
		return print_string(a, p, value);
	if (p->type == 'c')
		print_padded(a, p, &c, 1);
	else
		print_number(a, p, value);
	return NULL;
}

const char *agent_format_print(const char *text, const uint64_t *args,
			       const struct agent_access *access)
{
	struct piece p;

	while (*text) {
		const char *why = parse(&text, &p);

		if (!why && p.type)
			why = print_piece(access, &p, *args++);
		else if (!why)
			put(access, &p.literal, 1);
		if (why)
			return why;
	}
	return NULL;
}

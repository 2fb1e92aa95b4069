/*
 * Small words shared by all parts of the dump reader: losses, refusals, bytes out of the map.
 * Nothing here knows the format.
 */
#include <stdio.h>
#include <unistd.h>

#include "target/core/core_priv.h"

void core_loss(struct core_dump *d, const char *fmt, ...)
{
	char text[TARGET_MESSAGE];
	va_list ap;

	if (d->losses++ >= CORE_LOSS_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	target_logf(&d->ascend.base.log, TARGET_LOG_WARN, "dump: %s", text);
}

bool core_refuse(char *why, const char *fmt, ...)
{
	size_t used = (size_t)snprintf(why, CORE_WORDS, "error: ");
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why + used, CORE_WORDS - used, fmt, ap);
	va_end(ap);
	return false;
}

/* Not out of the map: of a file that was cut short since, touching a page raises SIGBUS. */
size_t core_copy(void *dump, uint64_t offset, void *buf, size_t n)
{
	const struct core_dump *d = dump;
	ssize_t got = pread(d->fd, buf, (size_t)span_room(d->file, offset, n), (off_t)offset);

	return got > 0 ? (size_t)got : 0;
}

static bool is_in_piece(const struct core_piece *p, uint64_t offset, size_t n)
{
	return offset >= p->at && offset - p->at <= p->n && n <= p->n - (offset - p->at);
}

/* A stop reads some fifty registers of a core: one call, not one for each. */
bool core_copy_near(struct core_dump *d, uint64_t offset, void *buf, size_t n)
{
	struct core_piece *p = &d->piece;

	if (!is_in_piece(p, offset, n)) {
		p->at = offset;
		p->n = core_copy(d, offset, p->bytes, sizeof(p->bytes));
	}
	if (!is_in_piece(p, offset, n))
		return false;
	memcpy(buf, p->bytes + (offset - p->at), n);
	return true;
}

struct span core_section_span(const struct core_dump *d, const struct core_section *s)
{
	struct span part;

	span_part(d->file, s->offset, s->size, &part);
	return part;
}

const struct core_section *core_section_only(struct core_dump *d, enum core_kind kind)
{
	const struct core_section *found = NULL;

	for (size_t i = 1; i < d->section_count; i++) {
		if (d->sections[i].kind != kind)
			continue;
		if (found)
			core_loss(d, "section %zu: a second %s is ignored", i,
				  container_kind_name(kind));
		else
			found = &d->sections[i];
	}
	return found;
}

void core_printable(const void *data, size_t n, char *out, size_t cap)
{
	const char *s = data;
	size_t i;

	for (i = 0; i < n && i + 1 < cap; i++)
		out[i] = s[i] >= '!' && s[i] <= '~' ? s[i] : '_';
	out[i] = '\0';
}

const char *core_name(const struct core_dump *d, uint32_t unified, char out[16])
{
	enum chip_core_type type;
	uint16_t id;

	if (chip_core(d->ascend.chip, unified, &type, &id))
		snprintf(out, 16, "%s %u", chip_core_type_name(type), id);
	else
		snprintf(out, 16, "core %u", unified % 1000000);
	return out;
}

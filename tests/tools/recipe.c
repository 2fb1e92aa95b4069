/*
 * Reads a dump recipe line by line: finds the statement, runs it, and when the recipe ends gives
 * every core its caches. Also the statements of the file level. Called by mkcore.c; values and
 * contents, cores, registers and execution are in recipe_*.c.
 */
#include "tests/tools/recipe.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void recipe_fail(const struct recipe *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "mkcore: %s:%u: ", r->path, r->line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static struct dump *dump_of(struct recipe *r)
{
	if (!r->dump)
		recipe_fail(r, "`chip` must come first");
	return r->dump;
}

/* --- statements */

static void state_chip(struct recipe *r, const struct recipe_words *w)
{
	if (r->dump)
		recipe_fail(r, "there is a chip already");
	uint32_t type = (uint32_t)strtoul(w->word[0], NULL, 0);
	for (size_t i = 0; i < chip_count; i++) {
		if (strcmp(chips[i]->name, w->word[0]) == 0)
			type = chips[i]->type;
	}
	r->chip = chip_find(type);
	if (!r->chip)
		recipe_fail(r, "chip %s is not known; corrupt the device table for others",
			    w->word[0]);
	r->dump = dump_create(type, DUMP_MASTER);
}

static void read_lines(struct recipe *r, const char *path);

/* Beside the recipe that names it. */
static void state_include(struct recipe *r, const struct recipe_words *w)
{
	char path[4096];
	const char *slash = strrchr(r->path, '/');
	int folder = slash ? (int)(slash + 1 - r->path) : 0;
	snprintf(path, sizeof(path), "%.*s%s", folder, r->path, w->word[0]);
	if (r->depth == 4)
		recipe_fail(r, "`include` goes too deep");
	const char *outer = r->path;
	unsigned line = r->line;
	r->depth++;
	read_lines(r, path);
	r->depth--;
	r->path = outer;
	r->line = line;
}

static void state_device(struct recipe *r, const struct recipe_words *w)
{
	dump_of(r)->device = (uint32_t)recipe_value(r, NULL, w->word[0]);
}

static void state_writer(struct recipe *r, const struct recipe_words *w)
{
	for (unsigned v = 0; v < DUMP_VERSIONS; v++) {
		if (strcmp(dump_version_name(v), w->word[0]) == 0) {
			dump_of(r)->version = v;
			return;
		}
	}
	recipe_fail(r, "writer %s is not known", w->word[0]);
}

static void state_name(struct recipe *r, const struct recipe_words *w)
{
	dump_set_text(&dump_of(r)->kernel_name, w->word[0]);
}

/* A name from the recipe in the -k folder; -k itself when that is a file. */
static void read_kernel(struct recipe *r, const char *name, struct kernel_file *k)
{
	char path[4096];
	struct stat st;
	if (stat(r->kernels, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(path, sizeof(path), "%s/%s", r->kernels, name);
	else
		snprintf(path, sizeof(path), "%s", r->kernels);
	const char *why = kernel_file_read(k, path);
	if (why)
		recipe_fail(r, "kernel %s %s: give its folder with -k", path, why);
}

static void replace_bytes(struct dump_data *d, const void *bytes, size_t n)
{
	dump_data_clear(d);
	dump_data_append(d, bytes, n);
}

static void state_object(struct recipe *r, const struct recipe_words *w)
{
	struct dump *d = dump_of(r);
	bool host = w->count == 1 || strcmp(w->word[1], "host") == 0;
	bool file = w->count == 1 || strcmp(w->word[1], "file") == 0;
	struct kernel_file k = { 0 };
	read_kernel(r, w->word[0], &k);
	if (host)
		replace_bytes(&d->host_object, k.bytes, k.n);
	if (file)
		replace_bytes(&d->file_object, k.bytes, k.n);
	kernel_file_free(&k);
}

static void add_block_name(struct recipe *r, const char *name, struct dump_global *g)
{
	if (recipe_find_block(r, name))
		recipe_fail(r, "there is a block %s already", name);
	r->blocks = dump_grow(r->blocks, r->block_count, sizeof(*r->blocks));
	struct recipe_block *b = &r->blocks[r->block_count++];
	*b = (struct recipe_block){ NULL, g };
	dump_set_text(&b->name, name);
}

static void state_load(struct recipe *r, const struct recipe_words *w)
{
	read_kernel(r, w->word[0], &r->kernel);
	r->base = recipe_value(r, NULL, w->word[1]);
	struct dump_global *g =
		dump_add_global(dump_of(r), DUMP_KERNEL_OBJECT, r->base, r->kernel.image_n);
	dump_data_put(&g->data, 0, r->kernel.image, r->kernel.image_n);
	add_block_name(r, w->count > 2 ? w->word[2] : "code", g);
	recipe_no_targets(r);
	recipe_target(r, &(struct recipe_target){ NULL, &g->data, &g->failed, 0 });
}

static void state_json(struct recipe *r, const struct recipe_words *w)
{
	(void)w;
	r->json = &dump_of(r)->json;
}

static const struct {
	const char *name;
	uint16_t type;
} block_types[] = {
	{ "invalid", 0 },   { "general", 1 }, { "input", 2 },	 { "output", 3 },
	{ "workspace", 4 }, { "mc2", 6 },     { "tiling", 7 },	 { "shape", 12 },
	{ "args", 101 },    { "stack", 102 }, { "kernel", 103 }, { "simt-stack", 104 },
};

static uint16_t block_type(const struct recipe *r, const char *name)
{
	for (size_t i = 0; i < sizeof(block_types) / sizeof(block_types[0]); i++) {
		if (strcmp(block_types[i].name, name) == 0)
			return block_types[i].type;
	}
	if (!isdigit((unsigned char)*name))
		recipe_fail(r, "block type %s is not known", name);
	return (uint16_t)strtoul(name, NULL, 0);
}

static void state_block(struct recipe *r, const struct recipe_words *w)
{
	uint64_t at = recipe_value(r, NULL, w->word[2]), size = recipe_value(r, NULL, w->word[3]);
	struct dump_global *g = dump_add_global(dump_of(r), block_type(r, w->word[1]), at, size);
	if (w->count > 4 && strcmp(w->word[4], "dims") != 0)
		recipe_fail(r, "only `dims` may follow the size");
	for (size_t i = 5; i < w->count && g->dim_count < DUMP_DIMS; i++)
		g->dims[g->dim_count++] = recipe_value(r, NULL, w->word[i]);
	add_block_name(r, w->word[0], g);
	recipe_no_targets(r);
	recipe_target(r, &(struct recipe_target){ NULL, &g->data, &g->failed, 0 });
}

static void state_extra(struct recipe *r, const struct recipe_words *w)
{
	uint32_t type = (uint32_t)recipe_value(r, NULL, w->word[1]);
	struct dump_extra *e = dump_add_extra(dump_of(r), w->word[0], type);
	e->data.size = recipe_value(r, NULL, w->word[2]);
	recipe_no_targets(r);
	recipe_target(r, &(struct recipe_target){ NULL, &e->data, NULL, 0 });
}

static void state_omit(struct recipe *r, const struct recipe_words *w)
{
	dump_omit(dump_of(r), w->word[0]);
}

static void state_as_added(struct recipe *r, const struct recipe_words *w)
{
	(void)w;
	dump_of(r)->as_added = true;
}

static void state_corrupt(struct recipe *r, const struct recipe_words *w)
{
	r->patches = dump_grow(r->patches, r->patch_count, sizeof(*r->patches));
	struct recipe_patch *p = &r->patches[r->patch_count++];
	*p = (struct recipe_patch){ 0 };
	dump_set_text(&p->place, w->word[0]);
	recipe_hex(r, w, 1, &p->bytes);
}

static void state_truncate(struct recipe *r, const struct recipe_words *w)
{
	r->length = strtoll(w->word[0], NULL, 0);
}

const struct recipe_statement recipe_file_statements[] = {
	{ "chip", 1, 1, state_chip, "NAME: name or number of arch/; the first statement" },
	{ "include", 1, 1, state_include, "FILE: another recipe, named from this one's folder" },
	{ "device", 1, 1, state_device, "N: device id" },
	{ "writer", 1, 1, state_writer, "VERSION: v8.5.0 .. master" },
	{ "name", 1, 1, state_name, "TEXT: kernel name; without it there is no kernel_info" },
	{ "object", 1, 2, state_object, "FILE [host|file]: embeds a kernel file, both by default" },
	{ "load", 2, 3, state_load, "FILE ADDR [BLOCK]: the kernel on the device; @symbols" },
	{ "json", 0, 0, state_json, ": the lines that follow and start with | are the json" },
	{ "block", 4, RECIPE_WORDS - 1, state_block,
	  "NAME TYPE ADDR SIZE [dims N...]: global memory; contents follow" },
	{ "extra", 3, 3, state_extra, "NAME TYPE SIZE: a section nobody knows; contents follow" },
	{ "omit", 1, 1, state_omit, "SECTION: leaves out sections of that name" },
	{ "as-added", 0, 0, state_as_added, ": keeps the recipe's order of blocks and cores" },
	{ "corrupt", 2, RECIPE_WORDS - 1, state_corrupt,
	  "OFFSET|SECTION[:NTH]+OFFSET|shdr:N+OFFSET HEX...: changes the finished file" },
	{ "truncate", 1, 1, state_truncate, "N: cuts the finished file; -N: that much shorter" },
	{ NULL, 0, 0, NULL, NULL },
};

/* --- lines */

/* Cuts the line in place. */
static void split(const struct recipe *r, char *line, struct recipe_words *w)
{
	w->count = 0;
	for (char *p = line; *p;) {
		while (isspace((unsigned char)*p))
			p++;
		if (!*p || *p == '#')
			return;
		if (w->count == RECIPE_WORDS)
			recipe_fail(r, "more than %d words", RECIPE_WORDS);
		bool quoted = *p == '"';
		char *start = quoted ? p + 1 : p;
		size_t n = quoted ? strcspn(start, "\"") : strcspn(start, " \t\r\n");
		if (quoted && !start[n])
			recipe_fail(r, "\" is missing");
		p = start + n + (start[n] ? 1 : 0);
		start[n] = '\0';
		w->word[w->count++] = start;
	}
}

static const struct recipe_statement *find_statement(const char *word)
{
	static const struct recipe_statement *const tables[] = {
		recipe_file_statements,
		recipe_core_statements,
		recipe_content_statements,
	};
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct recipe_statement *s = tables[t]; s->word; s++) {
			if (strcmp(s->word, word) == 0)
				return s;
		}
	}
	return NULL;
}

static void run_line(struct recipe *r, char *line)
{
	struct recipe_words w;
	if (r->json && *line == '|') {
		line += line[1] == ' ' ? 2 : 1;
		dump_data_append(r->json, line, strlen(line));
		return;
	}
	split(r, line, &w);
	if (!w.count)
		return;
	const struct recipe_statement *s = find_statement(w.word[0]);
	if (!s)
		recipe_fail(r, "`%s` is not a statement: mkcore --help lists them", w.word[0]);
	w.count--;
	memmove(w.word, w.word + 1, w.count * sizeof(w.word[0]));
	if (w.count < s->least || w.count > s->most)
		recipe_fail(r, "`%s` wants %s", s->word, s->help);
	s->run(r, &w);
}

/* --- the end of the recipe */

/* What the core sees through its cache, and what is in global memory. */
static void finish_stack(struct recipe_core *c)
{
	struct dump_local *cache = dump_cache_of(c->core, c->stack);
	if (cache)
		dump_data_copy(&cache->data, &c->live);
	dump_data_copy(&c->stack->data, &c->live);
	if (c->stale < 0)
		return;
	size_t n = (size_t)c->stack->data.size;
	uint8_t *bytes = dump_alloc(n);
	memset(bytes, c->stale, n);
	dump_data_put(&c->stack->data, 0, bytes, n);
	free(bytes);
}

static void finish_core(struct recipe *r, struct recipe_core *c)
{
	if (!c->no_caches && !c->core->bare)
		dump_core_caches(r->dump, c->core);
	if (c->stack)
		finish_stack(c);
	for (size_t i = 0; i < r->cache_count; i++) {
		const struct recipe_cache *k = r->caches[i];
		struct dump_local *l = k->core == c ? dump_cache_of(c->core, k->global) : NULL;
		if (!l)
			continue;
		l->failed = k->failed;
		for (size_t n = 0; n < k->data.count; n++)
			dump_data_put(&l->data, k->data.chunks[n].at, k->data.chunks[n].bytes,
				      k->data.chunks[n].n);
	}
}

static void read_lines(struct recipe *r, const char *path)
{
	char *line = NULL;
	size_t room = 0;
	r->path = path;
	r->line = 0;
	FILE *f = fopen(path, "r");
	if (!f)
		recipe_fail(r, "cannot be opened");
	while (getline(&line, &room, f) >= 0) {
		r->line++;
		run_line(r, line);
	}
	free(line);
	fclose(f);
}

void recipe_read(struct recipe *r)
{
	read_lines(r, r->path);
	dump_of(r);
	for (size_t i = 0; i < r->core_count; i++)
		finish_core(r, r->cores[i]);
}

void recipe_free(struct recipe *r)
{
	for (size_t i = 0; i < r->block_count; i++)
		free(r->blocks[i].name);
	for (size_t i = 0; i < r->core_count; i++) {
		dump_data_clear(&r->cores[i]->live);
		free(r->cores[i]);
	}
	for (size_t i = 0; i < r->cache_count; i++) {
		dump_data_clear(&r->caches[i]->data);
		free(r->caches[i]);
	}
	for (size_t i = 0; i < r->patch_count; i++) {
		dump_data_clear(&r->patches[i].bytes);
		free(r->patches[i].place);
	}
	free(r->blocks);
	free(r->cores);
	free(r->caches);
	free(r->targets);
	free(r->patches);
	kernel_file_free(&r->kernel);
	dump_destroy(r->dump);
}

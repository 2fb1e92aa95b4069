/*
 * mkcore RECIPE -o OUT.core [-k KERNEL.o|FOLDER]: makes an Ascend core dump from a text recipe, in
 * the layout of the vendor's writer. The language of recipes is in tests/tools/README.md and in
 * --help; recipe*.c read it, dump*.c write the file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/tools/recipe.h"

static void print_table(const char *title, const struct recipe_statement *s)
{
	printf("\n%s\n", title);
	for (; s->word; s++)
		printf("  %s%s%s\n", s->word, *s->help == ':' ? "" : " ", s->help);
}

static int print_help(void)
{
	puts("usage: mkcore RECIPE -o OUT.core [-k KERNEL.o|FOLDER]\n\n"
	     "Makes an Ascend core dump from a text recipe; # starts a comment.");
	print_table("The file:", recipe_file_statements);
	print_table("Cores (each statement acts on all cores of the last `core`):",
		    recipe_core_statements);
	print_table("Contents of the last block, stack or local memory:",
		    recipe_content_statements);
	return 0;
}

static const struct dump_section *nth_section(const struct recipe *r, char *name)
{
	char *colon = strchr(name, ':');
	size_t nth = 0;
	if (colon) {
		*colon = '\0';
		nth = strtoul(colon + 1, NULL, 0);
	}
	const struct dump_section *s = dump_section(r->dump, name, nth);
	if (!s)
		recipe_fail(r, "the file has no section %s number %zu", name, nth);
	return s;
}

/* OFFSET, SECTION[:NTH]+OFFSET or shdr:N+OFFSET */
static uint64_t place_of(const struct recipe *r, char *place)
{
	char *plus = strchr(place, '+');
	if (!plus)
		return strtoull(place, NULL, 0);
	*plus = '\0';
	uint64_t offset = strtoull(plus + 1, NULL, 0);
	if (strncmp(place, "shdr:", 5) == 0)
		return r->dump->table_offset + 64 * strtoull(place + 5, NULL, 0) + offset;
	return nth_section(r, place)->offset + offset;
}

static bool apply_patches(const struct recipe *r, int fd)
{
	for (size_t i = 0; i < r->patch_count; i++) {
		const struct recipe_patch *p = &r->patches[i];
		uint64_t at = place_of(r, p->place);
		for (size_t k = 0; k < p->bytes.count; k++) {
			const struct dump_chunk *c = &p->bytes.chunks[k];
			if (pwrite(fd, c->bytes, c->n, (off_t)(at + c->at)) != (ssize_t)c->n)
				return false;
		}
	}
	int64_t n = r->length < 0 ? (int64_t)r->dump->file_size + r->length : r->length;
	return r->length == 0 || ftruncate(fd, n) == 0;
}

/* Not writable by others whatever the umask: the server would refuse such a dump. */
static int write_dump(struct recipe *r, const char *path)
{
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool ok = fd >= 0 && dump_write(r->dump, fd) && apply_patches(r, fd);
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (!ok)
		perror("mkcore: error: cannot write the dump");
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct recipe r = { .kernels = "." };
	const char *out = NULL;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return print_help();
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			out = argv[++i];
		else if (strcmp(argv[i], "-k") == 0 && i + 1 < argc)
			r.kernels = argv[++i];
		else
			r.path = argv[i];
	}
	if (!r.path || !out) {
		fputs("usage: mkcore RECIPE -o OUT.core [-k KERNEL.o|FOLDER]\n", stderr);
		return 2;
	}
	recipe_read(&r);
	int status = write_dump(&r, out);
	recipe_free(&r);
	return status;
}

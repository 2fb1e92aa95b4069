/*
 * Kernel files a program has loaded and the functions it took out of them: copies, since a program
 * may free its own. What is in an ELF file of a program is not trusted.
 */
#include <elf.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/runtime/runtime_priv.h"

/* --- files --- */

static void hash(struct runtime_binary *b)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_Digest(b->data, b->n, digest, &n, EVP_sha256(), NULL);
	for (unsigned i = 0; i < n && i < STUB_HASH / 2; i++)
		snprintf(b->hash + 2 * i, 3, "%02x", digest[i]);
}

struct runtime_binary *runtime_binary_make(const void *data, size_t n)
{
	struct runtime_binary *b = calloc(1, sizeof(*b));

	if (b && data && n && n <= STUB_MESSAGE_MAX)
		b->data = malloc(n);
	if (!b || !b->data) {
		free(b);
		return NULL;
	}
	memcpy(b->data, data, n);
	b->n = n;
	hash(b);
	return b;
}

struct runtime_binary *runtime_binary_read(const char *path)
{
	struct runtime_binary *b = NULL;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= STUB_MESSAGE_MAX) {
		size_t n = (size_t)st.st_size;
		void *data = malloc(n);

		if (data && read(fd, data, n) == (ssize_t)n)
			b = runtime_binary_make(data, n);
		free(data);
	}
	close(fd);
	return b;
}

void runtime_binary_drop(struct runtime_binary *b)
{
	if (b)
		free(b->data);
	free(b);
}

/* A handle that is given out again stands for the newer file, which is found first. */
void runtime_binary_keep(struct runtime_binary *b, const void *made, const void *handle)
{
	struct runtime *r = runtime_get();

	if (!b)
		return;
	pthread_mutex_lock(&r->tables);
	if (made)
		b->made = made;
	if (handle)
		b->handle = handle;
	struct runtime_binary *known = r->binaries;
	while (known && known != b)
		known = known->next;
	if (!known) {
		b->next = r->binaries;
		r->binaries = b;
	}
	pthread_mutex_unlock(&r->tables);
}

struct runtime_binary *runtime_binary_find(const void *handle)
{
	struct runtime *r = runtime_get();

	pthread_mutex_lock(&r->tables);
	struct runtime_binary *b = handle ? r->binaries : NULL;
	while (b && b->made != handle && b->handle != handle)
		b = b->next;
	pthread_mutex_unlock(&r->tables);
	return b;
}

/* --- functions --- */

static void keep(const void *key, const char *name, struct runtime_binary *b, bool is_symbol)
{
	struct runtime *r = runtime_get();

	if (!key || !name || strlen(name) >= RUNTIME_NAME)
		return;
	pthread_mutex_lock(&r->tables);
	struct runtime_function *f = r->functions;
	while (f && f->key != key)
		f = f->next;
	if (!f) {
		f = calloc(1, sizeof(*f));
		if (f) {
			f->key = key;
			f->next = r->functions;
			r->functions = f;
		}
	}
	if (f) {
		memcpy(f->name, name, strlen(name) + 1);
		f->binary = b;
		f->is_symbol = is_symbol;
	}
	pthread_mutex_unlock(&r->tables);
}

void runtime_function_keep(const void *key, const char *name, struct runtime_binary *b)
{
	keep(key, name, b, false);
}

void runtime_symbol_keep(const void *symbol, const char *name, struct runtime_binary *b)
{
	keep(symbol, name, b, true);
}

bool runtime_function_find(const void *key, struct runtime_function *out)
{
	struct runtime *r = runtime_get();

	pthread_mutex_lock(&r->tables);
	const struct runtime_function *f = r->functions;
	while (f && f->key != key)
		f = f->next;
	if (f)
		*out = *f;
	pthread_mutex_unlock(&r->tables);
	return f != NULL;
}

/* --- symbols --- */

static bool section(const struct runtime_binary *b, uint64_t index, Elf64_Shdr *out)
{
	Elf64_Ehdr h;

	if (b->n < sizeof(h))
		return false;
	memcpy(&h, b->data, sizeof(h));
	if (memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
	    h.e_shentsize != sizeof(*out) || index >= h.e_shnum || h.e_shoff > b->n ||
	    (b->n - h.e_shoff) / sizeof(*out) <= index)
		return false;
	memcpy(out, b->data + h.e_shoff + index * sizeof(*out), sizeof(*out));
	return out->sh_type == SHT_NOBITS ||
	       (out->sh_offset <= b->n && out->sh_size <= b->n - out->sh_offset);
}

/* The name at an offset of a string table, whole inside it; NULL: it is not. */
static const char *name_at(const struct runtime_binary *b, const Elf64_Shdr *names, uint32_t at)
{
	if (at >= names->sh_size)
		return NULL;
	const char *name = (const char *)b->data + names->sh_offset + at;
	return memchr(name, '\0', names->sh_size - at) ? name : NULL;
}

/* true: the walk is over. */
typedef bool (*symbol_fn)(void *ctx, const char *name, uint64_t value);

static bool each_in(const struct runtime_binary *b, const Elf64_Shdr *table, symbol_fn fn,
		    void *ctx)
{
	Elf64_Shdr names;
	Elf64_Sym sym;

	if (table->sh_type == SHT_NOBITS || !section(b, table->sh_link, &names) ||
	    names.sh_type == SHT_NOBITS)
		return false;
	for (uint64_t at = 0; at + sizeof(sym) <= table->sh_size; at += sizeof(sym)) {
		memcpy(&sym, b->data + table->sh_offset + at, sizeof(sym));
		const char *name = name_at(b, &names, sym.st_name);

		if (ELF64_ST_TYPE(sym.st_info) == STT_FUNC && sym.st_shndx && name && *name &&
		    fn(ctx, name, sym.st_value))
			return true;
	}
	return false;
}

static bool each_function(const struct runtime_binary *b, symbol_fn fn, void *ctx)
{
	Elf64_Shdr table;

	for (uint64_t i = 0; i < SHN_LORESERVE && section(b, i, &table); i++)
		if (table.sh_type == SHT_SYMTAB && each_in(b, &table, fn, ctx))
			return true;
	return false;
}

struct by_name {
	const char *name;
	uint64_t value;
};

static bool is_named(void *ctx, const char *name, uint64_t value)
{
	struct by_name *want = ctx;

	want->value = value;
	return !strcmp(name, want->name);
}

static const char *const parts[] = { "", "_mix_aic", "_mix_aiv" };

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

bool runtime_symbol(const struct runtime_binary *b, const char *kernel, uint64_t *value)
{
	char name[RUNTIME_NAME + 16];
	struct by_name want = { .name = name };

	for (size_t i = 0; i < PARTS; i++) {
		snprintf(name, sizeof(name), "%s%s", kernel, parts[i]);
		if (!each_function(b, is_named, &want))
			continue;
		*value = want.value;
		return true;
	}
	return false;
}

/* Length of a symbol without the part of a mixed kernel behind it. */
static size_t kernel_length(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 1; i < PARTS; i++) {
		size_t k = strlen(parts[i]);

		if (n > k && !strcmp(name + n - k, parts[i]))
			return n - k;
	}
	return n;
}

struct by_key {
	char key[24]; /* "_12" */
	char *name;
	size_t others; /* functions that do not end in the key */
};

static bool has_key(void *ctx, const char *name, uint64_t value)
{
	struct by_key *want = ctx;
	size_t n = kernel_length(name), k = strlen(want->key);
	bool hit = n > k && !memcmp(name + n - k, want->key, k);

	(void)value;
	if (n >= RUNTIME_NAME)
		return false;
	if (!hit && want->name[0] && (strncmp(want->name, name, n) != 0 || want->name[n]))
		want->others++;
	memcpy(want->name, name, n);
	want->name[n] = '\0';
	return hit;
}

bool runtime_kernel_at_key(const struct runtime_binary *b, uint64_t key, char *name)
{
	struct by_key want = { .name = name };

	name[0] = '\0';
	snprintf(want.key, sizeof(want.key), "_%llu", (unsigned long long)key);
	return each_function(b, has_key, &want) || (name[0] && !want.others);
}

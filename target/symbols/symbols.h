#ifndef TARGET_SYMBOLS_SYMBOLS_H
#define TARGET_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Kernel ELF files: translation for stock clients, function and line look-up, unwinding by call
 * frame information. Only this folder sees libdwarf. Input is never trusted: a broken file gives
 * an error in words or loses just the broken part.
 */

enum { SYMBOLS_WORDS = 256, SYMBOLS_SHA256_TEXT = 65 };

/** What went wrong, in words for the user; no file paths. */
struct symbols_error {
	char text[SYMBOLS_WORDS];
};

/**
 * Translates a kernel ELF (e_machine 0x1029, DWARF registers 64+n) into one that stock clients
 * read: EM_AARCH64, DWARF numbers 64..93 -> 0..29, 94 -> 31 (sp), 95 -> 30 (ra), in
 * .debug_frame/.eh_frame and every location expression, in place and of equal length; every other
 * byte stays. A file that already is EM_AARCH64 comes out unchanged: there 64 and up are vector
 * registers.
 * bytes: n bytes, patched in place. false: nothing usable or debug sections compressed, *why says
 * why. symbols_open decompresses them, so symbols_file has a translation of such files too.
 */
bool symbols_translate(void *bytes, size_t n, struct symbols_error *why);

/** Lower-case hex SHA-256 of n bytes. */
void symbols_sha256(const void *data, size_t n, char out[SYMBOLS_SHA256_TEXT]);

/** A kernel loaded at a device address. */
struct symbols_object;

/**
 * Opens a copy of elf, translates it, indexes it. base: device address of its first SHF_ALLOC
 * section's file range, i.e. function address = base + st_value (coredump facts 2.3).
 * NULL: not usable, *why says why. Missing debug information is not an error.
 */
struct symbols_object *symbols_open(const void *elf, size_t n, uint64_t base,
				    struct symbols_error *why);
void symbols_close(struct symbols_object *o); /* NULL is fine */

/** The translated file, borrowed; *n its size. */
const void *symbols_file(const struct symbols_object *o, size_t *n);
/** Digest of the original bytes. */
const char *symbols_digest(const struct symbols_object *o);
bool symbols_has_lines(const struct symbols_object *o);
/** Something the user should know (e.g. "compiled without -g: no lines"), or NULL. Borrowed. */
const char *symbols_note(const struct symbols_object *o);
/** Device addresses of all SHF_ALLOC sections in file order, borrowed; *count of them. */
const uint64_t *symbols_sections(const struct symbols_object *o, size_t *count);
/**
 * The bytes the loader puts on the device: from the first SHF_ALLOC section to the end of the
 * last, borrowed from the (untranslated part of the) file. NULL when there are none.
 */
const void *symbols_load_image(const struct symbols_object *o, size_t *n);
/** Device address range of the load image. */
uint64_t symbols_base(const struct symbols_object *o);
bool symbols_covers(const struct symbols_object *o, uint64_t pc);

/** Where a device address is in the source. Strings are borrowed from o; NULL when not known. */
struct symbols_place {
	const char *function; /* demangled when DWARF gives the name, else the symbol */
	const char *caller;   /* into which the compiler put `function`, or NULL */
	const char *linkage;  /* symbol table name: of the caller, if there is one */
	uint64_t offset;      /* pc - start of that */
	const char *file;     /* as in the line table, with its directory */
	unsigned line;        /* 0: not known */
};
/** false: pc is in no function of o; *out is all zero then. */
bool symbols_place(struct symbols_object *o, uint64_t pc, struct symbols_place *out);

/** Device address of a function by its symbol; false: there is none. */
bool symbols_function(const struct symbols_object *o, const char *symbol, uint64_t *out);

/** Registers during unwinding: x0..x30 as 0..30, sp as 31. */
enum { SYMBOLS_FP = 29, SYMBOLS_RA = 30, SYMBOLS_SP = 31, SYMBOLS_REGS = 32 };
struct symbols_frame {
	uint64_t pc;
	uint64_t cfa; /* set by symbols_unwind for the frame it left */
	uint64_t regs[SYMBOLS_REGS];
	uint32_t valid; /* bit n: regs[n] is known */
};
/** Reads n bytes of the debuggee; false when they are not all there. */
typedef bool (*symbols_read_fn)(void *ctx, uint64_t at, void *buf, size_t n);

/**
 * From a frame to its caller by CFI. first: frame->pc is an exact address (not a return address).
 * On success *frame is the caller with pc = return address and frame->cfa = CFA of the frame left.
 * false: outermost frame, no CFI for pc, memory missing, or no progress.
 */
bool symbols_unwind(struct symbols_object *o, struct symbols_frame *frame, bool first,
		    symbols_read_fn read, void *ctx);

#endif

#ifndef STUB_DOCUMENTS_H
#define STUB_DOCUMENTS_H

#include "stub/session.h"

/**
 * XML documents of the qXfer family (GDB manual: "Thread List Format", "Library List Format",
 * "Memory Map Format", "osdata"). All are terse: no indentation, shortest ids.
 */

enum target_status document_threads(struct session *s, struct target_text *out);
enum target_status document_libraries(struct session *s, struct target_text *out);
/** The dynamic linker's lists ("Library List Format for SVR4 Targets"). */
enum target_status document_link_maps(struct session *s, const struct target_link_start *from,
				      struct target_text *out);
/** Everything any thread of the current process can see, merged and sorted. */
enum target_status document_memory_map(struct session *s, struct target_text *out);
/** annex: a table's name; "" is the list of tables. */
enum target_status document_osdata(struct session *s, const char *annex, struct target_text *out);

#endif

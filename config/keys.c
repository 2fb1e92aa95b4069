/*
 * The settings, one row each. config.c parses, presets and documents by this table; nothing here
 * knows about lines or files.
 */
#include "config/keys.h"

#include <assert.h>

#include "config/config.h"

#define TEXT(section, name, member, preset, help)                                                  \
	{ section, name, CONFIG_KEY_TEXT, offsetof(struct config, member), 0, 0, preset, help }
#define BOOL(section, name, member, preset, help)                                                  \
	{ section, name, CONFIG_KEY_BOOL, offsetof(struct config, member), 0, 1, preset, help }
#define UINT(section, name, member, max, preset, help)                                             \
	{ section, name, CONFIG_KEY_UINT, offsetof(struct config, member), 0, max, preset, help }
#define SIZE(section, name, member, max, preset, help)                                             \
	{ section, name, CONFIG_KEY_SIZE, offsetof(struct config, member), 1, max, preset, help }

static const uint64_t tebi = 1ULL << 40;

const struct config_key config_keys[] = {
	TEXT("server", "listen", listen, "",
	     "where clients connect when the command line names no COMM: HOST:PORT, :PORT, "
	     "unix:PATH, /dev/NAME"),
	BOOL("server", "once", once, "no", "end when the first connection has closed"),
	BOOL("server", "multi", multi, "no", "stay without a program, until told to end"),
	TEXT("server", "hold_children", hold_children, "",
	     "children that wait for a debugger: exec, fork, exec:PATTERN, fork:PATTERN, PATTERN; "
	     "empty: none"),
	TEXT("access", "allow", allow, "",
	     "who may connect beside this user and root on this machine: ADDR, ADDR/BITS, samenet, "
	     "any"),
	UINT("access", "idle_timeout", idle_timeout, 31536000, "0",
	     "seconds of silence after which a client is left; 0: never"),
	BOOL("access", "read_only", read_only, "no",
	     "clients only look: no writes, breakpoints, resuming, starting, attaching, ending"),
	BOOL("access", "no_run", no_run, "no", "clients neither start programs nor attach"),
	BOOL("access", "no_monitor", no_monitor, "no", "clients have no monitor commands"),
	BOOL("access", "no_files", no_files, "no", "clients have no files of this machine"),
	TEXT("access", "file_root", file_root, "",
	     "folder that clients have the files of, and no others; empty: all files"),
	TEXT("device", "way", device, "auto",
	     "how devices are reached: drv (driver), sim (simulated NPU), none, or auto"),
	TEXT("device", "id", device_id, "", "the one device to show; empty: every one"),
	TEXT("device", "port", device_port, "",
	     "where the devices alone are served: PORT or as listen; empty: beside their programs"),
	TEXT("device", "view", view, "auto",
	     "what clients see: both, host, device, or auto: both, with a device port host"),
	TEXT("device", "chip_file", chip_file, "",
	     "a chip that is not built in, for dumps and devices; empty: none"),
	TEXT("device", "sim_args", sim_args, "",
	     "options for a simulated NPU that is started here, e.g. --devices 2"),
	UINT("log", "level", log_level, 3, "1",
	     "0 errors, 1 and warnings, 2 and information, 3 everything"),
	TEXT("log", "file", log_file, "",
	     "where the log goes: stderr, syslog, journal or a file, renamed to FILE.1 at 16 MiB; "
	     "empty: standard error"),
	TEXT("log", "packets", packet_log, "",
	     "file to record all packets in, renamed to FILE.1 at 32 MiB; empty: none"),
	/* The three limits: coredump facts 6.5. */
	SIZE("core", "max_file_bytes", max_core_bytes, tebi, "100G",
	     "largest dump or kernel file that is opened"),
	SIZE("core", "max_global_bytes", max_global_bytes, tebi, "60G",
	     "largest block of global memory in a dump"),
	SIZE("core", "max_local_bytes", max_local_bytes, tebi, "10G",
	     "largest local memory of one core in a dump"),
	BOOL("core", "insecure_files", insecure_files, "no",
	     "only warn about input files that other users own or may write to"),
};

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);
static_assert(sizeof(config_keys) / sizeof(config_keys[0]) <= CONFIG_KEYS_MAX, "a bit for each");

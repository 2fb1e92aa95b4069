/*
 * THE packet table: every packet the server knows, letters too, in one place. Titles are those of
 * the GDB manual ("Packets", "General Query Packets", "vFile"); packets from `QThreadSuffix...` on
 * are lldb's ("GDB remote extensions" of its documentation).
 */
#include "stub/commands.h"

#include <string.h>

#define RUN       TARGET_CAN_RUN
#define GO        (RUN | MAY_RESUME)
#define WRITE     TARGET_CAN_WRITE
#define WRITE_REG (WRITE | MAY_WRITE_REGISTERS)
#define WRITE_MEM (WRITE | MAY_WRITE_MEMORY)
#define BREAK     TARGET_CAN_BREAK
#define START     TARGET_CAN_START
#define NON_STOP  TARGET_CAN_NON_STOP
#define EVENTS    TARGET_HAS_EVENTS
#define LAUNCH    (SESSION_CAN_LAUNCH | MAY_START)

const struct command commands[] = {
	/* name, grammar, handler, need, reply, must, feature */
	{ "qSupported", "?:*", cmd_supported, 0, REPLY_DATA, false, NULL },
	{ "QStartNoAckMode", "", cmd_no_ack, 0, REPLY_OK, false, "QStartNoAckMode+" },
	{ "!", "", cmd_extended, 0, REPLY_OK, false, NULL },
	{ "?", "", cmd_status, 0, REPLY_DATA, false, NULL },
	{ "qAttached", "?:x", cmd_attached, 0, REPLY_DATA, false, NULL },
	{ "qSymbol", ":s:*", cmd_symbol, 0, REPLY_OK, false, NULL },
	{ "qGetTLSAddr", ":t,x,x", cmd_tls_address, START, REPLY_DATA, false, NULL },
	{ "QNonStop", ":c", cmd_non_stop, NON_STOP, REPLY_OK, false, "QNonStop+" },
	{ "QPassSignals", ":*", cmd_pass_signals, RUN, REPLY_OK, false, "QPassSignals+" },
	/* what a detached program does not get, it never had */
	{ "QProgramSignals", ":*", cmd_program_signals, GO, REPLY_OK, false, "QProgramSignals+" },
	{ "QAllow", ":*", cmd_allow, RUN, REPLY_OK, false, "QAllow+" },

	{ "QThreadEvents", ":x", cmd_thread_events, EVENTS, REPLY_OK, false, "QThreadEvents+" },
	{ "QCatchSyscalls", ":c*", cmd_catch_calls, START, REPLY_OK, false, "QCatchSyscalls+" },
	{ "QStartupWithShell", ":x", cmd_with_shell, LAUNCH, REPLY_OK, false,
	  "QStartupWithShell+" },
	{ "QDisableRandomization", ":x", cmd_randomization, LAUNCH, REPLY_OK, false,
	  "QDisableRandomization+" },
	{ "QEnvironmentHexEncoded", ":*", cmd_env_set, LAUNCH, REPLY_OK, false,
	  "QEnvironmentHexEncoded+" },
	{ "QEnvironmentUnset", ":*", cmd_env_unset, LAUNCH, REPLY_OK, false, "QEnvironmentUnset+" },
	{ "QEnvironmentReset", "", cmd_env_reset, LAUNCH, REPLY_OK, false, "QEnvironmentReset+" },
	{ "QSetWorkingDir", ":*", cmd_working_dir, LAUNCH, REPLY_OK, false, "QSetWorkingDir+" },

	{ "H", "ct", cmd_select, 0, REPLY_OK, false, NULL },
	{ "T", "t", cmd_alive, 0, REPLY_OK, false, NULL },
	{ "qC", "", cmd_current, 0, REPLY_DATA, false, NULL },
	{ "qfThreadInfo", "", cmd_list_first, 0, REPLY_DATA, false, NULL },
	{ "qsThreadInfo", "", cmd_list_next, 0, REPLY_DATA, false, NULL },
	{ "qThreadExtraInfo", ",t", cmd_extra_info, 0, REPLY_DATA, false, NULL },

	{ "g", "", cmd_regs_read, 0, REPLY_DATA, true, NULL },
	{ "G", "*", cmd_regs_write, WRITE_REG, REPLY_OK, true, NULL },
	{ "p", "x", cmd_reg_read, 0, REPLY_DATA, true, NULL },
	{ "P", "x=*", cmd_reg_write, WRITE_REG, REPLY_OK, true, NULL },

	{ "m", "x,x", cmd_mem_read, 0, REPLY_BARE, true, NULL },
	{ "x", "x,x", cmd_mem_read_binary, 0, REPLY_BARE, true, NULL },
	{ "M", "x,x:*", cmd_mem_write, WRITE_MEM, REPLY_OK, true, NULL },
	{ "X", "x,x:*", cmd_mem_write_binary, WRITE_MEM, REPLY_OK, true, NULL },
	{ "qCRC:", "x,x", cmd_crc, 0, REPLY_DATA, false, NULL },
	{ "qSearch:memory:", "x;x;*", cmd_search, 0, REPLY_DATA, false, NULL },

	/* GDB 13 waits for ever on an empty reply to c or s */
	{ "vCont?", "", cmd_resume_kinds, RUN, REPLY_DATA, false, "vContSupported+" },
	{ "vCont;", "*", cmd_resume_actions, RUN, REPLY_STOP, true, NULL },
	{ "vStopped", "", cmd_stopped, NON_STOP, REPLY_DATA, false, NULL },
	{ "vCtrlC", "", cmd_interrupt, RUN | MAY_STOP, REPLY_OK, false, NULL },
	{ "c", "?x", cmd_resume, GO, REPLY_STOP, true, NULL },
	{ "C", "x?;x", cmd_resume_signal, GO, REPLY_STOP, true, NULL },
	{ "s", "?x", cmd_step, GO, REPLY_STOP, true, NULL },
	{ "S", "x?;x", cmd_step_signal, GO, REPLY_STOP, true, NULL },
	{ "D", "?;x", cmd_detach, 0, REPLY_OK, false, NULL },
	{ "k", "", cmd_kill, 0, REPLY_NONE, false, NULL },
	{ "vKill;", "x", cmd_kill_process, 0, REPLY_OK, false, NULL },
	{ "vAttach;", "x", cmd_attach, 0, REPLY_DATA, true, NULL },
	{ "vRun;", "*", cmd_run_program, 0, REPLY_DATA, true, NULL },
	{ "R", "x", cmd_restart, 0, REPLY_NONE, false, NULL },
	{ "Z", "c,x,x*", cmd_point_set, BREAK | MAY_BREAK, REPLY_DATA, true, NULL },
	{ "z", "c,x,x*", cmd_point_clear, BREAK, REPLY_DATA, true, NULL },

	{ "qXfer:", "s:s:*", cmd_xfer, 0, REPLY_DATA, false, NULL },
	{ "vFile:", "s:*", cmd_file, 0, REPLY_DATA, false, NULL },
	{ "qRcmd,", "*", cmd_monitor, 0, REPLY_BARE, false, NULL },

	{ "QThreadSuffixSupported", "", cmd_thread_suffix, 0, REPLY_OK, false, NULL },
	{ "QListThreadsInStopReply", "", cmd_list_threads, 0, REPLY_OK, false, NULL },
	{ "QEnableErrorStrings", "", cmd_error_strings, 0, REPLY_OK, false, NULL },
	{ "qHostInfo", "", cmd_host_info, 0, REPLY_DATA, false, NULL },
	{ "qProcessInfo", "", cmd_process_info, 0, REPLY_DATA, false, NULL },
	{ "qOffsets", "", cmd_offsets, TARGET_HAS_LIBRARIES, REPLY_DATA, false, NULL },
	{ "qShlibInfoAddr", "", cmd_link_word, TARGET_HAS_LINK_WORD, REPLY_DATA, false, NULL },
	{ "qThreadStopInfo", "t", cmd_thread_stop_info, 0, REPLY_DATA, false, NULL },
	{ "qMemoryRegionInfo", "?:x", cmd_region, TARGET_HAS_REGIONS, REPLY_DATA, false, NULL },
	{ "qEcho:", "*", cmd_echo, 0, REPLY_DATA, false, NULL },
	{ "qGDBServerVersion", "", cmd_server_version, 0, REPLY_DATA, false, NULL },
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

/* Names that are whole packets must not swallow longer packets nobody knows. */
static bool names(const struct command *c, const char *data, size_t n)
{
	size_t len = strlen(c->name);

	if (n < len || memcmp(data, c->name, len))
		return false;
	return c->grammar[0] ? true : n == len || data[len] == ';';
}

const struct command *command_find(const char *data, size_t n)
{
	const struct command *best = NULL;

	for (size_t i = 0; i < command_count; i++)
		if (names(&commands[i], data, n) &&
		    (!best || strlen(commands[i].name) > strlen(best->name)))
			best = &commands[i];
	return best;
}

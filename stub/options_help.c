/*
 * The texts of --help and --version, laid out as gdbserver's are. main prints them; the options
 * themselves are in options.c.
 */
#include "stub/options.h"
#include "stub/version.h"

static const char help[] =
	"Usage:\tascend-gdbserver [OPTIONS] --core FILE COMM [KERNEL.o]\n"
	"\tascend-gdbserver --translate KERNEL.o -o OUT.o [-f]\n"
	"\tascend-gdbserver [OPTIONS] COMM PROG [ARGS ...]\n"
	"\tascend-gdbserver [OPTIONS] --attach COMM PID\n"
	"\tascend-gdbserver [OPTIONS] --multi COMM\n"
	"\n"
	"COMM is where clients connect: HOST:PORT, :PORT (every interface) or\n"
	"[IPv6-ADDRESS]:PORT to listen for TCP connections, port 0 for a free one;\n"
	"unix:PATH for a Unix socket; '-' or 'stdio' to use stdin/stdout of\n"
	"ascend-gdbserver.\n"
	"FILE is an Ascend AI-core dump.  KERNEL.o is the kernel object to take\n"
	"symbols from when the dump has none.\n"
	"PROG is the executable program.  ARGS are arguments passed to it.\n"
	"PID is the process ID to attach to, when --attach is specified.\n"
	"This version debugs dumps only: it says so when given PROG, --attach, or\n"
	"--multi without --core.\n"
	"\n"
	"Operating modes:\n"
	"\n"
	"  --core FILE           Show an AI-core dump.  The server stays for the\n"
	"                        next client unless --once is given.\n"
	"  --translate KERNEL.o  Write a copy of a kernel object that gdb and lldb\n"
	"                        can read to the file named with -o.\n"
	"  -o OUT.o              Where --translate writes.\n"
	"  -f                    Let --translate replace OUT.o when it exists.\n"
	"  --attach              Attach to running process PID.\n"
	"  --multi               Start server without a specific program, and\n"
	"                        only quit when explicitly commanded.\n"
	"  --once                Exit after the first connection has closed.\n"
	"  --selftest[=FILTER]   Check the built-in tables and then exit.\n"
	"  --help                Print this message and then exit.\n"
	"  --help-config         Print every setting of the config file, with its\n"
	"                        preset and meaning, and then exit.\n"
	"  --version             Display version information and exit.\n"
	"\n"
	"Other options:\n"
	"\n"
	"  --config FILE         Read settings from FILE.  Options on the command\n"
	"                        line go before them.\n"
	"  --insecure-files      Only warn when an input file belongs to another\n"
	"                        user or others may write to it.\n"
	"\n"
	"Debug options:\n"
	"\n"
	"  --log-level N         0: errors, 1: and warnings, 2: and information,\n"
	"                        3: everything.\n"
	"  --packet-log FILE     Record all packets in the form of gdb's\n"
	"                        'set remotelogfile' (at most 64 MiB).\n"
	"  --debug[=OPT1[,OPT2,...]]\n"
	"                        Enable debugging output.\n"
	"                          Options:\n"
	"                            all, threads, event-loop, remote\n"
	"                        With no options, 'threads' is assumed.\n"
	"                        Prefix an option with '-' to disable debugging\n"
	"                        of that component.\n"
	"  --debug-format=OPT1[,OPT2,...]\n"
	"                        Specify extra content in debugging output.\n"
	"                          Options:\n"
	"                            all\n"
	"                            none\n"
	"                            timestamp\n"
	"  --debug-file=PATH     Write debugging output to PATH instead of stderr.\n"
	"  --remote-debug        Enable remote protocol debugging output.\n"
	"  --event-loop-debug    Enable event loop debugging output.\n"
	"\n"
	"Options that take a value take it as --opt=value or --opt value.\n"
	"For more information, see the manual page ascend-gdbserver(1).\n";

void options_help(FILE *out)
{
	fputs(help, out);
}

void options_version(FILE *out)
{
	fputs("ascend-gdbserver " VERSION_TEXT "\n"
	      "A GDB remote server for Ascend AI cores.  MIT license; there is NO WARRANTY.\n",
	      out);
}

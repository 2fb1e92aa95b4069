#ifndef STUB_MONITOR_DOCTOR_H
#define STUB_MONITOR_DOCTOR_H

#include "stub/session.h"

/** `monitor doctor`: what stands between the user and a kernel, with the command that mends it. */
enum target_status monitor_doctor(struct session *s, struct target_text *out);

#endif

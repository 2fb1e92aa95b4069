#ifndef TARGET_SIM_SERVER_PRIV_H
#define TARGET_SIM_SERVER_PRIV_H

#include "target/sim/sim_priv.h"

/** false: errno says why the socket cannot be had. */
bool sim_server_listen(struct sim *s);
/**
 * Until stop_fd is readable, or with `once` the last client left, or the parent has ended and no
 * app is there: one that has not come yet has ORPHAN_MS to come.
 */
void sim_server_run(struct sim *s);

#endif

#ifndef TARGET_SIM_SERVER_PRIV_H
#define TARGET_SIM_SERVER_PRIV_H

#include "target/sim/sim_priv.h"

/** false: errno says why the socket cannot be had. */
bool sim_server_listen(struct sim *s);
/** Until stop_fd is readable or, with `once`, the last client left. */
void sim_server_run(struct sim *s);

#endif

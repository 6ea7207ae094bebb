/* What only the simulated backend can be told. */
#ifndef OURO_IO_SIM_H
#define OURO_IO_SIM_H

#include "io/backend.h"

/* Adds `change` to the number of wakes that other threads are expected to send: +1 when a thread
 * takes over work, -1 when its wake has come. While the number is positive, a wait that may block
 * does so until a wake, and the clock stands still. Does nothing on another backend. */
void ouro__sim_expect_wakes(struct backend *backend, int change);

#endif

/* The detail of the last failure: of the task that runs, or of the thread outside a task. */
#ifndef OURO_LOOP_DETAIL_H
#define OURO_LOOP_DETAIL_H

#include "base/error_detail.h"

/* Makes `record` (a reference that is taken over; NULL: nothing is known) the last failure. */
void ouro__failure_set(struct error_record *record);

/* Returns `status`, a failure of which the code says all: what is known of an older one with the
 * same code must not be taken for it. */
int ouro__failure_plain(int status);

/* Forgets the thread's last failure outside a task. */
void ouro__failure_forget(void);

/* Takes the last failure away and returns it, or NULL: what is known afterwards is new. */
struct error_record *ouro__failure_reset(void);

/* Returns a reference to the last failure if that has this status, else NULL. */
struct error_record *ouro__failure_take(int status);

/* Returns the detail of the last failure, borrowed, if that has this status: an older one says
 * nothing of a callback that has failed without a detail. Else NULL. */
const ouro_error *ouro__failure_detail(int status);

/* Makes the record that carries the message of a cancel; NULL for no message. */
struct error_record *ouro__cancel_message(const char *message);

#endif

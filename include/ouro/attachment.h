/* Attachments: what another library keeps for a loop, and ends together with it.
 *
 *     struct client {
 *         ouro_attachment attachment;
 *         ...
 *     };
 *
 *     static void end_client(ouro_attachment *attachment) { ... }      the loop is being closed
 *
 *     ouro_attachment *found = ouro_loop_find_attachment(loop, end_client);
 *     if (found == NULL)
 *         ouro_loop_attach(loop, &client->attachment, end_client);
 *
 * A library on this loop needs two things that a program does not: a place for its state, one for
 * each loop, and a chance to remove its readers and to free its memory when the loop is closed
 * before the library was told. An attachment is both. It lies in the caller's memory, in front of
 * or inside what it stands for.
 */
#ifndef OURO_ATTACHMENT_H
#define OURO_ATTACHMENT_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ouro_attachment;

/* The loop is being closed: none of its callbacks runs any more, its tasks and their frames are
 * gone, and handles and timers that were scheduled are as if cancelled. What the library has on the
 * loop must go now: its readers and writers are removed, futures given back, memory freed. The
 * attachment has been detached already, and its memory may be freed too. Nothing new may be
 * scheduled on the loop. */
typedef void ouro_attachment_end(struct ouro_attachment *attachment);

/* The fields are private; all zero is an attachment that is not attached. */
typedef struct ouro_attachment {
    ouro_link link_;
    ouro_attachment_end *end_;
} ouro_attachment;

/* Attaches: `end` is called once, by ouro_loop_close, newest attachments first. `attachment` must
 * stay where it is until that, or until it is detached. It must not be attached already. */
OURO_API void ouro_loop_attach(ouro_loop *loop, ouro_attachment *attachment,
                               ouro_attachment_end *end);

/* Returns the newest attachment of the loop with this `end`, by which a library finds its own;
 * NULL if there is none. */
OURO_API ouro_attachment *ouro_loop_find_attachment(const ouro_loop *loop,
                                                    ouro_attachment_end *end);

/* Detaches, and `end` will not be called. Does nothing if it is not attached. */
OURO_API void ouro_attachment_detach(ouro_attachment *attachment);

#ifdef __cplusplus
}
#endif

#endif

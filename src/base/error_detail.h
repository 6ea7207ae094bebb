/* The memory behind `ouro_error`: reference-counted records, and groups of them.
 *
 * Making a record never fails. When there is no memory for one, a static record takes its place: it
 * has the status and the status's text, says that there was no memory for more, and has no
 * operation and no members. A status that is in no table has the static record of ENOMEM.
 *
 * References are plain numbers: a record belongs to one thread.
 */
#ifndef OURO_BASE_ERROR_DETAIL_H
#define OURO_BASE_ERROR_DETAIL_H

#include "ouro/error.h"

struct error_record;

/* A member of a group to be made. */
struct error_member {
    int status;                  /* used when there is no record */
    struct error_record *record; /* or NULL: nothing is known but the status */
    const char *task_name;       /* the task that failed, or NULL */
    const ouro_error *error;     /* or this instead of a record: shown as it is, and kept alive */
};

/* Makes a record. `operation` is static or NULL; `text` is copied, and NULL stands for the status's
 * own text. Never returns NULL. */
struct error_record *ouro__error_new(int status, const char *operation, const char *text);

/* Makes a record with `count` members, in their order. Takes references of its own to the members'
 * records and copies the names. Never returns NULL. */
struct error_record *ouro__error_group(int status, const char *operation, const char *text,
                                       const struct error_member *members, size_t count);

/* Makes a record of a failure that `cause`, which may be NULL, has led to. Never returns NULL. */
struct error_record *ouro__error_caused(const ouro_error *cause, int status, const char *operation,
                                        const char *text);

/* Makes a group like `like`, with another status and other members. Never returns NULL. */
struct error_record *ouro__error_derived(const ouro_error *like, int status,
                                         const struct error_member *members, size_t count);

/* Returns the record that keeps an error alive: its own, or that of the group it is a member of.
 * NULL of NULL. */
struct error_record *ouro__error_owner(const ouro_error *error);

/* Returns a reference to a record whose view is `error`: its own where it has one. Never NULL. */
struct error_record *ouro__error_record(const ouro_error *error);

/* Takes one more reference. Returns `record`, which may be NULL. */
struct error_record *ouro__error_ref(struct error_record *record);

/* Gives a reference back. NULL is allowed. */
void ouro__error_unref(struct error_record *record);

/* What the user sees of a record; NULL of NULL. Valid as long as the record. */
const ouro_error *ouro__error_view(const struct error_record *record);

/* The record's text; NULL of NULL. */
const char *ouro__error_text(const struct error_record *record);

#endif

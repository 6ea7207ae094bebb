/* The memory behind `ouro_error`.
 *
 *     [ record | pointers to views | views | records that are kept | text | names ]    one block
 *
 * The views of a group's members are copies: a member's task is known to the group only, and the
 * record of the failure may be shared with others.
 */
#include "base/error_detail.h"

#include "base/alloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct error_record {
    ouro_error error;
    unsigned references;            /* 0: static */
    struct error_record **members;  /* error_count of them, and the cause's; each may be NULL */
    struct error_record *next_dead; /* while it is freed */
};

/* The static records: the system's codes, the library's codes, and one for the rest. */
enum {
    SYSTEM_CODE_MAX = EHWPOISON,
    OWN_CODE_FIRST = 4097,
#define COUNT_OWN(name_, code_, text_) +1
    OWN_CODE_COUNT = 0 OURO_ERROR_MAP(COUNT_OWN),
    OTHER_CODE = SYSTEM_CODE_MAX + 1 + OWN_CODE_COUNT,
    STATIC_RECORDS,
};

static struct static_record {
    struct error_record record;
    char text[96];
} static_records[STATIC_RECORDS];

static void make_static_records(void)
{
    for (int i = 0; i < STATIC_RECORDS; i++) {
        struct static_record *entry = &static_records[i];
        int code = i <= SYSTEM_CODE_MAX ? i : OWN_CODE_FIRST + (i - SYSTEM_CODE_MAX - 1);

        if (i == OTHER_CODE)
            code = ENOMEM;
        snprintf(entry->text, sizeof(entry->text), "%s (there was no memory for the detail)",
                 ouro_strerror(-code));
        entry->record.error = (ouro_error) {
            .status = -code,
            .text = entry->text,
            .owner_ = &entry->record,
        };
    }
}

static struct error_record *static_record(int status)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int place = OTHER_CODE;

    pthread_once(&once, make_static_records);
    if (status <= 0 && status >= -SYSTEM_CODE_MAX)
        place = -status;
    else if (status <= -OWN_CODE_FIRST && status > -OWN_CODE_FIRST - OWN_CODE_COUNT)
        place = SYSTEM_CODE_MAX + 1 + (-status - OWN_CODE_FIRST);
    return &static_records[place].record;
}

/* Copies a string to `*place`, which moves behind it. */
static const char *store_string(char **place, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*place, text, size);

    *place += size;
    return copy;
}

static void make_view(ouro_error *view, const struct error_member *member, char **strings,
                      const struct error_record *owner)
{
    if (member->error)
        *view = *member->error;
    else if (member->record)
        *view = member->record->error;
    else
        *view = (ouro_error) { .status = member->status, .text = ouro_strerror(member->status) };
    if (member->task_name)
        view->task_name = store_string(strings, member->task_name);
    view->owner_ = owner;
}

static struct error_record *make_record(const ouro_error *head, const struct error_member *members,
                                        size_t count)
{
    const char *text = head->text;
    const char *task_name = head->task_name;
    int status = head->status;
    const size_t size_of_member = sizeof(const ouro_error *) + sizeof(ouro_error) +
                                  sizeof(struct error_record *);
    size_t string_bytes = (text ? strlen(text) + 1 : 0) + (task_name ? strlen(task_name) + 1 : 0);

    for (size_t i = 0; i < count; i++)
        string_bytes += members[i].task_name ? strlen(members[i].task_name) + 1 : 0;

    struct error_record *record = ouro__alloc(sizeof(*record) + count * size_of_member +
                                              sizeof(struct error_record *) + string_bytes);

    if (!record)
        return static_record(status);

    const ouro_error **pointers = (const ouro_error **) (void *) (record + 1);
    ouro_error *views = (ouro_error *) (void *) (pointers + count);
    struct error_record **records = (struct error_record **) (void *) (views + count);
    char *strings = (char *) (records + count + 1);

    *record = (struct error_record) {
        .error = {
            .status = status,
            .operation = head->operation,
            .text = text ? store_string(&strings, text) : ouro_strerror(status),
            .task_name = task_name ? store_string(&strings, task_name) : NULL,
            .error_count = count,
            .errors = count ? pointers : NULL,
            .cause = head->cause,
            .owner_ = record,
        },
        .references = 1,
        .members = records,
    };
    for (size_t i = 0; i < count; i++) {
        make_view(&views[i], &members[i], &strings, record);
        pointers[i] = &views[i];
        records[i] = ouro__error_ref(members[i].error ? ouro__error_owner(members[i].error)
                                                      : members[i].record);
    }
    records[count] = ouro__error_ref(ouro__error_owner(head->cause));
    return record;
}

struct error_record *ouro__error_new(int status, const char *operation, const char *text)
{
    return ouro__error_caused(NULL, status, operation, text);
}

struct error_record *ouro__error_caused(const ouro_error *cause, int status, const char *operation,
                                        const char *text)
{
    const ouro_error head = {
        .status = status, .operation = operation, .text = text, .cause = cause
    };

    return make_record(&head, NULL, 0);
}

struct error_record *ouro__error_group(int status, const char *operation, const char *text,
                                       const struct error_member *members, size_t count)
{
    const ouro_error head = { .status = status, .operation = operation, .text = text };

    return make_record(&head, members, count);
}

struct error_record *ouro__error_derived(const ouro_error *like, int status,
                                         const struct error_member *members, size_t count)
{
    ouro_error head = *like;

    head.status = status;
    return make_record(&head, members, count);
}

struct error_record *ouro__error_owner(const ouro_error *error)
{
    return error ? (struct error_record *) (uintptr_t) error->owner_ : NULL;
}

struct error_record *ouro__error_record(const ouro_error *error)
{
    struct error_record *owner = ouro__error_owner(error);
    struct error_member *members;
    struct error_record *record;

    if (owner && &owner->error == error)
        return ouro__error_ref(owner);
    /* A member of a group: a record of its own, with the same members. */
    members = error->error_count ? ouro__alloc_zero(error->error_count * sizeof(*members)) : NULL;
    if (error->error_count && !members)
        return static_record(error->status);
    for (size_t i = 0; i < error->error_count; i++)
        members[i].error = error->errors[i];
    record = make_record(error, members, error->error_count);
    ouro__alloc_free(members);
    return record;
}

struct error_record *ouro__error_ref(struct error_record *record)
{
    if (record && record->references > 0)
        record->references++;
    return record;
}

void ouro__error_unref(struct error_record *record)
{
    struct error_record *dead = NULL;

    if (!record || record->references == 0 || --record->references > 0)
        return;

    /* A list and no recursion: errors may be nested as deep as tasks are. */
    record->next_dead = NULL;
    dead = record;
    while (dead) {
        record = dead;
        dead = record->next_dead;
        for (size_t i = 0; i <= record->error.error_count; i++) {
            struct error_record *member = record->members[i];

            if (member && member->references > 0 && --member->references == 0) {
                member->next_dead = dead;
                dead = member;
            }
        }
        ouro__alloc_free(record);
    }
}

const ouro_error *ouro__error_view(const struct error_record *record)
{
    return record ? &record->error : NULL;
}

const char *ouro__error_text(const struct error_record *record)
{
    return record ? record->error.text : NULL;
}

/* Errors that users keep, and groups of them: made, parted, looked into. */
#include "base/alloc.h"
#include "base/error_detail.h"

/* Levels of nesting that are followed, each a call deep; a group below is taken for a leaf. */
#define NESTING_MAX 64

const ouro_error *ouro_error_ref(const ouro_error *error)
{
    (void) ouro__error_ref(ouro__error_owner(error));
    return error;
}

const ouro_error *ouro_error_unref(const ouro_error *error)
{
    ouro__error_unref(ouro__error_owner(error));
    return NULL;
}

const ouro_error *ouro_error_group(int status, const char *operation, const char *text,
                                   const ouro_error *const *members, size_t count)
{
    struct error_member *copies = NULL;
    struct error_record *record;
    size_t kept = 0;

    if (members != NULL && count > 0)
        copies = ouro__alloc_zero(count * sizeof *copies);
    for (size_t i = 0; i < count && copies != NULL; i++) {
        if (members[i] == NULL)
            continue;
        copies[kept++].error = members[i];
        if (status == 0)
            status = members[i]->status;
    }
    record = ouro__error_group(status, operation, text, copies, kept);
    ouro__alloc_free(copies);
    return ouro__error_view(record);
}

/* What a leaf is held against: a code, or the user's function. */
struct choice {
    int status;
    ouro_error_predicate *predicate;
    void *arg;
};

static bool is_chosen(const struct choice *choice, const ouro_error *leaf)
{
    if (choice->predicate != NULL)
        return choice->predicate(leaf, choice->arg);
    return leaf->status == choice->status;
}

static bool is_leaf(const ouro_error *error, unsigned depth)
{
    return error->error_count == 0 || depth == NESTING_MAX;
}

/* One part of a group, from the parts of its members, of which some are NULL. */
static const ouro_error *derive(const ouro_error *group, const ouro_error *const *parts)
{
    struct error_member *members = ouro__alloc_zero(group->error_count * sizeof *members);
    const ouro_error *first = NULL;
    struct error_record *record;
    size_t kept = 0;

    for (size_t i = 0; i < group->error_count; i++) {
        if (parts[i] == NULL)
            continue;
        if (first == NULL)
            first = parts[i];
        if (members != NULL)
            members[kept++] = (struct error_member) {
                .error = parts[i],
                .task_name = parts[i]->task_name,
            };
    }
    record = first != NULL ? ouro__error_derived(group, first->status, members, kept) : NULL;
    ouro__alloc_free(members);
    return ouro__error_view(record);
}

/* Returns the part of `error` that is chosen, or that is not: a reference, or NULL for nothing. */
static const ouro_error *part_of(const ouro_error *error, const struct choice *choice, bool chosen,
                                 unsigned depth)
{
    const ouro_error **parts;
    const ouro_error *part;
    bool is_whole = true;

    if (is_leaf(error, depth))
        return is_chosen(choice, error) == chosen ? ouro_error_ref(error) : NULL;
    parts = ouro__alloc_zero(error->error_count * sizeof *parts);
    if (parts == NULL)
        return ouro__error_view(ouro__error_new(error->status, NULL, NULL));
    for (size_t i = 0; i < error->error_count; i++) {
        parts[i] = part_of(error->errors[i], choice, chosen, depth + 1);
        is_whole = is_whole && parts[i] == error->errors[i];
    }
    part = is_whole ? ouro_error_ref(error) : NULL;
    if (!is_whole)
        part = derive(error, parts);
    for (size_t i = 0; i < error->error_count; i++)
        ouro_error_unref(parts[i]);
    ouro__alloc_free(parts);
    return part;
}

static void split(const ouro_error *error, const struct choice *choice,
                  const ouro_error **ret_match, const ouro_error **ret_rest)
{
    if (ret_match != NULL)
        *ret_match = error != NULL ? part_of(error, choice, true, 0) : NULL;
    if (ret_rest != NULL)
        *ret_rest = error != NULL ? part_of(error, choice, false, 0) : NULL;
}

void ouro_error_split(const ouro_error *error, int status, const ouro_error **ret_match,
                      const ouro_error **ret_rest)
{
    const struct choice choice = { .status = status };

    split(error, &choice, ret_match, ret_rest);
}

void ouro_error_split_if(const ouro_error *error, ouro_error_predicate *predicate, void *arg,
                         const ouro_error **ret_match, const ouro_error **ret_rest)
{
    const struct choice choice = { .predicate = predicate, .arg = arg };

    split(error, &choice, ret_match, ret_rest);
}

const ouro_error *ouro_error_subgroup(const ouro_error *error, int status)
{
    const ouro_error *match;

    ouro_error_split(error, status, &match, NULL);
    return match;
}

const ouro_error *ouro_error_subgroup_if(const ouro_error *error, ouro_error_predicate *predicate,
                                         void *arg)
{
    const ouro_error *match;

    ouro_error_split_if(error, predicate, arg, &match, NULL);
    return match;
}

/* Where leaves are written to, as far as there is room. */
struct leaves {
    const ouro_error **places;
    size_t capacity;
    size_t count;
};

static void collect(struct leaves *leaves, const ouro_error *error, unsigned depth)
{
    if (is_leaf(error, depth)) {
        if (leaves->count < leaves->capacity)
            leaves->places[leaves->count] = error;
        leaves->count++;
        return;
    }
    for (size_t i = 0; i < error->error_count; i++)
        collect(leaves, error->errors[i], depth + 1);
}

size_t ouro_error_leaves(const ouro_error *error, const ouro_error **ret_leaves, size_t capacity)
{
    struct leaves leaves = { .places = ret_leaves, .capacity = capacity };

    if (error != NULL)
        collect(&leaves, error, 0);
    return leaves.count;
}

static bool contains(const ouro_error *error, int status, unsigned depth)
{
    if (is_leaf(error, depth))
        return error->status == status;
    for (size_t i = 0; i < error->error_count; i++)
        if (contains(error->errors[i], status, depth + 1))
            return true;
    return false;
}

bool ouro_error_contains(const ouro_error *error, int status)
{
    return error != NULL && contains(error, status, 0);
}

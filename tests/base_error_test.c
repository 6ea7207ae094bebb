/* Names and texts of errors, their records, and how they are printed. */
#define _GNU_SOURCE 1

#include "base/error_detail.h"

#include "base/alloc.h"
#include "base/bounds.h"
#include "harness/test.h"
#include "loop/detail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

TEST(every_code_has_its_name)
{
    CHECK_STR(ouro_errname(0), "OK");
    CHECK_STR(ouro_errname(17), "OK");
    CHECK_STR(ouro_errname(-ECANCELED), "ECANCELED");
    CHECK_STR(ouro_errname(-EPERM), "EPERM");
    CHECK_STR(ouro_errname(-EHWPOISON), "EHWPOISON");
    CHECK_STR(ouro_errname(-EWOULDBLOCK), "EAGAIN");
    CHECK_STR(ouro_errname(OURO_EINCOMPLETE), "OURO_EINCOMPLETE");
    CHECK_STR(ouro_errname(-4000), "EUNKNOWN");
    CHECK_STR(ouro_errname(-1000000), "EUNKNOWN");
    CHECK_STR(ouro_errname(OURO_EFOREIGN), "OURO_EFOREIGN");
    CHECK_STR(ouro_errname(OURO_EFOREIGN - 7), "OURO_EFOREIGN");
    CHECK_STR(ouro_errname(OURO_EFOREIGN + 1), "EUNKNOWN");
    CHECK_STR(ouro_errname(INT32_MIN), "EUNKNOWN");
#define CHECK_OWN(name_, code_, text_)                                                             \
    CHECK_STR(ouro_errname(code_), #name_);                                                        \
    CHECK_STR(ouro_strerror(code_), text_);
    OURO_ERROR_MAP(CHECK_OWN)
}

#ifdef __GLIBC__
TEST(names_agree_with_the_system)
{
    for (int code = 1; code < 200; code++) {
        const char *name = strerrorname_np(code);

        CHECK_STR(ouro_errname(-code), name ? name : "EUNKNOWN");
        CHECK_STR(ouro_strerror(-code), name ? strerrordesc_np(code) : "Unknown error");
    }
}
#endif

TEST(text_of_an_unknown_code_is_not_null)
{
    CHECK_STR(ouro_strerror(5), "Success");
    CHECK_STR(ouro_strerror(-4095), "Unknown error");
    CHECK_STR(ouro_strerror(-99999), "Unknown error");
    CHECK_STR(ouro_strerror(OURO_EFOREIGN),
              "an error of another library, which the detail explains");
    CHECK_STR(ouro_strerror(INT32_MIN), "Unknown error");
}

TEST(record_copies_its_text)
{
    char text[] = "to 127.0.0.1";
    struct error_record *record = ouro__error_new(-ECONNREFUSED, "connect", text);
    const ouro_error *error = ouro__error_view(record);

    text[0] = 'X';
    CHECK_INT(error->status, -ECONNREFUSED);
    CHECK_STR(error->operation, "connect");
    CHECK_STR(error->text, "to 127.0.0.1");
    CHECK_STR(ouro__error_text(record), "to 127.0.0.1");
    CHECK_PTR(error->task_name, NULL);
    CHECK_INT(error->error_count, 0);
    ouro__error_unref(record);
}

TEST(record_without_text_has_that_of_its_status)
{
    struct error_record *record = ouro__error_new(OURO_EHOST, NULL, NULL);

    CHECK_STR(ouro__error_text(record), ouro_strerror(OURO_EHOST));
    ouro__error_unref(record);
}

TEST(nothing_is_a_record_too)
{
    CHECK_PTR(ouro__error_ref(NULL), NULL);
    CHECK_PTR(ouro__error_view(NULL), NULL);
    CHECK_PTR(ouro__error_text(NULL), NULL);
    ouro__error_unref(NULL);
}

TEST(record_lives_until_its_last_reference)
{
    struct error_record *record = ouro__error_new(-EIO, NULL, "text");

    CHECK_PTR(ouro__error_ref(record), record);
    ouro__error_unref(record);
    CHECK_STR(ouro__error_text(record), "text");
    CHECK_INT(ouro__alloc_live(), 1);
    ouro__error_unref(record);
    CHECK_INT(ouro__alloc_live(), 0);
}

TEST(group_keeps_its_members)
{
    struct error_record *failure = ouro__error_new(-EIO, "read", "disk");
    char name[] = "first";
    struct error_member members[] = {
        { .record = failure, .task_name = name },
        { .status = -ETIMEDOUT, .task_name = "second" },
        { .record = failure },
    };
    struct error_record *group = ouro__error_group(-EIO, "task group", "3 failed", members, 3);
    const ouro_error *error = ouro__error_view(group);

    ouro__error_unref(failure);
    name[0] = 'X';
    CHECK_INT(error->error_count, 3);
    CHECK_STR(error->text, "3 failed");
    CHECK_STR(error->errors[0]->task_name, "first");
    CHECK_STR(error->errors[0]->text, "disk");
    CHECK_INT(error->errors[1]->status, -ETIMEDOUT);
    CHECK_STR(error->errors[1]->text, ouro_strerror(-ETIMEDOUT));
    CHECK_STR(error->errors[1]->task_name, "second");
    CHECK_PTR(error->errors[2]->task_name, NULL);
    CHECK_STR(error->errors[2]->operation, "read");
    ouro__error_unref(group);
}

/* Each is the only member of the next. A free that recursed would overflow the stack. */
TEST(chain_of_groups_is_freed)
{
    struct error_record *record = ouro__error_new(-EIO, NULL, "innermost");

    for (int i = 0; i < 200000; i++) {
        struct error_member member = { .record = record };

        record = ouro__error_group(-EIO, NULL, "group", &member, 1);
        ouro__error_unref(member.record);
    }
    ouro__error_unref(record);
}

TEST(static_record_stands_in_when_there_is_no_memory)
{
    static const int codes[] = { -ECONNREFUSED, -EHWPOISON, OURO_EINVALIDSTATE, OURO_EHOST };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        ouro__alloc_fail_at(1);

        struct error_record *record = ouro__error_new(codes[i], "operation", "text");

        CHECK_INT(ouro__error_view(record)->status, codes[i]);
        CHECK(strstr(ouro__error_text(record), ouro_strerror(codes[i])));
        CHECK(strstr(ouro__error_text(record), "no memory"));
        CHECK_PTR(ouro__error_view(record)->operation, NULL);

        /* It may be a member of a group, and referenced as often as any. */
        struct error_member member = { .record = record, .task_name = "task" };
        struct error_record *group = ouro__error_group(codes[i], NULL, NULL, &member, 1);

        for (int k = 0; k < 10; k++)
            ouro__error_unref(record);
        CHECK_STR(ouro__error_view(group)->errors[0]->text, ouro__error_text(record));
        ouro__error_unref(group);
    }
    ouro__alloc_fail_at(1);
    CHECK_INT(ouro__error_view(ouro__error_new(-99999, NULL, "text"))->status, -ENOMEM);
    ouro__alloc_fail_at(1);
    CHECK_INT(ouro__error_view(ouro__error_new(-200, NULL, "text"))->status, -ENOMEM);
}

TEST_ALLOCATION_FAILURES(making_records_never_fails)
{
    struct error_record *first = ouro__error_new(-EIO, "read", "first");
    struct error_member members[] = { { .record = first }, { .status = -EPERM } };
    struct error_record *group = ouro__error_group(-EIO, "group", NULL, members, 2);
    struct error_member member = { .record = group, .task_name = "outer" };
    struct error_record *outer = ouro__error_group(-EIO, "outer", "text", &member, 1);

    ouro__error_unref(first);
    ouro__error_unref(group);
    CHECK_INT(ouro__error_view(outer)->status, -EIO);
    ouro__error_unref(outer);
}

static char text[4096];

static const char *format(const ouro_error *error)
{
    int len = ouro_error_format(error, text, sizeof(text));

    CHECK_INT(len, strlen(text));
    return text;
}

TEST(error_is_printed_as_a_line)
{
    ouro_error error = { .status = -ECONNREFUSED, .operation = "connect", .text = "port 80" };

    CHECK_STR(format(&error), "ECONNREFUSED: connect: port 80");
    error.operation = NULL;
    error.task_name = "worker";
    CHECK_STR(format(&error), "task \"worker\": ECONNREFUSED: port 80");
    CHECK_STR(format(NULL), "");
}

TEST(group_is_printed_as_a_tree)
{
    const ouro_error leaf = { .status = -EIO, .text = "leaf\nsecond line" };
    const ouro_error *const leaves[] = { &leaf, &leaf };
    const ouro_error inner = {
        .status = -EIO, .text = "inner", .errors = leaves, .error_count = 2
    };
    const ouro_error *const members[] = { &inner, &leaf };
    const ouro_error outer = {
        .status = -EIO, .text = "outer", .errors = members, .error_count = 2
    };

    CHECK(ERROR_TREE_DEPTH_MAX >= 2);
    CHECK_STR(format(&outer), "EIO: outer\n"
                              "  EIO: inner\n"
                              "    EIO: leaf\n"
                              "    second line\n"
                              "    EIO: leaf\n"
                              "    second line\n"
                              "  EIO: leaf\n"
                              "  second line");
}

TEST(deep_tree_is_cut_and_says_so)
{
    enum { DEPTH = ERROR_TREE_DEPTH_MAX + 3 };
    ouro_error errors[DEPTH];
    const ouro_error *members[DEPTH];

    for (int i = DEPTH - 1; i >= 0; i--) {
        errors[i] = (ouro_error) { .status = -EIO, .text = "level" };
        members[i] = &errors[i];
        if (i + 1 < DEPTH) {
            errors[i].errors = &members[i + 1];
            errors[i].error_count = 1;
        }
    }
    format(&errors[0]);

    size_t lines = 1;

    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    CHECK_INT(lines, ERROR_TREE_DEPTH_MAX + 2);
    CHECK(strstr(text, "(1 more error)"));
}

TEST(printing_is_cut_at_the_size)
{
    const ouro_error error = { .status = -EIO, .text = "0123456789" };
    char small[8];

    memset(small, 'x', sizeof(small));
    CHECK_INT(ouro_error_format(&error, small, 6), 15);
    CHECK_BYTES(small, 8, "EIO: \0xx", 8);
    CHECK_INT(ouro_error_format(&error, small, 1), 15);
    CHECK_INT(small[0], 0);
    CHECK_INT(ouro_error_format(&error, NULL, 0), 15);
    CHECK_INT(ouro_error_format(NULL, small, 8), 0);
}

/* A group in a group: [EPIPE, [EIO, EPIPE], EIO]. */
static const ouro_error *make_tree(void)
{
    const ouro_error *pipe = ouro__error_view(ouro__error_new(-EPIPE, "write", "peer is gone"));
    const ouro_error *disk = ouro__error_view(ouro__error_new(-EIO, "read", "disk is gone"));
    const ouro_error *inner = ouro_error_group(0, "inner", "two",
                                               (const ouro_error *[]) { disk, pipe }, 2);
    const ouro_error *outer = ouro_error_group(0, "outer", "three",
                                               (const ouro_error *[]) { pipe, inner, disk }, 3);

    ouro_error_unref(pipe);
    ouro_error_unref(disk);
    ouro_error_unref(inner);
    return outer;
}

static void check_text(const ouro_error *error, const char *expected)
{
    char formatted[1024];

    ouro_error_format(error, formatted, sizeof formatted);
    CHECK_STR(formatted, expected);
}

TEST(group_is_split_with_its_tree)
{
    const ouro_error *tree = make_tree();
    const ouro_error *match;
    const ouro_error *rest;

    CHECK_INT(tree->status, -EPIPE);
    ouro_error_split(tree, -EPIPE, &match, &rest);
    check_text(match, "EPIPE: outer: three\n"
                      "  EPIPE: write: peer is gone\n"
                      "  EPIPE: inner: two\n"
                      "    EPIPE: write: peer is gone");
    ouro_error_unref(tree);
    check_text(rest, "EIO: outer: three\n"
                     "  EIO: inner: two\n"
                     "    EIO: read: disk is gone\n"
                     "  EIO: read: disk is gone");
    ouro_error_unref(match);
    ouro_error_unref(rest);
}

static bool is_from_disk(const ouro_error *error, void *arg)
{
    CHECK_INT(error->error_count, 0);
    return error->status == -EIO && arg != NULL;
}

TEST(part_of_a_group_is_the_whole_or_nothing)
{
    const ouro_error *tree = make_tree();
    const ouro_error *match;
    const ouro_error *rest;
    const ouro_error *again;

    CHECK_PTR(ouro_error_subgroup(tree, -EBADF), NULL);
    CHECK_PTR(ouro_error_subgroup_if(tree, is_from_disk, NULL), NULL);
    match = ouro_error_subgroup_if(tree, is_from_disk, &match);
    ouro_error_split(match, -EIO, &again, &rest);
    CHECK_PTR(again, match);
    CHECK_PTR(rest, NULL);
    ouro_error_unref(again);
    ouro_error_split(match->errors[1], -EIO, &again, &rest); /* a leaf */
    CHECK_PTR(again, match->errors[1]);
    CHECK_PTR(rest, NULL);
    ouro_error_unref(match); /* which the leaf keeps alive */
    CHECK_STR(again->text, "disk is gone");
    ouro_error_unref(again);
    ouro_error_unref(tree);
    ouro_error_split(NULL, -EIO, &match, &rest);
    CHECK_PTR(match, NULL);
    CHECK_PTR(rest, NULL);
    CHECK_PTR(ouro_error_ref(NULL), NULL);
    CHECK_PTR(ouro_error_unref(NULL), NULL);
}

TEST(leaves_come_depth_first)
{
    const ouro_error *tree = make_tree();
    const ouro_error *leaves[4];

    CHECK_INT(ouro_error_leaves(tree, leaves, 1), 4);
    CHECK_INT(ouro_error_leaves(tree, leaves, 4), 4);
    CHECK_INT(leaves[0]->status, -EPIPE);
    CHECK_INT(leaves[1]->status, -EIO);
    CHECK_INT(leaves[2]->status, -EPIPE);
    CHECK_INT(leaves[3]->status, -EIO);
    CHECK_INT(ouro_error_leaves(NULL, leaves, 4), 0);
    CHECK(ouro_error_contains(tree, -EIO));
    CHECK(!ouro_error_contains(tree, -EBADF));
    CHECK(!ouro_error_contains(NULL, -EIO));
    ouro_error_unref(tree);
}

TEST(empty_group_has_no_members)
{
    const ouro_error *group = ouro_error_group(-EIO, NULL, NULL, NULL, 3);
    const ouro_error *null_member[] = { NULL };

    CHECK_INT(group->error_count, 0);
    CHECK_STR(group->text, ouro_strerror(-EIO));
    ouro_error_unref(group);
    group = ouro_error_group(-EIO, NULL, "text", null_member, 1);
    CHECK_INT(group->error_count, 0);
    ouro_error_unref(group);
}

TEST(cause_is_kept_and_told)
{
    const ouro_error *tree = make_tree();
    int status = ouro_error_set_from(tree, OURO_EHOST, "fetch", "no answer from %s", "a");
    const ouro_error *kept = ouro_error_keep(status);

    ouro_error_unref(tree);
    CHECK_INT(ouro_error_set(-EBADF, "close", "later"), -EBADF);
    CHECK_PTR(ouro_error_detail()->cause, NULL);
    CHECK_INT(ouro_error_raise(kept), OURO_EHOST);
    CHECK_PTR(ouro_error_detail(), kept);
    ouro_error_unref(kept);
    CHECK_STR(ouro_error_text(OURO_EHOST), "no answer from a");
#if ERROR_TREE_DEPTH_MAX > 2
    check_text(ouro_error_detail(), "OURO_EHOST: fetch: no answer from a\n"
                                    "  caused by EPIPE: outer: three\n"
                                    "    EPIPE: write: peer is gone\n"
                                    "    EIO: inner: two\n"
                                    "      EIO: read: disk is gone\n"
                                    "      EPIPE: write: peer is gone\n"
                                    "    EIO: read: disk is gone");
#endif
    /* A member becomes the failure: the group that it was borrowed from may go. */
    CHECK_INT(ouro_error_raise(ouro_error_detail()->cause->errors[1]), -EIO);
    CHECK_STR(ouro_error_detail()->text, "two");
    CHECK_INT(ouro_error_detail()->error_count, 2);
    CHECK_INT(ouro_error_raise(NULL), 0);
    CHECK_INT(ouro_error_set(-EBADF, NULL, "last"), -EBADF);
    kept = ouro_error_keep(-EPERM); /* not the last failure */
    CHECK_STR(kept->text, ouro_strerror(-EPERM));
    ouro_error_unref(kept);
    CHECK_PTR(ouro_error_keep(3), NULL);
    ouro__failure_forget();
}

/* Without memory there is less to tell, but never nothing and never another code. */
TEST_ALLOCATION_FAILURES(parts_stand_in_without_memory)
{
    const ouro_error *tree = make_tree();
    const ouro_error *match;
    const ouro_error *rest;

    ouro_error_split(tree, -EPIPE, &match, &rest);
    CHECK(match != NULL || rest != NULL);
    if (match != NULL && !test_fault_fired())
        CHECK_INT(match->status, -EPIPE);
    if (rest != NULL)
        CHECK(*rest->text != '\0');
    CHECK(ouro_error_raise(tree) == tree->status);
    ouro_error_unref(match);
    ouro_error_unref(rest);
    ouro_error_unref(tree);
    ouro__failure_forget();
}

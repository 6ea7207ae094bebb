/* Messages of the library, and what an assertion prints. */
#define _GNU_SOURCE 1

#include "base/log.h"

#include "base/alloc.h"
#include "base/list.h"
#include "harness/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct record {
    int calls;
    ouro_log_level level;
    char text[2048];
};

static void keep(ouro_log_level level, const char *text, void *arg)
{
    struct record *record = arg;

    record->calls++;
    record->level = level;
    strncpy(record->text, text, sizeof(record->text) - 1);
}

TEST(message_goes_to_stderr)
{
    CHECK_DIES(0, "ouro: answer 42\n")
    {
        ouro__log(LOG_WARNING, "answer %d", 42);
        _exit(1);
    }
}

TEST(handler_takes_messages)
{
    struct record record = { .calls = 0 };

    ouro_set_log_handler(keep, &record);
    errno = EDOM;
    ouro__log(LOG_WARNING, "%s and %s", "this", "that");
    CHECK_INT(errno, EDOM);
    CHECK_INT(record.calls, 1);
    CHECK_INT(record.level, OURO_LOG_WARNING);
    CHECK_STR(record.text, "this and that");
    ouro_set_log_handler(NULL, NULL);
    ouro__log(LOG_DEBUG, "to stderr again");
    CHECK_INT(record.calls, 1);
}

TEST_ALLOCATION_FAILURES(long_message_is_whole_or_cut)
{
    static char longest[1500];
    struct record record = { .calls = 0 };

    memset(longest, 'x', sizeof(longest) - 1);
    ouro_set_log_handler(keep, &record);
    for (size_t len = 505; len < 520; len++) {
        ouro__log(LOG_ERROR, "%.*s", (int) len, longest);
        CHECK(strlen(record.text) == len || (test_fault_fired() && strlen(record.text) == 511));
        memset(record.text, 0, sizeof(record.text));
    }
    ouro_set_log_handler(NULL, NULL);
}

static void log_again(ouro_log_level level, const char *text, void *arg)
{
    int *depth = arg;
    char before[64];

    strncpy(before, text, sizeof(before) - 1);
    before[sizeof(before) - 1] = '\0';
    if (++*depth < 3)
        ouro__log(level, "nested %d", *depth);
    CHECK_BYTES(text, strlen(before), before, strlen(before));
}

TEST(handler_may_log)
{
    int depth = 0;

    ouro_set_log_handler(log_again, &depth);
    ouro__log(LOG_INFO, "outermost");
    CHECK_INT(depth, 3);
    ouro_set_log_handler(NULL, NULL);
}

TEST(failed_assertion_names_condition_and_place)
{
    CHECK_DIES(SIGABRT, "base_log_test.c:")
    {
        ouro_assert(getpid() == 0);
    }
    CHECK_DIES(SIGABRT, "assertion failed: getpid() == 0")
    {
        ouro_assert(getpid() == 0);
    }
}

TEST(failed_assertion_with_a_long_condition_is_cut)
{
    static char condition[2000];

    memset(condition, 'c', sizeof(condition) - 1);
    CHECK_DIES(SIGABRT, "ccc\n")
    {
        ouro__assert_failed(condition, "file.c", 1);
    }
}

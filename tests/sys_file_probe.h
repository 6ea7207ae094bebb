/* For tests of files: a folder of the test's own, and what is in it. */
#ifndef TESTS_SYS_FILE_PROBE_H
#define TESTS_SYS_FILE_PROBE_H

#define _GNU_SOURCE 1

#include "harness/test.h"

#include <ouro.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of the test's own, and a path in it. */
static char folder[64];

__attribute__((unused)) static const char *path_of(const char *name)
{
    static char paths[8][256];
    static unsigned turn;
    char *path = paths[turn++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Counts what is in a folder, with "." and "..". */
__attribute__((unused)) static int count_entries(const char *path)
{
    DIR *all = opendir(path);
    int count = 0;

    CHECK(all != NULL);
    while (readdir(all) != NULL)
        count++;
    closedir(all);
    return count;
}

__attribute__((unused)) static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/ouro-file-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
}

__attribute__((unused)) static void remove_folder(const char *const *names)
{
    for (; *names != NULL; names++)
        (void) unlink(path_of(*names));
    CHECK_INT(rmdir(folder), 0);
}

/* Runs a coroutine in a folder of its own, which may leave the files "a" and "b". */
__attribute__((unused)) static void run_in_folder(ouro_coroutine coroutine)
{
    make_folder();
    CHECK_INT(ouro_run(coroutine), 0);
    remove_folder((const char *const[]) { "a", "b", NULL });
}

__attribute__((unused)) static void write_plainly(const char *name, const void *data, size_t size)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    CHECK(fd >= 0);
    CHECK_INT(write(fd, data, size), size);
    close(fd);
}

__attribute__((unused)) static void check_content(const char *name, const void *data, size_t size)
{
    static char content[1 << 21];
    int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
    ssize_t count;

    CHECK(fd >= 0);
    count = read(fd, content, sizeof content);
    close(fd);
    CHECK(count >= 0);
    CHECK_BYTES(content, (size_t) count, data, size);
}

#define CHECK_CONTENT(name, text) check_content((name), (text), sizeof(text) - 1)
#define CHECK_VIEW(view, text) CHECK_BYTES((view).data, (view).size, (text), sizeof(text) - 1)

__attribute__((unused)) static ouro_bytes bytes_of(const void *data, size_t size)
{
    return (ouro_bytes) { .data = data, .size = size };
}

/* More than the ring takes at once, so that threads are at work too. */
#define LARGE ((size_t) 1 << 20)

__attribute__((unused)) static uint8_t *pattern(void)
{
    static uint8_t content[LARGE];
    size_t i;

    for (i = 0; i < LARGE; i++)
        content[i] = (uint8_t) (i * 7 + i / 251);
    return content;
}

#endif

/* An error as text: a line each for itself and its members, the members indented.
 *
 *     ECONNREFUSED: task group: 2 tasks failed
 *       task "first": ECONNREFUSED: connect: 127.0.0.1 port 80: Connection refused
 *       task "second": OURO_EHOST: getaddrinfo: no host of this name is known
 *         caused by ETIMEDOUT: connect: no answer within 5 s
 */
#include "base/bounds.h"
#include "ouro/error.h"

#include <limits.h>
#include <stdio.h>

/* Writes as far as there is room, and counts on. */
struct writer {
    char *text;
    size_t size;
    size_t len;
    size_t depth; /* of indentation */
};

static void put_byte(struct writer *writer, char byte)
{
    if (writer->len + 1 < writer->size)
        writer->text[writer->len] = byte;
    writer->len++;
}

/* Puts a string; lines after its first are indented like it. */
static void put(struct writer *writer, const char *string)
{
    for (; *string; string++) {
        put_byte(writer, *string);
        for (size_t i = 0; *string == '\n' && i < 2 * writer->depth; i++)
            put_byte(writer, ' ');
    }
}

static void put_error(struct writer *writer, const ouro_error *error)
{
    if (error->task_name) {
        put(writer, "task \"");
        put(writer, error->task_name);
        put(writer, "\": ");
    }
    put(writer, ouro_errname(error->status));
    put(writer, ": ");
    if (error->operation) {
        put(writer, error->operation);
        put(writer, ": ");
    }
    put(writer, error->text);
}

static void put_hidden(struct writer *writer, size_t count)
{
    char text[64];

    snprintf(text, sizeof(text), "\n(%zu more error%s)", count, count == 1 ? "" : "s");
    put(writer, text);
}

/* The cause of an error counts as its first child. */
static size_t count_children(const ouro_error *error)
{
    return error->error_count + (error->cause != NULL);
}

static const ouro_error *put_child(struct writer *writer, const ouro_error *parent, size_t index)
{
    const ouro_error *child = parent->cause;

    put(writer, "\n");
    if (parent->cause == NULL || index > 0)
        child = parent->errors[index - (parent->cause != NULL)];
    else
        put(writer, "caused by ");
    put_error(writer, child);
    return child;
}

static void put_tree(struct writer *writer, const ouro_error *root)
{
    /* Of each error that is open: which child comes next. */
    const ouro_error *open[ERROR_TREE_DEPTH_MAX];
    size_t next[ERROR_TREE_DEPTH_MAX];
    const ouro_error *error = root;

    put_error(writer, root);
    for (;;) {
        size_t count = count_children(error);

        if (count > 0 && writer->depth < ERROR_TREE_DEPTH_MAX) {
            open[writer->depth] = error;
            next[writer->depth] = 0;
            writer->depth++;
        } else if (count > 0) {
            writer->depth++;
            put_hidden(writer, count);
            writer->depth--;
        }
        while (writer->depth > 0 &&
               next[writer->depth - 1] == count_children(open[writer->depth - 1]))
            writer->depth--;
        if (writer->depth == 0)
            return;
        error = put_child(writer, open[writer->depth - 1], next[writer->depth - 1]++);
    }
}

int ouro_error_format(const ouro_error *error, char *text, size_t size)
{
    struct writer writer = { .text = text, .size = size };

    if (error)
        put_tree(&writer, error);
    if (size > 0)
        text[writer.len < size ? writer.len : size - 1] = '\0';
    return writer.len < INT_MAX ? (int) writer.len : INT_MAX;
}

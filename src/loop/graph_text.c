/* Call graphs as text, in the form that asyncio prints:
 *
 *     * task 'fetch'
 *       + Call stack:
 *       |   ouro_sleep() at crawler+0x9a4f
 *       |   fetch() at crawler+0x2361
 *       + Awaited by:
 *          * task 'main'
 */
#include "loop/frames.h"
#include "ouro/graph.h"

/* Deeper than this lines are not indented any further. */
#define INDENT_MAX 100

static void add_title(struct text *text, const ouro_call_graph *entry)
{
    const char *name = ouro_task_get_name(entry->future);

    if (name != NULL)
        text_add(text, "task '%s'", name);
    else
        text_add(text, "%s", entry->future->type->name);
    if (future_is_done(entry->future))
        text_add(text, ", done");
    text_add(text, entry->is_repeated ? " (shown elsewhere)\n" : "\n");
}

/* Adds an entry without those who await it. */
static void add_entry(struct text *text, const ouro_call_graph *entry, int indent)
{
    char prefix[INDENT_MAX + 8];

    text_add(text, "%*s* ", indent, "");
    add_title(text, entry);
    if (entry->stack_size > 0) {
        (void) snprintf(prefix, sizeof prefix, "%*s  |   ", indent, "");
        text_add(text, "%*s  + Call stack:\n", indent, "");
        ouro__text_add_frames(text, prefix, entry->stack, entry->stack_size);
    }
    if (entry->awaited_by != NULL)
        text_add(text, "%*s  + Awaited by:\n", indent, "");
}

/* Adds a whole graph, without recursion: down to the first who awaits, else to the next beside, or
 * beside the nearest entry above that has one. */
static int add_graph(struct text *text, const void *arg)
{
    const ouro_call_graph *entry = arg;
    int depth = 0;

    for (;;) {
        add_entry(text, entry, 5 * depth < INDENT_MAX ? 5 * depth : INDENT_MAX);
        if (entry->awaited_by != NULL) {
            entry = entry->awaited_by;
            depth++;
            continue;
        }
        while (entry != NULL && entry->next == NULL) {
            entry = entry->parent_;
            depth--;
        }
        if (entry == NULL)
            return 0;
        entry = entry->next;
    }
}

int ouro_format_call_graph_with(char *text, size_t size, const ouro_graph_options *options)
{
    struct text whole = { .data = text, .size = size };
    ouro_call_graph *graph = ouro_capture_call_graph_with(options);

    if (graph == NULL)
        return ouro_error_detail()->status;
    (void) add_graph(&whole, graph);
    ouro_call_graph_free(graph);
    return (int) whole.len;
}

int ouro_print_call_graph_with(int fd, const ouro_graph_options *options)
{
    ouro_call_graph *graph = ouro_capture_call_graph_with(options);
    int status;

    if (graph == NULL)
        return ouro_error_detail()->status;
    status = ouro__text_print(fd, add_graph, graph);
    ouro_call_graph_free(graph);
    return status;
}

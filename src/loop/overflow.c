/* Names the task whose stack overflowed. Runs in a signal handler: reads, and writes to stderr. */
#include "loop/overflow.h"

#include "coro/overflow.h"
#include "loop/generator.h"
#include "loop/task.h"

static void describe_task(void *owner, size_t stack_bytes)
{
    const struct task *task = owner;

    (void) stack_bytes;
    if (task == NULL)
        return;
    ouro__overflow_write("task '");
    if (task->name != NULL) {
        ouro__overflow_write(task->name);
    } else {
        ouro__overflow_write("Task-");
        ouro__overflow_write_number(task->id);
    }
    ouro__overflow_write("'");
    if (task->function_name != NULL) {
        ouro__overflow_write(" running ");
        ouro__overflow_write(task->function_name);
    }
    if (task->site != NULL) {
        ouro__overflow_write(" created at ");
        ouro__overflow_write(task->site);
    }
    if (task->generator != NULL) {
        ouro__overflow_write(", in generator ");
        ouro__overflow_write(generator_name(task->generator));
    }
}

int ouro__overflow_watch(void)
{
    ouro__overflow_set_report(describe_task);
    return ouro__overflow_install();
}

void ouro__overflow_unwatch(void)
{
    ouro__overflow_remove();
}

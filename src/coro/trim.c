/* Giving the memory of surplus stacks back, in steps small enough for an event loop's idle moment.
 *
 * A round begins once per period. It goes through three stages, one bounded step per call:
 *   retire   free stacks beyond the watermark leave the free list; their slots become dirty
 *   clean    slabs that are all empty are unmapped, dirty slots of the others lose their memory
 *   survey   free stacks that were used deeply lose what lies below their upper 16 KiB
 * Retiring first lets most of the memory go by whole slabs. A stack that is needed again meanwhile
 * is taken from a dirty slot at no cost.
 */
#include "coro/stack.h"

#include "base/list.h"
#include "coro/stack_slab.h"

enum {
    RETIRE_STEP = 256, /* free stacks per call: each may miss the cache, none makes a system call */
    KEEP_MIN = 16,     /* stacks of a class that are never given back once they exist */
};

static struct stack_slab *slab_of(ouro_link *link)
{
    return container_of(link, struct stack_slab, link);
}

static void slab_move(ouro_link *list, struct stack_slab *slab)
{
    list_remove(&slab->link);
    list_append(list, &slab->link);
}

static void retire_one(struct stack_shelf *shelf)
{
    struct stack *stack = shelf->free;
    struct stack_slab *slab = stack->slab;

    shelf->free = stack->next;
    shelf->free_count--;
    shelf->count--;
    shelf->surplus--;
    if (shelf->free_low > 0)
        shelf->free_low--;
    slab_bit_set(slab->empty, stack->slot);
    slab_bit_set(slab->dirty, stack->slot);
    slab->empty_count++;
    if (slab->dirty_count++ == 0)
        slab_move(&shelf->dirty, slab);
}

static void retire_step(struct stack_shelf *shelf)
{
    for (uint32_t i = 0; i < RETIRE_STEP && shelf->surplus > 0; i++) {
        if (!shelf->free) {
            shelf->surplus = 0;
            return;
        }
        retire_one(shelf);
    }
}

static void clean_step(struct stack_shelf *shelf)
{
    struct stack_slab *slab = slab_of(shelf->dirty.next_);

    list_remove(&slab->link);
    if (slab->empty_count == slab->slots) {
        ouro__stack_slab_free(slab);
        return;
    }
    ouro__stack_slab_clean(slab);
    list_append(&shelf->open, &slab->link);
}

/* Surveys the first slab of a list unless this round has seen it already: surveyed slabs go to the
 * end, so a surveyed one at the head means that the list is done. A slab that changes lists
 * meanwhile may be missed until the next round. */
static bool survey_list(struct stack_shelf *shelf, ouro_link *list)
{
    if (list_is_empty(list) || slab_of(list->next_)->round == shelf->round)
        return false;

    struct stack_slab *slab = slab_of(list->next_);

    ouro__stack_slab_survey(slab);
    slab->round = shelf->round;
    slab_move(list, slab);
    return true;
}

static void survey_step(struct stack_shelf *shelf)
{
    if (!survey_list(shelf, &shelf->full) && !survey_list(shelf, &shelf->open))
        shelf->survey_pending = false;
}

/* Begins a round for one class. The watermark is the peak of the period that ends, but not less
 * than half of what it was, so that a burst which comes every other period finds its stacks. */
static void round_begin(struct stack_shelf *shelf, unsigned class_index)
{
    uint32_t peak = shelf->count - shelf->free_low;
    uint32_t least = class_index <= STACK_CLASS_1M ? KEEP_MIN : 0;

    shelf->keep = peak > shelf->keep / 2 ? peak : shelf->keep / 2;
    least = shelf->keep > least ? shelf->keep : least;
    shelf->surplus = shelf->count > least ? shelf->count - least : 0;

    /* Only a class of which stacks came and went can have deeply used ones. */
    shelf->survey_pending = shelf->free_count != shelf->free_low;
    shelf->free_low = shelf->free_count;
    shelf->round++;
}

/* Does one step for a class. Returns false when there was nothing to do. */
static bool shelf_step(struct stack_shelf *shelf)
{
    if (shelf->surplus > 0)
        retire_step(shelf);
    else if (!list_is_empty(&shelf->dirty))
        clean_step(shelf);
    else if (shelf->survey_pending)
        survey_step(shelf);
    else
        return false;
    return true;
}

bool ouro__stack_pool_trim(struct stack_pool *pool, uint64_t now_ns)
{
    if (now_ns >= pool->period_at) {
        /* The first call only learns what time it is. */
        for (unsigned i = 0; i < STACK_CLASS_COUNT && pool->period_at != 0; i++)
            round_begin(&pool->shelves[i], i);
        pool->period_at = now_ns + pool->options.period_ns;
    }
    for (unsigned i = 0; i < STACK_CLASS_COUNT; i++) {
        if (shelf_step(&pool->shelves[i])) {
            pool->trim_at = 0;
            return true;
        }
    }
    pool->trim_at = pool->period_at;
    return false;
}

/* Coroutines: control and values pass, registers survive, unwinders find their end. */
#include "coro/coro.h"

#include "harness/random.h"
#include "harness/test.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#ifdef OURO_PORTABLE_SWITCH
enum { IS_PORTABLE = 1 };
static const uintptr_t entry_address;
#else
enum { IS_PORTABLE = 0 };
#define entry_address ((uintptr_t) ouro__coro_entry)
#endif

enum { FEW = 8, MANY = 500, TURNS = 1000 };

/* A coroutine of a test: it switches to `back` when it has nothing to do. */
struct actor {
    struct coro coro;
    struct coro *back;
    struct stack *stack;
    int number;
    long turns;
    void *detail;
};

struct stage {
    struct stack_pool pool;
    struct coro self;
};

static void stage_open(struct stage *stage)
{
    CHECK_INT(stack_pool_init(&stage->pool, NULL), 0);
    coro_init_thread(&stage->self);
}

static struct stack *stage_stack(struct stage *stage)
{
    struct stack *stack = stack_pool_take(&stage->pool, STACK_CLASS_DEFAULT);

    if (!stack)
        stack = ouro__stack_pool_grow(&stage->pool, STACK_CLASS_DEFAULT);
    CHECK(stack != NULL);
    return stack;
}

static void actor_enter(struct stage *stage, struct actor *actor, void (*entry)(void *arg))
{
    actor->back = &stage->self;
    actor->stack = stage_stack(stage);
    coro_init(&actor->coro, actor->stack, entry, actor);
}

static void actor_leave(struct stage *stage, struct actor *actor)
{
    coro_done(&actor->coro);
    stack_pool_give(&stage->pool, actor->stack);
}

static void run_once(void *arg)
{
    struct actor *self = arg;

    self->turns++;
    coro_exit(&self->coro, self->back);
}

TEST(entry_gets_its_argument_and_returns_by_exit)
{
    struct stage stage;
    struct actor actor = { .turns = 41 };

    stage_open(&stage);
    actor_enter(&stage, &actor, run_once);
    coro_switch(&stage.self, &actor.coro);
    CHECK_INT(actor.turns, 42);
    actor_leave(&stage, &actor);
    stack_pool_done(&stage.pool);
}

TEST(coroutine_that_never_ran_can_be_dropped)
{
    struct stage stage;
    struct actor actor = { .turns = 0 };

    stage_open(&stage);
    actor_enter(&stage, &actor, run_once);
    actor_leave(&stage, &actor);
    CHECK_INT(actor.turns, 0);
    stack_pool_done(&stage.pool);
}

static void run_turns(void *arg)
{
    struct actor *self = arg;

    for (int i = 0; i < TURNS; i++) {
        self->turns++;
        coro_switch(&self->coro, self->back);
    }
    coro_exit(&self->coro, self->back);
}

TEST(coroutines_take_turns)
{
    struct stage stage;
    struct actor actors[FEW] = { 0 };

    stage_open(&stage);
    for (int i = 0; i < FEW; i++)
        actor_enter(&stage, &actors[i], run_turns);
    for (int turn = 1; turn <= TURNS + 1; turn++) {
        for (int i = 0; i < FEW; i++) {
            coro_switch(&stage.self, &actors[i].coro);
            CHECK_INT(actors[i].turns, turn <= TURNS ? turn : TURNS);
        }
    }
    for (int i = 0; i < FEW; i++)
        actor_leave(&stage, &actors[i]);
    stack_pool_done(&stage.pool);
}

/* Each resumes the next from within, as deep as there are actors, and they come back in order. */
static void run_nested(void *arg)
{
    struct actor *self = arg;
    struct actor *next = self->detail;

    if (next) {
        next->back = &self->coro;
        coro_switch(&self->coro, &next->coro);
        self->turns = next->turns + 1;
    } else {
        self->turns = 1;
    }
    coro_exit(&self->coro, self->back);
}

TEST(coroutines_resume_each_other)
{
    struct stage stage;
    static struct actor actors[MANY];

    stage_open(&stage);
    for (int i = 0; i < MANY; i++) {
        actors[i] = (struct actor) { .detail = i + 1 < MANY ? &actors[i + 1] : NULL };
        actor_enter(&stage, &actors[i], run_nested);
    }
    coro_switch(&stage.self, &actors[0].coro);
    CHECK_INT(actors[0].turns, MANY);
    for (int i = 0; i < MANY; i++)
        actor_leave(&stage, &actors[i]);
    stack_pool_done(&stage.pool);
}

static void run_random(void *arg)
{
    struct actor *self = arg;
    unsigned char text[1024];

    memset(text, self->number, sizeof(text));
    for (;;) {
        for (size_t i = 0; i < sizeof(text); i++)
            CHECK_INT(text[i], (unsigned char) self->number);
        self->turns++;
        coro_switch(&self->coro, self->back);
    }
}

TEST(locals_stay_in_any_order_of_switches)
{
    struct stage stage;
    static struct actor actors[MANY];
    struct test_random random = { .state = 7 };
    long turns = 0;

    stage_open(&stage);
    for (int i = 0; i < MANY; i++) {
        actors[i] = (struct actor) { .number = i };
        actor_enter(&stage, &actors[i], run_random);
    }
    for (int i = 0; i < 4 * MANY; i++)
        coro_switch(&stage.self, &actors[test_random_below(&random, MANY)].coro);
    for (int i = 0; i < MANY; i++) {
        turns += actors[i].turns;
        actor_leave(&stage, &actors[i]);
    }
    CHECK_INT(turns, 4 * MANY);
    stack_pool_done(&stage.pool);
}

/* More values than there are preserved registers, live across a switch. The compiler cannot compute
 * them anew: the empty statements may have changed them. */
static void hold_registers(struct actor *self)
{
    long seed = self->number * 1000L;
    long a = seed + 1, b = seed + 2, c = seed + 3, d = seed + 4, e = seed + 5, f = seed + 6;
    long g = seed + 7, h = seed + 8, i = seed + 9, j = seed + 10, k = seed + 11, l = seed + 12;
    double m = (double) seed + 0.5, n = m + 1, o = m + 2, p = m + 3, q = m + 4, r = m + 5;
    double s = m + 6, t = m + 7, u = m + 8, v = m + 9;
    long double w = (long double) seed + 0.25L;

    for (int turn = 0; turn < TURNS; turn++) {
        __asm__ volatile("" : "+rm"(a), "+rm"(b), "+rm"(c), "+rm"(d), "+rm"(e), "+rm"(f));
        __asm__ volatile("" : "+rm"(g), "+rm"(h), "+rm"(i), "+rm"(j), "+rm"(k), "+rm"(l));
        m += 1, n += 1, o += 1, p += 1, q += 1, r += 1, s += 1, t += 1, u += 1, v += 1, w += 1;
        coro_switch(&self->coro, self->back);
    }
    CHECK_INT(a + b + c + d + e + f + g + h + i + j + k + l, 12 * seed + 78);
    CHECK(a == seed + 1 && b == seed + 2 && c == seed + 3 && d == seed + 4 && e == seed + 5);
    m -= (double) seed + TURNS, n -= (double) seed + TURNS, o -= (double) seed + TURNS;
    CHECK(m == 0.5 && n == 1.5 && o == 2.5);
    CHECK(p + q + r + s + t + u + v == 7 * (double) (seed + TURNS) + 45.5);
    CHECK(w == (long double) (seed + TURNS) + 0.25L);
}

static void run_holding(void *arg)
{
    struct actor *self = arg;

    hold_registers(self);
    self->turns = 1;
    coro_exit(&self->coro, self->back);
}

TEST(registers_survive)
{
    struct stage stage;
    struct actor one = { .number = 1 };
    struct actor two = { .number = 2 };

    stage_open(&stage);
    actor_enter(&stage, &one, run_holding);
    actor_enter(&stage, &two, run_holding);
    while (one.turns == 0) {
        coro_switch(&stage.self, &one.coro);
        coro_switch(&stage.self, &two.coro);
    }
    CHECK_INT(two.turns, 1);
    actor_leave(&stage, &one);
    actor_leave(&stage, &two);
    stack_pool_done(&stage.pool);
}

static void run_rounding(void *arg)
{
    struct actor *self = arg;

    fesetround(FE_UPWARD);
    coro_switch(&self->coro, self->back);
    self->number = fegetround();
    coro_exit(&self->coro, self->back);
}

TEST(rounding_mode_belongs_to_the_thread)
{
    struct stage stage;
    struct actor actor = { .number = -1 };

    if (IS_PORTABLE)
        SKIP("the C library's contexts keep the rounding mode apart");
    CHECK_INT(fegetround(), FE_TONEAREST);
    stage_open(&stage);
    actor_enter(&stage, &actor, run_rounding);
    coro_switch(&stage.self, &actor.coro);
    CHECK_INT(fegetround(), FE_UPWARD);
    fesetround(FE_DOWNWARD);
    coro_switch(&stage.self, &actor.coro);
    CHECK_INT(actor.number, FE_DOWNWARD);
    fesetround(FE_TONEAREST);
    actor_leave(&stage, &actor);
    stack_pool_done(&stage.pool);
}

static void run_blocking(void *arg)
{
    struct actor *self = arg;
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &mask, NULL);
    coro_exit(&self->coro, self->back);
}

TEST(signal_mask_belongs_to_the_thread)
{
    struct stage stage;
    struct actor actor = { .number = 0 };
    sigset_t mask;

    if (IS_PORTABLE)
        SKIP("the C library's contexts keep the signal mask apart");
    stage_open(&stage);
    actor_enter(&stage, &actor, run_blocking);
    coro_switch(&stage.self, &actor.coro);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    CHECK_INT(sigismember(&mask, SIGUSR1), 1);
    actor_leave(&stage, &actor);
    stack_pool_done(&stage.pool);
}

/* Vector instructions in the C library's formatting fault on a stack that is not aligned. */
static void run_printing(void *arg)
{
    struct actor *self = arg;
    volatile double number = 1.0 / 3;
    _Alignas(16) char text[64];

    CHECK_INT((uintptr_t) text % 16, 0);
    snprintf(text, sizeof(text), "%.6f %Lf", number, 0.5L);
    CHECK_STR(text, "0.333333 0.500000");
    coro_exit(&self->coro, self->back);
}

TEST(stack_is_aligned)
{
    struct stage stage;
    struct actor actors[FEW] = { 0 };

    stage_open(&stage);
    for (int i = 0; i < FEW; i++) {
        actor_enter(&stage, &actors[i], run_printing);
        coro_switch(&stage.self, &actors[i].coro);
    }
    for (int i = 0; i < FEW; i++)
        actor_leave(&stage, &actors[i]);
    stack_pool_done(&stage.pool);
}

TEST(stack_serves_one_coroutine_after_another)
{
    struct stage stage;
    struct actor actor = { .turns = 0 };
    struct stack *stack;

    stage_open(&stage);
    stack = stage_stack(&stage);
    for (int i = 0; i < MANY; i++) {
        actor.back = &stage.self;
        coro_init(&actor.coro, stack, run_once, &actor);
        coro_switch(&stage.self, &actor.coro);
        coro_done(&actor.coro);
    }
    CHECK_INT(actor.turns, MANY);
    stack_pool_give(&stage.pool, stack);
    stack_pool_done(&stage.pool);
}

/* Runs the actors of an array, ended by a zero number, one after another on one stack. */
static void run_trampoline(void *arg)
{
    struct actor *self = arg;

    for (;; self++) {
        char text[256];

        memset(text, self->number, sizeof(text));
        self->turns++;
        coro_switch(&self->coro, self->back); /* each parks once, as itself */
        CHECK_INT(text[255], self->number);
        if (self[1].number == 0)
            break;
        coro_restart(&self->coro, &self[1].coro);
    }
    coro_exit(&self->coro, self->back);
}

TEST(finished_coroutine_lends_its_stack)
{
    struct stage stage;
    struct actor actors[FEW + 1] = { 0 };

    stage_open(&stage);
    for (int i = 0; i < FEW; i++) {
        actors[i].number = i + 1;
        actors[i].back = &stage.self;
    }
    actors[0].stack = stage_stack(&stage);
    coro_init(&actors[0].coro, actors[0].stack, run_trampoline, &actors[0]);
    coro_switch(&stage.self, &actors[0].coro);
    for (int i = 0; i < FEW; i++) {
        CHECK_INT(actors[i].turns, 1); /* parked; once resumed, the next one begins and parks */
        coro_switch(&stage.self, &actors[i].coro);
    }
    coro_done(&actors[FEW - 1].coro);
    stack_pool_give(&stage.pool, actors[0].stack);
    stack_pool_done(&stage.pool);
}

struct walk {
    int frames;
    uintptr_t outermost; /* the function of the last frame */
};

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *arg)
{
    struct walk *walk = arg;

    walk->outermost = _Unwind_GetRegionStart(context);
    return ++walk->frames < 100 ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static __attribute__((noinline)) void walk_down(struct walk *walk, int depth)
{
    if (depth > 0)
        walk_down(walk, depth - 1);
    else
        _Unwind_Backtrace(count_frame, walk);
    __asm__ volatile("" ::: "memory"); /* no tail call: the frame must be there to be counted */
}

static void run_walking(void *arg)
{
    struct actor *self = arg;

    walk_down(self->detail, 10);
    coro_switch(&self->coro, self->back);
    walk_down(self->detail, 20);
    coro_exit(&self->coro, self->back);
}

TEST(unwinding_ends_at_the_entry)
{
    struct stage stage;
    struct walk walk = { .frames = 0 };
    struct actor actor = { .detail = &walk };

    if (IS_PORTABLE)
        SKIP("the C library's contexts have an entry of their own");
    stage_open(&stage);
    actor_enter(&stage, &actor, run_walking);
    coro_switch(&stage.self, &actor.coro);
    if (walk.frames == 1)
        SKIP("compiled without unwind tables");
    CHECK(walk.frames >= 12 && walk.frames < 20);
    CHECK(walk.outermost == entry_address);
    walk.frames = 0;
    coro_switch(&stage.self, &actor.coro);
    CHECK(walk.frames >= 22 && walk.frames < 30);
    CHECK(walk.outermost == entry_address);
    actor_leave(&stage, &actor);
    stack_pool_done(&stage.pool);
}

static void run_frame_pointers(void *arg)
{
    struct actor *self = arg;
    void **frame = __builtin_frame_address(0);

    /* Each frame holds the caller's frame pointer; the entry's is zero. */
    while (frame && self->number++ < 100)
        frame = *frame;
    coro_exit(&self->coro, self->back);
}

TEST(frame_pointers_end_in_zero)
{
#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(OURO_PORTABLE_SWITCH)
    struct stage stage;
    struct actor actor = { .number = 0 };

    stage_open(&stage);
    actor_enter(&stage, &actor, run_frame_pointers);
    coro_switch(&stage.self, &actor.coro);
    CHECK(actor.number >= 1 && actor.number <= 3);
    actor_leave(&stage, &actor);
    stack_pool_done(&stage.pool);
#else
    (void) run_frame_pointers;
    SKIP("the layout of frames is not known here");
#endif
}

static void *thread_of_coroutines(void *arg)
{
    struct stage stage;
    struct actor actors[FEW] = { 0 };

    (void) arg;
    stage_open(&stage);
    for (int i = 0; i < FEW; i++)
        actor_enter(&stage, &actors[i], run_turns);
    for (int turn = 0; turn <= TURNS; turn++) {
        for (int i = 0; i < FEW; i++)
            coro_switch(&stage.self, &actors[i].coro);
    }
    for (int i = 0; i < FEW; i++)
        actor_leave(&stage, &actors[i]);
    stack_pool_done(&stage.pool);
    return NULL;
}

TEST(threads_switch_apart)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, thread_of_coroutines, NULL), 0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
}

TEST(coroutine_is_one_pointer)
{
#if defined(OURO_ASAN) || defined(OURO_TSAN)
    SKIP("the sanitizers keep more");
#else
    CHECK_INT(sizeof(struct coro), sizeof(void *));
#endif
}

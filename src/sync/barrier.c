/* Barriers, built on a condition: every change of state is made with its lock held, and notified to
 * all. No task suspends with the lock held but in the condition's wait, so that a task in the
 * barrier is always found in one of the condition's two lists. */
#include "ouro/barrier.h"

#include "sync/condition.h"
#include "sync/waiters.h"

#include <errno.h>

enum barrier_state {
    BARRIER_FILLING = 0,
    BARRIER_DRAINING,
    BARRIER_RESETTING,
    BARRIER_BROKEN,
};

int ouro_barrier_init(ouro_barrier *barrier, int parties)
{
    if (barrier == NULL)
        return ouro_error_set(-EINVAL, "barrier", "there is no place for the barrier: NULL");
    *barrier = (ouro_barrier) { .parties_ = parties };
    if (parties < 1)
        return ouro_error_set(-EINVAL, "barrier", "%d parties: use 1 or more", parties);
    return 0;
}

/* True if tasks are counted that are gone: their loop was closed under them. */
static bool is_deserted(const ouro_barrier *barrier)
{
    return barrier->count_ > 0 && waiters_are_none(&barrier->condition_.waiters_) &&
           waiters_are_none(&barrier->condition_.own_.waiters_);
}

/* Acquires the lock for a change of state. */
static int enter(ouro_barrier *barrier, const char *operation)
{
    int status;

    if (barrier == NULL)
        return ouro_error_set(-EINVAL, operation, "there is no barrier: NULL");
    status = ouro_condition_acquire(&barrier->condition_);
    if (status == 0 && is_deserted(barrier)) {
        barrier->count_ = 0;
        if (barrier->state_ != BARRIER_BROKEN)
            barrier->state_ = BARRIER_FILLING;
    }
    return status;
}

static void leave(ouro_barrier *barrier)
{
    (void) ouro_condition_release(&barrier->condition_);
}

static void notify(ouro_barrier *barrier)
{
    (void) ouro_condition_notify_all(&barrier->condition_);
}

static int broken(const char *text)
{
    return ouro_error_set(OURO_EBROKENBARRIER, "wait", "%s", text);
}

/* Waits until the last round is over. */
static int wait_for_round(ouro_barrier *barrier)
{
    while (barrier->state_ == BARRIER_DRAINING || barrier->state_ == BARRIER_RESETTING) {
        int status = ouro__condition_wait(&barrier->condition_, "barrier wait");

        if (status < 0)
            return status;
    }
    if (barrier->state_ == BARRIER_BROKEN)
        return broken("the barrier was aborted: ouro_barrier_reset makes it usable again");
    return 0;
}

/* Waits until all are there. */
static int wait_for_others(ouro_barrier *barrier)
{
    while (barrier->state_ == BARRIER_FILLING) {
        int status = ouro__condition_wait(&barrier->condition_, "barrier wait");

        if (status < 0)
            return status;
    }
    if (barrier->state_ != BARRIER_DRAINING)
        return broken("the barrier was aborted or reset while this task waited in it");
    return 0;
}

/* One task's round, with the lock held. */
static int pass(ouro_barrier *barrier)
{
    int index = barrier->count_++;
    int status = 0;

    if (index + 1 == barrier->parties_) {
        barrier->state_ = BARRIER_DRAINING;
        notify(barrier);
    } else {
        status = wait_for_others(barrier);
    }
    if (--barrier->count_ == 0) {
        if (barrier->state_ == BARRIER_RESETTING || barrier->state_ == BARRIER_DRAINING)
            barrier->state_ = BARRIER_FILLING;
        notify(barrier);
    }
    return status < 0 ? status : index;
}

int ouro_barrier_wait(ouro_barrier *barrier)
{
    int status;

    if (barrier != NULL && barrier->parties_ < 1)
        return ouro_error_set(-EINVAL, "wait", "the barrier has %d parties: use 1 or more",
                              barrier->parties_);
    status = enter(barrier, "wait");
    if (status < 0)
        return status;
    status = wait_for_round(barrier);
    if (status == 0)
        status = pass(barrier);
    leave(barrier);
    return status;
}

int ouro_barrier_reset(ouro_barrier *barrier)
{
    int status = enter(barrier, "reset");

    if (status < 0)
        return status;
    barrier->state_ = barrier->count_ > 0 ? BARRIER_RESETTING : BARRIER_FILLING;
    notify(barrier);
    leave(barrier);
    return 0;
}

int ouro_barrier_abort(ouro_barrier *barrier)
{
    int status = enter(barrier, "abort");

    if (status < 0)
        return status;
    barrier->state_ = BARRIER_BROKEN;
    notify(barrier);
    leave(barrier);
    return 0;
}

int ouro_barrier_parties(const ouro_barrier *barrier)
{
    return barrier != NULL ? barrier->parties_ : 0;
}

int ouro_barrier_n_waiting(const ouro_barrier *barrier)
{
    if (barrier == NULL || barrier->state_ != BARRIER_FILLING || is_deserted(barrier))
        return 0;
    return barrier->count_;
}

bool ouro_barrier_broken(const ouro_barrier *barrier)
{
    return barrier != NULL && barrier->state_ == BARRIER_BROKEN;
}

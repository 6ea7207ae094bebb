/* Capacity limiters. Who waits stands among the borrowers already, so that granting it a token
 * needs no memory, and no borrower can ask twice. */
#include "ouro/limiter.h"

#include "sync/borrowers.h"
#include "sync/waiters.h"

#include <errno.h>

struct limiter_waiter {
    struct waiter waiter;
    ouro_capacity_limiter *limiter;
    const void *borrower;
};

void ouro_capacity_limiter_init(ouro_capacity_limiter *limiter, size_t total)
{
    if (limiter != NULL)
        *limiter = (ouro_capacity_limiter) { .total_ = total };
}

/* Hands free tokens to those who wait, in their order. */
static void hand_over(ouro_capacity_limiter *limiter)
{
    struct waiter *next;

    while (limiter->borrowed_ < limiter->total_ &&
           (next = ouro__waiters_peek(&limiter->waiters_)) != NULL) {
        struct limiter_waiter *waiter = container_of(next, struct limiter_waiter, waiter);

        ouro_borrower *entry = ouro__borrowers_find(limiter, waiter->borrower);

        entry->holds_ = true;
        entry->is_on_its_way_ = true;
        limiter->borrowed_++;
        wait_finish(&next->wait, 0);
    }
}

/* Takes a borrower out, and its token if it has one. */
static void forget(ouro_capacity_limiter *limiter, const void *borrower)
{
    if (ouro__borrowers_find(limiter, borrower)->holds_)
        limiter->borrowed_--;
    ouro__borrowers_remove(limiter, borrower);
}

/* The loop is closed under a task that waits. */
static void abandon(struct wait *wait)
{
    struct waiter *waiter = container_of(wait, struct waiter, wait);
    struct limiter_waiter *self = container_of(waiter, struct limiter_waiter, waiter);

    forget(self->limiter, self->borrower);
    ouro__waiter_abandon(wait);
}

static int check(ouro_capacity_limiter *limiter, const void *borrower, const char *operation)
{
    if (limiter == NULL || borrower == NULL)
        return ouro_error_set(-EINVAL, operation, "there is no limiter or no borrower: NULL");
    return 0;
}

int ouro_capacity_limiter_acquire_on_behalf_of_nowait(ouro_capacity_limiter *limiter,
                                                      const void *borrower)
{
    int status = check(limiter, borrower, "acquire");

    if (status < 0)
        return status;
    if (ouro__borrowers_find(limiter, borrower) != NULL)
        return ouro_error_set(OURO_EINUSE, "acquire",
                              "the borrower holds a token of this limiter already, or waits for "
                              "one: it can have only one at a time");
    if (limiter->borrowed_ >= limiter->total_ || ouro__waiters_peek(&limiter->waiters_) != NULL)
        return -EAGAIN;
    status = ouro__borrowers_add(limiter, borrower, true);
    if (status == 0)
        limiter->borrowed_++;
    return status;
}

static int wait_for_token(ouro_capacity_limiter *limiter, const void *borrower)
{
    struct limiter_waiter self = {
        .waiter = { .wait = { .abandon = abandon, .operation = "limiter acquire" },
                    .waiters = &limiter->waiters_ },
        .limiter = limiter,
        .borrower = borrower,
    };
    int status = ouro__waiters_bind(&limiter->waiters_, "acquire", &self.waiter.wait.task);

    if (status < 0)
        return status;
    status = ouro__borrowers_add(limiter, borrower, false);
    if (status < 0)
        return status;
    status = ouro__waiters_park(&self.waiter);
    if (status < 0) {
        forget(limiter, borrower);
        hand_over(limiter);
    } else {
        ouro__borrowers_find(limiter, borrower)->is_on_its_way_ = false;
    }
    return status;
}

int ouro_capacity_limiter_acquire_on_behalf_of(ouro_capacity_limiter *limiter, const void *borrower)
{
    int status = ouro_capacity_limiter_acquire_on_behalf_of_nowait(limiter, borrower);

    return status == -EAGAIN ? wait_for_token(limiter, borrower) : status;
}

int ouro_capacity_limiter_acquire(ouro_capacity_limiter *limiter)
{
    int status = 0;
    struct task *task = ouro__task_required("acquire", &status);

    return task == NULL ? status : ouro_capacity_limiter_acquire_on_behalf_of(limiter, task);
}

int ouro_capacity_limiter_acquire_nowait(ouro_capacity_limiter *limiter)
{
    int status = 0;
    struct task *task = ouro__task_required("acquire", &status);

    return task == NULL ? status : ouro_capacity_limiter_acquire_on_behalf_of_nowait(limiter, task);
}

int ouro_capacity_limiter_release_on_behalf_of(ouro_capacity_limiter *limiter, const void *borrower)
{
    int status = check(limiter, borrower, "release");
    ouro_borrower *entry;

    if (status < 0)
        return status;
    entry = ouro__borrowers_find(limiter, borrower);
    if (entry == NULL || !entry->holds_ || entry->is_on_its_way_)
        return ouro_error_set(OURO_EOVERRELEASE, "release",
                              "the borrower holds no token of this limiter: only who has acquired "
                              "one can release it");
    forget(limiter, borrower);
    hand_over(limiter);
    return 0;
}

int ouro_capacity_limiter_release(ouro_capacity_limiter *limiter)
{
    int status = 0;
    struct task *task = ouro__task_required("release", &status);

    return task == NULL ? status : ouro_capacity_limiter_release_on_behalf_of(limiter, task);
}

void ouro_capacity_limiter_set_total_tokens(ouro_capacity_limiter *limiter, size_t total)
{
    if (limiter == NULL)
        return;
    limiter->total_ = total;
    hand_over(limiter);
}

ouro_capacity_limiter_statistics
ouro_capacity_limiter_get_statistics(const ouro_capacity_limiter *limiter)
{
    ouro_capacity_limiter_statistics statistics = { .total_tokens = 0 };

    if (limiter == NULL)
        return statistics;
    statistics.total_tokens = limiter->total_;
    statistics.borrowed_tokens = limiter->borrowed_;
    if (limiter->total_ > limiter->borrowed_)
        statistics.available_tokens = limiter->total_ - limiter->borrowed_;
    statistics.tasks_waiting = limiter->known_ - limiter->borrowed_;
    return statistics;
}

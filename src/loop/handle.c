/* Handles: callbacks that run in the next iteration, in the caller's memory or the loop's. */
#include "loop/handle.h"

#include "loop/context.h"
#include "loop/debug.h"
#include "loop/loop.h"

#include <errno.h>

void ouro__callback_run(ouro_loop *loop, ouro_callback *callback, void *arg, ouro_context *context)
{
    loop->callback_place = &context;
    callback(arg);
    loop->callback_place = NULL;
    ouro_context_unref(context);
}

static void run_handle(ouro_runnable *runnable)
{
    ouro_handle *handle = container_of(runnable, ouro_handle, runnable_);
    ouro_handle copy = *handle;

    handle->state_ = HANDLE_IDLE;
    handle->context_ = NULL;
    if (copy.state_ & HANDLE_OWNED)
        slab_give(&copy.loop_->handles, handle);
    ouro__callback_run(copy.loop_, copy.callback_, copy.arg_, copy.context_);
}

void ouro_handle_init(ouro_handle *handle, ouro_callback *callback, void *arg)
{
    *handle = (ouro_handle) {
        .runnable_.run_ = run_handle,
        .callback_ = callback,
        .arg_ = arg,
    };
}

void ouro_handle_cancel(ouro_handle *handle)
{
    if (handle == NULL || !(handle->state_ & HANDLE_SCHEDULED))
        return;
    loop_unready(handle->loop_, &handle->runnable_);
    ouro_context_unref(handle->context_);
    handle->context_ = NULL;
    if (handle->state_ & HANDLE_OWNED) {
        slab_give(&handle->loop_->handles, handle);
        return;
    }
    handle->state_ = HANDLE_CANCELLED;
}

bool ouro_handle_cancelled(const ouro_handle *handle)
{
    return handle != NULL && handle->state_ == HANDLE_CANCELLED;
}

ouro_context *ouro_handle_get_context(ouro_handle *handle)
{
    if (handle == NULL || !(handle->state_ & HANDLE_SCHEDULED))
        return NULL;
    return ouro__context_object(&handle->context_);
}

int ouro_loop_call_soon_handle(ouro_loop *loop, ouro_handle *handle)
{
    if (loop == NULL || handle == NULL || handle->callback_ == NULL)
        return ouro_error_set(-EINVAL, "call_soon", "the loop, the handle or its callback is NULL");
    if (handle->state_ & HANDLE_SCHEDULED)
        return ouro_error_set(OURO_EINUSE, "call_soon", "the handle is scheduled already");
    if (__builtin_expect(loop->debug, 0)) {
        if (ouro__debug_check_thread(loop, "call_soon") < 0)
            return OURO_EWRONGTHREAD;
        (void) ouro__origin_keep(loop, &handle->runnable_);
    }
    handle->loop_ = loop;
    handle->state_ = HANDLE_SCHEDULED;
    loop_make_ready(loop, &handle->runnable_);
    return 0;
}

ouro_context *ouro__call_context(ouro_loop *loop, ouro_context *given)
{
    return given != NULL ? ouro_context_ref(given) : context_capture(loop);
}

ouro_handle *ouro_loop_call_soon_with(ouro_loop *loop, const ouro_call_options *options)
{
    ouro_handle *handle;

    if (loop == NULL || options == NULL || options->callback == NULL) {
        ouro_error_set(-EINVAL, "call_soon", "the loop or the callback is NULL");
        return NULL;
    }
    if (check_thread(loop, "call_soon") < 0)
        return NULL;
    handle = slab_take(&loop->handles);
    if (handle == NULL) {
        ouro_error_set(-ENOMEM, "call_soon", "out of memory");
        return NULL;
    }
    ouro_handle_init(handle, options->callback, options->arg);
    handle->context_ = ouro__call_context(loop, options->context);
    handle->loop_ = loop;
    handle->state_ = HANDLE_SCHEDULED | HANDLE_OWNED;
    if (__builtin_expect(loop->debug, 0))
        (void) ouro__origin_keep(loop, &handle->runnable_);
    loop_make_ready(loop, &handle->runnable_);
    return handle;
}

bool ouro__handle_discard(ouro_runnable *runnable)
{
    if (runnable->run_ != run_handle)
        return false;
    ouro_handle_cancel(container_of(runnable, ouro_handle, runnable_));
    return true;
}

uintptr_t ouro__handle_function(const ouro_runnable *runnable)
{
    if (runnable->run_ != run_handle)
        return 0;
    return (uintptr_t) container_of(runnable, const ouro_handle, runnable_)->callback_;
}

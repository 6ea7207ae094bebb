/* Ouro: asyncio, implemented in C. This header includes all others. */
#ifndef OURO_H
#define OURO_H

#include "ouro/alloc.h"
#include "ouro/barrier.h"
#include "ouro/base.h"
#include "ouro/channel.h"
#include "ouro/condition.h"
#include "ouro/context.h"
#include "ouro/coroutine.h"
#include "ouro/error.h"
#include "ouro/event.h"
#include "ouro/future.h"
#include "ouro/gather.h"
#include "ouro/handle.h"
#include "ouro/limiter.h"
#include "ouro/lock.h"
#include "ouro/log.h"
#include "ouro/loop.h"
#include "ouro/queue.h"
#include "ouro/runner.h"
#include "ouro/rwlock.h"
#include "ouro/semaphore.h"
#include "ouro/server.h"
#include "ouro/stream.h"
#include "ouro/task.h"
#include "ouro/taskgroup.h"
#include "ouro/timeout.h"
#include "ouro/wait.h"

#endif

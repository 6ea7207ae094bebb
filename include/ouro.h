/* Ouro: asyncio, implemented in C. This header includes all others. */
#ifndef OURO_H
#define OURO_H

#include "ouro/alloc.h"
#include "ouro/base.h"
#include "ouro/context.h"
#include "ouro/coroutine.h"
#include "ouro/error.h"
#include "ouro/future.h"
#include "ouro/gather.h"
#include "ouro/graph.h"
#include "ouro/handle.h"
#include "ouro/log.h"
#include "ouro/loop.h"
#include "ouro/runner.h"
#include "ouro/server.h"
#include "ouro/stream.h"
#include "ouro/task.h"
#include "ouro/taskgroup.h"
#include "ouro/timeout.h"
#include "ouro/wait.h"

#endif

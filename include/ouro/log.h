/* The library's messages: what it has to say when there is nobody to return an error to, such as a
 * failed callback that no one waits for. They go to stderr unless a handler takes them.
 *
 * Follows the "asyncio" logger.
 */
#ifndef OURO_LOG_H
#define OURO_LOG_H

#include "ouro/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ouro_log_level {
    OURO_LOG_DEBUG,
    OURO_LOG_INFO,
    OURO_LOG_WARNING,
    OURO_LOG_ERROR,
} ouro_log_level;

/* Takes a message, which may have several lines and does not end with one; `text` is valid during
 * the call. It is called in the thread that has something to say, perhaps on a coroutine's stack,
 * and must not suspend. */
typedef void ouro_log_handler(ouro_log_level level, const char *text, void *arg);

/* Makes `handler` take all messages; NULL: they go to stderr again. `arg` is passed on as it is.
 * Threads: any, but only one, before others use the library. */
OURO_API void ouro_set_log_handler(ouro_log_handler *handler, void *arg);

#ifdef __cplusplus
}
#endif

#endif

/* What the library has to say to nobody in particular. */
#ifndef OURO_BASE_LOG_H
#define OURO_BASE_LOG_H

#include "ouro/log.h"

#define LOG_DEBUG OURO_LOG_DEBUG
#define LOG_INFO OURO_LOG_INFO
#define LOG_WARNING OURO_LOG_WARNING
#define LOG_ERROR OURO_LOG_ERROR

/* Hands a message to the handler, or writes it to stderr behind "ouro: ", with one `write`. The
 * text has no newline at its end. A long message is allocated, and cut if there is no memory for
 * it. */
__attribute__((format(printf, 2, 3))) void ouro__log(ouro_log_level level, const char *format, ...);

#endif

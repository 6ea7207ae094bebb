/* The table of errors: names and texts of the system's codes and of the library's own. */
#define _GNU_SOURCE 1

#include "ouro/error.h"

#include <errno.h>
#include <string.h>

/* Every code that Linux has, without the second names EWOULDBLOCK, EDEADLOCK and ENOTSUP. */
#define SYSTEM_ERROR_MAP(X)                                                                        \
    X(EPERM)                                                                                       \
    X(ENOENT)                                                                                      \
    X(ESRCH) X(EINTR) X(EIO) X(ENXIO) X(E2BIG) X(ENOEXEC) X(EBADF) X(ECHILD) X(EAGAIN) X(          \
        ENOMEM) X(EACCES) X(EFAULT) X(ENOTBLK) X(EBUSY) X(EEXIST) X(EXDEV) X(ENODEV) X(ENOTDIR)    \
        X(EISDIR) X(EINVAL) X(ENFILE) X(EMFILE) X(ENOTTY) X(ETXTBSY) X(EFBIG) X(ENOSPC) X(ESPIPE)  \
            X(EROFS) X(EMLINK) X(EPIPE) X(EDOM) X(ERANGE) X(EDEADLK) X(ENAMETOOLONG) X(ENOLCK) X(  \
                ENOSYS) X(ENOTEMPTY) X(ELOOP) X(ENOMSG) X(EIDRM) X(ECHRNG) X(EL2NSYNC) X(EL3HLT)   \
                X(EL3RST) X(ELNRNG) X(EUNATCH) X(ENOCSI) X(EL2HLT) X(EBADE) X(EBADR) X(EXFULL) X(  \
                    ENOANO) X(EBADRQC) X(EBADSLT) X(EBFONT) X(ENOSTR) X(ENODATA) X(ETIME) X(ENOSR) \
                    X(ENONET) X(ENOPKG) X(EREMOTE) X(ENOLINK) X(EADV) X(ESRMNT) X(ECOMM) X(EPROTO) \
                        X(EMULTIHOP) X(EDOTDOT) X(EBADMSG) X(EOVERFLOW) X(ENOTUNIQ) X(EBADFD)      \
                            X(EREMCHG) X(ELIBACC) X(ELIBBAD) X(ELIBSCN) X(ELIBMAX) X(ELIBEXEC) X(  \
                                EILSEQ) X(ERESTART) X(ESTRPIPE)                                    \
                                X(EUSERS) X(ENOTSOCK) X(EDESTADDRREQ) X(EMSGSIZE) X(EPROTOTYPE) X( \
                                    ENOPROTOOPT) X(EPROTONOSUPPORT) X(ESOCKTNOSUPPORT)             \
                                    X(EOPNOTSUPP) X(EPFNOSUPPORT) X(EAFNOSUPPORT) X(EADDRINUSE) X( \
                                        EADDRNOTAVAIL) X(ENETDOWN) X(ENETUNREACH)                  \
                                        X(ENETRESET) X(ECONNABORTED) X(ECONNRESET) X(ENOBUFS) X(   \
                                            EISCONN) X(ENOTCONN) X(ESHUTDOWN) X(ETOOMANYREFS)      \
                                            X(ETIMEDOUT) X(ECONNREFUSED)                           \
                                                X(EHOSTDOWN) X(EHOSTUNREACH) X(EALREADY) X(        \
                                                    EINPROGRESS) X(ESTALE) X(EUCLEAN) X(ENOTNAM)   \
                                                    X(ENAVAIL) X(EISNAM) X(EREMOTEIO) X(EDQUOT)    \
                                                        X(ENOMEDIUM) X(EMEDIUMTYPE) X(ECANCELED)   \
                                                            X(ENOKEY) X(EKEYEXPIRED)               \
                                                                X(EKEYREVOKED) X(EKEYREJECTED)     \
                                                                    X(EOWNERDEAD)                  \
                                                                        X(ENOTRECOVERABLE)         \
                                                                            X(ERFKILL)             \
                                                                                X(EHWPOISON)

const char *ouro_errname(int status)
{
    if (status >= 0)
        return "OK";
    switch (status) {
#define SYSTEM_NAME(name_)                                                                         \
    case -name_:                                                                                   \
        return #name_;
        SYSTEM_ERROR_MAP(SYSTEM_NAME)
#define OWN_NAME(name_, code_, text_)                                                              \
    case name_:                                                                                    \
        return #name_;
        OURO_ERROR_MAP(OWN_NAME)
    default:
        return "EUNKNOWN";
    }
}

/* The system's own text, from a function that returns static strings. */
static const char *system_text(int number)
{
#ifdef __GLIBC__
    const char *text = strerrordesc_np(number); /* strerror is not safe with threads there */
#else
    const char *text = strerror(number);
#endif

    return text ? text : "Unknown error";
}

const char *ouro_strerror(int status)
{
    if (status >= 0)
        return "Success";
    switch (status) {
#define OWN_TEXT(name_, code_, text_)                                                              \
    case name_:                                                                                    \
        return text_;
        OURO_ERROR_MAP(OWN_TEXT)
    default:
        return status > -4096 ? system_text(-status) : "Unknown error";
    }
}

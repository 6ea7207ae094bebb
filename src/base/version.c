/* The version of the library that runs, which may differ from that of the header compiled against.
 */
#include "ouro/base.h"

#define TEXT(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *ouro_version(void)
{
    return VERSION_TEXT(OURO_VERSION_MAJOR, OURO_VERSION_MINOR, OURO_VERSION_PATCH);
}

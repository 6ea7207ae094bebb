/* The smallest program that shows that header and library are found and fit each other. */
#include <ouro/base.h>

#include <stdio.h>

int main(void)
{
    printf("ouro %s\n", ouro_version());
    return 0;
}

"""What tools/tidy must find, and what it must leave alone: (path, text, [(line, rule), ...])."""

LONG = "x" * 101


def c(body):
    """A C file that is in order but for `body`, which begins in line 2."""
    return "/* A sample. */\n" + body


def header(declarations, guard="OURO_SAMPLE_H"):
    """A header in order but for `declarations`, which begin in line 6."""
    return (f"/* A sample. */\n#ifndef {guard}\n#define {guard}\n\n\n{declarations}\n#endif\n")


def function(lines, head="static void sample(void)"):
    """A function of so many lines, braces included."""
    return f"{head}\n{{\n" + "    call();\n" * (lines - 2) + "}\n"


SAMPLES = [
    # In order.
    ("src/base/sample.c", c(function(70)), []),
    ("src/base/sample.c", c('const char *text = "// malloc(1)"; /* malloc(1) */\n'), []),
    ("src/io/sample.c", c('#include "base/list.h"\n#include "io/op.h"\n#include <errno.h>\n'), []),
    ("README.md", "See https://example.org/home/page and `make`.\n" + LONG + "\n", []),
    # Lines, files, white space.
    ("src/base/sample.c", c(f"/* {LONG} */\n"), [(2, "line")]),
    ("tools/sample.py", f"# {LONG}\n", [(1, "line")]),
    ("src/base/sample.c", c("int one;\n" * 800), [(801, "file")]),
    ("src/base/sample.c", c("int one; \n"), [(2, "space")]),
    ("src/base/sample.c", c("\tint one;\n"), [(2, "space")]),
    ("docs/sample.md", "No end", [(1, "space")]),
    ("docs/sample.md", "Too much of an end\n\n", [(2, "space")]),
    ("docs/sample.md", "One\n" + "TO" + "DO: two\n", [(2, "marker")]),
    ("src/base/sample.c", c("/* FIX" + "ME */\n"), [(2, "marker")]),
    ("docs/sample.md", "Look into /" + "home/me/ouro.\n", [(1, "machine")]),
    # C in general.
    ("src/base/sample.c", c("int one; // one\n"), [(2, "comment")]),
    ("src/base/sample.c", "int one;\n", [(1, "opening")]),
    ("src/coro/switch_sample.S", ".text\n", [(1, "opening")]),
    ("src/base/sample.c", c(function(71)), [(2, "function")]),
    ("tests/sample_test.c", c(function(71, "TEST(sample)")), [(2, "function")]),
    ("src/base/sample.c", c("int sample(int x)\n{\n    return x;\n}\n"), [(2, "linkage")]),
    ("src/base/sample.c", c("int ouro__sample(int x)\n{\n    return x;\n}\n"), []),
    ("tests/sample_test.c", c("int sample(int x)\n{\n    return x;\n}\n"), []),
    # Calls.
    ("src/base/sample.c", c("char *p = malloc(1);\n"), [(2, "banned")]),
    ("src/base/sample.c", c("void f(void) { free (p); }\n"), [(2, "banned")]),
    ("src/base/sample.c", c("void f(void) { ops->free(p); x.free(p); ouro__alloc_free(p); }\n"),
     []),
    ("src/base/alloc.c", c('#include "base/alloc.h"\nchar *p = malloc(1);\n'), []),
    ("tests/sample_test.c", c("char *p = malloc(1);\n"), []),
    ("examples/sample.c", c("void f(void) { strcpy(a, b); }\n"), [(2, "banned")]),
    ("bench/sample.c", c("void f(void) { sprintf(a, b); }\n"), [(2, "banned")]),
    ("tests/sample_test.c", c("int x = rand();\n"), [(2, "banned")]),
    ("tests/sample_test.c", c("void f(void) { usleep(1); ouro_sleep(1); }\n"), [(2, "banned")]),
    ("src/net/sample.c", c("int f(void) { OURO_TRY(g()); }\n"), [(2, "banned")]),
    ("src/net/sample.c", c("int f(void) { return system(x); }\n"), [(2, "banned")]),
    ("src/net/sample.c", c("int f(void) { return setjmp(x); }\n"), [(2, "banned")]),
    ("src/net/sample.c", c("void f(void) { assert(x); }\n"), [(2, "banned")]),
    ("src/net/sample.c", c("void f(void) { ouro_assert(x); static_assert(1, x); }\n"), []),
    # Includes.
    ("src/base/sample.c", c('#include "loop/loop.h"\n'), [(2, "include")]),
    ("src/io/sample.c", c('#include "coro/coro.h"\n'), [(2, "include")]),
    ("src/sync/sample.c", c('#include "net/stream.h"\n'), [(2, "include")]),
    ("src/io/sample.c", c('#include "op.h"\n'), [(2, "include")]),
    ("src/odd/sample.c", c('#include "base/list.h"\n'), [(1, "include")]),
    ("examples/sample.c", c('#include "loop/loop.h"\n'), [(2, "include")]),
    ("examples/sample.c", c("#include <ouro.h>\n#include <stdio.h>\n"), []),
    ("src/base/alloc.c", c('#include <stdlib.h>\n\n#include "base/alloc.h"\n'), [(2, "own")]),
    # Headers.
    ("src/base/sample.h", header("int one;\n"), [(2, "guard")]),
    ("src/base/sample.h", header("int one;\n", "OURO_BASE_SAMPLE_H"), []),
    ("include/ouro/sample.h", header('#include "base/list.h"\n'), [(6, "include")]),
    ("include/ouro/sample.h", header("OURO_API void ouro_sample(void);\n"), [(6, "doc")]),
    ("include/ouro/sample.h",
     header("/* Samples. */\n\nOURO_API void ouro_sample(void);\n"), [(8, "doc")]),
    ("include/ouro/sample.h",
     header("/* Samples. */\nOURO_API void ouro_a(void);\nOURO_API void ouro_b(void);\n"), []),
    ("include/ouro/sample.h", header("/* Samples. */\nOURO_API int ouro_a(void);\n"), [(7, "doc")]),
    ("include/ouro/sample.h",
     header("/* Returns: 0. */\nOURO_SUSPENDS OURO_API int ouro_a(void);\n"),
     [(7, "doc"), (7, "doc")]),
    ("include/ouro/sample.h",
     header("/* Returns: 0. Suspends: always.   Cancelled: at once. */\n"
            "OURO_SUSPENDS OURO_API int ouro_a(void);\n\n"
            "/* The same, later. */\nOURO_SUSPENDS OURO_API int ouro_b(void);\n"), []),
    ("include/ouro/sample.h",
     header("struct ouro_a {\n    int one;\n};\n\n/* Samples. */\n"
            "static inline int ouro_b(void)\n{\n    return 0;\n}\n"), []),
]

# shellcheck shell=sh
# For tests/NAME/run, which reads this file with `.`: folders, expectations, programs that run
# beside the test and end with it.
#
# $root is the source, $programs where the programs of the test's folder were built, $work a folder
# for its files; `expect` notes a failure and goes on, `finish_test` ends the test accordingly.
set -u
export LC_ALL=C

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${OURO_BUILD_DIR:-$root/build/release}
programs=$build/tests/$(basename "$(cd "$(dirname "$0")" && pwd)")
work=$(mktemp -d)
servers=""
failed=0
left_out=""

clean_up() {
    for server in $servers; do
        kill "$server" 2>/dev/null
    done
    rm -rf "$work"
}
trap clean_up EXIT

have() {
    command -v "$1" >/dev/null 2>&1
}

backends() { # those that the kernel lets us have
    if "$root/tools/have-uring" >/dev/null; then echo "uring epoll"; else echo epoll; fi
}

expect() { # expect WHAT PATTERN TEXT
    case $3 in
        *"$2"*) ;;
        *)
            printf 'FAILED  %s\n    expected: %s\n    actual:   %s\n' "$1" "$2" "$3"
            failed=1
            ;;
    esac
}

expect_same() { # expect_same WHAT FILE FILE: byte by byte
    if ! cmp "$2" "$3" >"$work/cmp" 2>&1; then
        printf 'FAILED  %s\n    %s\n' "$1" "$(cat "$work/cmp")"
        failed=1
    fi
}

pause() { # a twentieth of a second, between two looks
    timeout 0.05 tail -f /dev/null
}

wait_for() { # wait_for PATTERN FILE: prints the line
    tries=0
    while [ $tries -lt 200 ]; do
        line=$(sed -n "/$1/{p;q;}" "$2" 2>/dev/null)
        [ -n "$line" ] && { echo "$line"; return 0; }
        tries=$((tries + 1))
        pause
    done
    echo "nothing like $1 in $2" >&2
    return 1
}

finish_test() { # finish_test WHAT: says it if all is well
    [ -z "$left_out" ] || echo "skipped: no$left_out here"
    [ $failed -eq 0 ] && echo "$1"
    exit $failed
}

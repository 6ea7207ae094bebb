"""Makes a program that disagrees smaller, as long as it still disagrees."""

import time

ENDS = ("end", "finally", "except_any", "except_cancel", "except_timeout")
BLOCKS = ("body", "try", "timeout", "group", "cleanup", "agen_for")


def is_block(word):
    return word in BLOCKS or word.startswith("with_")


def block_end(lines, start):
    """The indices of the lines that divide and end the block that begins at `start`."""
    depth = 0
    dividers = []
    for index in range(start, len(lines)):
        word = lines[index].split()[0]
        if is_block(word):
            depth += 1
        elif word == "end":
            depth -= 1
            if depth == 0:
                return dividers, index
        elif word in ENDS and depth == 1:
            dividers.append(index)
    raise ValueError("a block has no end")


def without(lines, *indices):
    return [line for index, line in enumerate(lines) if index not in indices]


def structural(lines):
    """Programs with something left out, the biggest parts first."""
    blocks = []
    for start in range(1, len(lines)):
        word = lines[start].split()[0]
        if is_block(word):
            dividers, end = block_end(lines, start)
            blocks.append((end - start, start, dividers, end, word))
    for _, start, dividers, end, word in sorted(blocks, reverse=True):
        if lines[start].startswith("body b0 "):
            continue
        yield lines[:start] + lines[end + 1 :]
    for _, start, dividers, end, word in sorted(blocks, reverse=True):
        if word == "body":
            continue
        yield without(lines, start, end, *dividers)
        if dividers:
            yield lines[:start] + lines[start + 1 : dividers[0]] + lines[end + 1 :]
            yield lines[:start] + lines[dividers[0] + 1 : end] + lines[end + 1 :]
            yield lines[: dividers[0] + 1] + lines[end:]
    for index in range(len(lines) - 1, 0, -1):
        word = lines[index].split()[0]
        if not is_block(word) and word not in ENDS:
            yield lines[:index] + lines[index + 1 :]


def simpler_words(line):
    words = line.split()
    several = words[0].startswith(("gather", "wait_")) and words[0] != "wait_for"
    for index in range(1, len(words)):
        word = words[index]
        if word.lstrip("-").isdigit() and word != "0":
            for smaller in {0, 1, int(word) - 1}:
                if 0 <= smaller < abs(int(word)):
                    yield words[:index] + [str(smaller)] + words[index + 1 :]
        elif word[1:].isdigit() and word[0] not in "-b" and int(word[1:]) > 0:
            yield words[:index] + [f"{word[0]}{int(word[1:]) - 1}"] + words[index + 1 :]
        if index > 1 and (words[0] == "cancel" or several and len(words) > 3):
            yield words[:index] + words[index + 1 :]
    if words[0] in ("call_soon", "run_context"):
        yield words[2:] if words[0] == "call_soon" else words[1:]
    if words[0] in ("call_later", "call_at"):
        yield words[3:]


def simplified(lines):
    """Programs with a simpler line."""
    if lines[0].endswith(" eager"):
        yield [lines[0].removesuffix(" eager"), *lines[1:]]
    for index in range(1, len(lines)):
        if lines[index].split()[0] == "body":
            continue
        for words in simpler_words(lines[index]):
            yield [*lines[:index], " ".join(words), *lines[index + 1 :]]


def is_sound(lines):
    """Leaves out what the interpreters would not parse."""
    import interpreter

    try:
        interpreter.Program(lines, {})
    except Exception:
        return False
    return True


def shrink(text, differs, batch=40, seconds=60):
    """`differs` takes a list of programs and tells of each whether it disagrees."""
    lines = [line.strip() for line in text.splitlines()]
    end = time.monotonic() + seconds
    progress = True
    while progress and time.monotonic() < end:
        progress = False
        for source in (structural, simplified):
            candidates = [one for one in source(lines) if is_sound(one)]
            for first in range(0, len(candidates), batch):
                some = candidates[first : first + batch]
                results = differs(["\n".join(one) + "\n" for one in some])
                if any(results):
                    lines = some[results.index(True)]
                    progress = True
                    break
            if progress:
                break
    return "\n".join(lines) + "\n"

"""Parts of nested groups: subgroup and split keep the tree, and leave out what is empty."""

import asyncio

from scenario import ScenarioError, outcome, run, show, trace


def error(number):
    return ScenarioError(number)


def is_number(*numbers):
    def check(one):
        return isinstance(one, ScenarioError) and one.number in numbers

    return check


def tell(part):
    trace(show(part) if part is not None else "nothing")


def tree():
    return ExceptionGroup(
        "outer",
        [
            error(1),
            ExceptionGroup("inner", [error(2), error(1), ExceptionGroup("core", [error(3)])]),
            ExceptionGroup("other", [error(2)]),
        ],
    )


def split():
    for numbers in ((1,), (2,), (3,), (4,), (1, 2), (1, 2, 3)):
        match, rest = tree().split(is_number(*numbers))
        tell(match)
        tell(rest)


def subgroup():
    tell(tree().subgroup(is_number(2)))
    tell(tree().subgroup(is_number(2)).subgroup(is_number(1)))
    match, rest = tree().split(is_number(1))
    tell(rest.subgroup(is_number(3)))


async def fails(delay, number):
    await asyncio.sleep(delay)
    raise error(number)


async def of_a_task_group():
    async def nested():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(0, 5))
            group.create_task(fails(0, 6))

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(nested())
            group.create_task(fails(0, 5))
    except* ScenarioError as caught:
        tell(caught)
        for part in caught.split(is_number(5)):
            tell(part)


async def raised_again():
    async def block():
        raise tree().subgroup(is_number(1, 3))

    trace(await outcome(block()))


run(split, subgroup, of_a_task_group, raised_again)

"""S22: cooks wait on a condition until there is enough in the pantry.

Each cook waits until its own predicate is true. The supplier changes the pantry with the lock held
and notifies all: those for whom it is enough cook, the others wait on.

Run: python3 s22_condition.py (3.11 or later).
"""
import asyncio


class Pantry:
    def __init__(self):
        self.changed = asyncio.Condition()
        self.eggs = 0


async def cook(pantry, dish, eggs):
    async with pantry.changed:
        print(f"{dish}: waiting for {eggs} eggs")
        await pantry.changed.wait_for(lambda: pantry.eggs >= eggs)
        pantry.eggs -= eggs
        print(f"{dish}: took {eggs}, {pantry.eggs} left")


async def supply(pantry):
    for _ in range(3):
        await asyncio.sleep(1)
        async with pantry.changed:
            pantry.eggs += 2
            print(f"supplier: {pantry.eggs} eggs in the pantry")
            pantry.changed.notify_all()


async def main():
    pantry = Pantry()
    await asyncio.gather(cook(pantry, "cake", 3), cook(pantry, "omelette", 2),
                         cook(pantry, "pancake", 1), supply(pantry))


asyncio.run(main())

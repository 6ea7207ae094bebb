"""Workers that end gracefully on Ctrl-C: what runs is finished, what waits is not begun.

Run: python3 graceful_workers.py (3.13 or later, for Queue.shutdown).
"""
# needs: 3.13
# exits: 130
import asyncio
import signal
import sys

WORKERS = 3
JOBS = 12


def press_control_c():
    signal.raise_signal(signal.SIGINT)


async def work(number, jobs):
    done = 0
    while True:
        try:
            job = await jobs.get()
        except asyncio.QueueShutDown:
            print(f"worker {number}: goes home")
            return done
        await asyncio.sleep(0.3 + job % 4 * 0.11)
        print(f"worker {number}: job {job} is done")
        jobs.task_done()
        done += 1


async def main():
    jobs = asyncio.Queue()
    for job in range(1, JOBS + 1):
        jobs.put_nowait(job)
    workers = [asyncio.create_task(work(i + 1, jobs)) for i in range(WORKERS)]
    asyncio.get_running_loop().call_later(1, press_control_c)
    try:
        await jobs.join()
    except asyncio.CancelledError:
        print(f"Ctrl-C: {jobs.qsize()} jobs are not begun")
        raise
    finally:
        jobs.shutdown(immediate=True)
        done = sum([await task for task in workers])
        print(f"{done} of {JOBS} jobs are done")


try:
    asyncio.run(main())
except KeyboardInterrupt:  # as a program does that has nothing more to say than the shell's number
    sys.exit(130)

"""A pool of workers that share a queue of jobs, until all work is done."""
import asyncio


async def worker(name, queue):
    while True:
        job, seconds = await queue.get()
        await asyncio.sleep(seconds)
        print(f"{name}: job {job} took {seconds:.1f} s")
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    for job in range(1, 9):
        queue.put_nowait((job, job * 5 % 9 * 0.2 + 0.1))

    workers = [asyncio.create_task(worker(f"worker {i}", queue)) for i in range(1, 4)]
    start = asyncio.get_running_loop().time()
    await queue.join()
    print(f"all jobs are done after {asyncio.get_running_loop().time() - start:.0f} s")

    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


asyncio.run(main())

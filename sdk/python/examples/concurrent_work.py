"""Many things at once: asyncio, threads, other processes and generators, all in one run."""

import asyncio
import concurrent.futures
import logging
import multiprocessing
import time

import makespan


@makespan.task
async def request(name):
    await asyncio.sleep(0.02)
    logging.info("answer for %s", name)


@makespan.task
def hash_part(part):
    return sum(hash((part, i)) for i in range(50_000))


@makespan.task
def batches(count):
    for number in range(count):
        makespan.progress((number + 1) / count)
        yield [number] * 10


def in_another_process(ticket, part):
    run = makespan.join(ticket)
    hash_part(part)
    run.end()


async def requests():
    await asyncio.gather(*(request(name) for name in "abc"))


def main():
    logging.basicConfig(level=logging.INFO, handlers=[makespan.LogHandler()])
    with makespan.run("concurrent") as run:
        with run.task("requests"):
            asyncio.run(requests())
        with run.task("threads", after="requests"):
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                list(pool.map(makespan.bind(hash_part), range(4)))
        with run.task("processes", after="threads"):
            spawn = multiprocessing.get_context("spawn")
            workers = [spawn.Process(target=in_another_process, args=(run.ticket(), part)) for part in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        for batch in batches(3):
            time.sleep(0.002 * len(batch) / 10)
    print(run.file)


if __name__ == "__main__":
    main()

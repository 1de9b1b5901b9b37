"""Two busy threads and an event loop that publish how often they called what, for ever.

argv: a file of at least 64 bytes. Slot 0: process id; 1 and 2: the threads; 3: the loop.
A count is published after the call has returned, so a recording may be one call ahead.
"""
import asyncio
import mmap
import os
import sys
import threading

slots = memoryview(mmap.mmap(os.open(sys.argv[1], os.O_RDWR), 64)).cast("Q")


def work_one():
    pass


def work_two():
    pass


async def step():
    await asyncio.sleep(0)


def busy(slot, work):
    done = 0
    while True:
        work()
        done += 1
        slots[slot] = done


async def forever():
    done = 0
    while True:
        await step()
        done += 1
        slots[3] = done


for slot, work in (1, work_one), (2, work_two):
    threading.Thread(target=busy, args=(slot, work), daemon=True).start()
slots[0] = os.getpid()
asyncio.run(forever())

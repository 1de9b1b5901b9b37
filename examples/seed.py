#!/usr/bin/env python3
"""Four seconds of an asyncio program: computing, awaiting, blocking, awaiting.

    corograph record examples/seed.py

foo is called once and takes 4 s of wall time: 2 s running, 2 s awaiting. Of the time it
runs, burn_cpu has 1 s on a processor and burn_io 1 s off it.
"""
import asyncio
import time


def burn_cpu(secs):
    """Compute for that many seconds of processor time."""
    end = time.thread_time() + secs
    while time.thread_time() < end:
        for _ in range(1000):
            pass


async def burn_async_io(secs):
    """Wait, and let others run."""
    await asyncio.sleep(secs)


def burn_io(secs):
    """Wait, and let nobody run."""
    time.sleep(secs)


async def foo():
    burn_cpu(1.0)
    await burn_async_io(1.0)
    burn_io(1.0)
    await burn_async_io(1.0)


asyncio.run(foo())

"""How true it is what a profiler reports: shares of the time, and CPU time.

Each program has two halves, called in turn; the share of the first in the time of both is
known from plain runs. A half does work of the same kind as the other in another form: in many
small functions, in C functions, generators, coroutines, awaits. What a profiler adds to each
call it also reports as time, so the half with more calls seems to take more.

CPU time is that of threads that sleep and compute, beside what the kernel says of them, alone
and with as many processes that compute as there are processors.

usage: accuracy.py TOOL SCALE | accuracy.py TOOL cpu (one process; prints JSON)

tests/bench/run starts it for each tool and prints the tables.
"""
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from cost import TOOLS as STARTS
from machine import say

TOOLS = ("bare", "corograph", "compensated", "cProfile", "yappi wall", "yappi cpu")
CPU_TOOLS = ("corograph", "yappi cpu")
CPU_CASES = ("sleeping", "with competitors")
TURNS = 20


def mix(x):
    return (x * 3 + 7) % 1009


def mix_again(x):
    return (x * 5 + 3) % 1013


def small(n):
    x = 1
    for _ in range(n // 2):
        x = mix_again(mix(x))
    return x


def large(n):
    x = 1
    for _ in range(2 * n):
        x = (x * 3 + 7) % 1009
    return x


def in_c(n):
    x = 1
    for _ in range(n):
        x = abs(x) + 1
    return x


def pieces(n):
    x = 1
    for _ in range(n):
        x = (x * 3 + 7) % 1009
        yield x


def generator(n):
    for _ in pieces(n):
        pass


async def mix_later(x):
    return (x * 3 + 7) % 1009


async def coroutine_body(n):
    x = 1
    for _ in range(n):
        x = await mix_later(x)
    return x


def coroutine(n):
    try:
        coroutine_body(n).send(None)
    except StopIteration:
        pass


def fib_of(n):
    return n if n < 2 else fib_of(n - 1) + fib_of(n - 2)


def fib(n):
    fib_of(15)


async def naps(n):
    for _ in range(n):
        await asyncio.sleep(0)


def awaits(n):
    loop.run_until_complete(naps(n // 20))


# program: what is called in turn, the first one being that whose share is asked for
PROGRAMS = {
    "small functions": (small, large),
    "C functions": (in_c, large),
    "generator": (generator, large),
    "coroutine": (coroutine, small),
    "fib": (fib, large),
    "await": (awaits, large),
}


def turns(program, n):
    """The seconds of each half."""
    first, second = PROGRAMS[program]
    took = [0.0, 0.0]
    for _ in range(TURNS):
        a = time.perf_counter()
        first(n)
        b = time.perf_counter()
        second(n)
        took[0] += b - a
        took[1] += time.perf_counter() - b
    return took


def stop_bare(tool, took, names, field=None):
    return took


def stop_cprofile(tool, took, names, field=None):
    import pstats
    tool.disable()
    stats = pstats.Stats(tool).stats
    return [sum(row[3] for key, row in stats.items() if key[2] == name) for name in names]


def stop_yappi(tool, took, names, field=None):
    import yappi
    yappi.stop()
    totals = [sum(row.ttot for row in yappi.get_func_stats() if row.name == name)
              for name in names]
    yappi.clear_stats()
    return totals


def stop_corograph(*options):
    def stop(tool, took, names, field="wall_ns"):
        import corograph
        from corograph import _command
        with tempfile.TemporaryDirectory() as folder:
            trace = os.path.join(folder, "t.coro")
            corograph.stop().save(trace)
            report = json.loads(_command.run(["report", "--format", "json", *options, trace], None))
        return [sum(f[field] for f in report["functions"] if f["name"] == name) / 1e9
                for name in names]
    return stop


STOPS = {"bare": stop_bare, "corograph": stop_corograph(),
         "compensated": stop_corograph("--compensate"), "cProfile": stop_cprofile,
         "yappi wall": stop_yappi, "yappi cpu": stop_yappi}


def share(tool, program, n):
    start = STARTS["corograph" if tool == "compensated" else tool]
    names = [half.__name__ for half in PROGRAMS[program]]
    for half in PROGRAMS[program] * 3:
        half(n)
    held = start()
    took = turns(program, n)
    first, second = STOPS[tool](held, took, names)
    return first / (first + second)


def work():
    for _ in range(200):
        time.sleep(0.002)
        small(5000)


def timed(spent):
    """Sleep and compute; note what the kernel says that it took: long enough for what the
    first events of a thread cost to be little of it."""
    before = time.thread_time()
    work()
    spent.append(time.thread_time() - before)


def cpu_error(tool):
    """How far its CPU time of two threads is off the kernel's, of 1."""
    spent = []
    threads = [threading.Thread(target=timed, args=(spent,)) for _ in range(2)]
    held = STARTS[tool]()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reported, = STOPS[tool](held, None, ["work"], "cpu_ns")
    return reported / sum(spent) - 1


def cpu_errors(tool):
    errors = {"sleeping": cpu_error(tool)}
    others = [subprocess.Popen([sys.executable, "-Ic", "while True: pass"])
              for _ in range(os.cpu_count() or 1)]
    try:
        errors["with competitors"] = cpu_error(tool)
    finally:
        for other in others:
            other.kill()
            other.wait()
    return errors


def main():
    global loop
    tool = sys.argv[1]
    if sys.argv[2] == "cpu":
        print(json.dumps(cpu_errors(tool)))
        return
    scale = float(sys.argv[2])
    loop = asyncio.new_event_loop()
    shares = {program: share(tool, program, int(10_000 * scale)) for program in PROGRAMS}
    sys.stdout.write(json.dumps(shares) + "\n")


# from here on: the side of tests/bench/run

def ask(command, env, tool, what):
    """What one process tells, or None when the tool does not work."""
    done = subprocess.run(command + [__file__, tool, what], env=env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return json.loads(done.stdout)
    say(f"bench: accuracy not measured: {tool}:", (done.stderr.strip().splitlines() or ["?"])[-1])
    return None


def rounds_of(tools, command, env, rounds, what):
    """{tool: {case: [values]}}, the tools in turn."""
    all_of = {}
    for _ in range(rounds):
        for tool in tools:
            told = ask(command, env, tool, what)
            for case, value in (told or {}).items():
                all_of.setdefault(tool, {}).setdefault(case, []).append(value)
    return all_of


def measure(python, first, env, rounds, scale):
    """Medians: shares of each tool, and errors of its CPU time."""
    shares = rounds_of(TOOLS, first + [python], env, rounds, str(scale / 2))
    cpu = rounds_of(CPU_TOOLS, [python], env, rounds, "cpu")
    return [{tool: {case: statistics.median(values) for case, values in row.items()}
             for tool, row in table.items()} for table in (shares, cpu)]


def points(shares, tool, program):
    return 100 * (shares[tool][program] - shares["bare"][program])


def table(measured):
    """Markdown: points that each share is off; then the CPU time."""
    shares, cpu = measured
    yield "| points off | " + " | ".join(PROGRAMS) + " |"
    yield "| --- |" + " ---: |" * len(PROGRAMS)
    for tool in TOOLS:
        if tool in shares:
            cells = (f"{100 * shares[tool][p]:.1f} %" if tool == "bare"
                     else f"{points(shares, tool, p):+.1f}" for p in PROGRAMS)
            yield f"| {tool} | " + " | ".join(cells) + " |"
    yield ""
    yield "| CPU time off | " + " | ".join(CPU_CASES) + " |"
    yield "| --- |" + " ---: |" * len(CPU_CASES)
    for tool in CPU_TOOLS:
        if tool in cpu:
            yield f"| {tool} | " + " | ".join(f"{100 * cpu[tool][c]:+.2f} %" for c in CPU_CASES) + " |"
    yield ""


def off(shares, tool):
    """The mean of what its shares are off."""
    return statistics.mean(abs(points(shares, tool, program)) for program in PROGRAMS)


def targets(measured):
    """A line for each target: of which tool, at most so much of it."""
    shares, cpu = measured
    for tool, other, most in (("corograph", "cProfile", 1), ("compensated", "corograph", 0.5),
                              ("compensated", "cProfile", 0.25)):
        if not {tool, other, "bare"} <= set(shares):
            yield f"- accuracy, {tool}: not measured"
            continue
        ratio = off(shares, tool) / max(off(shares, other), 0.1)
        yield (f"- accuracy, {tool}: {off(shares, tool):.1f} points off on average, {ratio:.2f} x {other}, "
               f"at most {most}: {'ok' if ratio <= most else 'SHORT'}")
    for case in CPU_CASES if "corograph" in cpu else ():
        error = 100 * abs(cpu["corograph"][case])
        yield f"- CPU time, {case}: {error:.2f} % off, at most 1: {'ok' if error <= 1 else 'SHORT'}"


if __name__ == "__main__":
    main()

"""A program that has what is hard to export: recursion, direct and through another function,
generators, coroutines awaited, gathered and driven by hand, threads, builtins, two packages
alike, names that are not ASCII and names that only a program can make up."""
import asyncio
import threading
import time
import types

import alpha
import beta


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def numbers(n):
    yield from range(n)
    yield sum(i for i in range(n))


class Größe:
    def zähle(self, wörter):
        return sorted(wörter, key=lambda wort: (len(wort), wort.upper()))


def 日本語(n):
    return "".join(str(digit) for digit in numbers(n))


class Gate:
    async def __aenter__(self):
        await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_):
        await asyncio.sleep(0)


async def ticks(n):
    for i in range(n):
        await asyncio.sleep(0.002)
        yield i


async def fetch(n):
    async with Gate():
        async for i in ticks(n):
            fib(5 + i)
    return n


async def nested(depth):
    if depth:
        return await nested(depth - 1)
    return await asyncio.gather(*(fetch(n) for n in range(1, 6)))


@types.coroutine
def pause():
    yield


async def by_hand():
    await pause()
    fib(8)
    await pause()


def drive(coroutine):
    """Runs a coroutine without a loop."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration:
            return


def fails():
    raise ValueError("on purpose")


def work(n):
    for _ in range(n):
        alpha.setup(200)
        Größe().zähle(["äpfel", "Öl", "Übung", "a"] * 5)
    time.sleep(0.02)


def made_up():
    """Calls functions with names and files that no source text could give them."""
    names = ["</script><script>alert(1)</script>", "two\nlines", "bad\udcffbyte", 'q"uo\'te\\',
             "(1) id", "<b>&amp;</b>", "semi;colon", "x" * 3000, "tab\there", "é\u2028sep"]
    for number, name in enumerate(names, 1):
        code = compile("\n" * number + "def f(): return len('x')", f"/made/up/{name[:40]}.py",
                       "exec")
        code = next(c for c in code.co_consts if isinstance(c, types.CodeType))
        more = {"co_qualname": name} if hasattr(code, "co_qualname") else {}
        types.FunctionType(code.replace(co_name=name, **more), {})()


def main():
    threads = [threading.Thread(target=work, args=(n,), name=f"worker-{n}") for n in (20, 40)]
    for thread in threads:
        thread.start()
    fib(16)
    even(20)
    beta.setup(300)
    日本語(50)
    drive(by_hand())
    made_up()
    try:
        fails()
    except ValueError:
        pass
    asyncio.run(nested(3))
    for thread in threads:
        thread.join()


main()

"""Random programs: the collector's numbers are those of the model, tick for tick."""
import glob
import logging
import os
import sys
import warnings

sys.path.insert(0, os.path.join(os.environ["CG_SRC"], "tests", "e2e"))
from harness import Skip, run, test  # noqa: E402

FIRST, COUNT = 2000, 24
RICH = 2018  # has events of every kind, and dozens of tasks


def checker():
    if sys.version_info < (3, 12):
        raise Skip("raw events can be seen beside the collector from 3.12 on")
    path = glob.glob(os.path.join(os.environ["CG_BUILD"], "tests/model/.libs/_corograph*.so"))
    import check
    logging.disable()
    if "extension" not in vars(check):
        warnings.simplefilter("ignore")
        sys.unraisablehook = lambda error: None
        check.extension = check.load(path[0])
    return check, path[0]


@test("%d random programs: counts, places, tasks and ticks are equal" % COUNT)
def _():
    check, path = checker()
    events = 0
    for seed in range(FIRST, FIRST + COUNT):
        found, seen = check.check(check.extension, path, seed)
        assert not found, "seed %d: %s" % (seed, found[:5])
        events += seen
    assert events > 1000 * COUNT, "%d events are no test" % events


@test("the same where functions of theirs are left out of the recording, or asyncio too")
def _():
    check, path = checker()
    for seed in range(FIRST, FIRST + COUNT):
        found, seen = check.check(check.extension, path, seed, without=True)
        assert not found and seen > 100, "seed %d: %s" % (seed, found[:5])


@test("and by function where all but a few contexts fold")
def _():
    check, path = checker()
    for seed in range(FIRST, FIRST + COUNT):
        found, _ = check.check(check.extension, path, seed, fold=True)
        assert not found, "seed %d: %s" % (seed, found[:5])


@test("an event that is left out is noticed, whichever it is of these")
def _():
    check, path = checker()
    for name in "start", "resume", "throw", "yield", "return", "unwind", "c return":
        def spoil(events):
            such = [i for i, e in enumerate(events) if e[1] == name]
            middle = such[len(such) // 2]
            return events[:middle] + events[middle + 1:]

        try:
            found, _ = check.check(check.extension, path, RICH, spoil)
        except AssertionError:
            continue  # the model itself cannot make sense of it
        assert found, "a %s was left out and nobody noticed" % name


@test("a tick that is off by one is noticed")
def _():
    check, path = checker()

    def spoil(events):
        i = max(i for i, e in enumerate(events) if e[1] == "return" and
                e[3][2] == "main") // 2
        return events[:i] + [(events[i][0] + 1,) + events[i][1:]] + events[i + 1:]

    found, _ = check.check(check.extension, path, RICH, spoil)
    assert found


run()

"""A suite of tests, run bare and recorded: every test must end the same way.

A test whose outcome differs is tried again alone, both ways: some depend on the moment by
themselves. The trace of the recorded run must verify, so that no time was lost or invented.
"""
import json
import os
import subprocess

LIMIT_SECONDS = 1800
TRIES = 3


class Suite:
    """Some tests under one Python. What a kind of suite does on its own is arguments()."""

    def __init__(self, corograph, python, name, folder):
        self.corograph, self.python, self.name, self.folder = corograph, python, name, folder
        self.trace = os.path.join(folder, f"{name}.coro")
        self.place = folder  # where it runs
        self.changes = {}  # to the environment

    def arguments(self, out, names):
        """Of the Python that runs these tests, [] for all, and writes their outcomes."""
        raise NotImplementedError

    def alone(self, test):
        """The names that arguments() takes for one test of the outcomes, or []."""
        raise NotImplementedError

    def outcomes(self, recorded, names):
        """How each test ends; {} when the run itself has not come to its end."""
        out = os.path.join(self.folder, "outcomes.json")
        if os.path.exists(out):
            os.remove(out)
        command = [self.python, *self.arguments(out, names)]
        if recorded:
            command[:1] = [self.corograph, "record", "-q", "-o", self.trace, "--python",
                           self.python]
        with open(os.path.join(self.folder, "log"), "w", encoding="utf-8") as log:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
                           cwd=self.place, timeout=LIMIT_SECONDS,
                           env=dict(os.environ, **self.changes))
        if not os.path.exists(out):
            return {}
        with open(out, encoding="utf-8") as file:
            return json.load(file)

    def differences(self):
        """Tests that end otherwise when they are recorded, each with both outcomes."""
        bare, recorded = self.outcomes(False, []), self.outcomes(True, [])
        if not bare or any("_FailedTest" in test for test in bare):
            raise LookupError(f"{self.name} is not there or does not run here")
        wrong = self.verify()
        found = {}
        for test in sorted(bare.keys() | recorded.keys()):
            if bare.get(test) != recorded.get(test) and not self.settled(test):
                found[test] = bare.get(test), recorded.get(test)
        return [f"{test}: {how}" for test, how in found.items()] + wrong, len(bare)

    def settled(self, test):
        """Does a test that differed end alike when it is tried alone?"""
        names = self.alone(test)
        if not names:
            return False
        for _ in range(TRIES):
            bare, recorded = self.outcomes(False, names), self.outcomes(True, names)
            if bare and bare == recorded:
                return True
        return False

    def verify(self):
        """What `verify` says against the trace; nothing when it is well."""
        done = subprocess.run([self.corograph, "verify", self.trace], capture_output=True,
                              text=True, check=False)
        if done.returncode == 0:
            print(f"# {self.name}:", done.stdout.strip().rpartition(": ")[2], flush=True)
            return []
        return [done.stdout, done.stderr]


def case(number, suite):
    """One TAP line; False when it failed."""
    try:
        wrong, count = suite.differences()
    except LookupError as why:
        print(f"ok {number} - {suite.name} # SKIP {why}", flush=True)
        return True
    except subprocess.TimeoutExpired:
        wrong, count = [f"not at an end after {LIMIT_SECONDS} s"], 0
    for line in "\n".join(wrong).splitlines():
        print("#", line)
    print(f"{'not ' if wrong else ''}ok {number} - {suite.name}: {count} tests end as they do "
          "without us", flush=True)
    return not wrong

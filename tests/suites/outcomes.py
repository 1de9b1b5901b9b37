"""Run test modules of the standard library; write each test's outcome to a file as JSON.

usage: outcomes.py FILE MODULE... It is a program as anybody's, run bare and recorded.
"""
import json
import sys
import unittest


class Outcomes(unittest.TextTestResult):
    """Remembers how every test and subtest ended, by name."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.seen = {}

    def note(self, test, outcome):
        self.seen.setdefault(str(test), []).append(outcome)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test, "ok")

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, f"error {err[0].__name__}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failure")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skip")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "unexpected success")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(subtest, "subtest failed")


def main(path, names):
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromName(f"test.{name}") for name in names)
    result = unittest.TextTestRunner(resultclass=Outcomes, verbosity=2).run(suite)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result.seen, file, indent=0, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

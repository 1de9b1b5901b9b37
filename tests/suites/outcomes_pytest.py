"""A plugin of pytest: write each test's outcome to the file $CG_OUTCOMES, as JSON.

A test's outcome is those of its phases, and the type of the exception where one was raised.
"""
import json
import os

import pytest

seen = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    outcome = report.outcome
    if hasattr(report, "wasxfail"):
        outcome = f"x{outcome}"
    elif call.excinfo is not None and not report.skipped:
        outcome = f"{outcome} {call.excinfo.type.__name__}"
    if report.when == "call" or outcome != "passed":
        seen.setdefault(item.nodeid, []).append(f"{report.when} {outcome}")


def pytest_sessionfinish(session):
    with open(os.environ["CG_OUTCOMES"], "w", encoding="utf-8") as file:
        json.dump(seen, file, indent=0, sort_keys=True)

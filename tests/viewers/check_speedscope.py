"""speedscope exports: the schema, the rules beyond it, the numbers, the page."""
import gzip
import json
import re

from report import missing
from tools import Malformed, compare, page

DEPTH = 2000
DEEP = "[deep stack]"  # stands for all that is below the deepest level
# Profile by the first word of its name: what a function's total and own weight in it are.
METRICS = {
    "wall": ("wall", "self_wall"),
    "run": ("run", "self_run"),
    "await": ("waited", "self_await"),
    "cpu": ("cpu", "self_cpu"),
    "calls": (None, "calls"),
    "suspensions": (None, "suspensions"),
}
UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "": 1}


class Profile:
    """An evented profile, walked: per frame its total (once per stack) and own weight."""

    def __init__(self, document, frames):
        self.name, self.unit = document["name"], document["unit"]
        self.problems = []
        self.total, self.own = {}, {}
        self.depth = 0
        self.weight = document["endValue"] - document["startValue"]
        word = re.match(r"\W*(\w+)", self.name)
        self.metric = word and word[1].lower()
        if document["type"] != "evented":
            self.problems.append(f"{self.name}: type {document['type']}")
        elif not self._walk(document, frames):
            self.total, self.own = {}, {}

    def _bad(self, what):
        self.problems.append(f"{self.name}: {what}")
        return False

    def _walk(self, document, frames):
        """False at the first event that speedscope would give up at."""
        stack, last = [], document["startValue"]
        for event in document["events"]:
            frame, at = event["frame"], event["at"]
            if not 0 <= frame < frames:
                return self._bad(f"frame {frame} of {frames}")
            if at < last or at != int(at):
                return self._bad(f"at {at} after {last}")
            if stack:
                self.own[stack[-1][0]] = self.own.get(stack[-1][0], 0) + at - last
            last = at
            if event["type"] == "O":
                stack.append((frame, at))
                self.depth = max(self.depth, len(stack))
            elif not stack or stack[-1][0] != frame:
                return self._bad(f"closes frame {frame}, which is not the top one")
            else:
                _, opened = stack.pop()
                if all(frame != below for below, _ in stack):
                    self.total[frame] = self.total.get(frame, 0) + at - opened
        if stack:
            return self._bad(f"{len(stack)} frames are left open")
        if last > document["endValue"]:
            return self._bad(f"events up to {last}, endValue {document['endValue']}")
        return True


class File:
    def __init__(self, path):
        with open(path, "rb") as f:
            raw = f.read()
        try:
            raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
            self.document = json.loads(raw.decode("utf-8"))
            self.frames = self.document["shared"]["frames"]
            self.profiles = [Profile(p, len(self.frames)) for p in self.document["profiles"]]
        except (OSError, ValueError, KeyError, TypeError, EOFError) as e:
            raise Malformed(f"{type(e).__name__}: {e}") from None

    def profile(self, metric):
        return next((p for p in self.profiles if p.metric == metric), None)


def schema(case):
    """The file is valid by the schema that speedscope ships."""
    return page("speedscope_schema.mjs", case.paths["speedscope"])["errors"]


def rules(case):
    """What the importer demands and the schema cannot say."""
    file = case.speedscope
    problems = [p for profile in file.profiles for p in profile.problems]
    if not file.profiles:
        return ["no profiles"]
    active = file.document.get("activeProfileIndex")
    if active is None or file.profiles[active].metric != "wall":
        problems.append(f"the active profile is {active}")
    keys = [json.dumps(frame, sort_keys=True) for frame in file.frames]
    problems += [f"frame listed twice: {key}" for key in set(keys) if keys.count(key) > 1]
    for frame in file.frames:
        if ("file" in frame) != ("line" in frame):
            problems.append(f"a file and no line, or a line and no file: {frame}")
        if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", frame["name"] + frame.get("file", "")):
            problems.append(f"a control character: {frame}")
    for profile in file.profiles:
        if profile.depth > DEPTH:
            problems.append(f"{profile.name}: {profile.depth} deep")
        if profile.metric not in METRICS:
            problems.append(f"{profile.name}: not one of {', '.join(METRICS)}")
        elif (profile.unit == "nanoseconds") == (METRICS[profile.metric][0] is None):
            problems.append(f"{profile.name}: its unit is {profile.unit}")
        if not profile.weight:
            problems.append(f"{profile.name}: zero throughout")
    return problems


def find_all(case):
    """{frame's index: report's key}, and problems."""
    found, problems = {}, []
    for i, frame in enumerate(case.speedscope.frames):
        key = case.report.find(frame.get("file", ""), frame.get("line", 0), frame["name"])
        if key is None:
            if not re.match(r"[<\[]", frame["name"]):
                problems.append(f"{frame} is not in the report")
        elif key in found.values():
            problems.append(f"{frame} stands for a function that has another frame")
        else:
            found[i] = key
    return found, problems


def numbers(case):
    """Per metric, each function's total and own weight are the report's."""
    file = case.speedscope
    found, problems = find_all(case)
    weighty = {key for key, f in case.report.functions.items() if not f.wall}
    problems += missing(case.report, set(found.values()) | weighty)
    deep = any(file.frames[i]["name"] == DEEP for p in file.profiles for i in p.own)
    for metric, (total, own) in METRICS.items():
        profile = file.profile(metric)
        if profile is None:
            if case.report.total(own):
                problems.append(f"no profile for {metric}")
            continue
        for i, key in found.items():
            function = case.report.functions[key]
            pairs = {f"own {metric}": (profile.own.get(i, 0), getattr(function, own))}
            if total and not function.mixed:
                pairs[metric] = profile.total.get(i, 0), getattr(function, total)
            if deep:  # what is below the deepest level lacks
                pairs = {name: pair for name, pair in pairs.items() if pair[0] > pair[1]}
            problems += compare(function, pairs)
        problems += compare(profile.name, {"weight": (profile.weight, case.report.total(own))})
        problems += [f"{profile.name}: {file.frames[i]['name']} has own weight {weight}"
                     for i, weight in profile.own.items()
                     if weight and i not in found and file.frames[i]["name"] != DEEP]
    return problems


def show(case):
    """speedscope imports the file without a word, opens on wall time, and lists the
    report's numbers in the Sandwich view of each profile."""
    shown = page("speedscope_page.mjs", case.paths["speedscope"], *case.picture("speedscope"))
    problems = shown["errors"]
    if problems:
        return problems
    file = case.speedscope
    names = [name for name, _ in shown["profiles"]] or [file.profiles[0].name]
    if names != [p.name for p in file.profiles]:
        return [f"profiles: {names}"]
    if file.profiles[shown["active"]].metric != "wall":
        problems.append(f"shown first: {names[shown['active']]}")
    found, _ = find_all(case)
    for profile, rows in zip(file.profiles, shown["tables"]):
        expected = expected_rows(case, profile, found)
        if len(rows) < min(len(expected), 50):
            problems.append(f"{profile.name}: {len(rows)} rows for {len(expected)} functions")
        for total, own, name in rows:
            fits = [weighs(total, t) and weighs(own, o) for t, o in expected.get(name, ())]
            if not any(fits):
                problems.append(f"{profile.name}: {name}: {total}, own {own}, not "
                                f"{expected.get(name)}")
    return problems


def expected_rows(case, profile, found):
    """{name: [(total, own)]} that the page must show: the report's numbers; the file's own of
    frames that stand for no function, for totals that the report has not, and where the stacks
    are deeper than the file shows."""
    total, own = METRICS[profile.metric]
    deep = any(case.speedscope.frames[i]["name"] == DEEP for i in profile.own)
    rows = {}
    for i, weight in profile.total.items():
        numbers = [weight, profile.own.get(i, 0)]
        if i in found and not deep:
            function = case.report.functions[found[i]]
            numbers[1] = getattr(function, own)
            if total and not function.mixed:
                numbers[0] = getattr(function, total)
        rows.setdefault(case.speedscope.frames[i]["name"], []).append(numbers)
    return rows


def weighs(text, expected):
    """Is "83.00µs (100%)" the expected weight, as exactly as it is printed?"""
    number = text.split()[0]
    minutes, _, number = number.rpartition(":")
    match = re.match(r"(-?[\d,]*\.?(\d*))(\D*)$", number)
    if not match or match[3] not in UNITS:
        return False
    if minutes:  # 1:05, cut off, not rounded
        return 0 <= expected - (60 * int(minutes) + int(match[1])) * 1e9 < 1e9
    unit = UNITS[match[3]]
    value = float(match[1].replace(",", "")) * unit
    return abs(value - expected) <= 0.51 * unit / 10 ** len(match[2])

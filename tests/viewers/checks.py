"""The table of all checks, what they are given, and how they are run."""
import functools
import os
import traceback

import check_callgrind
import check_pstats
import check_speedscope
from report import Report
from tools import Malformed, Missing

# Format, viewer, what the check asserts, function. A check gives a list of problems; it raises
# Missing where a viewer is not installed and Malformed where a file is not even readable.
TABLE = (
    ("callgrind", "file", "keeps the rules of its readers", check_callgrind.rules),
    ("callgrind", "file", "has the report's numbers", check_callgrind.numbers),
    ("callgrind", "callgrind_annotate", "prints the report's numbers", check_callgrind.annotate),
    ("callgrind", "KCachegrind", "shows the report's numbers", check_callgrind.kcachegrind),
    ("pstats", "file", "keeps the rules of its readers", check_pstats.rules),
    ("pstats", "file", "has the report's numbers", check_pstats.numbers),
    ("pstats", "pstats", "prints the report's numbers on every Python", check_pstats.every_python),
    ("pstats", "snakeviz", "shows the report's numbers", check_pstats.snakeviz),
    ("pstats", "tuna", "draws all time", check_pstats.tuna),
    ("pstats", "gprof2dot", "draws the report's numbers", check_pstats.gprof2dot),
    ("pstats", "pyprof2calltree", "converts the report's numbers", check_pstats.pyprof2calltree),
    ("speedscope", "file", "is valid by speedscope's schema", check_speedscope.schema),
    ("speedscope", "file", "keeps the rules of its reader", check_speedscope.rules),
    ("speedscope", "file", "has the report's numbers", check_speedscope.numbers),
    ("speedscope", "speedscope", "shows the report's numbers", check_speedscope.show),
)


class Case:
    """A report and the three exports of the same trace: paths by "report" and format. Pages
    leave pictures in the folder `pictures`, if one is given."""

    def __init__(self, paths, pictures=None):
        self.paths = paths
        self.pictures = pictures

    def picture(self, viewer):
        """The argument for a page script that has it leave a picture."""
        if not self.pictures:
            return []
        name = os.path.splitext(os.path.basename(self.paths["report"]))[0]
        return [os.path.join(self.pictures, f"{name}-{viewer}.png")]

    @functools.cached_property
    def report(self):
        return Report.load(self.paths["report"])

    @functools.cached_property
    def callgrind(self):
        return check_callgrind.File(self.paths["callgrind"])

    @functools.cached_property
    def pstats(self):
        return check_pstats.load(self.paths["pstats"])

    @functools.cached_property
    def speedscope(self):
        return check_speedscope.File(self.paths["speedscope"])


def run(check, case):
    """(problems, reason why it was skipped or None)"""
    try:
        return check(case), None
    except Missing as why:
        return [], str(why)
    except Malformed as why:
        return [str(why)], None
    except Exception:  # one that stumbles over its input must not hold up the others
        return traceback.format_exc().splitlines(), None

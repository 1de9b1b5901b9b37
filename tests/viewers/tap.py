"""Test Anything Protocol: one line a check, problems as comments, the plan at the end."""
MOST_PROBLEMS = 12


class Tap:
    def __init__(self):
        self.count = self.failed = self.skipped = 0

    def result(self, name, problems=(), skip=None):
        """One check: it failed if there are problems, was skipped if there is a reason."""
        self.count += 1
        self.failed += bool(problems)
        self.skipped += skip is not None
        word = "not ok" if problems else "ok"
        reason = f" # SKIP {skip}" if skip is not None else ""
        print(f"{word} {self.count} - {name.replace('#', '')}{reason}", flush=True)
        for problem in list(problems)[:MOST_PROBLEMS]:
            self.note(problem)
        if len(problems) > MOST_PROBLEMS:
            self.note(f"and {len(problems) - MOST_PROBLEMS} more")

    @staticmethod
    def note(text):
        # Names may hold anything.
        text = text.encode("ascii", "backslashreplace").decode()
        for line in text.splitlines() or [""]:
            print(f"#   {line}", flush=True)

    def finish(self):
        """Prints the plan; gives the exit status."""
        print(f"1..{self.count}")
        return bool(self.failed)

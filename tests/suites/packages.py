"""The tests that asyncio packages of the index bring in their sources, run by pytest.

Each Python has an environment for them in the cache. The sources are unpacked anew for every
run, as tests write beside themselves.
"""
import glob
import os
import subprocess
import tarfile

import suite

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("COROGRAPH_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "corograph")

# What every one of them needs; then each, its extras and the arguments of pytest.
COMMON = ["pytest", "pytest-mock", "pytest-timeout", "trio", "uvloop", "trustme", "blockbuster"]
PACKAGES = {
    # its sockets' tests wait long where there is no IPv6
    "anyio": ("4.16.0", ["anyio[trio]", "hypothesis", "psutil", "truststore"],
              ["--ignore", "tests/test_sockets.py"]),
    "starlette": ("1.10.0", ["starlette[full]", "opentelemetry-sdk"], []),
    "httpx": ("0.28.1", ["httpx[brotli,cli,http2,socks,zstd]", "chardet", "cryptography",
                         "uvicorn"],
              # passes when its first write takes longer than a microsecond, under cProfile too
              ["--deselect", "tests/test_timeouts.py::test_write_timeout"]),
}


def ask(*command):
    """Run it, or say why the packages cannot be had."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise LookupError(f"cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout


class PackageSuite(suite.Suite):
    """The tests of one package."""

    def __init__(self, corograph, python, name, folder):
        super().__init__(corograph, python, name, folder)
        self.base = python
        self.changes = {"PYTHONPATH": HERE, "PYTHONDONTWRITEBYTECODE": "1"}

    def prepare(self):
        """Install what the tests need, and unpack them."""
        version, needed, _ = PACKAGES[self.name]
        tag = ask(self.base, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
        home = os.path.join(CACHE, f"suites-{tag}")
        self.python = os.path.join(home, "bin", "python")
        if not os.path.exists(self.python):
            ask(self.base, "-m", "venv", home)
        done = os.path.join(home, f"{self.name}-{version}.complete")
        if not os.path.exists(done):
            pip = [self.python, "-m", "pip", "-q"]
            exact = [f"{what}=={version}" if what.startswith(self.name) else what
                     for what in needed]
            ask(*pip, "install", *COMMON, *exact)
            ask(*pip, "download", "--no-deps", "--no-binary", self.name, "-d", home,
                f"{self.name}=={version}")
            open(done, "w", encoding="utf-8").close()
        source, = glob.glob(os.path.join(home, f"{self.name}-{version}.tar.gz"))
        with tarfile.open(source) as archive:
            archive.extractall(self.folder)
        self.place = os.path.join(self.folder, f"{self.name}-{version}")

    def differences(self):
        self.prepare()
        return super().differences()

    def arguments(self, out, names):
        self.changes["CG_OUTCOMES"] = out
        options = ["-q", "-p", "no:cacheprovider", "-p", "outcomes_pytest"]
        return ["-m", "pytest", *options, *(names or [*PACKAGES[self.name][2], "tests"])]

    def alone(self, test):
        return [test]

#!/usr/bin/env python3
"""Completion in real shells: what bash and zsh offer for a line that is being typed."""
import os
import pty
import re
import select
import shutil
import subprocess
import time

from harness import BIN, Skip, corograph, environment, run, test, write

SHARE = os.path.join(os.path.dirname(BIN), "share")
BASH = os.path.join(SHARE, "bash-completion", "completions", "corograph")
ZSH = os.path.join(SHARE, "zsh", "site-functions")
VIEWS = {"functions", "tree", "tasks", "threads", "blocking"}

# Runs the function that `complete` has for corograph, as bash does: "$@" are the words.
ASK = """
. "$COMPLETION" || exit 1
declare -F compopt >/dev/null || compopt() { :; }
set -- corograph "$@"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
function=$(complete -p corograph) && function=${function#*-F } && function=${function%% *}
"$function" corograph "${@:$#}" "${@:$#-1:1}"
for word in "${COMPREPLY[@]}"; do printf '%s\\0' "$word"; done
"""


def path():
    return {"PATH": BIN + ":" + os.environ["PATH"], "COMPLETION": BASH}


def offered(*words):
    """What bash offers for these words, the last of them to be completed."""
    done = subprocess.run(["bash", "--norc", "-c", ASK, "bash", *words], env=environment(path()),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stderr == b"", done
    return {os.fsdecode(word) for word in done.stdout.split(b"\0")[:-1]}


@test("commands")
def _():
    every = offered("")
    assert {"record", "report", "export", "info", "verify", "dump", "pack", "help", "--version"} <= every, every
    assert offered("re") == {"record", "report"}
    assert offered("help", "ver") == {"verify"}
    assert offered("nonsense", "") == set()


@test("every option of every command that the help has")
def _():
    for command in offered("help", ""):
        text = corograph("help", command).stdout
        options = set(re.findall(r"^ {2,6}(?:-\w, )?(--[a-z-]+)", text, re.M))
        letters = set(re.findall(r"^  (-\w) [A-Z]", text, re.M))
        assert "--help" in options and offered(command, "-") == options | letters, command


@test("views, formats and what takes no value")
def _():
    assert offered("report", "--view", "") == VIEWS
    assert offered("report", "x.coro", "--view", "=", "t") == {"tree", "tasks", "threads"}
    assert offered("report", "--format", "j") == {"json"}
    assert offered("report", "-n", "") == set()
    assert "--sort" in offered("report", "--salvage", "--")
    assert corograph("__complete", "report", "--view=bl").stdout == "--view=blocking\t\n"


@test("the columns of the view that is asked for")
def _():
    for view in VIEWS:
        found = offered("report", "--view", view, "--sort", "")
        write("t.coro", "")
        assert found, view
        assert "wall" in found or view not in ("functions", "tree"), found
    assert "over_10ms" in offered("report", "--view=blocking", "-s", "over")
    assert offered("report", "--callers", "f", "--sort", "kin") == {"kind"}
    assert offered("report", "--sort", "self_") == {"self_run", "self_await", "self_cpu"}


@test("the export formats and their own options")
def _():
    assert offered("export", "") == {"callgrind", "pstats", "speedscope"}
    assert offered("export", "pstats", "--met") == {"--metric"}
    assert "--output" in offered("export", "callgrind", "-")


@test("trace files, scripts, and any file where there is none of these")
def _():
    for name in ("a b.coro", "app.py", "notes", "ünï.coro"):
        write(name, "")
    os.mkdir("folder")
    assert offered("report", "") == {"a b.coro", "ünï.coro", "folder"}
    assert offered("info", "a") == {"a b.coro"}
    assert offered("verify", "one.coro", "a") == {"a b.coro"}
    assert offered("export", "pstats", "a") >= {"a b.coro"}
    assert offered("record", "") == {"app.py", "folder"}
    assert offered("record", "app.py", "") == {"a b.coro", "app.py", "notes", "ünï.coro", "folder"}
    assert offered("record", "-o", "no") == {"notes"}
    assert offered("report", "no") == {"notes"}


@test("behind -- a program")
def _():
    assert "corograph" in offered("record", "--", "corogr")
    assert "app.py" not in offered("record", "--", "corogr")
    assert offered("record", "-m", "json.tool", "--vi") == set()


def terminal_complete(argv, setup, keys, until):
    """Type keys at a shell on a terminal, until a text is on it; what is on it."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, environment({**path(), "TERM": "dumb", "PS1": "> ", "HOME": os.getcwd(),
                                               "ZDOTDIR": os.getcwd()}))
    text, end = "", time.monotonic() + 90
    steps = [(setup + "\n", "ready!"), (keys, until)]
    for send, expect in steps:
        os.write(master, send.encode())
        seen = ""
        while expect not in seen and time.monotonic() < end:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    seen += os.read(master, 65536).decode(errors="replace").replace("\a", "")
                except OSError:
                    break
        text += seen
    os.close(master)
    os.waitpid(pid, 0)
    return text


@test("bash on a terminal completes a word, and a file with a space in quotes")
def _():
    write("my trace.coro", "")
    setup = 'bind "set enable-bracketed-paste off"; . "$COMPLETION"; echo read""y!'
    bash = ["bash", "--norc", "--noprofile", "-i"]
    text = terminal_complete(bash, setup, "corograph rep\tmy\t", "trace.coro")
    assert "corograph report my\\ trace.coro" in text, text
    text = terminal_complete(bash, setup, "corograph report --form\tj\t", "json")
    assert "--format json" in text, text


@test("zsh on a terminal completes commands, options, values and files")
def _():
    if not shutil.which("zsh"):
        raise Skip("there is no zsh")
    write("my trace.coro", "")
    setup = f"fpath=({ZSH} $fpath); autoload -Uz compinit && compinit -u -D; echo read''y!"
    for keys, until in (("corograph rep\t", "corograph report "), ("corograph report --form\t", "--format "),
                        ("corograph report --view=bl\t", "--view=blocking"), ("corograph info my\t", "my\\ trace.coro"),
                        ("corograph export ps\t", "export pstats ")):
        text = terminal_complete(["zsh", "-f", "-i"], setup, keys, until)
        assert until in text, (keys, text)


run()

#!/usr/bin/env python3
"""Every option in a command's --help is in its manual page, and the other way round."""
import os
import re
import shutil

from harness import Skip, call, corograph, run, test

MAN = os.path.join(os.environ["CG_SRC"], "doc", "man")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z])(?![\w-])")


def commands():
    lines = corograph("help").stdout.splitlines()
    return [line.split()[0] for line in lines if re.match(r"  \w", line)]


def page(command):
    path = os.path.join(MAN, f"corograph-{command}.1")
    if not os.path.exists(path):
        raise Skip("there is no page")
    with open(path, encoding="utf-8") as file:
        return file.read()


def page_options(text):
    """Options that head a paragraph in the section OPTIONS."""
    section = re.search(r"^\.SH OPTIONS\n(.*?)(?=^\.SH )", text, re.S | re.M).group(1)
    heads = re.findall(r"^\.TP\n(.*)", section, re.M)
    plain = re.sub(r"\\f.|[\",]", " ", "\n".join(heads)).replace("\\-", "-")
    return set(OPTION.findall(plain))


def help_options(command):
    lines = corograph("help", command).stdout.splitlines()
    heads = [re.split(r"\s{2,}", line.strip())[0] for line in lines if re.match(r" {2,8}-", line)]
    return set(OPTION.findall("\n".join(heads)))


def check(command):
    @test(f"options of {command}")
    def _():
        there, here = page_options(page(command)), help_options(command)
        assert here and there == here, f"only in the page: {there - here}, only in the help: {here - there}"

    @test(f"sections of the page of {command}")
    def _():
        heads = re.findall(r"^\.SH (.*)", page(command), re.M)
        for head in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
            assert head in heads, head


for name in commands():
    check(name)


@test("the main page names every command")
def _():
    with open(os.path.join(MAN, "corograph.1"), encoding="utf-8") as file:
        named = re.findall(r"^\.TP\n\.B ([a-z]+)$", file.read(), re.M)
    assert set(commands()) <= set(named), set(commands()) - set(named)


@test("groff has no complaint about any page")
def _():
    if not shutil.which("groff"):
        raise Skip("there is no groff")
    for name in sorted(os.listdir(MAN)):
        done = call("groff", "-ww", "-z", "-man", os.path.join(MAN, name), env={"LD_PRELOAD": None})
        assert done.returncode == 0 and not done.stderr, (name, done.stderr)


run()

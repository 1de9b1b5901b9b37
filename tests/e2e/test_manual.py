#!/usr/bin/env python3
"""The manual pages and the help, which are made of the same tables."""
import os
import re
import shutil

from harness import BIN, Skip, call, corograph, run, test

MAN = os.path.join(os.path.dirname(BIN), "share", "man", "man1")
SECTIONS = ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z])(?![\w-])")


def commands():
    lines = corograph("help").stdout.split("examples:")[0].splitlines()
    return [line.split()[0] for line in lines if re.match(r"  \w", line)]


def page(command):
    with open(os.path.join(MAN, f"corograph-{command}.1".replace("-.", ".")), encoding="utf-8") as file:
        return file.read()


def section(text, name):
    return re.search(rf"^\.SH {name}\n(.*?)(?=^\.SH |\Z)", text, re.S | re.M).group(1)


def plain(text):
    return re.sub(r"\\f.", "", text).replace("\\-", "-").replace("\\e", "\\")


def page_options(text):
    """Options that head a paragraph in the section OPTIONS."""
    return set(OPTION.findall(plain("\n".join(re.findall(r"^\.TP\n(.*)", section(text, "OPTIONS"), re.M)))))


def help_parts(command):
    """The options of a help, and its examples."""
    done = corograph("help", command)
    assert done.returncode == 0 and done.stderr == "", done
    text, _, examples = done.stdout.partition("\nexamples:\n")
    heads = [re.split(r"\s{2,}", line.strip())[0] for line in text.splitlines() if re.match(r" {2,8}-", line)]
    return set(OPTION.findall("\n".join(heads))), [line.strip() for line in examples.splitlines()]


def check(command):
    @test(f"the page and the help of {command} say the same")
    def _():
        options, examples = help_parts(command)
        text = page(command)
        assert "--help" in options and page_options(text) == options, (page_options(text), options)
        assert examples and all(line.startswith("corograph " + command) for line in examples), examples
        shown = [line for line in plain(section(text, "EXAMPLES")).splitlines() if line[0] != "."]
        assert shown == examples, (shown, examples)
        for name in SECTIONS:
            assert section(text, name).strip(), name
        assert not re.search(r"^@", text, re.M)


for each in commands():
    check(each)


@test("no line of a help is wider than 100 columns")
def _():
    for command in commands():
        wide = [line for line in corograph("help", command).stdout.splitlines() if len(line) > 100]
        assert not wide, wide


@test("the main page names every command and shows the first steps")
def _():
    text = plain(page(""))
    named = re.findall(r"^\.TP\n([a-z]+)$", section(text, "COMMANDS"), re.M)
    assert commands() and named == commands(), named
    assert section(text, "EXAMPLES").splitlines()[1] in corograph("--help").stdout


def check_pages(program, *options, ignore=None):
    if not shutil.which(program):
        raise Skip(f"there is no {program}")
    pages = sorted(os.listdir(MAN))
    assert len(pages) >= len(commands()) + 1, pages
    for name in pages:
        done = call(program, *options, os.path.join(MAN, name), env={"LD_PRELOAD": None})
        lines = [line for line in (done.stdout + done.stderr).splitlines() if not ignore or ignore not in line]
        assert not lines, lines


@test("groff has no complaint about any page")
def _():
    check_pages("groff", "-ww", "-z", "-man")


@test("mandoc has no complaint about any page but for dates, which nobody would keep")
def _():
    check_pages("mandoc", "-T", "lint", "-W", "warning", ignore="missing date")


run()

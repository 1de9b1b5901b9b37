"""The plot of doc/performance.md: plot.py FIGURES.json >FILE.svg.

A group of bars for each operation; the bars are relative to cProfile's added cost, whose own
is 1, since nanoseconds of different operations do not fit one axis.
"""
import json
import sys

OPERATIONS = ("call", "c_call", "generator", "coroutine", "await", "task")
TOOLS = {"clock": "#b8b8b8", "corograph": "#1b7f5c", "cProfile": "#4477aa",
         "viztracer": "#cc8833", "yappi wall": "#aa3344"}
BAR, GAP, HEIGHT, LEFT, TOP, MOST = 16, 24, 240, 50, 50, 2.5


def text(x, y, what, anchor="middle"):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{what}</text>'


def rectangle(x, y, width, height, colour):
    return f'<rect x="{x}" y="{y:.1f}" width="{width}" height="{height:.1f}" fill="{colour}"/>'


def group(seconds, tools, operation, x):
    base = seconds["cProfile"][operation] - seconds["bare"][operation]
    for i, tool in enumerate(tools):
        ratio = max(0, (seconds[tool][operation] - seconds["bare"][operation]) / base)
        height = min(ratio, MOST) / MOST * HEIGHT
        yield rectangle(x + i * BAR, TOP + HEIGHT - height, BAR - 2, height, TOOLS[tool])
        yield (f'<text x="{x + i * BAR + 7}" y="{TOP + HEIGHT - height - 3:.1f}" font-size="8" '
               f'text-anchor="middle">{ratio:.2f}</text>')
    yield text(x + len(tools) * BAR / 2, TOP + HEIGHT + 18, operation)


def main():
    with open(sys.argv[1]) as f:
        figures = json.load(f)
    seconds = figures["seconds"]
    tools = [tool for tool in TOOLS if tool in seconds]
    step = len(tools) * BAR + GAP
    width = LEFT + len(OPERATIONS) * step
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{TOP + HEIGHT + 30}" '
          'font-family="sans-serif" font-size="12">')
    print('<rect width="100%" height="100%" fill="white"/>')
    print(text(LEFT, 16, f"Python {figures['version']}: added cost, cProfile's = 1", "start"))
    for i, tool in enumerate(tools):
        print(rectangle(LEFT + i * 100, 26, 10, 10, TOOLS[tool]))
        print(text(LEFT + i * 100 + 14, 35, tool, "start"))
    for i, operation in enumerate(OPERATIONS):
        print("\n".join(group(seconds, tools, operation, LEFT + i * step)))
    print("</svg>")


if __name__ == "__main__":
    main()

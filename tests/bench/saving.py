"""One process of the benchmark of exports: a program under another profiler, then its file.

usage: saving.py TOOL PROGRAM OUT

Prints JSON: the seconds from the end of the program to the file on disk, the file's bytes
and this process's peak memory.
"""
import json
import os
import resource
import sys
import time


def run_yappi(program, out, form):
    import yappi
    yappi.set_clock_type("wall")
    yappi.start()
    program()
    yappi.stop()
    start = time.perf_counter()
    yappi.get_func_stats().save(out, type=form)
    return start


def run_cprofile(program, out):
    import cProfile
    tool = cProfile.Profile()
    tool.runcall(program)
    start = time.perf_counter()
    tool.dump_stats(out)
    return start


def run_viztracer(program, out):
    from viztracer import VizTracer
    tool = VizTracer(verbose=0, tracer_entries=2_000_000, output_file=out)
    tool.start()
    program()
    tool.stop()
    start = time.perf_counter()
    tool.save()
    return start


def run_pyprof2calltree(program, out):
    """From cProfile's file, which stands beside the program, to callgrind."""
    import pyprof2calltree
    start = time.perf_counter()
    pyprof2calltree.convert(program, out)
    return start


TOOLS = {
    "cProfile dump_stats": run_cprofile,
    "pyprof2calltree": run_pyprof2calltree,
    "yappi callgrind": lambda program, out: run_yappi(program, out, "callgrind"),
    "yappi pstat": lambda program, out: run_yappi(program, out, "pstat"),
    "viztracer": run_viztracer,
}


def main():
    tool, path, out = sys.argv[1:]
    program = path
    if tool != "pyprof2calltree":
        sys.path.insert(0, os.path.dirname(path))
        program = __import__(os.path.basename(path)[:-3]).main
    start = TOOLS[tool](program, out)
    took = time.perf_counter() - start
    print(json.dumps({"seconds": took, "bytes": os.path.getsize(out),
                      "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""An ASGI application under uvicorn, from the package index, a few hundred requests."""
import http.client
import os
import signal
import socket
import subprocess
import time

from figures import calls_of, check_trace, edges_named
from harness import COROGRAPH, PROGRAMS, TIMEOUT, environment, packaged, run, test

REQUESTS = 300


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port):
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def ask(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    for n in range(REQUESTS):
        connection.request("GET", f"/{n}")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read() == b"2646700"
    connection.close()


def serve(*command):
    """Start a server, ask it, end it by SIGINT; (status, stdout)."""
    port = free_port()
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "warning", "--lifespan", "off"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=PROGRAMS)
    try:
        wait_for(port)
        ask(port)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    return process.returncode, out, err


@test(f"{REQUESTS} requests, ended by SIGINT: same status and output, every request in the trace")
def _():
    command = os.path.join(packaged("uvicorn"), "uvicorn")
    trace = os.path.abspath("out.coro")
    bare = serve(command, "asgi_app:answer")
    done = serve(COROGRAPH, "record", "-o", trace, "--", command, "asgi_app:answer")
    assert done[:2] == bare[:2], (bare, done)
    data = check_trace(trace)
    assert calls_of(data, "answer") == calls_of(data, "wait_a_little") == REQUESTS
    assert edges_named(data)["answer", "wait_a_little", "await"] == REQUESTS
    wait = [f for f in data["functions"] if f["name"] == "wait_a_little"][0]
    assert wait["await_ns"] >= REQUESTS * 1_000_000, wait


run()

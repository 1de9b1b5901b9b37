"""Forks some children that call `child_only` many times, while the parent calls its own."""
import os


def child_only():
    pass


def parent_only():
    pass


for _ in range(3):
    pid = os.fork()
    if pid == 0:
        for _ in range(20000):
            child_only()
        os._exit(0)
    for _ in range(1000):
        parent_only()
    os.waitpid(pid, 0)
print("done")

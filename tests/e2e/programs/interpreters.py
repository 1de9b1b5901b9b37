"""Runs code in subinterpreters that share the lock and in such that have their own."""
import os
import sys
import threading

try:
    import _interpreters
except ImportError:
    try:
        import _xxsubinterpreters as _interpreters
    except ImportError:
        print("no interpreters")
        sys.exit()

SOURCE = """
import sys
def foreign(): pass
for _ in range(1000): foreign()
assert not any("/corograph-" in p for p in sys.path), sys.path
sys.path[:0] = %r
import corograph
for function in corograph.start, corograph.stop:
    try:
        function()
    except RuntimeError as error:
        assert "main interpreter" in str(error) or "this recording" in str(error), error
    else:
        raise AssertionError(function)
""" % os.environ["CG_PYTHONPATH"].split(os.pathsep)


def create(own):
    try:
        return _interpreters.create(isolated=own)
    except TypeError:
        return _interpreters.create("isolated" if own else "legacy")


def step():
    pass


def one(own):
    for _ in range(10):
        step()
    interpreter = create(own)
    failed = _interpreters.run_string(interpreter, SOURCE)
    assert failed is None, failed
    _interpreters.destroy(interpreter)
    for _ in range(10):
        step()


for own in True, False:
    one(own)
    threads = [threading.Thread(target=one, args=(own,)) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
print("done")

"""One of two packages whose files, functions and lines have the same names."""


def setup(n):
    return [i * i for i in range(n)]

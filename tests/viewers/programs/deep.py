"""Stacks deeper than speedscope can show: directly recursive and through another function."""
import sys


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def there(n):
    return 0 if n == 0 else 1 + back(n - 1)


def back(n):
    return 0 if n == 0 else 1 + there(n - 1)


def main():
    sys.setrecursionlimit(6000)
    down(2500)
    there(5000)
    print(sum(i * i for i in range(100_000)))


main()

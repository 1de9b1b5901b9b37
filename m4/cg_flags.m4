AC_DEFUN([CG_SANITIZE], [
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers],
      [build with ASan and UBSan])], [], [enable_sanitizers=no])
  AS_IF([test "x$enable_sanitizers" = xyes],
    [CG_SAN_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"])
  AS_IF([test -n "$CG_SAN_FLAGS"],
    [CG_PY_ENV="LD_PRELOAD=`$CC -print-file-name=libasan.so` ASAN_OPTIONS=detect_leaks=0"])
  AC_SUBST([CG_PY_ENV])
  AC_SUBST([CG_SAN_FLAGS])
])
AC_DEFUN([CG_WARNINGS], [
  CG_WARN_CFLAGS="-std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings"
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [stop at warnings])],
    [AS_IF([test "x$enableval" = xyes], [CG_WARN_CFLAGS="$CG_WARN_CFLAGS -Werror"])])
  AC_SUBST([CG_WARN_CFLAGS])
])

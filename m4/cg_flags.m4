# CG_COMPILER_FLAGS: what every C file is compiled with. Warnings; hidden symbols, so that the
# module and the library export by CG_API alone; thread-local state at a fixed offset from
# the thread pointer and calls without a PLT, for the sake of the hooks.
AC_DEFUN([CG_COMPILER_FLAGS], [
  CG_CFLAGS="-std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
  CG_CFLAGS="$CG_CFLAGS -Wvla -Wformat=2 -Wundef -Wwrite-strings -fvisibility=hidden"
  CG_IF_CFLAG([-ftls-model=initial-exec], [CG_CFLAGS="$CG_CFLAGS -ftls-model=initial-exec"])
  CG_IF_CFLAG([-fno-plt], [CG_CFLAGS="$CG_CFLAGS -fno-plt"])
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [stop at warnings])],
    [AS_IF([test "x$enableval" = xyes], [CG_CFLAGS="$CG_CFLAGS -Werror"])])
  AC_SUBST([CG_CFLAGS])
])

# CG_IF_CFLAG(FLAG, THEN): THEN if the compiler takes FLAG without a warning.
AC_DEFUN([CG_IF_CFLAG], [
  AC_MSG_CHECKING([whether $CC takes $1])
  cg_save_CFLAGS=$CFLAGS; CFLAGS="$CFLAGS -Werror $1"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])
    $2], [AC_MSG_RESULT([no])])
  CFLAGS=$cg_save_CFLAGS
])

# CG_SANITIZERS: CG_SAN_FLAGS for compiler and linker; CG_PY_ENV for running a Python that
# was not built with them but loads a module that was. Other people's programs, which tests
# start from there, mix malloc and delete; ours are C.
AC_DEFUN([CG_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers],
      [build with ASan and UBSan; =thread: with TSan])], [], [enable_sanitizers=no])
  AS_IF([test "x$enable_sanitizers" = xyes], [
    CG_SAN_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    # libstdc++ too: ASan looks for its throw at the start alone, extensions come later
    cg_stdcxx=`$CC -print-file-name=libstdc++.so.6`
    AS_CASE([$cg_stdcxx], [/*], [cg_stdcxx=":$cg_stdcxx"], [cg_stdcxx=])
    CG_PY_ENV="LD_PRELOAD=`$CC -print-file-name=libasan.so`$cg_stdcxx ASAN_OPTIONS=detect_leaks=0:alloc_dealloc_mismatch=0"])
  AS_IF([test "x$enable_sanitizers" = xthread], [
    enable_sanitizers=yes
    CG_SAN_FLAGS="-fsanitize=thread -fno-omit-frame-pointer"
    CG_PY_ENV="LD_PRELOAD=`$CC -print-file-name=libtsan.so`"])
  AC_SUBST([CG_PY_ENV])
  AC_SUBST([CG_SAN_FLAGS])
  AC_SUBST([CG_SANITIZED], [$enable_sanitizers])
])

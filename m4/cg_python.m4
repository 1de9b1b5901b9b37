# CG_PYTHON([MIN]): find $PYTHON, ask *it* (never python3-config) for its flags and folders.
AC_DEFUN([CG_PYTHON], [
  AC_ARG_VAR([PYTHON], [interpreter to build the extension for (default: python3)])
  AS_IF([test -z "$PYTHON"], [AC_PATH_PROG([PYTHON], [python3])])
  AM_PATH_PYTHON([$1])
  # -isystem: 3.15's own headers do not pass -Wundef.
  AC_CACHE_CHECK([for $PYTHON include flags], [cg_cv_py_cppflags], [
    cg_cv_py_cppflags=`$PYTHON -c 'import sysconfig as s
print(*dict.fromkeys("-isystem " + s.get_path(k) for k in ("include", "platinclude")))'`])
  AC_CACHE_CHECK([for $PYTHON extension suffix], [cg_cv_py_suffix], [
    cg_cv_py_suffix=`$PYTHON -c 'import sysconfig as s
print(s.get_config_var("EXT_SUFFIX"))'`])
  # Automake says lib/pythonX.Y/site-packages, where Debian's own Python does not look under
  # /usr/local: prefer the first folder below our prefix that this Python does search.
  AC_CACHE_CHECK([for a folder below the prefix that $PYTHON searches], [cg_cv_py_dir], [
    cg_prefix=$prefix
    AS_IF([test "x$cg_prefix" = xNONE], [cg_prefix=$ac_default_prefix])
    cg_cv_py_dir=`$PYTHON -I -c 'import sys
root = sys.argv[[1]].rstrip("/") + "/"
hits = [[p[len(root):] for p in sys.path if p.startswith(root) and p.endswith("-packages")]]
print(hits[[0]] if hits else "none")' "$cg_prefix"`])
  AS_IF([test "x$cg_cv_py_dir" != xnone],
    [pythondir='${prefix}'/$cg_cv_py_dir pyexecdir='${exec_prefix}'/$cg_cv_py_dir])
  AC_SUBST([PYTHON_CPPFLAGS], [$cg_cv_py_cppflags])
  AC_SUBST([PYTHON_EXT_SUFFIX], [$cg_cv_py_suffix])
  cg_save_CPPFLAGS=$CPPFLAGS; CPPFLAGS="$CPPFLAGS $PYTHON_CPPFLAGS"
  AC_CHECK_HEADER([Python.h], [], [AC_MSG_ERROR([Python.h not found for $PYTHON (Debian: python3-dev)])])
  CPPFLAGS=$cg_save_CPPFLAGS
])

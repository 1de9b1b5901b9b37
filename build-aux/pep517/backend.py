"""PEP 517 backend: a wheel is `make install`, an sdist is `make distdir`.

It uses the standard library only and lists no file of the project, so it
cannot disagree with Makefile.am about what is built or installed.
"""
import base64, hashlib, io, os, pathlib, subprocess, sys, sysconfig, tarfile
import tempfile, time, zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))


def _metadata():
    text = (ROOT / "build-aux/pep517/METADATA.in").read_text()
    version = (ROOT / "VERSION").read_text().strip()
    return version, text.replace("@VERSION@", version)


def _tag():
    py = "cp" + sysconfig.get_config_var("py_version_nodot")
    plat = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{py}-{py}{'t' if 't' in sys.abiflags else ''}-{plat}"


def _configure(tree):
    if (ROOT / "config.status").exists():
        raise SystemExit(f"{ROOT} is configured in place: run 'make distclean' there, and build in build/")
    if not (ROOT / "configure").exists():
        subprocess.check_call(["autoreconf", "-fi"], cwd=ROOT)
    subprocess.check_call([ROOT / "configure", f"PYTHON={sys.executable}", "--prefix=/usr",
                           "--disable-maintainer-mode", "--disable-dependency-tracking"],
                          cwd=tree)


def _make(tree, *args):
    subprocess.check_call(["make", f"-j{os.cpu_count()}", *args], cwd=tree)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    version, metadata = _metadata()
    info, tag = f"corograph-{version}.dist-info", _tag()
    name = f"corograph-{version}-{tag}.whl"
    with tempfile.TemporaryDirectory() as tmp:
        tree, stage = pathlib.Path(tmp, "tree"), pathlib.Path(tmp, "stage")
        tree.mkdir()
        _configure(tree)
        _make(tree)
        _make(tree, "install-strip", f"DESTDIR={stage}", "pyexecdir=/lib", "pythondir=/lib",
              f"bindir=/corograph-{version}.data/scripts", f"datarootdir=/corograph-{version}.data/data/share",
              "libdir=/not-in-wheel", "includedir=/not-in-wheel")
        entries = {}
        for path in sorted(p for p in stage.rglob("*") if p.is_file()):
            rel = path.relative_to(stage).as_posix()
            if "__pycache__" not in path.parts and not rel.startswith("not-in-wheel/"):
                entries[rel.removeprefix("lib/")] = (path.read_bytes(), path.stat().st_mode)
    entries[f"{info}/METADATA"] = (metadata.encode(), 0o644)
    entries[f"{info}/WHEEL"] = (f"Wheel-Version: 1.0\nGenerator: corograph\n"
                                f"Root-Is-Purelib: false\nTag: {tag}\n".encode(), 0o644)
    record = "".join(
        f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n"
        for n, (d, _) in entries.items()) + f"{info}/RECORD,,\n"
    entries[f"{info}/RECORD"] = (record.encode(), 0o644)
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as out:
        for n, (data, mode) in entries.items():
            z = zipfile.ZipInfo(n, time.gmtime(EPOCH)[:6])
            z.external_attr = (mode & 0o7777 | 0o100000) << 16
            z.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(z, data)
    return name


def build_sdist(sdist_directory, config_settings=None):
    version, metadata = _metadata()
    name = f"corograph-{version}"
    with tempfile.TemporaryDirectory() as tmp:
        _configure(tmp)
        _make(tmp, "distdir", f"distdir={name}")
        pathlib.Path(tmp, name, "PKG-INFO").write_text(metadata)
        with tarfile.open(pathlib.Path(sdist_directory, name + ".tar.gz"), "w:gz",
                          format=tarfile.PAX_FORMAT) as out:
            out.add(pathlib.Path(tmp, name), name)
    return name + ".tar.gz"

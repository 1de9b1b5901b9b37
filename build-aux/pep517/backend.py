"""PEP 517 backend: a wheel is `make install`, an sdist is `make distdir`.

It uses the standard library only and lists no file of the project, so it
cannot disagree with Makefile.am about what is built or installed.
"""
import base64
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))


def _metadata():
    version = (ROOT / "VERSION").read_text().strip()
    text = (ROOT / "build-aux/pep517/METADATA.in").read_text().replace("@VERSION@", version)
    readme = ROOT / "README.md"
    body = readme.read_text(encoding="utf-8") if readme.exists() else ""
    return version, text.rstrip("\n") + "\n\n" + body


def _tag():
    py = "cp" + sysconfig.get_config_var("py_version_nodot")
    threads = "t" if "t" in sys.abiflags else ""
    plat = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{py}-{py}{threads}-{plat}"


def _need(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        raise SystemExit(f"corograph is built from C and needs {', '.join(missing)} "
                         "(Debian: apt install gcc make autoconf automake libtool zlib1g-dev)")


def _configure(tree):
    if (ROOT / "config.status").exists():
        raise SystemExit(f"{ROOT} is configured in place: run 'make distclean' there, and build in build/")
    _need("make", os.environ.get("CC", "cc").split()[0])
    if not (ROOT / "configure").exists():
        _need("autoreconf", "libtoolize")
        subprocess.check_call(["autoreconf", "-fi"], cwd=ROOT)
    subprocess.check_call([ROOT / "configure", "-q", f"PYTHON={sys.executable}", "--prefix=/usr",
                           "--disable-maintainer-mode", "--disable-dependency-tracking"],
                          cwd=tree)


def _make(tree, *args):
    subprocess.check_call(["make", f"-j{os.cpu_count()}", *args], cwd=tree)


def _stage(tree, stage, version):
    """Install into stage/lib what goes to site-packages, into stage/*.data what goes beside."""
    data = f"/corograph-{version}.data"
    folders = ["pythondir=/lib", "pyexecdir=/lib", "pkglibdir=/lib/corograph",
               f"bindir={data}/scripts", f"datarootdir={data}/data/share",
               "libdir=/not-in-wheel", "includedir=/not-in-wheel"]
    _make(tree, *folders)
    _make(tree, "install-strip", f"DESTDIR={stage}", *folders)
    for path in sorted(p for p in stage.rglob("*") if p.is_file()):
        name = path.relative_to(stage).as_posix()
        if "__pycache__" not in path.parts and not name.startswith("not-in-wheel/"):
            if name.startswith("lib/"):
                name = name[len("lib/"):]
            yield name, (path.read_bytes(), path.stat().st_mode)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    version, metadata = _metadata()
    info, tag = f"corograph-{version}.dist-info", _tag()
    name = f"corograph-{version}-{tag}.whl"
    with tempfile.TemporaryDirectory() as tmp:
        tree, stage = pathlib.Path(tmp, "tree"), pathlib.Path(tmp, "stage")
        tree.mkdir()
        _configure(tree)
        entries = dict(_stage(tree, stage, version))
    entries[f"{info}/LICENSE"] = ((ROOT / "LICENSE").read_bytes(), 0o644)
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
        pathlib.Path(tmp, name, "PKG-INFO").write_text(metadata, encoding="utf-8")
        with tarfile.open(pathlib.Path(sdist_directory, name + ".tar.gz"), "w:gz",
                          format=tarfile.PAX_FORMAT) as out:
            out.add(pathlib.Path(tmp, name), name)
    return name + ".tar.gz"

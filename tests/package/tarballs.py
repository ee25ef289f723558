# SPDX-License-Identifier: GPL-2.0-only
"""`make dist` and `make release`: the contents of the files, and that they are reproducible."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from frame import slow, test
from sources import REPOSITORY, cached, copy, files, run
from guestlib import arch
from guestlib.apt import host_arch

MOMENT = "2026-01-02T03:04:05Z"
# A parser of SPDX's licence expressions that knows all licences.
PARSE_LICENCES = """\
import sys
from license_expression import get_spdx_licensing
for text in sys.argv[1:]:
    info = get_spdx_licensing().validate(text)
    assert not info.errors, (text, info.errors)
"""


def commit(directory):
    """A repository with the current files, and the same commit in every directory."""
    copy(directory)
    run("git", "init", "-q", cwd=directory)
    run("git", "add", "-A", cwd=directory)
    run("git", "-c", "user.name=t", "-c", "user.email=t", "commit", "-q", "--no-gpg-sign", "-m", "test",
        cwd=directory, env={**os.environ, "GIT_AUTHOR_DATE": MOMENT, "GIT_COMMITTER_DATE": MOMENT})
    return directory


def release(directory, *names):
    """tools/release in a separate repository; the directory of the files that it wrote."""
    commit(directory)
    run(directory / "tools/release", "--unreleased", "--out", directory / "build/out", *names)
    return directory / "build/out"


def digests(directory):
    """{name: SHA-256} of its files."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


@test
def dist():
    """The archive has the files of git, and the same bytes in another directory."""
    with tempfile.TemporaryDirectory() as scratch:
        one, two = (commit(pathlib.Path(scratch, name)) for name in ("one", "two/with a blank"))
        tarball = pathlib.Path(run(one / "tools/dist", f"{scratch}/out").strip())
        again = pathlib.Path(run(two / "tools/dist", f"{scratch}/again").strip())
        assert tarball.read_bytes() == again.read_bytes()
        version = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
        assert tarball.name == f"daxaudit-{version}.tar.xz"
        listed = {line.split("/", 1)[1] for line in run("tar", "-tf", tarball).splitlines()
                  if not line.endswith("/")}
        assert listed == set(files()), listed ^ set(files())
        (one / "README.md").write_text("other\n", encoding="ascii")
        assert "not committed" in run(one / "tools/dist", f"{scratch}/out")


def check_sbom(document, binary):
    """The list names what is linked in, each with a licence that SPDX knows."""
    assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
    packages = {package["SPDXID"]: package for package in document["packages"]}
    names = {package["name"] for package in packages.values()}
    assert {"daxaudit", "libbpf-dev", "libelf-dev", "zlib1g-dev", "libjson-c-dev", "libyaml-dev",
            "libc6-dev", "gcc"} <= names, names
    for relation in document["relationships"]:
        assert relation["relatedSpdxElement"] in packages
        assert relation["spdxElementId"] in {*packages, "SPDXRef-DOCUMENT"}
    linked = {relation["relatedSpdxElement"] for relation in document["relationships"]
              if relation["relationshipType"] == "STATIC_LINK"}
    assert linked == packages.keys() - {"SPDXRef-daxaudit"}
    assert all(package["versionInfo"] for package in packages.values())
    run("/usr/bin/python3", "-c", PARSE_LICENCES,
        *{package["licenseConcluded"] for package in packages.values()})
    checksum, = packages["SPDXRef-daxaudit"]["checksums"]
    assert checksum["checksumValue"] == hashlib.sha256(binary.read_bytes()).hexdigest()


def check_release(out, names):
    """Every file of it, without running binaries for other machines."""
    run("sha256sum", "-c", "--strict", "SHA256SUMS", cwd=out)
    version = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
    for name in names:
        stem = f"daxaudit-{version}-linux-{name}"
        with tempfile.TemporaryDirectory() as scratch:
            run("tar", "-xzf", out / f"{stem}.tar.gz", "-C", scratch)
            top = pathlib.Path(scratch, stem)
            assert "INTERP" not in run("readelf", "-lW", top / "daxaudit"), f"{name} is not static"
            document = json.loads((top / "daxaudit.spdx.json").read_text(encoding="utf-8"))
            assert document == json.loads((out / f"{stem}.spdx.json").read_text(encoding="utf-8"))
            check_sbom(document, top / "daxaudit")
            for package in document["packages"][1:]:
                assert (top / "licences" / package["name"]).stat().st_size > 500, package["name"]
            assert (top / "daxaudit.8").stat().st_size > 2000 and list(top.glob("daxaudit-*.5"))
            assert (top / "LICENSE").exists() and (top / "licences/LGPL-2.1").exists()
            if name == host_arch():
                assert run(top / "daxaudit", "--version") == f"daxaudit {version}\n"
                recording = REPOSITORY / "tests/golden/real-6.1-host-failed.dxr"
                done = subprocess.run([top / "daxaudit", "replay", "--no-policy", recording],
                                      capture_output=True, text=True, check=False)
                assert done.returncode == 1 and "null-teardown-leak" in done.stdout, done


def make_twice(target):
    """The release of this machine's kind, made in two directories: their digests."""
    with tempfile.TemporaryDirectory() as scratch:
        out = release(pathlib.Path(scratch, "one"), host_arch())
        again = release(pathlib.Path(scratch, "another place/of-it"), host_arch())
        (target / "twice.json").write_text(json.dumps([digests(out), digests(again)]), encoding="ascii")
        shutil.copytree(out, target / "out")


@test
def release_of_this_machine():
    """Two directories, the same bytes; the tarball and its list of licences are complete."""
    made = cached("releases", make_twice)
    one, two = json.loads((made / "twice.json").read_text(encoding="ascii"))
    assert one == two and len(one) == 4, (one, two)
    check_release(made / "out", [host_arch()])


@test
def release_refuses():
    """HEAD without its tag, and an unknown architecture."""
    with tempfile.TemporaryDirectory() as scratch:
        top = commit(pathlib.Path(scratch))
        for words, wanted in ((["--out", f"{scratch}/build/o"], "has no tag v"),
                              (["--unreleased", "vax"], "no architecture vax")):
            done = subprocess.run([top / "tools/release", *words], capture_output=True, text=True, check=False)
            assert done.returncode == 1 and wanted in done.stderr, done
            assert not (top / "build/o").exists()


@slow
def release_of_all():
    """Every architecture."""
    with tempfile.TemporaryDirectory() as scratch:
        out = release(pathlib.Path(scratch, "all"))
        check_release(out, sorted(arch.ARCHES))

# SPDX-License-Identifier: GPL-2.0-only
"""The Debian package: built, checked by lintian, installed, tested and purged."""
import os
import pathlib
import re
import shutil
import tempfile

import chroot
from frame import slow, test
from sources import REPOSITORY, cached, copy, run
from guestlib import cache
from guestlib.apt import host_codename

BUILD_OPTIONS = f"parallel={os.cpu_count() or 1}"


def build(target):
    """dpkg-buildpackage's files into a directory."""
    with tempfile.TemporaryDirectory() as scratch:
        top = copy(pathlib.Path(scratch, "daxaudit"))
        run("dpkg-buildpackage", "-us", "-uc", "-b", cwd=top,
            env={**os.environ, "DEB_BUILD_OPTIONS": BUILD_OPTIONS, "MAKEFLAGS": "", "WERROR": ""})
        for path in pathlib.Path(scratch).glob("daxaudit*.*"):
            shutil.copy(path, target)


def built():
    """The directory that holds them."""
    return cached("packages", build, host_codename())


def package():
    """The package itself."""
    found, = built().glob("daxaudit_*.deb")
    return found


def depends():
    """The names of the files that it must have."""
    field = run("dpkg-deb", "-f", package(), "Depends")
    return sorted(re.sub(r" \(.*?\)", "", word).split("|")[0].strip() for word in field.split(","))


def lintian_is_silent(changes, prefix=()):
    """No error, no warning, no unused override."""
    said = run(*prefix, "lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit",
               "0", changes)
    bad = [line for line in said.splitlines() if line[:2] in ("E:", "W:")]
    assert not bad, said


@test
def debian_package():
    """It builds, its own tests pass, lintian reports nothing."""
    changes, = built().glob("*.changes")
    lintian_is_silent(changes)
    listed = run("dpkg-deb", "-c", package())
    for name in ("/usr/sbin/daxaudit\n", "/daxaudit.service\n", "/man8/daxaudit.8.gz\n",
                 "/usr/lib/tmpfiles.d/daxaudit.conf\n", "/etc/logrotate.d/daxaudit\n",
                 "/etc/default/daxaudit\n", "/daxaudit.catalog\n", "/examples/policy-debian-12.yaml\n",
                 "/prometheus/daxaudit.rules.yml\n", "/daxaudit/daemon.md\n"):
        assert f"./{name[1:]}" in listed or name in listed, f"no {name}{listed}"
    assert set(run("dpkg-deb", "-f", package(), "Depends").split()) & {"libbpf1", "libc6"}


def try_in(system, deb):
    """Install it, use it, purge it: no file remains, no daemon was started."""
    before = system.listing()
    system.run("dpkg", "-i", system.add(deb))
    assert system.run("daxaudit", "--version").startswith("daxaudit ")
    assert "null-teardown-leak" in system.run("daxaudit", "explain")
    state = system.run("sh", "-c", "systemctl is-enabled daxaudit.service || true")
    assert state.strip() == "disabled", state
    assert (system.path / "var/lib/prometheus/node-exporter").is_dir()
    assert "null-teardown-leak" in system.run("journalctl", "--list-catalog")
    system.run("systemd-analyze", "verify", "--man=no", "daxaudit.service")
    system.run("logrotate", "--debug", "/etc/logrotate.d/daxaudit")
    # Files of the unit, and a file of the administrator.
    (system.path / "var/log/daxaudit").mkdir()
    (system.path / "var/log/daxaudit/daxaudit.jsonl").write_text("{}\n", encoding="ascii")
    settings = system.path / "etc/default/daxaudit"
    settings.write_text(settings.read_text(encoding="utf-8") + "DAXAUDIT_OPTIONS=-v\n", encoding="utf-8")
    system.run("dpkg", "-i", "--force-confold", f"/tmp/{deb.name}")
    assert "DAXAUDIT_OPTIONS=-v\n" in settings.read_text(encoding="utf-8"), "an upgrade lost settings"
    system.run("dpkg", "--remove", "daxaudit")
    assert (system.path / "var/log/daxaudit").is_dir(), "removing is not purging"
    system.run("dpkg", "--purge", "daxaudit")
    assert not (system.path / "var/log/daxaudit").exists(), "purging leaves the log"
    after = system.listing()
    assert after == before, f"left: {sorted(after - before)} taken: {sorted(before - after)}"


@test
def debian_install_and_purge():
    """In a minimal system of this machine's suite."""
    with chroot.root(host_codename(), ["systemd", "logrotate", *depends()]) as system:
        try_in(system, package())


@test
def debian_autopkgtest():
    """The package's own tests, by autopkgtest: all but those that need the network."""
    run_autopkgtest("replay")


@slow
def debian_autopkgtest_in_a_guest():
    """The test that boots a kernel."""
    run_autopkgtest("guest")


def test_depends(name):
    """The dependencies of a test in debian/tests/control, except the package."""
    text = (REPOSITORY / "debian/tests/control").read_text(encoding="utf-8")
    stanza = next(part for part in text.split("\n\n") if f"Tests: {name}\n" in part)
    words = re.search(r"(?m)^Depends: (.*)$", stanza)[1].split(",")
    return [word.strip() for word in words if word.strip() != "@"]


def run_autopkgtest(name):
    """In a chroot with its dependencies, and with this machine's cache for downloads."""
    packages = sorted({"apt-utils", "dpkg-dev", *depends(), *test_depends(name)})
    with chroot.root(host_codename(), packages) as system, \
            tempfile.TemporaryDirectory(prefix="daxaudit-sources.") as scratch:
        (system.path / "dev/shm").mkdir(exist_ok=True)
        (system.path / "var/tmp/cache").mkdir()
        sources = copy(pathlib.Path(scratch, "daxaudit"))
        words = ["autopkgtest", "--no-built-binaries", f"--test-name={name}",
                 "--env=DAXAUDIT_CACHE=/var/tmp/cache", str(package()), f"{sources}/", "--", "chroot",
                 str(system.path)]
        script = ('mount --bind "$1" "$2/var/tmp/cache" && mount -t proc proc "$2/proc" && '
                  # 8: all that passed is marked as superficial (autopkgtest(1)).
                  'mount --bind /dev "$2/dev" && shift 2 && { "$@" || [ $? -eq 8 ]; }')
        said = run("unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh",
                   cache.root(), system.path, *words)
        assert re.search(rf"(?m)^{name} +PASS", said), said


@slow
def debian_package_in_trixie():
    """Built, checked and installed in a chroot of the next suite."""
    wanted = run("sed", "-n", "/^Build-Depends:/,/^Standards/p", REPOSITORY / "debian/control")
    words = wanted.replace("Build-Depends:", "").rsplit("Standards", 1)[0].split(",")
    names = sorted({re.sub(r"[ (:<].*", "", word.strip()) for word in words} - {"debhelper-compat"})
    with chroot.root("trixie", ["build-essential", "debhelper", "lintian", *names]) as system:
        copy(system.path / "tmp/daxaudit")
        system.run("sh", "-c", f"cd /tmp/daxaudit && DEB_BUILD_OPTIONS={BUILD_OPTIONS} "
                   "dpkg-buildpackage -us -uc -b")
        changes, = system.path.glob("tmp/*.changes")
        lintian_is_silent(f"/tmp/{changes.name}", ("chroot", system.path))
        deb, = system.path.glob("tmp/daxaudit_*.deb")
        field = run("dpkg-deb", "-f", deb, "Depends")
        with tempfile.TemporaryDirectory() as scratch:
            deb = pathlib.Path(shutil.copy(deb, scratch))
            needs = [re.sub(r" \(.*?\)", "", word).split("|")[0].strip() for word in field.split(",")]
            with chroot.root("trixie", ["systemd", "logrotate", *needs]) as fresh:
                try_in(fresh, deb)

# SPDX-License-Identifier: GPL-2.0-only
"""The RPM: built from the sources' tarball, installed and erased, with Debian's rpm."""
import os
import pathlib
import shutil
import tempfile

import chroot
import debian
from frame import test
from sources import REPOSITORY, cached, copy, run
from guestlib.apt import host_codename


def build(target):
    """rpmbuild's package into a directory."""
    version = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        copy(top / f"daxaudit-{version}")
        tarball = top / f"daxaudit-{version}.tar.xz"
        run("tar", "-C", top, "-cJf", tarball, f"daxaudit-{version}")
        # rpm does not know the packages that are installed here: --nodeps.
        run("rpmbuild", "-tb", "--nodeps", "--define", f"_topdir {top}/rpm", "--define",
            f"_smp_mflags -j{os.cpu_count() or 1}", tarball,
            env={**os.environ, "MAKEFLAGS": "", "WERROR": ""})
        for path in top.glob("rpm/RPMS/*/daxaudit-0*.rpm"):
            shutil.copy(path, target)


def package():
    """The package."""
    found, = cached("rpms", build, host_codename()).glob("*.rpm")
    return found


@test
def rpm_package():
    """It builds and lists its files; settings survive an upgrade; nothing remains after erasing."""
    rpm = package()
    version = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
    about = run("rpm", "-qp", "--qf", "%{NAME} %{VERSION} %{LICENSE}\n", rpm)
    assert about == f"daxaudit {version} GPL-2.0-only\n", about
    assert set(run("rpm", "-qpc", rpm).split()) == {"/etc/default/daxaudit", "/etc/logrotate.d/daxaudit"}
    with chroot.root(host_codename(), ["systemd", "rpm", *debian.depends()]) as system:
        at = system.add(rpm)
        (system.path / "var/lib/rpm").mkdir(exist_ok=True)
        # On systems with rpm, its package `filesystem` has this.
        (system.path / "usr/share/licenses").mkdir(exist_ok=True)
        system.run("rpm", "--initdb")
        before = system.listing()
        # The libraries are installed, but by dpkg.
        said = system.run("rpm", "-i", "--nodeps", at)
        assert "error" not in said.lower(), said
        assert system.run("daxaudit", "--version").startswith(f"daxaudit {version}")
        state = system.run("sh", "-c", "systemctl is-enabled daxaudit.service || true")
        assert state.strip() == "disabled", state
        assert "null-teardown-leak" in system.run("journalctl", "--list-catalog")
        system.run("systemd-analyze", "verify", "--man=no", "daxaudit.service")
        system.run("rpm", "-V", "--nodeps", "daxaudit")
        settings = system.path / "etc/default/daxaudit"
        settings.write_text("DAXAUDIT_OPTIONS=-v\n", encoding="ascii")
        system.run("rpm", "-U", "--nodeps", "--force", at)
        assert settings.read_text(encoding="ascii") == "DAXAUDIT_OPTIONS=-v\n"
        system.run("rpm", "-e", "--nodeps", "daxaudit")
        kept = {line for line in system.listing() - before if "etc/default/daxaudit.rpm" not in line}
        gone = before - system.listing()
        assert not kept and not gone, f"left: {sorted(kept)} taken: {sorted(gone)}"

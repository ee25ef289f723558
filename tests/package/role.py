# SPDX-License-Identifier: GPL-2.0-only
"""The role, run by ansible in a minimal system: it installs, and it is idempotent."""
import re

import chroot
import debian
from frame import test
from sources import REPOSITORY
from guestlib.apt import host_codename

INVENTORY = "[daxaudit]\nlocalhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n"
POLICY = ("version: 1\nallow:\n  - rule: orphan\n    reason: a test\n    until: 2999-12-31\n")


def play(system, *more):
    """ansible-playbook's (ok, changed, failed) and its output."""
    said = system.run("sh", "-c", 'cd /tmp/ansible && ansible-playbook -i inventory site.yml "$@" 2>&1 || true',
                      "sh", "-e", '{"daxaudit_start": false}', *more)
    counts = re.search(r"localhost +: ok=(\d+) +changed=(\d+) .*failed=(\d+)", said)
    assert counts, said
    return tuple(map(int, counts.groups())), said


@test
def ansible_role():
    """Package, settings and policies exist; a second run changes nothing; a bad policy is refused."""
    with chroot.root(host_codename(), ["systemd", "ansible-core", "python3-apt", "procps",
                                       *debian.depends()]) as system:
        system.add(REPOSITORY / "packaging/ansible")
        package = system.add(debian.package())
        (system.path / "tmp/ansible/inventory").write_text(INVENTORY, encoding="ascii")
        (system.path / "tmp/known.yaml").write_text(POLICY, encoding="ascii")
        (system.path / "tmp/bad.yaml").write_text(POLICY.replace("orphan", "orphans"), encoding="ascii")
        words = ["-e", f"daxaudit_package={package}", "-e", "daxaudit_options=--ring-size=4M",
                 "-e", '{"daxaudit_policies": ["/tmp/known.yaml"]}']
        (_, changed, failed), said = play(system, *words)
        assert changed >= 4 and not failed, said
        settings = (system.path / "etc/default/daxaudit").read_text(encoding="utf-8")
        assert 'DAXAUDIT_OPTIONS="--ring-size=4M"\n' in settings, settings
        assert system.run("systemctl", "is-enabled", "daxaudit.service") == "enabled\n"
        assert "orphan" in system.run("daxaudit", "policy", "show")
        (_, changed, failed), said = play(system, *words)
        assert not changed and not failed, said
        (_, _, failed), said = play(system, *words[:-1], '{"daxaudit_policies": ["/tmp/bad.yaml"]}')
        assert failed and "did you mean orphan" in said, said
        assert not (system.path / "etc/daxaudit/policy.d/bad.yaml").exists()
        (_, changed, failed), said = play(system, *words[:-1], '{"daxaudit_policies": []}')
        assert changed and not failed, said
        assert not (system.path / "etc/daxaudit/policy.d/known.yaml").exists()

# SPDX-License-Identifier: GPL-2.0-only
"""tools/check-version: its messages for files that do not agree."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from frame import test
from sources import REPOSITORY, run

CHECK = REPOSITORY / "tools/check-version"
NAMES = ("VERSION", "CHANGELOG.md", "debian/changelog", "packaging/rpm/daxaudit.spec")


def said(directory, *words):
    """Its messages, "" if there are none."""
    done = subprocess.run([CHECK, *words, directory], capture_output=True, text=True, check=False)
    assert done.returncode == bool(done.stderr), done
    return done.stderr


def spoilt(edits, *words):
    """Its messages after (name, pattern, replacement) were applied."""
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        for name in NAMES:
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, top / name)
        for name, pattern, replacement in edits:
            text = (top / name).read_text(encoding="utf-8")
            new = re.sub(pattern, replacement, text, count=1)
            assert new != text, f"{name} has no {pattern}"
            (top / name).write_text(new, encoding="utf-8")
        return said(top, *words)


@test
def versions_must_agree():
    """Each file with another version is named."""
    assert not spoilt([]), spoilt([])
    version = re.escape((REPOSITORY / "VERSION").read_text(encoding="utf-8").strip())
    for name in NAMES[1:]:
        message = spoilt([(name, version, "7.8.9")])
        assert name in message and "7.8.9" in message and "VERSION says" in message, message
    assert "is not X.Y.Z" in spoilt([("VERSION", r"\n", "rc1\n")])
    assert "must be" in spoilt([("CHANGELOG.md", r"## \[Unreleased\]\n", "")])
    assert "YYYY-MM-DD" in spoilt([("CHANGELOG.md", r"- \d{4}-", "- May ")])
    assert "come first" in spoilt([("CHANGELOG.md", r"\Z", "\n## [9.0.0] - 2020-01-01\n")])


@test
def release_needs_its_tag():
    """And a changelog with nothing left below Unreleased."""
    assert "has no tag" in spoilt([], "--release")
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        for name in NAMES:
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, top / name)
        git = ["git", "-C", top, "-c", "user.name=t", "-c", "user.email=t"]
        run(*git, "init", "-q")
        run(*git, "add", "-A")
        run(*git, "commit", "-q", "--no-gpg-sign", "-m", "test")
        run(*git, "tag", "v9.9.9")
        assert "tag v9.9.9: VERSION says" in said(top)
        run(*git, "tag", "-d", "v9.9.9")
        version = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
        run(*git, "tag", f"v{version}")
        text = (top / "CHANGELOG.md").read_text(encoding="utf-8")
        body = re.sub(r"(?s)(## \[Unreleased\]\n).*?(?=\n## )", r"\1", text)
        (top / "CHANGELOG.md").write_text(body, encoding="utf-8")
        assert not said(top, "--release"), said(top, "--release")
        (top / "CHANGELOG.md").write_text(
            body.replace("## [Unreleased]\n", "## [Unreleased]\n\n- more\n"), encoding="utf-8")
        assert "nothing below" in said(top, "--release")

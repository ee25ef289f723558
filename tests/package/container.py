# SPDX-License-Identifier: GPL-2.0-only
"""The image and the DaemonSet: built by buildah, validated, and run over a real kernel."""
import json
import pathlib
import shutil
import subprocess
import tempfile

import yaml

import frame
import npm
from frame import test
from sources import REPOSITORY, run
from guestlib import Guest, run_guest
from guestlib.initramfs import File, host_tool

FOLDER = REPOSITORY / "packaging/container"
VALIDATE = """\
import { readFileSync } from "fs";
import { DaemonSet } from "kubernetes-models/apps/v1";
try { new DaemonSet(JSON.parse(readFileSync(process.argv[2], "utf8"))).validate(); }
catch (error) { console.log(String(error)); process.exitCode = 1; }
"""
# Like the kubelet and the runtime: the image's root, with directories of the host in it.
SCRIPT = r"""#!/bin/sh
set -e
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
mkdir -p /image/proc /image/sys
mount --bind /proc /image/proc
mount --rbind /sys /image/sys
MOUNTS
modprobe nd_e820
chroot /image ENTRYPOINT 2>/root/err &
tries=0
until [ -s METRICS ]; do sleep 1; tries=$((tries + 1)); [ $tries -lt 100 ] || { cat /root/err; exit 3; }; done
modprobe nd_pmem || true
tries=0
until grep -q null-teardown-leak METRICS; do sleep 1; tries=$((tries + 1)); [ $tries -lt 60 ] || { cat /root/err METRICS; exit 4; }; done
cp METRICS /root/metrics
"""


def daemonset():
    """The document."""
    return yaml.safe_load((FOLDER / "daemonset.yaml").read_text(encoding="utf-8"))


def validate(document):
    """(exit code, errors) of a check with the API's own schema."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        return npm.node(VALIDATE, file.name)


@test
def container_daemonset():
    """It is valid, a wrong one is not; version, volumes and mounts belong together."""
    document = daemonset()
    code, said = validate(document)
    assert code == 0, said
    spec = document["spec"]["template"]["spec"]
    container, = spec["containers"]
    version = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
    assert container["image"] == f"daxaudit:{version}", container["image"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}
    document["spec"]["template"]["spec"]["hostPID"] = "yes"
    code, said = validate(document)
    assert code == 1 and "hostPID" in said, said


def image(scratch):
    """The image's root and configuration, built by buildah."""
    context = scratch / "context"
    context.mkdir()
    shutil.copy(frame.BUILD / "daxaudit.static", context)
    store = ["--root", scratch / "store", "--runroot", scratch / "run", "--storage-driver", "vfs"]
    run("buildah", *store, "build", "--isolation", "chroot", "-f", FOLDER / "Containerfile", "-t", "daxaudit",
        context)
    run("buildah", *store, "push", "daxaudit", f"dir:{scratch}/image")
    manifest = json.loads((scratch / "image/manifest.json").read_text(encoding="utf-8"))
    config = scratch / "image" / manifest["config"]["digest"].split(":")[1]
    root = scratch / "root"
    root.mkdir()
    for layer in manifest["layers"]:
        run("tar", "-xf", scratch / "image" / layer["digest"].split(":")[1], "-C", root)
    return root, json.loads(config.read_text(encoding="utf-8"))["config"]


@test
def container_image():
    """One file, which runs without others; dockerfilelint reports nothing."""
    done = subprocess.run([npm.modules() / ".bin/dockerfilelint", FOLDER / "Containerfile"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with tempfile.TemporaryDirectory() as scratch:
        root, config = image(pathlib.Path(scratch))
        assert [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()] == ["usr/sbin/daxaudit"]
        assert "Commands:" in run("chroot", root, *config["Entrypoint"], *config["Cmd"])
        assert run("chroot", root, *config["Entrypoint"], "--version").startswith("daxaudit ")


@test
def container_over_a_kernel():
    """The DaemonSet's mounts and arguments, over a stock kernel that leaks."""
    spec = daemonset()["spec"]["template"]["spec"]
    container, = spec["containers"]
    host = {volume["name"]: volume["hostPath"]["path"] for volume in spec["volumes"]}
    mounts = "\n".join(f"mkdir -p {host[mount['name']]} /image{mount['mountPath']}\n"
                       f"mount --bind {host[mount['name']]} /image{mount['mountPath']}"
                       for mount in container["volumeMounts"])
    metrics = next(arg.split("=")[1] for arg in container["args"] if "--metrics" in arg)
    with tempfile.TemporaryDirectory() as scratch:
        root, config = image(pathlib.Path(scratch))
        words = " ".join([*config["Entrypoint"], *container["args"]])
        script = SCRIPT.replace("MOUNTS", mounts).replace("ENTRYPOINT", words).replace("METRICS", metrics)
        result = run_guest(Guest(kernel="6.1-amd64", pmem=["64M"], faults=["dax_add_host=-ENOMEM"],
                                 script=script, files=[File(root, "/image"), *host_tool("chroot")],
                                 collect=["/root/metrics"], timeout=300))
    said = (result.stdout + result.stderr).decode(errors="replace")
    assert result.exit_code == 0, f"{result.outcome} {result.exit_code}\n{said}"
    assert 'daxaudit_findings_total{' in result.files["/root/metrics"].decode(), result.files

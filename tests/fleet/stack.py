# SPDX-License-Identifier: GPL-2.0-only
"""The real prometheus, node-exporter and alertmanager on loopback, as packaging/ configures them."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from programs import REPOSITORY, program, unpacked

PACKAGING = REPOSITORY / "packaging" / "prometheus"


def free_ports(count):
    """All are bound at the same time, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for one in sockets:
        one.close()
    return ports


def _get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return json.load(answer)


class Stack:
    """Started by `with`, in a directory of the caller."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.textfiles = directory / "textfiles"
        self.prometheus, self.exporter, self.alertmanager = free_ports(3)
        self._running = contextlib.ExitStack()

    def _configure(self):
        text = (PACKAGING / "scrape.yml").read_text(encoding="utf-8")
        for old, new in (("127.0.0.1:9093", f"127.0.0.1:{self.alertmanager}"),
                         ("127.0.0.1:9100", f"127.0.0.1:{self.exporter}"),
                         (": 60s", ": 1s"), ("- daxaudit.rules.yml",
                                             f"- {PACKAGING}/daxaudit.rules.yml")):
            if old not in text:
                raise AssertionError(f"scrape.yml has no {old!r}")
            text = text.replace(old, new)
        (self.directory / "prometheus.yml").write_text(text, encoding="utf-8")
        (self.directory / "root").mkdir()
        (self.directory / "root/alertmanager.yml").write_text(
            "route: {receiver: none, group_wait: 0s}\nreceivers: [{name: none}]\n",
            encoding="utf-8")

    def _root_for(self, name):
        """Debian's alertmanager expects its templates in /usr/share: a separate root has them."""
        root = self.directory / "root"
        shutil.copytree(unpacked(name), root, dirs_exist_ok=True)
        libraries = subprocess.run(["ldd", program(name)], capture_output=True, text=True,
                                   check=True).stdout
        for library in re.findall(r"(/\S+) \(0x", libraries):
            (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, root / library[1:])
        if os.geteuid() == 0:
            return ["chroot", str(root), f"/usr/bin/{name}"]
        return ["unshare", "--map-root-user", f"--root={root}", f"/usr/bin/{name}"]

    def _start(self, name, *arguments, command=()):
        log = (self.directory / f"{name}.log").open("wb")
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *(command or [str(program(name))]), *arguments],
            cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._running.callback(log.close)
        self._running.callback(process.wait)
        self._running.callback(process.kill)

    def __enter__(self):
        self.textfiles.mkdir()
        self._configure()
        try:
            self._start("prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{self.exporter}",
                        "--collector.disable-defaults", "--collector.textfile",
                        f"--collector.textfile.directory={self.textfiles}")
            self._start("prometheus-alertmanager", "--config.file=/alertmanager.yml",
                        "--storage.path=/am", "--cluster.listen-address=",
                        f"--web.listen-address=127.0.0.1:{self.alertmanager}",
                        command=self._root_for("prometheus-alertmanager"))
            self._start("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb",
                        f"--web.listen-address=127.0.0.1:{self.prometheus}")
        except BaseException:
            self._running.close()
            raise
        return self

    def __exit__(self, *_):
        self._running.close()

    def query(self, expression):
        """The instant query's samples."""
        path = f"/api/v1/query?query={urllib.parse.quote(expression)}"
        return _get(self.prometheus, path)["data"]["result"]

    def alerts(self):
        """The labels of each alert that reached the alertmanager."""
        return [alert["labels"] for alert in _get(self.alertmanager, "/api/v2/alerts")]

    def until(self, what, condition, seconds=60):
        """Wait for it; AssertionError with `what` if it does not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                if condition():
                    return
            time.sleep(0.3)
        logs = "\n".join(path.read_text(errors="replace")[-600:]
                         for path in sorted(self.directory.glob("*.log")))
        raise AssertionError(f"{what}: not within {seconds} s\n{logs}")

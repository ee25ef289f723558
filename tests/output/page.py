# SPDX-License-Identifier: GPL-2.0-only
"""Requirements of the HTML page: complete, harmless, readable, and small enough for a browser."""
import base64
import hashlib
import re
import unicodedata
import xml.etree.ElementTree

SIZE_MAX = 2_000_000


def local(element):
    """The name of an element or attribute without its namespace."""
    return element.tag.rpartition("}")[2]


def check_policy(page):
    """The page's own Content-Security-Policy allows its one script, and no other."""
    scripts = [e.text for e in page.iter() if local(e) == "script"]
    policies = [e.get("content") for e in page.iter() if e.get("http-equiv")]
    if len(scripts) != 1 or len(policies) != 1:
        raise ValueError(f"{len(scripts)} scripts and {len(policies)} policies")
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    wanted = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    if policies[0] != wanted:
        raise ValueError(f"the page's policy is {policies[0]}")


def read_html(text):
    """The page as a tree. It is XML, needs no other files, and every link has a target."""
    try:
        page = xml.etree.ElementTree.fromstring(text)
    except xml.etree.ElementTree.ParseError as why:
        raise ValueError(f"the page is no XML: {why}") from why
    ids = [e.get("id") for e in page.iter() if e.get("id")]
    if len(set(ids)) != len(ids):
        raise ValueError("an id is there twice")
    for e in page.iter():
        if local(e) in ("link", "img", "iframe") or e.get("src"):
            raise ValueError(f"the page needs a {local(e)}")
        if [name for name in e.attrib if name.startswith("on")]:
            raise ValueError(f"a {local(e)} holds a script")
        if e.get("href") and e.get("href").removeprefix("#") not in ids:
            raise ValueError(f"{e.get('href')} leads nowhere")
    check_policy(page)
    return page


WORDS = {"pass": "PASS", "findings": "FAIL", "inconclusive": "INCONCLUSIVE"}


def check_html(text, doc):
    """The page shows each finding, context and life of the document."""
    def all_of(name, of_class=None):
        return [e for e in page.iter() if local(e) == name
                and (of_class is None or e.get("class") == of_class)]

    page = read_html(text)
    if [e.text for e in all_of("strong")] != [WORDS[doc["verdict"]]]:
        raise ValueError("the page has another verdict")
    told = ["".join(e.itertext()).split(": ")[1].split()[0] for e in all_of("h3")]
    if set(told) != {f["rule"] for f in doc["findings"]}:
        raise ValueError(f"the page has findings {told}")
    if len(all_of("details", "finding")) != len(doc["findings"]):
        raise ValueError(f"{len(all_of('details', 'finding'))} findings")
    bars = [e.get("class") for e in all_of("rect")]
    lives = sum(bar in ("life", "broken") for bar in bars)
    probes = all_of("details", "probe")
    devices = all_of("details", "device")
    if len(devices) != lives or any(len(d.findall(".//{*}tr")) < 1 for d in devices):
        raise ValueError(f"{len(devices)} lists of {lives} lives")
    if not len(probes) == len(doc["contexts"]) == len(bars) - lives:
        raise ValueError(f"{len(probes)} stories and {len(bars) - lives} bars, "
                         f"not {len(doc['contexts'])}")
    for probe, context in zip(probes, doc["contexts"]):
        if context["outcome"] in ("failed", "open") and not probe.get("open"):
            raise ValueError("the story of a probe that failed is closed")
    if not doc["counts"]["snapshots"] and doc["complete"] and lives != doc["counts"]["devices"]:
        raise ValueError(f"{lives} lives, not {doc['counts']['devices']}")
    if ("broken" in bars) != any(f["device"].get("generation") and f["severity"] != "info"
                                 for f in doc["findings"]) and not doc["counts"]["snapshots"]:
        raise ValueError("the lives that findings are about are not marked, or others are")


def shown(text):
    """Text of the JSON document as the formats for people show it."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf") else c for c in text)


def check_sweep_html(text, doc):
    """The page shows each round of a sweep, and opens those in which something was noticed."""
    tree = read_html(text)
    if [e.text for e in tree.iter() if local(e) == "strong"] != [WORDS[doc["verdict"]]]:
        raise ValueError("the page has another verdict")
    rows = [row for table in tree.findall(".//{*}div[@class='scroll']/{*}table")
            for row in table.findall("{*}tr")[1:]]
    told = [int("".join(row[0].itertext())) for row in rows]
    if told != [r["round"] for r in doc["rounds"]]:
        raise ValueError(f"the page has rounds {told}")
    noted = {f"r{r['round']}": r["agreement"] != "neither" for r in doc["rounds"]
             if r["findings"] or r["kernel"] or r.get("state") or r.get("reason")}
    details = {d.find("{*}div").get("id"): bool(d.get("open"))
             for d in tree.iter() if local(d) == "details"}
    if details != noted:
        raise ValueError(f"the page has details {details}, not {noted}")
    texts = "".join(tree.itertext())
    for finding in (f for r in doc["rounds"] for f in r["findings"]):
        if finding["rule"] not in texts or shown(finding["detail"]) not in texts:
            raise ValueError(f"the page lacks {finding}")
    for words in doc.get("kmemleak", []) + [w for r in doc["rounds"] for w in r["kernel"]]:
        if shown(words["text"]) not in texts:
            raise ValueError(f"the page lacks {words}")


# Each colour, what it is used for, and the contrast that WCAG 2.1 wants for it at level AA:
# 4.5 for text (1.4.3), 3 for graphics (1.4.11).
TEXT, GRAPHICS = 4.5, 3.0
ON_PAGE = {"fg": TEXT, "dim": TEXT, "bad": TEXT, "warn": TEXT, "good": TEXT, "link": TEXT,
           "life": GRAPHICS}
ON_BOX = {"fg": TEXT, "dim": TEXT, "bad": TEXT}


def luminance(colour):
    """WCAG's relative luminance of #rrggbb."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def check_contrast(text):
    """Both themes of the page's style sheet."""
    themes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
              for block in re.findall(r":root \{(.*?)\}", text, re.DOTALL)]
    if len(themes) != 2 or set(themes[0]) != set(themes[1]):
        raise ValueError(f"{len(themes)} themes, or they differ in what they set")
    for theme in themes:
        for behind, colours in (("bg", ON_PAGE), ("box", ON_BOX), ("marked", ON_BOX)):
            for colour, least in colours.items():
                got = contrast(theme[colour], theme[behind])
                if got < least:
                    raise ValueError(f"{colour} on {behind}: {got:.2f}, not {least}")

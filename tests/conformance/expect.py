"""What an import of FHIR files has to give, worked out apart from ehr.

    expect.py counts DIR...          SOURCE<TAB>TYPE<TAB>distinct ids
    expect.py lossless EXPORT DIR... every version of the files is in the
                                     export with history, and nothing else
    expect.py links LIST DIR...      the list of unresolved references is right
    expect.py resolved SRC RES       --refs resolved changed references only,
                                     each to a resource of the export

The name of a folder is the source. Numbers are compared by their text.
"""
import collections
import gzip
import json
import os
import re
import sys


class Number(str):
    """The digits of a number; never equal to a string of the same digits."""

    def __eq__(self, other):
        return isinstance(other, Number) and str.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


def loads(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def canonical(value):
    """One text for each JSON value."""
    if isinstance(value, dict):
        return "{%s}" % ",".join(
            json.dumps(k) + ":" + canonical(value[k]) for k in sorted(value))
    if isinstance(value, list):
        return "[%s]" % ",".join(map(canonical, value))
    return str(value) if isinstance(value, Number) else json.dumps(value)


def without_version(resource):
    """What two versions must differ in to be two."""
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return resource
    meta = {k: v for k, v in meta.items()
            if k not in ("versionId", "lastUpdated")}
    rest = {k: v for k, v in resource.items() if k != "meta"}
    if meta:
        rest["meta"] = meta
    else:
        rest["meta"] = {}
    return rest


def files(folder):
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if re.search(r"\.(json|ndjson|jsonl)(\.gz)?$", name):
                yield os.path.join(path, name)


def texts(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig") as f:
        if re.search(r"\.(ndjson|jsonl)(\.gz)?$", path):
            yield from (line for line in f if line.strip())
        else:
            yield f.read()


def resources(folder):
    """(fullUrl or None, resource) of every file; others are left out."""
    for path in files(folder):
        for text in texts(path):
            value = loads(text)
            if value.get("resourceType") == "Bundle":
                for entry in value.get("entry", []):
                    if "resource" in entry:
                        yield entry.get("fullUrl"), entry["resource"]
            elif "resourceType" in value:
                yield None, value


def identity(url, resource):
    if "id" in resource:
        return resource["id"]
    if url and url.startswith("urn:uuid:"):
        return url[len("urn:uuid:"):]
    return "content " + canonical(resource)


def source_of(folder):
    return os.path.basename(folder.rstrip("/"))


def counts(folders):
    for folder in folders:
        seen = {(r["resourceType"], identity(u, r))
                for u, r in resources(folder)}
        n = collections.Counter(t for t, _ in seen)
        for name in sorted(n):
            print(source_of(folder), name, n[name], sep="\t")


def lossless(export, folders):
    want, whole, read = collections.Counter(), set(), 0
    for folder in folders:
        versions = set()
        for url, r in resources(folder):
            read += 1
            versions.add((identity(url, r), canonical(without_version(r))))
            whole.add(canonical(r))
        want.update(text for _, text in versions)
    got = collections.Counter()
    strange = 0
    with open(export, encoding="utf-8") as f:
        for line in f:
            r = loads(line)
            got[canonical(without_version(r))] += 1
            strange += canonical(r) not in whole
    missing = sum((want - got).values())
    extra = sum((got - want).values())
    print(f"{read} resources read, {sum(want.values())} versions differ in "
          f"content, {sum(got.values())} exported: {missing} missing, "
          f"{extra} too many, {strange} not as they came")
    return missing or extra or strange or not read


# ---- references ----


def references(value, parent=""):
    """Texts of Reference.reference, in document order."""
    if isinstance(value, list):
        for v in value:
            yield from references(v, parent)
    elif isinstance(value, dict):
        for k, v in value.items():
            if k == "reference" and isinstance(v, str) and \
                    not isinstance(v, Number):
                if "expression" not in value and "language" not in value and \
                        parent != "DetectedIssue":
                    yield v
            else:
                yield from references(v, value.get("resourceType", ""))


class Source:
    """The current resources of a source and what they answer to."""

    def __init__(self, folder):
        self.current = {}
        self.named = collections.defaultdict(set)
        self.bases = set()
        for url, r in resources(folder):
            key = (r["resourceType"], identity(url, r))
            # The latest lastUpdated is current; of ties see below.
            when = r.get("meta", {}).get("lastUpdated", "")
            held = self.current.get(key)
            if held is None or when > held[0]:
                self.current[key] = (when, [r])
            elif when == held[0]:
                held[1].append(r)
            self.named[key[1]].add(key)
            self.named["%s/%s" % key].add(key)
            if url:
                self.add_url(url, key)
            for one in r.get("identifier", []) \
                    if isinstance(r.get("identifier"), list) else []:
                text = "%s?identifier=%s|%s" % (
                    key[0], one.get("system", ""), one.get("value", ""))
                self.named[text].add(key)

    def add_url(self, url, key):
        self.named[url].add(key)
        if url.startswith("urn:"):
            self.named[url.split(":", 2)[2]].add(key)
        elif url.endswith("/%s/%s" % key):
            self.bases.add(url[:-len("/%s/%s" % key)])

    def state(self, text):
        text = re.sub(r"/_history/.*", "", text)
        if text.startswith("#"):
            return None
        if text.startswith("urn:"):
            text = text.split(":", 2)[2]
        m = re.match(r"(https?://.*)/([A-Za-z]+/[A-Za-z0-9.-]{1,64})$", text)
        if m and m.group(1) in self.bases:
            text = m.group(2)
        n = len(self.named.get(text, ()))
        return None if n == 1 else "pending" if n == 0 else "ambiguous"


def links(listing, folders):
    want, total, tied = collections.Counter(), 0, set()
    for folder in folders:
        source = Source(folder)
        for (type_, id_), (_, versions) in source.current.items():
            name = "%s:%s" % (source_of(folder), id_ if type_ == "Patient"
                              else "%s/%s" % (type_, id_))
            sets = {tuple(references(r)) for r in versions}
            if len(sets) > 1:  # which one is current its hash decides
                tied.add(name)
                continue
            for text in sets.pop():
                total += 1
                state = source.state(text)
                if state:
                    want[name, state, text] += 1
    got = collections.Counter()
    with open(listing, encoding="utf-8") as f:
        for line in f:
            row = tuple(line.rstrip("\n").split("\t"))
            if row[0] not in tied:
                got[row] += 1
    wrong = list((want - got) + (got - want))
    for row in wrong[:10]:
        print("differs:", *row)
    print(f"{total} references, {sum(want.values())} of them unresolved, "
          f"{len(tied)} resources left out, {len(wrong)} differ")
    return bool(wrong) or not total


def resolved(source, export):
    names, changed, wrong = set(), 0, 0
    with open(source, encoding="utf-8") as f:
        for line in f:
            r = loads(line)
            names.add("%s/%s" % (r["resourceType"], r.get("id")))
    with open(source, encoding="utf-8") as a, \
            open(export, encoding="utf-8") as b:
        for x, y in zip(a, b, strict=True):
            x, y = loads(x), loads(y)
            for p, q in zip(references(x), references(y), strict=True):
                changed += p != q
                wrong += p != q and q not in names
            wrong += blank(x) != blank(y)
    print(f"{changed} references resolved to Type/id, {wrong} wrong")
    return wrong or not changed


def blank(value):
    """The same without texts of references."""
    if isinstance(value, list):
        return [blank(v) for v in value]
    if isinstance(value, dict):
        return {k: None if k == "reference" and isinstance(v, str) else
                blank(v) for k, v in value.items()}
    return value


def main(verb, *args):
    if verb == "counts":
        return counts(args)
    if verb == "lossless":
        return lossless(args[0], args[1:])
    if verb == "links":
        return links(args[0], args[1:])
    return resolved(*args)


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)

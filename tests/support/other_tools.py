"""Readers and writers of YAML that are not ours: they take the tables' values by their types, and write types again."""

import json
import re

import yaml


class Yaml12Loader(yaml.CSafeLoader):
    """Values as YAML 1.2 types them, and with it the editors' language server: NO and 2026-01-01 are text."""


class Yaml12Dumper(yaml.SafeDumper):
    """Quotes only what YAML 1.2 would take for something else."""

    def ignore_aliases(self, data):
        return True


Yaml12Loader.yaml_implicit_resolvers = {}
Yaml12Dumper.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"~|null|", ["~", "n", ""]),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
]:
    for known in (Yaml12Loader, Yaml12Dumper):
        known.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), list(first))


def written_as_true_and_false(data):
    """`data` with true and false in place of yes and no, as somebody writes who knows YAML 1.2."""
    words = {b"yes": b"true", b"no": b"false"}
    return re.sub(rb"(?m)(?<=: )(yes|no)(?=[,}]| *(?:#|$))", lambda found: words[found[1]], data)


def _saved(loader, dumper, **settings):
    return lambda data: yaml.dump(
        yaml.load(data, Loader=loader), Dumper=dumper, sort_keys=False, encoding="utf-8", **settings
    )


SAVED_BY = {
    "true and false": written_as_true_and_false,
    "YAML 1.1": _saved(yaml.CSafeLoader, yaml.SafeDumper),
    "YAML 1.1 in one line": _saved(yaml.CSafeLoader, yaml.SafeDumper, default_flow_style=True, allow_unicode=True),
    "YAML 1.2": _saved(Yaml12Loader, Yaml12Dumper, allow_unicode=True),
    "YAML 1.2 that says so": _saved(
        Yaml12Loader, Yaml12Dumper, allow_unicode=True, version=(1, 2), explicit_end=True, line_break="\r\n", width=40
    ),
    "all in quotes": _saved(yaml.CBaseLoader, yaml.SafeDumper, default_style="'"),
    "JSON": lambda data: json.dumps(yaml.load(data, Loader=Yaml12Loader), indent=2).encode(),
}
"""Ways in which a table comes back from another tool: quotation marks, lines, unwanted zeros and words change."""

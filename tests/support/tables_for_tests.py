"""The small book with a few changes, as the bytes of its files."""

import json
from pathlib import Path

from estimator.places import pricing_folder
from estimator.prices.merging import SECTIONS
from estimator.prices.nodes import read_tree
from estimator.prices.schema.basics import PRICE_COLUMNS
from support.strategies_yaml import plain, small_book

BAD_TABLES = sorted((Path(__file__).parent.parent / "bad_tables").glob("*.yaml"))


def changed(path, value, file="national/care.yaml"):
    """The small book with `value` at `path` of one of its files; None takes the key away."""
    files = small_book()
    tree = plain(files[file])
    here = tree
    for key in path[:-1]:
        here = here[key]
    if value is None:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return files | {file: json.dumps(tree).encode()}


def with_table(data):
    """
    The small book with one more file, and that file's name.

    A clinic's file lies on top of the national tables. What another file defines takes the place of the small book's
    own, unless it says ``# keep``.
    """
    files = small_book()
    text = data.decode("utf-8", "replace")
    if "\nclinic:" in text:
        return files | {"clinics/broken.yaml": data}, "clinics/broken.yaml"
    root, _ = read_tree(data, "national/new.yaml")
    if root is not None and "# keep" not in text:
        tables = {name: plain(content) for name, content in files.items()}
        for section, entries in root.plain().items():
            for name, table in tables.items():
                if section == "texts" and table.pop("texts", None) is not None:
                    files[name] = json.dumps(table).encode()
                elif section in SECTIONS and table.get(section, {}).keys() & set(entries):
                    table[section] = {id_: entry for id_, entry in table[section].items() if id_ not in entries}
                    files[name] = json.dumps(table).encode()
    return files | {"national/new.yaml": data}, "national/new.yaml"


def shipped_without_price(folder, *charges):
    """The shipped national tables copied into `folder`, with no price of these charges, or of any; the folder."""
    (folder / "national").mkdir(parents=True)
    for path in pricing_folder().glob("national/*.yaml"):
        tables = plain(path.read_bytes())
        for name, charge in tables.get("charges", {}).items():
            if name in (charges or (name,)):
                for column in PRICE_COLUMNS:
                    charge.pop(column, None)
        (folder / "national" / path.name).write_text(json.dumps(tables), encoding="utf-8")
    return folder

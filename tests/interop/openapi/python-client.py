"""Imports the client `vpgate_client` in a folder, and compares it with `expected.json` beside it."""

import importlib
import json
import pkgutil
import re
import sys

folder = sys.argv[1]
sys.path.insert(0, folder)
with open(f"{folder}/expected.json", encoding="utf-8") as file:
    expected = json.load(file)


def plain(name):
    """As spelt by nobody in particular."""
    return re.sub("[^a-z0-9]", "", name.lower())


import vpgate_client

modules = [found.name for found in pkgutil.walk_packages(vpgate_client.__path__, "vpgate_client.")]
for name in modules:
    importlib.import_module(name)
made = {
    "operations": {plain(name.split(".")[-1]) for name in modules if re.match(r"vpgate_client\.api\.\w+\.", name)},
    "schemas": {plain(name) for name in importlib.import_module("vpgate_client.models").__all__},
}
missing = {kind: [name for name in expected[kind] if plain(name) not in made[kind]] for kind in expected}
print({kind: len(names) for kind, names in expected.items()}, "missing:", missing)
if any(missing.values()) or not all(expected.values()):
    sys.exit(1)
if len(made["operations"]) != len(expected["operations"]):
    sys.exit("more operations than the document has")

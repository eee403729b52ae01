"""The order of the pages is that of the table in `docs/README.md`; two references are made from what the program says."""

import json
import re
from pathlib import Path

import yaml
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
# Cells of tables hold sentences.
STYLE = """.wy-table-responsive table td, .wy-table-responsive table th { white-space: normal; }
.wy-nav-content { max-width: 1000px; }
"""
REFERENCES = {"configuration-reference.md": "Configuration reference", "rest-reference.md": "REST reference"}


def on_config(config):
    rows = re.findall(r"^\| \[([^]]+)\]\[(\w+)\] \|", (ROOT / "docs/README.md").read_text(), re.M)
    pages = [{title: f"{name}.md"} for title, name in rows]
    # The glossary is the last.
    config.nav = [{"The book": "README.md"}] + pages[:-1] + [{title: name} for name, title in REFERENCES.items()] + pages[-1:]
    return config


def on_files(files, config):
    made = {"configuration-reference.md": configuration(), "rest-reference.md": rest(), "book.css": STYLE}
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    for source in sources_that_are_named():
        files.append(File.generated(config, shown_as(source), content=(ROOT / source).read_text()))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links out of the book lead to copies of what they name."""
    return re.sub(r"(\]\(|\]: )\.\./([^)\s]+)", lambda link: link[1] + shown_as(link[2]), markdown)


def sources_that_are_named():
    named = set()
    for page in (ROOT / "docs").glob("*.md"):
        named.update(re.findall(r"(?:\]\(|\]: )\.\./([^)\s]+)", page.read_text()))
    return sorted(source for source in named if (ROOT / source).is_file())


def shown_as(source):
    return f"source/{source}.txt"


def configuration():
    schema = json.loads((ROOT / "fixtures/config/schema.json").read_text())
    out = [
        "# Configuration reference",
        "",
        "Every key of `vpgate.toml`, made from the JSON Schema that `vpgate check-config --schema` prints. What the keys",
        "mean together is in [configuration](configuration.md).",
        "",
    ]
    plain = [(name, it) for name, it in schema["properties"].items() if not inside(it)]
    out += ["## The file", ""] + table(plain)
    for name, it in schema["properties"].items():
        if inside(it):
            out += tables(name, it)
    return "\n".join(out) + "\n"


def tables(path, schema):
    heading = f"[[{path}]]" if schema.get("type") == "array" else f"[{path}]"
    out = ["", f"## `{heading}`", "", line(schema.get("description", "")), ""]
    members = inside(schema)
    out += table(sorted(members.items()))
    for name, it in sorted(members.items()):
        if inside(it):
            out += tables(f"{path}.{name}", it)
    return out


def inside(schema):
    """The members of a table, of the elements of an array of tables, or of what either may be."""
    if schema is True:
        return {}
    if "properties" in schema:
        return schema["properties"]
    if "items" in schema:
        return inside(schema["items"])
    members = {}
    for option in schema.get("anyOf", []) + schema.get("oneOf", []):
        members |= inside(option)
    return members


def table(members):
    out = ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, it in members:
        default = "" if "default" not in it or it["default"] in ([], None) else f"`{json.dumps(it['default'])}`"
        out.append(f"| `{name}` | {kind(it)} | {cell(default)} | {cell(line(it.get('description', '')))} |")
    return out


def kind(schema):
    if schema is True:
        return "any value"
    if "anyOf" in schema or "oneOf" in schema:
        kinds = [kind(it) for it in schema.get("anyOf", []) + schema.get("oneOf", [])]
        return " or ".join(dict.fromkeys(it for it in kinds if it and it != "null"))
    given = schema.get("type", "any")
    if given == "array":
        return f"list of {kind(schema.get('items', {}))}s"
    given = [given] if isinstance(given, str) else given
    return " or ".join({"object": "table", "integer": "number"}.get(it, it) for it in given if it != "null")


def rest():
    document = yaml.safe_load((ROOT / "openapi/openapi.yaml").read_text())
    out = [
        "# REST reference",
        "",
        f"{line(document['info'].get('description', ''))} Made from the OpenAPI document, which every service answers at",
        "`/openapi.json` and `/openapi.yaml`.",
        "",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in ("get", "post", "put", "delete", "patch"):
                out += told(f"{method.upper()} {path}", operation)
    out += ["", "## Shapes", ""]
    for name, schema in sorted(document["components"]["schemas"].items()):
        out += ["", f"### {name}", "", line(schema.get("description", "")), ""]
        if members := properties(schema):
            out += ["| Member | Type | Meaning |", "|---|---|---|"]
            for member, it in members.items():
                out.append(f"| `{member}` | {cell(shape(it))} | {cell(line(it.get('description', '')))} |")
    return "\n".join(out) + "\n"


def told(heading, operation):
    out = ["", f"## {heading}", "", line(operation.get("summary", "")), "", line(operation.get("description", "")), ""]
    if parameters := operation.get("parameters", []):
        out += ["| Parameter | In | Meaning |", "|---|---|---|"]
        for it in parameters:
            out.append(f"| `{it['name']}` | {it['in']} | {cell(line(it.get('description', '')))} |")
        out.append("")
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        out += [f"Body (`{media_type}`): {shape(body.get('schema', {}))}", ""]
    out += ["| Status | Body | Meaning |", "|---|---|---|"]
    for status, answer in operation["responses"].items():
        kinds = [shape(it.get("schema", {})) for it in answer.get("content", {}).values()]
        out.append(f"| {status} | {cell(', '.join(kinds))} | {cell(line(answer.get('description', '')))} |")
    return out


def properties(schema):
    members = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        members |= properties(part)
    return members


def shape(schema):
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](rest-reference.md#{name.lower()})"
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(shape(it) for it in schema[key]))
    if schema.get("type") == "array":
        return f"list of {shape(schema.get('items', {}))}"
    given = schema.get("type", "any")
    return given if isinstance(given, str) else " or ".join(it for it in given if it != "null")


def line(text):
    return " ".join(text.split())


def cell(text):
    return text.replace("|", "\\|")

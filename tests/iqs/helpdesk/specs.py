"""Judges requests and recorded replies by a vendor's OpenAPI description, which stands outside the project."""

import json
import re
from functools import cache

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

HERE = "urn:description"


@cache
def load(path):
    """The description, `nullable` turned into what JSON Schema knows."""
    text = path.read_text(encoding="utf-8")
    found = json.loads(text) if path.suffix == ".json" else yaml.load(text, _LOADER)
    return _nullable(found)


def _nullable(node):
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    read = {key: _nullable(value) for key, value in node.items()}
    if str(read.get("$ref", "")).startswith("#"):
        read["$ref"] = HERE + read["$ref"]
    if read.pop("nullable", None) is True:
        return {"anyOf": [read, {"type": "null"}]}
    return read


class Spec:
    """One vendor's description."""

    def __init__(self, path):
        self.document = load(path)
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self.registry = Registry().with_resource(HERE, resource)

    def faults(self, schema, value):
        """What is wrong with a value; empty when it is as described."""
        validator = Draft202012Validator(schema, registry=self.registry)
        return [
            f"{'.'.join(map(str, each.absolute_path))}: {each.message[:200]}"
            for each in validator.iter_errors(value)
        ]

    def describes(self, request):
        """Whether the call is one of this description."""
        try:
            self.operation(request.method, request.path)
        except LookupError:
            return False
        return True

    def operation(self, method, path):
        """The description of a call, by the path with its values in it; the most literal path goes first."""
        for template in sorted(self.document["paths"], key=lambda each: each.count("{")):
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) and method.lower() in (
                found := self.document["paths"][template]
            ):
                return found[method.lower()]
        raise LookupError(f"{method} {path} is not described")

    def request_faults(self, request):
        """What is wrong with a request: its path, its query, its body."""
        operation = self.operation(request.method, request.path)
        named = {each.get("name") for each in map(self.resolved, operation.get("parameters", []))}
        # an object in a query stands as q[status][]=…, and is described as q
        asked = {name.partition("[")[0] for name in request.query}
        found = [f"query {name} is not described" for name in sorted(asked - named)]
        if request.body:
            schema = self.resolved(operation["requestBody"])["content"]["application/json"]["schema"]
            found += self.faults(schema, request.json)
        return found

    def reply_faults(self, request, answer):
        """What is wrong with a reply of the stand-in to this request."""
        described = self.operation(request.method, request.path)["responses"]
        reply = described.get(str(answer.status)) or described.get("default")
        if reply is None:
            return [f"status {answer.status} is not described"]
        schema = self.resolved(reply)["content"]["application/json"]["schema"]
        return self.faults(schema, answer.json)

    def resolved(self, node):
        """The node a reference leads to, or the node itself."""
        while "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix(HERE + "#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

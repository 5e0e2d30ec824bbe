"""Reader roles as files that make them: JSON, CloudFormation, Terraform."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ingest.aws.roles import Document, Kind, Reader, permissions, trust


class Notation(StrEnum):
    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


def role_file(kind: Kind, reader: Reader, notation: Notation, partition: str = "aws") -> str:
    """The text of a file. JSON holds the partition, the others find it out where they are deployed; JSON has a trust
    policy where somebody is named to trust, the others must. Raises: RoleError."""
    return WRITERS[notation](kind, reader, partition)


def _json(kind: Kind, reader: Reader, partition: str) -> str:
    """In the words of CloudFormation's AWS::IAM::Role."""

    def arn(tail: str) -> str:
        return f"arn:{partition}:{tail}"

    role: dict[str, Any] = {"RoleName": reader.name}
    if reader.trusted:
        role["AssumeRolePolicyDocument"] = trust(reader, arn)
    documents = permissions(kind, reader.name, arn)
    role["Policies"] = [
        {"PolicyName": f"{reader.name}-{number}", "PolicyDocument": document}
        for number, document in enumerate(documents, start=1)
    ]
    return json.dumps(role, indent=2) + "\n"


def _cloudformation(kind: Kind, reader: Reader, _: str) -> str:
    def arn(tail: str) -> dict[str, str]:
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:{tail}"}

    return _rendered("role.yaml.jinja", kind, reader, trust(reader, arn), permissions(kind, reader.name, arn))


PARTITION = "PARTITION-OF-THE-PROVIDER"


def _terraform(kind: Kind, reader: Reader, _: str) -> str:
    def arn(tail: str) -> str:
        return f"arn:{PARTITION}:{tail}"

    return _rendered("role.tf.jinja", kind, reader, trust(reader, arn), permissions(kind, reader.name, arn))


WRITERS: Mapping[Notation, Callable[[Kind, Reader, str], str]] = {
    Notation.JSON: _json,
    Notation.CLOUDFORMATION: _cloudformation,
    Notation.TERRAFORM: _terraform,
}


def _rendered(template: str, kind: Kind, reader: Reader, trusting: Document, documents: list[Document]) -> str:
    environment = Environment(
        loader=PackageLoader("ingest.aws"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"json": lambda value: json.dumps(value, indent=2), "hcl": hcl}
    return environment.get_template(template).render(kind=kind, reader=reader, trust=trusting, documents=documents)


def hcl(value: Any) -> str:
    """JSON as an expression of Terraform's language, whose templates `${` and `%{` begin.

    Source: https://developer.hashicorp.com/terraform/language/expressions/strings
    """
    text = json.dumps(value, indent=2).replace("${", "$${").replace("%{", "%%{")
    return text.replace(PARTITION, "${data.aws_partition.current.partition}")

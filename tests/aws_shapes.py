"""Answers that botocore's models of the services must know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from botocore.validate import ParamValidator

from benchmarks.aws.wire import Request, operation_of


def checked(request: Request, answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of the CLI in the types of botocore's model, which it must fit; keys may be left out, texts empty."""
    shape = operation_of(request.service, request.operation).output_shape
    typed: dict[str, Any] = _typed(answer, shape)
    report = ParamValidator().validate(typed, shape).generate_report().splitlines()
    wrong = [line for line in report if not line.startswith(("Missing required parameter", "Invalid length"))]
    assert not wrong, f"{request.service} {request.operation}: {wrong}"
    return typed


def _typed(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {k: _typed(v, shape.members[k]) if k in shape.members else v for k, v in value.items() if v is not None}
    if shape.type_name == "list":
        return [_typed(item, shape.member) for item in value]
    if shape.name == "policyDocumentType" and not isinstance(value, str):
        return quote(json.dumps(value))  # what the CLI decodes
    return value

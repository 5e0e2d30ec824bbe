"""What a run did, for whoever started it: a file that is there whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ingest.whole_file import write_whole

if TYPE_CHECKING:
    from graph.store import PromotionResult
    from ingest.aws.meter import CollectorCost


@dataclass
class Summary:
    """Facts of one run as they become known; what is absent did not happen."""

    facts: dict[str, Any] = field(default_factory=dict)

    def collected(self, snapshot_id: str, seen: int, of: int) -> None:
        self.facts |= {"snapshot": snapshot_id, "coverage": {"seen": seen, "of": of}}

    def cost(self, costs: Mapping[str, CollectorCost]) -> None:
        self.facts["collectors"] = {name: msgspec.to_builtins(cost) for name, cost in costs.items()}

    def loaded(self, graph_id: str, result: PromotionResult) -> None:
        self.facts |= {"graph": graph_id, "promotion": msgspec.to_builtins(result)}

    def held(self, sentence: str) -> None:
        self.facts["held"] = sentence

    def checked(self, findings: int) -> None:
        self.facts["findings"] = findings

    def write(self, path: Path | None) -> None:
        if path is not None:
            write_whole(path, msgspec.json.encode(self.facts))

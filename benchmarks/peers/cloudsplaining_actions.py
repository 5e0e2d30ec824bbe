"""cloudsplaining's expansion of policies into the actions that they allow: principals a second.

Runs in the peers' environment: the sample as JSON on stdin, figures as JSON on stdout. It reads identity policies
only: no boundary and no SCP.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import chain

from cloudsplaining.scan.policy_document import PolicyDocument


def main() -> None:
    asked = json.load(sys.stdin)
    documents = [json.loads(text)["Statement"] for text in asked["documents"]]
    principals = [policies for policies, _, _ in asked["questions"][: asked["few"]]]
    began = time.process_time()
    for policies in principals:
        together = list(chain.from_iterable(documents[place] for place in policies))
        PolicyDocument({"Statement": together}).all_allowed_actions  # noqa: B018  # a property that does the work
    rate = len(principals) / (time.process_time() - began)
    json.dump({"policy.effective.rate": rate}, sys.stdout)


main()

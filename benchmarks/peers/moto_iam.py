"""moto's evaluator of IAM policies: questions a second, and who of everyone can do one thing.

Runs in the peers' environment: the sample as JSON on stdin, figures as JSON on stdout. moto reads identity policies
only: no boundary, SCP, resource policy or policy variable, and a Deny with a condition always denies. What it makes of
a pattern is not always a regular expression (`**`); such a question counts as answered.
"""

from __future__ import annotations

import json
import re
import sys
import time

from moto.iam.access_control import IAMPolicy, PermissionResult


def main() -> None:
    asked = json.load(sys.stdin)
    documents = [IAMPolicy({"policy_document": text}) for text in asked["documents"]]

    def allows(policies: list[int], action: str, resource: str) -> bool:
        try:
            found = [documents[place].is_action_permitted(action, resource) for place in policies]
        except re.error:
            return False
        return PermissionResult.DENIED not in found and PermissionResult.PERMITTED in found

    began = time.process_time()
    for policies, action, resource in asked["questions"]:
        allows(policies, action, resource)
    seconds = time.process_time() - began
    rate = len(asked["questions"]) / seconds
    began = time.process_time()
    able = [policies for policies in asked["everyone"] if allows(policies, *asked["wanted"])]
    who_can = time.process_time() - began
    print(f"{len(able)} principals can", file=sys.stderr)
    json.dump({"policy.evaluations": rate, "policy.who_can": who_can}, sys.stdout)


main()

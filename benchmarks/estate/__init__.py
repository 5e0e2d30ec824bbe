"""A deterministic synthetic organization, as the AWS CLI would have printed it.

    OUT/manifest.json                              parameters, counts, planted chains (and drift changes)
    OUT/accounts/<id>/iam/get-account-authorization-details.json
    OUT/accounts/<id>/iam/list-access-keys.json    {user name: response}
    OUT/accounts/<id>/s3/get-bucket-policy.json    {bucket: response}
    OUT/accounts/<id>/<region>/ec2/describe-{vpcs,subnets,security-groups,instances}.json
    OUT/accounts/<id>/<region>/lambda/list-functions.json
    OUT/organizations/<operation>.json             {argument: response} where the operation takes one
    OUT/sso/<operation>.json                       IAM Identity Center and identity store, same rule

The same parameters always give the same bytes; each account has its own random stream, from the seed and its index.

Planted chains have ids such as "111111111100-c03" and principals named planted-c03-*. A chain with "reachable": false
is a decoy: it looks like an escalation, but a boundary, an SCP, an explicit deny, a condition or a trust policy stops
it ("blocked_by"). Background roles hold no IAM write access, but a PowerUser-like share exists, so principals that are
not planted may escalate too: the planted list is a lower bound for the reachable ones, and exact for the decoys' own
"source" -> "target".

With drift, OUT-drift is the same estate after a number of changes per account, half of them neutral (reordered
statements, letter case of actions, "x" against ["x"]) and half semantic; OUT-drift/manifest.json lists them.
"""

from benchmarks.estate.generate import drifted_twin, generate
from benchmarks.estate.params import Params

__all__ = ["Params", "drifted_twin", "generate"]

"""AWS's own policies that Harborline uses.

Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

from demo.company.aws_managed.people import PEOPLE
from demo.company.aws_managed.services import CONTROL_TOWER, SERVICE_LINKED
from demo.company.aws_managed.workloads import WORKLOADS
from demo.company.model import Policy

AWS_MANAGED: dict[str, Policy] = {
    policy.name: policy for policy in (*PEOPLE, *WORKLOADS, *CONTROL_TOWER, *SERVICE_LINKED)
}
FOR_FUNCTIONS = ("AWSLambdaBasicExecutionRole",)
FOR_INSTANCES = ("AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy")

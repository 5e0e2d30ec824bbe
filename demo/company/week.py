"""What happened between the baseline and the week after: one function for each change, as week.toml tells them."""

from __future__ import annotations

from demo.company.accounts.data_prod import warehouse_loader
from demo.company.accounts.payments_prod import EXPORTS, ID, deploy
from demo.company.baseline import baseline
from demo.company.leftovers import reserved_role_name
from demo.company.model import AccessKey, Company, Rule, User
from demo.company.people import data_analyst
from demo.company.policies import actions, allow, document, github, objects

HARMLESS = actions({"bcm-data-exports": "ListExports", "workspaces-web": "ListPortals ListTrustStores"})
ADDED_IN_THE_WEEK = -3  # days before the baseline


def pipeline_trust_widened(company: Company) -> None:
    company.account("payments-prod").role("ci-deploy").trust = github(ID, "repo:harborline/*")


def pipeline_passes_any_role(company: Company) -> None:
    company.account("payments-prod").role("ci-deploy").inline["deploy"] = deploy("*")


def backups_unprotected(company: Company) -> None:
    policy = next(p for p in company.control_policies if p.name == "ProtectBackups")
    policy.targets = ()


def ledger_opened_to_addresses(company: Company) -> None:
    company.account("payments-prod").security_group("payments-db").ingress = [Rule("tcp", 5432, ("10.0.0.0/8",))]


def users_and_keys(company: Company) -> None:
    company.account("payments-prod").users.append(
        User(
            "tmp-export",
            ADDED_IN_THE_WEEK,
            inline={"export": document(allow(["s3:GetObject", "s3:ListBucket"], objects(EXPORTS)))},
            keys=[AccessKey(ADDED_IN_THE_WEEK)],
        )
    )
    company.account("shared-services").user("legacy-jenkins").keys = []


def application_egress_opened(company: Company) -> None:
    group = company.account("payments-prod").security_group("payments-app")
    group.egress = [group.egress[0], Rule("-1", None, ("0.0.0.0/0",))]


def analysts_widened(company: Company) -> None:
    permission_set = company.permission_set("DataAnalyst")
    permission_set.inline = data_analyst("s3:*")
    for name in permission_set.accounts():
        account = company.account(name)
        account.role(reserved_role_name(account, "DataAnalyst")).inline["AwsSSOInlinePolicy"] = permission_set.inline


def sandbox_denied(company: Company) -> None:
    company.account("dev-sandbox").identity_denied = True


def policy_reordered(company: Company) -> None:
    policy = company.account("data-prod").policy("warehouse-loader")
    policy.document = warehouse_loader(3, 2, 0, 1)
    policy.version, policy.updated = policy.version + 1, ADDED_IN_THE_WEEK


def aws_policy_renewed(company: Company) -> None:
    policy = company.aws_managed["SecurityAudit"]
    policy.document["Statement"][0]["Action"] = [*policy.document["Statement"][0]["Action"], *HARMLESS]
    policy.version, policy.updated = policy.version + 1, ADDED_IN_THE_WEEK


def instance_replaced(company: Company) -> None:
    vpc = company.account("payments-prod").vpcs[0]
    instance = next(i for i in vpc.instances if i.name == "payments-web-b")
    instance.generation, instance.ip, instance.public_ip = 2, "10.20.1.52", "198.51.100.23"


# The number of the item in week.toml, or the name of the silent change.
CHANGES = {
    "1": pipeline_trust_widened,
    "2": pipeline_passes_any_role,
    "3": backups_unprotected,
    "4": ledger_opened_to_addresses,
    "5": users_and_keys,
    "6": application_egress_opened,
    "7": analysts_widened,
    "8": sandbox_denied,
    "reordered": policy_reordered,
    "aws-policy": aws_policy_renewed,
    "replaced": instance_replaced,
}


def week(only: tuple[str, ...] = tuple(CHANGES)) -> Company:
    """The company a week later, with the given changes."""
    company = baseline()
    for name in only:
        CHANGES[name](company)
    return company

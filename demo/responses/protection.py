"""What KMS, Secrets Manager, Lambda and CloudTrail say."""

from __future__ import annotations

from typing import Any

from demo.company.identifiers import REGION, created, digest, key_arn, regional_arn, role_arn, secret_arn, uuid_of
from demo.company.model import Account, Document, Function, Key, Secret, Trail
from demo.company.policies import allow, document
from demo.responses.common import error, one_line, tag_list

Response = dict[str, Any]


def render(account: Account) -> dict[str, Any]:
    found: Response = {
        "kms/list-keys": {
            "Keys": [{"KeyId": _key_id(account, k), "KeyArn": key_arn(account, k.alias)} for k in account.keys]
        },
        "kms/list-aliases": {"Aliases": [_alias(account, key) for key in account.keys]},
        "secretsmanager/list-secrets": {"SecretList": [_secret(account, secret) for secret in account.secrets]},
        "lambda/list-functions": {"Functions": [_function(account, function) for function in account.functions]},
        "cloudtrail/describe-trails": {"trailList": [_trail(account, trail) for trail in account.trails]},
    }
    found |= (_key_details(account) if account.keys else {}) | (_function_details(account) if account.functions else {})
    if account.secrets:
        found["secretsmanager/get-resource-policy"] = {
            secret_arn(account, s.name): {"ARN": secret_arn(account, s.name), "Name": s.name} for s in account.secrets
        }
    return {f"{name}.json": response for name, response in found.items()}


def _key_id(account: Account, key: Key) -> str:
    return key_arn(account, key.alias).rsplit("/", 1)[1]


def _alias(account: Account, key: Key) -> Response:
    return {
        "AliasName": f"alias/{key.alias}",
        "AliasArn": regional_arn(account, "kms", f"alias/{key.alias}"),
        "TargetKeyId": _key_id(account, key),
    }


def _key_details(account: Account) -> Response:
    keys = {_key_id(account, key): key for key in account.keys}
    return {
        "kms/describe-key": {i: {"KeyMetadata": _key_metadata(account, key)} for i, key in keys.items()},
        "kms/get-key-policy": {
            i: {"PolicyName": "default", "Policy": one_line(_key_policy(account, key))} for i, key in keys.items()
        },
        "kms/list-grants": {i: {"Grants": [], "Truncated": False} for i in keys},
        "kms/list-resource-tags": {
            i: {"Tags": [{"TagKey": k, "TagValue": v} for k, v in key.tags.items()], "Truncated": False}
            for i, key in keys.items()
        },
    }


def _key_metadata(account: Account, key: Key) -> Response:
    return {
        "AWSAccountId": account.id,
        "KeyId": _key_id(account, key),
        "Arn": key_arn(account, key.alias),
        "CreationDate": created("key", account.id, key.alias),
        "Enabled": True,
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": False,
    }


def _key_policy(account: Account, key: Key) -> Document:
    owner = {"AWS": f"arn:aws:iam::{account.id}:root"}
    return document(allow("kms:*", sid="Enable IAM User Permissions", Principal=owner), *key.statements)


def _secret(account: Account, secret: Secret) -> Response:
    key = {"KmsKeyId": key_arn(account, secret.key)} if secret.key else {}
    return {
        "ARN": secret_arn(account, secret.name),
        "Name": secret.name,
        "RotationEnabled": secret.rotated,
        **key,
        "LastChangedDate": created("secret", account.id, secret.name),
        "Tags": tag_list(secret.tags),
    }


def _function_arn(account: Account, function: Function) -> str:
    return regional_arn(account, "lambda", f"function:{function.name}")


def _function(account: Account, function: Function) -> Response:
    return {
        "FunctionName": function.name,
        "FunctionArn": _function_arn(account, function),
        "Runtime": function.runtime,
        "Role": role_arn(account, account.role(function.role)),
        "Handler": "app.handler",
        "CodeSize": digest(function.name)[0] * 1711,
        "Description": "",
        "Timeout": 30,
        "MemorySize": 512,
        "LastModified": created("function", account.id, function.name),
        "Version": "$LATEST",
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "Environment": {"Variables": {"LOG_LEVEL": "info"}},
        "RevisionId": uuid_of("revision", account.id, function.name),
    }


def _function_details(account: Account) -> Response:
    return {
        "lambda/get-policy": {
            f.name: {"Policy": one_line(f.policy), "RevisionId": uuid_of("policy", f.name)}
            if f.policy
            else error("ResourceNotFoundException", "The resource you requested does not exist.")
            for f in account.functions
        },
        "lambda/list-tags": {_function_arn(account, f): {"Tags": f.tags} for f in account.functions},
    }


def _trail(account: Account, trail: Trail) -> Response:
    return {
        "Name": trail.name,
        "S3BucketName": trail.bucket,
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "HomeRegion": REGION,
        "TrailARN": regional_arn(account, "cloudtrail", f"trail/{trail.name}"),
        "LogFileValidationEnabled": True,
        "HasCustomEventSelectors": False,
        "HasInsightSelectors": False,
        "IsOrganizationTrail": True,
    }

"""The table of importers: everything that a folder of files can feed."""

from __future__ import annotations

from ingest.files import (
    awslambda,
    backup,
    cloudtrail,
    credential_report,
    ec2,
    iam_authorization,
    iam_credentials,
    iam_last_used,
    identity_center,
    kms,
    organizations,
    rds,
    s3,
    secretsmanager,
)
from ingest.files.sniffing import Catalogue

SOURCES = (
    *iam_authorization.SOURCES,
    *credential_report.SOURCES,
    *iam_credentials.SOURCES,
    *iam_last_used.SOURCES,
    *organizations.SOURCES,
    *identity_center.SOURCES,
    *ec2.SOURCES,
    *s3.SOURCES,
    *rds.SOURCES,
    *backup.SOURCES,
    *kms.SOURCES,
    *secretsmanager.SOURCES,
    *awslambda.SOURCES,
    *cloudtrail.SOURCES,
)
CATALOGUE = Catalogue(tuple(dict.fromkeys(call for source in SOURCES for call in source.calls)))

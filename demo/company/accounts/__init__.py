"""The accounts of Harborline, one module each."""

from demo.company.accounts.data_prod import DATA_PROD
from demo.company.accounts.dev import DEV
from demo.company.accounts.dev_sandbox import DEV_SANDBOX
from demo.company.accounts.log_archive import LOG_ARCHIVE
from demo.company.accounts.management import MANAGEMENT
from demo.company.accounts.payments_prod import PAYMENTS_PROD
from demo.company.accounts.security import SECURITY
from demo.company.accounts.shared_services import SHARED_SERVICES

ACCOUNTS = (MANAGEMENT, LOG_ARCHIVE, SECURITY, SHARED_SERVICES, PAYMENTS_PROD, DATA_PROD, DEV, DEV_SANDBOX)

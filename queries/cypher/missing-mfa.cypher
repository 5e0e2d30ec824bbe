// id = "missing-mfa"
// title = "Passwords without a second factor"
// severity = "high"
// description = "A password alone opens the account to whoever phishes it."
// reads = ["iam.authorization", "iam.login_profiles", "iam.mfa_devices", "iam.credential_report"]
// columns = ["account_id", "principal", "name"]
// subject = "principal"
// sentence = "`{name}` signs in without MFA"
// fix = "Register a second factor, or move the person to Identity Center; use central root access for root users."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html"]
MATCH (p:AWSPrincipal)
WHERE p.mfa = false
  AND ((p:AWSRootPrincipal AND (p.password IS NULL OR p.password = true)) OR (p:AWSUser AND p.password = true))
RETURN p.account_id AS account_id, p.id AS principal, p.name AS name
ORDER BY account_id, principal

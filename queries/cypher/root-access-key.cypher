// id = "root-access-key"
// title = "Root users with access keys"
// severity = "critical"
// description = "No policy of the account binds root; its key is the account."
// reads = ["iam.credential_report"]
// columns = ["account_id", "root"]
// subject = "root"
// sentence = "the root user of {account} has an access key"
// fix = "Delete the key; nothing that runs needs root."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_delete-key.html"]
MATCH (r:AWSRootPrincipal)
WHERE r.access_keys = true
RETURN r.account_id AS account_id, r.id AS root
ORDER BY account_id

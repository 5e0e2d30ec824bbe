// id = "iam-user-outside-identity-center"
// title = "IAM users where Identity Center should be"
// severity = "medium"
// description = "An IAM user has credentials of its own: nobody's leaving removes them, and no sign-in is asked again."
// reads = ["iam.authorization", "iam.access_keys", "iam.login_profiles"]
// columns = ["account_id", "user", "name", "password", "active_keys"]
// subject = "user"
// sentence = "IAM user `{name}` signs in outside Identity Center"
// fix = "Give the person a permission set, or the workload a role, then delete the user's password and keys."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-users-federation-idp"]
MATCH (u:AWSUser)
MATCH (a:AWSAccount {id: u.account_id})
WHERE a.relation = 'own' AND (u.active_keys > 0 OR u.password = true)
RETURN u.account_id AS account_id, u.id AS user, u.name AS name, u.password AS password, u.active_keys AS active_keys
ORDER BY account_id, user

// id = "unused-role"
// title = "Roles that nobody uses"
// severity = "low"
// description = "An unused role is power that only an intruder would miss. IAM remembers the last use for 400 days."
// reads = ["iam.authorization", "iam.last_used"]
// absence = ["iam.last_used"]
// columns = ["account_id", "role", "name", "created", "last_used"]
// subject = "role"
// sentence = "role `{name}` has not been used for 90 days"
// fix = "Ask its team, then delete the role; recreate it from code if it is missed."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html"]
// [parameters]
// max_idle_days = 90
MATCH (r:AWSRole)
WHERE NOT coalesce(r.service_linked, false) AND r.expected IS NULL
WITH r, toString(datetime($now) - duration({days: $max_idle_days})) AS limit
WHERE r.createdate < limit AND (r.last_used IS NULL OR r.last_used < limit)
RETURN r.account_id AS account_id, r.id AS role, r.name AS name, r.createdate AS created, r.last_used AS last_used
ORDER BY account_id, role

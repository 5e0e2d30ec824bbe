// id = "access-key-old-or-unused"
// title = "Access keys by age and use"
// severity = "medium"
// description = "A key that is never rotated leaks sooner or later; one that nobody uses is only ever missed by its thief."
// reads = ["iam.authorization", "iam.access_keys"]
// columns = ["account_id", "key", "user", "created", "last_used", "unused"]
// subject = "key"
// sentence = "an access key of `{user}` is older than 90 days or unused"
// fix = "Replace the key by a role; until then rotate it, and delete it where `last_used` is long ago."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html"]
// [parameters]
// max_age_days = 90
// max_idle_days = 45
MATCH (u)-[:AWS_ACCESS_KEY]->(k:AccountAccessKey)
WHERE k.status = 'Active'
WITH u, k, k.createdate < toString(datetime($now) - duration({days: $max_age_days})) AS old,
     k.lastuseddate < toString(datetime($now) - duration({days: $max_idle_days})) AS unused
WHERE old OR unused
RETURN k.account_id AS account_id, k.id AS key, u.name AS user, k.createdate AS created,
       k.lastuseddate AS last_used, coalesce(unused, false) AS unused
ORDER BY account_id, key

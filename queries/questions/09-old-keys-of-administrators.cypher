// id = "old-keys-of-administrators"
// title = "Which access keys older than 90 days lead to administrator?"
// description = "Keys whose user has a certain path to administrator, oldest first."
// columns = ["user", "key", "created", "last_used", "hops_to_admin"]
// [parameters]
// max_age_days = 90
MATCH (u:AWSUser)-[:AWS_ACCESS_KEY]->(k:AccountAccessKey)
WHERE k.status = 'Active' AND u.hops_to_admin IS NOT NULL
  AND k.createdate < toString(datetime($now) - duration({days: $max_age_days}))
RETURN u.id AS user, k.id AS key, k.createdate AS created, k.lastuseddate AS last_used,
       u.hops_to_admin AS hops_to_admin
ORDER BY created, key

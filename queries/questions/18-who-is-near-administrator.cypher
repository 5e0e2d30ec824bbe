// id = "who-is-near-administrator"
// title = "Who becomes administrator within a few steps?"
// description = "Principals with a certain way of at most `max_steps` steps, the nearest first."
// columns = ["principal", "name", "account_id", "steps"]
// [parameters]
// max_steps = 4
MATCH (p:AWSPrincipal)
WHERE p.hops_to_admin <= $max_steps
RETURN p.id AS principal, p.name AS name, p.account_id AS account_id, p.hops_to_admin AS steps
ORDER BY steps, principal

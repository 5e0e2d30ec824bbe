// id = "same-name-other-power"
// title = "Which roles bear the same name in several accounts and can do different things?"
// description = "`shape` is the power of an access set with the account number taken out."
// columns = ["name", "powers", "accounts"]
MATCH (r:AWSRole)-[:HOLDS]->(s:AccessSet)
WHERE NOT coalesce(s.own, false)
WITH r.name AS name, r.account_id AS account_id, s.shape AS shape ORDER BY account_id
WITH name, collect(DISTINCT shape) AS shapes, collect(DISTINCT account_id) AS accounts
WHERE size(shapes) > 1
RETURN name AS name, size(shapes) AS powers, accounts AS accounts
ORDER BY name

// id = "how-does-it-become-administrator"
// title = "How does this principal become administrator?"
// description = "The shortest chain of certain steps to each administrator outcome: give the ARN of a user, role or group."
// columns = ["account_id", "outcome", "steps", "way"]
// [parameters]
// principal = ""
MATCH (p:AWSPrincipal {id: $principal}), (o:Outcome)
MATCH path = shortestPath((p)-[:HOLDS|CAN_ASSUME|CAN_ESCALATE*1..16]->(o))
RETURN o.account_id AS account_id, o.kind AS outcome,
       size([r IN relationships(path) WHERE type(r) <> 'HOLDS']) AS steps,
       [n IN nodes(path) WHERE NOT n:AccessSet | n.name] AS way
ORDER BY steps, account_id, outcome

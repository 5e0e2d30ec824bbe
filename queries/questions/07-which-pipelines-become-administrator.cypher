// id = "which-pipelines-become-administrator"
// title = "Which pipelines become administrator, and how?"
// description = "The shortest chain of certain steps from each CI subject to each administrator outcome."
// columns = ["pipeline", "account_id", "steps", "way"]
MATCH (c:AWSFederatedPrincipal), (o:Outcome)
WHERE c.ci = true AND o.kind = 'admin'
MATCH path = shortestPath((c)-[:HOLDS|CAN_ASSUME|CAN_ESCALATE*1..12]->(o))
RETURN c.name AS pipeline, o.account_id AS account_id,
       size([r IN relationships(path) WHERE type(r) <> 'HOLDS']) AS steps,
       [n IN nodes(path) WHERE NOT n:AccessSet | n.name] AS way
ORDER BY pipeline, account_id

// id = "how-might-it-become-administrator"
// title = "How might this principal become administrator?"
// description = "The shortest chain when possible steps count too, and what has to hold for it: give an ARN."
// columns = ["account_id", "outcome", "steps", "way", "conditions"]
// [parameters]
// principal = ""
MATCH (p:AWSPrincipal {id: $principal}), (o:Outcome)
MATCH path = shortestPath((p)-[:HOLDS|CAN_ASSUME|MAY_ASSUME|CAN_ESCALATE|MAY_ESCALATE*1..16]->(o))
RETURN o.account_id AS account_id, o.kind AS outcome,
       size([r IN relationships(path) WHERE type(r) <> 'HOLDS']) AS steps,
       [n IN nodes(path) WHERE NOT n:AccessSet | n.name] AS way,
       reduce(all = [], r IN relationships(path) | all + coalesce(r.conditions, [])) AS conditions
ORDER BY steps, account_id, outcome

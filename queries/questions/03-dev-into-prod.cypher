// id = "dev-into-prod"
// title = "Who of dev can step into prod?"
// description = "One step from a principal of an account to a role, user or outcome of another, such as dev into prod; MAY_ needs a condition. Give both `env` names."
// columns = ["principal", "step", "target", "conditions"]
// [parameters]
// from_env = ""
// to_env = ""
MATCH (a:AWSAccount)-[:RESOURCE]->(p:AWSPrincipal)-[:HOLDS]->(:AccessSet)
      -[e:CAN_ASSUME|MAY_ASSUME|CAN_ESCALATE|MAY_ESCALATE]->(t)
MATCH (b:AWSAccount {id: t.account_id})
WHERE a.env = $from_env AND b.env = $to_env
RETURN p.id AS principal, type(e) AS step, t.id AS target, coalesce(e.conditions, []) AS conditions
ORDER BY principal, target, step

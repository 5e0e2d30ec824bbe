// id = "who-can-take-this-role"
// title = "Who can take this role, and under which condition?"
// description = "Everyone one step away: people, users, roles, pipelines and foreign accounts. Give the role's ARN."
// columns = ["principal", "name", "step", "conditions"]
// [parameters]
// role = ""
MATCH (r:AWSRole {id: $role})<-[e:CAN_ASSUME|MAY_ASSUME]-(:AccessSet)<-[:HOLDS]-(p)
RETURN p.id AS principal, p.name AS name, type(e) AS step, coalesce(e.conditions, []) AS conditions
ORDER BY principal, step

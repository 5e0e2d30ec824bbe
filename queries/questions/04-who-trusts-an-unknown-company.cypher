// id = "who-trusts-an-unknown-company"
// title = "Which roles let in a company that nobody knows?"
// description = "Foreign accounts that are neither in the organization nor named as a vendor in the settings."
// columns = ["role", "account_id", "company", "step"]
MATCH (p:AWSPrincipal)-[:HOLDS]->(:AccessSet)-[e:CAN_ASSUME|MAY_ASSUME]->(r:AWSRole)
MATCH (a:AWSAccount {id: p.account_id})
WHERE a.relation = 'unknown'
RETURN DISTINCT r.id AS role, r.account_id AS account_id, a.id AS company, type(e) AS step
ORDER BY role, company

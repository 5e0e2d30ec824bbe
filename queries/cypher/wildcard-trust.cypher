// id = "wildcard-trust"
// title = "Roles that trust everyone"
// severity = "critical"
// description = "A trust policy that names `*` lets in every AWS account there is, as far as its conditions let it."
// reads = ["iam.authorization"]
// columns = ["account_id", "role", "name", "certain", "conditions"]
// subject = "role"
// sentence = "role `{name}` trusts anyone with an AWS account"
// fix = "Name the principals that need the role, or the organization by `aws:PrincipalOrgID`."
// references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"]
MATCH (:AWSExternalPrincipal)-[:HOLDS]->(:AccessSet)-[e:CAN_ASSUME|MAY_ASSUME]->(r:AWSRole)
RETURN DISTINCT r.account_id AS account_id, r.id AS role, r.name AS name, type(e) = 'CAN_ASSUME' AS certain,
       coalesce(e.conditions, []) AS conditions
ORDER BY account_id, role

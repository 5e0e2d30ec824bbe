// id = "which-outsiders-become-administrator"
// title = "Which outsiders become administrator?"
// description = "Principals of accounts that are not ours, and anyone; `steps` is for certain, `may_steps` counts possible steps too."
// columns = ["principal", "account_id", "relation", "steps", "may_steps"]
MATCH (p:AWSPrincipal)
WHERE p.may_hops_to_admin IS NOT NULL
OPTIONAL MATCH (a:AWSAccount {id: p.account_id})
WITH p, coalesce(a.relation, 'unknown') AS relation
WHERE relation <> 'own' AND NOT p:AWSFederatedPrincipal
RETURN p.id AS principal, p.account_id AS account_id, relation AS relation, p.hops_to_admin AS steps,
       p.may_hops_to_admin AS may_steps
ORDER BY may_steps, principal

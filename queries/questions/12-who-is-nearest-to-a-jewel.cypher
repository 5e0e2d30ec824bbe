// id = "who-is-nearest-to-a-jewel"
// title = "Who is nearest to a crown jewel?"
// description = "Users and roles by their certain steps to a jewel; the possible ones beside them."
// columns = ["principal", "name", "account_id", "hops_to_jewel", "may_hops_to_jewel"]
// [parameters]
// most = 50
MATCH (p:AWSPrincipal)
WHERE p.hops_to_jewel IS NOT NULL
RETURN p.id AS principal, p.name AS name, p.account_id AS account_id, p.hops_to_jewel AS hops_to_jewel,
       p.may_hops_to_jewel AS may_hops_to_jewel
ORDER BY hops_to_jewel, principal
LIMIT $most

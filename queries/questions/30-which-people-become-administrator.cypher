// id = "which-people-become-administrator"
// title = "Which people become administrator?"
// description = "People and groups of Identity Center with a certain way there, the nearest first."
// columns = ["person", "name", "steps", "may_steps"]
MATCH (p)
WHERE (p:AWSSSOUser OR p:AWSSSOGroup) AND p.may_hops_to_admin IS NOT NULL
RETURN p.id AS person, p.name AS name, p.hops_to_admin AS steps, p.may_hops_to_admin AS may_steps
ORDER BY may_steps, person

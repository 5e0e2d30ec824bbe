// id = "open-egress"
// title = "Egress to everywhere"
// severity = "low"
// description = "What runs here can send to any address: the way out for stolen data and the way in for commands."
// reads = ["ec2.security_groups"]
// columns = ["account_id", "rule", "group", "group_id", "protocol", "from_port", "to_port", "peer"]
// subject = "rule"
// sentence = "security group `{group}` may send to any address on {protocol}"
// fix = "Name prefix lists and groups; send the rest through a proxy or an endpoint."
// references = ["https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"]
MATCH (p:IpPermissionEgress)-[:RULE_OF_EC2_SECURITY_GROUP]->(g:EC2SecurityGroup)
WHERE p.peer IN ['0.0.0.0/0', '::/0']
  AND EXISTS { MATCH (member)-[:MEMBER_OF_EC2_SECURITY_GROUP]->(g) }
RETURN g.account_id AS account_id, p.id AS rule, g.name AS group, g.id AS group_id, p.protocol AS protocol,
       p.fromport AS from_port, p.toport AS to_port, p.peer AS peer
ORDER BY account_id, rule

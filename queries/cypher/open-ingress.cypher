// id = "open-ingress"
// title = "Ports open to the whole internet"
// severity = "high"
// description = "Any address may connect, on ports other than those of a web site."
// reads = ["ec2.security_groups"]
// columns = ["account_id", "rule", "group", "group_id", "protocol", "from_port", "to_port", "peer"]
// subject = "rule"
// sentence = "security group `{group}` lets any address in on {protocol} {from_port}-{to_port}"
// fix = "Name the addresses, the prefix list or the group that needs the port; put people behind a session manager."
// references = ["https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"]
// [parameters]
// web_ports = ["80", "443"]
MATCH (p:IpPermissionInbound)-[:RULE_OF_EC2_SECURITY_GROUP]->(g:EC2SecurityGroup)
WHERE p.peer IN ['0.0.0.0/0', '::/0']
  AND NOT (p.protocol = 'tcp' AND p.fromport = p.toport AND toString(p.fromport) IN $web_ports)
RETURN g.account_id AS account_id, p.id AS rule, g.name AS group, g.id AS group_id, p.protocol AS protocol,
       p.fromport AS from_port, p.toport AS to_port, p.peer AS peer
ORDER BY account_id, rule

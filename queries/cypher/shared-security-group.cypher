// id = "shared-security-group"
// title = "Security groups shared by unlike workloads"
// severity = "low"
// description = "A rule opened for one of them opens all of them: group by what it does, not by where it runs."
// reads = ["ec2.security_groups", "ec2.interfaces", "ec2.instances", "rds.instances", "rds.clusters", "lambda.functions"]
// columns = ["account_id", "group", "name", "kinds", "members"]
// subject = "group"
// sentence = "security group `{name}` is shared by unlike workloads"
// fix = "Give each kind of workload a group of its own, and let rules refer to groups."
// references = ["https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"]
MATCH (w)-[:MEMBER_OF_EC2_SECURITY_GROUP]->(g:EC2SecurityGroup)
WHERE w:EC2Instance OR w:AWSLambda OR w:RDSInstance OR w:RDSCluster
WITH g, w, CASE WHEN w:EC2Instance THEN 'instance' WHEN w:AWSLambda THEN 'function' ELSE 'database' END AS kind
ORDER BY kind
WITH g, collect(DISTINCT kind) AS kinds, count(DISTINCT w.id) AS members
WHERE size(kinds) > 1 OR g.name = 'default'
RETURN g.account_id AS account_id, g.id AS group, g.name AS name, kinds AS kinds, members AS members
ORDER BY account_id, group

"""Reading: patterns, predicates, projection, functions."""

from tests.cypher_cases.case import Case

CASES = (
    Case(
        "R01",
        "multi-label AND  (n:A:B)",
        "MATCH (n:AWSPrincipal:AWSRole) RETURN n.name",
        rows=[["Admin"], ["Dev"], ["CI"]],
    ),
    Case(
        "R02",
        "label OR  (n:A|B)",
        "MATCH (n:AWSRole|AWSUser) RETURN count(n)",
        rows=[[5]],
    ),
    Case(
        "R03",
        "label expr  (n:A&!B)",
        "MATCH (n:AWSPrincipal&!AWSRole) RETURN n.name",
        rows=[["alice"], ["bob"]],
    ),
    Case(
        "R04",
        "label predicate WHERE n:A OR n:B",
        "MATCH (n) WHERE n:CrownJewel OR n:Internet RETURN n.id",
        rows=[["i-db"], ["internet"]],
    ),
    Case(
        "R05",
        "labels(n), keys(n), properties(n)",
        "MATCH (n:CrownJewel) RETURN 'Instance' IN labels(n) AND 'CrownJewel' IN labels(n), 'classification' IN "
        "keys(n), properties(n).id",
        rows=[[True, True, "i-db"]],
    ),
    Case(
        "R06",
        "dynamic prop read n[$k]",
        "MATCH (n:SCP) RETURN n[$k]",
        rows=[["DenyIAM"]],
        params={"k": "name"},
    ),
    Case(
        "R07",
        "schemaless: missing property is null, coalesce",
        "MATCH (n:SCP) RETURN n.nonexistent, coalesce(n.nope, 'd'), n.nope IS NULL",
        rows=[[None, "d", True]],
    ),
    Case(
        "R08",
        "list property: x IN s.action / any()",
        "MATCH (s:AWSPolicyStatement) WHERE 'iam:*' IN s.action OR any(a IN s.action WHERE a = '*') RETURN s.id",
        rows=[["s1"], ["s3"]],
    ),
    Case(
        "R09",
        "all()/none()/single() with STARTS WITH",
        "MATCH (s:AWSPolicyStatement) WHERE all(a IN s.action WHERE a STARTS WITH 's3:') AND none(a IN s.action "
        "WHERE a ENDS WITH ':Put') AND single(x IN s.resource WHERE x CONTAINS 'data') RETURN s.id",
        rows=[["s2"]],
    ),
    Case(
        "R10",
        "list comprehension with filter+map",
        "MATCH (s:AWSPolicyStatement {id:'s2'}) RETURN [a IN s.action WHERE a STARTS WITH 's3:' | toLower(a)]",
        rows=[[["s3:get*", "s3:list*"]]],
    ),
    Case(
        "R11",
        "map projection n {.name, .arn, kind:..}",
        "MATCH (n:AWSUser {name:'bob'}) RETURN n {.name, kind:'user'} AS m",
        rows=[[{"name": "bob", "kind": "user"}]],
    ),
    Case(
        "R12",
        "OPTIONAL MATCH + collect",
        "MATCH (p:AWSPrincipal) OPTIONAL MATCH (p)-[:HAS_POLICY]->(x) RETURN p.name, collect(x.name)",
        rows=[["Admin", ["AdministratorAccess"]], ["Dev", ["ReadS3"]], ["bob", ["ReadS3"]], ["CI", []], ["alice", []]],
    ),
    Case(
        "R13",
        "WITH aggregation + HAVING-style WHERE",
        "MATCH (p:AWSPrincipal)-[:HAS_POLICY]->()-[:HAS_STATEMENT]->(s) WITH p, count(DISTINCT s) AS n WHERE n > 1 "
        "RETURN p.name, n",
        rows=[["Dev", 2], ["bob", 2]],
    ),
    Case(
        "R14",
        "EXISTS { MATCH .. WHERE .. }",
        "MATCH (p:AWSPrincipal) WHERE EXISTS { MATCH (p)-[:HAS_POLICY]->(:AWSPolicy)-[:HAS_STATEMENT]->(s) WHERE '*' "
        "IN s.action } RETURN p.name",
        rows=[["Admin"]],
    ),
    Case(
        "R15",
        "EXISTS { pattern } short + NOT EXISTS",
        "MATCH (p:AWSPrincipal) WHERE NOT EXISTS { (p)-[:HAS_POLICY]->() } RETURN p.name",
        rows=[["alice"], ["CI"]],
    ),
    Case(
        "R16",
        "pattern predicate WHERE NOT (p)-[:X]->()",
        "MATCH (p:AWSPrincipal) WHERE NOT (p)-[:HAS_POLICY]->() RETURN p.name",
        rows=[["alice"], ["CI"]],
    ),
    Case(
        "R17",
        "COUNT { pattern }",
        "MATCH (p:AWSUser) RETURN p.name, COUNT { (p)-[:CAN_ASSUME]->() } AS c",
        rows=[["alice", 2], ["bob", 1]],
    ),
    Case(
        "R18",
        "COLLECT { subquery }",
        "MATCH (p:AWSUser {name:'alice'}) RETURN COLLECT { MATCH (p)-[:CAN_ASSUME]->(x) RETURN x.name ORDER BY "
        "x.name } AS c",
        rows=[[["CI", "Dev"]]],
    ),
    Case(
        "R19",
        "pattern comprehension",
        "MATCH (p:AWSUser) RETURN p.name, [(p)-[:HAS_POLICY]->(x) | x.name] AS pols",
        rows=[["alice", []], ["bob", ["ReadS3"]]],
    ),
    Case(
        "R30",
        "CALL { WITH p ... }",
        "MATCH (p:AWSUser) CALL { WITH p MATCH (p)-[:CAN_ASSUME]->(x) RETURN count(x) AS c } RETURN p.name, c",
        rows=[["alice", 2], ["bob", 1]],
    ),
    Case(
        "R31",
        "CALL (p) { ... } scope clause (5.23+)",
        "MATCH (p:AWSUser) CALL (p) { MATCH (p)-[:CAN_ASSUME]->(x) RETURN count(x) AS c } RETURN p.name, c",
        rows=[["alice", 2], ["bob", 1]],
    ),
    Case(
        "R32",
        "CALL { .. UNION .. } then aggregate",
        "CALL { MATCH (n:AWSUser) RETURN n.name AS nm UNION MATCH (n:SCP) RETURN n.name AS nm } RETURN count(nm)",
        rows=[[3]],
    ),
    Case(
        "R33",
        "UNION",
        "MATCH (n:AWSUser) RETURN n.name AS x UNION MATCH (n:AWSPrincipal) RETURN n.name AS x",
        rows=[["alice"], ["bob"], ["Admin"], ["Dev"], ["CI"]],
    ),
    Case(
        "R34",
        "CASE generic + simple",
        "MATCH (s:AWSPolicyStatement) RETURN s.id, CASE WHEN '*' IN s.action THEN 'admin' WHEN s.effect = 'Deny' "
        "THEN 'deny' ELSE 'ok' END, CASE s.effect WHEN 'Allow' THEN 1 ELSE 0 END",
        rows=[["s1", "admin", 1], ["s2", "ok", 1], ["s3", "deny", 0]],
    ),
    Case(
        "R35",
        "string functions",
        "RETURN toLower('AbC'), toUpper('aBc'), split('arn:aws:iam::111:role/x', ':')[4], substring('abcdef', 1, 3), "
        "replace('a*b','*','.*'), trim('  x '), left('abc',2), right('abc',2), size('abc'), toString(12), "
        "toInteger('42')",
        rows=[["abc", "ABC", "111", "bcd", "a.*b", "x", "ab", "bc", 3, "12", 42]],
    ),
    Case(
        "R36",
        "regex =~",
        "MATCH (n:AWSPrincipal) WHERE n.arn =~ '(?i).*ROLE/A.*' RETURN n.name",
        rows=[["Admin"]],
    ),
    Case(
        "R37",
        "dynamic regex: wildcard action match",
        "MATCH (s:AWSPolicyStatement) WHERE any(a IN s.action WHERE 'iam:PassRole' =~ replace(a, '*', '.*')) RETURN "
        "s.id",
        rows=[["s1"], ["s3"]],
    ),
    Case(
        "R38",
        "STARTS WITH / CONTAINS / ENDS WITH",
        "MATCH (n:AWSPrincipal) WHERE n.arn STARTS WITH 'arn:aws:iam::111' AND n.arn CONTAINS ':role/' AND n.arn "
        "ENDS WITH 'Dev' RETURN n.name",
        rows=[["Dev"]],
    ),
    Case(
        "R39",
        "datetime(): parse, component, compare",
        "RETURN datetime('2024-01-02T03:04:05Z').year, datetime('2024-01-02T00:00:00Z') > "
        "datetime('2023-01-01T00:00:00Z'), date('2024-01-02').month",
        rows=[[2024, True, 1]],
    ),
    Case(
        "R40",
        "datetime - duration, duration.between",
        "RETURN (datetime('2024-01-10T00:00:00Z') - duration('P3D')).day, duration.inDays(date('2024-01-01'), "
        "date('2024-01-31')).days",
        rows=[[7, 30]],
    ),
    Case(
        "R41",
        "datetime({epochSeconds: n.created}), timestamp()",
        "MATCH (n:AWSRole {name:'Dev'}) RETURN datetime({epochSeconds: n.created}).year, timestamp() > 0, "
        "datetime().year > 2000",
        rows=[[2023, True, True]],
    ),
    Case(
        "R42",
        "params: list IN, map access, LIMIT/SKIP $p",
        "MATCH (n:AWSPrincipal) WHERE n.name IN $names AND n.name <> $m.skip RETURN n.name ORDER BY n.name SKIP $s "
        "LIMIT $l",
        rows=[["Dev"]],
        params={"names": ["Admin", "Dev", "CI"], "m": {"skip": "CI"}, "s": 1, "l": 5},
    ),
    Case(
        "R43",
        "reduce()",
        "MATCH p=(a:AWSUser {name:'bob'})-[:CAN_ASSUME*3..3]->(b:AWSRole {name:'Admin'}) RETURN reduce(t = 0, x IN "
        "relationships(p) | t + x.w)",
        rows=[[4]],
    ),
    Case(
        "R44",
        "collect of maps",
        "MATCH (p:AWSUser)-[x:CAN_ASSUME]->(q) WITH p, x, q ORDER BY q.name RETURN p.name, collect({to: q.name, via: "
        "x.via})",
        rows=[
            ["alice", [{"to": "CI", "via": "sso"}, {"to": "Dev", "via": "trust"}]],
            ["bob", [{"to": "Dev", "via": "trust"}]],
        ],
    ),
    Case(
        "R45",
        "type(r), rel property map in pattern, undirected",
        "MATCH (a)-[x:CAN_ASSUME {via:'sso'}]-(b:AWSUser) RETURN type(x), a.name",
        rows=[["CAN_ASSUME", "CI"]],
    ),
    Case(
        "R46",
        "inline WHERE in node pattern",
        "MATCH (n:AWSRole WHERE n.name STARTS WITH 'D')-[x:CAN_ASSUME WHERE x.w > 1]->(m) RETURN m.name",
        rows=[["CI"]],
    ),
    Case(
        "R47",
        "triangle w/ relationship uniqueness",
        "MATCH (a:AWSRole)-[:CAN_ASSUME]->(b:AWSRole)-[:CAN_ASSUME]->(c:AWSRole)-[:CAN_ASSUME]->(a) RETURN count(*)",
        rows=[[3]],
    ),
    Case(
        "R48",
        "rel uniqueness in one MATCH (undirected 2-hop)",
        "MATCH (a:AWSUser {name:'bob'})-[:CAN_ASSUME]-(b)-[:CAN_ASSUME]-(c) RETURN c.name ",
        rows=[["alice"], ["CI"], ["Admin"]],
    ),
    Case(
        "R49",
        "elementId()",
        "MATCH (n:SCP) RETURN elementId(n) IS NOT NULL",
        rows=[[True]],
    ),
    Case(
        "R50",
        "head/last/tail/range/slicing/size",
        "RETURN head([1,2,3]), last([1,2,3]), tail([1,2,3]), range(1,4), [1,2,3,4][1..3], size([1,2]), [1,2]+[3]",
        rows=[[1, 3, [2, 3], [1, 2, 3, 4], [2, 3], 2, [1, 2, 3]]],
    ),
    Case(
        "R51",
        "CALL db.labels() YIELD",
        "CALL db.labels() YIELD label RETURN count(label) > 5",
        rows=[[True]],
    ),
    Case(
        "R52",
        "aggregates: percentileCont, stDev, collect(DISTINCT)[..n]",
        "UNWIND [1,2,2,3,4] AS x RETURN percentileCont(x, 0.5), count(DISTINCT x), collect(DISTINCT x)[..2], avg(x)",
        rows=[[2.0, 4, [1, 2], 2.4]],
    ),
    Case(
        "R53",
        "long chain reachability Internet->CrownJewel",
        "MATCH p=(:Internet)-[:CAN_REACH*1..5]->(sg:SecurityGroup)<-[:MEMBER_OF]-(i:CrownJewel) RETURN i.id, "
        "length(p), [x IN relationships(p) | x.port]",
        rows=[["i-db", 4, [443, 8080, 5432, None]]],
    ),
    Case(
        "R54",
        "OPTIONAL MATCH var-length SCP inheritance",
        "MATCH (a:AWSAccount) OPTIONAL MATCH (scp:SCP)-[:TARGETS]->(o:OU)-[:PARENT_OF*0..5]->(a) RETURN a.id, "
        "collect(DISTINCT scp.name)",
        rows=[["111", ["DenyIAM"]], ["222", []]],
    ),
    Case(
        "R55",
        "exists((pattern)) / size-free nested any over nodes(p)",
        "MATCH p=(u:AWSUser)-[:CAN_ASSUME*1..3]->(t:AWSRole) WHERE any(n IN nodes(p) WHERE n.name = 'CI') AND "
        "(t)-[:HAS_POLICY]->() RETURN DISTINCT u.name, t.name",
        rows=[["alice", "Admin"], ["bob", "Admin"], ["alice", "Dev"]],
    ),
    Case(
        "R56",
        "WITH * / ORDER BY multiple / DISTINCT collect",
        "MATCH (n:AWSPrincipal) WITH *, CASE WHEN n:AWSRole THEN 'role' ELSE 'user' END AS kind RETURN kind, "
        "count(*) AS c ORDER BY c DESC, kind",
        rows=[["role", 3], ["user", 2]],
        ordered=True,
    ),
    Case(
        "R57",
        "EXPLAIN",
        "EXPLAIN MATCH (n:AWSRole) RETURN n.name",
    ),
    Case(
        "R59",
        "unescaped backtick label/prop, comments",
        "MATCH (n:`AWSRole`) /* c */ WHERE n.`name` = 'Dev' // x\nRETURN n.name",
        rows=[["Dev"]],
    ),
    Case(
        "R60",
        "UNWIND map list + nested property + ORDER",
        "UNWIND $rows AS row WITH row.a.b AS v WHERE v > 1 RETURN v ORDER BY v DESC",
        rows=[[3], [2]],
        params={"rows": [{"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}]},
        ordered=True,
    ),
)

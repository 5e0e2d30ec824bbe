"""Reading: variable length, shortest paths, path functions."""

from tests.cypher_cases.case import Case

ASSUME, PASS = "CAN_ASSUME", "CAN_PASS_ROLE"

CASES = (
    Case(
        "R20",
        "var-length multi type *1..6 DISTINCT",
        "MATCH (s:AWSUser {name:'alice'})-[:CAN_ASSUME|CAN_PASS_ROLE*1..6]->(t:AWSRole) RETURN DISTINCT t.name",
        rows=[["Dev"], ["CI"], ["Admin"]],
    ),
    Case(
        "R21",
        "path var: trail semantics, length/nodes/relationships/type",
        "MATCH path=(s:AWSUser {name:'alice'})-[:CAN_ASSUME|CAN_PASS_ROLE*1..6]->(t:AWSRole {name:'Admin'}) RETURN "
        "length(path) AS len, [n IN nodes(path) | n.name] AS names, [x IN relationships(path) | type(x)] AS types "
        "ORDER BY len",
        rows=[
            [2, ["alice", "CI", "Admin"], [ASSUME, ASSUME]],
            [2, ["alice", "Dev", "Admin"], [ASSUME, PASS]],
            [3, ["alice", "Dev", "CI", "Admin"], [ASSUME, ASSUME, ASSUME]],
            [4, ["alice", "CI", "Admin", "Dev", "Admin"], [ASSUME, ASSUME, ASSUME, PASS]],
            [5, ["alice", "Dev", "Admin", "Dev", "CI", "Admin"], [ASSUME, PASS, ASSUME, ASSUME, ASSUME]],
            [5, ["alice", "Dev", "CI", "Admin", "Dev", "Admin"], [ASSUME, ASSUME, ASSUME, ASSUME, PASS]],
        ],
    ),
    Case(
        "R22",
        "all(r IN relationships(path) WHERE ..)",
        "MATCH path=(s:AWSUser {name:'alice'})-[:CAN_ASSUME|CAN_PASS_ROLE*1..6]->(t:AWSRole {name:'Admin'}) WHERE "
        "all(x IN relationships(path) WHERE x.w < 5) RETURN length(path)",
        rows=[[2], [3]],
    ),
    Case(
        "R23",
        "var-length rel list variable -[rs:T*1..3]->",
        "MATCH (s:AWSUser {name:'bob'})-[rs:CAN_ASSUME*1..3]->(t) RETURN t.name, size(rs)",
        rows=[["Dev", 1], ["CI", 2], ["Admin", 3]],
    ),
    Case(
        "R24",
        "shortestPath()",
        "MATCH (a:AWSUser {name:'bob'}), (b:AWSRole {name:'Admin'}) MATCH p = "
        "shortestPath((a)-[:CAN_ASSUME*..10]->(b)) RETURN length(p), [n IN nodes(p) | n.name]",
        rows=[[3, ["bob", "Dev", "CI", "Admin"]]],
    ),
    Case(
        "R25",
        "allShortestPaths()",
        "MATCH (a:AWSUser {name:'alice'}), (b:AWSRole {name:'Admin'}) MATCH p = "
        "allShortestPaths((a)-[:CAN_ASSUME|CAN_PASS_ROLE*..10]->(b)) RETURN [n IN nodes(p) | n.name]",
        rows=[[["alice", "CI", "Admin"]], [["alice", "Dev", "Admin"]]],
    ),
    Case(
        "R26",
        "SHORTEST 1 (5.21+)",
        "MATCH p = SHORTEST 1 (a:AWSUser {name:'bob'})-[:CAN_ASSUME|CAN_PASS_ROLE]->+(b:AWSRole {name:'Admin'}) "
        "RETURN length(p)",
        rows=[[2]],
        differs={"embedded": "it has no SHORTEST k: shortestPath() is the form for both"},
    ),
    Case(
        "R27",
        "ALL SHORTEST",
        "MATCH p = ALL SHORTEST (a:AWSUser {name:'alice'})-[:CAN_ASSUME|CAN_PASS_ROLE]->+(b:AWSRole {name:'Admin'}) "
        "RETURN length(p)",
        rows=[[2], [2]],
        differs={"embedded": "it has no ALL SHORTEST: allShortestPaths() is the form for both"},
    ),
    Case(
        "R28",
        "QPP quantified relationship ->{1,6}",
        "MATCH (a:AWSUser {name:'bob'})-[:CAN_ASSUME]->{1,6}(b) RETURN DISTINCT b.name",
        rows=[["Dev"], ["CI"], ["Admin"]],
    ),
    Case(
        "R29",
        "QPP group var + inner WHERE",
        "MATCH (a:AWSUser {name:'alice'})((x)-[e:CAN_ASSUME WHERE e.w < 2]->(y)){1,6}(b:AWSRole {name:'Admin'}) "
        "RETURN [n IN x | n.name] AS hops, size(e) AS n",
        rows=[[["alice", "CI"], 2]],
    ),
    Case(
        "Y02",
        "EXISTS nested in any() over list of nodes",
        "MATCH p=(u:AWSUser {name:'alice'})-[:CAN_ASSUME*1..2]->(t) WHERE any(n IN nodes(p) WHERE EXISTS { "
        "(n)-[:HAS_POLICY]->(:AWSPolicy {managed:true}) }) RETURN t.name AS n",
        rows=[["Admin"]],
    ),
    Case(
        "Y05",
        "shortestPath with WHERE all() predicate",
        "MATCH (a:AWSUser {name:'alice'}), (b:AWSRole {name:'Admin'}) MATCH p = "
        "shortestPath((a)-[:CAN_ASSUME|CAN_PASS_ROLE*..10]->(b)) WHERE all(x IN relationships(p) WHERE x.via = "
        "'trust') RETURN length(p) AS l",
        rows=[[3]],
        differs={"embedded": "it filters after the shortest path was found: filter by relationship type"},
    ),
    Case(
        "Y06",
        "shortestPath undirected unbounded any type",
        "MATCH (a:SCP {id:'scp1'}), (b:AWSPolicyStatement {id:'s1'}) MATCH p = shortestPath((a)-[*]-(b)) RETURN "
        "length(p) AS l",
        rows=[[5]],
    ),
    Case(
        "Y07",
        "shortestPath unreachable gives no row",
        "MATCH (a:AWSPolicy {id:'p1'}), (b:AWSUser {name:'bob'}) MATCH p = shortestPath((a)-[*..10]->(b)) RETURN "
        "length(p) AS l",
        rows=[],
    ),
    Case(
        "Y08",
        "OPTIONAL shortestPath null",
        "MATCH (a:AWSPolicy {id:'p1'}), (b:AWSUser {name:'bob'}) OPTIONAL MATCH p = shortestPath((a)-[*..10]->(b)) "
        "RETURN p IS NULL AS l",
        rows=[[True]],
    ),
    Case(
        "Y09",
        "min-length path per target via WITH ORDER/ collect()[0]",
        "MATCH p=(a:AWSUser {name:'alice'})-[:CAN_ASSUME|CAN_PASS_ROLE*1..5]->(t:AWSRole) WITH t, p ORDER BY "
        "length(p) WITH t, collect(p)[0] AS sp RETURN t.name AS t, length(sp) AS l",
        rows=[["Dev", 1], ["CI", 1], ["Admin", 2]],
    ),
    Case(
        "Y10",
        "zero-length *0..2",
        "MATCH (a:OU {id:'r'})-[:PARENT_OF*0..2]->(x) RETURN coalesce(x.name, x.id) AS n",
        rows=[["Root"], ["Workloads"], ["prod"], ["dev"]],
    ),
    Case(
        "Y11",
        "fixed & open ended *2 , *2..",
        "MATCH (a:Internet)-[:CAN_REACH*2..]->(x) RETURN x.name AS n",
        rows=[["app"], ["db"]],
    ),
    Case(
        "Y12",
        "incoming var-length <-[*]-",
        "MATCH (a:AWSRole {name:'Admin'})<-[:CAN_ASSUME*1..3]-(x:AWSUser) RETURN DISTINCT x.name AS n",
        rows=[["alice"], ["bob"]],
    ),
    Case(
        "Y13",
        "rel property predicate inside var-length map",
        "MATCH (a:AWSUser {name:'bob'})-[:CAN_ASSUME*1..3 {via:'trust'}]->(x) RETURN x.name AS n",
        rows=[["Dev"], ["CI"], ["Admin"]],
    ),
    Case(
        "Y14",
        "two MATCH clauses do not share rel uniqueness",
        "MATCH (a:AWSUser {name:'bob'})-[:CAN_ASSUME]-(b) MATCH (b)-[:CAN_ASSUME]-(c) RETURN c.name AS n",
        rows=[["bob"], ["alice"], ["CI"], ["Admin"]],
    ),
    Case(
        "Y15",
        "comma patterns share uniqueness",
        "MATCH (a:AWSUser {name:'bob'})-[:CAN_ASSUME]-(b), (b)-[:CAN_ASSUME]-(c) RETURN c.name AS n",
        rows=[["alice"], ["CI"], ["Admin"]],
    ),
    Case(
        "Y40",
        "all-pairs effective exposure: 2 var-length in one query",
        "MATCH (:Internet)-[:CAN_REACH*1..3]->(sg:SecurityGroup)<-[:MEMBER_OF]-(i:Instance) OPTIONAL MATCH "
        "(sg)<-[:RULE_OF]-(r:IpRule) RETURN i.id AS i, collect(r.fromport) AS p",
        rows=[["i-web", [443]], ["i-app", []], ["i-db", [22]]],
    ),
    Case(
        "Y48",
        "nodes(p)[0], last(nodes(p)), relationships(p)[0]",
        "MATCH p=(:AWSUser {name:'bob'})-[:CAN_ASSUME*3]->() RETURN nodes(p)[0].name AS a, last(nodes(p)).name AS b, "
        "relationships(p)[1].w AS c",
        rows=[["bob", "Admin", 2]],
    ),
    Case(
        "Y49",
        "DISTINCT path set → project nodes for UI",
        "MATCH p=(:AWSUser {name:'bob'})-[:CAN_ASSUME*1..2]->() UNWIND nodes(p) AS n RETURN count(DISTINCT n) AS c",
        rows=[[3]],
    ),
    Case(
        "Y50",
        "UNWIND relationships(p) distinct start/end ids",
        "MATCH p=(:AWSUser {name:'bob'})-[:CAN_ASSUME*1..2]->() UNWIND relationships(p) AS x WITH DISTINCT x RETURN "
        "startNode(x).name AS a, type(x) AS t, endNode(x).name AS b",
        rows=[["bob", "CAN_ASSUME", "Dev"], ["Dev", "CAN_ASSUME", "CI"]],
    ),
    Case(
        "Z01",
        "shortestPath with inline rel map",
        "MATCH (a:AWSUser {name:'alice'}), (b:AWSRole {name:'Admin'}) MATCH p = shortestPath((a)-[:CAN_ASSUME*..10 "
        "{via:'trust'}]->(b)) RETURN length(p) AS l",
        rows=[[3]],
        differs={"neo4j": "it has no property map inside shortestPath(): filter by relationship type"},
    ),
    Case(
        "Z02",
        "allShortestPaths + none() predicate",
        "MATCH (a:AWSUser {name:'alice'}), (b:AWSRole {name:'Admin'}) MATCH p = "
        "allShortestPaths((a)-[:CAN_ASSUME|CAN_PASS_ROLE*..10]->(b)) WHERE none(n IN nodes(p) WHERE n.name = 'CI') "
        "RETURN length(p) AS l",
        rows=[[2]],
    ),
    Case(
        "Z03",
        "var-length + all() + ORDER BY length LIMIT 1 (portable form)",
        "MATCH p=(a:AWSUser {name:'alice'})-[:CAN_ASSUME|CAN_PASS_ROLE*1..10]->(b:AWSRole {name:'Admin'}) WHERE "
        "all(x IN relationships(p) WHERE x.via = 'trust') RETURN length(p) AS l ORDER BY l LIMIT 1",
        rows=[[3]],
    ),
    Case(
        "Z04",
        "shortestPath in RETURN expression",
        "MATCH (a:AWSUser {name:'bob'}), (b:AWSRole {name:'Admin'}) RETURN "
        "length(shortestPath((a)-[:CAN_ASSUME*..10]->(b))) AS l",
        rows=[[3]],
    ),
    Case(
        "Z05",
        "shortestPath many sources × one target",
        "MATCH (a:AWSUser), (b:AWSRole {name:'Admin'}) MATCH p = "
        "shortestPath((a)-[:CAN_ASSUME|CAN_PASS_ROLE*..10]->(b)) RETURN a.name AS n, length(p) AS l",
        rows=[["alice", 2], ["bob", 2]],
    ),
    Case(
        "Z06",
        "shortestPath excluding start=end rows (a<>b)",
        "MATCH (a:AWSPrincipal), (b:AWSRole {name:'Admin'}) WHERE a <> b MATCH p = "
        "shortestPath((a)-[:CAN_ASSUME*..10]->(b)) RETURN a.name AS n, length(p) AS l",
        rows=[["alice", 2], ["bob", 3], ["Dev", 2], ["CI", 1]],
    ),
    Case(
        "Z08",
        "EXISTS with var-length inside",
        "MATCH (i:Instance) WHERE EXISTS { (:Internet)-[:CAN_REACH*1..5]->(:SecurityGroup)<-[:MEMBER_OF]-(i) } "
        "RETURN i.id AS i",
        rows=[["i-web"], ["i-app"], ["i-db"]],
    ),
    Case(
        "Z11",
        "min() over path lengths grouped",
        "MATCH p=(a:AWSUser)-[:CAN_ASSUME|CAN_PASS_ROLE*1..6]->(t:AWSRole) RETURN a.name AS a, t.name AS t, "
        "min(length(p)) AS l",
        rows=[
            ["alice", "Dev", 1],
            ["alice", "CI", 1],
            ["alice", "Admin", 2],
            ["bob", "Dev", 1],
            ["bob", "CI", 2],
            ["bob", "Admin", 2],
        ],
    ),
)

"""EC2 networking and instances as AWS documents them."""

from ingest.snapshot import (
    GroupReference,
    Instance,
    NetworkInterface,
    PeeringSide,
    PrefixList,
    Reason,
    Rule,
    Scope,
    SecurityGroup,
    State,
    Subnet,
    Vpc,
    VpcPeering,
)
from tests.dumps import HERE, REGION, SEEN, A, imported, records, state

TAGGED = {"OwnerId": A, "Tags": [{"Key": "Name", "Value": "app"}]}
PLACE = {"account_id": A, "region": REGION}
NAMED = {**PLACE, "name": "app", "tags": {"Name": "app"}}


def test_vpcs_with_all_their_address_ranges(tmp_path):
    vpc = {
        "VpcId": "vpc-1",
        "CidrBlock": "10.0.0.0/16",
        "IsDefault": True,
        "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "100.64.0.0/16"}],
        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2001:db8::/56"}],
        **TAGGED,
    }
    found = imported(tmp_path, {f"{HERE}/x.json": {"Vpcs": [vpc]}})
    ranges = ("10.0.0.0/16", "100.64.0.0/16", "2001:db8::/56")
    assert records(found, Vpc) == [Vpc(id="vpc-1", is_default=True, cidrs=ranges, **NAMED)]


def test_subnets(tmp_path):
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"}
    found = imported(tmp_path, {f"{A}/x.json": {"Subnets": [{**subnet, **TAGGED}]}})
    assert records(found, Subnet) == [
        Subnet(id="subnet-1", vpc_id="vpc-1", cidrs=("10.0.1.0/24",), zone="eu-west-1a", **NAMED)
    ]


def test_security_groups_with_their_references(tmp_path):
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        "PrefixListIds": [{"PrefixListId": "pl-1"}],
        "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": A, "VpcPeeringConnectionId": "pcx-1"}],
    }
    group = {
        "GroupId": "sg-1",
        "GroupName": "web",
        "VpcId": "vpc-1",
        "Description": "d",
        "IpPermissions": [permission],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}],
        **TAGGED,
    }
    found = imported(tmp_path, {f"{HERE}/x.json": {"SecurityGroups": [group]}})
    references = (GroupReference("sg-2", A, "pcx-1"),)
    assert records(found, SecurityGroup) == [
        SecurityGroup(
            id="sg-1",
            **{**NAMED, "name": "web"},
            vpc_id="vpc-1",
            description="d",
            ingress=(Rule("tcp", 443, 443, ("10.0.0.0/8", "::/0"), references, ("pl-1",)),),
            egress=(Rule("-1", None, None, ("0.0.0.0/0",)),),
        )
    ]


def test_the_order_of_rules_does_not_matter(tmp_path):
    rules = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port} for port in (443, 22, 5432)]
    group = {"GroupId": "sg-1", "GroupName": "g", "OwnerId": A, "IpPermissionsEgress": []}
    shards = [
        imported(tmp_path, {f"{HERE}/x.json": {"SecurityGroups": [{**group, "IpPermissions": order}]}}).shards
        for order in (rules, rules[::-1])
    ]
    assert shards[0] == shards[1]


def test_prefix_lists_without_their_entries_are_missed(tmp_path):
    ours = {"PrefixListId": "pl-1", "PrefixListName": "offices", "OwnerId": A}
    awss = {"PrefixListId": "pl-2", "PrefixListName": "com.amazonaws.eu-west-1.s3", "OwnerId": "AWS"}
    entries = {"Entries": [{"Cidr": "192.0.2.0/24", "Description": "x"}]}
    found = imported(tmp_path, {f"{HERE}/x.json": {"PrefixLists": [ours, awss]}, f"{HERE}/y.json": {"pl-1": entries}})
    assert records(found, PrefixList) == [PrefixList(id="pl-1", name="offices", cidrs=("192.0.2.0/24",), **PLACE)]
    assert state(found, "ec2.prefix_lists") == (State.PARTIAL, Reason.NOT_ATTEMPTED)
    found = imported(tmp_path, {f"{HERE}/z.json": {"pl-2": {"Entries": []}}})
    assert state(found, "ec2.prefix_lists") == SEEN


def test_peerings(tmp_path):
    other = "222222222222"
    peering = {
        "VpcPeeringConnectionId": "pcx-1",
        "Status": {"Code": "active"},
        "Tags": [],
        "RequesterVpcInfo": {"VpcId": "vpc-1", "OwnerId": A, "Region": REGION, "CidrBlock": "10.0.0.0/16"},
        "AccepterVpcInfo": {
            "VpcId": "vpc-2",
            "OwnerId": other,
            "Region": REGION,
            "CidrBlockSet": [{"CidrBlock": "10.1.0.0/16"}],
        },
    }
    found = imported(tmp_path, {f"{HERE}/x.json": {"VpcPeeringConnections": [peering]}})
    assert records(found, VpcPeering) == [
        VpcPeering(
            id="pcx-1",
            requester=PeeringSide("vpc-1", A, REGION, ("10.0.0.0/16",)),
            accepter=PeeringSide("vpc-2", other, REGION, ("10.1.0.0/16",)),
            **PLACE,
        )
    ]


def test_instances_never_with_user_data(tmp_path):
    instance = {
        "InstanceId": "i-1",
        "State": {"Name": "stopped"},
        "VpcId": "vpc-1",
        "SubnetId": "subnet-1",
        "PrivateIpAddress": "10.0.0.1",
        "PublicIpAddress": "192.0.2.1",
        "UserData": "hunter2",
        "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web"}],
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}],
        "MetadataOptions": {"HttpTokens": "required"},
        "IamInstanceProfile": {"Arn": "profile"},
        "Placement": {"AvailabilityZone": "eu-west-1a"},
        "Tags": TAGGED["Tags"],
    }
    found = imported(tmp_path, {"x.json": {"Reservations": [{"OwnerId": A, "Instances": [instance]}]}})
    assert records(found, Instance) == [
        Instance(
            id="i-1",
            arn=f"arn:aws:ec2:{REGION}:{A}:instance/i-1",
            state="stopped",
            vpc_id="vpc-1",
            subnet_id="subnet-1",
            private_ip="10.0.0.1",
            public_ip="192.0.2.1",
            groups=("sg-1",),
            interface_ids=("eni-1",),
            instance_profile_arn="profile",
            imds_v2_required=True,
            **NAMED,
        )
    ]
    assert "hunter2" not in repr(found)


def test_interfaces(tmp_path):
    interface = {
        "NetworkInterfaceId": "eni-1",
        "OwnerId": A,
        "VpcId": "vpc-1",
        "SubnetId": "subnet-1",
        "PrivateIpAddress": "10.0.0.1",
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.2"}],
        "Association": {"PublicIp": "192.0.2.1"},
        "Groups": [{"GroupId": "sg-1"}],
        "InterfaceType": "interface",
        "Attachment": {"InstanceId": "i-1"},
        "TagSet": TAGGED["Tags"],
    }
    found = imported(tmp_path, {f"{HERE}/x.json": {"NetworkInterfaces": [interface]}})
    assert records(found, NetworkInterface) == [
        NetworkInterface(
            id="eni-1",
            vpc_id="vpc-1",
            subnet_id="subnet-1",
            private_ips=("10.0.0.1", "10.0.0.2"),
            public_ip="192.0.2.1",
            groups=("sg-1",),
            instance_id="i-1",
            **NAMED,
        )
    ]


def test_a_shared_subnet_is_shown_where_it_was_asked_for_and_owned_by_its_owner(tmp_path):
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "OwnerId": "999999999999"}
    found = imported(tmp_path, {f"{HERE}/describe-subnets.json": {"Subnets": [subnet]}})
    assert list(found.shards) == [Scope(A, REGION, "ec2.subnets")]
    assert records(found, Subnet)[0].account_id == "999999999999"

"""A small organization for moto, with something of everything that is collected, made through the API."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3

from benchmarks.aws.wire import access_key
from tests.aws_harborline import REGION
from tests.aws_server import AwsServer

MANAGER = "310000000011"
CIDR, OTHER_CIDR = "10.1.0.0/16", "10.2.0.0/16"
Client = Callable[[str], Any]
MACHINE = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}})


def policy(effect: str = "Allow", **more: Any) -> str:
    statement = {"Effect": effect, "Action": "*", "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def clients(server: AwsServer, account: str) -> Client:
    """Clients that act as an account, inside the server."""

    def client(service: str) -> Any:
        made = boto3.client(
            service,
            region_name=REGION,
            aws_access_key_id=access_key(account),
            aws_secret_access_key="none",
        )
        server.inside(made)
        return made

    return client


def seed(server: AwsServer) -> str:
    """Fills the server. Returns the account below the manager's that has something of everything."""
    manager = clients(server, MANAGER)
    account = organization(manager)
    member = clients(server, account)
    identity(member)
    storage(member)
    stores(member, account)
    network(member)
    compute(member, account)
    workloads(member, account)
    containers(member, account)
    automation(member, account)
    people(manager, account)
    return account


def organization(client: Client) -> str:
    org = client("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    unit = org.create_organizational_unit(ParentId=root, Name="Prod")["OrganizationalUnit"]["Id"]
    made = org.create_account(AccountName="shop", Email="shop@example.com", Tags=[{"Key": "env", "Value": "prod"}])
    account: str = made["CreateAccountStatus"]["AccountId"]
    org.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        org.enable_policy_type(RootId=root, PolicyType=kind)
    scp = org.create_policy(Name="NoLeaving", Description="", Type="SERVICE_CONTROL_POLICY", Content=policy("Deny"))
    org.attach_policy(PolicyId=scp["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    org.register_delegated_administrator(AccountId=account, ServicePrincipal="guardduty.amazonaws.com")
    return account


def identity(client: Client) -> None:
    iam = client("iam")
    iam.create_user(UserName="bob", Tags=[{"Key": "team", "Value": "shop"}])
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=policy())
    iam.create_login_profile(UserName="bob", Password="correct-horse-1")
    iam.create_access_key(UserName="bob")
    iam.create_group(GroupName="admins")
    iam.add_user_to_group(GroupName="admins", UserName="bob")
    arn = iam.create_policy(PolicyName="all", PolicyDocument=policy())["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="admins", PolicyArn=arn)
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"), PermissionsBoundary=arn)
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    iam.create_saml_provider(Name="okta", SAMLMetadataDocument="<xml>" + "x" * 1_000)
    url = "https://token.actions.githubusercontent.com"
    iam.create_open_id_connect_provider(Url=url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40])
    iam.update_account_password_policy(MinimumPasswordLength=14)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="bob")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="bob", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )


def storage(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="shop-data", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket="shop-data", Policy=policy(Principal="*", Resource="arn:aws:s3:::shop-data/*"))
    s3.put_bucket_tagging(Bucket="shop-data", Tagging={"TagSet": [{"Key": "env", "Value": "prod"}]})
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket="shop-data", PublicAccessBlockConfiguration=dict.fromkeys(names, True))
    key = client("kms").create_key(Tags=[{"TagKey": "env", "TagValue": "prod"}])["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName="alias/shop", TargetKeyId=key)
    within = {"EncryptionContextSubset": {"shop": "1"}}
    reader = f"arn:aws:iam::{MANAGER}:role/reader"
    client("kms").create_grant(KeyId=key, GranteePrincipal=reader, Operations=["Decrypt"], Constraints=within)
    secret = client("secretsmanager").create_secret(Name="shop/db", SecretString="hidden", KmsKeyId="alias/shop")
    document = policy("Deny", Principal="*")
    client("secretsmanager").put_resource_policy(SecretId=secret["ARN"], ResourcePolicy=document)
    client("backup").create_backup_vault(BackupVaultName="nightly")
    client("cloudtrail").create_trail(Name="all", S3BucketName="shop-data")
    database = {"Engine": "postgres", "MasterUsername": "root", "MasterUserPassword": "correct-horse-1"}
    client("rds").create_db_instance(DBInstanceIdentifier="shop", DBInstanceClass="db.t3.micro", **database)
    client("rds").create_db_cluster(DBClusterIdentifier="ledger", **database | {"Engine": "aurora-postgresql"})


def stores(client: Client, account: str) -> None:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = dict.fromkeys(names, True) | {"RestrictPublicBuckets": False}
    client("s3control").put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=block)
    topic = client("sns").create_topic(Name="alarms", Tags=[{"Key": "env", "Value": "prod"}])["TopicArn"]
    allowed = policy(Principal={"AWS": MANAGER}, Action="sns:Publish", Resource=topic)
    client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=allowed)
    attributes = {"Policy": policy(Principal={"AWS": MANAGER}, Action="sqs:SendMessage")}
    client("sqs").create_queue(QueueName="jobs", Attributes=attributes, tags={"env": "prod"})
    client("sqs").create_queue(QueueName="plain")
    ecr = client("ecr")
    for name in ("team/web", "plain"):
        ecr.create_repository(repositoryName=name, tags=[{"Key": "of", "Value": name}])
    document = policy(Principal={"AWS": MANAGER}, Action="ecr:BatchGetImage")
    ecr.set_repository_policy(repositoryName="team/web", policyText=document)
    dynamodb = client("dynamodb")
    schema = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb.create_table(TableName="orders", DeletionProtectionEnabled=True, **schema)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=recovery)
    document = policy(Principal={"AWS": MANAGER}, Action="dynamodb:GetItem")
    arn = f"arn:aws:dynamodb:{REGION}:{account}:table/orders"
    dynamodb.put_resource_policy(ResourceArn=arn, Policy=document)
    rds = client("rds")
    rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier="shop")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="before", AttributeName="restore", ValuesToAdd=[MANAGER, "all"]
    )
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="old-ledger", DBClusterIdentifier="ledger")
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="old-ledger", AttributeName="restore", ValuesToAdd=[MANAGER]
    )
    client("logs").create_log_group(logGroupName="/shop/web")
    document = policy(Principal={"Service": "es.amazonaws.com"}, Action="logs:PutLogEvents")
    client("logs").put_resource_policy(policyName="search", policyDocument=document)


def network(client: Client) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock=CIDR)["Vpc"]["VpcId"]
    other = ec2.create_vpc(CidrBlock=OTHER_CIDR)["Vpc"]["VpcId"]
    ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]},
        ],
    )
    ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/25"}]
    )
    ec2.run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group],
        IamInstanceProfile={"Name": "web"}, MetadataOptions={"HttpTokens": "required"},
    )  # fmt: skip


def compute(client: Client, account: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("main.py", "")
    client("iam").create_role(RoleName="job", AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    client("lambda").create_function(
        FunctionName="job", Runtime="python3.11", Role=f"arn:aws:iam::{account}:role/job", Handler="main.main",
        Code={"ZipFile": archive.getvalue()}, Tags={"env": "prod"},
    )  # fmt: skip
    client("lambda").add_permission(
        FunctionName="job", StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )


def workloads(client: Client, account: str) -> None:
    role = f"arn:aws:iam::{account}:role/job"
    sagemaker = client("sagemaker")
    sagemaker.create_notebook_instance(NotebookInstanceName="lab", InstanceType="ml.t3.medium", RoleArn=role)
    network = client("ec2").describe_subnets()["Subnets"][0]
    sagemaker.create_domain(
        DomainName="lab", AuthMode="IAM", DefaultUserSettings={"ExecutionRole": role},
        SubnetIds=[network["SubnetId"]], VpcId=network["VpcId"],
    )  # fmt: skip
    client("bedrock-agent").create_agent(agentName="helper", agentResourceRoleArn=role)
    client("stepfunctions").create_state_machine(name="nightly", definition=MACHINE, roleArn=role)
    eks = client("eks")
    eks.create_cluster(name="shop", roleArn=role, resourcesVpcConfig={"subnetIds": [network["SubnetId"]]})
    eks.create_nodegroup(clusterName="shop", nodegroupName="general", nodeRole=role, subnets=[network["SubnetId"]])


def containers(client: Client, account: str) -> None:
    """A cluster with an instance, a service whose definition has a newer revision, and a task that takes commands."""
    ecs, role = client("ecs"), f"arn:aws:iam::{account}:role/job"
    ecs.create_cluster(clusterName="shop")
    container = {"name": "web", "image": "web", "memory": 64, "environment": [{"name": "PIN", "value": "hidden"}]}
    for _ in range(2):
        ecs.register_task_definition(family="web", taskRoleArn=role, containerDefinitions=[container])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web:1", desiredCount=1)
    instance = client("ec2").describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    ecs.register_container_instance(cluster="shop", instanceIdentityDocument=json.dumps({"instanceId": instance}))
    ecs.run_task(cluster="shop", taskDefinition="web:2", enableExecuteCommand=True)


def automation(client: Client, account: str) -> None:
    role, profile = f"arn:aws:iam::{account}:role/job", {"IamInstanceProfile": {"Name": "web"}}
    data = {**profile, "ImageId": "ami-12345678", "UserData": "aGlkZGVu"}
    client("ec2").create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    scaling, size = client("autoscaling"), {"MinSize": 0, "MaxSize": 0, "AvailabilityZones": [f"{REGION}a"]}
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web", LaunchTemplate={"LaunchTemplateName": "web", "Version": "$Latest"}, **size
    )
    scaling.create_launch_configuration(
        LaunchConfigurationName="old", ImageId="ami-12345678", InstanceType="t3.micro", IamInstanceProfile="web",
        UserData="hidden",
    )  # fmt: skip
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "made"}}}})
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="shop", TemplateBody=template, RoleARN=role)
    cloudformation.create_stack_set(
        StackSetName="base", TemplateBody=template, AdministrationRoleARN=role, ExecutionRoleName="base"
    )
    cloudformation.create_stack_instances(StackSetName="base", Accounts=[account], Regions=["eu-central-1"])
    client("codebuild").create_project(
        name="images", source={"type": "S3", "location": "shop-data/code.zip"}, artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )  # fmt: skip
    glue = client("glue")
    glue.create_job(Name="nightly", Role=role, Command={"Name": "glueetl"}, DefaultArguments={"--pin": "hidden"})
    glue.create_dev_endpoint(EndpointName="lab", RoleArn=role)


def people(client: Client, account: str) -> None:
    sso, store = client("sso-admin"), client("identitystore")
    instance = sso.list_instances()["Instances"][0]
    arn, directory = instance["InstanceArn"], instance["IdentityStoreId"]
    made = sso.create_permission_set(InstanceArn=arn, Name="Admin", SessionDuration="PT8H")
    permission_set = made["PermissionSet"]["PermissionSetArn"]
    sso.put_inline_policy_to_permission_set(InstanceArn=arn, PermissionSetArn=permission_set, InlinePolicy=policy())
    sso.attach_customer_managed_policy_reference_to_permission_set(
        InstanceArn=arn, PermissionSetArn=permission_set, CustomerManagedPolicyReference={"Name": "all", "Path": "/"}
    )
    ann = store.create_user(
        IdentityStoreId=directory, UserName="ann", DisplayName="Ann", Name={"GivenName": "Ann", "FamilyName": "Lee"},
        Emails=[{"Value": "ann@example.com", "Primary": True}],
    )["UserId"]  # fmt: skip
    group = store.create_group(IdentityStoreId=directory, DisplayName="Ops")["GroupId"]
    store.create_group_membership(IdentityStoreId=directory, GroupId=group, MemberId={"UserId": ann})
    sso.create_account_assignment(
        InstanceArn=arn, TargetId=account, TargetType="AWS_ACCOUNT", PermissionSetArn=permission_set,
        PrincipalType="GROUP", PrincipalId=group,
    )  # fmt: skip

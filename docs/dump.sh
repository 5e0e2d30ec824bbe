#!/usr/bin/env bash
# Writes what `trustdrift collect --from DIR` reads, with the AWS CLI and read-only credentials (SecurityAudit plus
# AWSSSOReadOnly is enough): the account of the credentials, and the organization where they may ask for it.
# Usage: dump.sh DIR REGION…      once per account, into the same DIR
set -uo pipefail
[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
out=$1
shift

# ask FILE SERVICE OPERATION [ARGUMENT…]: the answer, or the error in its place; what was denied is worth knowing too.
ask() {
    local file=$out/$1.json
    shift
    mkdir -p "$(dirname "$file")"
    if aws "$@" --output json > "$file" 2> "$file.error"; then
        rm "$file.error"  # a warning beside a good answer is none of it
        [ -s "$file" ] || echo '{}' > "$file"  # SQS has nothing to say where there is nothing
    else
        mv "$file.error" "$file"
    fi
}

# names SERVICE OPERATION QUERY [ARGUMENT…]: one name a line, none where the call is denied.
names() {
    local service=$1 operation=$2 query=$3
    shift 3
    aws "$service" "$operation" "$@" --query "$query" --output text 2> /dev/null | tr '\t' '\n' | grep -v '^None$' || true
}

# each FOLDER SERVICE OPERATION OPTION [ARGUMENT…]: asks about every name on stdin, a file for each.
each() {
    local folder=$1 service=$2 operation=$3 option=$4 name
    shift 4
    while read -r name; do
        [ -n "$name" ] || continue  # an empty list is printed as an empty line
        ask "$folder/$operation/${name##*[/:]}" "$service" "$operation" "$option" "$name" "$@"
    done
}

# batches FOLDER SERVICE OPERATION OPTION SIZE [ARGUMENT…]: asks about the names on stdin, so many at a time.
batches() {
    local folder=$1 service=$2 operation=$3 option=$4 size=$5 batch number=0
    shift 5
    while read -ra batch; do
        [ "${#batch[@]}" -gt 0 ] || continue
        number=$((number + 1))
        ask "$folder/$operation/$number" "$service" "$operation" "$option" "${batch[@]}" "$@"
    done < <(xargs -n "$size")
}

identity() {
    ask "$here/iam/get-account-authorization-details" iam get-account-authorization-details
    for _ in 1 2 3 4 5 6; do  # the report is made in the background
        [ "$(names iam generate-credential-report State)" = COMPLETE ] && break
        sleep 5
    done
    ask "$here/iam/get-credential-report" iam get-credential-report
    local users
    users=$(names iam list-users 'Users[].UserName')
    for operation in list-access-keys get-login-profile list-mfa-devices; do
        each "$here/iam" iam "$operation" --user-name <<< "$users"
    done
    for user in $users; do
        names iam list-access-keys 'AccessKeyMetadata[].AccessKeyId' --user-name "$user" |
            each "$here/iam" iam get-access-key-last-used --access-key-id
    done
    ask "$here/iam/get-account-summary" iam get-account-summary
    ask "$here/iam/get-account-password-policy" iam get-account-password-policy
    ask "$here/iam/list-saml-providers" iam list-saml-providers
    ask "$here/iam/list-open-id-connect-providers" iam list-open-id-connect-providers
    names iam list-open-id-connect-providers 'OpenIDConnectProviderList[].Arn' |
        each "$here/iam" iam get-open-id-connect-provider --open-id-connect-provider-arn
}

buckets() {
    ask "$here/s3/list-buckets" s3api list-buckets
    for operation in get-bucket-policy get-public-access-block get-bucket-tagging get-bucket-location; do
        names s3api list-buckets 'Buckets[].Name' | each "$here/s3" s3api "$operation" --bucket
    done
    ask "$here/s3control/get-public-access-block" s3control get-public-access-block --account-id "$account"
}

stores() {
    local in=(--region "$1") there=$here/$1 tables urls topics
    for what in db-snapshots db-cluster-snapshots; do
        ask "$there/rds/describe-$what" rds "describe-$what" "${in[@]}"
    done
    names rds describe-db-snapshots 'DBSnapshots[].DBSnapshotIdentifier' --snapshot-type manual "${in[@]}" |
        each "$there/rds" rds describe-db-snapshot-attributes --db-snapshot-identifier "${in[@]}"
    names rds describe-db-cluster-snapshots 'DBClusterSnapshots[].DBClusterSnapshotIdentifier' \
        --snapshot-type manual "${in[@]}" |
        each "$there/rds" rds describe-db-cluster-snapshot-attributes --db-cluster-snapshot-identifier "${in[@]}"
    ask "$there/dynamodb/list-tables" dynamodb list-tables "${in[@]}"
    tables=$(names dynamodb list-tables 'TableNames' "${in[@]}")
    for operation in describe-table describe-continuous-backups; do
        each "$there/dynamodb" dynamodb "$operation" --table-name "${in[@]}" <<< "$tables"
    done
    for operation in get-resource-policy list-tags-of-resource; do
        for table in $tables; do
            names dynamodb describe-table 'Table.TableArn' --table-name "$table" "${in[@]}"
        done | each "$there/dynamodb" dynamodb "$operation" --resource-arn "${in[@]}"
    done
    ask "$there/sqs/list-queues" sqs list-queues "${in[@]}"
    urls=$(names sqs list-queues 'QueueUrls' "${in[@]}")
    each "$there/sqs" sqs get-queue-attributes --queue-url --attribute-names All "${in[@]}" <<< "$urls"
    each "$there/sqs" sqs list-queue-tags --queue-url "${in[@]}" <<< "$urls"
    ask "$there/sns/list-topics" sns list-topics "${in[@]}"
    topics=$(names sns list-topics 'Topics[].TopicArn' "${in[@]}")
    each "$there/sns" sns get-topic-attributes --topic-arn "${in[@]}" <<< "$topics"
    each "$there/sns" sns list-tags-for-resource --resource-arn "${in[@]}" <<< "$topics"
    ask "$there/ecr/describe-repositories" ecr describe-repositories "${in[@]}"
    names ecr describe-repositories 'repositories[].repositoryArn' "${in[@]}" | while read -r arn; do
        [ -n "$arn" ] || continue
        name=${arn#*:repository/}  # which may have slashes in it
        ask "$there/ecr/get-repository-policy/${name//\//%2F}" ecr get-repository-policy \
            --repository-name "$name" "${in[@]}"
        ask "$there/ecr/list-tags-for-resource/${name//\//%2F}" ecr list-tags-for-resource \
            --resource-arn "$arn" "${in[@]}"
    done
    ask "$there/logs/describe-log-groups" logs describe-log-groups "${in[@]}"
    ask "$there/logs/describe-resource-policies" logs describe-resource-policies "${in[@]}"
}

region() {
    local in=(--region "$1") there=$here/$1
    stores "$1"
    for what in vpcs subnets security-groups managed-prefix-lists network-interfaces instances vpc-peering-connections; do
        ask "$there/ec2/describe-$what" ec2 "describe-$what" "${in[@]}"
    done
    names ec2 describe-managed-prefix-lists 'PrefixLists[].PrefixListId' "${in[@]}" |
        each "$there/ec2" ec2 get-managed-prefix-list-entries --prefix-list-id "${in[@]}"
    ask "$there/rds/describe-db-instances" rds describe-db-instances "${in[@]}"
    ask "$there/rds/describe-db-clusters" rds describe-db-clusters "${in[@]}"
    ask "$there/cloudtrail/describe-trails" cloudtrail describe-trails "${in[@]}"
    ask "$there/backup/list-backup-vaults" backup list-backup-vaults "${in[@]}"
    for operation in get-backup-vault-access-policy list-recovery-points-by-backup-vault; do
        names backup list-backup-vaults 'BackupVaultList[].BackupVaultName' "${in[@]}" |
            each "$there/backup" backup "$operation" --backup-vault-name "${in[@]}"
    done
    ask "$there/lambda/list-functions" lambda list-functions "${in[@]}"
    names lambda list-functions 'Functions[].FunctionName' "${in[@]}" |
        each "$there/lambda" lambda get-policy --function-name "${in[@]}"
    names lambda list-functions 'Functions[].FunctionArn' "${in[@]}" |
        each "$there/lambda" lambda list-tags --resource "${in[@]}"
    ask "$there/secretsmanager/list-secrets" secretsmanager list-secrets "${in[@]}"
    names secretsmanager list-secrets 'SecretList[].ARN' "${in[@]}" |
        each "$there/secretsmanager" secretsmanager get-resource-policy --secret-id "${in[@]}"
    ask "$there/kms/list-keys" kms list-keys "${in[@]}"
    ask "$there/kms/list-aliases" kms list-aliases "${in[@]}"
    local keys
    keys=$(names kms list-keys 'Keys[].KeyId' "${in[@]}")
    each "$there/kms" kms describe-key --key-id "${in[@]}" <<< "$keys"
    each "$there/kms" kms get-key-policy --key-id --policy-name default "${in[@]}" <<< "$keys"
    each "$there/kms" kms list-grants --key-id "${in[@]}" <<< "$keys"
    each "$there/kms" kms list-resource-tags --key-id "${in[@]}" <<< "$keys"
}

# What runs with a role: `workloads REGION`.
workloads() {
    local in=(--region "$1") there=$here/$1 domain
    ask "$there/ssm/describe-instance-information" ssm describe-instance-information "${in[@]}"
    ask "$there/sagemaker/list-notebook-instances" sagemaker list-notebook-instances "${in[@]}"
    names sagemaker list-notebook-instances 'NotebookInstances[].NotebookInstanceName' "${in[@]}" |
        each "$there/sagemaker" sagemaker describe-notebook-instance --notebook-instance-name "${in[@]}"
    ask "$there/sagemaker/list-domains" sagemaker list-domains "${in[@]}"
    ask "$there/sagemaker/list-user-profiles" sagemaker list-user-profiles "${in[@]}"
    for domain in $(names sagemaker list-domains 'Domains[].DomainId' "${in[@]}"); do
        ask "$there/sagemaker/describe-domain/$domain" sagemaker describe-domain --domain-id "$domain" "${in[@]}"
        names sagemaker list-user-profiles 'UserProfiles[].UserProfileName' --domain-id-equals "$domain" "${in[@]}" |
            each "$there/sagemaker/$domain" sagemaker describe-user-profile --user-profile-name --domain-id "$domain" "${in[@]}"
    done
    ask "$there/apprunner/list-services" apprunner list-services "${in[@]}"
    names apprunner list-services 'ServiceSummaryList[].ServiceArn' "${in[@]}" |
        each "$there/apprunner" apprunner describe-service --service-arn "${in[@]}"
    ask "$there/bedrock-agent/list-agents" bedrock-agent list-agents "${in[@]}"
    names bedrock-agent list-agents 'agentSummaries[].agentId' "${in[@]}" |
        each "$there/bedrock-agent" bedrock-agent get-agent --agent-id "${in[@]}"
    local core=bedrock-agentcore-control
    ask "$there/$core/list-code-interpreters" $core list-code-interpreters --type CUSTOM "${in[@]}"
    names $core list-code-interpreters 'codeInterpreterSummaries[].codeInterpreterId' --type CUSTOM "${in[@]}" |
        each "$there/$core" $core get-code-interpreter --code-interpreter-id "${in[@]}"
    ask "$there/stepfunctions/list-state-machines" stepfunctions list-state-machines "${in[@]}"
    names stepfunctions list-state-machines 'stateMachines[].stateMachineArn' "${in[@]}" |
        each "$there/stepfunctions" stepfunctions describe-state-machine --state-machine-arn \
            --included-data METADATA_ONLY "${in[@]}"
    ask "$there/eks/list-clusters" eks list-clusters "${in[@]}"
    for cluster in $(names eks list-clusters 'clusters' "${in[@]}"); do cluster "$1" "$cluster"; done
}

# What starts workloads by itself: `automation REGION`.
automation() {
    local in=(--region "$1") there=$here/$1
    # shellcheck disable=SC2016  # these are AWS's names
    local versions=('$Default' '$Latest')
    ask "$there/ec2/describe-launch-templates" ec2 describe-launch-templates "${in[@]}"
    ask "$there/ec2/describe-launch-template-versions" ec2 describe-launch-template-versions \
        --versions "${versions[@]}" "${in[@]}"
    for what in auto-scaling-groups launch-configurations; do
        ask "$there/autoscaling/describe-$what" autoscaling "describe-$what" "${in[@]}"
    done
    ask "$there/cloudformation/describe-stacks" cloudformation describe-stacks "${in[@]}"
    ask "$there/cloudformation/list-stack-sets" cloudformation list-stack-sets --status ACTIVE "${in[@]}"
    for operation in describe-stack-set list-stack-instances; do
        names cloudformation list-stack-sets 'Summaries[].StackSetName' --status ACTIVE "${in[@]}" |
            each "$there/cloudformation" cloudformation "$operation" --stack-set-name "${in[@]}"
    done
    ask "$there/codebuild/list-projects" codebuild list-projects "${in[@]}"
    names codebuild list-projects projects "${in[@]}" |
        batches "$there/codebuild" codebuild batch-get-projects --names 100 "${in[@]}"
    ask "$there/glue/get-jobs" glue get-jobs "${in[@]}"
    ask "$there/glue/get-dev-endpoints" glue get-dev-endpoints "${in[@]}"
    containers "$1"
}

# ECS in a region; of task definitions the newest, and older ones that services still run.
containers() {
    local in=(--region "$1") there=$here/$1/ecs cluster families newest used
    ask "$there/list-clusters" ecs list-clusters "${in[@]}"
    for cluster in $(names ecs list-clusters clusterArns "${in[@]}"); do
        listed "$1" "$cluster" services serviceArns services 10
        listed "$1" "$cluster" tasks taskArns tasks 100
        listed "$1" "$cluster" container-instances containerInstanceArns container-instances 100
        used+=" $(names ecs list-services serviceArns --cluster "$cluster" "${in[@]}" | while read -r arn; do
            [ -z "$arn" ] ||
                names ecs describe-services 'services[].taskDefinition' --services "$arn" --cluster "$cluster" "${in[@]}"
        done)"
    done
    ask "$there/list-task-definition-families" ecs list-task-definition-families --status ACTIVE "${in[@]}"
    families=$(names ecs list-task-definition-families families --status ACTIVE "${in[@]}")
    each "$there" ecs describe-task-definition --task-definition --include TAGS "${in[@]}" <<< "$families"
    newest=$(for family in $families; do
        names ecs describe-task-definition taskDefinition.taskDefinitionArn --task-definition "$family" "${in[@]}"
    done)
    for arn in ${used:-}; do
        grep -qxF "$arn" <<< "$newest" || ask "$there/describe-task-definition/${arn##*/}" ecs describe-task-definition \
            --task-definition "$arn" --include TAGS "${in[@]}"
    done
}

# listed REGION CLUSTER WHAT KEY OPTION SIZE: what a cluster of ECS lists, and what is said of it.
listed() {
    local in=(--region "$1" --cluster "$2") there=$here/$1/ecs name=${2##*/}
    ask "$there/list-$3/$name" ecs "list-$3" "${in[@]}"
    names ecs "list-$3" "$4" "${in[@]}" |
        batches "$there/$name" ecs "describe-$3" "--$5" "$6" --include TAGS "${in[@]}"
}

# cluster REGION NAME: an EKS cluster; access entries are refused where it keeps whom it lets in itself.
cluster() {
    local in=(--region "$1") there=$here/$1/eks name=$2
    local of=(--cluster-name "$name")
    ask "$there/describe-cluster/$name" eks describe-cluster --name "$name" "${in[@]}"
    ask "$there/list-nodegroups/$name" eks list-nodegroups "${of[@]}" "${in[@]}"
    names eks list-nodegroups 'nodegroups' "${of[@]}" "${in[@]}" |
        each "$there/$name" eks describe-nodegroup --nodegroup-name "${of[@]}" "${in[@]}"
    ask "$there/list-pod-identity-associations/$name" eks list-pod-identity-associations "${of[@]}" "${in[@]}"
    names eks list-pod-identity-associations 'associations[].associationId' "${of[@]}" "${in[@]}" |
        each "$there" eks describe-pod-identity-association --association-id "${of[@]}" "${in[@]}"
    if [ "$(names eks describe-cluster 'cluster.accessConfig.authenticationMode' --name "$name" "${in[@]}")" != CONFIG_MAP ]; then
        ask "$there/list-access-entries/$name" eks list-access-entries "${of[@]}" "${in[@]}"
        for operation in describe-access-entry list-associated-access-policies; do
            names eks list-access-entries 'accessEntries' "${of[@]}" "${in[@]}" |
                each "$there/$name" eks "$operation" --principal-arn "${of[@]}" "${in[@]}"
        done
    fi
}

organization() {
    local org=organizations parents children
    for operation in describe-organization list-roots list-accounts list-delegated-administrators; do
        ask "$org/$operation" organizations "$operation"
    done
    parents=$(names organizations list-roots 'Roots[].Id')
    local targets=$parents
    while [ -n "$parents" ]; do
        each $org organizations list-organizational-units-for-parent --parent-id <<< "$parents"
        each $org organizations list-accounts-for-parent --parent-id <<< "$parents"
        children=$(for parent in $parents; do
            names organizations list-organizational-units-for-parent 'OrganizationalUnits[].Id' --parent-id "$parent"
        done)
        parents=$children targets="$targets $children"
    done
    local accounts
    accounts=$(names organizations list-accounts 'Accounts[].Id')
    each $org organizations list-tags-for-resource --resource-id <<< "$accounts"
    for kind in SERVICE_CONTROL_POLICY RESOURCE_CONTROL_POLICY; do
        ask "$org/list-policies-$kind" organizations list-policies --filter $kind
        names organizations list-policies 'Policies[].Id' --filter $kind | each $org organizations describe-policy --policy-id
        for target in $targets $accounts; do
            ask "$org/list-policies-for-target/$kind/$target" organizations list-policies-for-target \
                --target-id "$target" --filter $kind
        done
    done
}

identity_center() {
    local instance store sets
    ask sso/list-instances sso-admin list-instances
    instance=$(names sso-admin list-instances 'Instances[0].InstanceArn')
    store=$(names sso-admin list-instances 'Instances[0].IdentityStoreId')
    [ -n "$instance" ] || return 0
    ask sso/list-permission-sets sso-admin list-permission-sets --instance-arn "$instance"
    sets=$(names sso-admin list-permission-sets 'PermissionSets' --instance-arn "$instance")
    for operation in describe-permission-set list-managed-policies-in-permission-set \
        list-customer-managed-policy-references-in-permission-set get-inline-policy-for-permission-set \
        get-permissions-boundary-for-permission-set; do
        each sso sso-admin "$operation" --permission-set-arn --instance-arn "$instance" <<< "$sets"
    done
    for set in $sets; do
        names sso-admin list-accounts-for-provisioned-permission-set AccountIds --instance-arn "$instance" \
            --permission-set-arn "$set" | each "sso/${set##*/}" sso-admin list-account-assignments --account-id \
            --permission-set-arn "$set" --instance-arn "$instance"
    done
    ask sso/identitystore-list-users identitystore list-users --identity-store-id "$store"
    ask sso/identitystore-list-groups identitystore list-groups --identity-store-id "$store"
    names identitystore list-groups 'Groups[].GroupId' --identity-store-id "$store" |
        each sso identitystore list-group-memberships --group-id --identity-store-id "$store"
}

account=$(names sts get-caller-identity Account)
[ -n "$account" ] || { echo "no AWS credentials that work: check with \`aws sts get-caller-identity\`" >&2; exit 1; }
here=accounts/$account
identity
buckets
for name in "$@"; do
    region "$name"
    workloads "$name"
    automation "$name"
done
if [ -n "$(names organizations list-roots 'Roots[].Id')" ]; then  # the management account, or a delegated one
    organization
    identity_center
fi

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
}

region() {
    local in=(--region "$1") there=$here/$1
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
    each "$there/kms" kms list-resource-tags --key-id "${in[@]}" <<< "$keys"
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
for name in "$@"; do region "$name"; done
if [ -n "$(names organizations list-roots 'Roots[].Id')" ]; then  # the management account, or a delegated one
    organization
    identity_center
fi

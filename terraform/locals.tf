data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name       = "${var.project}-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  contract = jsondecode(file("${path.module}/../contract/observation.json"))

  landing_prefix      = local.contract.prefixes.landing
  rejects_prefix      = local.contract.prefixes.rejects
  tables_prefix       = local.contract.prefixes.tables
  dead_letters_prefix = local.contract.prefixes.dead_letters
  errors_prefix       = local.contract.prefixes.errors
  athena_prefix       = local.contract.prefixes.athena
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name       = "${var.project}-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  contract = jsondecode(file("${path.module}/../contract/observation.json"))

  landing_prefix      = "landing/observations/"
  rejects_prefix      = "landing_rejects/"
  dead_letters_prefix = "dead_letters/"
  errors_prefix       = "errors/"
  tables_prefix       = "tables/"
  athena_prefix       = "athena/"
}

locals {
  state_tables = {
    producer = "${local.name}-producer-state" # cursors and cohorts
    lake     = "${local.name}-lake-state"     # the lake job's lock
  }
}

resource "aws_dynamodb_table" "state" {
  for_each = local.state_tables

  name         = each.value
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }
}

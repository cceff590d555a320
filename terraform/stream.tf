resource "aws_kinesis_stream" "observations" {
  name             = "${local.name}-observations"
  retention_period = var.stream_retention_hours
  shard_count      = var.stream_shards
  encryption_type  = "KMS"
  kms_key_id       = aws_kms_key.data.arn

  # A consumer of a user's own must not stop `terraform destroy`: the stream holds a day at most.
  enforce_consumer_deletion = true

  stream_mode_details {
    stream_mode = var.stream_shards == null ? "ON_DEMAND" : "PROVISIONED"
  }
}

# What every plan must hold, whatever is deployed. No account: the provider is a mock.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b"] }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  packages_dir = "./tests/packages"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_kinesis_stream.observations.encryption_type == "KMS"
    error_message = "the stream is not encrypted with a key of its own"
  }
  assert {
    condition     = aws_kinesis_stream.observations.retention_period <= 36
    error_message = "deleted content must leave the stream within 36 hours"
  }
  assert {
    condition     = aws_launch_template.producer.metadata_options[0].http_tokens == "required"
    error_message = "the instance answers IMDSv1"
  }
  assert {
    condition     = aws_s3_bucket.lake.force_destroy == false
    error_message = "a lake with data could be destroyed by accident"
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.lake.block_public_acls,
      aws_s3_bucket_public_access_block.lake.block_public_policy,
      aws_s3_bucket_public_access_block.lake.ignore_public_acls,
      aws_s3_bucket_public_access_block.lake.restrict_public_buckets,
    ])
    error_message = "the lake's bucket can be made public"
  }
  assert {
    condition     = aws_kinesisanalyticsv2_application.qualifier.runtime_environment == "FLINK-1_20"
    error_message = "PyFlink 1.20 runs on FLINK-1_20 only"
  }
  assert {
    condition = alltrue([
      for stream in aws_kinesis_firehose_delivery_stream.landing :
      stream.extended_s3_configuration[0].compression_format == "GZIP"
    ])
    error_message = "a delivery stream lands plain text"
  }
}

run "a_lake_that_may_go" {
  command = plan
  variables {
    destroy_lake_data = true
  }
  assert {
    condition     = aws_s3_bucket.lake.force_destroy
    error_message = "destroy_lake_data does not let the lake go"
  }
}

run "one_shard" {
  command = plan
  variables {
    stream_shards = 1
  }
  assert {
    condition     = aws_kinesis_stream.observations.shard_count == 1
    error_message = "stream_shards is not the stream's number of shards"
  }
}

run "a_score_nobody_can_miss_is_refused" {
  command = plan
  variables {
    min_score = 0
  }
  expect_failures = [var.min_score]
}

run "a_stream_that_keeps_deleted_content_is_refused" {
  command = plan
  variables {
    stream_retention_hours = 48
  }
  expect_failures = [var.stream_retention_hours]
}

run "an_unknown_filter_mode_is_refused" {
  command = plan
  variables {
    filter_mode = "loose"
  }
  expect_failures = [var.filter_mode]
}

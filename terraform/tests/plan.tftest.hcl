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
  assert {
    condition = alltrue(flatten([
      for stream in aws_kinesis_firehose_delivery_stream.landing : [
        stream.server_side_encryption[0].key_type == "CUSTOMER_MANAGED_CMK",
        one(stream.extended_s3_configuration[0].processing_configuration[0].processors).type == "AppendDelimiterToRecord",
        one(one(stream.extended_s3_configuration[0].processing_configuration[0].processors).parameters).parameter_value == "\\n",
      ]
    ]))
    error_message = "a delivery stream is not encrypted, or runs records together in one line"
  }
  assert {
    condition = alltrue([
      for settings in [
        aws_s3_bucket_server_side_encryption_configuration.lake,
        aws_s3_bucket_server_side_encryption_configuration.artifacts,
      ] : one(one(settings.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    ])
    error_message = "a bucket is not encrypted with the data key"
  }
  assert {
    condition = alltrue([
      for table in aws_dynamodb_table.state :
      table.server_side_encryption[0].enabled && table.point_in_time_recovery[0].enabled
    ])
    error_message = "a state table is not encrypted, or has no recovery"
  }
  assert {
    condition     = aws_launch_template.producer.block_device_mappings[0].ebs[0].encrypted == "true"
    error_message = "the producer's disk is not encrypted"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.https.from_port == 443 && aws_vpc_security_group_egress_rule.https.to_port == 443
    error_message = "the producer may speak more than HTTPS"
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      rule.id == "abort-unfinished-uploads" ? true : !startswith(local.landing_prefix, rule.filter[0].prefix)
    ])
    error_message = "landed observations would expire before the lake job has committed them"
  }
  assert {
    condition     = length(aws_iam_role.lake_reader) == 0 && length(aws_budgets_budget.monthly) == 0 && length(aws_sns_topic_subscription.email) == 0
    error_message = "a reader, a budget or a subscription nobody asked for"
  }
}

run "what_is_asked_for_reaches_the_parts" {
  command = plan
  variables {
    min_score                 = 25
    filter_mode               = "strict"
    subreddit                 = "stocks"
    look_ages_minutes         = [5, 60]
    lake_retention_days       = 90
    residue_retention_hours   = 5
    landing_buffer_seconds    = 60
    landing_buffer_megabytes  = 1
    lake_job_interval_minutes = 5
    start_flink               = false
    alarm_email               = "ops@example.com"
    monthly_budget_dollars    = 100
    lake_reader_principals    = ["arn:aws:iam::123456789012:role/research"]
    producer_subnet_ids       = ["subnet-0123456789abcdef0"]
    producer_instance_type    = "c5.large"
    destroy_lake_data         = true
    stream_shards             = 1
  }
  assert {
    condition = one([
      for group in one(one(aws_kinesisanalyticsv2_application.qualifier.application_configuration).environment_properties).property_group :
      group.property_map if group.property_group_id == "wsb"
      ]) == tomap({
      region                       = "us-east-1"
      stream_name                  = "wsb-dev-observations"
      initial_position             = "TRIM_HORIZON"
      observations_delivery_stream = "wsb-dev-observations"
      dead_letters_delivery_stream = "wsb-dev-dead-letters"
      min_score                    = "25"
      filter_mode                  = "strict"
    })
    error_message = "Flink's properties are not what was asked for"
  }
  assert {
    condition = alltrue([
      for line in [
        "export AWS_REGION=us-east-1",
        "export WSB_LAKE_RETENTION_DAYS=90",
        "export WSB_LOOK_AGES_MINUTES=5,60",
        "export WSB_MIN_SCORE=25",
        "export WSB_REDDIT_SECRET_ID=wsb-dev/reddit",
        "export WSB_STATE_TABLE=wsb-dev-producer-state",
        "export WSB_STREAM_NAME=wsb-dev-observations",
        "export WSB_SUBREDDIT=stocks",
      ] : contains(split("\n", local.producer_user_data), line)
    ])
    error_message = "the producer's settings are not what was asked for"
  }
  assert {
    condition = alltrue([
      for stream in aws_kinesis_firehose_delivery_stream.landing :
      stream.extended_s3_configuration[0].buffering_interval == 60 && stream.extended_s3_configuration[0].buffering_size == 1
    ])
    error_message = "Firehose does not gather as asked"
  }
  assert {
    condition     = aws_lambda_function.lake_job.environment[0].variables["WSB_LAKE_RESIDUE_HOURS"] == "5"
    error_message = "residues do not stay as long as asked"
  }
  assert {
    condition     = aws_scheduler_schedule.lake_job.schedule_expression == "rate(5 minutes)"
    error_message = "the lake job does not run as often as asked"
  }
  assert {
    condition     = aws_kinesisanalyticsv2_application.qualifier.start_application == false
    error_message = "Flink starts although it was not to"
  }
  assert {
    condition     = length(aws_iam_role.lake_reader) == 1 && length(aws_budgets_budget.monthly) == 1 && length(aws_sns_topic_subscription.email) == 1
    error_message = "the reader's role, the budget or the subscription is missing"
  }
  assert {
    condition     = length(aws_vpc.producer) == 0 && length(aws_internet_gateway.producer) == 0
    error_message = "a network of its own although a subnet was given"
  }
  assert {
    condition     = endswith(data.aws_ssm_parameter.producer_image.name, "x86_64")
    error_message = "a Graviton image for an x86 machine"
  }
  assert {
    condition     = aws_s3_bucket.lake.force_destroy
    error_message = "destroy_lake_data does not let the lake go"
  }
  assert {
    condition     = aws_kinesis_stream.observations.shard_count == 1
    error_message = "stream_shards is not the stream's number of shards"
  }
}

run "what_cannot_work_is_refused" {
  command = plan
  variables {
    project                 = "a-very-long-name" # for a bucket
    environment             = "Production"
    min_score               = 0 # which nobody can miss
    filter_mode             = "loose"
    look_ages_minutes       = [60, 15]
    lake_retention_days     = 0.5
    stream_retention_hours  = 48  # keeps deleted content
    residue_retention_hours = 23  # with 24 in the stream, longer than 44
    monthly_budget_dollars  = 100 # warns nobody
    lake_reader_principals  = ["*"]
    packages_dir            = "/nowhere"
  }
  expect_failures = [
    var.project,
    var.environment,
    var.min_score,
    var.filter_mode,
    var.look_ages_minutes,
    var.lake_retention_days,
    var.stream_retention_hours,
    var.monthly_budget_dollars,
    var.lake_reader_principals,
    var.packages_dir,
  ]
}

run "what_would_keep_deleted_content_is_refused" {
  command = plan
  variables {
    stream_retention_hours  = 30
    residue_retention_hours = 15
  }
  expect_failures = [var.residue_retention_hours]
}

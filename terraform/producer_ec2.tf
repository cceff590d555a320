locals {
  # Graviton families carry a g after their number: t4g, m7g, c7gn.
  producer_architecture = can(regex("^[a-z]+[0-9]+g", var.producer_instance_type)) ? "arm64" : "x86_64"

  # Names and figures only: every value is plain enough to stand in a shell without quotes.
  producer_environment = {
    AWS_REGION              = var.region
    WSB_ARTIFACTS_BUCKET    = aws_s3_bucket.artifacts.bucket
    WSB_CODE_KEY            = aws_s3_object.package["wsb_stream"].key
    WSB_CODE_SHA256         = filesha256("${local.packages_dir}/wsb_stream.zip")
    WSB_LAKE_RETENTION_DAYS = var.lake_retention_days
    WSB_LOG_GROUP           = aws_cloudwatch_log_group.producer.name
    WSB_LOOK_AGES_MINUTES   = join(",", var.look_ages_minutes)
    WSB_MIN_SCORE           = var.min_score
    WSB_POLL_MAX_SECONDS    = var.poll_max_seconds
    WSB_POLL_MIN_SECONDS    = var.poll_min_seconds
    WSB_REDDIT_SECRET_ID    = aws_secretsmanager_secret.reddit.name
    WSB_REQUESTS_PER_MINUTE = var.requests_per_minute
    WSB_STATE_TABLE         = aws_dynamodb_table.state["producer"].name
    WSB_STREAM_NAME         = aws_kinesis_stream.observations.name
    WSB_SUBREDDIT           = var.subreddit
    WSB_WHEN_FAILED         = "shutdown"
  }

  producer_user_data = join("\n", concat(
    ["#!/usr/bin/env bash"],
    [for name, value in local.producer_environment : "export ${name}=${value}"],
    [file("${path.module}/../bootstrap.sh")],
  ))
}

data "aws_ssm_parameter" "producer_image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${local.producer_architecture}"
}

resource "aws_launch_template" "producer" {
  name                   = "${local.name}-producer"
  description            = "the producer: Amazon Linux 2023 with bootstrap.sh as user data"
  image_id               = data.aws_ssm_parameter.producer_image.insecure_value
  instance_type          = var.producer_instance_type
  update_default_version = true

  # What shuts itself down could not be set up; the autoscaling group starts another.
  instance_initiated_shutdown_behavior = "terminate"

  user_data = base64encode(local.producer_user_data)

  iam_instance_profile {
    arn = aws_iam_instance_profile.producer.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  network_interfaces {
    associate_public_ip_address = local.own_network ? true : null
    delete_on_termination       = true
    security_groups             = [aws_security_group.producer.id]
  }

  # The AWS account's own EBS key: a customer key would need a grant for the autoscaling service's role.
  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      volume_size           = 16
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${local.name}-producer", Project = var.project, Environment = var.environment }
  }

  tag_specifications {
    resource_type = "volume"
    tags          = { Name = "${local.name}-producer", Project = var.project, Environment = var.environment }
  }

  lifecycle {
    precondition {
      condition     = length(local.producer_user_data) < 16384
      error_message = "bootstrap.sh and its head must stay under 16 KB, EC2's limit for user data: shorten bootstrap.sh."
    }
  }
}

# One producer, always: a dead one is replaced, a changed template replaces it.
resource "aws_autoscaling_group" "producer" {
  name                      = "${local.name}-producer"
  min_size                  = 1
  max_size                  = 1
  desired_capacity          = 1
  vpc_zone_identifier       = local.subnet_ids
  health_check_type         = "EC2"
  health_check_grace_period = 120
  wait_for_capacity_timeout = "5m"

  launch_template {
    id      = aws_launch_template.producer.id
    version = aws_launch_template.producer.latest_version
  }

  # The second of two producers only waits for the first one's lease: the old one goes first.
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 0
    }
  }

  tag {
    key                 = "Name"
    value               = "${local.name}-producer"
    propagate_at_launch = true
  }

  depends_on = [
    aws_iam_role_policy.producer,
    aws_route_table_association.producer,
    aws_vpc_security_group_egress_rule.https,
  ]
}

resource "aws_cloudwatch_log_group" "producer" {
  name              = "/${local.name}/producer"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_iam_instance_profile" "producer" {
  name = "${local.name}-producer"
  role = aws_iam_role.producer.name
}

resource "aws_iam_role" "producer" {
  name               = "${local.name}-producer"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_service["producer"].json
}

resource "aws_iam_role_policy" "producer" {
  name   = "read-reddit-into-the-stream"
  role   = aws_iam_role.producer.id
  policy = data.aws_iam_policy_document.producer.json
}

data "aws_iam_policy_document" "producer" {
  statement {
    sid       = "ReadItsCode"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.artifacts.arn}/wsb_stream/*"]
  }

  statement {
    sid       = "ReadItsRedditClient"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.reddit.arn]
  }

  statement {
    sid       = "WriteObservations"
    actions   = ["kinesis:DescribeStreamSummary", "kinesis:PutRecords"]
    resources = [aws_kinesis_stream.observations.arn]
  }

  statement {
    sid = "KeepItsState"
    actions = [
      "dynamodb:DeleteItem",
      "dynamodb:DescribeTable",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [aws_dynamodb_table.state["producer"].arn]
  }

  statement {
    sid       = "UseTheDataKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]
  }

  statement {
    sid       = "WriteItsLog"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.producer.arn}:*"]
  }
}

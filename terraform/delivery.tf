locals {
  deliveries = {
    observations = {
      prefix = "${local.landing_prefix}dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"
    }
    dead_letters = {
      prefix = "${local.dead_letters_prefix}dt=!{timestamp:yyyy-MM-dd}/"
    }
  }
}

resource "aws_kinesis_firehose_delivery_stream" "landing" {
  for_each = local.deliveries

  name        = "${local.name}-${replace(each.key, "_", "-")}"
  destination = "extended_s3"

  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = aws_kms_key.data.arn
  }

  extended_s3_configuration {
    role_arn            = aws_iam_role.firehose.arn
    bucket_arn          = aws_s3_bucket.lake.arn
    prefix              = each.value.prefix
    error_output_prefix = "${local.errors_prefix}!{firehose:error-output-type}/${each.key}/dt=!{timestamp:yyyy-MM-dd}/"
    buffering_interval  = var.landing_buffer_seconds
    buffering_size      = var.landing_buffer_megabytes
    compression_format  = "GZIP"
    kms_key_arn         = aws_kms_key.data.arn

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.firehose.name
      log_stream_name = aws_cloudwatch_log_stream.firehose[each.key].name
    }

    # Flink writes bare records: this makes lines of them.
    processing_configuration {
      enabled = true

      processors {
        type = "AppendDelimiterToRecord"

        parameters {
          parameter_name  = "Delimiter"
          parameter_value = "\\n"
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.firehose]
}

resource "aws_cloudwatch_log_group" "firehose" {
  name              = "/aws/kinesisfirehose/${local.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_cloudwatch_log_stream" "firehose" {
  for_each = local.deliveries

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.firehose.name
}

resource "aws_iam_role" "firehose" {
  name               = "${local.name}-firehose"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_service["firehose"].json
}

resource "aws_iam_role_policy" "firehose" {
  name   = "land-records"
  role   = aws_iam_role.firehose.id
  policy = data.aws_iam_policy_document.firehose.json
}

data "aws_iam_policy_document" "firehose" {
  statement {
    sid       = "FindTheBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid     = "WriteWhatArrived"
    actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = [
      for prefix in [local.landing_prefix, local.dead_letters_prefix, local.errors_prefix] :
      "${aws_s3_bucket.lake.arn}/${prefix}*"
    ]
  }

  statement {
    sid       = "UseTheDataKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]
  }

  statement {
    sid       = "WriteErrorLogs"
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.firehose.arn}:*"]
  }
}

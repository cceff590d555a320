resource "aws_kinesisanalyticsv2_application" "qualifier" {
  name                   = "${local.name}-qualifier"
  description            = "passes comments that reached the minimum score, posts, gaps and tombstones; refuses what is not valid"
  runtime_environment    = "FLINK-1_20"
  service_execution_role = aws_iam_role.flink.arn
  start_application      = var.start_flink

  application_configuration {
    application_code_configuration {
      code_content_type = "ZIPFILE"

      code_content {
        s3_content_location {
          bucket_arn = aws_s3_bucket.artifacts.arn
          file_key   = aws_s3_object.package["flink_app"].key
        }
      }
    }

    application_snapshot_configuration {
      snapshots_enabled = true
    }

    environment_properties {
      property_group {
        property_group_id = "kinesis.analytics.flink.run.options"

        property_map = {
          python  = "main.py"
          jarfile = "lib/pyflink-dependencies.jar"
          pyFiles = "python/"
        }
      }

      property_group {
        property_group_id = "wsb"

        property_map = {
          region                       = var.region
          stream_name                  = aws_kinesis_stream.observations.name
          initial_position             = "TRIM_HORIZON"
          observations_delivery_stream = aws_kinesis_firehose_delivery_stream.landing["observations"].name
          dead_letters_delivery_stream = aws_kinesis_firehose_delivery_stream.landing["dead_letters"].name
          min_score                    = tostring(var.min_score)
          filter_mode                  = var.filter_mode
        }
      }
    }

    flink_application_configuration {
      checkpoint_configuration {
        configuration_type            = "CUSTOM"
        checkpointing_enabled         = true
        checkpoint_interval           = 60000
        min_pause_between_checkpoints = 5000
      }

      monitoring_configuration {
        configuration_type = "CUSTOM"
        log_level          = "INFO"
        metrics_level      = "APPLICATION"
      }

      parallelism_configuration {
        configuration_type   = "CUSTOM"
        auto_scaling_enabled = false
        parallelism          = var.flink_parallelism
        parallelism_per_kpu  = 1
      }
    }

    dynamic "run_configuration" {
      for_each = var.start_flink ? [true] : []

      content {
        application_restore_configuration {
          application_restore_type = "RESTORE_FROM_LATEST_SNAPSHOT"
        }

        # AWS sets it back to this at each update, whatever was asked for at the start.
        flink_run_configuration {
          allow_non_restored_state = false
        }
      }
    }
  }

  cloudwatch_logging_options {
    log_stream_arn = aws_cloudwatch_log_stream.flink.arn
  }

  depends_on = [aws_iam_role_policy.flink]

  # Another statement has other operators, which find no place in the old snapshot. A new application
  # reads the stream from its beginning again, and the lake holds each record once.
  lifecycle {
    replace_triggered_by = [aws_s3_object.package["flink_app"].key]
  }
}

resource "aws_cloudwatch_log_group" "flink" {
  name              = "/aws/kinesis-analytics/${local.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_cloudwatch_log_stream" "flink" {
  name           = "qualifier"
  log_group_name = aws_cloudwatch_log_group.flink.name
}

resource "aws_iam_role" "flink" {
  name               = "${local.name}-flink"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_service["flink"].json
}

resource "aws_iam_role_policy" "flink" {
  name   = "read-qualify-deliver"
  role   = aws_iam_role.flink.id
  policy = data.aws_iam_policy_document.flink.json
}

data "aws_iam_policy_document" "flink" {
  statement {
    sid       = "ReadItsCode"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.artifacts.arn}/flink_app/*"]
  }

  statement {
    sid = "ReadTheStream"
    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]
    resources = [aws_kinesis_stream.observations.arn]
  }

  statement {
    sid       = "DeliverWhatItDecided"
    actions   = ["firehose:DescribeDeliveryStream", "firehose:PutRecordBatch"]
    resources = [for delivery in aws_kinesis_firehose_delivery_stream.landing : delivery.arn]
  }

  statement {
    sid       = "UseTheDataKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]
  }

  # Managed Flink looks for its group among all of them when it starts.
  statement {
    sid       = "FindItsLog"
    actions   = ["logs:DescribeLogGroups", "logs:DescribeLogStreams"]
    resources = ["arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:*"]
  }

  statement {
    sid       = "WriteItsLog"
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.flink.arn}:*"]
  }
}

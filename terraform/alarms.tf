locals {
  stream_dimension = { StreamName = aws_kinesis_stream.observations.name }
  flink_dimension  = { Application = aws_kinesisanalyticsv2_application.qualifier.name }
  lake_dimension   = { FunctionName = aws_lambda_function.lake_job.function_name }
  delivery_dimension = {
    for key, delivery in aws_kinesis_firehose_delivery_stream.landing : key => { DeliveryStreamName = delivery.name }
  }

  lake_metrics = "${local.name}/lake"

  # what the producer's log lines carry in CloudWatch's embedded metric format
  producer_metrics   = "WSBStream/Producer"
  producer_dimension = { subreddit = var.subreddit }

  # What an alarm does not say of itself. `missing`: what it means when the metric says nothing.
  usual_alarm = {
    statistic = "Sum"
    operator  = "GreaterThanThreshold"
    threshold = 0
    minutes   = 5
    periods   = 3
    missing   = "notBreaching"
  }

  alarms = {
    producer-silent = {
      meaning    = "no record reached the stream for 15 minutes: look at the log group ${aws_cloudwatch_log_group.producer.name}"
      namespace  = "AWS/Kinesis"
      metric     = "IncomingRecords"
      dimensions = local.stream_dimension
      operator   = "LessThanThreshold"
      threshold  = 1
      missing    = "breaching"
    }
    producer-late = {
      meaning    = "polls or guaranteed looks are more than 15 minutes late: look at the producer's status, the quota may be too small"
      namespace  = local.producer_metrics
      metric     = "lag_seconds"
      dimensions = local.producer_dimension
      statistic  = "Minimum"
      threshold  = 15 * 60
    }
    outbox-waits = {
      meaning    = "Kinesis has taken nothing for 15 minutes: records wait on the producer's disk"
      namespace  = local.producer_metrics
      metric     = "outbox_age_seconds"
      dimensions = local.producer_dimension
      statistic  = "Minimum"
      threshold  = 15 * 60
      periods    = 1
    }
    stream-throttled = {
      meaning    = "the stream refuses records: it needs more shards"
      namespace  = "AWS/Kinesis"
      metric     = "WriteProvisionedThroughputExceeded"
      dimensions = local.stream_dimension
    }
    flink-behind = {
      meaning    = "Flink reads records that are more than 15 minutes old"
      namespace  = "AWS/Kinesis"
      metric     = "GetRecords.IteratorAgeMilliseconds"
      dimensions = local.stream_dimension
      statistic  = "Maximum"
      threshold  = 15 * 60 * 1000
    }
    flink-down = {
      meaning    = "the Flink application is failing or stopped"
      namespace  = "AWS/KinesisAnalytics"
      metric     = "downtime"
      dimensions = local.flink_dimension
      statistic  = "Maximum"
      missing    = var.start_flink ? "breaching" : "notBreaching"
    }
    landing-late = {
      meaning    = "Firehose has not landed observations in time"
      namespace  = "AWS/Firehose"
      metric     = "DeliveryToS3.DataFreshness"
      dimensions = local.delivery_dimension["observations"]
      statistic  = "Maximum"
      threshold  = var.landing_buffer_seconds + 600
      periods    = 2
    }
    dead-letters = {
      meaning    = "records were refused: run the saved query dead_letter_reasons before they expire"
      namespace  = "AWS/Firehose"
      metric     = "IncomingRecords"
      dimensions = local.delivery_dimension["dead_letters"]
      periods    = 1
    }
    lake-rejects = {
      meaning    = "the lake job set lines aside in ${local.rejects_prefix}, with their reason: look before they expire"
      namespace  = local.lake_metrics
      metric     = "rejected"
      dimensions = {}
      periods    = 1
    }
    landing-waits = {
      meaning    = "objects landed more than an hour ago and no run took them in; they are never dropped, and may hold deleted content: look at the log group ${aws_cloudwatch_log_group.lake_job.name}"
      namespace  = local.lake_metrics
      metric     = "waiting_objects"
      dimensions = {}
      periods    = 1
    }
    forgetting-waits = {
      meaning    = "tombstones landed more than nine hours ago and what they name is still in the tables: look at the log group ${aws_cloudwatch_log_group.lake_job.name}"
      namespace  = local.lake_metrics
      metric     = "waiting_tombstones"
      dimensions = {}
      periods    = 1
    }
    error-output = {
      meaning    = "Firehose set records aside in ${local.errors_prefix}, with its reason: look before they go after ${var.residue_retention_hours} hours"
      namespace  = local.lake_metrics
      metric     = "error_objects"
      dimensions = {}
      periods    = 1
    }
    lake-job-older = {
      meaning    = "records of a later contract than the lake job knows stay landed until a newer job is deployed"
      namespace  = local.lake_metrics
      metric     = "newer_objects"
      dimensions = {}
      minutes    = var.lake_job_interval_minutes
      periods    = 1
    }
    lake-chore-fails = {
      meaning    = "compaction, expiry or forgetting failed: look at the log group ${aws_cloudwatch_log_group.lake_job.name}"
      namespace  = local.lake_metrics
      metric     = "failed_chores"
      dimensions = {}
      minutes    = var.lake_job_interval_minutes
      periods    = 1
    }
    lake-job-fails = {
      meaning    = "the lake job failed: look at the log group ${aws_cloudwatch_log_group.lake_job.name}"
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = local.lake_dimension
      minutes    = var.lake_job_interval_minutes
      periods    = 2
    }
    lake-job-silent = {
      meaning    = "the lake job has not run: look at the schedule ${aws_scheduler_schedule.lake_job.name}"
      namespace  = "AWS/Lambda"
      metric     = "Invocations"
      dimensions = local.lake_dimension
      operator   = "LessThanThreshold"
      threshold  = 1
      minutes    = var.lake_job_interval_minutes
      missing    = "breaching"
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "lake_rejects" {
  name           = "${local.name}-lake-rejects"
  log_group_name = aws_cloudwatch_log_group.lake_job.name
  pattern        = "{ $.event = \"lake_batch_done\" && $.rejected > 0 }"

  metric_transformation {
    namespace = local.lake_metrics
    name      = "rejected"
    value     = "$.rejected"
  }
}

resource "aws_cloudwatch_log_metric_filter" "landing_waits" {
  name           = "${local.name}-landing-waits"
  log_group_name = aws_cloudwatch_log_group.lake_job.name
  pattern        = "{ $.event = \"landing_waits\" }"

  metric_transformation {
    namespace = local.lake_metrics
    name      = "waiting_objects"
    value     = "$.objects"
  }
}

resource "aws_cloudwatch_log_metric_filter" "forgetting_waits" {
  name           = "${local.name}-forgetting-waits"
  log_group_name = aws_cloudwatch_log_group.lake_job.name
  pattern        = "{ $.event = \"forgetting_waits\" }"

  metric_transformation {
    namespace = local.lake_metrics
    name      = "waiting_tombstones"
    value     = "$.tombstones"
  }
}

resource "aws_cloudwatch_log_metric_filter" "error_output" {
  name           = "${local.name}-error-output"
  log_group_name = aws_cloudwatch_log_group.lake_job.name
  pattern        = "{ $.event = \"error_output_found\" }"

  metric_transformation {
    namespace = local.lake_metrics
    name      = "error_objects"
    value     = "$.objects"
  }
}

resource "aws_cloudwatch_log_metric_filter" "lake_job_older" {
  name           = "${local.name}-lake-job-older"
  log_group_name = aws_cloudwatch_log_group.lake_job.name
  pattern        = "{ $.event = \"lake_job_older\" }"

  metric_transformation {
    namespace = local.lake_metrics
    name      = "newer_objects"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_metric_filter" "lake_chore_fails" {
  name           = "${local.name}-lake-chore-fails"
  log_group_name = aws_cloudwatch_log_group.lake_job.name
  pattern        = "{ $.event = \"lake_chore_failed\" }"

  metric_transformation {
    namespace = local.lake_metrics
    name      = "failed_chores"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => merge(local.usual_alarm, alarm) }

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.meaning
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = each.value.minutes * 60
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.data.arn # the SNS default key would not let CloudWatch publish
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "AlarmsPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

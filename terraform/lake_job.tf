resource "aws_lambda_layer_version" "lake" {
  layer_name               = "${local.name}-lake"
  description              = "pyiceberg and what it needs"
  s3_bucket                = aws_s3_bucket.artifacts.id
  s3_key                   = aws_s3_object.package["lake_layer"].key
  source_code_hash         = filebase64sha256("${local.packages_dir}/lake_layer.zip")
  compatible_runtimes      = ["python3.11"]
  compatible_architectures = ["x86_64"]
}

resource "aws_lambda_function" "lake_job" {
  function_name                  = "${local.name}-lake"
  description                    = "moves what landed into the lake's tables, each observation once"
  role                           = aws_iam_role.lake_job.arn
  runtime                        = "python3.11"
  architectures                  = ["x86_64"]
  handler                        = "wsb_lake.aws_lambda.handler"
  s3_bucket                      = aws_s3_bucket.artifacts.id
  s3_key                         = aws_s3_object.package["wsb_stream"].key
  source_code_hash               = filebase64sha256("${local.packages_dir}/wsb_stream.zip")
  layers                         = [aws_lambda_layer_version.lake.arn]
  memory_size                    = var.lake_job_memory_megabytes
  timeout                        = 900
  reserved_concurrent_executions = var.lake_job_reserved_concurrency
  kms_key_arn                    = aws_kms_key.data.arn

  # Compaction unpacks a created day's files here: a peak day has some 700 MB.
  ephemeral_storage {
    size = 4096
  }

  environment {
    variables = {
      WSB_LAKE_BUCKET        = aws_s3_bucket.lake.id
      WSB_LAKE_DATABASE      = aws_glue_catalog_database.lake.name
      WSB_LAKE_RESIDUE_HOURS = var.residue_retention_hours
      WSB_LAKE_STATE_TABLE   = aws_dynamodb_table.state["lake"].name
    }
  }

  depends_on = [aws_cloudwatch_log_group.lake_job, aws_iam_role_policy.lake_job]
}

# The next run takes up what a failed one left: retries would only queue behind it.
resource "aws_lambda_function_event_invoke_config" "lake_job" {
  function_name                = aws_lambda_function.lake_job.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = min(max(var.lake_job_interval_minutes * 60, 60), 21600)
}

resource "aws_cloudwatch_log_group" "lake_job" {
  name              = "/aws/lambda/${local.name}-lake"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.data.arn
}

resource "aws_scheduler_schedule" "lake_job" {
  name                = "${local.name}-lake"
  description         = "runs the lake job"
  schedule_expression = var.lake_job_interval_minutes == 1 ? "rate(1 minute)" : "rate(${var.lake_job_interval_minutes} minutes)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.lake_job.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ action = "settle" })

    retry_policy {
      maximum_event_age_in_seconds = max(var.lake_job_interval_minutes * 60, 60)
      maximum_retry_attempts       = 2
    }
  }

  depends_on = [aws_iam_role_policy.scheduler]
}

resource "aws_iam_role" "lake_job" {
  name               = "${local.name}-lake-job"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_service["lake_job"].json
}

resource "aws_iam_role_policy" "lake_job" {
  name   = "settle-the-lake"
  role   = aws_iam_role.lake_job.id
  policy = data.aws_iam_policy_document.lake_job.json
}

data "aws_iam_policy_document" "lake_job" {
  statement {
    # The whole bucket: without it, or with a condition on s3:prefix, which only listing carries, S3
    # answers 403 instead of 404 for an object that another run has taken.
    sid       = "SeeLandingAndTables"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid       = "TakeWhatLanded"
    actions   = ["s3:DeleteObject", "s3:GetObject"]
    resources = ["${aws_s3_bucket.lake.arn}/${local.landing_prefix}*"]
  }

  statement {
    sid       = "SetRejectsAside"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.lake.arn}/${local.rejects_prefix}*"]
  }

  statement {
    sid     = "RemoveWhatIsOld"
    actions = ["s3:DeleteObject"]
    resources = [
      for prefix in [local.dead_letters_prefix, local.errors_prefix, local.athena_prefix, local.rejects_prefix] :
      "${aws_s3_bucket.lake.arn}/${prefix}*"
    ]
  }

  statement {
    sid       = "KeepTheTables"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.lake.arn}/${local.tables_prefix}*"]
  }

  statement {
    sid = "KeepTheCatalog"
    actions = [
      "glue:CreateTable",
      "glue:GetDatabase",
      "glue:GetTable",
      "glue:GetTables",
      "glue:UpdateTable",
    ]
    resources = concat(local.catalog_arns, [local.tables_arn])
  }

  statement {
    sid = "HoldTheLock"
    actions = [
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [aws_dynamodb_table.state["lake"].arn]
  }

  statement {
    sid       = "UseTheDataKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]
  }

  statement {
    sid       = "WriteItsLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.lake_job.arn}:*"]
  }
}

resource "aws_iam_role" "scheduler" {
  name               = "${local.name}-scheduler"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_service["scheduler"].json
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "run-the-lake-job"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "RunTheLakeJob"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.lake_job.arn]
  }
}

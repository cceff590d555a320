output "region" {
  description = "AWS region of everything"
  value       = var.region
}

output "stream_name" {
  description = "Kinesis stream of observations"
  value       = aws_kinesis_stream.observations.name
}

output "state_table_name" {
  description = "DynamoDB table with the producer's cursors and cohorts"
  value       = aws_dynamodb_table.state["producer"].name
}

output "lake_state_table_name" {
  description = "DynamoDB table with the lake job's lock"
  value       = aws_dynamodb_table.state["lake"].name
}

output "lake_bucket_name" {
  description = "S3 bucket of the lake"
  value       = aws_s3_bucket.lake.id
}

output "artifacts_bucket_name" {
  description = "S3 bucket of the packages"
  value       = aws_s3_bucket.artifacts.id
}

output "lake_database_name" {
  description = "Glue database of the lake's tables"
  value       = aws_glue_catalog_database.lake.name
}

output "observations_delivery_stream_name" {
  description = "Firehose that lands what qualified"
  value       = aws_kinesis_firehose_delivery_stream.landing["observations"].name
}

output "dead_letters_delivery_stream_name" {
  description = "Firehose that lands what was refused"
  value       = aws_kinesis_firehose_delivery_stream.landing["dead_letters"].name
}

output "flink_application_name" {
  description = "Managed Flink application"
  value       = aws_kinesisanalyticsv2_application.qualifier.name
}

output "lake_function_name" {
  description = "Lambda function that runs the lake job"
  value       = aws_lambda_function.lake_job.function_name
}

output "reddit_secret_id" {
  description = "secret to fill: aws secretsmanager put-secret-value --secret-id THIS --secret-string '{\"client_id\": …}'"
  value       = aws_secretsmanager_secret.reddit.name
}

output "producer_autoscaling_group_name" {
  description = "autoscaling group that keeps the one producer running"
  value       = aws_autoscaling_group.producer.name
}

output "alarms_topic_arn" {
  description = "SNS topic that gets every alarm"
  value       = aws_sns_topic.alarms.arn
}

output "athena_workgroup_name" {
  description = "Athena workgroup with the saved queries"
  value       = aws_athena_workgroup.lake.name
}

output "lake_reader_policy_arn" {
  description = "IAM policy to attach to whoever reads the lake"
  value       = aws_iam_policy.lake_reader.arn
}

output "lake_reader_role_arn" {
  description = "IAM role that lake_reader_principals may take; null without them"
  value       = one(aws_iam_role.lake_reader[*].arn)
}

output "lake_environment" {
  description = "what `wsb lake` and wsb_lake.open() want in the environment; `make deploy` writes it to build/lake.env"
  value       = <<-SHELL
    export AWS_REGION=${var.region}
    export WSB_LAKE_BUCKET=${aws_s3_bucket.lake.id}
    export WSB_LAKE_DATABASE=${aws_glue_catalog_database.lake.name}
    export WSB_LAKE_RESIDUE_HOURS=${var.residue_retention_hours}
    export WSB_LAKE_STATE_TABLE=${aws_dynamodb_table.state["lake"].name}
    export WSB_STREAM_NAME=${aws_kinesis_stream.observations.name}
  SHELL
}

output "dashboard_url" {
  description = "CloudWatch dashboard of the way of a record, in the console of the standard partition"
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.pipeline.dashboard_name}"
}

output "athena_url" {
  description = "Athena workgroup with the saved queries, in the console of the standard partition"
  value       = "https://${var.region}.console.aws.amazon.com/athena/home?region=${var.region}#/workgroups/details/${aws_athena_workgroup.lake.name}"
}

output "logs_command" {
  description = "command that follows the producer's log"
  value       = "aws logs tail ${aws_cloudwatch_log_group.producer.name} --follow --region ${var.region}"
}

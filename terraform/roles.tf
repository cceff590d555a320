# Who may take each role: one AWS service, and only on behalf of this account.
data "aws_iam_policy_document" "assumed_by_service" {
  for_each = {
    firehose  = "firehose.amazonaws.com"
    flink     = "kinesisanalytics.amazonaws.com"
    lake_job  = "lambda.amazonaws.com"
    producer  = "ec2.amazonaws.com"
    scheduler = "scheduler.amazonaws.com"
  }

  statement {
    sid     = "TakenByTheService"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value]
    }

    # EC2 and Lambda take a role without saying for which account; they take their own account's only.
    dynamic "condition" {
      for_each = contains(["firehose", "flink", "scheduler"], each.key) ? [local.account_id] : []

      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
    }
  }
}

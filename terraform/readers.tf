locals {
  glue_arn = "arn:${local.partition}:glue:${var.region}:${local.account_id}"

  catalog_arns = ["${local.glue_arn}:catalog", aws_glue_catalog_database.lake.arn]
  tables_arn   = "${local.glue_arn}:table/${aws_glue_catalog_database.lake.name}/*"
}

# For a team's own roles to attach; lake_reader_principals may take a role that has it.
resource "aws_iam_policy" "lake_reader" {
  name        = "${local.name}-lake-reader"
  description = "reads the lake of r/${var.subreddit}, by Athena or straight from S3"
  policy      = data.aws_iam_policy_document.lake_reader.json
}

resource "aws_iam_role" "lake_reader" {
  count = length(var.lake_reader_principals) > 0 ? 1 : 0

  name               = "${local.name}-lake-reader"
  description        = "reads the lake of r/${var.subreddit}"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_readers[0].json
}

resource "aws_iam_role_policy_attachment" "lake_reader" {
  count = length(aws_iam_role.lake_reader)

  role       = aws_iam_role.lake_reader[0].name
  policy_arn = aws_iam_policy.lake_reader.arn
}

data "aws_iam_policy_document" "assumed_by_readers" {
  count = length(var.lake_reader_principals) > 0 ? 1 : 0

  statement {
    sid     = "TakenByReaders"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = var.lake_reader_principals
    }
  }
}

data "aws_iam_policy_document" "lake_reader" {
  statement {
    sid       = "FindTheBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid       = "SeeTablesAndResults"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${local.tables_prefix}*", "${local.athena_prefix}*"]
    }
  }

  statement {
    sid       = "ReadTheTables"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.lake.arn}/${local.tables_prefix}*"]
  }

  statement {
    sid       = "KeepQueryResults"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = ["${aws_s3_bucket.lake.arn}/${local.athena_prefix}*"]
  }

  statement {
    sid       = "ReadTheCatalog"
    actions   = ["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"]
    resources = concat(local.catalog_arns, [local.tables_arn])
  }

  statement {
    sid = "QueryInTheWorkgroup"
    actions = [
      "athena:BatchGetNamedQuery",
      "athena:GetNamedQuery",
      "athena:GetQueryExecution",
      "athena:GetQueryResults",
      "athena:GetWorkGroup",
      "athena:ListNamedQueries",
      "athena:ListQueryExecutions",
      "athena:StartQueryExecution",
      "athena:StopQueryExecution",
    ]
    resources = [aws_athena_workgroup.lake.arn]
  }

  statement {
    sid       = "UseTheDataKeyThroughS3"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }
}

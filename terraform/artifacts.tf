locals {
  packages_dir = "${startswith(var.packages_dir, "/") ? "" : "${path.module}/"}${var.packages_dir}"
  packages     = toset(["flink_app", "wsb_stream", "lake_layer"])
}

# Everything in it is built from the checkout and named by its content: no versions are needed.
resource "aws_s3_bucket" "artifacts" {
  bucket        = "${local.name}-artifacts-${local.account_id}-${var.region}"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket     = aws_s3_bucket.artifacts.id
  policy     = data.aws_iam_policy_document.tls_only["artifacts"].json
  depends_on = [aws_s3_bucket_public_access_block.artifacts]
}

resource "aws_s3_object" "package" {
  for_each = local.packages

  bucket      = aws_s3_bucket.artifacts.id
  key         = "${each.key}/${filesha256("${local.packages_dir}/${each.key}.zip")}.zip"
  source      = "${local.packages_dir}/${each.key}.zip"
  source_hash = filesha256("${local.packages_dir}/${each.key}.zip")

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.artifacts]

  lifecycle {
    create_before_destroy = true # what runs now must find its code until the new one runs
  }
}

data "aws_iam_policy_document" "tls_only" {
  for_each = { artifacts = aws_s3_bucket.artifacts.arn, lake = aws_s3_bucket.lake.arn }

  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value, "${each.value}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

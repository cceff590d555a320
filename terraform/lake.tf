# Unversioned on purpose: content that is deleted on Reddit must be physically gone within 48 hours,
# and in a versioned bucket a delete only hides the object. The tables keep their own history.
resource "aws_s3_bucket" "lake" {
  bucket        = "${local.name}-lake-${local.account_id}-${var.region}"
  force_destroy = var.destroy_lake_data
}

resource "aws_s3_bucket_public_access_block" "lake" {
  bucket                  = aws_s3_bucket.lake.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_policy" "lake" {
  bucket     = aws_s3_bucket.lake.id
  policy     = data.aws_iam_policy_document.tls_only["lake"].json
  depends_on = [aws_s3_bucket_public_access_block.lake]
}

# What is left over may hold deleted content. The lake job removes it by the hour; this is the net
# below, in whole days, which S3 takes up to 48 hours for. Landed observations never expire: only the
# job removes them, once committed.
resource "aws_s3_bucket_lifecycle_configuration" "lake" {
  bucket = aws_s3_bucket.lake.id

  rule {
    id     = "abort-unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  dynamic "rule" {
    for_each = {
      dead-letters   = local.dead_letters_prefix
      rejects        = local.rejects_prefix
      errors         = local.errors_prefix
      athena-results = local.athena_prefix
    }

    content {
      id     = "expire-${rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.value
      }

      expiration {
        days = 1
      }
    }
  }
}

# A lake is not destroyed by accident. This goes first in a destroy, and everything that the lake
# needs to stay readable (its key, its catalog, its settings) goes only after it.
resource "terraform_data" "lake_guard" {
  input = {
    bucket  = aws_s3_bucket.lake.id
    destroy = var.destroy_lake_data
  }

  depends_on = [
    aws_dynamodb_table.state,
    aws_glue_catalog_table.dead_letters,
    aws_kms_alias.data,
    aws_s3_bucket_lifecycle_configuration.lake,
    aws_s3_bucket_ownership_controls.lake,
    aws_s3_bucket_policy.lake,
    aws_s3_bucket_server_side_encryption_configuration.lake,
  ]

  provisioner "local-exec" {
    when    = destroy
    command = self.input.destroy ? "exit 0" : "echo 'The lake ${self.input.bucket} stays, with its key and its tables. To delete it too, with all its data: TF_VAR_destroy_lake_data=true make deploy, then make destroy.' >&2; exit 1"
  }
}

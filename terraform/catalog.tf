# The job creates and widens the Iceberg tables: Terraform cannot declare a partition spec.
resource "aws_glue_catalog_database" "lake" {
  name         = replace("${local.name}_lake", "-", "_")
  description  = "r/${var.subreddit}: comments, posts, gaps and tombstones, made by the lake job"
  location_uri = "s3://${aws_s3_bucket.lake.id}/${local.tables_prefix}"
}

# What Flink refused, as JSON lines; the days are computed, so nothing has to crawl.
resource "aws_glue_catalog_table" "dead_letters" {
  name          = "dead_letters"
  database_name = aws_glue_catalog_database.lake.name
  description   = "records that are not valid observations, with the reason"
  table_type    = "EXTERNAL_TABLE"

  parameters = {
    EXTERNAL                      = "TRUE"
    "projection.enabled"          = "true"
    "projection.dt.type"          = "date"
    "projection.dt.format"        = "yyyy-MM-dd"
    "projection.dt.range"         = "NOW-7DAYS,NOW+1DAYS"
    "projection.dt.interval"      = "1"
    "projection.dt.interval.unit" = "DAYS"
    "storage.location.template"   = "s3://${aws_s3_bucket.lake.id}/${local.dead_letters_prefix}dt=$${dt}/"
  }

  partition_keys {
    name    = "dt"
    type    = "string"
    comment = "day of arrival at Firehose, UTC"
  }

  storage_descriptor {
    location      = "s3://${aws_s3_bucket.lake.id}/${local.dead_letters_prefix}"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
      parameters            = { "ignore.malformed.json" = "false" }
    }

    dynamic "columns" {
      for_each = local.contract.dead_letter

      content {
        name    = columns.value.name
        type    = local.contract.types[columns.value.type].glue
        comment = columns.value.meaning
      }
    }
  }
}

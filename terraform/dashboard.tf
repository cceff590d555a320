locals {
  # The way of a record, left to right and top to bottom.
  dashboard_graphs = [
    { title = "producer lag (s)", stat = "Maximum", metric = [local.producer_metrics, "lag_seconds"], dimensions = local.producer_dimension },
    { title = "gaps open", stat = "Maximum", metric = [local.producer_metrics, "gaps_open"], dimensions = local.producer_dimension },
    { title = "outbox (bytes)", stat = "Maximum", metric = [local.producer_metrics, "outbox_bytes"], dimensions = local.producer_dimension },
    { title = "recall estimate (%)", stat = "Average", metric = [local.producer_metrics, "recall_percent"], dimensions = local.producer_dimension },
    { title = "records into the stream", stat = "Sum", metric = ["AWS/Kinesis", "IncomingRecords"], dimensions = local.stream_dimension },
    { title = "age of what Flink reads (ms)", stat = "Maximum", metric = ["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds"], dimensions = local.stream_dimension },
    { title = "Flink downtime (ms)", stat = "Maximum", metric = ["AWS/KinesisAnalytics", "downtime"], dimensions = local.flink_dimension },
    { title = "observations into Firehose", stat = "Sum", metric = ["AWS/Firehose", "IncomingRecords"], dimensions = local.delivery_dimension["observations"] },
    { title = "age of what Firehose lands (s)", stat = "Maximum", metric = ["AWS/Firehose", "DeliveryToS3.DataFreshness"], dimensions = local.delivery_dimension["observations"] },
    { title = "dead letters", stat = "Sum", metric = ["AWS/Firehose", "IncomingRecords"], dimensions = local.delivery_dimension["dead_letters"] },
    { title = "lake job duration (ms)", stat = "Maximum", metric = ["AWS/Lambda", "Duration"], dimensions = local.lake_dimension },
    { title = "lake job errors", stat = "Sum", metric = ["AWS/Lambda", "Errors"], dimensions = local.lake_dimension },
  ]
}

resource "aws_cloudwatch_dashboard" "pipeline" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = [
      for i, graph in local.dashboard_graphs : {
        type   = "metric"
        x      = (i % 3) * 8
        y      = floor(i / 3) * 6
        width  = 8
        height = 6
        properties = {
          title   = graph.title
          region  = var.region
          stat    = graph.stat
          period  = 300
          metrics = [concat(graph.metric, flatten([for name, value in graph.dimensions : [name, value]]))]
        }
      }
    ]
  })
}

# The name only: the value is put by hand, so that it is in no state, plan or log.
resource "aws_secretsmanager_secret" "reddit" {
  name        = "${local.name}/reddit"
  description = "Reddit API client: JSON with client_id, client_secret and user_agent"
  kms_key_id  = aws_kms_key.data.arn

  # A waiting period would block the name, and with it the next deployment; the value is quickly put again.
  recovery_window_in_days = 0
}

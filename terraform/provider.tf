# Endpoint and credentials come from the environment (AWS_ENDPOINT_URL, AWS_PROFILE, …).
provider "aws" {
  region      = var.region
  max_retries = var.aws_max_retries

  default_tags {
    tags = {
      Project     = var.project
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}

variable "region" {
  description = "AWS region of everything"
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region, such as us-east-1."
  }
}

variable "project" {
  description = "first part of every name, and the Project tag"
  type        = string
  default     = "wsb"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,10}[a-z0-9]$", var.project))
    error_message = "project must be 2 to 12 lower-case letters, digits or dashes and begin with a letter (bucket names are built from it)."
  }
}

variable "environment" {
  description = "second part of every name, and the Environment tag"
  type        = string
  default     = "dev"

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$", var.environment))
    error_message = "environment must be 1 to 10 lower-case letters, digits or dashes and begin with a letter (bucket names are built from it)."
  }
}

variable "subreddit" {
  description = "subreddit to follow, without r/"
  type        = string
  default     = "wallstreetbets"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_]{1,20}$", var.subreddit))
    error_message = "subreddit must be a subreddit's name without r/, such as wallstreetbets."
  }
}

variable "min_score" {
  description = "a comment is kept once it has been seen with this score; producer and Flink both get it"
  type        = number
  default     = 10

  validation {
    condition     = var.min_score >= 1 && floor(var.min_score) == var.min_score
    error_message = "min_score must be a whole number of at least 1: every comment is born with a score of 1."
  }
}

variable "filter_mode" {
  description = "sticky: all observations of a comment pass once it was seen at min_score; strict: only those at min_score or above"
  type        = string
  default     = "sticky"

  validation {
    condition     = contains(["sticky", "strict"], var.filter_mode)
    error_message = "filter_mode must be sticky or strict."
  }
}

variable "packages_dir" {
  description = "folder with flink_app.zip, wsb_stream.zip and lake_layer.zip; relative to this composition, or absolute"
  type        = string
  default     = "../build/packages"

  validation {
    condition = alltrue([
      for name in ["flink_app.zip", "wsb_stream.zip", "lake_layer.zip"] :
      fileexists("${startswith(var.packages_dir, "/") ? "" : "${path.module}/"}${var.packages_dir}/${name}")
    ])
    error_message = "packages_dir must hold flink_app.zip, wsb_stream.zip and lake_layer.zip: run `make package` first."
  }
}

variable "requests_per_minute" {
  description = "requests the producer may ask of Reddit per minute; Reddit allows 100 per OAuth client, 5 % stay in reserve"
  type        = number
  default     = 100

  validation {
    condition     = var.requests_per_minute >= 5 && var.requests_per_minute <= 100
    error_message = "requests_per_minute must be between 5 and 100 (what Reddit allows an OAuth client)."
  }
}

variable "look_ages_minutes" {
  description = "ages in minutes at which every comment and post is looked at again"
  type        = list(number)
  default     = [15, 45, 90, 180, 360, 720, 1440, 2160]

  validation {
    condition = length(var.look_ages_minutes) > 0 && alltrue([
      for i, age in var.look_ages_minutes :
      age > 0 && floor(age) == age && (i == 0 || age > try(var.look_ages_minutes[i - 1], 0))
    ])
    error_message = "look_ages_minutes must be rising whole numbers of minutes, such as [15, 45, 90]."
  }
}

variable "poll_min_seconds" {
  description = "shortest time in seconds between two polls of one listing"
  type        = number
  default     = 1

  validation {
    condition     = var.poll_min_seconds > 0
    error_message = "poll_min_seconds must be more than 0."
  }
}

variable "poll_max_seconds" {
  description = "longest time in seconds between two polls of one listing"
  type        = number
  default     = 30

  validation {
    condition     = var.poll_max_seconds >= var.poll_min_seconds && var.poll_max_seconds <= 300
    error_message = "poll_max_seconds must be between poll_min_seconds and 300."
  }
}

variable "stream_retention_hours" {
  description = "hours the stream keeps a record; more would keep deleted content for too long"
  type        = number
  default     = 24

  validation {
    condition     = var.stream_retention_hours >= 24 && var.stream_retention_hours <= 36
    error_message = "stream_retention_hours must be between 24 (Kinesis's least) and 36 (deleted content must be gone within 48 hours)."
  }
}

variable "residue_retention_hours" {
  description = "hours after which the lake job deletes dead letters, rejects and error output, which may hold content deleted meanwhile (query results: at most 12)"
  type        = number
  default     = 20

  validation {
    condition     = var.residue_retention_hours >= 1 && floor(var.residue_retention_hours) == var.residue_retention_hours && var.stream_retention_hours + var.residue_retention_hours <= 44
    error_message = "residue_retention_hours must be a whole number from 1, and with stream_retention_hours at most 44: with an hour of delivery and one and a quarter until the next removal, deleted content is then gone within 48 hours."
  }
}

variable "stream_shards" {
  description = "shards of the stream, each 1 MB/s or 1,000 records/s; null: on demand, which costs more and scales by itself"
  type        = number
  default     = null

  validation {
    condition     = var.stream_shards == null ? true : var.stream_shards >= 1 && floor(var.stream_shards) == var.stream_shards
    error_message = "stream_shards must be a whole number of at least 1, or null for on demand."
  }
}

variable "landing_buffer_seconds" {
  description = "seconds Firehose gathers records before it writes an object"
  type        = number
  default     = 300

  validation {
    condition     = var.landing_buffer_seconds >= 0 && var.landing_buffer_seconds <= 900
    error_message = "landing_buffer_seconds must be between 0 and 900 (Firehose's limits)."
  }
}

variable "lake_retention_days" {
  description = "days after publication for which what is in the lake is looked at for deletions; later ones are not seen. 100 comments or posts cost a little more than one request a day"
  type        = number
  default     = 365

  validation {
    condition     = var.lake_retention_days >= 1 && var.lake_retention_days <= 3650 && floor(var.lake_retention_days) == var.lake_retention_days
    error_message = "lake_retention_days must be a whole number of days from 1 to 3650."
  }
}

variable "landing_buffer_megabytes" {
  description = "megabytes Firehose gathers before it writes an object"
  type        = number
  default     = 64

  validation {
    condition     = var.landing_buffer_megabytes >= 1 && var.landing_buffer_megabytes <= 128
    error_message = "landing_buffer_megabytes must be between 1 and 128 (Firehose's limits)."
  }
}

variable "start_flink" {
  description = "start the Flink application (false creates it stopped)"
  type        = bool
  default     = true
}

variable "flink_parallelism" {
  description = "parallel slots of the Flink application, one KPU (1 vCPU, 4 GB) each"
  type        = number
  default     = 1

  validation {
    condition     = var.flink_parallelism >= 1 && var.flink_parallelism <= 64 && floor(var.flink_parallelism) == var.flink_parallelism
    error_message = "flink_parallelism must be a whole number between 1 and 64."
  }
}

variable "lake_job_interval_minutes" {
  description = "minutes between two runs of the lake job"
  type        = number
  default     = 15

  validation {
    condition     = var.lake_job_interval_minutes >= 1 && var.lake_job_interval_minutes <= 1440 && floor(var.lake_job_interval_minutes) == var.lake_job_interval_minutes
    error_message = "lake_job_interval_minutes must be a whole number between 1 and 1440."
  }
}

variable "lake_job_memory_megabytes" {
  description = "memory of the lake job in megabytes; its share of CPU grows with it"
  type        = number
  default     = 3008

  validation {
    condition     = var.lake_job_memory_megabytes >= 2048 && var.lake_job_memory_megabytes <= 10240
    error_message = "lake_job_memory_megabytes must be between 2048 (the job may need 1,500, whatever lands) and 10240 (Lambda's limit)."
  }
}

variable "lake_job_reserved_concurrency" {
  description = "1 reserves a place for the lake job in the AWS account's Lambda quota, which must then be more than 10; -1 reserves none (its own lock keeps it alone either way)"
  type        = number
  default     = -1

  validation {
    condition     = contains([-1, 1], var.lake_job_reserved_concurrency)
    error_message = "lake_job_reserved_concurrency must be 1, or -1 where the AWS account cannot reserve any."
  }
}

variable "destroy_lake_data" {
  description = "true lets `make destroy` delete the lake with all its data; `make deploy` with it first"
  type        = bool
  default     = false
}

variable "lake_reader_principals" {
  description = "ARNs of the IAM users, roles or AWS accounts that may take the lake's reader role; none: no such role"
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for arn in var.lake_reader_principals : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))
    ])
    error_message = "lake_reader_principals must be ARNs of IAM users, roles or AWS accounts, such as arn:aws:iam::123456789012:role/research."
  }
}

variable "producer_instance_type" {
  description = "EC2 instance type of the producer, Graviton (t4g, m7g, …) or x86"
  type        = string
  default     = "t4g.small"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*[0-9][a-z-]*\\.[a-z0-9-]+$", var.producer_instance_type))
    error_message = "producer_instance_type must be an EC2 instance type, such as t4g.small."
  }
}

variable "producer_subnet_ids" {
  description = "existing subnets for the producer, with a way out to the internet; none: a small VPC of its own, without NAT"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.producer_subnet_ids : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "producer_subnet_ids must be subnet ids, such as subnet-0123456789abcdef0."
  }
}

variable "log_retention_days" {
  description = "days the logs are kept; they hold no text and no author"
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400], var.log_retention_days)
    error_message = "log_retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 (CloudWatch's choices)."
  }
}

variable "alarm_email" {
  description = "address that gets the alarms, once it has confirmed the subscription; null: nobody"
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null ? true : can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.alarm_email))
    error_message = "alarm_email must be an e-mail address, or null."
  }
}

variable "monthly_budget_dollars" {
  description = "monthly cost of the whole AWS account in US dollars that warns alarm_email at 80 % and 100 %; null: no budget"
  type        = number
  default     = null

  validation {
    condition     = var.monthly_budget_dollars == null ? true : var.monthly_budget_dollars > 0 && var.alarm_email != null
    error_message = "monthly_budget_dollars must be more than 0, and needs alarm_email."
  }
}

variable "aws_max_retries" {
  description = "times a failed AWS request is tried again; null: the provider's default of 25"
  type        = number
  default     = null

  validation {
    condition     = var.aws_max_retries == null ? true : var.aws_max_retries >= 0
    error_message = "aws_max_retries must be 0 or more, or null."
  }
}

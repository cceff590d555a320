# The provider's exact release is the pin. There is no .terraform.lock.hcl beside it: one written
# from a local mirror holds the hash of a single platform, and would then refuse every other.
terraform {
  required_version = ">= 1.9" # variable validations that look at other variables

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

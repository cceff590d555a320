# A public subnet without a way in costs nothing; a NAT gateway would cost more than the producer.
locals {
  own_network = length(var.producer_subnet_ids) == 0
  vpc_id      = local.own_network ? aws_vpc.producer[0].id : data.aws_subnet.given[0].vpc_id
  subnet_ids  = local.own_network ? aws_subnet.producer[*].id : var.producer_subnet_ids
}

data "aws_availability_zones" "open" {
  count = local.own_network ? 1 : 0

  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_subnet" "given" {
  count = local.own_network ? 0 : 1

  id = var.producer_subnet_ids[0]
}

resource "aws_vpc" "producer" {
  count = local.own_network ? 1 : 0

  cidr_block           = "10.20.0.0/24"
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = "${local.name}-producer" }
}

# Closed: nothing lives in the default group.
resource "aws_default_security_group" "producer" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.producer[0].id
}

resource "aws_internet_gateway" "producer" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.producer[0].id

  tags = { Name = "${local.name}-producer" }
}

# Two zones, so that the group can start the producer in the other one.
resource "aws_subnet" "producer" {
  count = local.own_network ? 2 : 0

  vpc_id            = aws_vpc.producer[0].id
  availability_zone = data.aws_availability_zones.open[0].names[count.index]
  cidr_block        = cidrsubnet(aws_vpc.producer[0].cidr_block, 4, count.index)

  tags = { Name = "${local.name}-producer-${count.index}" }
}

resource "aws_route_table" "producer" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.producer[0].id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.producer[0].id
  }

  tags = { Name = "${local.name}-producer" }
}

resource "aws_route_table_association" "producer" {
  count = local.own_network ? 2 : 0

  subnet_id      = aws_subnet.producer[count.index].id
  route_table_id = aws_route_table.producer[0].id
}

# No ingress rule at all. Name and time servers of the VPC are not subject to security groups.
resource "aws_security_group" "producer" {
  name_prefix = "${local.name}-producer-"
  description = "producer: nothing in, HTTPS out"
  vpc_id      = local.vpc_id

  tags = { Name = "${local.name}-producer" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.producer.id
  description       = "Reddit, AWS and packages"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

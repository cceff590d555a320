#!/usr/bin/env bash
# Makes an Amazon Linux 2023 machine the producer: `python -m wsb produce` as a service of its own.
#
# EC2 runs it as user data. The launch template puts `export NAME=value` lines before it; every
# WSB_* and AWS_REGION among them becomes the service's environment. No secret is among them.
# Safe to run again: what is there already is left alone. WSB_ROOT names another root, and
# WSB_RETRY_SECONDS another first pause (tests). With WSB_WHEN_FAILED=shutdown, as in the launch
# template, a machine that cannot be set up goes, and the autoscaling group starts another.
set -euo pipefail

readonly root="${WSB_ROOT:-}"
readonly home="$root/opt/wsb-stream"
readonly settings="$root/etc/wsb-stream"
readonly logs="$root/var/log/wsb-stream"
readonly unit="$root/etc/systemd/system/wsb-producer.service"
readonly needed=(
  AWS_REGION WSB_ARTIFACTS_BUCKET WSB_CODE_KEY WSB_CODE_SHA256
  WSB_REDDIT_SECRET_ID WSB_STATE_TABLE WSB_STREAM_NAME
)
readonly tries=10 longest_pause=120 minutes_to_read=5
readonly system_packages=(amazon-cloudwatch-agent awscli-2 logrotate python3.11 python3.11-pip)
changed=no

say() {
  echo "wsb bootstrap: $*"
  logger -t wsb-bootstrap -- "$*" || true # cloud-init's own log has it too
}

fail() {
  say "$*" >&2
  if [[ "${WSB_WHEN_FAILED:-}" == shutdown ]]; then
    shutdown -h "+$minutes_to_read" || true # the log has to get to CloudWatch first
  fi
  exit 1
}

# Tries a command that needs the network again, for some fifteen minutes. retry COMMAND...
retry() {
  local pause="${WSB_RETRY_SECONDS:-5}" try
  for ((try = 1; try < tries; try++)); do
    "$@" && return
    say "try $try of $tries failed: $1 $2"
    sleep "$pause"
    pause=$((pause * 2 > longest_pause ? longest_pause : pause * 2))
  done
  "$@"
}

check_settings() {
  local name
  for name in "${needed[@]}"; do
    [[ -n "${!name:-}" ]] ||
      fail "$name is not set: export it before bootstrap.sh, as the launch template does."
  done
}

install_system_packages() {
  rpm --quiet -q "${system_packages[@]}" 2>/dev/null && return
  retry dnf install -y -q "${system_packages[@]}" ||
    fail "dnf could not install ${system_packages[*]}: check that HTTPS gets out of the subnet."
}

make_user() {
  id wsb >/dev/null 2>&1 && return
  useradd --system --home-dir /var/lib/wsb-stream --shell /sbin/nologin wsb
}

# Keeps a file that already has this text; notes a change otherwise. write_file PATH MODE < text
write_file() {
  local path="$1" mode="$2" fresh
  fresh="$(mktemp)"
  cat >"$fresh"
  if ! cmp -s "$fresh" "$path"; then
    install -D -m "$mode" "$fresh" "$path"
    changed=yes
  fi
  rm -f "$fresh"
}

# One folder per release, named by its hash; `current` moves only when it is complete.
install_release() {
  local release="$home/releases/$WSB_CODE_SHA256"
  if [[ ! -e "$release/.complete" ]]; then
    rm -rf "$release"
    mkdir -p "$release"
    fetch_code "$release"
    install_libraries "$release"
    touch "$release/.complete"
  fi
  if [[ "$(readlink "$home/current" 2>/dev/null)" != "releases/$WSB_CODE_SHA256" ]]; then
    ln -sfn "releases/$WSB_CODE_SHA256" "$home/current"
    changed=yes
  fi
}

fetch_code() {
  local release="$1" source="s3://$WSB_ARTIFACTS_BUCKET/$WSB_CODE_KEY"
  retry aws s3 cp --only-show-errors --region "$AWS_REGION" "$source" "$release/code.zip" ||
    fail "cannot fetch $source: run terraform apply again, it uploads the code."
  echo "$WSB_CODE_SHA256  $release/code.zip" | sha256sum --check --status ||
    fail "$source does not have the sha256 $WSB_CODE_SHA256: it was changed after terraform apply; apply again."
  python3.11 -m zipfile -e "$release/code.zip" "$release"
  rm "$release/code.zip"
}

install_libraries() {
  local release="$1"
  python3.11 -m venv "$release/venv"
  retry "$release/venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
    --only-binary :all: --require-hashes -r "$release/requirements/producer.txt" ||
    fail "pip could not install requirements/producer.txt with its hashes: its own message is above."
}

write_environment() {
  # on this machine's disk, in the folder that systemd gives the service
  export WSB_OUTBOX_FOLDER="${WSB_OUTBOX_FOLDER:-/var/lib/wsb-stream/outbox}"
  install -d -m 0755 "$settings"
  write_file "$settings/producer.env" 0640 < <(
    compgen -e | grep -E '^(WSB_|AWS_REGION$)' |
      grep -vxE 'WSB_(ROOT|RETRY_SECONDS|WHEN_FAILED)' | sort |
      while read -r name; do echo "$name=${!name}"; done
  )
}

write_service() {
  write_file "$unit" 0644 <<'UNIT'
[Unit]
Description=WSB Stream producer: Reddit to Kinesis
After=network-online.target
Wants=network-online.target
# Never give up: an outage of Reddit or AWS ends some time.
StartLimitIntervalSec=0

[Service]
# It says when it runs, and with each step that it lives: a loop that stands still is restarted.
Type=notify
NotifyAccess=main
WatchdogSec=180
User=wsb
Group=wsb
EnvironmentFile=/etc/wsb-stream/producer.env
Environment=PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WorkingDirectory=/opt/wsb-stream/current
ExecStart=/opt/wsb-stream/current/venv/bin/python -m wsb produce
# JSON lines, for CloudWatch; what goes wrong at the start is among them.
StandardOutput=append:/var/log/wsb-stream/producer.log
StateDirectory=wsb-stream
Restart=always
# A dead producer's lease ends after 15 s: with this pause its successor works within 30 s.
RestartSec=5
# SIGTERM: it finishes what it has in hand.
TimeoutStopSec=90
UMask=0027

CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
UNIT
}

write_logging() {
  install -d -m 0750 "$logs"
  write_file "$root/etc/logrotate.d/wsb-stream" 0644 <<'ROTATE'
/var/log/wsb-stream/*.log {
  size 50M
  rotate 4
  compress
  copytruncate
  missingok
  notifempty
  su root wsb
}
ROTATE
  [[ -n "${WSB_LOG_GROUP:-}" ]] || return 0
  local before="$changed"
  changed=no
  write_file "$settings/cloudwatch-agent.json" 0644 <<AGENT
{
  "agent": {"region": "$AWS_REGION"},
  "logs": {"logs_collected": {"files": {"collect_list": [
    {"file_path": "/var/log/wsb-stream/producer.log", "log_group_name": "$WSB_LOG_GROUP",
     "log_stream_name": "{instance_id}/producer"},
    {"file_path": "/var/log/cloud-init-output.log", "log_group_name": "$WSB_LOG_GROUP",
     "log_stream_name": "{instance_id}/bootstrap"}
  ]}}}
}
AGENT
  if [[ "$changed" == yes ]]; then
    "$root/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl" \
      -a fetch-config -m ec2 -s -c "file:$settings/cloudwatch-agent.json" >/dev/null || {
      rm "$settings/cloudwatch-agent.json" # so that the next run tries again
      say "the CloudWatch agent did not start, so the logs stay on this machine: see above."
    }
  fi
  changed="$before"
}

start_service() {
  systemctl daemon-reload
  systemctl enable --quiet wsb-producer.service
  if [[ "$changed" == yes ]]; then
    systemctl restart wsb-producer.service
    say "the producer runs release $WSB_CODE_SHA256."
  else
    systemctl start wsb-producer.service # a no-op where it runs
    say "nothing has changed: the producer runs on."
  fi
}

main() {
  check_settings
  install_system_packages
  make_user
  write_logging # before anything that may fail, so that its failure can be read
  install_release
  write_environment
  write_service
  chown -R root:wsb "$settings" "$home"
  chown -R wsb:wsb "$logs"
  start_service
}

main

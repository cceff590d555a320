#!/bin/sh
# Prints a Python >= 3.11 that can make virtual environments; PYTHON names one before all others.
# shellcheck disable=SC2016
for python in "${PYTHON:-}" python3.11 python3.12 python3.13 python3.14 python3; do
  [ -n "$python" ] || continue
  found=$("$python" -c 'import ensurepip, sys, venv
if sys.version_info < (3, 11): sys.exit(1)
print(sys.executable)' 2>/dev/null) && { echo "$found"; exit 0; }
done
echo "no Python 3.11 or newer with venv: install one (apt install python3.11 python3.11-venv;" \
  "brew install python@3.11), or name it: make PYTHON=/path/to/python3.11" >&2
exit 1

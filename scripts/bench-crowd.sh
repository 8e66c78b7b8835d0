#!/usr/bin/env bash
# What a scheduler needs for 10,000 workers that are connected and do nothing, beside the goals. They come from addresses
# of this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo build --release
scripts/apps.sh
cargo bench --bench stack "$@" -- connected

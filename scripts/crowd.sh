#!/usr/bin/env bash
# 200 hostile peers beside five honest workers of one scheduler, for a minute: says how long heartbeats took.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
. scripts/env.sh

cargo test --release -p rlc-scheduler --lib -- --ignored --exact --nocapture \
	server::tests::crowd::crowd_costs_no_honest_worker_a_task "$@"

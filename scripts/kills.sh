#!/usr/bin/env bash
# A scheduler and its database, each killed RLC_KILLS times (50) while they work: nothing is lost, nothing is done twice.
# After each kill of the scheduler, its successor waits 15 s until what it had is free.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --test
. scripts/env.sh

cargo build --release
scripts/apps.sh
RLC_REQUIRE=postgres RLC_KILLS="${RLC_KILLS:-50}" cargo test --release --test end_to_end -- --exact --nocapture \
	kills::scheduler_and_database_that_are_killed_again_and_again_lose_nothing_and_do_nothing_twice "$@"

#!/usr/bin/env bash
# Lists the files of this repository that match a pattern, each ended by a zero byte: what builds leave is not among
# them. Not by git, so that it works in an exported tree too.
set -euo pipefail
cd "$(dirname "$0")/../.."

find . \( -name .git -o -name target -o -name node_modules -o -path ./zombienet/logs \) -prune -o -type f -name "$1" -printf '%P\0' |
	sort -z

#!/usr/bin/env bash
# Who may depend on whom, by .config/layers.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo metadata --no-deps --format-version 1 | jq -r '
	[.packages[].name] as $ours
	| .packages[]
	| .name as $crate
	| "\($crate)",
	  (.dependencies[] | select(.kind != "dev" and (.name | IN($ours[]))) | "\($crate) \(.name)")
' | awk '
	function fail(text) { print "layers: " text > "/dev/stderr"; bad = 1 }
	FNR == NR {
		if (/^#/ || !NF) next
		crate = $1
		sub(":$", "", crate)
		listed[crate] = 1
		for (field = 2; field <= NF; field++) may[crate, $field] = 1
		next
	}
	NF == 1 && !($1 in listed) { fail($1 " is not in .config/layers.txt: add it with what it may depend on") }
	NF == 2 && !(($1, $2) in may) { fail($1 " depends on " $2 ", which .config/layers.txt does not allow") }
	END { exit bad }
' .config/layers.txt -

#!/usr/bin/env bash
# Invariant I8: a pallet of this repository depends on no other one, only on rlc-primitives.
set -euo pipefail
cd "$(dirname "$0")/.."

own=$(sed -n 's/^name = "\(.*\)"$/\1/p' pallets/*/Cargo.toml)
bad=0
for manifest in pallets/*/Cargo.toml; do
	self=$(sed -n 's/^name = "\(.*\)"$/\1/p' "$manifest")
	# Dependencies of every kind but those of tests.
	used=$(awk '/^\[/{ listed = /dependencies/ && !/dev-/ } listed' "$manifest" | sed -n 's/^\([a-z0-9-]*\)[ .].*/\1/p')
	for name in $own; do
		if [ "$name" != "$self" ] && [ "$name" != rlc-primitives ] && grep -qx -- "$name" <<<"$used"; then
			echo "$manifest: $self depends on $name; put a trait into rlc-primitives instead" >&2
			bad=1
		fi
	done
	if [ "$self" = rlc-primitives ] && grep -q '^pallet-' <<<"$used"; then
		echo "$manifest: rlc-primitives depends on a pallet" >&2
		bad=1
	fi
done
exit $bad

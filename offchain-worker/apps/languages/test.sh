#!/usr/bin/env bash
# Builds the programs of languages and tries each as a worker would run it: all have to leave the same result.
#
#   test.sh RLC LANGUAGE...
#
# A language whose compiler is not here is left out, but for RLC_REQUIRE=all, as in CI.
set -euo pipefail

rlc=$(realpath "${1:?use: test.sh RLC LANGUAGE...}")
shift
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'one two\n three\tfour' >"$work/b.txt"
printf 'x\n\ny\n' >"$work/a.txt"
printf '1 4 19 b.txt\n3 2 5 a.txt\n' >"$work/expected"

for language in "$@"; do
	built=0
	"$here/build.sh" "$language" "$work/$language.wasm" || built=$?
	if [ "$built" = 3 ] && [ "${RLC_REQUIRE:-}" != all ]; then
		echo "languages: $language is left out"
		continue
	fi
	[ "$built" = 0 ]
	"$rlc" app try "$work/$language.wasm" --input "$work/b.txt" --input "$work/a.txt" --output "$work/$language" >"$work/said" ||
		{ cat "$work/said" >&2; exit 1; }
	cmp "$work/$language/counts.txt" "$work/expected"
	echo "languages: $language counts as it should"
done

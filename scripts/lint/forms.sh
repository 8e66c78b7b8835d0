#!/usr/bin/env bash
# Orders, deals and tasks are written as JSON by the crate rlc-json alone (offchain-worker/forms): no program builds their
# JSON by hand. Tests may, since they compare.
#
# 1. Node, chain, protocol, scheduler and worker use no `json!` at all.
# 2. The command line may use it for what a command did (`{"claimed": 3}`), but with no key of a form: those of more than
#    one word in docs/rpc/schema.json, and `exactly`.
# 3. The words of the command line (cli/src/say) are of the domain. Nothing there has a form of its own or writes an object
#    by hand, but for the files in `own_words`.
set -euo pipefail
cd "$(dirname "$0")/../.."

schema=docs/rpc/schema.json
say=offchain-worker/cli/src/say

own_words=(
	account.rs # keys of a keystore, and balances: nothing that another program writes
	asset.rs   # an asset's details, which differ with its kind
)

# Prints FILE:LINE:TEXT of the code of these folders: without tests, which come last in a file, and without comments.
code() {
	find "$@" -name '*.rs' ! -path '*/tests/*' ! -path '*/testing/*' ! -name tests.rs ! -name testing.rs ! -name parsing.rs \
		-print0 | sort -z | xargs -0 awk '
			FNR == 1 { tests = 0 }
			/^#\[cfg\(test\)\]/ { tests = 1 }
			!tests && !/^[[:space:]]*\/\// { print FILENAME ":" FNR ":" $0 }'
}

[ -f "$schema" ] || {
	echo "$schema is missing: run cargo run --release -p rlc-json --bin rlc-json-schema -- docs/rpc" >&2
	exit 1
}
keys=$(grep -oE '"[a-z]+[A-Z][A-Za-z]*": \{' "$schema" | tr -d '": {' | sort -u | paste -sd '|')
[ -n "$keys" ] || { echo "$schema has no keys" >&2; exit 1; }

by_hand=$(code "$say" | grep -E 'derive\(.*\bSerialize\b|json!\(\{' || true)
hits=$(
	code node/src offchain-worker/{chain,protocol,scheduler,worker}/src | grep -F 'json!(' || true
	code offchain-worker/cli/src | grep -E "\"($keys|exactly)\"[]:]" || true
	grep -vE "^$say/($(IFS='|'; echo "${own_words[*]}")):" <<<"$by_hand" || true
)
for file in "${own_words[@]}"; do
	grep -q "^$say/$file:" <<<"$by_hand" || hits+=$'\n'"$say/$file writes no JSON by hand: take it off own_words"
done
[ -z "$hits" ] || {
	echo "$hits" >&2
	echo "JSON of orders, deals and tasks is written by rlc-json: use its types" >&2
	exit 1
}

#!/usr/bin/env bash
# Orders, deals and tasks are written as JSON by the crate rlc-json alone (offchain-worker/forms): no program builds their
# JSON by hand. Tests may, since they compare.
#
# 1. Node, chain, protocol, scheduler and worker use no `json!` at all.
# 2. The command line may use it for what a command did (`{"claimed": 3}`), but with no key of a form: those of more than
#    one word in docs/rpc/schema.json, and `exactly`.
#
# Exceptions are listed here, each with its reason. An exception that is not needed any more is an error too.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Rule 1: files.
free_files=(
)
# Rule 2: FILE:KEY.
free_keys=(
)

# Prints FILE:LINE:TEXT of the code of these folders: without tests, which come last in a file, and without comments.
code() {
	find "$@" -name '*.rs' ! -path '*/tests/*' ! -path '*/testing/*' ! -name tests.rs ! -name testing.rs -print0 |
		sort -z | xargs -0 awk '
			FNR == 1 { tests = 0 }
			/^#\[cfg\(test\)\]/ { tests = 1 }
			!tests && !/^[[:space:]]*\/\// { print FILENAME ":" FNR ":" $0 }'
}

# Whether the first argument is among the others.
is_among() {
	local wanted=$1 other
	shift
	for other; do [ "$other" = "$wanted" ] && return 0; done
	return 1
}

wrong=0
used=()

while IFS= read -r hit; do
	file=${hit%%:*}
	if is_among "$file" "${free_files[@]}"; then
		used+=("$file")
		continue
	fi
	echo "$hit" >&2
	wrong=1
done < <(code node/src offchain-worker/{chain,protocol,scheduler,worker}/src | grep -F 'json!(' || true)

keys=$(grep -oE '"[a-z]+[A-Z][A-Za-z]*": \{' docs/rpc/schema.json | tr -d '": {' | sort -u | paste -sd '|')
[ -n "$keys" ] || { echo "docs/rpc/schema.json has no keys" >&2; exit 1; }
while IFS= read -r hit; do
	file=${hit%%:*}
	key=$(grep -oE "\"($keys|exactly)\"" <<<"$hit" | head -n 1 | tr -d '"')
	if is_among "$file:$key" "${free_keys[@]}"; then
		used+=("$file:$key")
		continue
	fi
	echo "$hit" >&2
	wrong=1
done < <(code offchain-worker/cli/src | grep -E "\"($keys|exactly)\"[]:]" || true)

for free in "${free_files[@]}" "${free_keys[@]}"; do
	is_among "$free" "${used[@]}" || { echo "$free: this exception is not needed any more" >&2; wrong=1; }
done
if [ "$wrong" -ne 0 ]; then
	echo "JSON of orders, deals and tasks is written by rlc-json: use its types, or say in scripts/lint/forms.sh why this is none" >&2
	exit 1
fi

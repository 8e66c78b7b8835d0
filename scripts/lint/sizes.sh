#!/usr/bin/env bash
# No source file is too long for a reader, no function is longer than a page except in tests, and no file is called mod.rs
# except for what the files of a tests/ folder share. Prints the median length of files.
set -euo pipefail
cd "$(dirname "$0")/../.."

named_mod=$(scripts/lint/files.sh mod.rs | tr '\0' '\n' | grep -E '(^|/)src/' || true)
[ -z "$named_mod" ] || {
	sed 's|^\(.*\)/mod\.rs$|sizes: \1/mod.rs is to be \1.rs|' <<<"$named_mod" >&2
	exit 1
}

# Functions that may be longer, and why.
long=(
	node/src/service.rs:start_on # wires the parts of a node, each once, in order
)

# An inline module of tests does not count. It comes last in its file.
scripts/lint/files.sh '*.rs' | grep -zvE '(^|/)(tests|testing)(/|\.rs$)' | xargs -0 awk -v most=60 -v long="${long[*]}" '
	FNR == 1 { tests = 0; name = ""; last = "" }
	last == "#[cfg(test)]" && /^mod [a-z_]+ \{/ { tests = 1 }
	{ last = $0 }
	!tests && name == "" && match($0, /^\t*(pub(\([a-z ]+\))? )?((const|async|unsafe) )*fn [a-z0-9_]+/) && !/[;}]$/ {
		name = substr($0, RSTART, RLENGTH)
		sub(/.* /, "", name)
		match($0, /^\t*/)
		end = substr($0, 1, RLENGTH) "}"
		begin = FNR
		next
	}
	name != "" && ($0 == end || $0 ~ "^" substr(end, 1, length(end) - 1) "[^\t ].*;$") {
		lines = FNR - begin + 1
		if (lines > most && index(" " long " ", " " FILENAME ":" name " ") == 0) {
			print "sizes: " FILENAME ":" begin ": " name " has " lines " lines; the most is " most > "/dev/stderr"
			bad = 1
		}
		name = ""
	}
	END { exit bad }
'

scripts/lint/files.sh '*.rs' | xargs -0 wc -l | awk -v most=650 '
	$2 == "total" { next }
	$1 > most { print "sizes: " $2 " has " $1 " lines; split it by subject, the most is " most > "/dev/stderr"; bad = 1 }
	{ print $1 }
	END { exit bad }
' | sort -n | awk '
	{ lines[NR] = $1 }
	END { print "sizes: " NR " files, median " lines[int((NR + 1) / 2)] " lines, longest " lines[NR] }
'

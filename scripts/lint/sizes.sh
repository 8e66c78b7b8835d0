#!/usr/bin/env bash
# No source file is longer than a reader bears, and none is called mod.rs, but for what the files of a tests/ folder
# share. Says what the median is.
set -euo pipefail
cd "$(dirname "$0")/../.."

named_mod=$(scripts/lint/files.sh mod.rs | tr '\0' '\n' | grep -E '(^|/)src/' || true)
[ -z "$named_mod" ] || {
	sed 's|^\(.*\)/mod\.rs$|sizes: \1/mod.rs is to be \1.rs|' <<<"$named_mod" >&2
	exit 1
}

scripts/lint/files.sh '*.rs' | xargs -0 wc -l | awk -v most=650 '
	$2 == "total" { next }
	$1 > most { print "sizes: " $2 " has " $1 " lines; split it by subject, the most is " most > "/dev/stderr"; bad = 1 }
	{ print $1 }
	END { exit bad }
' | sort -n | awk '
	{ lines[NR] = $1 }
	END { print "sizes: " NR " files, median " lines[int((NR + 1) / 2)] " lines, longest " lines[NR] }
'

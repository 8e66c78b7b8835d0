#!/usr/bin/env bash
# What the documents refer to has to be there: files and headings that links name, and the make targets, scripts and
# test programs of commands.
#
#   scripts/doc-links.sh          checks every Markdown file
#   scripts/doc-links.sh FILE...  only these
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

if [ $# = 0 ]; then
	mapfile -d '' -t files < <(scripts/lint/files.sh '*.md')
else
	files=("$@")
fi

# Headings of a document as GitHub names them, one a line.
anchors() {
	awk '
		/^[ \t]*```/ { fenced = !fenced; next }
		!fenced && /^#+ / {
			sub(/^#+ +/, "")
			# A link in a heading counts as its text.
			while (match($0, /\[[^]]*\]\([^)]*\)/)) {
				link = substr($0, RSTART + 1, RLENGTH - 1)
				sub(/\].*/, "", link)
				$0 = substr($0, 1, RSTART - 1) link substr($0, RSTART + RLENGTH)
			}
			name = tolower($0)
			gsub(/[^a-z0-9 _\200-\377-]/, "", name)
			gsub(/ /, "-", name)
			print name (name in seen ? "-" seen[name]++ : "")
			if (!(name in seen)) seen[name] = 1
		}' "$1"
}

# What a document refers to, as lines of: its line, tab, kind (link or command), tab, what.
references() {
	awk '
		function commands(text, word, words, count, i) {
			count = split(text, words, /[ \t]+/)
			for (i = 1; i <= count; i++) {
				word = words[i]
				if (word == "make" && words[i + 1] ~ /^[a-z][a-z0-9-]*[;,.]?$/) print NR "\tmake\t" words[i + 1]
				if (word == "--test" && words[i + 1] ~ /^[a-z_]+$/) print NR "\ttest\t" words[i + 1]
				if (word ~ /^(\.\/)?scripts\/[a-z0-9-]+\.[a-z]+$/) print NR "\tfile\t" word
			}
		}
		/^[ \t]*```/ { fenced = !fenced; shell = /```(sh|bash|console)$/; next }
		fenced && shell { sub(/(^|[ \t])#.*/, ""); commands($0) }
		!fenced {
			text = $0
			while (match(text, /`[^`]*`/)) {
				commands(substr(text, RSTART + 1, RLENGTH - 2))
				text = substr(text, 1, RSTART - 1) "code" substr(text, RSTART + RLENGTH)
			}
			while (match(text, /\]\([^)]*\)/)) {
				print NR "\tlink\t" substr(text, RSTART + 2, RLENGTH - 3)
				text = substr(text, RSTART + RLENGTH)
			}
		}' "$1"
}

bad=0
wrong() {
	echo "$1" >&2
	bad=1
}

# `file` line link
check_link() {
	local path="${3%%#*}" anchor="" target
	case "$3" in
		http://* | https://* | mailto:*) return ;;
		# Items of Rust, which rustdoc looks up.
		*::* | fn@* | crate | super | self) return ;;
		*#*) anchor="${3#*#}" ;;
	esac
	target="$1"
	[ -z "$path" ] || target="$(dirname "$1")/$path"
	if [ ! -e "$target" ]; then
		wrong "$1:$2: there is no $path; mend the link"
	elif [ -n "$anchor" ] && [[ "$target" = *.md ]] && ! anchors "$target" | grep -qxF -- "$anchor"; then
		wrong "$1:$2: ${path:-this file} has no heading #$anchor; mend the link"
	fi
}

tests=$(scripts/lint/files.sh '*.rs' | tr '\0' '\n' |
	sed -nE 's#.*/tests/([a-z_]+)(/main)?\.rs$#\1#p')
for file in "${files[@]}"; do
	[ -e "$file" ] || continue
	# Into a variable first: the failure of a process substitution is not seen.
	found=$(references "$file")
	while IFS=$'\t' read -r line kind what; do
		case "$kind" in
			link) check_link "$file" "$line" "$what" ;;
			make)
				what="${what%[;,.]}"
				grep -qE "^$what:" Makefile || wrong "$file:$line: the Makefile has no target $what" ;;
			test) grep -qx -- "$what" <<<"$tests" || wrong "$file:$line: there is no test program $what" ;;
			file) [ -e "$what" ] || wrong "$file:$line: there is no $what" ;;
		esac
	done <<<"$found"
done
[ $bad = 0 ] || exit 1
echo "doc-links: ${#files[@]} documents, all links and commands lead somewhere"

#!/usr/bin/env bash
# Links of documents to files of this repository lead somewhere. Links into the web and to Rust items are not looked at:
# the former change, the latter are checked by rustdoc.
set -euo pipefail
cd "$(dirname "$0")/../.."

# FILE<tab>LINE<tab>TARGET of each link outside of code.
links() {
	scripts/lint/files.sh '*.md' | xargs -0 awk '
		FNR == 1 { code = 0 }
		/^ *(```|~~~)/ { code = !code; next }
		code { next }
		{
			line = $0
			gsub(/`[^`]*`/, "", line)
			while (match(line, /\]\([^) ]+/)) {
				print FILENAME "\t" FNR "\t" substr(line, RSTART + 2, RLENGTH - 2)
				line = substr(line, RSTART + RLENGTH)
			}
		}
	'
}

# The names of a document's headings, as links call them.
anchors() {
	awk '/^ *(```|~~~)/ { code = !code } !code && /^#+ / { sub(/^#+ +/, ""); print }' "$1" |
		tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'
}

bad=0
fail() { echo "links: $1:$2: $3" >&2; bad=1; }
while IFS=$'\t' read -r file line target; do
	case "$target" in *://* | mailto:* | *::* | crate* | super* | self*) continue ;; esac
	path=${target%%#*} heading=
	[ "$path" = "$target" ] || heading=${target#*#}
	whole=$file
	[ -z "$path" ] || whole=$(dirname "$file")/$path
	if [ ! -e "$whole" ]; then
		fail "$file" "$line" "there is no $path"
	elif [ -n "$heading" ] && [[ $whole = *.md ]] && ! anchors "$whole" | grep -qxF -- "$heading"; then
		fail "$file" "$line" "$(basename "$whole") has no heading #$heading"
	fi
done < <(links)
exit $bad

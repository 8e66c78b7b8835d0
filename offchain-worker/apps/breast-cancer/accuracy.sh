#!/usr/bin/env bash
# Compares the predictions of the app `inference` with the known labels. Fails if fewer than 95 of 100 are right.
#
#   accuracy.sh PREDICTIONS.csv [LABELS.csv]
set -euo pipefail

predictions="${1:?use: accuracy.sh PREDICTIONS.csv [LABELS.csv]}"
labels="${2:-$(dirname "$0")/labels.csv}"
awk -F, '
	FNR == 1 { next }
	NR == FNR { known[FNR] = $NF; records++; next }
	{ found++; right += known[FNR] == $NF }
	END {
		if (records == 0 || found != records) {
			printf "accuracy: %d predictions for %d labels\n", found, records > "/dev/stderr"
			exit 1
		}
		printf "accuracy %.4f: %d of %d records\n", right / records, right, records
		exit right / records < 0.95
	}
' "$labels" "$predictions"

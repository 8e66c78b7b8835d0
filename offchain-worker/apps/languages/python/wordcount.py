"""Counts lines, words and bytes of the input files, but for this one, which is an input too."""
import json
import os
import sys

inputs, out = os.environ["IEXEC_IN"], os.environ["IEXEC_OUT"]
numbers = range(1, int(os.environ["IEXEC_INPUT_FILES_NUMBER"]) + 1)
names = [os.environ[f"IEXEC_INPUT_FILE_NAME_{number}"] for number in numbers]
with open(f"{out}/counts.txt", "w", newline="\n") as counts:
    for name in names:
        if name == os.path.basename(sys.argv[0]):
            continue
        with open(f"{inputs}/{name}", "rb") as file:
            content = file.read()
        counts.write(f"{content.count(bytes([10]))} {len(content.split())} {len(content)} {name}\n")
with open(f"{out}/computed.json", "w") as computed:
    json.dump({"deterministic-output-path": "/iexec_out/counts.txt"}, computed)

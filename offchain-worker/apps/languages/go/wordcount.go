// Counts lines, words and bytes of the input files.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

func isSpace(letter rune) bool {
	return letter == ' ' || ('\t' <= letter && letter <= '\r')
}

func run() error {
	in, out := os.Getenv("IEXEC_IN"), os.Getenv("IEXEC_OUT")
	files, err := strconv.Atoi(os.Getenv("IEXEC_INPUT_FILES_NUMBER"))
	if err != nil {
		return err
	}
	var counts bytes.Buffer
	for number := 1; number <= files; number++ {
		name := os.Getenv(fmt.Sprintf("IEXEC_INPUT_FILE_NAME_%d", number))
		content, err := os.ReadFile(filepath.Join(in, name))
		if err != nil {
			return err
		}
		lines, words := bytes.Count(content, []byte("\n")), len(bytes.FieldsFunc(content, isSpace))
		fmt.Fprintf(&counts, "%d %d %d %s\n", lines, words, len(content), name)
	}
	if err := os.WriteFile(filepath.Join(out, "counts.txt"), counts.Bytes(), 0o644); err != nil {
		return err
	}
	computed := []byte(`{"deterministic-output-path": "/iexec_out/counts.txt"}`)
	return os.WriteFile(filepath.Join(out, "computed.json"), computed, 0o644)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

/* Counts lines, words and bytes of the input files. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *open_file(const char *directory, const char *name, const char *mode)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", getenv(directory), name);
	FILE *file = fopen(path, mode);
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static void count(const char *name, FILE *counts)
{
	FILE *file = open_file("IEXEC_IN", name, "rb");
	unsigned long long lines = 0, words = 0, bytes = 0;
	bool in_word = false;
	for (int byte; (byte = getc(file)) != EOF; bytes++) {
		bool is_space = isspace(byte);
		lines += byte == '\n';
		words += !is_space && !in_word;
		in_word = !is_space;
	}
	fclose(file);
	fprintf(counts, "%llu %llu %llu %s\n", lines, words, bytes, name);
}

int main(void)
{
	FILE *counts = open_file("IEXEC_OUT", "counts.txt", "wb");
	int files = atoi(getenv("IEXEC_INPUT_FILES_NUMBER"));
	for (int number = 1; number <= files; number++) {
		char variable[64];
		snprintf(variable, sizeof variable, "IEXEC_INPUT_FILE_NAME_%d", number);
		count(getenv(variable), counts);
	}
	FILE *computed = open_file("IEXEC_OUT", "computed.json", "wb");
	fputs("{\"deterministic-output-path\": \"/iexec_out/counts.txt\"}", computed);
	/* A full disk shows here at the latest. */
	return fclose(counts) || fclose(computed);
}

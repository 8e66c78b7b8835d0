// Counts lines, words and bytes of the input files.
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

static std::string count(const std::string &name)
{
	std::ifstream file(std::getenv("IEXEC_IN") + ("/" + name), std::ios::binary);
	if (!file) {
		std::cerr << "cannot open " << name << '\n';
		std::exit(1);
	}
	unsigned long long lines = 0, words = 0, bytes = 0;
	bool in_word = false;
	for (std::istreambuf_iterator<char> at(file), end; at != end; ++at, ++bytes) {
		const unsigned char byte = *at;
		const bool is_space = std::isspace(byte);
		lines += byte == '\n';
		words += !is_space && !in_word;
		in_word = !is_space;
	}
	return std::to_string(lines) + ' ' + std::to_string(words) + ' ' + std::to_string(bytes) + ' ' + name + '\n';
}

int main()
{
	const std::string out = std::getenv("IEXEC_OUT");
	std::ofstream counts(out + "/counts.txt", std::ios::binary), computed(out + "/computed.json");
	const int files = std::stoi(std::getenv("IEXEC_INPUT_FILES_NUMBER"));
	for (int number = 1; number <= files; number++)
		counts << count(std::getenv(("IEXEC_INPUT_FILE_NAME_" + std::to_string(number)).c_str()));
	computed << R"({"deterministic-output-path": "/iexec_out/counts.txt"})";
	return !counts.flush() || !computed.flush();
}

// Counts lines, words and bytes of the input files. There is no library for files, so this calls WASI by itself.
import {
	errno,
	errnoToString,
	fd_close,
	fd_read,
	fd_write,
	oflags,
	path_open,
	rights,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

// The directories IEXEC_IN and IEXEC_OUT, which are open from the beginning.
const IN: u32 = 3;
const OUT: u32 = 4;

/** A file, as a list of two numbers, as WASI wants it: where bytes are, and how many. */
const piece = memory.data(16);
const told = memory.data(16);

function check(error: errno): void {
	if (error) throw new Error(errnoToString(error));
}

function open(directory: u32, name: string, how: u16, right: u64): u32 {
	const path = String.UTF8.encode(name);
	check(path_open(directory, 0, changetype<usize>(path), path.byteLength, how, right, 0, 0, told));
	return load<u32>(told);
}

function write(name: string, text: string): void {
	const file = open(OUT, name, oflags.CREAT | oflags.TRUNC, rights.FD_WRITE);
	const bytes = String.UTF8.encode(text);
	store<u32>(piece, <u32>changetype<usize>(bytes));
	store<u32>(piece, bytes.byteLength, 4);
	check(fd_write(file, piece, 1, told));
	check(fd_close(file));
}

function count(name: string): string {
	const file = open(IN, name, 0, rights.FD_READ);
	const buffer = new Uint8Array(65536);
	let lines: u64 = 0, words: u64 = 0, bytes: u64 = 0;
	let inWord = false;
	while (true) {
		store<u32>(piece, <u32>buffer.dataStart);
		store<u32>(piece, buffer.length, 4);
		check(fd_read(file, piece, 1, told));
		const read = load<u32>(told);
		if (read == 0) break;
		bytes += read;
		for (let at: u32 = 0; at < read; at++) {
			const byte = buffer[at];
			const isSpace = byte == 32 || (byte >= 9 && byte <= 13);
			if (byte == 10) lines++;
			if (!isSpace && !inWord) words++;
			inWord = !isSpace;
		}
	}
	check(fd_close(file));
	return `${lines} ${words} ${bytes} ${name}\n`;
}

let counts = "";
const files = I32.parseInt(process.env.get("IEXEC_INPUT_FILES_NUMBER"));
for (let number = 1; number <= files; number++) {
	counts += count(process.env.get(`IEXEC_INPUT_FILE_NAME_${number}`));
}
write("counts.txt", counts);
write("computed.json", '{"deterministic-output-path": "/iexec_out/counts.txt"}');

//! Shows what an app is given: its arguments, its variables, its files. Writes the same to `hello.txt`, as the result.

use std::{
	env,
	fmt::Write,
	fs, io,
	path::{Path, PathBuf},
	process::ExitCode,
};

use sha2::{Digest, Sha256};

fn main() -> ExitCode {
	match run() {
		Ok(report) => {
			print!("{report}");
			ExitCode::SUCCESS
		}
		// Any exit code but 0 makes the task fail. The last lines of the log tell the requester why.
		Err(error) => {
			eprintln!("error: {error}");
			ExitCode::FAILURE
		}
	}
}

fn run() -> io::Result<String> {
	let output = directory("IEXEC_OUT")?;
	let report = report(&directory("IEXEC_IN")?)?;

	// All workers of a task must come to the same bytes here. So: no times, no host names, nothing of the machine.
	fs::write(output.join("hello.txt"), &report)?;

	// The last thing that an app does: say which file or directory is the result.
	let result = output.join("hello.txt");
	let computed = format!("{{\"deterministic-output-path\": \"{}\"}}\n", result.display());
	fs::write(output.join("computed.json"), computed)?;
	Ok(report)
}

/// Returns the directory that a variable names.
fn directory(variable: &str) -> io::Result<PathBuf> {
	env::var_os(variable)
		.map(PathBuf::from)
		.ok_or_else(|| io::Error::other(format!("{variable} is not set; this program is run by a worker")))
}

/// Lists everything that this task was given.
fn report(input: &Path) -> io::Result<String> {
	let mut text = String::from("Hello from the cloud.\n\narguments:\n");
	for (number, argument) in env::args().skip(1).enumerate() {
		line(&mut text, format_args!("{}: {argument}", number + 1));
	}

	text.push_str("variables:\n");
	let mut variables: Vec<_> = env::vars().filter(|(name, _)| name.starts_with("IEXEC_")).collect();
	variables.sort();
	for (name, value) in variables {
		line(&mut text, format_args!("{name}={value}"));
	}

	// The dataset, if there is one, and the input files.
	text.push_str("files:\n");
	let mut files = Vec::new();
	find(input, &mut files)?;
	files.sort();
	for file in files {
		let bytes = fs::read(&file)?;
		let name = file.strip_prefix(input).unwrap_or(&file).display();
		line(&mut text, format_args!("{name}: {} bytes, sha256 {:x}", bytes.len(), Sha256::digest(&bytes)));
	}
	Ok(text)
}

/// Appends an indented line.
fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
	// Writing to a String cannot fail.
	let _ = writeln!(text, "  {content}");
}

/// Returns all files in a directory and below.
fn find(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
	for entry in fs::read_dir(directory)? {
		let entry = entry?;
		if entry.file_type()?.is_dir() {
			find(&entry.path(), files)?;
		} else {
			files.push(entry.path());
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn files_are_listed_with_their_checksums() {
		let input = env::temp_dir().join(format!("hello-{}", std::process::id()));
		fs::create_dir_all(input.join("b")).unwrap();
		fs::write(input.join("b/empty"), "").unwrap();
		fs::write(input.join("a"), "abc").unwrap();
		let report = report(&input).unwrap();
		fs::remove_dir_all(&input).unwrap();
		let files: Vec<&str> = report.lines().skip_while(|line| *line != "files:").skip(1).collect();
		assert_eq!(
			files,
			[
				"  a: 3 bytes, sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
				"  b/empty: 0 bytes, sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			]
		);
	}
}

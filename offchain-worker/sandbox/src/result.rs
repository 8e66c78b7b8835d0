//! Reads `computed.json`, in which an app says what its result is.

mod links;

use std::{
	fs,
	io::{self, Read},
	path::{Path, PathBuf},
};

use rlc_primitives::work::MAX_CALLBACK_DATA;
use serde::Deserialize;
use serde_json::{Map, Value};

pub use self::links::{follow, Astray};
use crate::GUEST_OUTPUT;

/// The file in which an app says what its result is.
const FILE: &str = "computed.json";
/// The largest such file, in bytes: it is small, or something else.
const LARGEST: u64 = 64 << 10;

/// The result of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
	/// A file or directory: its absolute path on this machine, in OUT. A directory may contain anything, symbolic links
	/// too: [`follow`] says where they lead.
	Files(PathBuf),
	/// Bytes for the deal's callback.
	Callback(Vec<u8>),
}

/// Why an app left no result.
#[derive(Debug, thiserror::Error)]
pub enum InvalidResult {
	/// The file is missing.
	#[error("the app left no computed.json in IEXEC_OUT")]
	NoFile,
	/// It cannot be understood.
	#[error("computed.json is not understood: {0}")]
	Form(String),
	/// It names neither or both.
	#[error("computed.json must have one of deterministic-output-path and callback-data")]
	Choice,
	/// The path leads out of OUT.
	#[error("computed.json names {0}, which is not in {GUEST_OUTPUT}")]
	Outside(String),
	/// It names nothing that exists.
	#[error("computed.json names {0}, which the app did not write")]
	Missing(String),
	/// It is neither a file nor a directory.
	#[error("computed.json names {0}, which is neither a file nor a directory")]
	Special(String),
	/// The callback data is not hex.
	#[error("callback-data in computed.json must be 0x and an even number of hex digits")]
	NotHex,
	/// The callback data is too long.
	#[error("callback-data in computed.json has {0} bytes; at most {MAX_CALLBACK_DATA} are allowed")]
	TooLong(usize),
	/// The machine fails.
	#[error("OUT cannot be read: {0}")]
	Host(#[from] io::Error),
}

/// Other keys are for the app's own use.
#[derive(Deserialize)]
struct Computed {
	#[serde(rename = "deterministic-output-path", default)]
	path: Option<String>,
	#[serde(rename = "callback-data", default)]
	callback: Option<String>,
}

/// Reads which result an app left in OUT. Nothing may write there any longer.
///
/// # Errors
///
/// [`InvalidResult`]: the app's fault, but for [`InvalidResult::Host`].
pub fn read_result(output: &Path) -> Result<Output, InvalidResult> {
	let form = |error: serde_json::Error| InvalidResult::Form(error.to_string());
	// An object: a list would be taken for one too.
	let object: Map<String, Value> = serde_json::from_str(&read(&output.join(FILE))?).map_err(form)?;
	let computed: Computed = serde_json::from_value(object.into()).map_err(form)?;
	match (computed.path, computed.callback) {
		(Some(path), None) => find(output, path).map(Output::Files),
		(None, Some(data)) => callback(&data).map(Output::Callback),
		_ => Err(InvalidResult::Choice),
	}
}

fn read(file: &Path) -> Result<String, InvalidResult> {
	let data = match fs::symlink_metadata(file) {
		Ok(data) => data,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(InvalidResult::NoFile),
		Err(error) => return Err(error.into()),
	};
	if !data.is_file() || data.len() > LARGEST {
		return Err(InvalidResult::Form(format!("it is not a regular file of at most {LARGEST} bytes")));
	}
	let mut bytes = Vec::new();
	fs::File::open(file)?.take(LARGEST).read_to_end(&mut bytes)?;
	String::from_utf8(bytes).map_err(|_| InvalidResult::Form("it is not UTF-8".into()))
}

/// Finds a path as the app sees it: absolute, or seen from OUT. Symbolic links are followed within OUT.
fn find(output: &Path, path: String) -> Result<PathBuf, InvalidResult> {
	let found = match follow(&output.canonicalize()?, Path::new(&path)) {
		Ok(found) => found,
		Err(Astray::Outside) => return Err(InvalidResult::Outside(path)),
		Err(Astray::Nowhere) => return Err(InvalidResult::Missing(path)),
		Err(astray) => return Err(InvalidResult::Form(format!("deterministic-output-path {astray}"))),
	};
	let kind = fs::metadata(&found)?.file_type();
	if kind.is_file() || kind.is_dir() {
		Ok(found)
	} else {
		Err(InvalidResult::Special(path))
	}
}

fn callback(data: &str) -> Result<Vec<u8>, InvalidResult> {
	let bytes = data.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()).ok_or(InvalidResult::NotHex)?;
	if bytes.len() > MAX_CALLBACK_DATA as usize {
		return Err(InvalidResult::TooLong(bytes.len()));
	}
	Ok(bytes)
}

#[cfg(test)]
mod tests {
	use std::os::unix::{fs::symlink, net::UnixListener};

	use super::*;

	/// Reads a `computed.json`, in an OUT with `result.txt`, `sub/part`, and links.
	fn read(json: &str) -> Result<Output, InvalidResult> {
		let directory = tempfile::tempdir().unwrap();
		let output = directory.path().join("out");
		fs::create_dir_all(output.join("sub")).unwrap();
		fs::write(output.join("result.txt"), "42").unwrap();
		fs::write(output.join("sub/part"), "1").unwrap();
		fs::write(directory.path().join("secret"), "").unwrap();
		symlink("/etc", output.join("etc")).unwrap();
		symlink("../secret", output.join("up")).unwrap();
		symlink("sub", output.join("inside")).unwrap();
		symlink("circle", output.join("circle")).unwrap();
		let _socket = UnixListener::bind(output.join("socket")).unwrap();
		fs::write(output.join(FILE), json).unwrap();
		match read_result(&output)? {
			Output::Files(path) => {
				Ok(Output::Files(path.strip_prefix(output.canonicalize().unwrap()).unwrap().to_owned()))
			}
			callback => Ok(callback),
		}
	}

	fn path(path: &str) -> Result<Output, InvalidResult> {
		read(&serde_json::json!({ "deterministic-output-path": path }).to_string())
	}

	#[test]
	fn files_and_directories_in_out_are_results() {
		for (named, found) in [
			("/iexec_out/result.txt", "result.txt"),
			("result.txt", "result.txt"),
			("./sub/../sub/part", "sub/part"),
			("/iexec_out/sub/", "sub"),
			("inside/part", "sub/part"),
			("/iexec_out", ""),
		] {
			assert_eq!(path(named).unwrap(), Output::Files(found.into()), "{named}");
		}
	}

	#[test]
	fn nothing_outside_of_out_is_a_result() {
		for named in [
			"../../etc/passwd",
			"../secret",
			"/etc/passwd",
			"/iexec_out/../etc/passwd",
			"/iexec_output",
			"sub/../..",
			"etc/passwd",
			"up",
			"etc",
		] {
			assert!(matches!(path(named), Err(InvalidResult::Outside(_))), "{named}");
		}
	}

	#[test]
	fn missing_and_special_files_are_not_results() {
		for named in ["result", "sub/none", "result.txt/x"] {
			assert!(matches!(path(named), Err(InvalidResult::Missing(_))), "{named}");
		}
		assert!(matches!(path("socket"), Err(InvalidResult::Special(_))));
		for named in ["circle", "a\0b", &"x".repeat(300)] {
			assert!(matches!(path(named), Err(InvalidResult::Form(_))), "{named}");
		}
	}

	#[test]
	fn callback_data_is_hex_and_bounded() {
		let data = |data: &str| read(&serde_json::json!({ "callback-data": data }).to_string());
		assert_eq!(data("0x00fF").unwrap(), Output::Callback(vec![0, 255]));
		assert_eq!(data("0x").unwrap(), Output::Callback(vec![]));
		for wrong in ["", "00ff", "0x0", "0xgg"] {
			assert!(matches!(data(wrong), Err(InvalidResult::NotHex)), "{wrong}");
		}
		let longest = MAX_CALLBACK_DATA as usize;
		assert!(data(&format!("0x{}", "00".repeat(longest))).is_ok());
		assert!(matches!(data(&format!("0x{}", "00".repeat(longest + 1))), Err(InvalidResult::TooLong(_))));
	}

	#[test]
	fn file_must_exist_and_say_one_thing() {
		let directory = tempfile::tempdir().unwrap();
		assert!(matches!(read_result(directory.path()), Err(InvalidResult::NoFile)));
		symlink("/etc/passwd", directory.path().join(FILE)).unwrap();
		assert!(matches!(read_result(directory.path()), Err(InvalidResult::Form(_))));
		for wrong in [
			"",
			"[]",
			r#"["result.txt"]"#,
			"{",
			r#"{"callback-data": 1}"#,
			&format!("{}{{}}", " ".repeat(LARGEST as usize)),
		] {
			assert!(matches!(read(wrong), Err(InvalidResult::Form(_))), "{wrong}");
		}
		for wrong in ["{}", r#"{"callback-data": "0x", "deterministic-output-path": "result.txt"}"#] {
			assert!(matches!(read(wrong), Err(InvalidResult::Choice)), "{wrong}");
		}
		assert!(read(r#"{"callback-data": "0x", "own": 1}"#).is_ok());
	}
}

#[cfg(test)]
mod parsing {
	use std::os::unix::fs::symlink;

	use proptest::prelude::*;
	use rlc_testing::spoiled;
	use serde_json::json;

	use super::*;

	/// Returns what apps write into `computed.json`.
	fn written() -> impl Strategy<Value = Vec<u8>> {
		let paths =
			vec!["/iexec_out/result.txt", "./sub/../sub/part", "../secret", "up", "etc/passwd", "/iexec_out/sub/"];
		let json = prop_oneof![
			prop::sample::select(paths).prop_map(|path| json!({ "deterministic-output-path": path })),
			prop::collection::vec(any::<u8>(), 0..6)
				.prop_map(|data| json!({ "callback-data": format!("0x{}", hex::encode(data)), "own": 1 })),
		];
		json.prop_map(|json| json.to_string().into_bytes())
	}

	#[test]
	fn result_is_within_out_and_never_this_machines_fault() {
		let directory = tempfile::tempdir().unwrap();
		let output = directory.path().canonicalize().unwrap().join("out");
		fs::create_dir_all(output.join("sub")).unwrap();
		fs::write(output.join("result.txt"), "42").unwrap();
		fs::write(output.join("sub/part"), "1").unwrap();
		fs::write(directory.path().join("secret"), "").unwrap();
		symlink("../secret", output.join("up")).unwrap();
		symlink("/etc", output.join("etc")).unwrap();
		proptest!(|(json in spoiled(written()))| {
			fs::write(output.join(FILE), &json).unwrap();
			match read_result(&output) {
				Ok(Output::Files(path)) => prop_assert!(path.starts_with(&output), "{}", path.display()),
				Ok(Output::Callback(data)) => {
					let computed: Value = serde_json::from_slice(&json).unwrap();
					let written = computed["callback-data"].as_str().unwrap().to_ascii_lowercase();
					prop_assert_eq!(written, format!("0x{}", hex::encode(data)));
				}
				Err(InvalidResult::Host(error)) => prop_assert!(false, "{error}"),
				Err(_) => {}
			}
		});
	}
}

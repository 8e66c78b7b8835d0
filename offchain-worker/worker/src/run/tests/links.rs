//! Symbolic links in results.

use std::os::unix::fs::symlink;

use super::*;

#[test]
fn links_in_a_result_are_followed_and_empty_directories_kept() {
	let dir = tempfile::tempdir().unwrap();
	let results = Results::new(dir.path().into(), &Budget::unlimited());
	let (out, file, into) = (dir.path().join("out"), dir.path().join("result"), dir.path().join("into"));
	fs::create_dir_all(out.join("r/run-1")).unwrap();
	fs::create_dir(out.join("r/empty")).unwrap();
	fs::write(out.join("r/run-1/file"), "data").unwrap();
	symlink("/iexec_out/r/run-1", out.join("r/latest")).unwrap();
	fs::write(out.join("computed.json"), r#"{"deterministic-output-path": "/iexec_out/r"}"#).unwrap();
	let largest = Largest { pool: u64::MAX, disk: u64::MAX, is_share: false };
	let packed = pack(&out, (&results, &file), largest, false, None).unwrap();
	let archive = fs::File::open(&file).unwrap();
	let limits = archive::UnpackLimits { max_size: 100, max_files: 10 };
	let unpacked = archive::unpack(archive, &into, limits).unwrap();
	assert_eq!((packed.digest.0 .0, packed.size), (unpacked.sha256, unpacked.size));
	assert_eq!(fs::read_to_string(into.join("latest/file")).unwrap(), "data");
	assert!(into.join("empty").is_dir());
	// Twice the file's size is too much.
	let small = Largest { disk: 7, ..largest };
	let refused = pack(&out, (&results, &file), small, false, None).unwrap_err();
	assert_eq!(refused.cause, Some(FailureCause::InvalidResult));
	symlink("../computed.json", out.join("r/away")).unwrap();
	let refused = pack(&out, (&results, &file), largest, false, None).unwrap_err();
	assert_eq!(refused.cause, Some(FailureCause::InvalidResult));
	assert!(refused.words.starts_with("away is a symbolic link that leads out of the result"), "{}", refused.words);
}

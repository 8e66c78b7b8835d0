//! The committed reference of errors, compared with the program and its chain.

use std::{env, fs, path::Path};

use super::{play, stack::Seal};

/// The variable that makes the test write the reference instead of comparing it.
const WRITE: &str = "RLC_WRITE_REFERENCE";

#[test]
fn reference_of_errors_is_that_of_program_and_chain() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let answer = stack.rlc(&["explain", "--markdown"]).await.unwrap();
			let text = answer.as_str().unwrap();
			let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
			if env::var_os(WRITE).is_some() {
				fs::write(&file, text).unwrap();
			}
			let committed = fs::read_to_string(&file).unwrap();
			assert!(committed == text, "docs/errors.md is out of date: run this test with {WRITE}=1");
		})
	});
}

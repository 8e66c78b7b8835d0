//! Whether workers can take an image, before it is sold: by the code with which they take it.

use std::path::{Path, PathBuf};

use rlc_disk::Budget;

use super::{
	environment::{environment, usual},
	fault::{Kind, Program},
};
use crate::{
	image::{self, unusable, Image},
	Error, Stop,
};

/// Where no IN is: what the image's program may find there is not known yet.
const NO_INPUT: &str = "/nonexistent";

/// Checks that workers of this kind of machine can take an image, and run its entrypoint. It is unpacked for that, into a
/// directory that must not exist yet, and removed again. This needs no rights and no `runc`.
///
/// # Errors
///
/// [`Error::App`], if no worker can; [`Error::OtherMachine`], if those of another kind of machine may; [`Error::Host`], if this
/// machine cannot tell: it has no room, or its disk fails.
pub fn check_image(image: &Path, directory: PathBuf) -> Result<(), Error> {
	let (image, _) = image::unpack(image, directory, &Budget::unlimited(), &Stop::new())?;
	if let Some(wrong) = &image.start.unusable {
		return Err(unusable(&wrong.why));
	}
	check_entrypoint(&image)
}

/// Checks that the program is there that the image always begins with. Its command is only what it begins with unless a request
/// says otherwise.
fn check_entrypoint(image: &Image) -> Result<(), Error> {
	let (settings, start) = (&image.settings, &image.start);
	let Some(name) = settings.entrypoint.first() else { return Ok(()) };
	let variables = environment(&usual(&start.home, 1.0), &settings.environment, &[]);
	let program = Program {
		name,
		environment: &variables,
		directory: &start.directory,
		root: &image.root,
		input: Path::new(NO_INPUT),
		devices: Vec::new(),
	};
	match program.fault() {
		Some(fault) if fault.kind == Kind::OtherMachine => Err(Error::OtherMachine(fault.words)),
		Some(fault) if fault.kind != Kind::Unsure => Err(unusable(&fault.words)),
		_ => Ok(()),
	}
}

#[cfg(test)]
mod tests {
	use oci_spec::image::MediaType;
	use serde_json::json;

	use super::*;
	use crate::image::tests::build::{config, here, layer, Layout, What};

	/// Checks an image with these files, an entrypoint, and a working directory.
	fn check(files: &[(&str, What)], entrypoint: &[&str], directory: &str) -> Result<(), Error> {
		let (layout, layer) = (Layout::new(), layer(files));
		let mut config = config(std::slice::from_ref(&layer), &here());
		config["config"] = json!({ "Entrypoint": entrypoint, "WorkingDir": directory });
		let config = layout.described(&MediaType::ImageConfig, &config);
		layout.index(&[layout.image(&config, &[layout.blob(&MediaType::ImageLayer, &layer)])]);
		let into = layout.directory().join("unpacked");
		let checked = check_image(&layout.path(), into.clone());
		assert!(!into.exists(), "it is removed again");
		checked
	}

	fn refusal(checked: Result<(), Error>) -> String {
		match checked {
			Err(Error::App(why)) => why,
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn what_may_run_is_not_refused() {
		assert!(check(&[], &[], "").is_ok(), "the request may name a program of its input");
		for program in ["/iexec_in/app", "./app"] {
			assert!(check(&[], &[program], "/iexec_in").is_ok(), "{program} may be an input");
		}
	}

	#[test]
	fn what_runs_nowhere_is_refused_with_the_reason() {
		let files = || [("bin/app", What::File("#!/bin/sh")), ("bin/text", What::File("text"))];
		for (program, expected) in [
			("/bin/none", "/bin/none: the image has no such program"),
			("none", "none: the image has no such program"),
			("/bin/app", "the image has no interpreter /bin/sh"),
			("text", "it is neither a program nor a script"),
		] {
			let why = refusal(check(&files(), &[program], ""));
			assert!(why.contains(expected), "{why}");
		}
		assert!(refusal(check(&files(), &[], "/bin/app")).contains("its working directory /bin/app cannot be one"));
		assert!(refusal(check(&[("../a", What::File(""))], &[], "")).contains("a path leads out of it"));
	}

	#[test]
	fn program_of_another_architecture_is_refused_though_the_image_does_not_say_it() {
		let program = "\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x16\0";
		let checked = check(&[("bin/app", What::File(program))], &["/bin/app"], "");
		assert!(
			matches!(&checked, Err(Error::OtherMachine(why)) if why.contains("another kind of machine")),
			"{checked:?}"
		);
	}
}

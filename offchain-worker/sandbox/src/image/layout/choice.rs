//! Which of several images this machine is to run.

use std::{
	collections::BTreeSet,
	path::{Path, PathBuf},
};

use oci_spec::image::{Arch, Os};

use super::variant;
use crate::{
	image::blame::{quoted, unusable},
	shown::shown,
	Error,
};

/// How many names are said, and how much of a platform's, in characters.
const MOST_SAID: usize = 8;
const LONGEST_PLATFORM: usize = 60;

/// Which of several images this machine is to run.
#[derive(Default)]
pub struct Choice {
	images: Vec<Candidate>,
	/// What those are for that it cannot run.
	others: BTreeSet<String>,
	/// The kind of something that is not an image.
	artifact: Option<String>,
}

/// An image that this machine can run.
struct Candidate {
	/// Where its manifest is.
	manifest: PathBuf,
	/// Where its configuration is, which fixes all of it.
	config: PathBuf,
	/// What it asks of a processor of its architecture. Those that ask for nothing come first.
	variant: Option<String>,
	name: Option<String>,
}

impl Choice {
	/// Notes what an image is for that this machine cannot run.
	pub fn pass_over(&mut self, os: &Os, of: &Arch) {
		// Papers that are not an image are for an unknown one.
		if *of != Arch::Other("unknown".into()) {
			let os = if is_said(os) { os } else { &Os::Linux };
			self.note(&format!("{os}/{of}"));
		}
	}

	fn note(&mut self, platform: &str) {
		if self.others.len() < MOST_SAID {
			self.others.insert(shown(platform, LONGEST_PLATFORM));
		}
	}

	/// Notes the kind of something that is not an image.
	pub fn leave_out(&mut self, kind: String) {
		self.artifact = Some(kind);
	}

	/// Adds an image, if this machine's processor is of its variant. One that has two names, or is described twice, is one.
	pub fn add(&mut self, manifest: &Path, config: &Path, variant: Option<String>, name: Option<String>) {
		if let Some(variant) = variant.as_deref().filter(|variant| !variant::is_here(variant)) {
			self.note(&format!("linux/{}/{variant}", Arch::default()));
			return;
		}
		if self.images.iter().all(|image| image.config != config) {
			let (manifest, config) = (manifest.to_owned(), config.to_owned());
			self.images.push(Candidate { manifest, config, variant, name });
		}
	}

	/// Returns the manifest of the one that is to run.
	///
	/// # Errors
	///
	/// [`Error::OtherMachine`], if all are for other machines; [`Error::App`], if there is none, or more than one.
	pub fn one(self) -> Result<PathBuf, Error> {
		let here = format!("linux/{}", Arch::default());
		let lowest = self.images.iter().map(|image| image.variant.clone()).min().flatten();
		let mut images: Vec<_> = self.images.into_iter().filter(|image| image.variant == lowest).collect();
		match (images.len(), self.artifact) {
			(1, _) => Ok(images.remove(0).manifest),
			(0, Some(kind)) if self.others.is_empty() => {
				Err(unusable(format!("it is not an image, but an artifact with {}", quoted(kind.as_bytes()))))
			}
			(0, _) if self.others.is_empty() => Err(unusable("it holds no image")),
			(0, _) => {
				let others = Vec::from_iter(self.others).join(", ");
				Err(Error::OtherMachine(format!("it holds no image for {here}, but for {others}")))
			}
			(count, _) => {
				let names = images.iter().filter_map(|image| image.name.as_deref());
				let names: Vec<_> = names.take(MOST_SAID).map(|name| quoted(name.as_bytes())).collect();
				let named = if names.is_empty() { String::new() } else { format!(", {}", names.join(", ")) };
				Err(unusable(format!(
					"it holds {count} images for {here} instead of one{named}; save only the one to run"
				)))
			}
		}
	}
}

/// Returns whether this machine can run what is for this system and architecture. What is not said may be anything: its
/// programs tell.
pub fn runs_here(os: &Os, of: &Arch) -> bool {
	(*os == Os::Linux || !is_said(os)) && (*of == Arch::default() || !is_said(of))
}

fn is_said(what: &impl ToString) -> bool {
	!what.to_string().is_empty()
}

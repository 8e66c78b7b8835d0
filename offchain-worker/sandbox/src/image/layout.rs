//! Finds the image for this machine in an OCI layout, or in what `docker save` writes.

use std::{
	collections::HashSet,
	fs::File,
	io::{self, Read},
	path::{Component, Path, PathBuf},
};

use oci_spec::image::{
	Arch, Descriptor, ImageConfiguration, ImageIndex, ImageManifest, MediaType, Os, Platform, ToDockerV2S2,
};
use serde::{de::DeserializeOwned, Deserialize};
use sha2::{Digest, Sha256};

use super::settings::Settings;
use crate::Error;

/// The entry of an OCI layout, and of what `docker save` writes.
pub const INDEX: &str = "index.json";
const DOCKER: &str = "manifest.json";
/// The largest description, in bytes.
const LARGEST: u64 = 4 << 20;
/// How deep indices may be in indices.
const DEEPEST: u32 = 4;
/// How many parts are looked at: a few that name each other often would keep a worker busy forever.
const MOST_PARTS: u32 = 1_000;

/// An image.
#[derive(Debug)]
pub struct Found {
	/// How it wants to be run.
	pub settings: Settings,
	/// What it consists of, from the lowest on.
	pub layers: Vec<Layer>,
}

/// A layer of an image.
#[derive(Debug)]
pub struct Layer {
	/// Its location. If the layout names it by digest, that was checked.
	pub file: PathBuf,
	/// The digest of what it contains, decompressed, as `sha256:` and hex: to be checked.
	pub content: String,
}

/// An image as `docker save` lists it.
#[derive(Deserialize)]
struct DockerImage {
	#[serde(rename = "Config")]
	config: String,
	#[serde(rename = "Layers")]
	layers: Vec<String>,
}

/// Finds the image in a layout that this machine can run.
///
/// # Errors
///
/// [`Error::OtherMachine`], if there is none; [`Error::App`], if a part is missing or not what its digest says.
pub fn find(layout: &Path) -> Result<Found, Error> {
	if layout.join(INDEX).is_file() {
		let index = json(&layout.join(INDEX))?;
		let found = Parts { layout, left: MOST_PARTS, checked: HashSet::new() }.search(&index, 0)?;
		return found.ok_or_else(|| Error::OtherMachine(format!("it holds no image for linux/{}", Arch::default())));
	}
	if layout.join(DOCKER).is_file() {
		let images: Vec<DockerImage> = json(&layout.join(DOCKER))?;
		let [image] = &images[..] else { return Err(app(format!("it holds {} images instead of one", images.len()))) };
		let config: ImageConfiguration = json(&inside(layout, &image.config)?)?;
		let (os, of) = (config.os(), config.architecture());
		if !runs_here(os, of) {
			return Err(Error::OtherMachine(format!("it is for {os}/{of}; this machine is {}", Arch::default())));
		}
		let files = image.layers.iter().map(|layer| inside(layout, layer)).collect::<Result<_, _>>()?;
		return found(&config, files);
	}
	Err(app(format!("it has neither {INDEX} nor {DOCKER}, so it is neither an OCI layout nor from docker save")))
}

/// The parts of a layout.
struct Parts<'a> {
	layout: &'a Path,
	/// How many may still be looked at.
	left: u32,
	/// Those that are what their digests say.
	checked: HashSet<PathBuf>,
}

impl Parts<'_> {
	/// Returns the first image of an index that this machine can run.
	fn search(&mut self, index: &ImageIndex, depth: u32) -> Result<Option<Found>, Error> {
		if depth > DEEPEST {
			return Err(app("its index is too deep".into()));
		}
		let is_for_here = |platform: &Platform| runs_here(platform.os(), platform.architecture());
		for part in index.manifests().iter().filter(|part| part.platform().as_ref().is_none_or(is_for_here)) {
			let file = self.blob(part)?;
			let found = if is_index(part.media_type()) {
				self.search(&json(&file)?, depth + 1)?
			} else {
				self.image(&json(&file)?)?
			};
			if found.is_some() {
				return Ok(found);
			}
		}
		Ok(None)
	}

	/// Returns an image, if this machine can run it.
	fn image(&mut self, manifest: &ImageManifest) -> Result<Option<Found>, Error> {
		let config: ImageConfiguration = json(&self.blob(manifest.config())?)?;
		if !runs_here(config.os(), config.architecture()) {
			return Ok(None);
		}
		let files = manifest.layers().iter().map(|layer| self.blob(layer)).collect::<Result<_, _>>()?;
		found(&config, files).map(Some)
	}

	/// Returns the location of a blob, once its digest is checked.
	fn blob(&mut self, part: &Descriptor) -> Result<PathBuf, Error> {
		self.left = self.left.checked_sub(1).ok_or_else(|| app(format!("it has more than {MOST_PARTS} parts")))?;
		let digest = part.digest();
		let hex = part.as_digest_sha256().ok_or_else(|| app(format!("{digest} is not a digest of SHA-256")))?;
		let path = inside(self.layout, &format!("blobs/sha256/{hex}"))?;
		if self.checked.contains(&path) {
			return Ok(path);
		}
		let mut hasher = Sha256::new();
		let mut file = File::open(&path).map_err(Error::io("open", &path))?;
		io::copy(&mut file, &mut hasher).map_err(Error::io("read", &path))?;
		if hex::encode(hasher.finalize()) != hex {
			return Err(app(format!("the part {digest} is not what its digest says")));
		}
		self.checked.insert(path.clone());
		Ok(path)
	}
}

fn found(config: &ImageConfiguration, files: Vec<PathBuf>) -> Result<Found, Error> {
	let contents = config.rootfs().diff_ids();
	if files.len() > MOST_PARTS as usize {
		return Err(app(format!("it has more than {MOST_PARTS} layers")));
	}
	if contents.len() != files.len() {
		return Err(app(format!("it has {} layers, but names {}", files.len(), contents.len())));
	}
	let run = config.config().clone().unwrap_or_default();
	let settings = Settings {
		entrypoint: run.entrypoint().clone().unwrap_or_default(),
		command: run.cmd().clone().unwrap_or_default(),
		environment: run.env().clone().unwrap_or_default(),
		directory: run.working_dir().clone().filter(|directory| !directory.is_empty()),
	};
	check(&settings)?;
	let layers =
		files.into_iter().zip(contents).map(|(file, content)| Layer { file, content: content.clone() }).collect();
	Ok(Found { settings, layers })
}

/// Checks that a container can be started so. `runc` would refuse the rest, as if this machine were to blame.
fn check(settings: &Settings) -> Result<(), Error> {
	let Settings { entrypoint, command, environment, directory } = settings;
	let mut texts = entrypoint.iter().chain(command).chain(environment).chain(directory);
	if texts.any(|text| text.contains('\0')) {
		return Err(app("its configuration has a text with a zero byte".into()));
	}
	let is_named = |variable: &&String| variable.find('=').is_some_and(|end| end > 0);
	if let Some(variable) = environment.iter().find(|variable| !is_named(variable)) {
		return Err(app(format!("its variable {variable:?} is not NAME=value")));
	}
	match directory {
		Some(directory) if !directory.starts_with('/') => {
			Err(app(format!("its working directory {directory:?} is not an absolute path")))
		}
		_ => Ok(()),
	}
}

/// Returns a file of the layout, which may not be elsewhere.
fn inside(layout: &Path, name: &str) -> Result<PathBuf, Error> {
	let path = layout.join(name);
	let plain = Path::new(name).components().all(|component| matches!(component, Component::Normal(_)));
	if !plain || !path.symlink_metadata().is_ok_and(|data| data.is_file()) {
		return Err(app(format!("it has no file {name:?}")));
	}
	Ok(path)
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
	let mut bytes = Vec::new();
	let file = File::open(path).map_err(Error::io("open", path))?;
	file.take(LARGEST).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
	let name = path.file_name().unwrap_or_default().to_string_lossy();
	serde_json::from_slice(&bytes).map_err(|error| app(format!("its {name} is not understood: {error}")))
}

/// Returns whether a part is an index, by the type that names it: a part that could be read as either is not read as both.
fn is_index(kind: &MediaType) -> bool {
	*kind == MediaType::ImageIndex || MediaType::ImageIndex.to_docker_v2s2().is_ok_and(|docker| kind.as_ref() == docker)
}

fn runs_here(os: &Os, of: &Arch) -> bool {
	*os == Os::Linux && *of == Arch::default()
}

fn app(cause: String) -> Error {
	Error::App(format!("the image cannot be used: {cause}"))
}

#[cfg(test)]
mod parsing;

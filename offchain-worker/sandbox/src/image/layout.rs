//! Finds the image for this machine in an OCI layout, or in what `docker save` writes.

mod choice;
mod variant;

use std::{
	collections::HashSet,
	fs::File,
	io::{self, Read},
	path::{Component, Path, PathBuf},
};

use oci_spec::image::{Descriptor, ImageConfiguration, ImageIndex, ImageManifest, MediaType, Platform, ToDockerV2S2};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::choice::{runs_here, Choice};
use super::{
	blame::{quoted, unusable, whose},
	documents::{read, Document},
	quota::Quota,
	settings::Settings,
	MOST_BYTES,
};
use crate::Error;

/// The entry of an OCI layout, and of what `docker save` writes.
pub const INDEX: &str = "index.json";
const DOCKER: &str = "manifest.json";
/// The largest description, in bytes.
const LARGEST: u64 = 4 << 20;
/// How many lists and objects a description may have: in memory, each takes some hundred times of what it has as text.
const MOST_VALUES: usize = 50_000;
/// How deep indices may be in indices.
const DEEPEST: u32 = 4;
/// How many parts are looked at: a few that name each other often would keep a worker busy forever.
const MOST_PARTS: u32 = 1_000;
/// How programs annotate an image with its name.
const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

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
	#[serde(rename = "RepoTags")]
	tags: Option<Vec<String>>,
	#[serde(rename = "Layers")]
	layers: Option<Vec<String>>,
}

/// Finds the image in a layout that this machine can run, as long as there is time.
///
/// # Errors
///
/// [`Error::OtherMachine`], if there is none; [`Error::App`], if there are several, or a part is missing or not what its digest
/// says; [`Error::Host`], if the disk fails, or the time is over.
pub fn find(layout: &Path, quota: &Quota) -> Result<Found, Error> {
	if layout.join(INDEX).is_file() {
		let index = document(&layout.join(INDEX))?;
		let mut parts = Parts { layout, quota, left: MOST_PARTS, checked: HashSet::new(), choice: Choice::default() };
		parts.search(&index, None, 0)?;
		let chosen = std::mem::take(&mut parts.choice).one()?;
		let manifest: ImageManifest = document(&chosen)?;
		let files = manifest.layers().iter().map(|layer| parts.layer(layer)).collect::<Result<_, _>>()?;
		return found(&document(&parts.blob(manifest.config())?)?, files);
	}
	if layout.join(DOCKER).is_file() {
		return find_saved(layout, quota);
	}
	let cause = format!("it has neither {INDEX} nor {DOCKER}, so it is neither an OCI layout nor from docker save");
	Err(unusable(cause))
}

/// Finds the image in what `docker save` writes.
fn find_saved(layout: &Path, quota: &Quota) -> Result<Found, Error> {
	let name = layout.join(DOCKER);
	let saved: Value = understood(&name, serde_json::from_slice(&bytes(&name)?))?;
	if saved.is_object() {
		return Err(unusable(format!("its {DOCKER} is that of a copy of kind `dir`; copy it as `oci-archive`")));
	}
	let images: Vec<DockerImage> = understood(&name, serde_json::from_value(saved))?;
	let (mut choice, mut layers) = (Choice::default(), Vec::new());
	for image in images.into_iter().take(MOST_PARTS as usize) {
		quota.check_time().map_err(whose)?;
		let config = inside(layout, &image.config)?;
		let configuration: ImageConfiguration = document(&config)?;
		if !runs_here(configuration.os(), configuration.architecture()) {
			choice.pass_over(configuration.os(), configuration.architecture());
			continue;
		}
		let name = image.tags.unwrap_or_default().into_iter().next();
		choice.add(&config, &config, configuration.variant().clone(), name);
		layers.push((config, image.layers.unwrap_or_default()));
	}
	let chosen = choice.one()?;
	let (_, layers) = layers.into_iter().find(|(config, _)| *config == chosen).unwrap_or_default();
	let files = layers.iter().map(|layer| inside(layout, layer)).collect::<Result<_, _>>()?;
	found(&document(&chosen)?, files)
}

/// The parts of a layout.
struct Parts<'a> {
	layout: &'a Path,
	/// How long they may be looked at.
	quota: &'a Quota,
	/// How many may still be looked at.
	left: u32,
	/// Those that are what their digests say.
	checked: HashSet<PathBuf>,
	/// What was found.
	choice: Choice,
}

impl Parts<'_> {
	/// Looks for images of an index that this machine can run.
	fn search(&mut self, index: &ImageIndex, name: Option<&String>, depth: u32) -> Result<(), Error> {
		if depth > DEEPEST {
			return Err(unusable("its index is too deep"));
		}
		for part in index.manifests() {
			let platform = part.platform().as_ref();
			if let Some(of) = platform.filter(|of| !runs_here(of.os(), of.architecture())) {
				self.choice.pass_over(of.os(), of.architecture());
				continue;
			}
			let annotations = part.annotations().iter();
			let own = annotations.flat_map(|all| NAMES.iter().filter_map(move |key| all.get(*key))).next();
			let (file, name) = (self.blob(part)?, own.or(name));
			if is_index(part.media_type()) {
				self.search(&document(&file)?, name, depth + 1)?;
			} else {
				self.look_at(&file, platform, name)?;
			}
		}
		Ok(())
	}

	/// Looks at an image.
	fn look_at(&mut self, file: &Path, platform: Option<&Platform>, name: Option<&String>) -> Result<(), Error> {
		let manifest: ImageManifest = document(file)?;
		let layers = manifest.layers().iter().map(Descriptor::media_type);
		let kind = Some(manifest.config().media_type()).filter(|kind| **kind == MediaType::EmptyJSON);
		let first = manifest.artifact_type().iter().chain(layers.filter(|kind| !is_layer(kind))).chain(kind).next();
		if let Some(kind) = first {
			self.choice.leave_out(kind.to_string());
			return Ok(());
		}
		let config = self.blob(manifest.config())?;
		let configuration: ImageConfiguration = document(&config)?;
		if !runs_here(configuration.os(), configuration.architecture()) {
			self.choice.pass_over(configuration.os(), configuration.architecture());
			return Ok(());
		}
		let variant = platform.and_then(|platform| platform.variant().clone());
		let variant = variant.or(configuration.variant().clone());
		self.choice.add(file, &config, variant, name.cloned());
		Ok(())
	}

	/// Returns the location of a layer, once its digest is checked.
	fn layer(&mut self, part: &Descriptor) -> Result<PathBuf, Error> {
		let kind = part.media_type().to_string();
		if kind.ends_with("+encrypted") {
			return Err(unusable("its layers are encrypted"));
		}
		self.blob(part)
	}

	/// Returns the location of a blob, once its digest is checked.
	fn blob(&mut self, part: &Descriptor) -> Result<PathBuf, Error> {
		self.quota.check_time().map_err(whose)?;
		self.left = self.left.checked_sub(1).ok_or_else(|| unusable(format!("it has more than {MOST_PARTS} parts")))?;
		let digest = part.digest();
		let not_ours = || unusable(format!("{} is not a digest of SHA-256", quoted(digest.to_string().as_bytes())));
		let hex = part.as_digest_sha256().ok_or_else(not_ours)?;
		let path = inside(self.layout, &format!("blobs/sha256/{hex}"))?;
		if self.checked.contains(&path) {
			return Ok(path);
		}
		let mut hasher = Sha256::new();
		let file = File::open(&path).map_err(Error::io("open", &path))?;
		let mut file = self.quota.reader(file).take(MOST_BYTES);
		io::copy(&mut file, &mut hasher).map_err(Error::io("read", &path))?;
		if hex::encode(hasher.finalize()) != hex {
			return Err(unusable(format!("the part {digest} is not what its digest says")));
		}
		self.checked.insert(path.clone());
		Ok(path)
	}
}

/// Returns the image of a configuration and its layers' files.
fn found(config: &ImageConfiguration, files: Vec<PathBuf>) -> Result<Found, Error> {
	let contents = config.rootfs().diff_ids();
	if files.len() > MOST_PARTS as usize {
		return Err(unusable(format!("it has more than {MOST_PARTS} layers")));
	}
	if contents.len() != files.len() {
		return Err(unusable(format!("it has {} layers, but names {}", files.len(), contents.len())));
	}
	if let Some(other) = contents.iter().find(|content| !content.starts_with("sha256:")) {
		return Err(unusable(format!("{} is not a digest of SHA-256", quoted(other.as_bytes()))));
	}
	let layers =
		files.into_iter().zip(contents).map(|(file, content)| Layer { file, content: content.clone() }).collect();
	Ok(Found { settings: Settings::of(config)?, layers })
}

/// Returns a file of the layout, which may not be elsewhere. Its name may begin with `/` or `./`.
fn inside(layout: &Path, name: &str) -> Result<PathBuf, Error> {
	let missing = || unusable(format!("it has no file {}", quoted(name.as_bytes())));
	let mut path = layout.to_owned();
	for component in Path::new(name).components() {
		match component {
			Component::Normal(name) => path.push(name),
			Component::RootDir | Component::CurDir => {}
			Component::ParentDir | Component::Prefix(_) => return Err(missing()),
		}
	}
	if !path.symlink_metadata().is_ok_and(|data| data.is_file()) {
		return Err(missing());
	}
	Ok(path)
}

fn document<T: Document>(path: &Path) -> Result<T, Error> {
	understood(path, read(&bytes(path)?))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
	let mut bytes = Vec::new();
	let file = File::open(path).map_err(Error::io("open", path))?;
	file.take(LARGEST).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
	// Some may be in texts, which does not matter.
	if bytes.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > MOST_VALUES {
		return Err(unusable(format!("its {} has more than {MOST_VALUES} lists and objects", name_of(path))));
	}
	Ok(bytes)
}

fn understood<T>(path: &Path, read: serde_json::Result<T>) -> Result<T, Error> {
	read.map_err(|error| unusable(format!("its {} is not understood: {error}", name_of(path))))
}

fn name_of(path: &Path) -> String {
	path.file_name().unwrap_or_default().to_string_lossy().escape_debug().to_string()
}

/// Returns whether a part is an index, by the type that names it: a part that could be read as either is not read as both.
fn is_index(kind: &MediaType) -> bool {
	*kind == MediaType::ImageIndex || MediaType::ImageIndex.to_docker_v2s2().is_ok_and(|docker| kind.as_ref() == docker)
}

/// Returns whether a part is a layer, by the type that names it. What signatures and other papers consist of is called
/// otherwise, though they look like images.
fn is_layer(kind: &MediaType) -> bool {
	kind.as_ref().split(['.', '+', '-']).any(|word| word == "tar" || word == "tgz")
}

#[cfg(test)]
mod parsing;

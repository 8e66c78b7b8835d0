//! Finds the image for this machine in an OCI layout, or in what `docker save` writes.

use std::{
	collections::{BTreeSet, HashSet},
	fs::File,
	io::{self, Read},
	path::{Component, Path, PathBuf},
};

use oci_spec::image::{
	Arch, Descriptor, ImageConfiguration, ImageIndex, ImageManifest, MediaType, Os, Platform, ToDockerV2S2,
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
	blame::{quoted, unusable},
	documents::{read, Document},
	settings::Settings,
};
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
/// How many volumes an image may have: each is a directory that is given to its user at the start of each run.
const MOST_VOLUMES: usize = 100;
/// The longest text of a command or a variable, and how much they may have together, in bytes: what every kernel takes.
const LONGEST_TEXT: usize = 128 << 10;
const MOST_TEXT: usize = 1 << 20;
/// How programs annotate an image with its name.
const NAMES: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
/// How many names are said, and how much of a platform's, in characters.
const MOST_SAID: usize = 8;
const LONGEST_PLATFORM: usize = 60;

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

/// Finds the image in a layout that this machine can run.
///
/// # Errors
///
/// [`Error::OtherMachine`], if there is none; [`Error::App`], if there are several, or a part is missing or not what its digest
/// says.
pub fn find(layout: &Path) -> Result<Found, Error> {
	if layout.join(INDEX).is_file() {
		let index = document(&layout.join(INDEX))?;
		let mut parts = Parts { layout, left: MOST_PARTS, checked: HashSet::new(), choice: Choice::default() };
		parts.search(&index, None, 0)?;
		let chosen = std::mem::take(&mut parts.choice).one()?;
		let manifest: ImageManifest = document(&chosen)?;
		let files = manifest.layers().iter().map(|layer| parts.layer(layer)).collect::<Result<_, _>>()?;
		return found(&document(&parts.blob(manifest.config())?)?, files);
	}
	if layout.join(DOCKER).is_file() {
		return find_saved(layout);
	}
	let cause = format!("it has neither {INDEX} nor {DOCKER}, so it is neither an OCI layout nor from docker save");
	Err(unusable(cause))
}

/// Finds the image in what `docker save` writes.
fn find_saved(layout: &Path) -> Result<Found, Error> {
	let name = layout.join(DOCKER);
	let saved: Value = understood(&name, serde_json::from_slice(&bytes(&name)?))?;
	if saved.is_object() {
		return Err(unusable(format!("its {DOCKER} is that of a copy of kind `dir`; copy it as `oci-archive`")));
	}
	let images: Vec<DockerImage> = understood(&name, serde_json::from_value(saved))?;
	let (mut choice, mut layers) = (Choice::default(), Vec::new());
	for image in images.into_iter().take(MOST_PARTS as usize) {
		let config = inside(layout, &image.config)?;
		let configuration: ImageConfiguration = document(&config)?;
		if choice.is_for_here(configuration.os(), configuration.architecture()) {
			let name = image.tags.unwrap_or_default().into_iter().next();
			choice.add(&config, &config, configuration.variant().clone(), name);
			layers.push((config, image.layers.unwrap_or_default()));
		}
	}
	let chosen = choice.one()?;
	let (_, layers) = layers.into_iter().find(|(config, _)| *config == chosen).unwrap_or_default();
	let files = layers.iter().map(|layer| inside(layout, layer)).collect::<Result<_, _>>()?;
	found(&document(&chosen)?, files)
}

/// Which of several images this machine is to run.
#[derive(Default)]
struct Choice {
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
	/// Returns whether this machine can run what is for this system and architecture. What is not said may be anything: its
	/// programs tell.
	fn is_for_here(&mut self, os: &Os, of: &Arch) -> bool {
		let is_said = |text: String| !text.is_empty();
		let is_for_here =
			(*os == Os::Linux || !is_said(os.to_string())) && (*of == Arch::default() || !is_said(of.to_string()));
		// Papers that are not an image are for an unknown one.
		if !is_for_here && *of != Arch::Other("unknown".into()) && self.others.len() < MOST_SAID {
			let os = if is_said(os.to_string()) { os } else { &Os::Linux };
			let named: String = format!("{os}/{of}").escape_debug().take(LONGEST_PLATFORM).collect();
			self.others.insert(named);
		}
		is_for_here
	}

	/// Adds an image. One that has two names, or is described twice, is one.
	fn add(&mut self, manifest: &Path, config: &Path, variant: Option<String>, name: Option<String>) {
		if self.images.iter().all(|image| image.config != config) {
			let (manifest, config) = (manifest.to_owned(), config.to_owned());
			self.images.push(Candidate { manifest, config, variant, name });
		}
	}

	/// Returns the manifest of the one that is to run.
	fn one(self) -> Result<PathBuf, Error> {
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

/// The parts of a layout.
struct Parts<'a> {
	layout: &'a Path,
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
			if platform.is_some_and(|of| !self.choice.is_for_here(of.os(), of.architecture())) {
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
			self.choice.artifact = Some(kind.to_string());
			return Ok(());
		}
		let config = self.blob(manifest.config())?;
		let configuration: ImageConfiguration = document(&config)?;
		if self.choice.is_for_here(configuration.os(), configuration.architecture()) {
			let variant = platform.and_then(|platform| platform.variant().clone());
			let variant = variant.or(configuration.variant().clone());
			self.choice.add(file, &config, variant, name.cloned());
		}
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
		self.left = self.left.checked_sub(1).ok_or_else(|| unusable(format!("it has more than {MOST_PARTS} parts")))?;
		let digest = part.digest();
		let not_ours = || unusable(format!("{} is not a digest of SHA-256", quoted(digest.to_string().as_bytes())));
		let hex = part.as_digest_sha256().ok_or_else(not_ours)?;
		let path = inside(self.layout, &format!("blobs/sha256/{hex}"))?;
		if self.checked.contains(&path) {
			return Ok(path);
		}
		let mut hasher = Sha256::new();
		let mut file = File::open(&path).map_err(Error::io("open", &path))?;
		io::copy(&mut file, &mut hasher).map_err(Error::io("read", &path))?;
		if hex::encode(hasher.finalize()) != hex {
			return Err(unusable(format!("the part {digest} is not what its digest says")));
		}
		self.checked.insert(path.clone());
		Ok(path)
	}
}

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
	let run = config.config().clone().unwrap_or_default();
	let mut volumes = run.volumes().clone().unwrap_or_default();
	volumes.sort();
	let settings = Settings {
		// An empty word stands for none, as for Docker.
		entrypoint: run.entrypoint().clone().filter(|entrypoint| entrypoint[..] != [""]).unwrap_or_default(),
		command: run.cmd().clone().unwrap_or_default(),
		environment: run.env().clone().unwrap_or_default(),
		directory: run.working_dir().clone().filter(|directory| !directory.is_empty()),
		user: run.user().clone(),
		volumes,
	};
	check(&settings)?;
	let layers =
		files.into_iter().zip(contents).map(|(file, content)| Layer { file, content: content.clone() }).collect();
	Ok(Found { settings, layers })
}

/// Checks that a container can be started so. `runc` would refuse the rest, as if this machine were to blame.
fn check(settings: &Settings) -> Result<(), Error> {
	let Settings { entrypoint, command, environment, directory, user, volumes } = settings;
	let texts = || entrypoint.iter().chain(command).chain(environment).chain(directory);
	if texts().chain(user).chain(volumes).any(|text| text.contains('\0')) {
		return Err(unusable("its configuration has a text with a zero byte"));
	}
	// The kernel keeps an address and a zero byte beside each.
	let size = |text: &String| text.len() + size_of::<u64>() + 1;
	if texts().any(|text| size(text) > LONGEST_TEXT) || texts().map(size).sum::<usize>() > MOST_TEXT {
		return Err(unusable("its command and variables are too long for a program to get"));
	}
	let is_named = |variable: &&String| variable.find('=').is_some_and(|end| end > 0);
	if let Some(variable) = environment.iter().find(|variable| !is_named(variable)) {
		return Err(unusable(format!("its variable {} is not NAME=value", quoted(variable.as_bytes()))));
	}
	if volumes.len() > MOST_VOLUMES {
		return Err(unusable(format!("it has more than {MOST_VOLUMES} volumes")));
	}
	Ok(())
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
	Ok(bytes)
}

fn understood<T>(path: &Path, read: serde_json::Result<T>) -> Result<T, Error> {
	let name = path.file_name().unwrap_or_default().to_string_lossy();
	read.map_err(|error| unusable(format!("its {} is not understood: {error}", name.escape_debug())))
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

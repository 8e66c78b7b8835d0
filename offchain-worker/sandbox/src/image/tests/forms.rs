//! Images in the forms that programs publish for them, written here by what those programs' sources and formats say.

use std::fs;

use oci_spec::image::MediaType;
use serde_json::{json, Value};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use super::{
	build::{
		config, here, index, layer, sha, zipped, Layout,
		What::{Directory, File, Hard, Link},
	},
	fault, tree, unpack_freely,
};
use crate::{image::Image, Error};

/// An archive as a program writes it. Names are as given.
struct Archive(Builder<Vec<u8>>);

impl Archive {
	fn new() -> Self {
		Self(Builder::new(Vec::new()))
	}

	fn add(mut self, kind: EntryType, name: &str, target: &str, content: &[u8]) -> Self {
		let mut header = Header::new_gnu();
		header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
		header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
		header.set_entry_type(kind);
		header.set_size(content.len() as u64);
		header.set_mode(0o644);
		header.set_cksum();
		self.0.append(&header, content).unwrap();
		self
	}

	fn file(self, name: &str, content: &[u8]) -> Self {
		self.add(EntryType::Regular, name, "", content)
	}

	fn link(self, name: &str, target: &str) -> Self {
		self.add(EntryType::Symlink, name, target, b"")
	}

	/// Writes `manifest.json` for images of a configuration, names, and layers.
	fn manifest(self, images: &[(&str, &str, &[&str])]) -> Self {
		let images = images.iter().map(
			|(config, name, layers)| json!({ "Config": config, "RepoTags": [name], "Layers": layers, "LayerSources": null }),
		);
		self.file("manifest.json", Value::from_iter(images).to_string().as_bytes())
	}

	fn unpack(self) -> Result<Unpacked, Error> {
		unpack(&self.0.into_inner().unwrap())
	}

	/// Returns the files of the image in it.
	fn files(self) -> Vec<String> {
		self.unpack().unwrap().files()
	}

	/// Returns why it is refused.
	fn refusal(self) -> String {
		fault(self.unpack().map(|unpacked| unpacked.image))
	}
}

/// An unpacked image, and the directory that it is in, which goes after it.
struct Unpacked {
	image: Image,
	_directory: TempDir,
}

impl Unpacked {
	fn files(&self) -> Vec<String> {
		tree(&self.image.root)
	}
}

fn unpack(bytes: &[u8]) -> Result<Unpacked, Error> {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("image.tar");
	fs::write(&file, bytes).unwrap();
	let (image, _) = unpack_freely(&file, directory.path().join("unpacked"))?;
	Ok(Unpacked { image, _directory: directory })
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
	::zstd::encode_all(bytes, 3).unwrap()
}

/// Returns two layers, the second one twice, and their configuration.
fn parts() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
	let (base, same) = (layer(&[("bin/app", File("app")), ("bin/sh", Link("app"))]), layer(&[("work/", Directory)]));
	let layers = [base.clone(), same.clone(), same.clone()];
	let config = config(&layers, &here()).to_string().into_bytes();
	(base, same, config)
}

const FILES: [&str; 3] = ["bin/", "bin/app=app", "bin/sh -> app"];

#[test]
fn docker_until_24_links_layers_that_are_equal() {
	let (base, same, config) = parts();
	let name = format!("{}.json", sha(&config));
	let ids = ["a", "b", "c"].map(|id| id.repeat(64));
	let layers = ids.each_ref().map(|id| format!("{id}/layer.tar"));
	let mut archive = Archive::new();
	for (number, id) in ids.iter().enumerate() {
		archive = archive.add(EntryType::Directory, &format!("{id}/"), "", b"");
		archive = archive.file(&format!("{id}/VERSION"), b"1.0").file(&format!("{id}/json"), b"{}");
		archive = match number {
			0 => archive.file(&layers[0], &base),
			1 => archive.link(&layers[1], &format!("../{}", layers[2])),
			_ => archive.file(&layers[2], &same),
		};
	}
	let layers = layers.each_ref().map(String::as_str);
	let archive = archive.file(&name, &config).manifest(&[(&name, "app:1", &layers)]).file("repositories", b"{}");
	assert_eq!(archive.files(), FILES);
}

#[test]
fn links_of_an_archive_stay_in_it() {
	let (base, same, config) = parts();
	let archive = |target: &str| {
		let links = Archive::new().file("c.json", &config).file("base.tar", &base).file("real/same.tar", &same);
		// One that leads to another link, and one that nobody asks for.
		let links = links.link("one.tar", target).link("x/two.tar", "../one.tar").link("latest", "/none");
		links.manifest(&[("c.json", "app:1", &["base.tar", "one.tar", "./x/two.tar"])])
	};
	for target in ["real/same.tar", "./real/../real/same.tar", "/real/same.tar", "../../../real/same.tar"] {
		assert_eq!(archive(target).files(), FILES, "{target}");
	}
	for target in ["one.tar", "x/two.tar", "/etc/hostname", "../../../../../etc/hostname", "real", "none", ""] {
		assert!(archive(target).refusal().contains("it has no file \"one.tar\""), "{target}");
	}
	let hard = Archive::new().file("c.json", &config).file("base.tar", &base).file("same.tar", &same);
	let hard = hard.add(EntryType::Link, "again.tar", "same.tar", b"");
	assert_eq!(hard.manifest(&[("c.json", "app:1", &["base.tar", "same.tar", "again.tar"])]).files(), FILES);
	let many = (0..1_001).fold(Archive::new(), |archive, number| archive.link(&number.to_string(), "x"));
	assert!(many.refusal().contains("more than 1000 links"));
}

#[test]
fn docker_since_25_saves_a_layout_beside_its_manifest() {
	let layout = Layout::new();
	let saved = |file: &'static str, name: &str| {
		let layers = [layer(&[(file, File(""))])];
		let config = layout.described(&MediaType::ImageConfig, &config(&layers, &here()));
		let mut image = layout.image(&config, &[layout.blob(&MediaType::ImageLayer, &layers[0])]);
		image["annotations"] = json!({
			"io.containerd.image.name": format!("docker.io/library/{name}"), "org.opencontainers.image.ref.name": "1",
		});
		image
	};
	let (one, two) = (saved("one", "first:1"), saved("two", "second:1"));
	fs::write(layout.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
	// Beside the layout, it does not matter.
	fs::write(layout.path().join("manifest.json"), "[]").unwrap();
	layout.index(std::slice::from_ref(&one));
	assert_eq!(tree(&layout.unpack().unwrap().root), ["one="]);
	layout.index(&[one, two]);
	let cause = fault(layout.unpack());
	assert!(cause.contains("\"docker.io/library/first:1\", \"docker.io/library/second:1\""), "{cause}");
}

/// As `docker buildx build --output type=oci,compression=zstd`, with its attestation.
#[test]
fn buildkit_compresses_with_zstd_and_attests() {
	let layout = Layout::new();
	let layers = [layer(&[("app", File(""))]), layer(&[("more", File(""))])];
	let config = layout.described(&MediaType::ImageConfig, &config(&layers, &here()));
	let blobs = layers.each_ref().map(|layer| layout.blob(&MediaType::ImageLayerZstd, &compressed(layer)));
	let mut image = layout.image(&config, &blobs);
	image["platform"] = json!({ "os": "linux", "architecture": here() });
	let attested = layout.described(&MediaType::ImageConfig, &json!({ "architecture": "unknown", "os": "unknown" }));
	let statement = layout.blob(&"application/vnd.in-toto+json".into(), b"{}");
	let mut attestation = layout.image(&attested, &[statement]);
	attestation["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
	attestation["annotations"] = json!({ "vnd.docker.reference.type": "attestation-manifest" });
	layout.index(&[layout.described(&MediaType::ImageIndex, &index(&[image, attestation]))]);
	let packed = fs::read(layout.packed()).unwrap();
	for bytes in [zipped(&packed), compressed(&packed), packed] {
		assert_eq!(unpack(&bytes).unwrap().files(), ["app=", "more="]);
	}
}

/// With what it keeps in the end of a layer: a frame that is skipped.
#[test]
fn podman_writes_zstd_in_chunks() {
	let layout = Layout::new();
	let layer = layer(&[("app", File("app"))]);
	let config = layout.described(&MediaType::ImageConfig, &config(std::slice::from_ref(&layer), &here()));
	let (start, end) = layer.split_at(700);
	let beside = [&0x184D_2A50_u32.to_le_bytes()[..], &5_u32.to_le_bytes(), b"notes"].concat();
	let chunks = [compressed(start), beside.clone(), compressed(end), beside].concat();
	layout.index(&[layout.image(&config, &[layout.blob(&MediaType::ImageLayerZstd, &chunks)])]);
	assert_eq!(tree(&layout.unpack().unwrap().root), ["app=app"]);
}

/// As `podman save`: layers by their digests, with links for older programs.
#[test]
fn podman_saves_links_for_older_programs() {
	let (base, same, config) = parts();
	let (name, lower, upper) = (format!("{}.json", sha(&config)), sha(&base) + ".tar", sha(&same) + ".tar");
	let archive = Archive::new().file(&lower, &base).link("a/layer.tar", &format!("../{lower}"));
	let archive = archive.file(&upper, &same).link("b/layer.tar", &format!("../{upper}")).file(&name, &config);
	assert_eq!(archive.manifest(&[(&name, "localhost/app:1", &[&lower, &upper, &upper])]).files(), FILES);
}

/// As Kaniko, `ko`, and `crane` write archives: compressed layers, and the digest for the configuration's name.
#[test]
fn go_containerregistry_compresses_layers_of_an_archive() {
	let (base, same, config) = parts();
	let name = format!("sha256:{}", sha(&config));
	let [lower, upper] = [&base, &same].map(|layer| sha(&zipped(layer)) + ".tar.gz");
	let archive = Archive::new().file(&name, &config).file(&lower, &zipped(&base)).file(&upper, &zipped(&same));
	assert_eq!(archive.manifest(&[(&name, "app:1", &[&lower, &upper, &upper])]).files(), FILES);
}

/// As Jib writes archives: long names as POSIX has them, and every setting there, empty.
#[test]
fn jib_names_classes_at_length() {
	let class = format!("app/classes/{}/Main.class", "company/department/".repeat(8));
	let mut builder = Builder::new(Vec::new());
	builder.append_pax_extensions([("path", class.as_bytes())]).unwrap();
	let mut header = Header::new_ustar();
	header.set_path("app/classes/cut").unwrap();
	header.set_size(4);
	header.set_mode(0o644);
	header.set_cksum();
	builder.append(&header, &b"code"[..]).unwrap();
	let layer = builder.into_inner().unwrap();
	let mut config = config(std::slice::from_ref(&layer), &here());
	config["created"] = json!("1970-01-01T00:00:00Z");
	config["history"] = json!([{ "created": "1970-01-01T00:00:00Z", "author": "Jib", "created_by": "jib-maven" }]);
	for (name, value) in
		[("ExposedPorts", json!({})), ("Labels", json!({})), ("Volumes", json!({})), ("User", json!(null))]
	{
		config["config"][name] = value;
	}
	let archive =
		Archive::new().file("layer.tar.gz", &zipped(&layer)).file("config.json", config.to_string().as_bytes());
	let unpacked = archive.manifest(&[("config.json", "app:1", &["layer.tar.gz"])]).unpack().unwrap();
	assert_eq!(fs::read_to_string(unpacked.image.root.join(class)).unwrap(), "code");
}

/// As `dockerTools` write: absolute names, and everything from 1970.
#[test]
fn nix_names_files_from_the_root() {
	let layers = [
		layer(&[("/nix", Directory), ("/nix/store", Directory), ("/nix/store/x-app", File("app"))]),
		layer(&[("./", Directory), ("./app", Link("/nix/store/x-app"))]),
	];
	let config = config(&layers, &here()).to_string();
	let names = layers.each_ref().map(|layer| sha(layer) + "/layer.tar");
	let archive = Archive::new().file(&names[0], &layers[0]).file(&names[1], &layers[1]);
	let archive = archive.file("config.json", config.as_bytes());
	let files = archive.manifest(&[("config.json", "app:1", &names.each_ref().map(String::as_str))]).files();
	assert_eq!(files, ["app -> /nix/store/x-app", "nix/", "nix/store/", "nix/store/x-app=app"]);
}

/// As Buildpacks save for a daemon: absolute names, with a digest in them.
#[test]
fn buildpacks_name_layers_from_the_root() {
	let (base, same, config) = parts();
	let names = [&base, &same, &same].map(|layer| format!("/sha256:{}.tar", sha(layer)));
	let archive = Archive::new().file("config.json", &config).file(&names[0], &base).file(&names[1], &same);
	let layers = names.each_ref().map(String::as_str);
	assert_eq!(archive.manifest(&[("config.json", "app:1", &layers)]).files(), FILES);
	// It leaves out those that the daemon has.
	let archive = Archive::new().file("config.json", &config).file("blank_0", b"").file("same.tar", &same);
	let lacking = archive.manifest(&[("config.json", "app:1", &["blank_0", "same.tar", "same.tar"])]);
	assert!(lacking.refusal().contains("its layer sha256:"));
}

/// As `umoci` and `skopeo` write layouts: tags beside each other, layers with hard links and whiteouts.
#[test]
fn umoci_tags_one_image_twice() {
	let layout = Layout::new();
	let layers = [
		layer(&[("bin/busybox", File("app")), ("bin/sh", Hard("bin/busybox")), ("tmp/x", File(""))]),
		layer(&[("bin/.wh.busybox", File("")), ("bin/ls", Hard("bin/sh")), ("tmp/.wh..wh..opq", File(""))]),
	];
	let image = layout.manifest(&layers, &here());
	let tagged = |tag: &str| {
		let mut image = image.clone();
		image["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
		image
	};
	layout.index(&[tagged("1"), tagged("latest")]);
	assert_eq!(tree(&layout.unpack().unwrap().root), ["bin/", "bin/ls=app", "bin/sh=app"]);
}

#[test]
fn archive_of_several_images_is_refused_unless_one_is_for_this_machine() {
	let (base, same, here_config) = parts();
	let other = config(std::slice::from_ref(&base), &here()).to_string();
	let foreign = config(std::slice::from_ref(&base), "s390x").to_string();
	let archive = |second: &str| {
		let archive = Archive::new().file("one.json", &here_config).file("two.json", second.as_bytes());
		let archive = archive.file("base.tar", &base).file("same.tar", &same);
		let one = ("one.json", "first:1", &["base.tar", "same.tar", "same.tar"][..]);
		archive.manifest(&[one, ("two.json", "second:1", &["base.tar"])])
	};
	let cause = archive(&other).refusal();
	assert!(cause.contains("it holds 2 images") && cause.contains("\"first:1\", \"second:1\""), "{cause}");
	assert_eq!(archive(&foreign).files(), FILES);
	assert!(Archive::new().manifest(&[]).refusal().contains("it holds no image"));
}

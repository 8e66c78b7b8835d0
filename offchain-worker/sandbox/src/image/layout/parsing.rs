//! Descriptions of images as strangers write them.

use std::fs;

use oci_spec::image::Arch;
use proptest::{prelude::*, sample::select};
use rlc_testing::{spoiled, spoiled_text};
use serde_json::json;

use super::*;

/// What a description holds in place of the digest of another one, which is known once that is spoiled.
const DIGEST: &str = "DIGEST";

fn manifests_of_docker() -> impl Strategy<Value = Vec<u8>> {
	let layers = prop::collection::vec(select(vec!["layer", "../secret", "link"]), 0..3);
	layers.prop_map(|layers| json!([{ "Config": "config", "Layers": layers }]).to_string().into_bytes())
}

fn configs() -> impl Strategy<Value = Vec<u8>> {
	let directory = select(vec!["", "/work", "work"]);
	let ports = select(vec![json!(null), json!({ "80/tcp": {} })]);
	let volumes = select(vec![json!(null), json!({}), json!({ "/b": {}, "/a": {}, "c": {} })]);
	let environment = prop::collection::vec("[A=\0]{0,3}", 0..2);
	(directory, environment, ports, volumes).prop_map(|(directory, environment, ports, volumes)| {
		let run = json!({
			"Entrypoint": ["/bin/app"], "Cmd": null, "Env": environment, "WorkingDir": directory,
			"ExposedPorts": ports, "Labels": null, "User": directory, "Volumes": volumes,
		});
		let rootfs = json!({ "type": "layers", "diff_ids": ["sha256:00"] });
		let config = json!({
			"architecture": Arch::default(), "os": "linux", "config": run, "rootfs": rootfs, "history": null,
		});
		config.to_string().into_bytes()
	})
}

/// Returns manifests of images, with [`DIGEST`] for the digest of the configuration.
fn manifests() -> impl Strategy<Value = String> {
	// Of nothing, which is there, and of something that is not.
	let layer = select(vec![sha256(b""), sha256(b"none"), "sha512:00".into()]);
	let layers = prop::collection::vec(layer, 0..3);
	layers.prop_map(|layers| {
		let layer = |digest| json!({ "mediaType": MediaType::ImageLayer, "digest": digest, "size": 0 });
		let layers: Vec<_> = layers.into_iter().map(layer).collect();
		let config = json!({ "mediaType": MediaType::ImageConfig, "digest": DIGEST, "size": 1 });
		json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string()
	})
}

/// Returns indices, with [`DIGEST`] for the digest of what they list.
fn indices() -> impl Strategy<Value = String> {
	let kind = select(vec![MediaType::ImageManifest, MediaType::ImageIndex]);
	(kind, select(vec!["linux", "plan9"])).prop_map(|(kind, os)| {
		let platform = json!({ "os": os, "architecture": Arch::default() });
		let part = json!({ "mediaType": kind, "digest": DIGEST, "size": 1, "platform": platform });
		json!({ "schemaVersion": 2, "manifests": [part] }).to_string()
	})
}

fn sha256(bytes: &[u8]) -> String {
	format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Checks what was found: a container can be started so, of files in this directory alone.
fn check_found(found: Result<Found, Error>, directory: &Path) -> Result<Vec<PathBuf>, TestCaseError> {
	let Found { settings, layers } = match found {
		Ok(found) => found,
		Err(Error::App(why) | Error::OtherMachine(why)) => {
			prop_assert!(!why.is_empty());
			return Ok(Vec::new());
		}
		Err(error) => return Err(TestCaseError::fail(error.to_string())),
	};
	for layer in &layers {
		prop_assert_eq!(layer.file.parent(), Some(directory));
		prop_assert!(layer.file.symlink_metadata().unwrap().is_file());
	}
	prop_assert!(settings.environment.iter().all(|variable| variable.find('=') > Some(0)));
	prop_assert!(settings.volumes.is_sorted());
	let words = settings.entrypoint.iter().chain(&settings.command).chain(&settings.environment);
	let mut texts = words.chain(&settings.directory).chain(&settings.user).chain(&settings.volumes);
	prop_assert!(texts.all(|text| !text.contains('\0')));
	Ok(layers.into_iter().map(|layer| layer.file).collect())
}

#[test]
fn image_is_within_what_docker_saved_and_never_this_machines_fault() {
	let directory = tempfile::tempdir().unwrap();
	let layout = directory.path().join("layout");
	fs::create_dir(&layout).unwrap();
	fs::write(layout.join("layer"), "").unwrap();
	fs::write(directory.path().join("secret"), "").unwrap();
	std::os::unix::fs::symlink("../secret", layout.join("link")).unwrap();
	proptest!(|(manifest in spoiled(manifests_of_docker()), config in spoiled(configs()))| {
		fs::write(layout.join(DOCKER), manifest).unwrap();
		fs::write(layout.join("config"), config).unwrap();
		check_found(find(&layout, &Quota::of(0, 0)), &layout)?;
	});
}

#[test]
fn image_is_within_its_layout_what_its_digests_say_and_never_this_machines_fault() {
	let directory = tempfile::tempdir().unwrap();
	let blobs = directory.path().join("blobs/sha256");
	proptest!(|(config in spoiled(configs()), manifest in spoiled_text(manifests()), index in spoiled_text(indices()))| {
		fs::create_dir_all(&blobs).unwrap();
		let write = |bytes: &[u8]| {
			let digest = sha256(bytes);
			fs::write(blobs.join(&digest["sha256:".len()..]), bytes).unwrap();
			digest
		};
		write(b"");
		let manifest = write(manifest.replace(DIGEST, &write(&config)).as_bytes());
		fs::write(directory.path().join(INDEX), index.replace(DIGEST, &manifest)).unwrap();
		for file in check_found(find(directory.path(), &Quota::of(0, 0)), &blobs)? {
			let named = format!("sha256:{}", file.file_name().unwrap().to_str().unwrap());
			prop_assert_eq!(sha256(&fs::read(&file).unwrap()), named);
		}
		fs::remove_dir_all(&blobs).unwrap();
	});
}

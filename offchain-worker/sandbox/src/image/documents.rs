//! Reads the descriptions of images, by `oci-spec`.
//!
//! Builders leave out what the specification requires, write `null` for an empty list, and a text where a list should be.
//! Docker runs such images. So a description is normalized before it is read: what builders leave out is filled in, and what
//! is not needed here is removed, so that it cannot be wrong.

use oci_spec::image::{ImageConfiguration, ImageIndex, ImageManifest};
use serde::de::DeserializeOwned;
use serde_json::{json, Map, Value};

type Object = Map<String, Value>;

/// A description of images that is normalized before it is read.
pub trait Document: DeserializeOwned {
	/// Fills in what builders leave out, and removes what is not read here.
	fn normalize(object: &mut Object);
}

impl Document for ImageIndex {
	fn normalize(index: &mut Object) {
		keep(index, &["manifests"]);
		index.insert("schemaVersion".into(), json!(2));
		let manifests = index.entry("manifests").or_insert_with(|| json!([]));
		manifests.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).for_each(normalize_descriptor);
	}
}

impl Document for ImageManifest {
	fn normalize(manifest: &mut Object) {
		keep(manifest, &["config", "layers", "artifactType"]);
		manifest.insert("schemaVersion".into(), json!(2));
		let layers = manifest.entry("layers").or_insert_with(|| json!([]));
		layers.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).for_each(normalize_descriptor);
		manifest.get_mut("config").and_then(Value::as_object_mut).into_iter().for_each(normalize_descriptor);
	}
}

impl Document for ImageConfiguration {
	fn normalize(configuration: &mut Object) {
		keep(configuration, &["architecture", "os", "variant", "config", "rootfs"]);
		normalize_platform(configuration);
		configuration.get_mut("config").and_then(Value::as_object_mut).into_iter().for_each(normalize_settings);
		if let Some(layers) = configuration.get_mut("rootfs").and_then(Value::as_object_mut) {
			keep(layers, &["diff_ids"]);
			layers.insert("type".into(), json!("layers"));
			layers.entry("diff_ids").or_insert_with(|| json!([]));
		}
	}
}

/// Reads a description.
///
/// # Errors
///
/// If it is not one, even so.
pub fn read<T: Document>(bytes: &[u8]) -> serde_json::Result<T> {
	let mut value: Value = serde_json::from_slice(bytes)?;
	if let Value::Object(object) = &mut value {
		T::normalize(object);
	}
	serde_json::from_value(value)
}

/// Removes all but these, and what is nothing.
fn keep(object: &mut Object, names: &[&str]) {
	object.retain(|name, value| names.contains(&name.as_str()) && !value.is_null());
}

fn normalize_descriptor(part: &mut Object) {
	keep(part, &["mediaType", "digest", "platform", "annotations", "artifactType"]);
	// The digest says enough.
	part.insert("size".into(), json!(0));
	if let Some(annotations) = part.get_mut("annotations").and_then(Value::as_object_mut) {
		annotations.retain(|_, value| value.is_string());
	}
	if let Some(platform) = part.get_mut("platform").and_then(Value::as_object_mut) {
		keep(platform, &["architecture", "os", "variant"]);
		normalize_platform(platform);
	}
}

/// Names system and architecture as Go does, and as nothing what is not said. The variant that every machine has is not named.
fn normalize_platform(platform: &mut Object) {
	let said = |name: &str| platform.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
	let (os, named, variant) = (said("os"), said("architecture"), said("variant"));
	let architecture = match named.as_str() {
		"x86_64" | "x86-64" => "amd64",
		"aarch64" => "arm64",
		named => named,
	};
	let is_every = matches!((architecture, variant.as_str()), (_, "") | ("amd64", "v1") | ("arm64", "v8" | "8"));
	let named = [("os", os.as_str()), ("architecture", architecture), ("variant", variant.as_str())];
	platform.extend(named.map(|(name, value)| (name.to_owned(), json!(value))));
	if is_every {
		platform.remove("variant");
	}
}

fn normalize_settings(settings: &mut Object) {
	keep(settings, &["Cmd", "Entrypoint", "Env", "User", "Volumes", "WorkingDir"]);
	for name in ["Cmd", "Entrypoint"] {
		// Docker takes a text for a list of one.
		if let Some(value) = settings.get_mut(name).filter(|value| value.is_string()) {
			*value = json!([value.take()]);
		}
	}
	if let Some(user) = settings.get_mut("User").filter(|user| user.is_number()) {
		*user = json!(user.to_string());
	}
	match settings.get_mut("Volumes") {
		// What a volume is called is all that counts.
		Some(Value::Object(volumes)) => volumes.values_mut().for_each(|volume| *volume = json!({})),
		_ => {
			settings.remove("Volumes");
		}
	}
}

#[cfg(test)]
mod tests {
	use oci_spec::image::{Arch, Os};

	use super::*;

	fn configuration(value: Value) -> ImageConfiguration {
		read(value.to_string().as_bytes()).unwrap()
	}

	#[test]
	fn what_is_left_out_is_empty() {
		let rootfs = json!({ "type": "layers", "diff_ids": null });
		let read = configuration(json!({ "config": null, "rootfs": rootfs, "history": null, "created": 5 }));
		assert_eq!((read.os(), read.architecture()), (&Os::Other(String::new()), &Arch::Other(String::new())));
		assert!(read.config().is_none() && read.rootfs().diff_ids().is_empty());
		let index: ImageIndex = super::read(br#"{"manifests": null}"#).unwrap();
		assert!(index.manifests().is_empty());
	}

	#[test]
	fn architectures_have_one_name() {
		for (written, variant, expected) in [
			("x86_64", json!(null), (Arch::Amd64, None)),
			("AMD64", json!("v1"), (Arch::Amd64, None)),
			("amd64", json!("v3"), (Arch::Amd64, Some("v3"))),
			("aarch64", json!("v8"), (Arch::ARM64, None)),
			("arm", json!("v7"), (Arch::ARM, Some("v7"))),
			("s390x", json!(""), (Arch::s390x, None)),
		] {
			let platform = json!({ "os": "Linux", "architecture": written, "variant": variant, "rootfs": {} });
			let read = configuration(platform);
			let (architecture, variant) = (read.architecture().clone(), read.variant().as_deref());
			assert_eq!((read.os(), (architecture, variant)), (&Os::Linux, expected), "{written}");
		}
	}

	#[test]
	fn settings_are_what_docker_takes_them_for() {
		let settings = json!({
			"Cmd": "now", "Entrypoint": ["/bin/app"], "Env": null, "User": 1000, "Volumes": { "/data": null },
			"Labels": { "a": 1 }, "ExposedPorts": ["80/tcp"], "Healthcheck": {}, "StopSignal": 15, "OnBuild": "x",
		});
		let read = configuration(json!({ "config": settings, "rootfs": {} }));
		let settings = read.config().as_ref().unwrap();
		assert_eq!(settings.cmd().as_deref(), Some(&["now".to_owned()][..]));
		assert_eq!(settings.entrypoint().as_deref(), Some(&["/bin/app".to_owned()][..]));
		assert_eq!((settings.env(), settings.user().as_deref()), (&None, Some("1000")));
		assert_eq!(settings.volumes().as_deref(), Some(&["/data".to_owned()][..]));
	}

	#[test]
	fn sizes_and_odd_annotations_do_not_matter() {
		let digest = format!("sha256:{}", "0".repeat(64));
		for size in [json!("12"), json!(-1), json!(null), json!(1.5)] {
			let part = json!({
				"mediaType": "x", "digest": digest, "size": size, "urls": null, "data": 1,
				"annotations": { "a": "b", "c": 1 }, "platform": null,
			});
			let manifest = json!({ "schemaVersion": "2", "config": part, "layers": [part] });
			let manifest: ImageManifest = super::read(manifest.to_string().as_bytes()).unwrap();
			assert_eq!((manifest.layers().len(), manifest.config().size()), (1, 0));
			assert_eq!(manifest.config().annotations().as_ref().unwrap().len(), 1);
		}
	}

	#[test]
	fn what_is_needed_is_missed() {
		let missing = |error: serde_json::Error| error.to_string();
		assert!(missing(read::<ImageConfiguration>(b"{}").unwrap_err()).contains("missing field `rootfs`"));
		assert!(missing(read::<ImageManifest>(b"{}").unwrap_err()).contains("missing field `config`"));
		let part = missing(read::<ImageIndex>(br#"{"manifests": [{}]}"#).unwrap_err());
		assert!(part.contains("missing field `mediaType`"), "{part}");
		assert!(read::<ImageIndex>(b"[]").is_err() && read::<ImageIndex>(br#"{"manifests": 5}"#).is_err());
	}
}

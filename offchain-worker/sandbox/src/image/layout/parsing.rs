//! Descriptions of images as strangers write them.

use std::fs;

use proptest::prelude::*;
use rlc_testing::spoiled;
use serde_json::json;

use super::*;

fn manifests() -> impl Strategy<Value = Vec<u8>> {
	let layers = prop::collection::vec(prop::sample::select(vec!["layer", "../secret", "link"]), 0..3);
	layers.prop_map(|layers| json!([{ "Config": "config", "Layers": layers }]).to_string().into_bytes())
}

fn configs() -> impl Strategy<Value = Vec<u8>> {
	let directory = prop::sample::select(vec!["", "/work", "work"]);
	(directory, prop::collection::vec("[A=\0]{0,3}", 0..2)).prop_map(|(directory, environment)| {
		let run = json!({ "Entrypoint": ["/bin/app"], "Cmd": null, "Env": environment, "WorkingDir": directory });
		let rootfs = json!({ "diff_ids": ["sha256:00"] });
		let config = json!({ "architecture": architecture(), "os": "linux", "config": run, "rootfs": rootfs });
		config.to_string().into_bytes()
	})
}

#[test]
fn image_is_within_its_layout_and_never_this_machines_fault() {
	let directory = tempfile::tempdir().unwrap();
	let layout = directory.path().join("layout");
	fs::create_dir(&layout).unwrap();
	fs::write(layout.join("layer"), "").unwrap();
	fs::write(directory.path().join("secret"), "").unwrap();
	std::os::unix::fs::symlink("../secret", layout.join("link")).unwrap();
	proptest!(|(manifest in spoiled(manifests()), config in spoiled(configs()))| {
		fs::write(layout.join(DOCKER), manifest).unwrap();
		fs::write(layout.join("config"), config).unwrap();
		match find(&layout) {
			Ok(Found { settings, layers }) => {
				for layer in layers {
					prop_assert_eq!(layer.file.parent(), Some(layout.as_path()));
					prop_assert!(layer.file.symlink_metadata().unwrap().is_file());
				}
				prop_assert!(settings.environment.iter().all(|variable| variable.find('=') > Some(0)));
				prop_assert!(settings.directory.is_none_or(|directory| directory.starts_with('/')));
				let mut texts = settings.entrypoint.iter().chain(&settings.command).chain(&settings.environment);
				prop_assert!(texts.all(|text| !text.contains('\0')));
			}
			Err(Error::App(why)) => prop_assert!(!why.is_empty()),
			Err(error) => prop_assert!(false, "{error}"),
		}
	});
}

proptest! {
	#[test]
	fn index_of_an_image_is_read_without_harm(text in spoiled(Just(
		br#"{"manifests": [{"digest": "sha256:00", "platform": {"os": "linux", "architecture": "amd64"}}]}"#.to_vec(),
	))) {
		let _ = serde_json::from_slice::<Node>(&text);
	}
}

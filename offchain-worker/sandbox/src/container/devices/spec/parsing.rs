//! What a specification may do, however it is spoiled: not panic, and change nothing that containers rely on.

use std::path::Path;

use proptest::prelude::*;
use rlc_testing::spoiled_text;

use super::{tests::usual, *};

fn check(text: &str, format: Format) -> Result<(), TestCaseError> {
	let Ok(spec) = Spec::read(text, format) else { return Ok(()) };
	let devices = spec.devices(Path::new("/etc/cdi/x"));
	prop_assert!(devices.len() <= text.len());
	for (name, gpu) in devices {
		prop_assert!(name.contains('/') && name.contains('='));
		let Ok(gpu) = gpu else { continue };
		prop_assert!(gpu.edits.nodes.iter().all(|node| node.path.starts_with("/dev/")));
		let paths =
			gpu.edits.mounts.iter().map(|mount| &mount.path).chain(gpu.edits.links.iter().map(|link| &link.path));
		for path in paths {
			prop_assert!(check_path(path).is_ok(), "{path}");
		}
		prop_assert!(gpu.edits.environment.iter().all(|variable| variable.contains('=')));
	}
	Ok(())
}

fn rich() -> String {
	let mut spec = usual();
	spec["containerEdits"] = serde_json::json!({
		"mounts": [{ "hostPath": "/etc", "containerPath": "/opt/a", "options": ["ro"] }],
		"hooks": [{
			"hookName": "createContainer", "path": "/usr/bin/nvidia-cdi-hook",
			"args": ["x", "create-symlinks", "--link", "a::/opt/b"],
		}],
	});
	spec.to_string()
}

const YAML: &str = "
cdiVersion: 0.5.0
kind: example.com/gpu
devices:
  - name: '0'
    containerEdits:
      deviceNodes: [{path: /dev/gpu0, hostPath: /dev/full}]
      mounts:
        - hostPath: /etc
          containerPath: /opt/a
";

proptest! {
	#[test]
	fn spoiled_specifications_do_no_harm(json in spoiled_text(Just(rich())), yaml in spoiled_text(Just(YAML.into()))) {
		check(&json, Format::Json)?;
		check(&yaml, Format::Yaml)?;
		// What is JSON is YAML too.
		check(&json, Format::Yaml)?;
	}

	#[test]
	fn any_text_is_read_without_a_panic(text in ".{0,200}") {
		check(&text, Format::Json)?;
		check(&text, Format::Yaml)?;
	}
}

#[test]
fn both_forms_say_the_same() {
	let spec = Spec::read(&rich(), Format::Json).unwrap();
	assert_eq!(Spec::read(&rich(), Format::Yaml), Ok(spec.clone()));
	assert!(spec.devices(Path::new("/x"))[0].1.is_ok());
	assert!(Spec::read(YAML, Format::Yaml).unwrap().devices(Path::new("/x"))[0].1.is_ok());
}

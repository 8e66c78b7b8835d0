//! Images from a registry.

use std::{collections::HashMap, fs, path::Path, sync::Arc};

use axum::{
	extract::Request,
	http::{
		header::{AUTHORIZATION, HOST, LOCATION, WWW_AUTHENTICATE},
		StatusCode,
	},
	response::IntoResponse,
	Router,
};
use rlc_store::{FetchErrorKind, RegistryImage};
use serde_json::{json, Value};

use crate::served::{sha256, Server};

const LAYER: &[u8] = b"a layer";

fn hex_of(bytes: &[u8]) -> String {
	hex::encode(sha256(bytes).digest())
}

/// Returns what names a part.
fn descriptor(kind: &str, bytes: &[u8]) -> Value {
	let kind = format!("application/vnd.oci.image.{kind}");
	json!({ "mediaType": kind, "digest": format!("sha256:{}", hex_of(bytes)), "size": bytes.len() })
}

/// A registry with the image `team/app:1`, which it has for later processors alone as `team/app:late`. It wants a token, and
/// keeps its blobs elsewhere, where nobody may bring one.
struct Registry {
	server: Server,
	_blobs: Server,
	manifest: Vec<u8>,
}

impl Registry {
	/// Returns a registry whose layer is to be `LAYER`, and is `layer`.
	fn with(layer: &'static [u8]) -> Self {
		let config = br#"{"os":"linux"}"#;
		let layer_part = descriptor("layer.v1.tar", LAYER);
		let config_part = descriptor("config.v1+json", config);
		let manifest = json!({ "schemaVersion": 2, "config": config_part, "layers": [layer_part, layer_part] });
		let manifest = manifest.to_string().into_bytes();
		let on = |os: &str, architecture: &str, variant: Option<&str>, bytes: &[u8]| {
			let mut one = descriptor("manifest.v1+json", bytes);
			one["platform"] = json!({ "os": os, "architecture": architecture, "variant": variant });
			one
		};
		let index = |variant: Option<&str>| {
			let mut images = vec![on("plan9", "amd64", None, b"")];
			images.extend([std::env::consts::ARCH, "amd64", "arm64"].map(|one| on("linux", one, variant, &manifest)));
			json!({ "schemaVersion": 2, "manifests": images }).to_string().into_bytes()
		};
		let blob = |bytes: &[u8]| format!("sha256:{}", hex_of(bytes));
		let manifests = HashMap::from([
			("1".into(), index(None)),
			("late".into(), index(Some("v9"))),
			(blob(&manifest), manifest.clone()),
			(blob(b"x"), b"y".into()),
		]);
		let blobs = elsewhere(HashMap::from([(blob(config), config.to_vec()), (blob(LAYER), layer.to_vec())]));
		Self { server: registry(manifests, blobs.url().to_string()), _blobs: blobs, manifest }
	}

	async fn pull(&self, reference: &str, layout: &Path) -> Result<(), FetchErrorKind> {
		let image: RegistryImage = format!("{}/team/app{reference}", self.server.address).parse().unwrap();
		image.pull(layout, None).await.map_err(|error| error.kind)
	}
}

fn registry(manifests: HashMap<String, Vec<u8>>, blobs: String) -> Server {
	let manifests = Arc::new(manifests);
	Server::at(
		None,
		Router::new().fallback(move |request: Request| {
			let (manifests, blobs) = (manifests.clone(), blobs.clone());
			async move {
				let (path, headers) = (request.uri().path(), request.headers());
				if path == "/token" {
					let wanted = request.uri().query() == Some("service=here&scope=repository%3Ateam%2Fapp%3Apull");
					assert!(wanted, "{:?}", request.uri());
					return r#"{"token":"sesame","access_token":"sesame"}"#.into_response();
				}
				if headers.get(AUTHORIZATION).is_none_or(|token| token.as_bytes() != b"Bearer sesame") {
					let realm = format!("http://{}/token", headers[HOST].to_str().unwrap());
					let ask = format!(
						r#"Bearer realm="{realm}",service="here",scope="repository:team/app:pull",error="none""#
					);
					return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, ask)]).into_response();
				}
				let path = path.strip_prefix("/v2/team/app/").unwrap_or_default();
				if let Some(digest) = path.strip_prefix("blobs/") {
					return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, format!("{blobs}{digest}"))]).into_response();
				}
				match path.strip_prefix("manifests/").and_then(|name| manifests.get(name)) {
					Some(manifest) => manifest.clone().into_response(),
					None => StatusCode::NOT_FOUND.into_response(),
				}
			}
		}),
	)
}

fn elsewhere(blobs: HashMap<String, Vec<u8>>) -> Server {
	let blobs = Arc::new(blobs);
	Server::at(
		None,
		Router::new().fallback(move |request: Request| {
			let blobs = blobs.clone();
			async move {
				match blobs.get(request.uri().path().trim_start_matches('/')) {
					Some(_) if request.headers().contains_key(AUTHORIZATION) => StatusCode::BAD_REQUEST.into_response(),
					Some(blob) => blob.clone().into_response(),
					None => StatusCode::NOT_FOUND.into_response(),
				}
			}
		}),
	)
}

#[tokio::test]
async fn images_become_layouts() {
	let dir = tempfile::tempdir().unwrap();
	let registry = Registry::with(LAYER);
	registry.pull(":1", dir.path()).await.unwrap();

	let index: Value = serde_json::from_slice(&fs::read(dir.path().join("index.json")).unwrap()).unwrap();
	let manifest = &index["manifests"][0];
	assert_eq!(manifest["digest"], descriptor("manifest.v1+json", &registry.manifest)["digest"]);
	assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
	assert!(dir.path().join("oci-layout").is_file());
	let parts: Vec<_> =
		fs::read_dir(dir.path().join("blobs/sha256")).unwrap().map(|part| part.unwrap().path()).collect();
	for part in &parts {
		assert_eq!(part.file_name().unwrap().to_str(), Some(hex_of(&fs::read(part).unwrap()).as_str()));
	}
	assert_eq!(parts.len(), 3, "manifest, config, and the layer once");

	let by_digest = format!("@sha256:{}", hex_of(&registry.manifest));
	registry.pull(&by_digest, &dir.path().join("again")).await.unwrap();
	assert_eq!(fs::read(dir.path().join("again/index.json")).unwrap(), index.to_string().as_bytes());
}

/// Its configuration does not say so.
#[tokio::test]
async fn image_for_later_processors_is_still_called_one() {
	let dir = tempfile::tempdir().unwrap();
	let registry = Registry::with(LAYER);
	registry.pull(":late", dir.path()).await.unwrap();
	let index: Value = serde_json::from_slice(&fs::read(dir.path().join("index.json")).unwrap()).unwrap();
	let platform = &index["manifests"][0]["platform"];
	assert_eq!((&platform["os"], &platform["variant"]), (&json!("linux"), &json!("v9")), "{index}");
}

#[tokio::test]
async fn what_is_not_what_its_digest_says_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let forged = Registry::with(b"another layer");
	assert_eq!(forged.pull(":1", dir.path()).await, Err(FetchErrorKind::WrongChecksum));
	let other = format!("@sha256:{}", hex_of(b"x"));
	assert_eq!(forged.pull(&other, dir.path()).await, Err(FetchErrorKind::WrongChecksum));
	assert_eq!(forged.pull(":2", dir.path()).await, Err(FetchErrorKind::NotFound));
	assert!(!dir.path().join("index.json").exists());
}

//! Images in registries, by OCI's distribution protocol, which Docker Hub and all others speak.

use std::{
	iter,
	net::IpAddr,
	path::{Path, PathBuf},
	str::FromStr,
};

use reqwest::{
	header::{ACCEPT, WWW_AUTHENTICATE},
	redirect::Policy,
	Client, Response, StatusCode, Url,
};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::{
	error::{FetchError, FetchErrorKind},
	web::{failure, shown, Failure, CONNECT_TIMEOUT, MAX_REDIRECTS, READ_TIMEOUT, USER_AGENT},
	Cid, HashKind,
};

/// Where a layout has its parts.
const BLOBS: &str = "blobs/sha256";
/// What describes an image, if it does not say so itself.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// All that may describe one.
const DESCRIPTIONS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
	application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
/// The largest description, in bytes.
const LARGEST: usize = 4 << 20;
/// The most bytes of all other parts: what a sandbox unpacks.
const MOST_BYTES: u64 = 16 << 30;

/// An image in a registry: `HOST/NAME:TAG`, or `HOST/NAME@sha256:HEX`. Without either it is the tag `latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryImage {
	/// `https://HOST/v2/NAME/`; by HTTP, if the registry is on this machine.
	base: Url,
	/// A tag, or a digest.
	reference: String,
}

impl FromStr for RegistryImage {
	type Err = FetchError;

	fn from_str(text: &str) -> Result<Self, FetchError> {
		read(text).ok_or_else(|| {
			let text: String = text.chars().take(200).collect();
			let words = format!("{text:?} is no image of a registry; one is like HOST/NAME:TAG, docker.io/alpine:3.22");
			FetchError::new(FetchErrorKind::NotAllowed, words)
		})
	}
}

fn read(text: &str) -> Option<RegistryImage> {
	let (host, rest) = text.split_once('/')?;
	let (tagged, digest) = rest.split_once('@').map_or((rest, None), |(tagged, digest)| (tagged, Some(digest)));
	let (name, tag) = tagged.split_once(':').unwrap_or((tagged, "latest"));
	let plain = |part: &str| {
		part.starts_with(|one: char| one.is_ascii_alphanumeric() || one == '_')
			&& part.chars().all(|one| one.is_ascii_alphanumeric() || "._-".contains(one))
	};
	let is_host = !host.is_empty() && host.chars().all(|one| one.is_ascii_alphanumeric() || ".-:[]".contains(one));
	let is_digest = digest.is_none_or(|digest| content_of(digest).is_some());
	if !(is_host && is_digest && plain(tag) && name.split('/').all(plain)) {
		return None;
	}
	let base = match host {
		"docker.io" if !name.contains('/') => format!("https://registry-1.docker.io/v2/library/{name}/"),
		"docker.io" => format!("https://registry-1.docker.io/v2/{name}/"),
		_ => format!("https://{host}/v2/{name}/"),
	};
	let mut base = Url::parse(&base).ok()?;
	let address = base.host_str()?.trim_start_matches('[').trim_end_matches(']');
	if address == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
		base.set_scheme("http").ok()?;
	}
	Some(RegistryImage { base, reference: digest.unwrap_or(tag).to_owned() })
}

/// What a digest names; `None` if it is not by SHA-256.
fn content_of(digest: &str) -> Option<Cid> {
	let digits = digest.strip_prefix("sha256:")?;
	let mut bytes = [0; 32];
	hex::decode_to_slice(digits, &mut bytes).ok()?;
	// Files are named by it.
	(hex::encode(bytes) == digits).then_some(Cid::of_sha256(bytes))
}

/// What describes an image, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
	Index {
		manifests: Vec<Descriptor>,
	},
	Manifest {
		#[serde(rename = "mediaType")]
		media_type: Option<String>,
		config: Descriptor,
		layers: Vec<Descriptor>,
	},
}

#[derive(Deserialize)]
struct Descriptor {
	digest: String,
	platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
	architecture: String,
	os: String,
}

/// An answer to who asks for a token: some registries name it so, some so, some both.
#[derive(Deserialize)]
struct Token {
	token: Option<String>,
	access_token: Option<String>,
}

impl RegistryImage {
	/// Pull the image for this machine's architecture into a directory, which becomes an OCI layout. Every part is what
	/// its digest says. Only what anybody may pull: no password is given.
	///
	/// # Errors
	///
	/// [`FetchError`]. What came until then stays in the directory.
	pub async fn pull(&self, layout: &Path) -> Result<(), FetchError> {
		tokio::fs::create_dir_all(layout.join(BLOBS)).await?;
		let mut pull = Pull { image: self, layout, client: self.client()?, token: None, left: MOST_BYTES };
		let mut found = pull.description(&self.reference, content_of(&self.reference)).await?;
		if let Node::Index { manifests } = &found.1 {
			let runs_here = |on: &Platform| on.os == "linux" && on.architecture == architecture();
			let here = manifests.iter().find(|one| one.platform.as_ref().is_none_or(runs_here));
			let none = || self.wrong(FetchErrorKind::NotFound, format!("no image for linux/{}", architecture()));
			let digest = here.ok_or_else(none)?.digest.clone();
			let cid = self.content(&digest)?;
			found = pull.description(&digest, Some(cid)).await?;
		}
		let (manifest, Node::Manifest { media_type, config, layers }) = found else {
			return Err(self.wrong(FetchErrorKind::Unreachable, "an index where an image should be"));
		};
		for part in iter::once(&config).chain(&layers) {
			pull.blob(&part.digest).await?;
		}
		let cid = Cid::of(HashKind::Sha256, &manifest);
		tokio::fs::write(pull.path(&cid), &manifest).await?;
		let index = json!({
			"schemaVersion": 2,
			"manifests": [{
				"mediaType": media_type.as_deref().unwrap_or(MANIFEST),
				"digest": format!("sha256:{}", hex::encode(cid.digest())),
				"size": manifest.len(),
			}],
		});
		tokio::fs::write(layout.join("index.json"), index.to_string()).await?;
		Ok(tokio::fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).await?)
	}

	/// Whose secrets stay with the registry when it sends it elsewhere.
	fn client(&self) -> Result<Client, FetchError> {
		let client = Client::builder()
			.redirect(Policy::limited(MAX_REDIRECTS))
			.connect_timeout(CONNECT_TIMEOUT)
			.read_timeout(READ_TIMEOUT)
			.user_agent(USER_AGENT);
		// No proxy leads back to this machine.
		let client = if self.base.scheme() == "http" { client.no_proxy() } else { client };
		client.build().map_err(|error| self.wrong(FetchErrorKind::Unreachable, format!("HTTP cannot be used: {error}")))
	}

	/// What a digest in a description names.
	fn content(&self, digest: &str) -> Result<Cid, FetchError> {
		content_of(digest)
			.ok_or_else(|| self.wrong(FetchErrorKind::NotAllowed, format!("{digest:?} is no digest of SHA-256")))
	}

	fn wrong(&self, kind: FetchErrorKind, what: impl std::fmt::Display) -> FetchError {
		FetchError::new(kind, format!("{}, {}: {what}", shown(&self.base), self.reference))
	}
}

/// A pull under way.
struct Pull<'a> {
	image: &'a RegistryImage,
	layout: &'a Path,
	client: Client,
	token: Option<String>,
	/// How many bytes may still come.
	left: u64,
}

impl Pull<'_> {
	/// What describes the image, or one of several: the bytes that it is known by, and what they say.
	async fn description(&mut self, reference: &str, cid: Option<Cid>) -> Result<(Vec<u8>, Node), FetchError> {
		let response = self.get(&format!("manifests/{reference}")).await?;
		let bytes = self.small(response).await?;
		if cid.is_some_and(|cid| !cid.verify(&bytes)) {
			return Err(self.not_what_it_says(reference));
		}
		let node = serde_json::from_slice(&bytes).map_err(|error| {
			self.image.wrong(FetchErrorKind::Unreachable, format!("its description is not understood: {error}"))
		})?;
		Ok((bytes, node))
	}

	/// Brings a part into the layout.
	async fn blob(&mut self, digest: &str) -> Result<(), FetchError> {
		let cid = self.image.content(digest)?;
		let path = self.path(&cid);
		if tokio::fs::try_exists(&path).await? {
			return Ok(());
		}
		let mut response = self.get(&format!("blobs/{digest}")).await?;
		let (mut file, mut hasher) = (tokio::fs::File::create(&path).await?, cid.hasher());
		while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
			let left = self.left.checked_sub(chunk.len() as u64);
			self.left = left.ok_or_else(|| FetchError::too_large(&shown(&self.image.base), MOST_BYTES))?;
			hasher.update(&chunk);
			file.write_all(&chunk).await?;
		}
		file.flush().await?;
		if hasher.finish() != cid {
			return Err(self.not_what_it_says(digest));
		}
		Ok(())
	}

	/// Where a part is in the layout.
	fn path(&self, cid: &Cid) -> PathBuf {
		self.layout.join(BLOBS).join(hex::encode(cid.digest()))
	}

	/// Asks for something of the image; once more with a token, if the registry says where to get one.
	async fn get(&mut self, path: &str) -> Result<Response, FetchError> {
		let mut is_fresh = false;
		loop {
			let url = format!("{}{path}", self.image.base);
			let mut request = self.client.get(url).header(ACCEPT, DESCRIPTIONS);
			if let Some(token) = &self.token {
				request = request.bearer_auth(token);
			}
			let response = request.send().await.map_err(|error| self.broken(error))?;
			let kind = match response.status() {
				StatusCode::OK => return Ok(response),
				// One from before may have expired.
				StatusCode::UNAUTHORIZED if !is_fresh => {
					self.token = Some(self.new_token(&response).await?);
					is_fresh = true;
					continue;
				}
				StatusCode::NOT_FOUND => FetchErrorKind::NotFound,
				_ => FetchErrorKind::Unreachable,
			};
			let advice = match kind {
				FetchErrorKind::NotFound => "; compare its name and tag",
				_ => "",
			};
			return Err(self.image.wrong(kind, format!("the registry answers {}{advice}", response.status())));
		}
	}

	/// A token for everybody, from where the registry says.
	async fn new_token(&self, refused: &Response) -> Result<String, FetchError> {
		let private = || {
			let words = "it is not for everybody; pull it with another program, and deploy what that saves";
			self.image.wrong(FetchErrorKind::NotAllowed, words)
		};
		let challenge = refused.headers().get(WWW_AUTHENTICATE).and_then(|text| text.to_str().ok()).unwrap_or_default();
		let realm = parameter(challenge, "realm").and_then(|realm| realm.parse::<Url>().ok());
		let mut realm = realm.ok_or_else(private)?;
		for name in ["service", "scope"] {
			if let Some(value) = parameter(challenge, name) {
				realm.query_pairs_mut().append_pair(name, value);
			}
		}
		let response = self.client.get(realm).send().await.map_err(|error| self.broken(error))?;
		if !response.status().is_success() {
			return Err(private());
		}
		let token: Token = serde_json::from_slice(&self.small(response).await?).map_err(|_| private())?;
		token.token.or(token.access_token).ok_or_else(private)
	}

	/// All of an answer, if that is not much.
	async fn small(&self, mut response: Response) -> Result<Vec<u8>, FetchError> {
		let mut bytes = Vec::new();
		while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
			bytes.extend_from_slice(&chunk);
			if bytes.len() > LARGEST {
				return Err(FetchError::too_large(&shown(&self.image.base), LARGEST as u64));
			}
		}
		Ok(bytes)
	}

	fn broken(&self, error: reqwest::Error) -> FetchError {
		// Where a redirection led may be a secret.
		let (Failure::Again(error) | Failure::Final(error)) = failure(&self.image.base, &error.without_url());
		error
	}

	fn not_what_it_says(&self, digest: &str) -> FetchError {
		self.image.wrong(FetchErrorKind::WrongChecksum, format!("what came is not {digest}"))
	}
}

/// A parameter of a challenge: `Bearer realm="…",service="…"`.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
	let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
	rest.split_once('"').map(|(value, _)| value)
}

/// This machine's architecture, as images name it.
fn architecture() -> &'static str {
	match std::env::consts::ARCH {
		"x86_64" => "amd64",
		"aarch64" => "arm64",
		other => other,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn images_are_named_as_everywhere() {
		let digest = format!("sha256:{}", "ab".repeat(32));
		for (text, base, reference) in [
			("ghcr.io/team/app:1.0", "https://ghcr.io/v2/team/app/", "1.0"),
			("registry.example:5000/app", "https://registry.example:5000/v2/app/", "latest"),
			("docker.io/alpine:3.22", "https://registry-1.docker.io/v2/library/alpine/", "3.22"),
			("docker.io/team/app", "https://registry-1.docker.io/v2/team/app/", "latest"),
			("127.0.0.1:5000/app:x", "http://127.0.0.1:5000/v2/app/", "x"),
			("[::1]:5000/app:x", "http://[::1]:5000/v2/app/", "x"),
			(format!("localhost/app:x@{digest}").as_str(), "http://localhost/v2/app/", digest.as_str()),
		] {
			let expected = RegistryImage { base: base.parse().unwrap(), reference: reference.into() };
			assert_eq!(text.parse(), Ok(expected), "{text}");
		}
		for text in
			["", "alpine", "/a", "host/", "host/../a", "host/a:", "host/a:b:c", "u:p@host/a", "host/a@sha256:12"]
		{
			assert_eq!(text.parse::<RegistryImage>().unwrap_err().kind, FetchErrorKind::NotAllowed, "{text}");
		}
	}

	#[test]
	fn challenges_name_their_parameters() {
		let challenge = r#"Bearer realm="https://auth.example/token",service="a b",scope="repository:x:pull""#;
		assert_eq!(parameter(challenge, "realm"), Some("https://auth.example/token"));
		assert_eq!(parameter(challenge, "scope"), Some("repository:x:pull"));
		assert_eq!(parameter(challenge, "error"), None);
	}
}

//! Pulls an image, part by part, into an OCI layout.

use std::{
	collections::BTreeSet,
	fmt::Display,
	iter,
	path::{Path, PathBuf},
};

use oci_spec::image::{Arch, Descriptor, Digest, ImageIndex, ImageManifest, MediaType, Os, Platform};
use reqwest::{
	header::{ACCEPT, WWW_AUTHENTICATE},
	Client, ClientBuilder, Response, StatusCode,
};
use rlc_web::{client, policy, shown, Proxy, READ_TIMEOUT};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::{
	auth,
	image::{content_of, RegistryImage},
};
use crate::{
	error::{FetchError, FetchErrorKind},
	http::web::{failure, RequestFailure},
	Cid, HashKind,
};

/// Where a layout has its parts.
const BLOBS: &str = "blobs/sha256";
/// The types of all descriptions that are understood.
const DESCRIPTIONS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
	application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
/// The largest description, in bytes.
const LARGEST: usize = 4 << 20;
/// The most bytes of all other parts: what a sandbox unpacks.
const MOST_BYTES: u64 = 16 << 30;

/// The description of several images, or of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Description {
	Index(Box<ImageIndex>),
	Image(Box<ImageManifest>),
}

impl Description {
	/// Reads what a registry says.
	///
	/// # Errors
	///
	/// Why it cannot be used, to follow the image's name.
	fn parse(bytes: &[u8]) -> Result<Self, String> {
		serde_json::from_slice(bytes).map_err(|error| format!("its description is not understood: {error}"))
	}
}

/// Returns the image of an index for this machine; of its architecture's variants, that for the oldest processors.
///
/// # Errors
///
/// That there are several, to follow the index's name.
fn for_here(index: &ImageIndex) -> Result<Option<&Descriptor>, String> {
	let runs_here = |on: &Platform| *on.os() == Os::Linux && *on.architecture() == Arch::default();
	let images = index.manifests().iter().filter(|one| one.artifact_type().is_none());
	let images: Vec<_> = images.filter(|one| one.platform().as_ref().is_none_or(runs_here)).collect();
	let lowest = images.iter().map(|one| variant(one)).min().flatten();
	let images: Vec<_> = images.into_iter().filter(|one| variant(one) == lowest).collect();
	// One that is listed twice is one.
	let digests: BTreeSet<&str> = images.iter().map(|one| one.digest().as_ref()).collect();
	match digests.len() {
		0 | 1 => Ok(images.first().copied()),
		count => {
			let here = format!("linux/{}", Arch::default());
			Err(format!("it has {count} images for {here} instead of one; name the one to run by its digest"))
		}
	}
}

/// Returns what an image asks of a processor of its architecture. `None`: nothing that one could lack.
fn variant(image: &Descriptor) -> Option<&str> {
	let on = image.platform().as_ref()?;
	let variant = on.variant().as_deref()?;
	let is_every = matches!((on.architecture(), variant), (_, "") | (Arch::Amd64, "v1") | (Arch::ARM64, "v8" | "8"));
	(!is_every).then_some(variant)
}

/// Returns all parts of an image but its manifest.
fn parts(manifest: &ImageManifest) -> impl Iterator<Item = &Descriptor> {
	iter::once(manifest.config()).chain(manifest.layers())
}

impl RegistryImage {
	/// Pulls the image for this machine's architecture into a directory, which becomes an OCI layout. Every part is what
	/// its digest says. No password is sent, so only public images can be pulled.
	///
	/// # Errors
	///
	/// [`FetchError`]. What came until then stays in the directory.
	pub async fn pull(&self, layout: &Path, proxy: Option<&Proxy>) -> Result<(), FetchError> {
		tokio::fs::create_dir_all(layout.join(BLOBS)).await?;
		let mut pull = Pull { image: self, layout, client: self.client(proxy)?, token: None, left: MOST_BYTES };
		let mut found = pull.description(&self.reference, content_of(&self.reference)).await?;
		let mut platform = None;
		if let Description::Index(index) = &found.1 {
			let none =
				|| self.wrong(FetchErrorKind::NotFound, format!("it has no image for linux/{}", Arch::default()));
			let found_here = for_here(index).map_err(|why| self.wrong(FetchErrorKind::NotAllowed, why))?;
			let chosen = found_here.ok_or_else(none)?;
			// What an image asks of a processor may be said here alone. A machine that lacks it would blame the app.
			platform = variant(chosen).and(chosen.platform().clone());
			let cid = self.content(chosen.digest())?;
			found = pull.description(&digest_of(&cid), Some(cid)).await?;
		}
		let (bytes, Description::Image(manifest)) = found else {
			return Err(self.wrong(FetchErrorKind::Unreachable, "it has an index where an image should be"));
		};
		for part in parts(&manifest) {
			pull.blob(part.digest()).await?;
		}
		let media_type = manifest.media_type().as_ref().unwrap_or(&MediaType::ImageManifest);
		pull.finish(&bytes, media_type, platform.as_ref()).await
	}

	fn client(&self, proxy: Option<&Proxy>) -> Result<Client, FetchError> {
		// Another host that the registry redirects to is not sent the token.
		let client = client().redirect(policy()).read_timeout(READ_TIMEOUT);
		// No proxy leads back to this machine.
		let proxy = proxy.filter(|_| self.base.scheme() != "http");
		let proxy = proxy.map(|proxy| reqwest::Proxy::all(proxy.url().clone())).transpose();
		let built = proxy.and_then(|proxy| proxy.into_iter().fold(client, ClientBuilder::proxy).build());
		built.map_err(|error| self.wrong(FetchErrorKind::Unreachable, format!("HTTP cannot be used: {error}")))
	}

	/// Returns what a digest in a description names.
	fn content(&self, digest: &Digest) -> Result<Cid, FetchError> {
		content_of(digest.as_ref())
			.ok_or_else(|| self.wrong(FetchErrorKind::NotAllowed, format!("{digest} is not a digest of SHA-256")))
	}

	fn wrong(&self, kind: FetchErrorKind, what: impl Display) -> FetchError {
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
	/// Returns the description of the image, or of several: the bytes by which it is known, and what they say.
	async fn description(&mut self, reference: &str, cid: Option<Cid>) -> Result<(Vec<u8>, Description), FetchError> {
		let response = self.get(&format!("manifests/{reference}")).await?;
		let bytes = self.small(response).await?;
		if cid.is_some_and(|cid| !cid.verify(&bytes)) {
			return Err(self.wrong_checksum(reference));
		}
		let description = Description::parse(&bytes);
		Ok((bytes, description.map_err(|why| self.image.wrong(FetchErrorKind::Unreachable, why))?))
	}

	/// Brings a part into the layout.
	async fn blob(&mut self, digest: &Digest) -> Result<(), FetchError> {
		let cid = self.image.content(digest)?;
		let path = self.location(&cid);
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
			return Err(self.wrong_checksum(digest.as_ref()));
		}
		Ok(())
	}

	/// Makes the parts that are there a layout. `platform`: for which processors the image is, if not for all of one
	/// architecture.
	async fn finish(
		&self,
		manifest: &[u8],
		media_type: &MediaType,
		platform: Option<&Platform>,
	) -> Result<(), FetchError> {
		let cid = Cid::of(HashKind::Sha256, manifest);
		tokio::fs::write(self.location(&cid), manifest).await?;
		let mut part = json!({ "mediaType": media_type, "digest": digest_of(&cid), "size": manifest.len() });
		if let Some(platform) = platform {
			part["platform"] = json!(platform);
		}
		let index = json!({ "schemaVersion": 2, "manifests": [part] });
		tokio::fs::write(self.layout.join("index.json"), index.to_string()).await?;
		Ok(tokio::fs::write(self.layout.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).await?)
	}

	/// Returns where a part is in the layout.
	fn location(&self, cid: &Cid) -> PathBuf {
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
			let (kind, advice) = match response.status() {
				StatusCode::OK => return Ok(response),
				// One from before may have expired.
				StatusCode::UNAUTHORIZED if !is_fresh => {
					self.token = Some(self.new_token(&response).await?);
					is_fresh = true;
					continue;
				}
				StatusCode::NOT_FOUND => (FetchErrorKind::NotFound, "; check its name and tag"),
				_ => (FetchErrorKind::Unreachable, ""),
			};
			return Err(self.image.wrong(kind, format!("the registry answers {}{advice}", response.status())));
		}
	}

	/// Gets a token for everybody, from the URL that the registry names.
	async fn new_token(&self, refused: &Response) -> Result<String, FetchError> {
		let private = || {
			let words = "it is not public; pull it with another program, and deploy the saved image";
			self.image.wrong(FetchErrorKind::NotAllowed, words)
		};
		let refusal = refused.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|text| text.to_str().ok());
		let url = auth::token_url(refusal, &self.image.base).ok_or_else(private)?;
		let response = self.client.get(url).send().await.map_err(|error| self.broken(error))?;
		if !response.status().is_success() {
			return Err(private());
		}
		auth::token(&self.small(response).await?).ok_or_else(private)
	}

	/// Returns all of an answer, if that is not much.
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
		// The target of a redirection may be a secret.
		let (RequestFailure::Again(error) | RequestFailure::Final(error)) =
			failure(&self.image.base, &error.without_url());
		error
	}

	fn wrong_checksum(&self, digest: &str) -> FetchError {
		self.image.wrong(FetchErrorKind::WrongChecksum, format!("what came is not {digest}"))
	}
}

/// Returns the digest that names a content.
fn digest_of(cid: &Cid) -> String {
	format!("sha256:{}", hex::encode(cid.digest()))
}

#[cfg(test)]
mod tests {
	use serde_json::Value;

	use super::*;

	fn index(parts: &[Value]) -> ImageIndex {
		let index = json!({ "schemaVersion": 2, "manifests": parts }).to_string();
		match Description::parse(index.as_bytes()) {
			Ok(Description::Index(index)) => *index,
			_ => panic!("{index}"),
		}
	}

	/// Returns a part of an index whose digest consists of one digit.
	fn part(digit: &str, variant: Option<&str>) -> Value {
		let digest = format!("sha256:{}", digit.repeat(64));
		let platform = json!({ "os": "linux", "architecture": Arch::default(), "variant": variant });
		json!({ "mediaType": MediaType::ImageManifest, "digest": digest, "size": 1, "platform": platform })
	}

	/// Returns how the architecture's variant is called that every machine has.
	fn every() -> &'static str {
		if Arch::default() == Arch::ARM64 {
			"v8"
		} else {
			"v1"
		}
	}

	#[test]
	fn variant_that_every_processor_runs_is_pulled() {
		for every in [None, Some(every())] {
			let index = index(&[part("1", Some("v9")), part("2", Some("v8.1")), part("3", every)]);
			let chosen = for_here(&index).unwrap().unwrap();
			assert_eq!(chosen.digest().to_string(), format!("sha256:{}", "3".repeat(64)));
		}
	}

	/// As of an image in a file.
	#[test]
	fn one_of_two_images_is_not_pulled() {
		for other in [None, Some(every())] {
			let two = index(&[part("1", None), part("2", other), part("3", Some("v9"))]);
			let why = for_here(&two).unwrap_err();
			assert!(why.contains("it has 2 images for linux/") && why.contains("digest"), "{why}");
		}
		let mut artifact = part("2", None);
		artifact["artifactType"] = json!("application/spdx+json");
		let index = index(&[part("1", None), part("1", None), artifact]);
		assert!(matches!(for_here(&index), Ok(Some(_))), "one under two names, and what is not an image");
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*, sample::select};
	use rlc_testing::spoiled;

	fn descriptions() -> impl Strategy<Value = Vec<u8>> {
		let digest =
			select(vec![digest_of(&Cid::of(HashKind::Sha256, b"")), "sha512:00".into(), "sha256:../..".into()]);
		let platform = select(vec![json!(null), json!({ "os": "linux", "architecture": Arch::default() })]);
		let part = (digest, platform).prop_map(|(digest, platform)| {
			json!({ "mediaType": MediaType::ImageManifest, "digest": digest, "size": 1, "platform": platform })
		});
		(vec(part, 1..3), select(vec!["manifests", "layers"])).prop_map(|(parts, kind)| {
			let mut description = json!({ "schemaVersion": 2, "config": parts[0] });
			description[kind] = json!(parts);
			description.to_string().into_bytes()
		})
	}

	proptest! {
		#[test]
		fn part_is_named_by_what_it_is(bytes in prop_oneof![4 => spoiled(descriptions()), 1 => vec(any::<u8>(), 0..40)]) {
			let image: RegistryImage = "registry.example/app".parse().unwrap();
			let named: Vec<_> = match Description::parse(&bytes) {
				Ok(Description::Index(index)) => for_here(&index).into_iter().flatten().cloned().collect(),
				Ok(Description::Image(manifest)) => parts(&manifest).cloned().collect(),
				Err(_) => return Ok(()),
			};
			for part in named {
				if let Ok(cid) = image.content(part.digest()) {
					prop_assert_eq!(digest_of(&cid), part.digest().to_string());
				}
			}
		}
	}
}

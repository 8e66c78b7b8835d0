//! Pinned inputs: above trust 1, several workers compute the same task, so all of them have to read the same bytes.

use std::{collections::HashMap, time::Duration};

use rlc_primitives::{RequestOrder, Tag};
use rlc_protocol::RequestParams;
use rlc_store::{is_pinned, pin, DownloadLimits, Proxy};

use crate::{
	failure::{failure, Failure, Result},
	output::Output,
};

/// How much is read from one location, and for how long: workers fetch no larger file, unless they are told to.
const LIMITS: DownloadLimits = DownloadLimits { max_size: 4 << 30, timeout: Duration::from_secs(3_600) };

/// A SHA-256 that no known content has.
const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where the hash of an input that is not pinned comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pinning {
	/// From the content that is there now, which is read for this.
	Read,
	/// From nowhere: the request is never sent. It only asks for a price, which depends on its length.
	Pretend,
}

impl Pinning {
	/// Pins the locations that a request of this trust names, if that is needed. What is at one is read once.
	///
	/// # Errors
	///
	/// If a location is invalid, or what is there cannot be read.
	pub(crate) async fn pin<'a>(
		self,
		out: &Output,
		proxy: Option<&Proxy>,
		trust: u64,
		locations: impl Iterator<Item = &'a mut String>,
	) -> Result<()> {
		if trust <= 1 {
			return Ok(());
		}
		let mut known: HashMap<String, String> = HashMap::new();
		for location in locations {
			if is_pinned(location) {
				continue;
			}
			let pinned = match (known.get(location.as_str()), self) {
				(Some(pinned), _) => pinned.clone(),
				(None, Self::Read) => read(out, proxy, location).await?,
				(None, Self::Pretend) => format!("{location}#sha256={NO_HASH}"),
			};
			known.insert(std::mem::replace(location, pinned.clone()), pinned);
		}
		Ok(())
	}
}

/// Reads what is at a location, and returns the location with its hash.
async fn read(out: &Output, proxy: Option<&Proxy>, location: &str) -> Result<String> {
	let progress = out.bytes(format!("reading {location}, to pin it"), 0);
	let pinned = pin(location, LIMITS, proxy.cloned(), |done, total| progress.set_of(done, total)).await;
	drop(progress);
	let pinned = pinned.map_err(|error| {
		Failure::from(error)
			.during(format_args!("input {location} cannot be pinned, which a trust above 1 needs"))
			.advise("add #sha256=HEX to it yourself, give a CID, or ask for --trust 1")
	})?;
	out.say(format_args!("pinned, so that every worker reads the same bytes: {pinned}"));
	Ok(pinned)
}

/// Checks that workers can serve a request, no matter who wrote it or makes deals of it, if its tasks demand this.
///
/// # Errors
///
/// If no worker can, whatever its machine; if its tasks are not those that are meant once several deals are made of it.
pub(crate) fn check(request: &RequestOrder, demanded: Tag) -> Result<()> {
	let (params, _) = RequestParams::parse_servable(&request.params, request.trust, demanded, is_pinned)?;
	if params.rlc_each.is_some() && request.volume > 1 {
		return Err(failure!(EachDivided,
			"each deal reads the list of what each task is run with from its first entry, and several deals can be made of \
			 this request for {} tasks: some entries would run again, and others never", request.volume;
			"use `rlc app run`, which makes one deal, or sign a request of one task for each entry"));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::wish;

	async fn pinned(pinning: Pinning, inputs: &[String], trust: u64) -> Result<Vec<String>> {
		let mut inputs = inputs.to_vec();
		pinning.pin(&Output::new(true), None, trust, inputs.iter_mut()).await?;
		Ok(inputs)
	}

	#[tokio::test]
	async fn inputs_are_pinned_to_what_is_there_if_workers_have_to_agree() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("in.txt");
		std::fs::write(&file, "hello world").unwrap();
		let there = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e/in.txt".to_owned();
		let local = format!("file://{}", file.display());
		let inputs = [local.clone(), there.clone(), local];
		assert_eq!(pinned(Pinning::Read, &inputs, 1).await.unwrap(), inputs);
		// printf 'hello world' | sha256sum
		let sha256 = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
		let located = format!("{}#sha256={sha256}", inputs[0]);
		let expected = [located.clone(), there, located];
		assert_eq!(pinned(Pinning::Read, &inputs, 2).await.unwrap(), expected);
	}

	#[tokio::test]
	async fn price_is_asked_for_without_reading_anything() {
		let inputs = ["http://127.0.0.1:1/in".to_owned()];
		let pretended = pinned(Pinning::Pretend, &inputs, 5).await.unwrap();
		assert!(is_pinned(&pretended[0]), "as long as the right one");
	}

	#[tokio::test]
	async fn input_that_cannot_be_pinned_is_named_with_what_to_do() {
		let inputs = ["file:///no/such/file".to_owned()];
		let failure = pinned(Pinning::Read, &inputs, 2).await.unwrap_err();
		assert_eq!(failure.code(), "content.missing");
		let words = failure.to_string();
		assert!(words.starts_with("input file:///no/such/file cannot be pinned"), "{words}");
		assert!(words.ends_with("; add #sha256=HEX to it yourself, give a CID, or ask for --trust 1"), "{words}");
	}

	#[test]
	fn request_that_no_worker_serves_is_not_paid_for() {
		let request = |params: &str, trust| {
			let params = params.as_bytes().to_vec().try_into().unwrap();
			RequestOrder { trust, params, ..wish().request(1, 1, 1) }
		};
		let code = |request: &RequestOrder, tag| check(request, tag).unwrap_err().code().to_owned();
		let unpinned = r#"{"iexec_input_files": ["https://x.org/a"]}"#;
		let network = Tag::from_bits(Tag::NETWORK);
		assert_eq!(check(&request(unpinned, 1), network), Ok(()));
		assert_eq!(code(&request(unpinned, 2), Tag::NONE), "input.unpinned");
		assert_eq!(code(&request("", 2), network), "offers.network");
		assert_eq!(code(&request("{", 1), Tag::NONE), "params.invalid");
		assert_eq!(code(&request(r#"{"rlc_each": "https://x.org/a"}"#, 2), Tag::NONE), "input.unpinned");
		assert_eq!(code(&request(r#"{"iexec_secrets": {"1": "x"}}"#, 1), Tag::NONE), "params.unsupported");
	}

	#[test]
	fn list_is_not_read_by_several_deals() {
		for key in ["rlc_each", "bulk_cid"] {
			let params = format!(r#"{{"{key}": "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"}}"#);
			let of = |volume| {
				let params = params.as_bytes().to_vec().try_into().unwrap();
				check(&RequestOrder { volume, trust: 1, params, ..wish().request(1, 1, 1) }, Tag::NONE)
			};
			assert_eq!(of(1), Ok(()));
			assert_eq!(of(2).unwrap_err().code(), "each.divided");
		}
	}
}

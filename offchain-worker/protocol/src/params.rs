//! What a request says about its tasks: iExec's JSON, and what they need of a machine.

use std::collections::BTreeMap;

use rlc_primitives::{work::FailureCause, Tag};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Needs;

/// How many characters of a stranger's text are shown.
const SHOWN: usize = 200;

/// What iExec's SDK writes by itself, and means nothing here: results are in the pool's store, logs are kept anyway, and there
/// are no enclaves.
const IGNORED: [&str; 4] = [
	"iexec_result_storage_proxy",
	"iexec_developer_logger",
	"iexec_tee_post_compute_fingerprint",
	"iexec_tee_post_compute_image",
];

/// The params of a request. Written as JSON; any other text is the arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestParams {
	/// What the app is started with, separated as a shell would.
	#[serde(default, skip_serializing_if = "String::is_empty")]
	pub iexec_args: String,
	/// Where the input files are: CIDs, also of files in IPFS or with paths in directories there, `http(s)://`, or `file://` where
	/// a worker allows it. Above trust 1, each must be pinned: a CID, or a location that ends with `#sha256=HEX`.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub iexec_input_files: Vec<String>,
	/// Whether the result is encrypted for the beneficiary.
	#[serde(default, skip_serializing_if = "std::ops::Not::not")]
	pub iexec_result_encryption: bool,
	/// Where the result goes. Absent: into the workerpool's store.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub iexec_result_storage_provider: Option<String>,
	/// Names of the requester's secrets, by their number in the app.
	#[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
	pub iexec_secrets: BTreeMap<String, String>,
	/// Where the [list](crate::each) is of what each task is run with. Above trust 1, it must be pinned. iExec's `bulk_cid`
	/// means the same; lists of dataset orders, as iExec's tools make them, are not understood.
	#[serde(default, alias = "bulk_cid", skip_serializing_if = "Option::is_none")]
	pub rlc_each: Option<String>,
	/// What each task needs of a machine. Not iExec's.
	#[serde(default, skip_serializing_if = "Needs::is_nothing")]
	pub rlc_needs: Needs,
}

/// Why params cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParams {
	/// They are not UTF-8.
	#[error("the params are not text")]
	NoText,
	/// They are JSON, but not of this form.
	#[error("the params are not understood: {0}")]
	Form(String),
	/// A quotation mark is not closed.
	#[error("iexec_args: a quotation mark is not closed")]
	OpenQuote,
	/// No program can be given a zero byte: it ends an argument.
	#[error("iexec_args: an argument has a zero byte in it")]
	ZeroByte,
}

/// What iExec's params can ask for, and no worker here does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
	/// Results are as the app leaves them.
	#[error("iexec_result_encryption is not supported here: anybody can read a result; let the app encrypt it")]
	Encryption,
	/// Results are nowhere else.
	#[error(
		"iexec_result_storage_provider {0:?} is not supported here: results go to the workerpool's store; leave it out"
	)]
	Storage(String),
	/// There are no enclaves to give them to.
	#[error(
		"iexec_secrets are not supported here: only enclaves are given secrets, and there are none; leave them out"
	)]
	Secrets,
}

/// Why no worker can serve a deal's params, whatever its machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unservable {
	/// They cannot be understood.
	#[error(transparent)]
	Invalid(#[from] InvalidParams),
	/// They ask for something that no worker does.
	#[error(transparent)]
	Unsupported(#[from] Unsupported),
	/// Its workers might not agree.
	#[error(transparent)]
	Unrepeatable(#[from] Unrepeatable),
}

/// Why honest workers of one task might not have the same result: the deal does not fix what they compute from.
///
/// Above trust 1, workers that see something other than the rest lose their stakes. So such deals are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unrepeatable {
	/// An input can be other bytes for each worker.
	#[error(
		"input file {number} ({}) may be something else for each worker, and above trust 1 all of them have to read the \
		 same; name it by its CID, add #sha256=HEX to it, or ask for trust 1",
		shown(.location)
	)]
	Input {
		/// Its number, from 1.
		number: usize,
		/// Where it is.
		location: String,
	},
	/// The list of what each task is run with can be another one for each worker.
	#[error(
		"the list of what each task is run with ({}) may be another one for each worker, and above trust 1 all of them \
		 have to read the same; name it by its CID, add #sha256=HEX to it, or ask for trust 1",
		shown(.location)
	)]
	List {
		/// Where it is.
		location: String,
	},
	/// A network can tell each worker something else.
	#[error("the app's order grants a network, which can tell each worker something else; ask for trust 1")]
	Network,
}

/// Returns the beginning of a text of a stranger, in one line: what commands a terminal, or is not seen, is escaped.
pub(crate) fn shown(text: &str) -> String {
	let mut shown = String::new();
	for one in text.chars().take(SHOWN) {
		match one {
			'"' | '\'' | '\\' => shown.push(one),
			_ => shown.extend(one.escape_debug()),
		}
	}
	shown
}

impl Unservable {
	/// Returns the cause that workers report on chain.
	pub fn cause(&self) -> FailureCause {
		match self {
			Self::Unsupported(Unsupported::Secrets) => FailureCause::SecretUnavailable,
			Self::Invalid(_) | Self::Unsupported(_) | Self::Unrepeatable(_) => FailureCause::InvalidParams,
		}
	}
}

impl RequestParams {
	/// Reads the params of a deal of this trust and tag that workers can serve. Returns them with the app's arguments.
	/// Workers and schedulers judge by this alone, so they agree on which deals are hopeless.
	///
	/// `is_pinned` tells whether a location says which bytes are there. It is the caller's, since the code that fetches a
	/// location knows how to read it.
	///
	/// # Errors
	///
	/// [`Unservable`].
	pub fn parse_servable(
		bytes: &[u8],
		trust: u64,
		tag: Tag,
		is_pinned: impl Fn(&str) -> bool,
	) -> Result<(Self, Vec<String>), Unservable> {
		let params = Self::parse(bytes)?;
		let args = params.args()?;
		params.supported()?;
		params.repeatable(trust, tag, is_pinned)?;
		Ok((params, args))
	}

	/// Checks that all workers of a task compute from the same bytes, as far as the deal's trust needs that.
	///
	/// # Errors
	///
	/// [`Unrepeatable`].
	pub fn repeatable(&self, trust: u64, tag: Tag, is_pinned: impl Fn(&str) -> bool) -> Result<(), Unrepeatable> {
		// One worker agrees with itself, and has no stake in it.
		if trust <= 1 {
			return Ok(());
		}
		if tag.has_network() {
			return Err(Unrepeatable::Network);
		}
		if let Some(location) = self.rlc_each.as_ref().filter(|location| !is_pinned(location)) {
			return Err(Unrepeatable::List { location: location.clone() });
		}
		match (1..).zip(&self.iexec_input_files).find(|(_, location)| !is_pinned(location)) {
			None => Ok(()),
			Some((number, location)) => Err(Unrepeatable::Input { number, location: location.clone() }),
		}
	}

	/// Checks that workers do what is asked for: requesters find out before they pay, workers before they compute.
	///
	/// # Errors
	///
	/// [`Unsupported`].
	pub fn supported(&self) -> Result<(), Unsupported> {
		if self.iexec_result_encryption {
			return Err(Unsupported::Encryption);
		}
		match self.iexec_result_storage_provider.as_deref() {
			// iExec's tools write `ipfs` if nothing else was asked for: content-addressed, as the workerpool's store is.
			None | Some("" | "ipfs") => {}
			Some(elsewhere) => return Err(Unsupported::Storage(elsewhere.into())),
		}
		if !self.iexec_secrets.is_empty() {
			return Err(Unsupported::Secrets);
		}
		Ok(())
	}

	/// Reads the params of a deal. What iExec's SDK writes and means nothing here is passed over, as is what is `null`.
	///
	/// # Errors
	///
	/// [`InvalidParams`], if they are a JSON object with a key or value that is not known, or not text.
	pub fn parse(bytes: &[u8]) -> Result<Self, InvalidParams> {
		let text = std::str::from_utf8(bytes).map_err(|_| InvalidParams::NoText)?.trim();
		if !text.starts_with('{') {
			return Ok(Self { iexec_args: text.into(), ..Self::default() });
		}
		let form = |error: serde_json::Error| InvalidParams::Form(error.to_string());
		let mut fields: Map<String, Value> = serde_json::from_str(text).map_err(form)?;
		fields.retain(|key, value| !IGNORED.contains(&key.as_str()) && !value.is_null());
		serde_json::from_value(fields.clone().into())
			.map_err(|error| wrong_field(fields).unwrap_or_else(|| form(error)))
	}

	/// Returns the arguments one by one: separated by spaces, but not within single or double quotation marks; a
	/// backslash takes the next character as it is. Nothing else is special: `#`, `$` and `*` stand for themselves.
	///
	/// # Errors
	///
	/// [`InvalidParams::OpenQuote`] and [`InvalidParams::ZeroByte`].
	pub fn args(&self) -> Result<Vec<String>, InvalidParams> {
		split_args(&self.iexec_args)
	}
}

/// Returns arguments one by one, as [`RequestParams::args`] does.
pub(crate) fn split_args(text: &str) -> Result<Vec<String>, InvalidParams> {
	if text.contains('\0') {
		return Err(InvalidParams::ZeroByte);
	}
	let (mut args, mut current) = (Vec::new(), None::<String>);
	let mut quote = None;
	let mut characters = text.chars();
	while let Some(character) = characters.next() {
		match (quote, character) {
			(Some(open), close) if open == close => quote = None,
			(None, '"' | '\'') => {
				quote = Some(character);
				current.get_or_insert_default();
			}
			(None | Some('"'), '\\') => current.get_or_insert_default().extend(characters.next()),
			(None, space) if space.is_whitespace() => args.extend(current.take()),
			(_, other) => current.get_or_insert_default().push(other),
		}
	}
	if quote.is_some() {
		return Err(InvalidParams::OpenQuote);
	}
	args.extend(current);
	Ok(args)
}

/// Returns what is wrong with the first field that alone is wrong.
fn wrong_field(fields: Map<String, Value>) -> Option<InvalidParams> {
	fields.into_iter().find_map(|(key, value)| {
		let alone = Value::from(Map::from_iter([(key.clone(), value)]));
		let error = serde_json::from_value::<RequestParams>(alone).err()?;
		Some(InvalidParams::Form(format!("{key}: {error}")))
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn args(text: &str) -> Result<Vec<String>, InvalidParams> {
		RequestParams { iexec_args: text.into(), ..Default::default() }.args()
	}

	#[test]
	fn text_is_arguments_and_json_is_iexecs() {
		assert_eq!(RequestParams::parse(b"--fast 3").unwrap().iexec_args, "--fast 3");
		assert_eq!(RequestParams::parse(b"").unwrap(), RequestParams::default());
		let params =
			RequestParams::parse(br#"{"iexec_args": "a b", "iexec_input_files": ["https://x.org/1"]}"#).unwrap();
		assert_eq!((params.args().unwrap().len(), params.iexec_input_files.len()), (2, 1));
	}

	#[test]
	fn unknown_keys_and_bytes_are_refused() {
		assert!(matches!(RequestParams::parse(br#"{"iexec_arg": "a"}"#), Err(InvalidParams::Form(_))));
		assert!(matches!(RequestParams::parse(br#"{"iexec_args": 1}"#), Err(InvalidParams::Form(_))));
		assert_eq!(RequestParams::parse(&[0xff]), Err(InvalidParams::NoText));
	}

	#[test]
	fn what_the_sdk_of_iexec_adds_is_passed_over() {
		let sdk = br#"{
			"iexec_args": "a",
			"iexec_result_encryption": false,
			"iexec_result_storage_provider": "ipfs",
			"iexec_result_storage_proxy": "https://result.example.org",
			"iexec_developer_logger": true,
			"iexec_tee_post_compute_fingerprint": "x",
			"iexec_tee_post_compute_image": "y",
			"iexec_secrets": {},
			"iexec_input_files": null
		}"#;
		let params = RequestParams::parse(sdk).unwrap();
		assert_eq!(params.supported(), Ok(()));
		assert_eq!((params.iexec_args.as_str(), params.iexec_input_files.len()), ("a", 0));
		let written = serde_json::to_string(&params).unwrap();
		assert!(!written.contains("proxy") && !written.contains("tee"), "{written}");
	}

	#[test]
	fn field_that_is_wrong_is_named() {
		let words = |params: &str| RequestParams::parse(params.as_bytes()).unwrap_err().to_string();
		for (params, key) in [
			(r#"{"iexec_args": "a", "iexec_input_files": "https://x.org/a"}"#, "iexec_input_files: "),
			(r#"{"iexec_args": ["a"]}"#, "iexec_args: "),
			(r#"{"iexec_result_encryption": "no"}"#, "iexec_result_encryption: "),
			(r#"{"iexec_tee": 1}"#, "iexec_tee: unknown field"),
		] {
			assert!(words(params).contains(key), "{}", words(params));
		}
	}

	#[test]
	fn what_nobody_does_is_named() {
		let supported = |params: &str| RequestParams::parse(params.as_bytes()).unwrap().supported();
		for params in [
			"",
			"a b",
			r#"{"iexec_result_storage_provider": "ipfs", "iexec_result_encryption": false}"#,
			r#"{"iexec_result_storage_provider": ""}"#,
		] {
			assert_eq!(supported(params), Ok(()), "{params}");
		}
		for (params, why) in [
			(r#"{"iexec_result_encryption": true}"#, Unsupported::Encryption),
			(r#"{"iexec_result_storage_provider": "dropbox"}"#, Unsupported::Storage("dropbox".into())),
			(r#"{"iexec_secrets": {"1": "mine"}}"#, Unsupported::Secrets),
		] {
			assert_eq!(supported(params), Err(why), "{params}");
		}
	}

	/// Judges as [`RequestParams::parse_servable`] does, with locations that say themselves that they are pinned.
	fn servable(params: &str, trust: u64, tag: Tag) -> Result<(RequestParams, Vec<String>), Unservable> {
		RequestParams::parse_servable(params.as_bytes(), trust, tag, |location| location.ends_with("pinned"))
	}

	#[test]
	fn each_input_is_pinned_where_workers_have_to_agree() {
		let inputs = |inputs: &str| format!(r#"{{"iexec_input_files": [{inputs}]}}"#);
		let mixed = inputs(r#""a#pinned", "https://x.org/b""#);
		for trust in [0, 1] {
			assert!(servable(&mixed, trust, Tag::NONE).is_ok(), "one worker's word");
		}
		let unpinned = Unrepeatable::Input { number: 2, location: "https://x.org/b".into() };
		for trust in [2, u64::MAX] {
			assert_eq!(servable(&mixed, trust, Tag::NONE), Err(Unservable::Unrepeatable(unpinned.clone())));
			assert!(servable(&inputs(r#""a#pinned", "b#pinned""#), trust, Tag::NONE).is_ok());
			assert!(servable("--url https://x.org/b", trust, Tag::NONE).is_ok(), "an argument is the same for all");
		}
		let words = unpinned.to_string();
		assert!(words.starts_with("input file 2 (https://x.org/b) may be") && words.contains("#sha256=HEX"), "{words}");
	}

	#[test]
	fn list_is_pinned_like_an_input_and_has_two_names() {
		for key in ["rlc_each", "bulk_cid"] {
			let params = |location: &str| format!(r#"{{"{key}": "{location}"}}"#);
			let (servable_params, _) = servable(&params("https://x.org/l"), 1, Tag::NONE).unwrap();
			assert_eq!(servable_params.rlc_each.as_deref(), Some("https://x.org/l"), "one worker's word");
			assert!(servable(&params("l#pinned"), 2, Tag::NONE).is_ok());
			let unpinned = Unrepeatable::List { location: "https://x.org/l".into() };
			assert_eq!(servable(&params("https://x.org/l"), 2, Tag::NONE), Err(Unservable::Unrepeatable(unpinned)));
		}
		let both = RequestParams::parse(br#"{"bulk_cid": "Qm", "rlc_each": "Qm"}"#).unwrap_err();
		assert!(both.to_string().contains("duplicate field `rlc_each`"), "{both}");
	}

	#[test]
	fn location_is_shown_in_one_line_of_bounded_length() {
		let location = format!("http://x\n\u{1b}[2J\u{202e}\"{}", "a".repeat(9_000));
		let words = Unrepeatable::Input { number: 1, location }.to_string();
		assert!(words.contains(r#"(http://x\n\u{1b}[2J\u{202e}"a"#) && words.len() < 600, "{words}");
	}

	#[test]
	fn network_is_for_trust_1_alone() {
		let network = Tag::from_bits(Tag::NETWORK | Tag::GPU);
		assert!(servable("", 1, network).is_ok());
		assert_eq!(servable("", 2, network), Err(Unservable::Unrepeatable(Unrepeatable::Network)));
		assert!(servable("", 2, Tag::from_bits(Tag::GPU)).is_ok());
	}

	#[test]
	fn unservable_params_have_a_cause_from_outside() {
		for (params, cause) in [
			("{", FailureCause::InvalidParams),
			("it's", FailureCause::InvalidParams),
			(r#"{"bulk_cid": "Qm"}"#, FailureCause::InvalidParams),
			(r#"{"iexec_secrets": {"1": "mine"}}"#, FailureCause::SecretUnavailable),
			(r#"{"iexec_input_files": ["https://x.org/1"]}"#, FailureCause::InvalidParams),
		] {
			let unservable = servable(params, 2, Tag::NONE).unwrap_err();
			assert_eq!(unservable.cause(), cause, "{params}");
			assert!(unservable.cause().is_from_outside(), "{params}");
		}
		assert_eq!(servable("a 'b c'", 2, Tag::NONE).unwrap().1, ["a", "b c"]);
	}

	#[test]
	fn arguments_are_split_as_by_a_shell() {
		assert_eq!(args(" a  'b c' \"d \\\" e\" f\\ g '' ").unwrap(), ["a", "b c", "d \" e", "f g", ""]);
		assert_eq!(args("--color #fff $A *").unwrap(), ["--color", "#fff", "$A", "*"], "there is no shell");
		assert_eq!(args("it's"), Err(InvalidParams::OpenQuote));
		assert_eq!(args("a\0b"), Err(InvalidParams::ZeroByte));
	}
}

#[cfg(test)]
mod parsing;

//! What the command line asks for, and the files that go with it.

mod list;

use std::path::PathBuf;

use clap::Args;
use rlc_chain::Chain;
use rlc_primitives::{record::LeastRecord, AccountId, AppId, CallbackId, DatasetId, Moment, Params, Tag, WorkerpoolId};
use rlc_protocol::RequestParams;
use rlc_store::check_location;
use sp_core::H256;

use self::list::List;
use crate::{
	amount::Amount,
	assets::{self, AssetName},
	bag::{Bag, BagOptions},
	context::{now, Context},
	failure::{failure, Failure, Result},
	ids,
	local_file::{LocalFile, Uploads},
	market::Wish,
	needs::NeedsOptions,
	pins::Pinning,
};

/// The trust of a request that asks for none: the least at which a worker that lies loses its stake, and new workers come to
/// an agreement of two.
const TRUST: u64 = 3;

/// How long a request can be matched that does not say it, in hours.
const VALID_FOR: u64 = 24;

/// The options of a request.
#[derive(Clone, Debug, Args)]
pub(crate) struct RequestOptions {
	/// The app to run: its id or its name. A name that several apps have, or nearly, is refused: give OWNER/NAME then, or the id
	#[arg(value_parser = assets::named(ids::app))]
	pub app: AssetName<AppId>,

	/// The app's arguments, as in a shell
	#[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
	pub args: Option<String>,

	/// A file for the app: a path (it is uploaded), a CID, also of a file in IPFS (Qm…, ipfs://CID/PATH), or an http(s) or file
	/// URL; may be repeated. Above trust 1, URLs are pinned: the content is read once, and #sha256=HEX is added, so that all
	/// workers read the same bytes
	#[arg(long = "input", value_name = "FILE|URL|CID")]
	pub inputs: Vec<String>,

	/// The dataset that the app uses: its id or its name
	#[arg(long, value_name = "DATASET", value_parser = assets::named(ids::dataset))]
	pub dataset: Option<AssetName<DatasetId>>,

	/// How many tasks; the app sees which one it is in IEXEC_TASK_INDEX [default: 1, or one for each row or file]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub tasks: Option<u64>,

	/// What tells the tasks apart
	#[command(flatten)]
	pub bag: BagOptions,

	/// How unlikely a wrong result must be: one in this many. Above 1, two workers at least have to agree, and lose a stake if
	/// they lie. At 1, a single worker is paid for whatever it answers
	#[arg(long, default_value_t = TRUST, value_name = "T", value_parser = clap::value_parser!(u64).range(1..))]
	pub trust: u64,

	/// How long a task may take: XS (5 min), S, M, L, XL (10 h), or its number
	#[arg(long, default_value = "XS", value_name = "CATEGORY")]
	pub category: String,

	/// Let only this workerpool compute
	#[arg(long, value_name = "WORKERPOOL", value_parser = assets::named(ids::workerpool))]
	pub workerpool: Option<AssetName<WorkerpoolId>>,

	/// Admit only workerpools whose completed tasks were charged at least this much in all; see `rlc workerpool show`
	#[arg(long, value_name = "AMOUNT")]
	pub least_completed: Option<Amount>,

	/// Admit only workerpools that failed at most this part of their tasks, measured by what those were charged; see
	/// `rlc workerpool show`
	#[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
	pub max_failed: Option<u8>,

	/// The most that a task may cost: app, dataset and workerpool together
	#[arg(long, value_name = "AMOUNT")]
	pub max_price: Option<Amount>,

	/// What each task needs
	#[command(flatten)]
	pub needs: NeedsOptions,

	/// iExec's params as JSON; --args, --input and what each task needs are added to them
	#[arg(long, value_name = "JSON")]
	pub params: Option<String>,

	/// What the tasks demand of a workerpool: tee, gpu, a number of bits, or 32 bytes in hex. An app reaches the network
	/// only if its own order grants it
	#[arg(long, value_name = "TAG", value_parser = ids::tag)]
	pub tag: Option<Tag>,

	/// The callback that receives the result on chain
	#[arg(long, value_name = "CALLBACK", value_parser = ids::callback)]
	pub callback: Option<CallbackId>,

	/// The account that the result belongs to, if not the requester
	#[arg(long, value_name = "ACCOUNT")]
	pub beneficiary: Option<String>,

	/// How long the request can be matched, in hours. Deals that it made go on; then the deposit for its record can come back,
	/// see `rlc order prune --help` [default: 24; without end if `rlc order sign` uses an Ethereum key, whose typed data cannot
	/// say it]
	#[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=100_000))]
	pub valid_for: Option<u64>,
}

/// A request, and what goes with it.
#[derive(Debug)]
pub(crate) struct Request {
	/// What is asked for.
	pub wish: Wish,
	/// The files to upload for it, each once.
	pub files: Vec<LocalFile>,
	/// What the results of its tasks are called, in their order; empty if they have no names.
	pub names: Vec<String>,
	/// One of the files, which is removed with this.
	#[allow(dead_code, reason = "it is only held")]
	list: Option<List>,
}

/// Returns the time, in ms, so many hours from `now`.
fn expiry(hours: u64, now: Moment) -> Moment {
	const HOUR: Moment = 3_600_000;
	now.saturating_add(hours.saturating_mul(HOUR))
}

/// What the options ask for, before inputs are pinned.
struct Asked {
	params: RequestParams,
	bag: Option<Bag>,
	uploads: Uploads,
}

impl RequestOptions {
	/// Returns the request of `requester`, whose tasks also read these files of this machine.
	///
	/// # Errors
	///
	/// If the params are invalid or too long, a file cannot be read, or an input cannot be pinned.
	pub(crate) async fn request(
		&self,
		context: &Context,
		chain: &Chain,
		requester: AccountId,
		pinning: Pinning,
		more: &[PathBuf],
	) -> Result<Request> {
		let Asked { mut params, bag, mut uploads } = self.asked(more)?;
		let tasks = self.tasks(bag.as_ref())?;
		let Bag { names, mut entries } = bag.unwrap_or_default();
		let own = entries.iter_mut().flat_map(|entry| &mut entry.inputs);
		let all = params.iexec_input_files.iter_mut().chain(&mut params.rlc_each).chain(own);
		pinning.pin(&context.out, context.global.http_proxy.as_ref(), self.trust, all).await?;
		let list = List::of(&mut params, entries, tasks)?;
		if let Some(list) = &list {
			uploads.add(list.path())?;
		}
		let wish = self.wish(context, chain, requester, tasks, encoded(&params)?).await?;
		Ok(Request { wish, files: uploads.files(), names, list })
	}

	/// Returns how long the request can be matched, in hours.
	pub(crate) fn hours(&self) -> u64 {
		self.valid_for.unwrap_or(VALID_FOR)
	}

	/// Returns how many tasks are asked for.
	fn tasks(&self, bag: Option<&Bag>) -> Result<u64> {
		let Some(bag) = bag else { return Ok(self.tasks.unwrap_or(1)) };
		let entries = bag.entries.len() as u64;
		match self.tasks {
			Some(tasks) if tasks != entries => Err(failure!(EachInvalid,
				"--tasks {tasks} does not fit: there is a task for each row or file, and there are {entries}";
				"leave --tasks out")),
			_ => Ok(entries),
		}
	}

	/// Returns what `requester` wishes for.
	async fn wish(
		&self,
		context: &Context,
		chain: &Chain,
		requester: AccountId,
		tasks: u64,
		params: Params,
	) -> Result<Wish> {
		let categories = chain.categories().await?;
		let category = ids::category(&self.category, &categories).map_err(Failure::category)?;
		let known = categories.iter().find(|(id, _)| *id == category);
		let beneficiary = self.beneficiary.as_deref().map(|who| context.account(who)).transpose()?;
		Ok(Wish {
			app: self.app.find(context, chain).await?,
			dataset: assets::found(self.dataset.as_ref(), context, chain).await?,
			workerpool: assets::found(self.workerpool.as_ref(), context, chain).await?,
			least_record: self.least_record(),
			category,
			reference_time: known.map_or(0, |(_, category)| category.reference_time),
			category_name: known.map_or_else(|| self.category.clone(), |(_, category)| ids::name(category)),
			trust: self.trust,
			tag: self.tag.unwrap_or(Tag::NONE),
			tasks,
			max_price: self.max_price.map(|amount| amount.0),
			requester,
			beneficiary,
			callback: self.callback,
			params,
			salt: H256(rand::random()),
			expiry: expiry(self.hours(), chain.now().await?.max(now())),
		})
	}

	/// Returns the least record that a workerpool must have. A bound that is not given allows any.
	fn least_record(&self) -> Option<LeastRecord> {
		let is_given = self.least_completed.is_some() || self.max_failed.is_some();
		is_given.then(|| LeastRecord {
			completed: self.least_completed.map_or(0, |amount| amount.0),
			max_failed: self.max_failed.unwrap_or(100),
		})
	}

	/// Returns what the options ask for, whose tasks also read these files.
	fn asked(&self, more: &[PathBuf]) -> Result<Asked> {
		let given = self.params.as_deref().unwrap_or_default();
		let mut params = RequestParams::parse(given.as_bytes()).map_err(|error| {
			failure!(ParamsInvalid, "--params: {error}";
				"leave it out, or correct it; docs/iexec.md lists the keys")
		})?;
		params.supported().map_err(|error| failure!(ParamsUnsupported, "--params: {error}"))?;
		let mut bag = self.bag.read(self.args.as_deref())?;
		if bag.is_some() && params.rlc_each.is_some() {
			return Err(failure!(ParamsInvalid, "--params names a list of what each task is run with already";
				"leave it out, or --each and --input-each"));
		}
		// Those of a table are in its rows.
		if let Some(args) = self.args.as_ref().filter(|_| self.bag.each.is_none()) {
			params.iexec_args.clone_from(args);
		}
		params.rlc_needs = self.needs.over(params.rlc_needs);
		params.args().map_err(|error| failure!(ArgsInvalid, "--args: {error}"))?;
		let mut uploads = Uploads::default();
		params.iexec_input_files.extend(uploads.locate(&self.inputs)?);
		for path in more {
			params.iexec_input_files.push(uploads.add(path)?);
		}
		check_locations(params.iexec_input_files.iter().map(String::as_str).chain(params.rlc_each.as_deref()))?;
		for (number, entry) in (1..).zip(bag.iter_mut().flat_map(|bag| &mut bag.entries)) {
			let wrong = |why: Failure| why.during(format_args!("task {number}"));
			entry.args().map_err(|error| wrong(failure!(ArgsInvalid, "{error}")))?;
			entry.inputs = uploads.locate(&entry.inputs).map_err(wrong)?;
			check_locations(entry.inputs.iter().map(String::as_str)).map_err(wrong)?;
		}
		Ok(Asked { params, bag, uploads })
	}
}

/// Fails if no worker can read what is at one of these locations.
fn check_locations<'a>(mut locations: impl Iterator<Item = &'a str>) -> Result<()> {
	locations.try_for_each(|location| check_location(location).map_err(|error| Failure::from(error).during("input")))
}

/// Returns params as they are written into a request: no bytes, if they say nothing.
fn encoded(params: &RequestParams) -> Result<Params> {
	let bytes = if *params == RequestParams::default() { Vec::new() } else { serde_json::to_vec(params)? };
	bytes.try_into().map_err(|bytes: Vec<u8>| {
		let max = rlc_primitives::deal::MAX_PARAMS;
		failure!(ParamsTooLong, "the params have {} bytes, but at most {max} are allowed", bytes.len();
			"put data into --input files")
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use rlc_store::{Cid, HashKind};
	use std::path::Path;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		request: RequestOptions,
	}

	fn options(arguments: &[&str]) -> RequestOptions {
		let app = format!("0x{}", "11".repeat(20));
		Line::try_parse_from([&["test", app.as_str()], arguments].concat()).unwrap().request
	}

	#[test]
	fn request_without_options_has_no_params() {
		let Asked { params, bag, uploads } = options(&[]).asked(&[]).unwrap();
		assert_eq!((params, bag, uploads.files()), (RequestParams::default(), None, Vec::new()));
	}

	#[test]
	fn arguments_and_inputs_are_added_to_params() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("in put.txt");
		std::fs::write(&path, "hello").unwrap();
		let input = path.to_str().unwrap();
		let params = r#"{"iexec_args": "old", "iexec_input_files": ["https://x.org/a"]}"#;
		let options =
			options(&["--params", params, "--args", "--fast 3", "--input", input, "--input", "http://x.org/b"]);
		let Asked { params, uploads, .. } = options.asked(std::slice::from_ref(&path)).unwrap();
		let (files, named) = (uploads.files(), format!("{}/in_put.txt", Cid::of(HashKind::Sha256, b"hello")));
		let read = RequestParams::parse(&encoded(&params).unwrap()).unwrap();
		assert_eq!(read, params);
		let cid = Cid::of(HashKind::Sha256, b"hello").to_string();
		assert_eq!(read.iexec_args, "--fast 3");
		assert_eq!(read.iexec_input_files, ["https://x.org/a", &named, "http://x.org/b", &named]);
		assert_eq!((files.len(), files[0].size, files[0].cid.to_string()), (1, 5, cid));
	}

	/// Writes a table, and returns its path.
	fn table(dir: &Path, csv: &str) -> String {
		let path = dir.join("tasks.csv");
		std::fs::write(&path, csv).unwrap();
		path.to_str().unwrap().to_owned()
	}

	#[test]
	fn rows_have_arguments_and_files_of_their_own() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("a.txt");
		std::fs::write(&file, "a").unwrap();
		let (file, cid) = (file.to_str().unwrap(), Cid::of(HashKind::Sha256, b"a"));
		let csv = format!("seed,input\n1,{file}\n2,https://x.org/b\n3,{file}\n");
		let options = options(&["--each", &table(dir.path(), &csv), "--args", "-s {seed}", "--input", file]);
		let Asked { params, bag, uploads } = options.asked(&[]).unwrap();
		let located = format!("{cid}/a.txt");
		assert_eq!((params.iexec_args.as_str(), params.iexec_input_files), ("", vec![located.clone()]));
		let own: Vec<_> = bag.clone().unwrap().entries.into_iter().flat_map(|entry| entry.inputs).collect();
		assert_eq!(own, [located.clone(), "https://x.org/b".into(), located]);
		assert_eq!(uploads.files().len(), 1, "a file is read and uploaded once");
		assert_eq!(options.tasks(bag.as_ref()).unwrap(), 3);
	}

	#[test]
	fn there_are_as_many_tasks_as_rows() {
		let dir = tempfile::tempdir().unwrap();
		let table = table(dir.path(), "seed\n1\n2\n");
		let tasks = |more: &[&str]| {
			let options = options(&[&["--each", table.as_str()], more].concat());
			let bag = options.asked(&[])?.bag;
			options.tasks(bag.as_ref())
		};
		assert_eq!((tasks(&[]).unwrap(), tasks(&["--tasks", "2"]).unwrap()), (2, 2));
		for other in ["1", "3"] {
			assert_eq!(tasks(&["--tasks", other]).unwrap_err().code(), "each.invalid");
		}
		assert_eq!(tasks(&["--params", r#"{"rlc_each": "Qm"}"#]).unwrap_err().code(), "params.invalid");
		assert_eq!((options(&[]).tasks(None).unwrap(), options(&["--tasks", "4"]).tasks(None).unwrap()), (1, 4));
		let app = format!("0x{}", "11".repeat(20));
		let both = ["test", app.as_str(), "--each", "a.csv", "--input-each", "*.csv"];
		assert!(Line::try_parse_from(both).is_err());
	}

	#[test]
	fn row_that_no_task_can_have_is_named() {
		let dir = tempfile::tempdir().unwrap();
		for (csv, code, words) in [
			("args\nx\nit's\n", "args.invalid", "task 2: iexec_args: a quotation mark"),
			("input\n/no/such/file\n", "file.unusable", "task 1: /no/such/file: "),
			("input\nipfs://example.org\n", "content.location", "task 1: input: "),
		] {
			let refused = options(&["--each", &table(dir.path(), csv)]).asked(&[]).err().unwrap();
			assert!(refused.code() == code && refused.to_string().starts_with(words), "{refused}");
		}
	}

	#[test]
	fn needs_of_each_task_are_in_params() {
		let params = |arguments: &[&str]| {
			let params = options(arguments).asked(&[]).unwrap().params;
			String::from_utf8(encoded(&params).unwrap().to_vec()).unwrap()
		};
		let flags = ["--cores", "2", "--memory", "4G", "--disk", "1K", "--gpus", "1"];
		assert_eq!(params(&flags), r#"{"rlc_needs":{"cores":2,"memory":4294967296,"disk":1024,"gpus":1}}"#);
		let given = r#"{"iexec_args": "x", "rlc_needs": {"cores": 9, "gpus": 2}}"#;
		assert_eq!(
			params(&["--params", given, "--cores", "3"]),
			r#"{"iexec_args":"x","rlc_needs":{"cores":3,"gpus":2}}"#
		);
		let app = format!("0x{}", "11".repeat(20));
		for wrong in [["--cores", "0"], ["--gpus", "-1"], ["--memory", "50%"], ["--disk", "0"]] {
			assert!(Line::try_parse_from([&["test", app.as_str()], &wrong[..]].concat()).is_err(), "{wrong:?}");
		}
	}

	#[test]
	fn request_expires_within_a_day_unless_told_otherwise() {
		assert_eq!(expiry(options(&[]).hours(), 5), 86_400_005);
		assert_eq!(expiry(options(&["--valid-for", "2"]).hours(), 5), 7_200_005);
		let app = format!("0x{}", "11".repeat(20));
		assert!(Line::try_parse_from(["test", app.as_str(), "--valid-for", "0"]).is_err(), "nobody could match it");
	}

	#[test]
	fn bound_of_a_record_that_is_not_given_allows_any() {
		let least = |arguments: &[&str]| options(arguments).least_record();
		let record = |completed, max_failed| Some(LeastRecord { completed, max_failed });
		assert_eq!(least(&[]), None);
		assert_eq!(least(&["--least-completed", "0.5"]), record(500_000_000, 100));
		assert_eq!(least(&["--max-failed", "0"]), record(0, 0));
		assert_eq!(least(&["--least-completed", "1nRLC", "--max-failed", "100"]), record(1, 100));
		let app = format!("0x{}", "11".repeat(20));
		for wrong in [["--max-failed", "101"], ["--max-failed", "10%"], ["--least-completed", "x"]] {
			assert!(Line::try_parse_from([&["test", app.as_str()], &wrong[..]].concat()).is_err(), "{wrong:?}");
		}
	}

	#[test]
	fn workers_have_to_agree_unless_told_otherwise() {
		assert_eq!((options(&[]).trust, options(&["--trust", "1"]).trust), (3, 1));
	}

	#[test]
	fn cids_are_inputs_as_they_are() {
		let cid = Cid::of(HashKind::Sha256, b"there already").to_string();
		let tree = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
		for input in [
			cid.clone(),
			format!("{cid}/a.txt"),
			format!("ipfs://{cid}?filename=a.txt"),
			format!("/ipfs/{cid}"),
			format!("IPFS://{cid}"),
			tree.to_owned(),
			format!("ipfs://{tree}/0.json"),
			"HTTPS://example.org/data.csv".into(),
		] {
			let Asked { params, uploads, .. } = options(&["--input", &input]).asked(&[]).unwrap();
			assert_eq!((params.iexec_input_files, uploads.files()), (vec![input], vec![]));
		}
	}

	#[test]
	fn what_is_not_a_file_or_not_params_is_refused() {
		let wrong = |arguments: &[&str]| options(arguments).asked(&[]).err().unwrap().to_string();
		assert!(wrong(&["--input", "/no/such/file"]).starts_with("/no/such/file: "));
		assert!(wrong(&["--input", "/"]).contains("is not a file"));
		assert!(wrong(&["--input", "ipfs://example.org"]).contains("CID of IPFS"));
		assert!(wrong(&["--input", "/ipns/docs.ipfs.tech"]).contains("give the CID"));
		let path = r#"{"iexec_input_files": ["data.csv"]}"#;
		assert!(wrong(&["--params", path]).contains("\"data.csv\" is not a location"));
		assert!(wrong(&["--params", r#"{"iexec_arg": ""}"#]).starts_with("--params: "));
		let lists = r#"{"bulk_cid": "Qm", "rlc_each": "Qm"}"#;
		assert!(wrong(&["--params", lists]).contains("duplicate field"), "two names of one list");
		assert!(wrong(&["--args", "'open"]).starts_with("--args: "));
		// What no worker supports is refused before anything is bought.
		for (params, what) in [
			(r#"{"iexec_result_encryption": true}"#, "iexec_result_encryption is not supported"),
			(r#"{"iexec_result_storage_provider": "dropbox"}"#, "\"dropbox\" is not supported"),
			(r#"{"iexec_secrets": {"1": "mine"}}"#, "iexec_secrets are not supported"),
		] {
			let said = wrong(&["--params", params]);
			assert!(said.starts_with("--params: ") && said.contains(what) && !said.contains('\n'), "{said}");
		}
	}
}

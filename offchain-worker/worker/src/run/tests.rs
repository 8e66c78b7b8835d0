mod links;
mod memory;

use super::*;
use crate::{
	dirs::Dirs,
	plan::Plan,
	testing::{deal, DEAL},
};
use rlc_disk::{on_disk, Budget, Part};
use rlc_primitives::{
	assets::{App, Dataset},
	deal::Resource,
	work::{TaskRef, MAX_CALLBACK_DATA},
	CallbackId, DatasetId,
};
use rlc_protocol::{worker::Resources, RequestParams};
use rlc_sandbox::{Compiler, Tap};
use rlc_store::{Cid, FetchConfig, HashKind};
use sp_core::{H160, H256};
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	sync::{Arc, Mutex},
};
use tempfile::TempDir;
use tokio::sync::watch;

/// Returns a module that writes `computed.json` with this text, and ends with this code.
pub(super) fn module(computed: &str, code: i32) -> Vec<u8> {
	let text = computed.replace('"', "\\22");
	let module = format!(
		r#"(module
			(import "wasi_snapshot_preview1" "path_open"
				(func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
			(memory (export "memory") 1)
			(data (i32.const 0) "computed.json")
			(data (i32.const 100) "{text}")
			(data (i32.const 500) "something went wrong\0a")
			(func $put (param $to i32) (param $from i32) (param $length i32)
				(i32.store (i32.const 1000) (local.get $from))
				(i32.store (i32.const 1004) (local.get $length))
				(drop (call $write (local.get $to) (i32.const 1000) (i32.const 1) (i32.const 1008))))
			(func (export "_start")
				(call $put (i32.const 2) (i32.const 500) (i32.const 21))
				(drop (call $open (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 13)
					(i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 1012)))
				(call $put (i32.load (i32.const 1012)) (i32.const 100) (i32.const {length}))
				(call $exit (i32.const {code}))))"#,
		length = computed.len(),
	);
	wat::parse_str(module).unwrap()
}

/// Returns a disk without end, of which tasks are promised this much.
fn disk(promised: u64) -> Arc<Disk> {
	let dir = tempfile::tempdir().unwrap();
	Arc::new(Disk::unlimited(&Dirs::make(dir.path()).unwrap(), promised))
}

pub(super) struct Bench {
	pub dir: TempDir,
	pub apps: Apps,
	pub plan: Plan,
	/// How long a run may take at most.
	time: Duration,
	steps: Arc<Mutex<Vec<Step>>>,
	tap: Tap,
	pub stop: watch::Sender<bool>,
}

pub(super) fn bench(app: &[u8]) -> Bench {
	let dir = tempfile::tempdir().unwrap();
	let fetch = FetchConfig { allow_file: true, ..FetchConfig::new(dir.path().join("cache")) };
	let made = |name: &str| {
		let path = dir.path().join(name);
		fs::create_dir(&path).unwrap();
		path
	};
	let apps = Apps {
		fetcher: Fetcher::new(fetch).unwrap(),
		wasm: WasmTier::new(Compiler::unlimited(), None).unwrap(),
		containers: Err("there are none in tests".into()),
		limits: Limits::default(),
		disk: disk(1 << 20),
		slots: 1,
		most_input: 1 << 20,
		tasks: made("tasks"),
		scratch: Some(Scratch { dir: made("scratch"), budget: Budget::unlimited() }),
		nothing: made("nothing"),
		results: Arc::new(Results::new(made("results"), &Budget::unlimited())),
		account: AccountId::new([1; 32]),
		misbehave: None,
	};
	let (location, checksum) = put(&dir, "app.wasm", app);
	let app = App { location: location.into_bytes().try_into().unwrap(), checksum, ..App::default() };
	let plan = Plan { deal: deal(1), app, dataset: None, params: RequestParams::default(), args: vec![] };
	let time = Duration::from_secs(60);
	Bench { dir, apps, plan, time, steps: Arc::default(), tap: Tap::new(100), stop: watch::Sender::new(false) }
}

/// Writes a file. Returns its location and checksum.
pub(super) fn put(dir: &TempDir, name: &str, bytes: &[u8]) -> (String, H256) {
	let path = dir.path().join(name);
	fs::write(&path, bytes).unwrap();
	(format!("file://{}", path.display()), H256(Cid::of(HashKind::Sha256, bytes).digest()))
}

impl Bench {
	fn result_file(&self) -> PathBuf {
		self.dir.path().join("result")
	}

	/// Returns the computation of the deal's fourth task.
	pub fn computation(&self) -> Computation {
		let steps = self.steps.clone();
		Computation {
			task: TaskRef { deal: DEAL, index: 3 },
			plan: Arc::new(self.plan.clone()),
			slots: 1,
			time: self.time,
			until: Instant::now() + Duration::from_secs(120),
			result: self.result_file(),
			tap: Some(self.tap.clone()),
			progress: Box::new(move |step| steps.lock().unwrap().push(step)),
		}
	}

	pub async fn run(&self) -> Finished {
		let finished = self.apps.run(self.computation(), self.stop.subscribe()).await;
		let left: usize = ["tasks", "scratch", "nothing"]
			.map(|name| fs::read_dir(self.dir.path().join(name)).unwrap().count())
			.into_iter()
			.sum();
		assert_eq!(left, 0, "the task's directory is removed");
		finished
	}

	pub async fn cause(&self) -> Option<FailureCause> {
		let failure = self.run().await.outcome.unwrap_err();
		assert!(!self.result_file().exists() && !self.result_file().with_extension("part").exists());
		failure.cause
	}
}

pub(super) const FILES: &str = r#"{"deterministic-output-path": "/iexec_out"}"#;
const CALLBACK: &str = r#"{"callback-data": "0x2a"}"#;

#[tokio::test]
async fn files_are_packed_and_named_by_their_sha256() {
	let bench = bench(&module(FILES, 0));
	let finished = bench.run().await;
	let output = finished.outcome.unwrap();
	let bytes = fs::read(bench.result_file()).unwrap();
	assert_eq!(output.digest.0 .0, Cid::of(HashKind::Sha256, &bytes).digest());
	assert_eq!((output.kind, output.size), (OutputKind::Archive, bytes.len() as u64));
	assert_eq!(output.cid(), Cid::of_sha256(output.digest.0 .0));
	assert_eq!(finished.usage.output, output.size);
	assert_eq!(finished.logs.stderr, "something went wrong\n");
	assert_eq!(bench.tap.take(100).streams[1], b"something went wrong\n", "told while it runs");
	let steps = bench.steps.lock().unwrap().clone();
	assert_eq!(steps, [Step::AppFetched, Step::DataFetched, Step::Computing]);
	let again = bench.run().await.outcome.unwrap();
	assert_eq!(again, output, "same input, same digest");
}

#[tokio::test]
async fn callback_data_is_named_by_its_keccak() {
	let mut bench = bench(&module(CALLBACK, 0));
	bench.plan.deal.deal.callback = Some(CallbackId(H160::repeat_byte(1)));
	let output = bench.run().await.outcome.unwrap();
	let data = fs::read(bench.result_file()).unwrap();
	assert_eq!((output.kind, output.digest), (OutputKind::Callback, ResultDigest::of_callback(&data)));
	assert_eq!((output.size, output.cid()), (data.len() as u64, Cid::of(HashKind::Keccak256, &data)));
}

#[tokio::test]
async fn trace_of_the_run_follows_what_the_app_left_for_a_callback() {
	let data = |app: Vec<u8>| async move {
		let mut bench = bench(&app);
		bench.plan.deal.deal.callback = Some(CallbackId(H160::repeat_byte(1)));
		bench.run().await.outcome.unwrap();
		fs::read(bench.result_file()).unwrap()
	};
	let (one, again) = (data(module(CALLBACK, 0)).await, data(module(CALLBACK, 0)).await);
	assert_eq!((one.len(), one[0]), (33, 42));
	assert_eq!(one, again, "same input, same trace");
	let other = data(module(r#"{"callback-data": "0x2A"}"#, 0)).await;
	assert_eq!((other.len(), other[0]), (33, 42));
	assert_ne!(one, other, "its memory differs by a bit");
	// What nobody receives is as the app left it.
	let unreceived = bench(&module(CALLBACK, 0));
	unreceived.run().await.outcome.unwrap();
	assert_eq!(fs::read(unreceived.result_file()).unwrap(), [42]);
}

#[test]
fn callback_data_leave_room_for_their_trace() {
	let dir = tempfile::tempdir().unwrap();
	let results = Results::new(dir.path().into(), &Budget::unlimited());
	let file = dir.path().join("result");
	let pack = |bytes: u32, trace| {
		let data = "00".repeat(bytes as usize);
		fs::write(dir.path().join("computed.json"), format!(r#"{{"callback-data": "0x{data}"}}"#)).unwrap();
		let largest = Largest { pool: u64::MAX, disk: u64::MAX, is_share: false };
		super::pack(dir.path(), (&results, &file), largest, true, trace)
	};
	let trace = Some(H256::repeat_byte(1));
	assert_eq!(pack(MAX_TRACED_DATA, trace).unwrap().size, u64::from(MAX_CALLBACK_DATA));
	let refused = pack(MAX_TRACED_DATA + 1, trace).unwrap_err();
	assert_eq!(refused.cause, Some(FailureCause::InvalidResult));
	assert!(refused.words.contains("4064"), "{}", refused.words);
	assert!(pack(MAX_CALLBACK_DATA, None).is_ok(), "a container's has none");
}

#[tokio::test]
async fn callback_needs_callback_data() {
	let mut bench = bench(&module(FILES, 0));
	bench.plan.deal.deal.callback = Some(CallbackId(H160::repeat_byte(1)));
	assert_eq!(bench.cause().await, Some(FailureCause::InvalidResult));
}

#[tokio::test]
async fn failure_says_the_exit_code_and_the_last_line() {
	let bench = bench(&module(FILES, 7));
	let failure = bench.run().await.outcome.unwrap_err();
	assert_eq!(failure.cause, Some(FailureCause::AppFailed { code: 7 }));
	assert_eq!(failure.words, "the app ended with exit code 7; it wrote: something went wrong");
}

#[tokio::test]
async fn failure_of_the_app_is_agreed_on_by_what_it_did() {
	let agreed = |code| async move { bench(&module(FILES, code)).run().await.agreed.unwrap() };
	let (one, again, other) = (agreed(7).await, agreed(7).await, agreed(8).await);
	assert_eq!((one.cause, one.code), (AppFault::AppFailed, 7));
	assert_eq!(one, again);
	assert_ne!(one, other);
	assert_eq!(agreed(-1).await.code, u32::MAX);
	let hash = |bytes: &[u8]| H256(Cid::of(HashKind::Sha256, bytes).digest());
	let finished = bench(&module(FILES, 7)).run().await;
	let trace = AgreedFailure::trace(finished.usage.fuel, hash(b""), hash(b"something went wrong\n"));
	assert_eq!(one.trace, trace);
	let broken = bench(b"no module").run().await.agreed.unwrap();
	assert_eq!((broken.code, broken.trace), (CANNOT_START as u32, AgreedFailure::trace(0, hash(b""), hash(b""))));
	assert_eq!(bench(&module(FILES, 0)).run().await.agreed, None, "it ended well");
}

#[test]
fn what_a_clock_ends_or_a_container_writes_is_not_agreed_on() {
	let run = |ending| Run {
		ending,
		stdout: vec![],
		stderr: vec![],
		hashes: [[1; 32], [2; 32]],
		memory: None,
		used: rlc_sandbox::Used { fuel: 9, ..Default::default() },
	};
	let failed = RunFailure::of_task(FailureCause::AppFailed { code: 7 }, "");
	let container = agreed(&failed, AppKind::Container, Some(&run(Ending::Exited(7)))).unwrap();
	assert_eq!(container, AgreedFailure { cause: AppFault::AppFailed, code: 0, trace: H256::zero() });
	let late = RunFailure::of_task(FailureCause::TimedOut, "");
	assert_eq!(agreed(&late, AppKind::Wasm, Some(&run(Ending::TimedOut))), None);
	let missing = RunFailure::of_task(FailureCause::DatasetUnavailable, "");
	assert_eq!(agreed(&missing, AppKind::Wasm, None), None);
	assert_eq!(agreed(&RunFailure::own("stopped"), AppKind::Wasm, None), None);
}

#[tokio::test]
async fn no_result_is_a_failure() {
	assert_eq!(bench(&module("{}", 0)).cause().await, Some(FailureCause::InvalidResult));
	let mut small = bench(&module(FILES, 0));
	small.apps.disk = disk(1_000);
	assert_eq!(small.cause().await, Some(FailureCause::InvalidResult), "the archive is larger than its files");
	let refused = bench(&module(FILES, 0));
	refused.apps.results.limit(1_000);
	assert_eq!(refused.cause().await, Some(FailureCause::InvalidResult), "the pool's store would not take it");
	assert_eq!(bench(b"no module").cause().await, Some(FailureCause::AppFailed { code: CANNOT_START }));
}

#[tokio::test]
async fn wrong_checksums_and_missing_files_are_named() {
	let app = module(FILES, 0);
	let mut wrong = bench(&app);
	wrong.plan.app.checksum = H256::zero();
	assert_eq!(wrong.cause().await, Some(FailureCause::AppUnavailable));
	let mut missing = bench(&app);
	missing.plan.dataset =
		Some(Dataset { location: b"file:///nowhere/data".to_vec().try_into().unwrap(), ..Dataset::default() });
	assert_eq!(missing.cause().await, Some(FailureCause::DatasetUnavailable));
	let mut inputs = bench(&app);
	let (there, _) = put(&inputs.dir, "there", b"x");
	inputs.plan.params.iexec_input_files = vec![there, "file:///nowhere/input".into()];
	assert_eq!(inputs.cause().await, Some(FailureCause::InputUnavailable { file: 1 }));
}

#[tokio::test]
async fn input_that_is_not_what_its_location_says_is_missing_from_outside() {
	let mut bench = bench(&module(FILES, 0));
	let (input, checksum) = put(&bench.dir, "input", b"x");
	let named = |digits: String| vec![format!("{input}#sha256={digits}")];
	bench.plan.params.iexec_input_files = named(hex::encode(checksum));
	assert!(bench.run().await.outcome.is_ok());
	bench.plan.params.iexec_input_files = named("00".repeat(32));
	let failure = bench.run().await.outcome.unwrap_err();
	let cause = FailureCause::InputUnavailable { file: 0 };
	assert_eq!(failure.cause, Some(cause));
	assert!(cause.is_from_outside(), "nobody loses a stake");
	assert!(failure.words.contains("is not what its checksum says"), "{}", failure.words);
}

#[tokio::test]
async fn inputs_do_not_fill_the_disk() {
	let mut bench = bench(&module(FILES, 0));
	let inputs = ["one", "two", "three"].map(|name| put(&bench.dir, name, format!("{name:10}").as_bytes()).0);
	bench.plan.params.iexec_input_files = inputs.to_vec();
	let app = fs::metadata(bench.dir.path().join("app.wasm")).unwrap().len();
	bench.apps.most_input = app + 30;
	assert!(bench.run().await.outcome.is_ok());
	bench.apps.most_input = app + 29;
	let failure = bench.run().await.outcome.unwrap_err();
	assert_eq!(failure.cause, None, "another worker may have room");
	assert!(failure.words.contains("more than this worker's cache holds"), "{}", failure.words);
}

#[tokio::test]
async fn container_without_the_tier_is_this_workers_trouble() {
	let mut bench = bench(b"an image");
	bench.plan.app.kind = AppKind::Container;
	let failure = bench.run().await.outcome.unwrap_err();
	assert_eq!(failure.cause, None);
	assert!(failure.words.contains("there are none in tests"));
}

#[test]
fn deals_tag_and_needs_say_what_the_app_is_granted() {
	for (bits, needed, network, gpus) in [
		(0, 0, false, 0),
		(0, 2, false, 2),
		(0x30, 0, false, 0),
		(Tag::GPU, 0, false, 1),
		(Tag::GPU, 3, false, 3),
		(Tag::NETWORK, 0, true, 0),
		(!0, 0, true, 1),
	] {
		let tag = Tag::from_bits(bits);
		let needs = Needs { gpus: needed, ..Needs::default() }.under(tag);
		assert_eq!(grants(tag, &needs), Grants { network, gpus }, "{bits:x} {needed}");
	}
}

/// Returns a module that never ends.
fn endless() -> Vec<u8> {
	let text = r#"(module (memory (export "memory") 1) (func (export "_start") (loop $again (br $again))))"#;
	wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn endless_app_is_ended_at_the_same_instruction_by_the_category_s_fuel() {
	let mut bench = bench(&endless());
	// Of a millisecond: the run itself has a minute.
	bench.plan.deal.deal.reference_time = 1;
	for _ in 0..2 {
		let finished = bench.run().await;
		assert_eq!(finished.usage.fuel, INSTRUCTIONS_PER_MS);
		let failure = finished.outcome.unwrap_err();
		assert_eq!(failure.cause, Some(FailureCause::TimedOut));
		assert!(failure.words.contains("executed more instructions"), "{}", failure.words);
		assert_eq!(finished.agreed.map(|agreed| agreed.cause), Some(AppFault::TimedOut));
	}
}

#[tokio::test]
async fn endless_app_is_blamed_only_if_it_had_all_of_the_category_s_time() {
	let mut bench = bench(&endless());
	bench.time = Duration::from_millis(50);
	let cut = bench.run().await;
	let failure = cut.outcome.unwrap_err();
	assert_eq!((failure.cause, cut.agreed), (None, None), "another worker may have the time");
	assert!(failure.words.contains("of the category's 60s were left"), "{}", failure.words);
	bench.plan.deal.deal.reference_time = 50;
	let finished = bench.run().await;
	assert_eq!(finished.outcome.unwrap_err().cause, Some(FailureCause::TimedOut));
	assert_eq!(finished.agreed, None, "no two clocks end it at the same instruction");
}

#[test]
fn fuel_is_far_more_than_a_category_s_time_is_good_for() {
	let speed = WasmTier::new(Compiler::unlimited(), None).unwrap().speed();
	assert!(fuel(1_000) / 30 > speed, "{speed} instructions a second");
	assert_eq!((fuel(2), fuel(u64::MAX)), (2 * fuel(1), u64::MAX));
}

#[test]
fn limits_are_what_is_needed_and_of_the_rest_the_share_of_the_slots() {
	let mut apps = bench(b"an app").apps;
	let machine = Resources { slots: 3, cores: 7, memory: 1_000, disk: 500, ..Resources::default() };
	apps.slots = machine.slots;
	apps.limits = Limits { memory: machine.memory, cpus: 7.0, log: 10, ..Limits::default() };
	apps.disk = disk(machine.disk);
	let limits = |slots| apps.limits_of(slots, &Needs::default());
	assert_eq!((limits(1).memory, limits(1).output, limits(1).cpus), (333, 166, 7.0 / 3.0));
	assert_eq!((limits(2).memory, limits(2).output, limits(2).cpus), (666, 333, 14.0 / 3.0));
	assert_eq!((limits(3).memory, limits(3).output, limits(3).cpus), (1_000, 500, 7.0));
	assert_eq!((limits(2).log, limits(2).files), (10, Limits::default().files));
	for memory in 1..=machine.memory {
		let needs = Needs { memory, ..Needs::default() };
		let slots = needs.slots(&machine).unwrap();
		assert!(limits(slots).memory >= memory, "{memory} bytes are there");
		let named = apps.limits_of(slots, &needs);
		assert_eq!((named.memory, named.output), (memory, limits(slots).output), "the same on each machine");
	}
	for cores in 1..=machine.cores {
		let needs = Needs { cores, ..Needs::default() };
		let slots = needs.slots(&machine).unwrap();
		assert!(limits(slots).cpus >= cores as f32, "{cores} cores are there");
		assert_eq!(apps.limits_of(slots, &needs).cpus, cores as f32, "the same on each machine");
	}
}

#[test]
fn app_that_may_run_on_another_machine_is_reported_and_not_contributed() {
	let said = |error| {
		let failure = unstarted(&error);
		(failure.cause, agreed(&failure, AppKind::Container, None).map(|agreed| agreed.cause))
	};
	let why = || "why".to_owned();
	assert_eq!(said(SandboxError::OtherMachine(why())), (Some(FailureCause::AppUnavailable), None));
	assert_eq!(said(SandboxError::Host(why())), (None, None));
	let failed = Some(FailureCause::AppFailed { code: CANNOT_START });
	assert_eq!(said(SandboxError::App(why())), (failed, Some(AppFault::AppFailed)));
}

#[test]
fn what_a_machine_ends_by_its_own_measure_is_reported() {
	let failure = RunFailure::of_task(FailureCause::ResourcesExceeded, "");
	let is_own = |ending, trust, memory, disk| {
		let mut bench = bench(b"an app");
		bench.plan.deal.deal.trust = trust;
		bench.plan.params.rlc_needs = Needs { memory, disk, ..Needs::default() };
		is_of_machine(&failure, &ending, &bench.plan)
	};
	assert!(is_own(Ending::OutOfMemory, 2, 0, 1) && !is_own(Ending::OutOfMemory, 2, 1, 0));
	assert!(is_own(Ending::OutOfDisk, 2, 1, 0) && !is_own(Ending::OutOfDisk, 2, 0, 1));
	for unnamed in [Ending::OutOfStack, Ending::Uncompiled("much".into())] {
		assert!(is_own(unnamed.clone(), 2, 1, 1) && !is_own(unnamed, 1, 1, 1), "no request can name it");
	}
	assert!(!is_own(Ending::OutOfMemory, 1, 0, 0), "there is one worker");
	let app = RunFailure::of_task(FailureCause::AppFailed { code: 1 }, "");
	assert!(!is_of_machine(&app, &Ending::Exited(1), &bench(b"an app").plan));
}

#[tokio::test]
async fn result_may_be_as_large_as_the_share_of_its_slots() {
	let mut bench = bench(&module(FILES, 0));
	let size = bench.run().await.outcome.unwrap().size;
	bench.apps.disk = disk(2 * size - 1);
	assert!(bench.run().await.outcome.is_ok());
	fs::remove_file(bench.result_file()).unwrap();
	bench.apps.slots = 2;
	assert_eq!(bench.cause().await, Some(FailureCause::InvalidResult), "half of it is less than the result has");
	bench.plan.deal.deal.trust = 2;
	let finished = bench.run().await;
	assert_eq!(finished.outcome.unwrap_err().cause, Some(FailureCause::ResourcesExceeded));
	assert_eq!(finished.agreed, None, "another's share may be larger");
	bench.apps.results.limit(size - 1);
	assert_eq!(
		bench.cause().await,
		Some(FailureCause::InvalidResult),
		"the pool's store would not take it from anybody"
	);
}

#[tokio::test]
async fn stopped_run_ends() {
	let bench = bench(&endless());
	let running = bench.run();
	let stopping = async {
		while bench.steps.lock().unwrap().last() != Some(&Step::Computing) {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
		bench.stop.send_replace(true);
	};
	let (finished, ()) = tokio::join!(running, stopping);
	assert_eq!(finished.outcome.unwrap_err().cause, None);
}

#[tokio::test]
async fn liars_contribute_what_they_did_not_get_and_do_not_agree() {
	let app = module(CALLBACK, 0);
	let honest = bench(&app).run().await.outcome.unwrap().digest;
	let mut digests = vec![honest];
	for liar in [1, 2] {
		let mut bench = bench(&app);
		(bench.apps.account, bench.apps.misbehave) = (AccountId::new([liar; 32]), Some(Misbehavior::WrongResults));
		digests.push(bench.run().await.outcome.unwrap().digest);
	}
	digests.sort();
	digests.dedup();
	assert_eq!(digests.len(), 3);
}

fn mode(path: &Path) -> u32 {
	fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn inputs_lie_where_the_app_looks() {
	let dir = tempfile::tempdir().unwrap();
	let fetcher = Fetcher::new(FetchConfig { allow_file: true, ..FetchConfig::new(dir.path().join("cache")) }).unwrap();
	let mut plan =
		Plan { deal: deal(1), app: App::default(), dataset: None, params: RequestParams::default(), args: vec![] };
	let (app, checksum) = put(&dir, "app", b"app");
	plan.app = App { location: app.into_bytes().try_into().unwrap(), checksum, ..App::default() };
	let (data, checksum) = put(&dir, "data.csv", b"data");
	plan.dataset = Some(Dataset { location: data.into_bytes().try_into().unwrap(), checksum, ..Dataset::default() });
	let owner = AccountId::new([0; 32]);
	plan.deal.deal.dataset = Some(Resource { id: DatasetId::default(), owner, price: 0 });
	plan.params.iexec_input_files = vec![put(&dir, "one.txt", b"1").0, put(&dir, "two.txt", b"2").0];
	let apps = Apps {
		fetcher,
		wasm: WasmTier::new(Compiler::unlimited(), None).unwrap(),
		containers: Err(String::new()),
		limits: Limits::default(),
		disk: disk(1 << 20),
		slots: 1,
		most_input: 1 << 20,
		tasks: dir.path().into(),
		scratch: None,
		nothing: PathBuf::new(),
		results: Arc::new(Results::new(dir.path().join("results"), &Budget::unlimited())),
		account: AccountId::new([1; 32]),
		misbehave: None,
	};
	let computation = Computation {
		task: TaskRef { deal: DEAL, index: 0 },
		plan: Arc::new(plan),
		slots: 1,
		time: Duration::from_secs(60),
		until: Instant::now() + Duration::from_secs(60),
		result: dir.path().join("result"),
		tap: None,
		progress: Box::new(|_| {}),
	};
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
	let stop = watch::Sender::new(false);
	let inputs = runtime.block_on(apps.fetch(&computation, stop.subscribe())).unwrap();
	let tasks = apps.dir(&computation).unwrap();
	inputs.lay_out(&tasks.input, &tasks.output).unwrap();
	for (name, content) in [("data.csv", "data"), ("one.txt", "1"), ("two.txt", "2")] {
		assert_eq!(fs::read_to_string(tasks.input.join(name)).unwrap(), content);
		assert_eq!(mode(&tasks.input.join(name)), 0o444, "the cache's own file, which nobody writes");
	}
	assert_eq!(mode(&tasks.input), 0o755, "readable for a container's user, whatever the umask");
	assert_eq!(fs::read_dir(&tasks.input).unwrap().count(), 3);
	assert_eq!(fs::read_dir(&tasks.output).unwrap().count(), 0);
}

#[tokio::test]
async fn task_for_which_there_is_no_room_is_given_back_and_nothing_stays() {
	let mut bench = bench(&module(FILES, 0));
	let size = bench.run().await.outcome.unwrap().size;
	fs::remove_file(bench.result_file()).unwrap();
	let slot = 1 << 20;
	let results = |budget: &Budget| Arc::new(Results::new(bench.dir.path().join("results"), budget));
	let with = |total| {
		let mut disk = Disk::unlimited(&Dirs::make(bench.dir.path()).unwrap(), slot);
		disk.budget = Budget::of(total);
		Arc::new(disk)
	};
	let disk = with(slot - 1);
	(bench.apps.results, bench.apps.disk) = (results(&disk.budget), disk);
	let failure = bench.run().await.outcome.unwrap_err();
	assert_eq!(failure.cause, None, "it says nothing of the task");
	assert!(failure.words.contains("no room for") && failure.words.contains("of tasks"), "{}", failure.words);
	// What the result takes beside what it is packed of is the result's from then on.
	let disk = with(slot);
	(bench.apps.results, bench.apps.disk) = (results(&disk.budget), disk.clone());
	bench.run().await.outcome.unwrap();
	assert_eq!((disk.budget.used(Part::Tasks), disk.budget.used(Part::Results)), (0, on_disk(size)));
	bench.apps.results.remove(&bench.result_file()).unwrap();
	assert_eq!(disk.budget.used(Part::Results), 0);
	// A module writes on disk where the memory for files has no room.
	bench.apps.scratch = Some(Scratch { dir: bench.dir.path().join("scratch"), budget: Budget::of(slot - 1) });
	assert!(bench.run().await.outcome.unwrap_err().words.contains("no room for"), "and needs twice as much there");
}

#[tokio::test]
async fn disk_that_is_full_at_any_page_of_a_result_is_the_workers_trouble() {
	let Some(mut small) = rlc_testing::SmallDisk::mount(1 << 20) else { return };
	let bench = bench(&module(FILES, 0));
	let results = Results::new(small.path().into(), &Budget::unlimited());
	let out = bench.dir.path().join("out");
	fs::create_dir(&out).unwrap();
	fs::write(out.join("computed.json"), FILES.replace("/iexec_out", "/iexec_out/data")).unwrap();
	fs::write(out.join("data"), [7; 20_000]).unwrap();
	let file = small.path().join("result");
	small.fill();
	let mut failures = 0;
	let largest = Largest { pool: u64::MAX, disk: u64::MAX, is_share: false };
	let output = loop {
		match super::pack(&out, (&results, &file), largest, false, None) {
			Ok(output) => break output,
			Err(failure) => {
				assert_eq!(failure.cause, None, "{}", failure.words);
				failures += 1;
				assert!(small.free(1), "{}, though there is room", failure.words);
			}
		}
	};
	assert!(failures > 4, "{failures}");
	assert!(crate::results::is_whole(&file, &output));
	fs::write(&file, vec![0; output.size as usize]).unwrap();
	assert!(!crate::results::is_whole(&file, &output), "its size alone says nothing");
}

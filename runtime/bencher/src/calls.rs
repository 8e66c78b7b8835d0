//! What full blocks take when they are executed as validators execute them.

use std::{
	borrow::Cow,
	path::PathBuf,
	time::{Duration, Instant},
};

use frame_support::traits::WhitelistedStorageKeys;
use rlc_checks::weights::{self, Block, Cost};
use rlc_runtime::{configs::safety, AllPalletsWithSystem};
use sc_client_db::BenchmarkingState;
use sc_executor::WasmExecutor;
use sp_core::{
	storage::{Storage, TrackedStorageKey},
	traits::{CallContext, RuntimeCode, WrappedRuntimeCode},
};
use sp_io::hashing::{blake2_256, twox_128};
use sp_runtime::{traits::BlakeTwo256, ApplyExtrinsicResult, StateVersion};
use sp_state_machine::{Backend, OverlayedChanges, StateMachine};

/// How often each block is executed: the fastest counts, since what else the machine does only makes it slower.
const TIMES: usize = 5;

/// Fill blocks with each of the heaviest calls.
#[derive(clap::Args)]
pub struct Calls {
	/// The runtime, as compressed WebAssembly
	#[arg(long, value_name = "FILE")]
	runtime: PathBuf,
	/// Only the call of this name; may be given several times
	#[arg(long, value_name = "NAME")]
	only: Vec<String>,
}

impl Calls {
	/// Prints a line for each call, and one that sums up.
	pub fn run(self) -> Result<(), String> {
		let code = std::fs::read(&self.runtime).map_err(|error| format!("{}: {error}", self.runtime.display()))?;
		let validator = Validator::new(code);
		println!("{}", weights::head());
		let summary = weights::run(&self.only, |block| validator.cost(block), |one| println!("{one}"))?;
		println!("{summary}");
		Ok(())
	}
}

/// The key-value state of a block, which counts what is read and written.
type State = BenchmarkingState<BlakeTwo256>;

/// Executes blocks with a runtime in WebAssembly.
struct Validator {
	executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
	code: Vec<u8>,
	hash: Vec<u8>,
}

impl Validator {
	fn new(code: Vec<u8>) -> Self {
		// What only benchmarks call need not be there.
		let executor = WasmExecutor::builder().with_allow_missing_host_functions(true).build();
		let hash = blake2_256(&code).to_vec();
		Self { executor, code, hash }
	}

	/// Returns what a block's extrinsics take.
	fn cost(&self, block: &Block) -> Result<Cost, String> {
		let top = block.state.iter().cloned().collect();
		let state = State::new(Storage { top, children_default: Default::default() }, None, false, true)?;
		let mut known = AllPalletsWithSystem::whitelisted_storage_keys();
		// Every block reads what says whether work is stopped, and books that.
		known.extend(safety::keys_of_stops().into_iter().map(TrackedStorageKey::new));
		state.set_whitelist(known);
		let mut least: Option<Cost> = None;
		for _ in 0..TIMES {
			state.wipe()?;
			let cost = self.execute(&state, &block.extrinsics)?;
			least = least.filter(|least| least.took <= cost.took).or(Some(cost));
		}
		least.ok_or_else(|| "no block was executed".into())
	}

	/// Applies extrinsics, one after the other. What each changes is in the database before the next.
	fn execute(&self, state: &State, extrinsics: &[Vec<u8>]) -> Result<Cost, String> {
		let mut sum = Cost::default();
		for extrinsic in extrinsics {
			state.reset_read_write_count();
			let mut changes = OverlayedChanges::default();
			let (took, applied) = self.call(state, &mut changes, "BlockBuilder_apply_extrinsic", extrinsic)?;
			match codec::Decode::decode(&mut &applied[..]) {
				Ok::<ApplyExtrinsicResult, _>(Ok(Ok(()))) => {}
				refused => return Err(format!("a call that was accepted natively is refused: {refused:?}")),
			}
			let changes = changes.drain_storage_changes(state, StateVersion::V1).map_err(|error| error.to_string())?;
			let (reads, _) = counts(state);
			state.commit(
				changes.transaction_storage_root,
				changes.transaction,
				changes.main_storage_changes,
				changes.child_storage_changes,
			)?;
			let (_, writes) = counts(state);
			sum += Cost { took, reads, writes };
		}
		Ok(sum)
	}

	/// Calls the runtime. Returns how long that took, and what came of it.
	fn call(
		&self,
		state: &State,
		changes: &mut OverlayedChanges<BlakeTwo256>,
		method: &str,
		argument: &[u8],
	) -> Result<(Duration, Vec<u8>), String> {
		let code = WrappedRuntimeCode(Cow::Borrowed(&self.code[..]));
		let code = RuntimeCode { code_fetcher: &code, hash: self.hash.clone(), heap_pages: None };
		let mut extensions = Default::default();
		let context = CallContext::Onchain { import: false };
		let mut machine =
			StateMachine::new(state, changes, &self.executor, method, argument, &mut extensions, &code, context);
		let begin = Instant::now();
		let result = machine.execute().map_err(|error| format!("{method}: {error}"))?;
		Ok((begin.elapsed(), result))
	}
}

/// Returns how many keys were read and written since the count began, but for those that a block keeps of itself while it is
/// made: they are written once for all its extrinsics, if at all.
fn counts(state: &State) -> (u64, u64) {
	let system = twox_128(b"System");
	let accounts = [system, twox_128(b"Account")].concat();
	let is_the_blocks = |key: &[u8]| key.starts_with(b":") || (key.starts_with(&system) && !key.starts_with(&accounts));
	let counted = state.get_read_and_written_keys().into_iter().filter(|(key, ..)| !is_the_blocks(key));
	counted
		.fold((0, 0), |(reads, writes), (_, read, written, _)| (reads + u64::from(read), writes + u64::from(written)))
}

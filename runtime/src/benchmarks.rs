//! Which pallets are measured, and what their benchmarks need from this runtime.

use alloc::vec::Vec;

use frame_benchmarking::{
	account, baseline::Pallet as Baseline, define_benchmarks, BenchmarkBatch, BenchmarkConfig, BenchmarkList,
};
use frame_support::traits::{
	fungible::{Mutate, MutateHold},
	Get, LockableCurrency, StorageInfo, StorageInfoTrait, WhitelistedStorageKeys, WithdrawReasons,
};
use frame_system_benchmarking::{extensions::Pallet as SystemExtensions, Pallet as SystemBench};
use pallet_election_provider_support_benchmarking::Pallet as ElectionProvider;
use pallet_marketplace::types::{PoolRecord, Tally};
use pallet_offences_benchmarking::Pallet as OffencesBench;
use pallet_proxy::ProxyDefinition;
use pallet_session_benchmarking::Pallet as SessionBench;
use rlc_primitives::{
	money, orders::Member, traits::Escrow, AppId, DatasetId, Deal, DealId, GroupId, Params, WorkerpoolId,
};
use sp_runtime::BoundedVec;
use sp_storage::TrackedStorageKey;

use crate::{
	configs::{accounts::ProxyType, safety},
	*,
};

define_benchmarks!(
	[frame_benchmarking, Baseline::<Runtime>]
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensions::<Runtime>]
	[frame_election_provider_support, ElectionProvider::<Runtime>]
	[free_calls, FreeCalls]
	[pallet_babe, Babe]
	[pallet_bags_list, VoterList]
	[pallet_balances, Balances]
	[pallet_beefy_mmr, BeefyMmrLeaf]
	[pallet_clock, Clock]
	[pallet_collective, TechnicalCommittee]
	[pallet_conviction_voting, ConvictionVoting]
	[pallet_grandpa, Grandpa]
	[pallet_identity, Identity]
	[pallet_marketplace, Marketplace]
	[pallet_migrations, MultiBlockMigrations]
	[pallet_mmr, Mmr]
	[pallet_multisig, Multisig]
	[pallet_offences, OffencesBench::<Runtime>]
	[pallet_parameters, Parameters]
	[pallet_poco, Poco]
	[pallet_preimage, Preimage]
	[pallet_proxy, Proxy]
	[pallet_referenda, Referenda]
	[pallet_registry, Registry]
	[pallet_rlc, Rlc]
	[pallet_safe_mode, SafeMode]
	[pallet_scheduler, Scheduler]
	[pallet_session, SessionBench::<Runtime>]
	[pallet_staking, Staking]
	[pallet_timestamp, Timestamp]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_treasury, Treasury]
	[pallet_tx_pause, TxPause]
	[pallet_utility, Utility]
	[pallet_vesting, Vesting]
	[pallet_whitelist, Whitelist]
);

impl frame_benchmarking::baseline::Config for Runtime {}
impl frame_system_benchmarking::Config for Runtime {}
impl pallet_election_provider_support_benchmarking::Config for Runtime {}
impl pallet_offences_benchmarking::Config for Runtime {}
impl pallet_transaction_payment::BenchmarkConfig for Runtime {}
impl pallet_session_benchmarking::Config for Runtime {
	fn generate_session_keys_and_proof(owner: AccountId) -> (SessionKeys, Vec<u8>) {
		let generated = SessionKeys::generate(&codec::Encode::encode(&owner), None);
		(generated.keys, codec::Encode::encode(&generated.proof))
	}
}

/// The treasury pays in RLC only.
pub struct TreasuryArguments;
impl pallet_treasury::ArgumentsFactory<(), AccountId> for TreasuryArguments {
	fn create_asset_kind(_: u32) {}
	fn create_beneficiary(seed: [u8; 32]) -> AccountId {
		seed.into()
	}
}

/// Makes assets and deals.
pub struct Computing;

impl pallet_marketplace::BenchmarkHelper for Computing {
	fn fund(who: &AccountId) {
		mint(who, 1_000 * RLC);
	}
	fn app(owner: &AccountId) -> AppId {
		let measurement = Some(Hash::default());
		let app = pallet_registry::App { name: longest(), location: longest(), measurement, ..Default::default() };
		let id = AppId::derive(owner, &app);
		succeed(Registry::register_app(by(owner), app));
		id
	}
	fn dataset(owner: &AccountId) -> DatasetId {
		let dataset = pallet_registry::Dataset { name: longest(), location: longest(), ..Default::default() };
		let id = DatasetId::derive(owner, &dataset);
		succeed(Registry::register_dataset(by(owner), dataset));
		id
	}
	fn workerpool(owner: &AccountId) -> WorkerpoolId {
		let description: pallet_registry::Description = longest();
		let id = WorkerpoolId::derive(owner, &description);
		succeed(Registry::register_workerpool(by(owner), description));
		id
	}
	fn group(owner: &AccountId, members: Vec<Member>) -> GroupId {
		let name: pallet_registry::Name = longest();
		let group = GroupId::derive(owner, &name);
		succeed(Registry::create_group(by(owner), name));
		for member in members {
			let members = BoundedVec::truncate_from(Vec::from([member]));
			succeed(Registry::add_members(by(owner), group, members));
		}
		group
	}
	fn freeze(who: &AccountId, amount: Balance) {
		Balances::set_lock(*b"vesting ", who, amount, WithdrawReasons::all());
	}
}

impl pallet_clock::BenchmarkHelper for Computing {
	fn pause() {
		pause("Proxy", "proxy");
	}
}

fn pause(pallet: &str, call: &str) {
	let text = |text: &str| BoundedVec::truncate_from(text.as_bytes().to_vec());
	let name: pallet_tx_pause::RuntimeCallNameOf<Runtime> = (text(pallet), text(call));
	pallet_tx_pause::PausedCalls::<Runtime>::insert(name, ());
}

impl pallet_poco::BenchmarkHelper for Computing {
	fn open_deal(id: DealId, deal: &Deal) {
		// As long as anything is paused, each call that tasks need looks for all pauses of its own kind.
		pause("Utility", "batch");
		let price = deal.task_price().and_then(|price| money::for_volume(price, deal.size)).unwrap_or_default();
		let stake = money::for_volume(deal.pool_stake, deal.size).unwrap_or_default();
		mint(&deal.payer, price);
		mint(deal.scheduler(), stake);
		succeed(Rlc::lock(&deal.payer, price));
		succeed(Rlc::lock(deal.scheduler(), stake));
		// Each deal's deposit is somebody else's, who gets it back at the end.
		let depositor = AccountId::new(id.0 .0);
		let deposit = RLC;
		mint(&depositor, 2 * deposit);
		succeed(Balances::hold(&pallet_marketplace::HoldReason::Deposit.into(), &depositor, deposit));
		let progress = pallet_marketplace::types::DealProgress {
			open: deal.size,
			kept: deal.size,
			closed_at: None,
			depositor,
			deposit,
			retention: 0,
			unattended: true,
		};
		pallet_marketplace::Deals::<Runtime>::insert(id, deal);
		pallet_marketplace::OpenDeals::<Runtime>::insert(deal.workerpool.id, id, ());
		pallet_marketplace::Params::<Runtime>::insert(id, Params::default());
		pallet_marketplace::Progress::<Runtime>::insert(id, progress);
	}
	fn allow_attempts(deal: &Deal, amount: Balance) {
		let owner = deal.scheduler().clone();
		let content = pallet_registry::Workerpool { description: longest(), ..Default::default() };
		let pool = pallet_registry::Registered { owner: owner.clone(), deposit: 0, content };
		pallet_registry::Workerpools::<Runtime>::insert(deal.workerpool.id, pool);
		// As of this time, so that nothing is halved.
		let tally = Tally { halved: pallet_timestamp::Now::<Runtime>::get(), ..Default::default() };
		let record = PoolRecord { tally, allowance: amount, ..PoolRecord::new(owner) };
		pallet_marketplace::PoolRecords::<Runtime>::insert(deal.workerpool.id, record);
	}
	fn endow(who: &AccountId, amount: Balance) {
		mint(who, amount);
	}
	fn name_proxies(who: &AccountId) -> AccountId {
		let named = |n| -> ProxyDefinition<AccountId, ProxyType, BlockNumber> {
			ProxyDefinition { delegate: account("proxy", n, 0), proxy_type: ProxyType::Any, delay: 0 }
		};
		let most = <Runtime as pallet_proxy::Config>::MaxProxies::get();
		let proxies: BoundedVec<_, <Runtime as pallet_proxy::Config>::MaxProxies> =
			BoundedVec::truncate_from((0..most).map(named).collect());
		pallet_proxy::Proxies::<Runtime>::insert(who, (proxies, Balance::default()));
		account("proxy", most.saturating_sub(1), 0)
	}
	fn set_time(now: Moment) {
		pallet_timestamp::Now::<Runtime>::put(now);
		pallet_clock::Reading::<Runtime>::mutate(|reading| reading.time = now);
	}
}

/// Returns the longest name, location, or description: none may be longer than 256 bytes.
fn longest<Most: Get<u32>>() -> BoundedVec<u8, Most> {
	BoundedVec::truncate_from(alloc::vec![b'x'; 256])
}

fn by(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

fn mint(who: &AccountId, amount: Balance) {
	succeed(Balances::mint_into(who, amount));
}

/// Dispatches what has to succeed for a benchmark to measure anything.
fn succeed<T>(result: Result<T, sp_runtime::DispatchError>) {
	assert!(result.is_ok(), "a benchmark's set-up succeeds");
}

/// Nothing has to be prepared for a leaf.
pub struct MmrSetup;
impl pallet_mmr::BenchmarkHelper for MmrSetup {
	fn setup() {}
}

/// Benchmarks that do not count reads of the storage that says whether work is stopped. Every block reads it, and the clock
/// books that. So it is in memory by then, and a proof contains it once.
const MEASURED_WITHOUT_STOPS: [&[u8]; 2] = [b"free_calls", b"pallet_poco"];

/// Returns what can be measured.
pub fn list(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Measures.
pub fn run(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, alloc::string::String> {
	let mut whitelist: Vec<TrackedStorageKey> = AllPalletsWithSystem::whitelisted_storage_keys();
	if MEASURED_WITHOUT_STOPS.contains(&config.pallet.as_slice()) {
		whitelist.extend(safety::keys_of_stops().into_iter().map(TrackedStorageKey::new));
	}
	let mut batches = Vec::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}

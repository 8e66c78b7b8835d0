//! What the chain is asked: its runtime's API, and its storage. Each item is checked against the runtime's description
//! before it is used.

use std::marker::PhantomData;

use codec::Decode;
use rlc_primitives::{
	assets::{App, Dataset, Group, Registered, Workerpool},
	deal::Category,
	market::{
		BookFilter, BookPage, DealProgress, DealView, DomainView, Estimate, OpenDeal, OrderView, Published, Rank,
		RecordView, Trade,
	},
	orders::Member,
	record::Recorded,
	task::Task,
	work::{TaskView, WorkItem, WorkerView},
	AccountId, AppId, Balance, BlockNumber, CategoryId, ClockReading, DatasetId, Deal, DealId, GroupId, Moment, Nonce,
	OrderHash, RequestOrder, TaskId, WorkerpoolId,
};
use scale_info::{meta_type, MetaType, TypeDef, TypeInfo};
use sp_runtime::{Perbill, Weight};

use crate::calls::{Proxy, SessionKeys, ValidatorPrefs};

/// A method of a runtime API.
pub(crate) struct Question<Args, Answer> {
	/// The API's and the method's name, as `state_call` wants them.
	pub(crate) method: &'static str,
	types: PhantomData<fn(Args) -> Answer>,
}

/// A storage item: a value (`Keys` is `()`), or a map with one key or two.
pub(crate) struct Item<Keys, Value> {
	pub(crate) pallet: &'static str,
	pub(crate) name: &'static str,
	types: PhantomData<fn(Keys) -> Value>,
}

/// What a runtime's API has to be.
pub(crate) struct ApiDemand {
	pub(crate) api: &'static str,
	pub(crate) method: &'static str,
	pub(crate) args: Vec<MetaType>,
	pub(crate) answer: MetaType,
}

/// What a storage item has to be.
pub(crate) struct ItemDemand {
	pub(crate) pallet: &'static str,
	pub(crate) name: &'static str,
	/// Its keys, as a tuple; `()`: it is a plain value.
	pub(crate) keys: MetaType,
	pub(crate) value: MetaType,
}

impl ItemDemand {
	/// Returns how many keys it has.
	pub(crate) fn depth(&self) -> usize {
		match self.keys.type_info().type_def {
			TypeDef::Tuple(keys) => keys.fields.len(),
			_ => 0,
		}
	}
}

/// Defines questions, and the list by which they are checked.
macro_rules! questions {
	($(#[$docs:meta])* $list:ident: $($question:ident = $api:ident . $method:ident ( $($arg:ty),* ) -> $answer:ty;)*) => {
		$(
			pub(crate) const $question: Question<($($arg,)*), $answer> =
				Question { method: concat!(stringify!($api), "_", stringify!($method)), types: PhantomData };
		)*

		$(#[$docs])*
		pub(crate) fn $list() -> Vec<ApiDemand> {
			vec![$(ApiDemand {
				api: stringify!($api),
				method: stringify!($method),
				args: vec![$(meta_type::<$arg>()),*],
				answer: meta_type::<$answer>(),
			}),*]
		}
	};
}

questions! {
	/// Returns the questions that any program may ask.
	apis:
	ORDERBOOK = MarketplaceApi.orderbook(BookFilter, Option<Rank>, u32) -> BookPage;
	ESTIMATE = MarketplaceApi.estimate(RequestOrder) -> Option<Estimate>;
	RECORD = MarketplaceApi.record(Recorded) -> Option<RecordView>;
	ORDER = MarketplaceApi.order(OrderHash) -> Option<OrderView>;
	DEAL = MarketplaceApi.deal(DealId) -> Option<DealView>;
	OPEN_DEALS = MarketplaceApi.open_deals(WorkerpoolId, Option<DealId>, u32) -> Vec<OpenDeal>;
	TRADES = MarketplaceApi.trades(CategoryId, u32) -> Vec<Trade>;
	SIGNING_DOMAIN = MarketplaceApi.signing_domain() -> DomainView;
	CATEGORIES = MarketplaceApi.categories() -> Vec<(CategoryId, Category)>;
	TASK = PocoApi.task(TaskId) -> Option<TaskView>;
	TASK_OF = PocoApi.task_of(DealId, u64) -> Option<TaskView>;
	TASKS_OF = PocoApi.tasks_of(DealId, u64, u32) -> Vec<TaskView>;
	WORK_FOR = PocoApi.work_for(AccountId, u32) -> Vec<WorkItem>;
	WORKER = PocoApi.worker(AccountId) -> WorkerView;
	COST = TransactionPaymentApi.query_info(Vec<u8>, u32) -> Cost;
}

questions! {
	/// Returns those about stakes, which workers and schedulers do without.
	staking_apis:
	PENDING_REWARDS = StakingApi.pending_rewards(u32, AccountId) -> bool;
}

/// Defines storage items, and the list by which they are checked.
macro_rules! items {
	($(#[$docs:meta])* $list:ident: $($item:ident = $pallet:ident . $name:ident ( $($key:ty),* ) -> $value:ty;)*) => {
		$(
			pub(crate) const $item: Item<($($key,)*), $value> =
				Item { pallet: stringify!($pallet), name: stringify!($name), types: PhantomData };
		)*

		$(#[$docs])*
		pub(crate) fn $list() -> Vec<ItemDemand> {
			vec![$(ItemDemand {
				pallet: stringify!($pallet),
				name: stringify!($name),
				keys: meta_type::<($($key,)*)>(),
				value: meta_type::<$value>(),
			}),*]
		}
	};
}

items! {
	/// Returns the items that any program may read.
	items:
	ACCOUNT = System.Account(AccountId) -> AccountInfo;
	NOW = Timestamp.Now() -> Moment;
	CLOCK = Clock.Reading() -> ClockReading;
	MAX_GAP = Clock.MaxGap() -> Moment;
	LOCKED = Rlc.Locked(AccountId) -> Balance;
	KITTY = Rlc.Kitty() -> Balance;
	APPS = Registry.Apps(AppId) -> Registered<App>;
	DATASETS = Registry.Datasets(DatasetId) -> Registered<Dataset>;
	WORKERPOOLS = Registry.Workerpools(WorkerpoolId) -> Registered<Workerpool>;
	GROUPS = Registry.Groups(GroupId) -> Registered<Group>;
	MEMBERS = Registry.Members(GroupId, Member) -> Balance;
	PROXIES = Proxy.Proxies(AccountId) -> (Vec<Proxy>, Balance);
	CONSUMED = Marketplace.Consumed(OrderHash) -> Consumption;
	ORDERS = Marketplace.Orders(OrderHash) -> Published;
	DEALS = Marketplace.Deals(DealId) -> Deal;
	PROGRESS = Marketplace.Progress(DealId) -> DealProgress;
	TASKS = Poco.Tasks(TaskId) -> Task;
	PAUSED = TxPause.PausedCalls((Vec<u8>, Vec<u8>)) -> ();
	SAFE_MODE = SafeMode.EnteredUntil() -> BlockNumber;
}

items! {
	/// Returns those about stakes, which workers and schedulers do without.
	staking_items:
	CURRENT_ERA = Staking.CurrentEra() -> u32;
	ERA_REWARD = Staking.ErasValidatorReward(u32) -> Balance;
	LEDGER = Staking.Ledger(AccountId) -> Ledger;
	VALIDATORS = Staking.Validators(AccountId) -> ValidatorPrefs;
	NOMINATORS = Staking.Nominators(AccountId) -> Nominations;
	MIN_NOMINATOR_BOND = Staking.MinNominatorBond() -> Balance;
	MIN_VALIDATOR_BOND = Staking.MinValidatorBond() -> Balance;
	MIN_COMMISSION = Staking.MinCommission() -> Perbill;
	NEXT_KEYS = Session.NextKeys(AccountId) -> SessionKeys;
	SLASHING_SPANS = Staking.SlashingSpans(AccountId) -> SlashingSpans;
}

/// What a transaction takes.
// All that the chain encodes is here, so that it can be decoded, if it is read or not. Likewise below.
#[allow(dead_code)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct Cost {
	pub(crate) weight: Weight,
	pub(crate) class: Class,
	/// The fee without a tip, in nRLC.
	pub(crate) partial_fee: Balance,
}

/// How a transaction shares a block's room with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) enum Class {
	Normal,
	Operational,
	Mandatory,
}

/// What the chain's frame knows of an account.
// As above.
#[allow(dead_code)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct AccountInfo {
	pub(crate) nonce: Nonce,
	pub(crate) consumers: u32,
	pub(crate) providers: u32,
	pub(crate) sufficients: u32,
	pub(crate) data: AccountData,
}

/// What an account has.
#[allow(dead_code)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct AccountData {
	pub(crate) free: Balance,
	pub(crate) reserved: Balance,
	pub(crate) frozen: Balance,
	pub(crate) flags: u128,
}

/// What the chain knows of an order's consumption.
// As above.
#[allow(dead_code)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct Consumption {
	pub(crate) volume: u64,
	pub(crate) depositor: AccountId,
	pub(crate) deposit: Balance,
	pub(crate) expiry: Option<Moment>,
}

/// What an account has at stake.
// As above.
#[allow(dead_code)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct Ledger {
	pub(crate) stash: AccountId,
	#[codec(compact)]
	pub(crate) total: Balance,
	#[codec(compact)]
	pub(crate) active: Balance,
	pub(crate) unlocking: Vec<Unlocking>,
	pub(crate) legacy_claimed_rewards: Vec<u32>,
}

/// A part of a stake that was unbonded, and the era from which on it can be withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct Unlocking {
	#[codec(compact)]
	pub(crate) value: Balance,
	#[codec(compact)]
	pub(crate) era: u32,
}

/// Whom an account nominates.
// As above.
#[allow(dead_code)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct Nominations {
	pub(crate) targets: Vec<AccountId>,
	pub(crate) submitted_in: u32,
	pub(crate) suppressed: bool,
}

/// When an account's stake may have been slashed.
// As above.
#[allow(dead_code)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub(crate) struct SlashingSpans {
	pub(crate) span_index: u32,
	pub(crate) last_start: u32,
	pub(crate) last_nonzero_slash: u32,
	pub(crate) prior: Vec<u32>,
}

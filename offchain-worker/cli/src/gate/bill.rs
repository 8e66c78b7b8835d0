//! What a call, or a signature under an order, can cost.

use std::fmt;

use futures::future::try_join_all;
use rlc_chain::{
	BalancesCall, Call, Chain, Deposits, GovernanceCall, Key, MarketplaceCall, PocoCall, ProxyCall, RegistryCall,
	SessionCall, StakingCall,
};
use rlc_json::Account;
use rlc_primitives::{
	assets::AssetId,
	deal::Category,
	market::SignedOrders,
	money::{for_volume, pool_stake, stake_floor},
	AccountId, Address, AnyOrder, Balance, CategoryId, PoolRestriction, RequestOrder, WorkerpoolOrder, RLC,
};

use crate::{amount::Amount, failure::Result, market::ANY_PRICE, table::counted};

/// The most that is taken without consent, in nRLC. Only full blocks make a fee so high.
pub(super) const SMALL: Balance = RLC / 10;

/// What something can cost at most, in nRLC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bill {
	/// Paid to others, or locked for it.
	pub(super) pays: Balance,
	/// Held: comes back when what it is held for ends.
	pub(super) holds: Balance,
	/// The fee of the transaction.
	pub(super) fee: Balance,
	/// The part of what it pays and holds that is not taken from free RLC at once: orders and matches may lead to it later,
	/// or to less of it.
	pub(super) later: Balance,
	/// What an account has to keep in order to stay one. It costs nothing.
	pub(super) stays: Balance,
	/// What it leads to besides, which no amount tells.
	pub(super) beyond: Vec<String>,
}

impl Bill {
	/// Returns all that it can cost.
	pub(super) fn total(&self) -> Balance {
		self.pays.saturating_add(self.holds).saturating_add(self.fee)
	}

	/// Returns what it takes from the account's free RLC at once, without the fee.
	pub(super) fn due(&self) -> Balance {
		self.pays.saturating_add(self.holds).saturating_sub(self.later)
	}

	/// Returns whether it takes a usual fee and nothing else.
	pub(super) fn is_fee(&self) -> bool {
		self.holds == 0 && self.comes_back() && self.fee <= SMALL
	}

	/// Returns whether it takes little, which comes back but for the fee, together with the `before` nRLC that the command has
	/// cost already.
	pub(super) fn is_small(&self, before: Balance) -> bool {
		self.comes_back() && self.total().saturating_add(before) <= SMALL
	}

	/// Returns whether all but the fee comes back.
	fn comes_back(&self) -> bool {
		self.pays == 0 && self.beyond.is_empty()
	}

	/// Returns what calls of this key's account cost together, each in a transaction of its own.
	///
	/// # Errors
	///
	/// If the node does not answer.
	pub(super) async fn of_calls(chain: &Chain, key: &Key, calls: &[&Call]) -> Result<Self> {
		let (signer, deposits) = (key.signer(), chain.deposits().await?);
		let fees = try_join_all(calls.iter().map(|call| chain.fee(&signer, call))).await?;
		let fee = fees.into_iter().fold(0, Balance::saturating_add);
		let mut bill = Self { fee, stays: deposits.account, ..Self::default() };
		for single in calls.iter().flat_map(|call| singles(call)) {
			bill.hold(deposits.of(single));
			if !takes_all_of_its_deposit(single) {
				bill.later = bill.later.saturating_add(deposits.of(single));
			}
			bill.add(chain, &deposits, &key.account(), single).await?;
		}
		Ok(bill)
	}

	/// Returns what somebody else can make of a signature under an order, without asking again.
	///
	/// # Errors
	///
	/// If the node does not answer.
	pub(super) async fn of_signature(chain: &Chain, order: &AnyOrder) -> Result<Self> {
		let mut bill = Self::default();
		bill.add_order(chain, &chain.deposits().await?, order).await?;
		bill.beyond.extend(beyond_today(order));
		Ok(bill)
	}

	/// Adds what a call costs besides the deposits for what it stores.
	async fn add(&mut self, chain: &Chain, deposits: &Deposits, who: &AccountId, call: &Call) -> Result<()> {
		match call {
			Call::Balances(
				BalancesCall::TransferKeepAlive { value, .. } | BalancesCall::TransferAllowDeath { value, .. },
			) => self.pay(*value),
			Call::Balances(BalancesCall::TransferAll { .. }) => {
				let all = chain.funds(who).await?.spendable();
				self.pay_later(all.saturating_sub(self.fee));
				self.beyond.push("empties the account, which ends unless something is held or staked there".into());
			}
			Call::Registry(RegistryCall::Transfer { asset, .. }) => {
				self.pay_later(deposit_of(chain, *asset).await?);
				self.beyond.push("gives the asset to another owner, with its deposit".into());
			}
			Call::Registry(RegistryCall::Deregister { .. }) => {
				self.beyond.push("removes the asset: nobody can buy it any more".into());
			}
			Call::Registry(_) => {}
			Call::Marketplace(call) => self.add_market(chain, deposits, who, call).await?,
			Call::Poco(
				PocoCall::Contribute { .. }
				| PocoCall::ContributeBatch { .. }
				| PocoCall::ContributeAndFinalize { .. }
				| PocoCall::ContributeAndFinalizeBatch { .. },
			) => self.beyond.push("stakes what the deals ask of a worker".into()),
			Call::Poco(_) | Call::Proxy(ProxyCall::RemoveProxy { .. }) => {}
			Call::Governance(call) => self.beyond.extend(beyond_votes(call)),
			Call::Proxy(ProxyCall::AddProxy { delegate, .. }) => self.beyond.push(match delegate {
				Address::Id(delegate) => format!("lets {} act for this account", Account(delegate.clone())),
				_ => "lets another key act for this account".into(),
			}),
			Call::Staking(call) => self.add_stake(call),
			Call::Session(SessionCall::SetKeys { .. }) => {
				self.beyond.push("makes the account answer for the node that has these keys".into());
			}
			// Singles are neither.
			Call::BatchAll(_) | Call::For { .. } => {}
		}
		Ok(())
	}

	/// Adds what a call of the marketplace costs besides the deposits for what it stores.
	async fn add_market(
		&mut self,
		chain: &Chain,
		deposits: &Deposits,
		who: &AccountId,
		call: &MarketplaceCall,
	) -> Result<()> {
		match call {
			MarketplaceCall::PublishOrder { order } => {
				if let AnyOrder::Workerpool(order) = order {
					self.hold(stake_of(chain, deposits, order).await?);
				}
				self.excuse_record(chain, deposits, order).await?;
				self.add_order(chain, deposits, order).await?;
			}
			MarketplaceCall::PresignOrder { order } => {
				self.excuse_record(chain, deposits, order).await?;
				self.add_order(chain, deposits, order).await?;
			}
			MarketplaceCall::CancelOrder { order } => {
				self.add_records(chain, deposits, std::slice::from_ref(order)).await?;
			}
			MarketplaceCall::MatchOrders { orders } => {
				let request = &orders.request.order;
				let pays = request.payer.as_ref().unwrap_or(&request.requester) == who;
				self.add_match(chain, deposits, orders, pays).await?;
			}
			MarketplaceCall::SponsorMatchOrders { orders } => {
				self.add_match(chain, deposits, orders, true).await?;
			}
			MarketplaceCall::MatchPublished { .. } => {
				self.beyond.push("holds what the deal of these orders needs".into());
			}
			MarketplaceCall::UnpublishOrder { .. }
			| MarketplaceCall::RemoveExpired { .. }
			| MarketplaceCall::PruneOrder { .. }
			| MarketplaceCall::RemoveUnfunded { .. }
			| MarketplaceCall::PruneRecord { .. } => {}
		}
		Ok(())
	}

	/// Adds what a call puts at stake.
	fn add_stake(&mut self, call: &StakingCall) {
		match call {
			StakingCall::Bond { value, .. } | StakingCall::BondExtra { max_additional: value } => self.hold(*value),
			StakingCall::Validate { .. } => self.beyond.push("risks the stake if the node breaks the rules".into()),
			StakingCall::Nominate { .. } => {
				self.beyond.push("risks the stake if a validator that it names breaks the rules".into());
			}
			StakingCall::Unbond { .. }
			| StakingCall::WithdrawUnbonded { .. }
			| StakingCall::Chill
			| StakingCall::PayoutStakers { .. } => {}
		}
	}

	/// Adds what an order can cost whose owner agreed to it for good.
	async fn add_order(&mut self, chain: &Chain, deposits: &Deposits, order: &AnyOrder) -> Result<()> {
		let before = self.due();
		match order {
			AnyOrder::App(_) | AnyOrder::Dataset(_) => {}
			AnyOrder::Workerpool(pool) => {
				let (stake, tasks) = (stake_of(chain, deposits, pool).await?, counted(pool.volume, "task"));
				self.beyond.push(format!("stakes {} for each of {tasks}, as they are bought", Amount(stake)));
			}
			AnyOrder::Request(request) => {
				let price = request.max_task_price().unwrap_or(Balance::MAX);
				self.pay(for_volume(price, request.volume).unwrap_or(Balance::MAX));
				self.add_deal(chain, request, request.volume, true).await?;
			}
		}
		self.later = self.later.saturating_add(self.due().saturating_sub(before));
		Ok(())
	}

	/// Adds what a deal of these orders costs who brings them: deposits, and, if it `pays`, what the tasks cost.
	async fn add_match(&mut self, chain: &Chain, deposits: &Deposits, orders: &SignedOrders, pays: bool) -> Result<()> {
		let before = self.due();
		let (app, pool, request) = (&orders.app.order, &orders.workerpool.order, &orders.request.order);
		let dataset = orders.dataset.as_ref().map(|dataset| &dataset.order);
		let volumes = [app.volume, pool.volume, request.volume].into_iter().chain(dataset.map(|order| order.volume));
		let volume = volumes.min().unwrap_or_default();
		if pays {
			let dataset = dataset.map_or(0, |order| order.price);
			let price = app.price.saturating_add(pool.price).saturating_add(dataset);
			self.pay(for_volume(price, volume).unwrap_or(Balance::MAX));
		}
		self.add_deal(chain, request, volume, pays).await?;
		let all: [AnyOrder; 3] = [app.clone().into(), pool.clone().into(), request.clone().into()];
		let all: Vec<AnyOrder> = all.into_iter().chain(dataset.map(|order| order.clone().into())).collect();
		self.add_records(chain, deposits, &all).await?;
		// A part of the orders may be consumed already.
		self.later = self.later.saturating_add(self.due().saturating_sub(before));
		Ok(())
	}

	/// Counts what an order's record takes as not due, if the order has one already.
	async fn excuse_record(&mut self, chain: &Chain, deposits: &Deposits, order: &AnyOrder) -> Result<()> {
		if chain.record_deposit(order.hash(&chain.domain().await?)).await?.is_some() {
			self.later = self.later.saturating_add(deposits.record);
		}
		Ok(())
	}

	/// Adds the deposits for the records of those orders that have none yet.
	async fn add_records(&mut self, chain: &Chain, deposits: &Deposits, orders: &[AnyOrder]) -> Result<()> {
		let domain = chain.domain().await?;
		let records = try_join_all(orders.iter().map(|order| chain.record_deposit(order.hash(&domain)))).await?;
		let missing = records.iter().filter(|record| record.is_none()).count();
		self.hold(deposits.record.saturating_mul(missing as Balance));
		Ok(())
	}

	/// Adds the deposit of a deal of so many tasks, and, if it `pays`, their charge. Both depend on nothing but the request,
	/// so that any offers tell them.
	async fn add_deal(&mut self, chain: &Chain, request: &RequestOrder, volume: u64, pays: bool) -> Result<()> {
		let anything = RequestOrder {
			app_max_price: ANY_PRICE,
			dataset_max_price: if request.dataset.is_some() { ANY_PRICE } else { 0 },
			workerpool_max_price: ANY_PRICE,
			workerpool: PoolRestriction::Anyone,
			..request.clone()
		};
		let Some(estimate) = chain.estimate(&anything).await? else {
			self.beyond.push("takes the deposit of a deal, and the charge of its tasks".into());
			return Ok(());
		};
		// The estimate may have room for fewer tasks.
		let times = Balance::from(volume.div_ceil(estimate.volume.max(1)));
		self.hold(estimate.deposit.saturating_mul(times));
		if pays {
			self.pay(estimate.charge.saturating_mul(times));
		}
		Ok(())
	}

	fn pay(&mut self, amount: Balance) {
		self.pays = self.pays.saturating_add(amount);
	}

	fn pay_later(&mut self, amount: Balance) {
		self.pay(amount);
		self.later = self.later.saturating_add(amount);
	}

	fn hold(&mut self, amount: Balance) {
		self.holds = self.holds.saturating_add(amount);
	}
}

/// Says what it costs, in one line.
impl fmt::Display for Bill {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "it costs {} at most", Amount(self.total()))?;
		let parts = [(self.pays, "paid or locked"), (self.holds, "held and returned later"), (self.fee, "in fees")];
		for (index, (amount, what)) in parts.into_iter().filter(|(amount, _)| *amount > 0).enumerate() {
			let before = if index == 0 { ": " } else { ", " };
			write!(f, "{before}{} {what}", Amount(amount))?;
		}
		self.beyond.iter().try_for_each(|more| write!(f, "; it {more}"))
	}
}

/// Returns the calls that a call consists of.
pub(super) fn singles(call: &Call) -> Vec<&Call> {
	match call {
		Call::BatchAll(calls) => calls.iter().flat_map(singles).collect(),
		Call::For { call, .. } => singles(call),
		single => vec![single],
	}
}

/// Returns what a call of governance leads to that is neither paid nor a deposit of a known amount.
fn beyond_votes(call: &GovernanceCall) -> Option<String> {
	match call {
		GovernanceCall::Vote { ballot, .. } if ballot.balance() > 0 => {
			Some(format!("locks {} for the vote, which stays yours", Amount(ballot.balance())))
		}
		GovernanceCall::Vote { .. }
		| GovernanceCall::NotePreimage { .. }
		| GovernanceCall::UnnotePreimage { .. }
		| GovernanceCall::Submit { .. }
		| GovernanceCall::PlaceDecisionDeposit { .. }
		| GovernanceCall::RefundDecisionDeposit { .. }
		| GovernanceCall::RefundSubmissionDeposit { .. }
		| GovernanceCall::RemoveVote { .. }
		| GovernanceCall::Unlock { .. } => None,
	}
}

/// Returns that who has a signature may use it years later, if it is under a request that does not expire.
fn beyond_today(order: &AnyOrder) -> Option<String> {
	let is_forever = matches!(order, AnyOrder::Request(RequestOrder { expiry: None, .. }));
	is_forever.then(|| "stays good until it is canceled, since it does not expire".into())
}

/// Returns whether a call takes all of what [`Deposits::of`] says, not perhaps less, for what is there already.
fn takes_all_of_its_deposit(call: &Call) -> bool {
	match call {
		Call::Registry(call) => !matches!(call, RegistryCall::SetDescription { .. } | RegistryCall::AddMembers { .. }),
		Call::Marketplace(_) | Call::Governance(_) => true,
		_ => false,
	}
}

/// Returns what is held for an asset, which its next owner gets.
async fn deposit_of(chain: &Chain, asset: AssetId) -> Result<Balance> {
	let deposit = match asset {
		AssetId::App(id) => chain.app(id).await?.map(|app| app.deposit),
		AssetId::Dataset(id) => chain.dataset(id).await?.map(|dataset| dataset.deposit),
		AssetId::Workerpool(id) => chain.workerpool(id).await?.map(|pool| pool.deposit),
		AssetId::Group(id) => chain.group(id).await?.map(|group| group.deposit),
	};
	Ok(deposit.unwrap_or_default())
}

/// Returns what a scheduler stakes for a task of its order, which is also held while the order is in the book.
async fn stake_of(chain: &Chain, deposits: &Deposits, order: &WorkerpoolOrder) -> Result<Balance> {
	Ok(stake(deposits, order, &chain.categories().await?))
}

fn stake(deposits: &Deposits, order: &WorkerpoolOrder, categories: &[(CategoryId, Category)]) -> Balance {
	let known = categories.iter().find(|(id, _)| *id == order.category);
	let time = known.map_or(0, |(_, category)| category.reference_time);
	let floor = stake_floor(deposits.stake_rate, time).unwrap_or(Balance::MAX);
	pool_stake(order.price, floor).unwrap_or(Balance::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::{quote, wish};

	#[test]
	fn bill_tells_what_is_gone_and_what_comes_back() {
		let bill = Bill { pays: 7, holds: 2, fee: 1, beyond: vec!["lets go".into()], ..Bill::default() };
		let said = "it costs 0.00000001 RLC at most: 0.000000007 RLC paid or locked, 0.000000002 RLC held and returned later, \
			0.000000001 RLC in fees; it lets go";
		assert_eq!(bill.to_string(), said);
		let held = Bill { holds: 2, ..Bill::default() };
		assert_eq!(held.to_string(), "it costs 0.000000002 RLC at most: 0.000000002 RLC held and returned later");
	}

	#[test]
	fn what_may_be_taken_later_is_a_part_of_the_cost_and_not_due() {
		let mut bill = Bill { pays: 7, holds: 2, fee: 1, ..Bill::default() };
		assert_eq!(bill.due(), 9);
		bill.pay_later(5);
		assert_eq!((bill.due(), bill.total()), (9, 15));
	}

	#[test]
	fn usual_fee_is_told_from_all_else() {
		let fee = Bill { fee: RLC / 10, ..Bill::default() };
		assert!(fee.is_fee());
		for more in [
			Bill { fee: RLC / 10 + 1, ..Bill::default() },
			Bill { pays: 1, ..fee.clone() },
			Bill { holds: 1, ..fee.clone() },
			Bill { beyond: vec!["lets go".into()], ..fee.clone() },
		] {
			assert!(!more.is_fee(), "{more}");
		}
	}

	#[test]
	fn small_deposit_is_small_as_long_as_all_of_the_command_is() {
		let deposit = Bill { holds: RLC / 20, fee: RLC / 100, ..Bill::default() };
		assert!(deposit.is_small(0) && deposit.is_small(RLC / 25));
		assert!(!deposit.is_small(RLC / 25 + 1), "a command can be made to hold again and again");
		for more in [Bill { pays: 1, ..deposit.clone() }, Bill { beyond: vec!["lets go".into()], ..deposit.clone() }] {
			assert!(!more.is_small(0), "it does not come back: {more}");
		}
		assert!(!Bill { holds: Balance::MAX, ..deposit }.is_small(Balance::MAX));
	}

	#[test]
	fn signature_under_a_request_that_does_not_expire_tells_so() {
		let signed = |expiry| beyond_today(&RequestOrder { expiry, ..wish().request(0, 0, 1) }.into());
		assert!(signed(None).is_some_and(|said| said.contains("until it is canceled")));
		assert_eq!(signed(Some(5)), None);
		assert_eq!(beyond_today(&quote().app.into()), None, "it takes no money");
	}

	#[test]
	fn vote_tells_what_it_locks() {
		let vote = |balance| {
			let ballot = rlc_chain::Ballot::Standard { aye: true, conviction: 1, balance };
			beyond_votes(&GovernanceCall::Vote { index: 3, ballot })
		};
		assert_eq!(vote(2 * RLC), Some("locks 2 RLC for the vote, which stays yours".into()));
		assert_eq!(vote(0), None);
	}

	#[test]
	fn batches_hide_no_call() {
		let pay = |value| {
			let dest = Address::Id(AccountId::new([1; 32]));
			Call::from(BalancesCall::TransferAllowDeath { dest, value })
		};
		let inner = Call::For { account: AccountId::new([2; 32]), call: Box::new(pay(2)) };
		let nested = Call::BatchAll(vec![pay(1), Call::BatchAll(vec![inner, pay(3)])]);
		assert_eq!(singles(&nested), [&pay(1), &pay(2), &pay(3)]);
	}

	#[test]
	fn stake_of_an_offer_is_a_part_of_its_price_or_what_its_time_asks() {
		let order = |price| WorkerpoolOrder { price, ..quote().workerpool };
		let deposits = Deposits { stake_rate: 600, ..Deposits::default() };
		let (name, reference_time) = (Default::default(), 1_800_000);
		let categories = [(quote().workerpool.category, Category { name, reference_time })];
		assert_eq!(stake(&deposits, &order(10_000), &categories), 3_000);
		assert_eq!(stake(&deposits, &order(100), &categories), 300);
		assert_eq!(stake(&deposits, &order(100), &[]), 30);
	}
}

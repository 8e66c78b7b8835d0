//! The rules of matching, the only place where they are written.
//!
//! These functions decide, no matter who brings the orders and where they come from. They read what is registered
//! through [`Assets`] and nothing else, so that the search for offers decides as the chain does.
//!
//! Source: `IexecPoco1Facet._matchOrders`; recorded in `vectors/poco/`.

use rlc_primitives::{
	deal::Category,
	market::{Hashes, SignedOrders},
	money,
	record::Tally,
	traits::{Assets, WorkerpoolPolicy},
	AccountId, AppOrder, Balance, CategoryId, DatasetOrder, Moment, OrderKind, RequestOrder, SigningDomain, Tag,
	WorkerpoolId, WorkerpoolOrder,
};

pub use crate::refusals::Refusal;

/// The orders of a deal.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
	/// What the app's owner offers.
	pub app: &'a AppOrder,
	/// What the dataset's owner offers, if there is a dataset.
	pub dataset: Option<&'a DatasetOrder>,
	/// What the scheduler offers.
	pub workerpool: &'a WorkerpoolOrder,
	/// What the requester asks for.
	pub request: &'a RequestOrder,
}

impl<'a> Sides<'a> {
	/// Returns the orders that somebody brings, without what authorizes them.
	pub fn of(orders: &'a SignedOrders) -> Self {
		Self {
			app: &orders.app.order,
			dataset: orders.dataset.as_ref().map(|dataset| &dataset.order),
			workerpool: &orders.workerpool.order,
			request: &orders.request.order,
		}
	}

	/// Returns the orders' hashes in this domain.
	pub fn hashes(&self, domain: &SigningDomain) -> Hashes {
		Hashes {
			app: domain.hash(self.app),
			dataset: self.dataset.map(|order| domain.hash(order)),
			workerpool: domain.hash(self.workerpool),
			request: domain.hash(self.request),
		}
	}
}

/// What the chain asks of every deal today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
	/// What a scheduler stakes for a task at least, in nRLC for each hour of the category's reference time.
	pub stake_rate: Balance,
	/// Whether there are enclaves that may work on tasks. Without one, a task that demands one can only fail, and its
	/// scheduler would lose its stake.
	pub enclaves: bool,
}

/// What orders that match agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
	/// The app's owner, who must have authorized the app order.
	pub app_owner: AccountId,
	/// The dataset's owner, who must have authorized the dataset order.
	pub dataset_owner: Option<AccountId>,
	/// The workerpool's policy; its owner has to have authorized the workerpool order.
	pub workerpool: WorkerpoolPolicy,
	/// The category's reference time, in ms.
	pub reference_time: Moment,
	/// A result's error is less likely than one in this many. At least 1.
	pub trust: u64,
	/// What the tasks demand of workers.
	pub tag: Tag,
	/// What a task costs its payer, in nRLC.
	pub task_price: Balance,
	/// What the scheduler stakes for a task, in nRLC.
	pub pool_stake: Balance,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Balance,
}

impl Sides<'_> {
	/// Returns the terms of the deal that the orders make at `now`, in ms, under these conditions. What is left of the
	/// orders, and whether they are authorized, is not looked at: see [`volume`] and [`Terms`].
	///
	/// `tally` looks up how the tasks of a workerpool under this owner ended, as of `now`. It is called only if the
	/// request names a least record.
	///
	/// # Errors
	///
	/// The first [`Refusal`] that applies; what costs no read of storage is looked at first.
	pub fn terms<A: Assets>(
		&self,
		now: Moment,
		category: impl FnOnce(CategoryId) -> Option<Category>,
		conditions: Conditions,
		tally: impl FnOnce(&WorkerpoolId, &AccountId) -> Tally,
	) -> Result<Terms, Refusal> {
		let Self { app, dataset, workerpool, request } = *self;
		check(!request.has_expired(now), Refusal::OrderExpired)?;
		app_serves(app, request)?;
		check(request.dataset == dataset.map(|order| order.dataset), Refusal::DatasetMismatch)?;
		if let Some(dataset) = dataset {
			dataset_serves(dataset, request)?;
		}
		workerpool_serves(workerpool, request)?;
		let tag = self.tag()?;
		check(conditions.enclaves || !tag.has_tee(), Refusal::NoEnclaves)?;
		self.admit_one_another::<A>()?;
		let reference_time = category(request.category).ok_or(Refusal::UnknownCategory)?.reference_time;

		let app_owner = A::app_owner(&app.app).ok_or(Refusal::AppNotRegistered)?;
		let dataset_owner = match dataset {
			Some(order) => Some(A::dataset_owner(&order.dataset).ok_or(Refusal::DatasetNotRegistered)?),
			None => None,
		};
		let policy = A::workerpool(&workerpool.workerpool).ok_or(Refusal::WorkerpoolNotRegistered)?;
		if let Some(least) = request.workerpool.least_record() {
			check(least.is_met_by(&tally(&workerpool.workerpool, &policy.owner)), Refusal::RecordTooPoor)?;
		}

		Ok(Terms {
			task_price: money::task_price(app.price, dataset.map_or(0, |order| order.price), workerpool.price)?,
			pool_stake: money::pool_stake(
				workerpool.price,
				money::stake_floor(conditions.stake_rate, reference_time)?,
			)?,
			worker_stake: money::worker_stake(workerpool.price, policy.worker_stake_ratio)?,
			app_owner,
			dataset_owner,
			workerpool: policy,
			reference_time,
			trust: request.trust.max(1),
			tag,
		})
	}

	/// Returns whether the workerpool and the others admit one another: those of the ten restrictions that have to do with
	/// the workerpool or its order.
	pub fn admit_workerpool<A: Assets>(&self) -> bool {
		let Self { app, dataset, workerpool, request } = *self;
		let pool = Some(&workerpool.workerpool);
		request.workerpool.by_name().admits::<A>(pool)
			&& app.workerpool_restrict.admits::<A>(pool)
			&& dataset.is_none_or(|dataset| dataset.workerpool_restrict.admits::<A>(pool))
			&& workerpool.app_restrict.admits::<A>(Some(&app.app))
			&& workerpool.dataset_restrict.admits::<A>(dataset.map(|order| &order.dataset))
			&& workerpool.requester_restrict.admits::<A>(Some(&request.requester))
	}

	/// Returns how many groups [`admit_workerpool`](Self::admit_workerpool) may have to look up.
	pub fn workerpool_groups(&self) -> u32 {
		let Self { app, dataset, workerpool, request } = *self;
		let groups = [
			request.workerpool.by_name().is_group(),
			app.workerpool_restrict.is_group(),
			dataset.is_some_and(|dataset| dataset.workerpool_restrict.is_group()),
			workerpool.app_restrict.is_group(),
			workerpool.dataset_restrict.is_group(),
			workerpool.requester_restrict.is_group(),
		];
		groups.into_iter().map(u32::from).sum()
	}

	/// Returns what the tasks demand, if the workerpool can do it, the app's order allows it, and workers can agree on results.
	fn tag(&self) -> Result<Tag, Refusal> {
		let dataset = self.dataset.map_or(Tag::NONE, |order| order.tag);
		let tag = Tag::combine(self.app.tag, dataset, self.request.tag);
		check(self.workerpool.tag.covers(tag), Refusal::TagNotCovered)?;
		app_serves_tag(self.app.tag, tag, self.request.trust)?;
		Ok(tag)
	}

	/// Checks the ten restrictions.
	fn admit_one_another<A: Assets>(&self) -> Result<(), Refusal> {
		let Self { app, dataset, workerpool, request } = *self;
		let app_id = Some(&app.app);
		let pool_id = Some(&workerpool.workerpool);
		let dataset_id = dataset.map(|order| &order.dataset);
		let requester = Some(&request.requester);
		check(request.workerpool.by_name().admits::<A>(pool_id), Refusal::RequestExcludesWorkerpool)?;
		check(app.dataset_restrict.admits::<A>(dataset_id), Refusal::AppExcludesDataset)?;
		check(app.workerpool_restrict.admits::<A>(pool_id), Refusal::AppExcludesWorkerpool)?;
		check(app.requester_restrict.admits::<A>(requester), Refusal::AppExcludesRequester)?;
		if let Some(dataset) = dataset {
			check(dataset.app_restrict.admits::<A>(app_id), Refusal::DatasetExcludesApp)?;
			check(dataset.workerpool_restrict.admits::<A>(pool_id), Refusal::DatasetExcludesWorkerpool)?;
			check(dataset.requester_restrict.admits::<A>(requester), Refusal::DatasetExcludesRequester)?;
		}
		check(workerpool.app_restrict.admits::<A>(app_id), Refusal::WorkerpoolExcludesApp)?;
		check(workerpool.dataset_restrict.admits::<A>(dataset_id), Refusal::WorkerpoolExcludesDataset)?;
		check(workerpool.requester_restrict.admits::<A>(requester), Refusal::WorkerpoolExcludesRequester)
	}
}

/// Checks that the app's order allows what the tasks demand, at this trust.
///
/// A network can tell each worker something else, and anyone who answers there can choose what. So honest workers of one task
/// might not agree, and a requester could make them lose their stakes. A single worker loses nothing.
fn app_serves_tag(app: Tag, demanded: Tag, trust: u64) -> Result<(), Refusal> {
	check(!demanded.has_tee() || app.has_tee(), Refusal::AppNotTee)?;
	check(!demanded.has_network() || app.has_network(), Refusal::NetworkNotGranted)?;
	check(!demanded.has_network() || trust <= 1, Refusal::NetworkLimitsTrust)
}

/// Returns what the tasks of these orders demand of a workerpool.
///
/// # Errors
///
/// [`Refusal`] if the app's order does not allow it at the request's trust, whatever the workerpool.
pub fn demand(app: &AppOrder, dataset: Option<&DatasetOrder>, request: &RequestOrder) -> Result<Tag, Refusal> {
	let tag = Tag::combine(app.tag, dataset.map_or(Tag::NONE, |order| order.tag), request.tag);
	app_serves_tag(app.tag, tag, request.trust)?;
	Ok(tag)
}

/// Checks that the order is for the app that is asked for, within its maximum.
pub fn app_serves(app: &AppOrder, request: &RequestOrder) -> Result<(), Refusal> {
	check(app.app == request.app, Refusal::AppMismatch)?;
	check(app.price <= request.app_max_price, Refusal::AppTooExpensive)
}

/// Checks that the order is for the dataset that is asked for, within its maximum.
pub fn dataset_serves(dataset: &DatasetOrder, request: &RequestOrder) -> Result<(), Refusal> {
	check(Some(dataset.dataset) == request.dataset, Refusal::DatasetMismatch)?;
	check(dataset.price <= request.dataset_max_price, Refusal::DatasetTooExpensive)
}

/// Checks that the order is for the category, the trust and the abilities that are asked for, within its maximum.
pub fn workerpool_serves(workerpool: &WorkerpoolOrder, request: &RequestOrder) -> Result<(), Refusal> {
	check(workerpool.category == request.category, Refusal::CategoryMismatch)?;
	check(workerpool.trust >= request.trust, Refusal::TrustTooLow)?;
	check(workerpool.price <= request.workerpool_max_price, Refusal::WorkerpoolTooExpensive)?;
	check(workerpool.tag.covers(request.tag), Refusal::TagNotCovered)
}

/// Returns how many tasks the deal has: the least that is left of any of its orders.
///
/// # Errors
///
/// The [`Refusal`] for the first order of which nothing is left, see [`Refusal::nothing_left`].
pub fn volume(left: impl IntoIterator<Item = (OrderKind, u64)>) -> Result<u64, Refusal> {
	left.into_iter().try_fold(u64::MAX, |least, (kind, left)| {
		check(left > 0, Refusal::nothing_left(kind))?;
		Ok(least.min(left))
	})
}

fn check(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
	holds.then_some(()).ok_or(refusal)
}

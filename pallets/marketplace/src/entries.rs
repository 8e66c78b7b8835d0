//! The three ways into a match: with the requester's money, with a sponsor's, and from the book.

use frame_support::{ensure, weights::Weight};
use rlc_primitives::{
	traits::OnDealOpened, AccountId, AnyOrder, AppOrder, Balance, DatasetOrder, DealId, Order, OrderHash, RequestOrder,
	WorkerpoolOrder,
};
use sp_runtime::DispatchError;

use crate::{
	agreement::Proposal,
	errors::not_authorized,
	matching::{Sides, Terms},
	types::{Hashes, Published, SignedOrders},
	weights::WeightInfo,
	Config, Error, Orders, Pallet,
};

/// An order in the book, with its publisher.
struct Offer<O> {
	order: O,
	publisher: AccountId,
	bond: Balance,
}

impl<T: Config> Pallet<T> {
	/// Returns what a match of orders that are brought weighs, with params of this many bytes, if this was measured for it:
	/// with other signatures and with the hook for new deals.
	pub(crate) fn match_weight(measured: Weight, params: u32) -> Weight {
		measured.saturating_add(T::WeightInfo::other_signatures(params)).saturating_add(T::OnDealOpened::weight())
	}

	/// Matches orders that `caller` brings; the requester pays, or the caller if the request names it as the payer. Returns
	/// whether one of them was published or presigned, and is no longer kept.
	pub(crate) fn do_match_orders(caller: AccountId, orders: SignedOrders) -> Result<bool, DispatchError> {
		let payer = Self::consenting_payer(&orders.request.order, Some(&caller))?;
		Self::match_signed(caller, payer, orders)
	}

	/// Matches orders that `caller` brings and pays for. Returns the same.
	pub(crate) fn do_sponsor_match_orders(caller: AccountId, orders: SignedOrders) -> Result<bool, DispatchError> {
		ensure!(orders.request.order.may_be_paid_by(&caller), Error::<T>::PaidByAnother);
		Self::match_signed(caller.clone(), caller, orders)
	}

	/// Matches orders in the book. Without a caller, the requester pays the deal's deposit, and the deal has as many tasks
	/// as both sides can pay for now.
	pub(crate) fn do_match_published(caller: Option<AccountId>, hashes: Hashes) -> Result<DealId, DispatchError> {
		let request = Self::request_in_book(&hashes.request)?;
		let payer = Self::consenting_payer(&request.order, caller.as_ref())?;
		let app = Self::app_in_book(&hashes.app)?;
		let dataset = hashes.dataset.map(|hash| Self::dataset_in_book(&hash)).transpose()?;
		let workerpool = Self::workerpool_in_book(&hashes.workerpool)?;
		let sides = Sides {
			app: &app.order,
			dataset: dataset.as_ref().map(|dataset| &dataset.order),
			workerpool: &workerpool.order,
			request: &request.order,
		};
		let unattended = caller.is_none();
		let depositor = caller.unwrap_or_else(|| request.order.requester.clone());
		let most = |terms: &Terms| {
			if unattended {
				Self::most_unattended(terms, &workerpool.order, workerpool.bond, &request.order)
			} else {
				Ok(u64::MAX)
			}
		};

		let agreement = Self::agree(Proposal { sides, hashes, payer }, most)?;
		let deal = agreement.deal();
		Self::ensure_published_by(&app, Some(&deal.app.owner))?;
		if let Some(dataset) = &dataset {
			Self::ensure_published_by(dataset, deal.dataset.as_ref().map(|dataset| &dataset.owner))?;
		}
		Self::ensure_published_by(&workerpool, Some(deal.scheduler()))?;
		Self::ensure_published_by(&request, Some(&deal.requester))?;
		Self::open_deal(agreement, depositor, unattended).map(|opened| opened.id)
	}

	/// Matches orders that `caller` brings and `payer` pays for. Returns the same.
	fn match_signed(caller: AccountId, payer: AccountId, orders: SignedOrders) -> Result<bool, DispatchError> {
		let domain = Self::signing_domain();
		let sides = Sides::of(&orders);
		let hashes = sides.hashes(&domain);

		let agreement = Self::agree(Proposal { sides, hashes, payer }, |_| Ok(u64::MAX))?;
		let deal = agreement.deal();
		Self::ensure_authorized(&orders.app, &hashes.app, &deal.app.owner, &caller, &domain)?;
		if let (Some(order), Some(hash), Some(dataset)) = (&orders.dataset, &hashes.dataset, &deal.dataset) {
			Self::ensure_authorized(order, hash, &dataset.owner, &caller, &domain)?;
		}
		Self::ensure_authorized(&orders.workerpool, &hashes.workerpool, deal.scheduler(), &caller, &domain)?;
		Self::ensure_authorized(&orders.request, &hashes.request, &deal.requester, &caller, &domain)?;
		Self::open_deal(agreement, caller, false).map(|opened| opened.withdrawn)
	}

	/// Returns the account that pays unless somebody sponsors. A payer that the request names has signed nothing, so it
	/// must be the caller.
	fn consenting_payer(request: &RequestOrder, caller: Option<&AccountId>) -> Result<AccountId, Error<T>> {
		let payer = request.default_payer();
		ensure!(*payer == request.requester || caller == Some(payer), Error::PayerMustCall);
		Ok(payer.clone())
	}

	fn app_in_book(hash: &OrderHash) -> Result<Offer<AppOrder>, Error<T>> {
		match Self::in_book(hash)? {
			Published { order: AnyOrder::App(order), owner: publisher, bond, .. } => {
				Ok(Offer { order, publisher, bond })
			}
			_ => Err(Error::WrongKind),
		}
	}

	fn dataset_in_book(hash: &OrderHash) -> Result<Offer<DatasetOrder>, Error<T>> {
		match Self::in_book(hash)? {
			Published { order: AnyOrder::Dataset(order), owner: publisher, bond, .. } => {
				Ok(Offer { order, publisher, bond })
			}
			_ => Err(Error::WrongKind),
		}
	}

	fn workerpool_in_book(hash: &OrderHash) -> Result<Offer<WorkerpoolOrder>, Error<T>> {
		match Self::in_book(hash)? {
			Published { order: AnyOrder::Workerpool(order), owner: publisher, bond, .. } => {
				Ok(Offer { order, publisher, bond })
			}
			_ => Err(Error::WrongKind),
		}
	}

	fn request_in_book(hash: &OrderHash) -> Result<Offer<RequestOrder>, Error<T>> {
		match Self::in_book(hash)? {
			Published { order: AnyOrder::Request(order), owner: publisher, bond, .. } => {
				Ok(Offer { order, publisher, bond })
			}
			_ => Err(Error::WrongKind),
		}
	}

	fn in_book(hash: &OrderHash) -> Result<Published, Error<T>> {
		Orders::<T>::get(hash).ok_or(Error::NotFound)
	}

	/// Checks that today's owner published the order.
	fn ensure_published_by<O: Order>(offer: &Offer<O>, owner: Option<&AccountId>) -> Result<(), Error<T>> {
		ensure!(owner == Some(&offer.publisher), not_authorized(O::KIND));
		Ok(())
	}
}

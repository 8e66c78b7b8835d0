//! The three ways into a match: by the requester's money, by a sponsor's, and from the book.

use frame_support::ensure;
use rlc_primitives::{
	AccountId, AnyOrder, AppOrder, DatasetOrder, DealId, Order, OrderHash, RequestOrder, WorkerpoolOrder,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	deals::Proposal,
	matching::Sides,
	refusals::not_authorized,
	types::{Hashes, SignedOrders},
	Config, Error, Orders, Pallet,
};

/// An order in the book, with its publisher.
struct Offer<O> {
	order: O,
	publisher: AccountId,
}

impl<T: Config> Pallet<T> {
	/// Match orders that `caller` brings; the requester pays, or the caller if the request names it as the payer.
	pub(crate) fn do_match_orders(caller: AccountId, orders: SignedOrders) -> DispatchResult {
		let payer = Self::consenting_payer(&orders.request.order, Some(&caller))?;
		Self::match_signed(caller, payer, orders)
	}

	/// Match orders that `caller` brings and pays for.
	pub(crate) fn do_sponsor_match_orders(caller: AccountId, orders: SignedOrders) -> DispatchResult {
		ensure!(orders.request.order.may_be_paid_by(&caller), Error::<T>::PaidByAnother);
		Self::match_signed(caller.clone(), caller, orders)
	}

	/// Match orders in the book. Without a caller, the requester pays the deal's deposit.
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
		let depositor = caller.unwrap_or_else(|| request.order.requester.clone());

		Self::open_deal(Proposal { sides, hashes, payer, depositor }, |terms| {
			ensure_published_by(&app, Some(&terms.app_owner))?;
			if let Some(dataset) = &dataset {
				ensure_published_by(dataset, terms.dataset_owner.as_ref())?;
			}
			ensure_published_by(&workerpool, Some(&terms.workerpool.owner))?;
			ensure_published_by(&request, Some(&request.order.requester))
		})
	}

	/// Match orders that `caller` brings and `payer` pays for.
	fn match_signed(caller: AccountId, payer: AccountId, orders: SignedOrders) -> DispatchResult {
		let domain = Self::signing_domain();
		let sides = Sides::of(&orders);
		let hashes = sides.hashes(&domain);
		let proposal = Proposal { sides, hashes, payer, depositor: caller.clone() };

		Self::open_deal(proposal, |terms| {
			Self::ensure_authorized(&orders.app, &hashes.app, &terms.app_owner, &caller, &domain)?;
			if let (Some(order), Some(hash), Some(owner)) = (&orders.dataset, &hashes.dataset, &terms.dataset_owner) {
				Self::ensure_authorized(order, hash, owner, &caller, &domain)?;
			}
			let scheduler = &terms.workerpool.owner;
			Self::ensure_authorized(&orders.workerpool, &hashes.workerpool, scheduler, &caller, &domain)?;
			let requester = &orders.request.order.requester;
			Self::ensure_authorized(&orders.request, &hashes.request, requester, &caller, &domain)
		})
		.map(|_| ())
	}

	/// Who pays unless somebody sponsors. A payer whom the request names has signed nothing, and so has to be the caller.
	fn consenting_payer(request: &RequestOrder, caller: Option<&AccountId>) -> Result<AccountId, Error<T>> {
		let payer = request.default_payer();
		ensure!(*payer == request.requester || caller == Some(payer), Error::PayerMustCall);
		Ok(payer.clone())
	}

	fn app_in_book(hash: &OrderHash) -> Result<Offer<AppOrder>, Error<T>> {
		match Self::in_book(hash)? {
			(AnyOrder::App(order), publisher) => Ok(Offer { order, publisher }),
			_ => Err(Error::WrongKind),
		}
	}

	fn dataset_in_book(hash: &OrderHash) -> Result<Offer<DatasetOrder>, Error<T>> {
		match Self::in_book(hash)? {
			(AnyOrder::Dataset(order), publisher) => Ok(Offer { order, publisher }),
			_ => Err(Error::WrongKind),
		}
	}

	fn workerpool_in_book(hash: &OrderHash) -> Result<Offer<WorkerpoolOrder>, Error<T>> {
		match Self::in_book(hash)? {
			(AnyOrder::Workerpool(order), publisher) => Ok(Offer { order, publisher }),
			_ => Err(Error::WrongKind),
		}
	}

	fn request_in_book(hash: &OrderHash) -> Result<Offer<RequestOrder>, Error<T>> {
		match Self::in_book(hash)? {
			(AnyOrder::Request(order), publisher) => Ok(Offer { order, publisher }),
			_ => Err(Error::WrongKind),
		}
	}

	fn in_book(hash: &OrderHash) -> Result<(AnyOrder, AccountId), Error<T>> {
		let published = Orders::<T>::get(hash).ok_or(Error::NotFound)?;
		Ok((published.order, published.owner))
	}
}

/// Check that today's owner published the order.
fn ensure_published_by<O: Order, T>(offer: &Offer<O>, owner: Option<&AccountId>) -> Result<(), Error<T>> {
	(owner == Some(&offer.publisher)).then_some(()).ok_or(not_authorized(O::KIND))
}

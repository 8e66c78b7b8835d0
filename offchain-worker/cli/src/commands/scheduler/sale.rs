//! The orders that `rlc scheduler run` publishes.

use clap::Args;
use rlc_chain::{Call, Chain, Key, MarketplaceCall};
use rlc_primitives::{
	market::BookKey, AccountId, AnyOrder, AppId, CategoryId, DatasetId, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::H256;

use crate::{amount::Amount, assets, context::Context, failure::Result, ids};

/// What is published: terms and restrictions.
#[derive(Debug, Args)]
pub(crate) struct Offer {
	/// Publish an order at this price for each --category, unless there is one
	#[arg(long, value_name = "AMOUNT")]
	pub publish_price: Option<Amount>,

	/// A category to publish an order in; may be repeated [default: XS]
	#[arg(long, value_name = "CATEGORY", requires = "publish_price")]
	pub category: Vec<String>,

	/// The highest trust that the published orders promise
	#[arg(long, default_value_t = 10, value_name = "T", value_parser = clap::value_parser!(u64).range(1..))]
	pub trust: u64,

	/// How many tasks the published orders are good for
	#[arg(long, default_value_t = assets::VOLUME, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub volume: u64,

	/// Publish orders only for this app, or for the apps of a group
	#[arg(long, value_name = "APP|group:GROUP", value_parser = ids::restriction(ids::app), requires = "publish_price")]
	pub only_app: Option<Restriction<AppId>>,

	/// Publish orders only for tasks with this dataset, or with the datasets of a group
	#[arg(
		long,
		value_name = "DATASET|group:GROUP",
		value_parser = ids::restriction(ids::dataset),
		requires = "publish_price"
	)]
	pub only_dataset: Option<Restriction<DatasetId>>,

	/// Publish orders only for this requester, or for the members of a group
	#[arg(long, value_name = "ACCOUNT|group:GROUP", value_parser = ids::requester, requires = "publish_price")]
	pub only_requester: Option<Restriction<String>>,

	/// The tag of the published orders, for what its workers can do: tee, gpu, network, separated by commas; or a number of
	/// bits, or 32 bytes in hex
	#[arg(long, value_name = "TAG", value_parser = ids::tag)]
	pub tag: Option<Tag>,
}

/// What the options ask to publish.
pub(super) struct Sale<'a> {
	offer: &'a Offer,
	price: Amount,
	requesters: Restriction<AccountId>,
}

impl<'a> Sale<'a> {
	/// Returns what the options ask to publish; `None`: nothing.
	pub(super) fn of(context: &Context, offer: &'a Offer) -> Result<Option<Self>> {
		let Some(price) = offer.publish_price else { return Ok(None) };
		let requesters = assets::requesters(context, offer.only_requester.as_ref())?;
		Ok(Some(Self { offer, price, requesters }))
	}

	/// Returns the order of a category.
	fn order(&self, workerpool: WorkerpoolId, category: CategoryId) -> WorkerpoolOrder {
		let Self { offer, price, requesters } = self;
		WorkerpoolOrder {
			workerpool,
			price: price.0,
			volume: offer.volume,
			tag: offer.tag.unwrap_or(Tag::NONE),
			category,
			trust: offer.trust,
			app_restrict: offer.only_app.clone().unwrap_or_default(),
			dataset_restrict: offer.only_dataset.clone().unwrap_or_default(),
			requester_restrict: requesters.clone(),
			salt: H256(rand::random()),
		}
	}
}

/// Publishes the orders that are not on sale yet, and names those on sale that the restrictions do not hold for.
pub(super) async fn publish(
	context: &Context,
	chain: &Chain,
	key: &Key,
	id: WorkerpoolId,
	sale: &Sale<'_>,
) -> Result<()> {
	let mut mine = assets::own_orders(chain, BookKey::Workerpool(id), &key.account()).await?;
	mine.retain(|entry| entry.remaining > 0);
	let default = ["XS".to_owned()];
	let categories = &sale.offer.category;
	let mut orders = Vec::new();
	for name in if categories.is_empty() { default.as_slice() } else { categories } {
		let category = assets::category(chain, name).await?;
		let order = sale.order(id, category);
		let same = |known: &AnyOrder| matches!(known, AnyOrder::Workerpool(known) if is_same(known, &order));
		if mine.iter().any(|entry| same(&entry.order)) {
			continue;
		}
		context.out.say(format_args!("on sale for {} a task of category {name}", sale.price));
		orders.push(Call::Marketplace(MarketplaceCall::PublishOrder { order: order.into() }));
	}
	let asked = sale.order(id, CategoryId::default());
	for entry in mine {
		if matches!(&entry.order, AnyOrder::Workerpool(known) if admits_others(known, &asked)) {
			context.out.say(format_args!(
				"order {:?} is on sale without these restrictions; withdraw it with \
				 `rlc workerpool unpublish {:?} --order {0:?}`",
				entry.hash.0, id.0
			));
		}
	}
	if !orders.is_empty() {
		// All at once: a requester that sees one sees all.
		context.send_as(chain, key.clone(), Call::BatchAll(orders)).await?;
	}
	Ok(())
}

/// Returns whether an order says the same as another, but for how many tasks.
fn is_same(known: &WorkerpoolOrder, order: &WorkerpoolOrder) -> bool {
	*known == WorkerpoolOrder { volume: known.volume, salt: known.salt, ..order.clone() }
}

/// Returns whether an order may admit what another one excludes.
fn admits_others(known: &WorkerpoolOrder, order: &WorkerpoolOrder) -> bool {
	fn is_other<Id: PartialEq>(known: &Restriction<Id>, wanted: &Restriction<Id>) -> bool {
		!wanted.is_anyone() && known != wanted
	}
	is_other(&known.app_restrict, &order.app_restrict)
		|| is_other(&known.dataset_restrict, &order.dataset_restrict)
		|| is_other(&known.requester_restrict, &order.requester_restrict)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{global::Global, output::Output};
	use clap::Parser;
	use rlc_primitives::GroupId;
	use sp_core::H160;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		global: Global,
		#[command(flatten)]
		offer: Offer,
	}

	/// The id of whatever the tests name.
	const ID: &str = "0x1111111111111111111111111111111111111111";
	const MEMBERS: &str = "group:0x1111111111111111111111111111111111111111";

	/// Returns an order that is published with these options.
	fn order(arguments: &[&str]) -> WorkerpoolOrder {
		let usual = ["test", "--publish-price", "1"];
		let Line { global, offer } = Line::try_parse_from([&usual[..], arguments].concat()).unwrap();
		let context = Context { global, out: Output::new(true) };
		let sale = Sale::of(&context, &offer).unwrap().unwrap();
		sale.order(WorkerpoolId::default(), CategoryId(0))
	}

	fn to_one() -> WorkerpoolOrder {
		order(&["--only-app", ID, "--only-dataset", ID, "--only-requester", "//Alice"])
	}

	#[test]
	fn published_order_has_the_restrictions_that_are_asked_for() {
		let id = H160::repeat_byte(0x11);
		let open = order(&[]);
		assert!(open.app_restrict.is_anyone() && open.dataset_restrict.is_anyone());
		assert!(open.requester_restrict.is_anyone());
		let one = to_one();
		assert_eq!(one.app_restrict, Restriction::Exactly(AppId(id)));
		assert_eq!(one.dataset_restrict, Restriction::Exactly(DatasetId(id)));
		let alice = Key::from_suri("//Alice").unwrap().account();
		assert_eq!(one.requester_restrict, Restriction::Exactly(alice));
		let members = order(&["--only-app", MEMBERS, "--only-dataset", MEMBERS, "--only-requester", MEMBERS]);
		assert_eq!(members.app_restrict, Restriction::Group(GroupId(id)));
		assert_eq!(members.dataset_restrict, Restriction::Group(GroupId(id)));
		assert_eq!(members.requester_restrict, Restriction::Group(GroupId(id)));
	}

	#[test]
	fn order_on_sale_with_other_restrictions_is_another_one() {
		let (open, one) = (order(&[]), to_one());
		assert!(is_same(&open, &order(&["--volume", "7"])) && is_same(&one, &to_one()));
		for options in [["--only-app", ID], ["--only-dataset", ID], ["--only-requester", "//Alice"]] {
			let restricted = order(&options);
			assert!(!is_same(&open, &restricted), "{options:?}");
			assert!(admits_others(&open, &restricted), "{options:?}");
			assert!(!admits_others(&restricted, &open), "{options:?}: it asks for no restriction");
			assert!(!admits_others(&one, &restricted), "{options:?}: it is restricted even more");
		}
	}
}

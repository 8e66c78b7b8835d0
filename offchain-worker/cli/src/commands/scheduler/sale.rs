//! What `rlc scheduler run` sells.

use clap::Args;
use rlc_chain::Chain;
use rlc_primitives::{AccountId, AppId, CategoryId, DatasetId, Moment, Restriction, Tag};

use crate::{
	amount::Amount,
	assets,
	context::Context,
	failure::{Failure, Result},
	ids,
};

/// What is published: terms and restrictions.
#[derive(Debug, Args)]
pub(crate) struct Offer {
	/// Sell at this price: keep an order for each --category in the book, and no other of the workerpool
	#[arg(long, value_name = "AMOUNT")]
	pub publish_price: Option<Amount>,

	/// A category to publish an order in; may be repeated [default: XS]
	#[arg(long, value_name = "CATEGORY", requires = "publish_price")]
	pub category: Vec<String>,

	/// The highest trust that the published orders promise; without --volume, no more than the workers can reach
	#[arg(long, default_value_t = assets::PROMISED_TRUST, value_name = "T", value_parser = clap::value_parser!(u64).range(1..))]
	pub trust: u64,

	/// How many tasks are on sale at a time in each category, whatever the workers can do [default: what they can try in
	/// time]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), requires = "publish_price")]
	pub volume: Option<u64>,

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

impl Offer {
	/// Returns what the options ask to sell, an offer for each category; `None`: nothing.
	pub(super) async fn read(&self, context: &Context, chain: &Chain) -> Result<Option<Vec<rlc_scheduler::Offer>>> {
		let Some(price) = self.publish_price else { return Ok(None) };
		let requesters = assets::requesters(context, self.only_requester.as_ref())?;
		let categories = chain.categories().await?;
		let default = ["XS".to_owned()];
		let names = if self.category.is_empty() { default.as_slice() } else { &self.category };
		let mut offers = Vec::new();
		for name in names {
			let id = ids::category(name, &categories).map_err(Failure::category)?;
			let known = categories.iter().find(|(known, _)| *known == id);
			// The id is one of theirs.
			let reference_time = known.map_or(0, |(_, category)| category.reference_time);
			offers.push(self.offer(price, id, reference_time, requesters.clone()));
		}
		Ok(Some(offers))
	}

	/// Returns the offer of a category.
	fn offer(
		&self,
		price: Amount,
		category: CategoryId,
		reference_time: Moment,
		requesters: Restriction<AccountId>,
	) -> rlc_scheduler::Offer {
		rlc_scheduler::Offer {
			price: price.0,
			category,
			reference_time,
			trust: self.trust,
			tag: self.tag.unwrap_or(Tag::NONE),
			app_restrict: self.only_app.clone().unwrap_or_default(),
			dataset_restrict: self.only_dataset.clone().unwrap_or_default(),
			requester_restrict: requesters,
			volume: self.volume,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{global::Global, output::Output};
	use clap::Parser;
	use rlc_chain::Key;
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

	/// Returns what is sold with these options.
	fn offer(arguments: &[&str]) -> rlc_scheduler::Offer {
		let usual = ["test", "--publish-price", "1"];
		let Line { global, offer } = Line::try_parse_from([&usual[..], arguments].concat()).unwrap();
		let context = Context::new(global, Output::new(true));
		let requesters = assets::requesters(&context, offer.only_requester.as_ref()).unwrap();
		offer.offer(offer.publish_price.unwrap(), CategoryId(0), 300_000, requesters)
	}

	#[test]
	fn offer_has_the_restrictions_that_are_asked_for() {
		let id = H160::repeat_byte(0x11);
		let open = offer(&[]);
		assert!(open.app_restrict.is_anyone() && open.dataset_restrict.is_anyone());
		assert!(open.requester_restrict.is_anyone());
		let one = offer(&["--only-app", ID, "--only-dataset", ID, "--only-requester", "//Alice"]);
		assert_eq!(one.app_restrict, Restriction::Exactly(AppId(id)));
		assert_eq!(one.dataset_restrict, Restriction::Exactly(DatasetId(id)));
		let alice = Key::from_suri("//Alice").unwrap().account();
		assert_eq!(one.requester_restrict, Restriction::Exactly(alice));
		let members = offer(&["--only-app", MEMBERS, "--only-dataset", MEMBERS, "--only-requester", MEMBERS]);
		assert_eq!(members.app_restrict, Restriction::Group(GroupId(id)));
		assert_eq!(members.dataset_restrict, Restriction::Group(GroupId(id)));
		assert_eq!(members.requester_restrict, Restriction::Group(GroupId(id)));
	}

	#[test]
	fn volume_follows_the_workers_unless_it_is_given() {
		assert_eq!(offer(&[]).volume, None);
		assert_eq!(offer(&["--volume", "7"]).volume, Some(7));
	}
}

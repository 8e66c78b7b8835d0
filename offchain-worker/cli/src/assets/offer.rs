//! Offers: the options of the orders that sell apps, datasets and workerpools.

use clap::Args;
use rlc_chain::Chain;
use rlc_primitives::{
	AccountId, AppId, AppOrder, CategoryId, DatasetId, DatasetOrder, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::H256;

use crate::{
	amount::Amount,
	assets::{
		named::{named, AssetName},
		sale::Others,
	},
	context::Context,
	failure::{Failure, Result},
	ids,
};

/// How many tasks an offer is good for by default.
const VOLUME: u64 = 1_000_000;

/// The highest trust that offers promise by default.
pub(crate) const PROMISED_TRUST: u64 = 10;

/// The terms of a sale.
#[derive(Clone, Debug, Args)]
pub(crate) struct Terms {
	/// What a task pays for it; 0: nothing
	#[arg(long, value_name = "AMOUNT")]
	pub price: Amount,

	/// How many tasks the offer is good for
	#[arg(long, default_value_t = VOLUME, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub volume: u64,

	/// The order's tag: tee, gpu, network, separated by commas; or a number of bits, or 32 bytes in hex. Only an app's order
	/// grants a network
	#[arg(long, value_name = "TAG", value_parser = ids::tag)]
	pub tag: Option<Tag>,

	/// Let only this requester buy, or the members of a group
	#[arg(long, value_name = "ACCOUNT|group:GROUP", value_parser = ids::requester)]
	pub only_requester: Option<Restriction<String>>,
}

/// What becomes of the account's other orders on the same terms.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Beside {
	/// Keep your orders in the book that differ from this one in price or volume alone, instead of replacing them
	#[arg(long)]
	pub keep_others: bool,
}

impl From<Beside> for Others {
	fn from(beside: Beside) -> Self {
		if beside.keep_others {
			Self::Keep
		} else {
			Self::Replace
		}
	}
}

impl Terms {
	fn tag(&self) -> Tag {
		self.tag.unwrap_or(Tag::NONE)
	}

	/// Returns which requesters may buy.
	fn requesters(&self, context: &Context) -> Result<Restriction<AccountId>> {
		requesters(context, self.only_requester.as_ref())
	}
}

/// Returns which requesters may buy, if only those that people name so.
///
/// # Errors
///
/// If it is not an account.
pub(crate) fn requesters(context: &Context, only: Option<&Restriction<String>>) -> Result<Restriction<AccountId>> {
	Ok(match only {
		None | Some(Restriction::Anyone) => Restriction::Anyone,
		Some(Restriction::Exactly(name)) => Restriction::Exactly(context.account(name)?),
		Some(Restriction::Group(group)) => Restriction::Group(*group),
	})
}

/// An offer to run an app.
#[derive(Debug, Args)]
pub(crate) struct AppOffer {
	/// The app: its id or its name
	#[arg(value_parser = named(ids::app))]
	pub app: AssetName<AppId>,
	/// The terms
	#[command(flatten)]
	pub terms: Terms,
	/// Only with this dataset, or with the datasets of a group
	#[arg(long, value_name = "DATASET|group:GROUP", value_parser = ids::restriction(ids::dataset))]
	pub only_dataset: Option<Restriction<DatasetId>>,
	/// Only in this workerpool, or in the workerpools of a group
	#[arg(long, value_name = "WORKERPOOL|group:GROUP", value_parser = ids::restriction(ids::workerpool))]
	pub only_workerpool: Option<Restriction<WorkerpoolId>>,
}

impl AppOffer {
	/// Returns the offer of an app to everybody.
	pub(crate) fn plain(app: AppId, price: Amount) -> Self {
		let terms = Terms { price, volume: VOLUME, tag: None, only_requester: None };
		Self { app: AssetName::Id(app), terms, only_dataset: None, only_workerpool: None }
	}

	/// Returns the order.
	///
	/// # Errors
	///
	/// If the requester is not an account, or the name does not tell the asset.
	pub(crate) async fn order(&self, context: &Context, chain: &Chain) -> Result<AppOrder> {
		Ok(AppOrder {
			app: self.app.find(context, chain).await?,
			price: self.terms.price.0,
			volume: self.terms.volume,
			tag: self.terms.tag(),
			dataset_restrict: self.only_dataset.clone().unwrap_or_default(),
			workerpool_restrict: self.only_workerpool.clone().unwrap_or_default(),
			requester_restrict: self.terms.requesters(context)?,
			salt: H256(rand::random()),
		})
	}
}

/// An offer to use a dataset.
#[derive(Debug, Args)]
pub(crate) struct DatasetOffer {
	/// The dataset: its id or its name
	#[arg(value_parser = named(ids::dataset))]
	pub dataset: AssetName<DatasetId>,
	/// The terms
	#[command(flatten)]
	pub terms: Terms,
	/// Only with this app, or with the apps of a group
	#[arg(long, value_name = "APP|group:GROUP", value_parser = ids::restriction(ids::app))]
	pub only_app: Option<Restriction<AppId>>,
	/// Only in this workerpool, or in the workerpools of a group
	#[arg(long, value_name = "WORKERPOOL|group:GROUP", value_parser = ids::restriction(ids::workerpool))]
	pub only_workerpool: Option<Restriction<WorkerpoolId>>,
}

impl DatasetOffer {
	/// Returns the offer of a dataset to everybody.
	pub(crate) fn plain(dataset: DatasetId, price: Amount) -> Self {
		let terms = Terms { price, volume: VOLUME, tag: None, only_requester: None };
		Self { dataset: AssetName::Id(dataset), terms, only_app: None, only_workerpool: None }
	}

	/// Returns the order.
	///
	/// # Errors
	///
	/// If the requester is not an account, or the name does not tell the asset.
	pub(crate) async fn order(&self, context: &Context, chain: &Chain) -> Result<DatasetOrder> {
		Ok(DatasetOrder {
			dataset: self.dataset.find(context, chain).await?,
			price: self.terms.price.0,
			volume: self.terms.volume,
			tag: self.terms.tag(),
			app_restrict: self.only_app.clone().unwrap_or_default(),
			workerpool_restrict: self.only_workerpool.clone().unwrap_or_default(),
			requester_restrict: self.terms.requesters(context)?,
			salt: H256(rand::random()),
		})
	}
}

/// An offer to compute.
#[derive(Debug, Args)]
pub(crate) struct WorkerpoolOffer {
	/// The workerpool: its id or its name
	#[arg(value_parser = named(ids::workerpool))]
	pub workerpool: AssetName<WorkerpoolId>,
	/// The terms
	#[command(flatten)]
	pub terms: Terms,
	/// How long a task may take: XS, S, M, L, XL, or its number
	#[arg(long, default_value = "XS")]
	pub category: String,
	/// The highest trust that the workerpool delivers
	#[arg(long, default_value_t = PROMISED_TRUST, value_name = "T", value_parser = clap::value_parser!(u64).range(1..))]
	pub trust: u64,
	/// Only with this app, or with the apps of a group
	#[arg(long, value_name = "APP|group:GROUP", value_parser = ids::restriction(ids::app))]
	pub only_app: Option<Restriction<AppId>>,
	/// Only with this dataset, or with the datasets of a group
	#[arg(long, value_name = "DATASET|group:GROUP", value_parser = ids::restriction(ids::dataset))]
	pub only_dataset: Option<Restriction<DatasetId>>,
}

impl WorkerpoolOffer {
	/// Returns the order.
	///
	/// # Errors
	///
	/// If the requester is not an account, the category is unknown, or the name does not tell the workerpool.
	pub(crate) async fn order(&self, context: &Context, chain: &Chain) -> Result<WorkerpoolOrder> {
		Ok(WorkerpoolOrder {
			workerpool: self.workerpool.find(context, chain).await?,
			price: self.terms.price.0,
			volume: self.terms.volume,
			tag: self.terms.tag(),
			category: category(chain, &self.category).await?,
			trust: self.trust,
			app_restrict: self.only_app.clone().unwrap_or_default(),
			dataset_restrict: self.only_dataset.clone().unwrap_or_default(),
			requester_restrict: self.terms.requesters(context)?,
			salt: H256(rand::random()),
		})
	}
}

/// Returns a category of this chain, by name or number.
///
/// # Errors
///
/// If there is none.
async fn category(chain: &Chain, text: &str) -> Result<CategoryId> {
	ids::category(text, &chain.categories().await?).map_err(Failure::category)
}

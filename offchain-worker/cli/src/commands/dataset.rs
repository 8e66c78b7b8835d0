//! `rlc dataset`: data that programs read.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rlc_chain::{Call, RegistryCall};
use rlc_primitives::{
	assets::{self as registry, AssetId},
	market::BookKey,
	AppId, DatasetId, DatasetOrder, OrderHash, WorkerpoolId,
};
use serde_json::json;
use sp_core::H256;

use crate::{
	assets::{self, only, Place, Terms},
	context::Context,
	failure::{failure, Result},
	ids, orders,
	output::Answer,
	request::LocalFile,
};

/// Data that programs read: deploy, sell.
#[derive(Debug, Subcommand)]
pub enum Dataset {
	/// Store a file with a workerpool and register it
	#[command(after_help = "\
Examples:
  rlc dataset deploy weights.bin --name weights --account me
  rlc dataset deploy weights.bin --name weights --location https://example.org/weights.bin --account me
  rlc dataset deploy weights.bin --name weights --ipfs http://127.0.0.1:5001 --account me

Whoever has its location can read a dataset: one that is to be paid for is kept where only workers come.")]
	Deploy(Deploy),

	/// Show a dataset and its offers
	#[command(after_help = "\
Example:
  rlc dataset show 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665")]
	Show {
		/// The dataset
		#[arg(value_parser = ids::dataset)]
		dataset: DatasetId,
	},

	/// Sell uses of a dataset: publish an order
	#[command(after_help = "\
Example:
  rlc dataset publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.2 --account me")]
	Publish(Publish),

	/// Take one's orders for a dataset out of the book
	#[command(after_help = "\
Example:
  rlc dataset unpublish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account me")]
	Unpublish {
		/// The dataset
		#[arg(value_parser = ids::dataset)]
		dataset: DatasetId,
		/// Only this order
		#[arg(long, value_name = "HASH", value_parser = ids::order)]
		order: Option<OrderHash>,
	},

	/// Give a dataset to another account
	#[command(after_help = "\
Example:
  rlc dataset transfer 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 //Bob --account me")]
	Transfer {
		/// The dataset
		#[arg(value_parser = ids::dataset)]
		dataset: DatasetId,
		/// To whom
		to: String,
	},
}

/// Arguments of `rlc dataset deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
	/// The file
	pub file: PathBuf,
	/// What people call it
	#[arg(long)]
	pub name: String,
	/// Where it is kept
	#[command(flatten)]
	pub place: Place,
}

/// Arguments of `rlc dataset publish`.
#[derive(Debug, Args)]
pub struct Publish {
	/// The dataset
	#[arg(value_parser = ids::dataset)]
	pub dataset: DatasetId,
	/// On which terms
	#[command(flatten)]
	pub terms: Terms,
	/// Only with this app
	#[arg(long, value_name = "APP", value_parser = ids::app)]
	pub only_app: Option<AppId>,
	/// Only in this workerpool
	#[arg(long, value_name = "WORKERPOOL", value_parser = ids::workerpool)]
	pub only_workerpool: Option<WorkerpoolId>,
}

impl Publish {
	/// The order.
	///
	/// # Errors
	///
	/// If the requester is no account.
	pub fn order(&self, context: &Context) -> Result<DatasetOrder> {
		Ok(DatasetOrder {
			dataset: self.dataset,
			price: self.terms.price.0,
			volume: self.terms.volume,
			tag: self.terms.tag(),
			app_restrict: only(self.only_app),
			workerpool_restrict: only(self.only_workerpool),
			requester_restrict: self.terms.requester(context)?,
			salt: H256(rand::random()),
		})
	}
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Dataset, context: &Context) -> Result<Answer> {
	match command {
		Dataset::Deploy(dataset) => deploy(context, dataset).await,
		Dataset::Show { dataset } => show(context, dataset).await,
		Dataset::Publish(order) => assets::publish(context, order.order(context)?.into()).await,
		Dataset::Unpublish { dataset, order } => assets::unpublish(context, BookKey::Dataset(dataset), order).await,
		Dataset::Transfer { dataset, to } => assets::transfer(context, AssetId::Dataset(dataset), &to).await,
	}
}

async fn deploy(context: &Context, dataset: Deploy) -> Result<Answer> {
	let file = LocalFile::read(&dataset.file)?;
	let name = dataset.name.into_bytes().try_into();
	let name = name.map_err(|_| failure!("the name is too long; {} bytes are the most", registry::MAX_NAME))?;
	let key = context.key()?;
	let chain = context.chain().await?;
	let location = assets::place(context, &chain, &key, &file, dataset.place).await?;
	let checksum = H256(file.cid.digest());
	let location = location.into_bytes().try_into().map_err(|_| failure!("the location is too long"))?;
	let content = registry::Dataset { name, location, checksum };
	let id = DatasetId::derive(&key.account(), &content);
	let known = chain.dataset(id).await?;
	let register = vec![Call::Registry(RegistryCall::RegisterDataset { dataset: content })];
	let new = assets::register(context, &chain, &key, known, register).await?;
	let text = format!("dataset {:?} {}", id.0, if new { "is registered" } else { "was registered before" });
	Ok(Answer::new(text, json!({ "dataset": id, "new": new, "cid": file.cid, "checksum": checksum })))
}

async fn show(context: &Context, id: DatasetId) -> Result<Answer> {
	let chain = context.chain().await?;
	let dataset = chain.dataset(id).await?.ok_or_else(|| failure!("there is no dataset {:?}; compare the id", id.0))?;
	let offers = assets::offers(&chain, BookKey::Dataset(id)).await?;
	let more = [
		("name", orders::text(&dataset.content.name)),
		("location", orders::text(&dataset.content.location)),
		("checksum", format!("{:?}", dataset.content.checksum)),
	];
	Ok(assets::shown(json!(id), &dataset, more, &offers))
}

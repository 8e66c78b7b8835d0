//! `rlc dataset deploy`: data on the chain.

use std::path::PathBuf;

use clap::Args;
use rlc_chain::{Call, RegistryCall};
use rlc_primitives::{assets::Dataset, DatasetId};
use sp_core::H256;

use crate::{
	answer::Answer,
	assets::{self, DatasetOffer, Location, SellAtOnce},
	context::Context,
	failure::Result,
	local_file::LocalFile,
};

/// Store a file with a workerpool and register it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc dataset deploy weights.bin --name weights --account me
  rlc dataset deploy weights.bin --name weights --price 0.2 --publish --account me
  rlc dataset deploy weights.bin --name weights --location https://example.org/weights.bin --account me
  rlc dataset deploy weights.bin --name weights --ipfs http://127.0.0.1:5001 --account me

Anyone who knows the location of a dataset can read it: keep one that is to be paid for where only workers have access.")]
pub(crate) struct Deploy {
	/// The file
	pub file: PathBuf,
	/// The dataset's name
	#[arg(long)]
	pub name: String,
	/// Where it is kept
	#[command(flatten)]
	pub location: Location,
	/// Whether it is sold at once
	#[command(flatten)]
	pub sell: SellAtOnce,
}

/// Uploads the file, registers the dataset, and sells it if asked to.
pub(crate) async fn run(deploy: Deploy, context: &Context) -> Result<Answer> {
	let file = LocalFile::read(&deploy.file)?;
	let name = assets::name(deploy.name.clone())?;
	let (key, chain) = context.signer().await?;
	let price = deploy.sell.price(&chain).await?;
	let location = deploy.location.keep(context, &chain, &key, &file).await?;
	let checksum = H256(file.cid.digest());
	let dataset = Dataset { name, location, checksum };
	let id = DatasetId::derive(&key.account(), &dataset);
	let calls = vec![Call::Registry(RegistryCall::RegisterDataset { dataset })];
	let earlier = assets::earlier(&chain, &key.account(), &deploy.name, id).await?;
	let is_new = assets::register(context, &chain, &key, id, calls).await?;
	let sale = match price {
		Some(price) => {
			let order = DatasetOffer::plain(id, price.amount).order(context, &chain).await?;
			Some(assets::offer(context, &chain, key, order.into(), price).await?)
		}
		None => None,
	};
	Ok(assets::deployed(id, is_new, &file, &earlier, sale.as_ref()))
}

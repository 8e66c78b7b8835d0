//! `rlc app deploy`: a program on the chain.

use std::path::PathBuf;

use clap::Args;
use rlc_chain::{Call, Chain, Key, RegistryCall};
use rlc_json::{HashedOrder, Order};
use rlc_primitives::{
	assets::{App, AppKind},
	market::BookKey,
	AppId,
};
use serde_json::json;
use sp_core::H256;

use crate::{
	amount::Amount,
	answer::Answer,
	assets::{self, AppOffer, Location, Others},
	context::Context,
	failure::Result,
	local_file::LocalFile,
	program::{check_image, check_module, kind_of, Program},
};

/// Store a program with a workerpool and register it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc app deploy hello.wasm --name hello --account me
  rlc app deploy image.tar --name blender --price 0.5 --publish --account me
  rlc app deploy docker://docker.io/team/blender:4.5 --name blender --account me
  rlc app deploy hello.wasm --name hello --location https://example.org/hello.wasm --account me
  rlc app deploy hello.wasm --name hello --ipfs http://127.0.0.1:5001 --account me

The program is uploaded to a workerpool's store, where workers of every pool find it. The store keeps it as long as the pool \
says, by default 30 days. To keep it longer, use --location, or --ipfs for workers that have an IPFS node too.

An image is unpacked first, as a worker does it. What no worker can take is refused, with the reason.")]
pub(crate) struct Deploy {
	/// A WebAssembly module (.wasm), or a container image: a .tar, an OCI layout's directory, or docker://HOST/NAME:TAG
	/// (for this machine's architecture)
	pub file: PathBuf,
	/// The app's name
	#[arg(long)]
	pub name: String,
	/// Where it is kept
	#[command(flatten)]
	pub location: Location,
	/// What a task pays for it, with --publish; 0: nothing
	#[arg(long, value_name = "AMOUNT", requires = "publish")]
	pub price: Option<Amount>,
	/// Sell it at once, at --price, instead of your other orders for it on the same terms
	#[arg(long, requires = "price")]
	pub publish: bool,
	/// Do not check first that workers can take the image, such as one for another kind of machine than this one
	#[arg(long)]
	pub unchecked: bool,
}

/// Uploads the program, registers the app, and sells it if asked to.
pub(crate) async fn run(deploy: Deploy, context: &Context) -> Result<Answer> {
	let name = assets::name(deploy.name)?;
	let program = Program::find(context, &deploy.file).await?;
	let kind = kind_of(&program.file)?;
	match kind {
		AppKind::Wasm => check_module(&program.file)?,
		AppKind::Container if deploy.unchecked => {}
		AppKind::Container => check_image(context, &deploy.file, &program.file).await?,
	}
	let file = LocalFile::read(&program.file)?;
	let (key, chain) = context.signer().await?;
	let location = deploy.location.keep(context, &chain, &key, &file).await?;
	let checksum = H256(file.cid.digest());
	let app = App { name, kind, location, checksum, measurement: None };
	let id = AppId::derive(&key.account(), &app);
	let calls = vec![Call::Registry(RegistryCall::RegisterApp { app })];
	let is_new = assets::register(context, &chain, &key, id, calls).await?;
	let mut text = assets::registered(id, is_new);
	let mut json = json!({ "app": id, "new": is_new, "cid": file.cid, "checksum": checksum });
	// One is not given without the other.
	if let Some(price) = deploy.price.filter(|_| deploy.publish) {
		let sale = sell(context, &chain, key, id, price).await?;
		text += &format!("\n{}", sale.text);
		json["hash"] = sale.json["hash"].clone();
	}
	Ok(Answer::new(text, json))
}

/// Sells runs of the app at this price, unless they are on sale already.
async fn sell(context: &Context, chain: &Chain, key: Key, id: AppId, price: Amount) -> Result<Answer> {
	let own = assets::own_orders(chain, BookKey::App(id), &key.account()).await?;
	if let Some(entry) = own.iter().find(|entry| entry.price == price.0 && entry.remaining > 0) {
		let text = format!("already on sale for {price} a task, order {:?}", entry.hash.0);
		return Ok(Answer::new(text, HashedOrder { hash: entry.hash, order: Order(entry.order.clone()) }));
	}
	let order = AppOffer::plain(id, price).order(context, chain).await?;
	assets::publish_as(context, chain, key, order.into(), Others::Replace).await
}

//! `rlc app deploy`: a program on the chain.

use std::path::PathBuf;

use clap::Args;
use rlc_chain::{Call, RegistryCall};
use rlc_primitives::{
	assets::{App, AppKind},
	AppId,
};
use sp_core::H256;

use crate::{
	answer::Answer,
	assets::{self, AppOffer, Location, SellAtOnce},
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
	/// Whether it is sold at once
	#[command(flatten)]
	pub sell: SellAtOnce,
	/// Skip the check that workers can run the image: for images built for another kind of machine
	#[arg(long)]
	pub unchecked: bool,
}

/// Uploads the program, registers the app, and sells it if asked to.
pub(crate) async fn run(deploy: Deploy, context: &Context) -> Result<Answer> {
	let name = assets::name(deploy.name.clone())?;
	let program = Program::find(context, &deploy.file).await?;
	let kind = kind_of(&program.file)?;
	match kind {
		AppKind::Wasm => check_module(&program.file)?,
		AppKind::Container if deploy.unchecked => {}
		AppKind::Container => check_image(context, &deploy.file, &program.file).await?,
	}
	let file = LocalFile::read(&program.file)?;
	let (key, chain) = context.signer().await?;
	let price = deploy.sell.price(&chain).await?;
	let location = deploy.location.keep(context, &chain, &key, &file).await?;
	let checksum = H256(file.cid.digest());
	let app = App { name, kind, location, checksum, measurement: None };
	let id = AppId::derive(&key.account(), &app);
	let calls = vec![Call::Registry(RegistryCall::RegisterApp { app })];
	let earlier = assets::earlier(&chain, &key.account(), &deploy.name, id).await?;
	let is_new = assets::register(context, &chain, &key, id, calls).await?;
	let sale = match price {
		Some(price) => {
			let order = AppOffer::plain(id, price.amount).order(context, &chain).await?;
			Some(assets::offer(context, &chain, key, order.into(), price).await?)
		}
		None => None,
	};
	Ok(assets::deployed(id, is_new, &file, &earlier, sale.as_ref()))
}

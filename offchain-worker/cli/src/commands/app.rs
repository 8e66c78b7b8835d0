//! `rlc app`: programs.

mod init;
mod program;
mod run;
mod trial;

pub use run::deal_of;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rlc_chain::{Call, RegistryCall};
use rlc_primitives::{
	assets::{self as registry, AppKind, AssetId},
	market::BookKey,
	AppId, AppOrder, DatasetId, OrderHash, WorkerpoolId,
};
use serde_json::json;
use sp_core::H256;

use crate::{
	amount::Amount,
	assets::{self, only, Place, Terms},
	context::Context,
	failure::{failure, Result},
	ids, orders,
	output::Answer,
	request::LocalFile,
};
use program::Program;

/// Programs: write, try, deploy, sell, run.
#[derive(Debug, Subcommand)]
pub enum App {
	/// Write a small app in Rust to begin with
	#[command(after_help = "\
Example:
  rlc app init hello && cd hello && cargo build --release --target wasm32-wasip1")]
	Init {
		/// The directory to make; its name is the app's
		dir: PathBuf,
	},

	/// Run a program once on this machine, as a worker would, without chain or account
	#[command(after_help = "\
Examples:
  rlc app try hello.wasm --args \"first second\" --input notes.txt
  rlc app try image.tar --dataset model.onnx --index 3 --tasks 16 --category S --memory 4G --cores 4 --output try-3
  rlc app try hello.wasm --json

The exit code is 1 if a worker would report a failure.
In a deal, ids, randomness and the names of inputs differ: an app that makes something of them has another digest there.")]
	Try(trial::Try),

	/// Store a program with a workerpool and register it
	#[command(after_help = "\
Examples:
  rlc app deploy hello.wasm --name hello --account me
  rlc app deploy image.tar --name blender --price 0.5 --publish --account me
  rlc app deploy docker://docker.io/team/blender:4.5 --name blender --account me
  rlc app deploy hello.wasm --name hello --location https://example.org/hello.wasm --account me
  rlc app deploy hello.wasm --name hello --ipfs http://127.0.0.1:5001 --account me

It is uploaded to a workerpool's store, where workers of every pool find it. That keeps it as long as the pool says, 30 days
if it says nothing; --location is for keeping it longer. So is --ipfs, for workers that have an IPFS node too.")]
	Deploy(Deploy),

	/// Show an app and its offers
	#[command(after_help = "\
Example:
  rlc app show 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665")]
	Show {
		/// The app
		#[arg(value_parser = ids::app)]
		app: AppId,
	},

	/// Sell runs of an app: publish an order
	#[command(after_help = "\
Examples:
  rlc app publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --account me
  rlc app publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --tag network --account me")]
	Publish(Publish),

	/// Take one's orders for an app out of the book
	#[command(after_help = "\
Example:
  rlc app unpublish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account me")]
	Unpublish {
		/// The app
		#[arg(value_parser = ids::app)]
		app: AppId,
		/// Only this order
		#[arg(long, value_name = "HASH", value_parser = ids::order)]
		order: Option<OrderHash>,
	},

	/// Give an app to another account
	#[command(after_help = "\
Example:
  rlc app transfer 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 //Bob --account me")]
	Transfer {
		/// The app
		#[arg(value_parser = ids::app)]
		app: AppId,
		/// To whom
		to: String,
	},

	/// Run an app: buy, watch, download and verify the results
	#[command(after_help = "\
Examples:
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --args \"3 4\" --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --input data.csv --trust 5 --output result --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --tasks 16 --max-price 0.5 --yes --json --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --cores 4 --memory 8G --account me

Ctrl-C stops watching, not the deal: `rlc deal watch DEAL` and `rlc deal download DEAL` go on.")]
	Run(Box<run::Run>),
}

/// Arguments of `rlc app deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
	/// A WebAssembly module (.wasm), or a container image: a .tar, an OCI layout's directory, or docker://HOST/NAME:TAG
	/// (for this machine's architecture)
	pub file: PathBuf,
	/// What people call it
	#[arg(long)]
	pub name: String,
	/// Where it is kept
	#[command(flatten)]
	pub place: Place,
	/// What a task pays for it, with --publish [default: nothing]
	#[arg(long, value_name = "AMOUNT", requires = "publish")]
	pub price: Option<Amount>,
	/// Sell it at once
	#[arg(long)]
	pub publish: bool,
}

/// Arguments of `rlc app publish`.
#[derive(Debug, Args)]
pub struct Publish {
	/// The app
	#[arg(value_parser = ids::app)]
	pub app: AppId,
	/// On which terms
	#[command(flatten)]
	pub terms: Terms,
	/// Only with this dataset
	#[arg(long, value_name = "DATASET", value_parser = ids::dataset)]
	pub only_dataset: Option<DatasetId>,
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
	pub fn order(&self, context: &Context) -> Result<AppOrder> {
		Ok(AppOrder {
			app: self.app,
			price: self.terms.price.0,
			volume: self.terms.volume,
			tag: self.terms.tag(),
			dataset_restrict: only(self.only_dataset),
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
pub async fn run(command: App, context: &Context) -> Result<Answer> {
	match command {
		App::Init { dir } => init::run(&dir),
		App::Try(options) => trial::run(context, options).await,
		App::Deploy(app) => deploy(context, app).await,
		App::Show { app } => show(context, app).await,
		App::Publish(order) => assets::publish(context, order.order(context)?.into()).await,
		App::Unpublish { app, order } => assets::unpublish(context, BookKey::App(app), order).await,
		App::Transfer { app, to } => assets::transfer(context, AssetId::App(app), &to).await,
		App::Run(options) => run::run(context, *options).await,
	}
}

/// How a file begins that is compressed with gzip.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// What runs a program, by how its file begins.
fn kind_of(path: &Path) -> Result<AppKind> {
	let wrong = |error: std::io::Error| failure!("{}: {error}", path.display());
	let mut file = std::fs::File::open(path).map_err(wrong)?;
	let mut head = Vec::new();
	std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, 265), &mut head).map_err(wrong)?;
	if head.starts_with(b"\0asm") {
		return Ok(AppKind::Wasm);
	}
	// Of what is compressed, only an image runs anywhere; who unpacks it sees whether it is one.
	if head.get(257..262) == Some(b"ustar") || head.starts_with(GZIP) {
		return Ok(AppKind::Container);
	}
	Err(failure!(
		"{} is neither a WebAssembly module nor an image's tar; build for wasm32-wasip1, or use `docker save`",
		path.display()
	))
}

async fn deploy(context: &Context, app: Deploy) -> Result<Answer> {
	let name = app.name.into_bytes().try_into();
	let name = name.map_err(|_| failure!("the name is too long; {} bytes are the most", registry::MAX_NAME))?;
	let program = Program::find(context, &app.file).await?;
	let kind = kind_of(&program.file)?;
	let file = LocalFile::read(&program.file)?;
	let key = context.key()?;
	let chain = context.chain().await?;
	let location = assets::place(context, &chain, &key, &file, app.place).await?;
	let checksum = H256(file.cid.digest());
	let location = location.into_bytes().try_into().map_err(|_| failure!("the location is too long"))?;
	let content = registry::App { name, kind, location, checksum, measurement: None };
	let id = AppId::derive(&key.account(), &content);
	let known = chain.app(id).await?;
	let register = vec![Call::Registry(RegistryCall::RegisterApp { app: content })];
	let new = assets::register(context, &chain, &key, known, register).await?;
	let mut text = format!("app {:?} {}", id.0, if new { "is registered" } else { "was registered before" });
	let mut json = json!({ "app": id, "new": new, "cid": file.cid, "checksum": checksum });
	if app.publish {
		let price = app.price.unwrap_or_default();
		let mine = assets::own_orders(&chain, BookKey::App(id), &key.account()).await?;
		if let Some(entry) = mine.iter().find(|entry| entry.price == price.0 && entry.remaining > 0) {
			text += &format!("\non sale for {price} a task already, order {:?}", entry.hash.0);
			json["order"] = json!(entry.hash);
		} else {
			let order = AppOrder {
				app: id,
				price: price.0,
				volume: assets::VOLUME,
				tag: Default::default(),
				dataset_restrict: only(None),
				workerpool_restrict: only(None),
				requester_restrict: only(None),
				salt: H256(rand::random()),
			};
			let sale = assets::publish_as(context, &chain, key, order.into()).await?;
			text += &format!("\n{}", sale.text);
			json["order"] = sale.json["order"].clone();
		}
	}
	Ok(Answer::new(text, json))
}

async fn show(context: &Context, id: AppId) -> Result<Answer> {
	let chain = context.chain().await?;
	let app = chain.app(id).await?.ok_or_else(|| failure!("there is no app {:?}; compare the id", id.0))?;
	let offers = assets::offers(&chain, BookKey::App(id)).await?;
	let kind = match app.content.kind {
		AppKind::Wasm => "wasm",
		AppKind::Container => "container",
	};
	let more = [
		("name", orders::text(&app.content.name)),
		("kind", kind.into()),
		("location", orders::text(&app.content.location)),
		("checksum", format!("{:?}", app.content.checksum)),
	];
	Ok(assets::shown(json!(id), &app, more, &offers))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_programs_kind_is_what_its_file_begins_with() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		let kind = |bytes: &[u8]| {
			std::fs::write(&path, bytes).unwrap();
			kind_of(&path)
		};
		assert_eq!(kind(b"\0asm\x01\0\0\0"), Ok(AppKind::Wasm));
		let mut tar = vec![0; 512];
		tar[257..262].copy_from_slice(b"ustar");
		assert_eq!(kind(&tar), Ok(AppKind::Container));
		assert_eq!(kind(&[0x1f, 0x8b, 0x08, 0x00]), Ok(AppKind::Container));
		assert!(kind(b"#!/bin/sh").unwrap_err().to_string().contains("is neither"));
		assert!(kind_of(Path::new("/no/such/file")).unwrap_err().to_string().starts_with("/no/such/file: "));
	}
}

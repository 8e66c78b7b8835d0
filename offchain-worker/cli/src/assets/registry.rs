//! Assets on the chain: registered, shown, transferred.

use rlc_chain::{Call, Chain, Key, MarketplaceCall, RegistryCall};
use rlc_json::{Account, Decimal};
use rlc_primitives::assets::{Name, MAX_NAME};
use serde_json::json;

use super::{kind::Asset, named::AssetName, sale};
use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	say,
	table::counted,
};

/// Reads the name of an asset.
///
/// # Errors
///
/// If it is too long.
pub(crate) fn name(text: String) -> Result<Name> {
	let name = text.into_bytes().try_into();
	name.map_err(|_| failure!(NameTooLong, "the name is too long: at most {MAX_NAME} bytes are allowed"; "shorten it"))
}

/// Shows an asset and its offers.
///
/// # Errors
///
/// If the asset is unknown, or its name does not tell it.
pub(crate) async fn show<A: Asset>(context: &Context, name: &AssetName<A>) -> Result<Answer> {
	let chain = context.chain().await?;
	let id = name.find(context, &chain).await?;
	let asset = id.find(&chain).await?;
	let asset = asset.ok_or_else(|| failure!(AssetUnknown, "there is no {} {}", A::KIND, id.hex(); "check the id"))?;
	let offers = sale::offers(&chain, id.list()).await?;
	let record = match id.recorded() {
		Some(of) => chain.record(of).await?,
		None => None,
	};
	Ok(say::asset::shown(id, &asset, A::details(&asset.content), &offers, record))
}

/// Registers an asset, unless it is there already. Returns whether it is new.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn register<A: Asset>(
	context: &Context,
	chain: &Chain,
	key: &Key,
	id: A,
	calls: Vec<Call>,
) -> Result<bool> {
	if id.find(chain).await?.is_some() {
		return Ok(false);
	}
	context.send_as(chain, key.clone(), Call::BatchAll(calls), "registering").await?;
	Ok(true)
}

/// Says whether an asset is new.
pub(crate) fn registered<A: Asset>(id: A, is_new: bool) -> String {
	let state = if is_new { "is registered" } else { "was registered before" };
	format!("{} {} {state}", A::KIND, id.hex())
}

/// Transfers an asset to another account.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn transfer<A: Asset>(context: &Context, id: A, to: &str) -> Result<Answer> {
	let to = context.receiver(to)?;
	let (key, chain) = context.signer().await?;
	let transfer = RegistryCall::Transfer { asset: id.id(), to: to.clone() };
	context.send_as(&chain, key, Call::Registry(transfer), "transferring").await?;
	let to = Account(to);
	Ok(Answer::new(format!("now owned by {to}; earlier orders no longer match"), json!({ "owner": to })))
}

/// Removes an asset of one's own from the chain, and one's own orders of it from the book.
///
/// # Errors
///
/// If the asset is unknown, or the chain refuses it.
pub(crate) async fn deregister<A: Asset>(context: &Context, id: A) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let asset = id.find(&chain).await?;
	let asset = asset.ok_or_else(|| failure!(AssetUnknown, "there is no {} {}", A::KIND, id.hex(); "check the id"))?;
	let own = sale::own_orders(&chain, id.list(), &key.account()).await?;
	let withdrawals = own.iter().map(|entry| Call::from(MarketplaceCall::UnpublishOrder { order: entry.hash }));
	let deregister = Call::Registry(RegistryCall::Deregister { asset: id.id() });
	let calls = withdrawals.chain([deregister]).collect();
	context.send_as(&chain, key, Call::BatchAll(calls), "removing").await?;
	let text = format!(
		"{} {} is removed, and its deposit of {} is free again; withdrawn: {}; existing deals go on",
		A::KIND,
		id.hex(),
		Amount(asset.deposit),
		counted(own.len() as u64, "order")
	);
	let withdrawn: Vec<_> = own.iter().map(|entry| entry.hash).collect();
	Ok(Answer::new(text, json!({ "deposit": Decimal(asset.deposit), "withdrawn": withdrawn })))
}

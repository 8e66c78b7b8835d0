//! `rlc account proxy`: keys that act for an account.

use clap::{Args, Subcommand};
use rlc_chain::{Call, ProxyCall};
use rlc_json::Account;
use rlc_primitives::Address;
use serde_json::json;

use crate::{
	answer::Answer,
	context::{refuse_development, Context},
	failure::{failure, Result},
	proxy::Kind,
	table::table,
};

/// Keys that act for an account, so that its own need not be on a machine that works
#[derive(Debug, Subcommand)]
pub(crate) enum Proxy {
	Add(Add),
	Remove(Remove),
	List(List),
}

/// Let a key act for the account of --account
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc account proxy add 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --type worker --account me

A deposit is held until the proxy is removed. The key's own account has to have a little RLC, as every account that signs.

Then, on the machine that works:
  rlc worker run --scheduler https://pool.example.org --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

or, for a scheduler, with a proxy of type scheduler:
  rlc scheduler run --workerpool 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
pub(crate) struct Add {
	/// The key's account: an address, a name in the keystore, or a development account such as //Bob
	pub proxy: String,
	/// What it may do
	#[arg(long = "type", value_name = "TYPE", value_enum)]
	pub kind: Kind,
}

/// Stop a key from acting for the account of --account
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc account proxy remove 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --type worker --account me")]
pub(crate) struct Remove {
	/// The key's account: an address, a name in the keystore, or a development account such as //Bob
	pub proxy: String,
	/// The type that it was added with
	#[arg(long = "type", value_name = "TYPE", value_enum)]
	pub kind: Kind,
}

/// List the keys that act for an account
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc account proxy list --account me
  rlc account proxy list 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
pub(crate) struct List {
	/// An address, a name in the keystore, or a development account such as //Alice [default: that of --account]
	#[arg(value_name = "ACCOUNT")]
	pub of: Option<String>,
}

pub(crate) async fn run(command: Proxy, context: &Context) -> Result<Answer> {
	match command {
		Proxy::Add(Add { proxy, kind }) => add(context, &proxy, kind).await,
		Proxy::Remove(Remove { proxy, kind }) => remove(context, &proxy, kind).await,
		Proxy::List(List { of }) => list(context, of.as_deref()).await,
	}
}

async fn add(context: &Context, proxy: &str, kind: Kind) -> Result<Answer> {
	let delegate = Address::Id(context.account(proxy)?);
	let call = ProxyCall::AddProxy { delegate, proxy_type: kind.on_chain(), delay: 0 };
	change(context, proxy, kind, call, "acts now for").await
}

async fn remove(context: &Context, proxy: &str, kind: Kind) -> Result<Answer> {
	let delegate = Address::Id(context.account(proxy)?);
	let call = ProxyCall::RemoveProxy { delegate, proxy_type: kind.on_chain(), delay: 0 };
	change(context, proxy, kind, call, "no longer acts for").await
}

/// Sends a call that changes a proxy. `done` says what is so afterwards.
async fn change(context: &Context, proxy: &str, kind: Kind, call: ProxyCall, done: &str) -> Result<Answer> {
	let proxy = Account(context.account(proxy)?);
	let key = context.key()?;
	let account = Account(key.account());
	if proxy == account {
		return Err(failure!(AccountInvalid, "an account is not its own proxy"; "name the account of another key"));
	}
	let chain = context.chain().await?;
	refuse_development(&chain, &key).await?;
	let receipt = context.send_as(&chain, key, Call::Proxy(call), "asking the chain").await?;
	let kind = Kind::name_of(kind.on_chain());
	let text = format!("{proxy} {done} {account} as its {kind} proxy");
	Ok(Answer::new(text, json!({ "account": account, "proxy": proxy, "type": kind, "block": receipt.block })))
}

async fn list(context: &Context, of: Option<&str>) -> Result<Answer> {
	let account = match of {
		Some(account) => context.account(account)?,
		None => context.who()?,
	};
	let proxies = context.chain().await?.proxies(&account).await?;
	let (mut rows, mut items) = (Vec::new(), Vec::new());
	for rlc_chain::Proxy { delegate, proxy_type, delay } in proxies {
		let (proxy, kind) = (Account(delegate), Kind::name_of(proxy_type));
		rows.push([proxy.to_string(), kind.clone(), delay.to_string()]);
		items.push(json!({ "proxy": proxy, "type": kind, "delay": delay }));
	}
	let text = if rows.is_empty() {
		format!("{} has no proxies", Account(account))
	} else {
		table(["PROXY", "TYPE", "DELAY"], rows)
	};
	Ok(Answer::new(text, items))
}

//! `rlc account`: keys and balances.

use std::path::PathBuf;

use clap::Subcommand;
use rlc_chain::{BalancesCall, Call};
use rlc_primitives::Address;
use rlc_protocol::Account as Written;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
	amount::Amount,
	context::{read_secret, Context},
	failure::{failure, Result},
	keystore::{Entry, Kind, Secret},
	output::Answer,
	table::{fields, table},
};

/// Keys and balances.
#[derive(Debug, Subcommand)]
pub enum Account {
	/// Make a key, and show what it is made of, once
	#[command(after_help = "\
Examples:
  rlc account create me
  rlc account create wallet --kind ethereum
  RLC_PASSWORD=… rlc account create bot --json")]
	Create {
		/// What to call it
		name: String,
		/// What kind of key
		#[arg(long, value_enum, default_value_t)]
		kind: Kind,
	},

	/// Keep a key that there is already: a phrase, a seed, or an Ethereum private key
	#[command(after_help = "\
Examples:
  rlc account import me                          asks for the phrase or seed
  rlc account import wallet --kind ethereum --secret-file key.txt
  rlc account import alice --suri //Alice        a development key; never type a real secret as an argument")]
	Import {
		/// What to call it
		name: String,
		/// What kind of key
		#[arg(long, value_enum, default_value_t)]
		kind: Kind,
		/// Read the secret from this file; - is standard input
		#[arg(long, value_name = "FILE")]
		secret_file: Option<PathBuf>,
		/// The secret itself: others on this machine can see it, so for development only
		#[arg(long, value_name = "SECRET", conflicts_with = "secret_file")]
		suri: Option<String>,
	},

	/// List the keys in the keystore
	#[command(after_help = "\
Example:
  rlc account list --json")]
	List,

	/// Show an account's balance and its standing as a worker
	#[command(after_help = "\
Examples:
  rlc account show me
  rlc account show 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  rlc account show                               the one of --account")]
	Show {
		/// An address, a name in the keystore, or //Alice and the like
		#[arg(value_name = "ACCOUNT")]
		who: Option<String>,
	},

	/// Send RLC
	#[command(after_help = "\
Example:
  rlc account send 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 12.5 --account me")]
	Send {
		/// To whom: an address, a name in the keystore, or //Bob and the like
		to: String,
		/// How much
		amount: Amount,
	},

	/// Print what a key is made of: whoever has it has the account
	#[command(after_help = "\
Example:
  rlc account export me")]
	Export {
		/// Which key
		name: String,
	},

	/// Remove a key from the keystore
	#[command(after_help = "\
Example:
  rlc account remove me --yes")]
	Remove {
		/// Which key
		name: String,
		/// Do not ask
		#[arg(long, short)]
		yes: bool,
	},
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Account, context: &Context) -> Result<Answer> {
	match command {
		Account::Create { name, kind } => create(context, &name, kind),
		Account::Import { name, kind, secret_file, suri } => {
			let text = match (secret_file, suri) {
				(Some(path), _) => read_secret(&path)?,
				(None, Some(text)) => Zeroizing::new(text),
				(None, None) => ask_for_secret(context)?,
			};
			let secret = Secret { kind, text };
			secret.key()?;
			let entry = context.keystore()?.add(&name, &secret, &context.new_password()?)?;
			Ok(Answer::new(format!("{name} is {}", entry.account), described(&entry)))
		}
		Account::List => list(context),
		Account::Show { who } => show(context, who.as_deref()).await,
		Account::Send { to, amount } => send(context, &to, amount).await,
		Account::Export { name } => {
			let keystore = context.keystore()?;
			keystore.entry(&name)?;
			let secret = keystore.open(&name, &context.password(&format!("Password of {name}: "))?)?;
			Ok(Answer::new(secret.text.as_str(), json!({ "name": name, "secret": secret.text.as_str() })))
		}
		Account::Remove { name, yes } => remove(context, &name, yes),
	}
}

fn create(context: &Context, name: &str, kind: Kind) -> Result<Answer> {
	let secret = Secret::generate(kind);
	let entry = context.keystore()?.add(name, &secret, &context.new_password()?)?;
	let what = match kind {
		Kind::Sr25519 => "phrase",
		Kind::Ethereum => "private key",
	};
	let text = format!(
		"{name} is {}\n\n  {}\n\nWrite this {what} down: it is shown once, and is the only way back if the password is lost.",
		entry.account,
		secret.text.as_str()
	);
	let mut json = described(&entry);
	json["secret"] = secret.text.as_str().into();
	Ok(Answer::new(text, json))
}

fn ask_for_secret(context: &Context) -> Result<Zeroizing<String>> {
	if !context.out.can_ask() {
		return Err(failure!("the secret is needed and nobody can be asked; give --secret-file"));
	}
	let typed = rpassword::prompt_password("Phrase, seed or private key: ");
	typed.map(Zeroizing::new).map_err(|error| failure!("no secret was read: {error}"))
}

fn list(context: &Context) -> Result<Answer> {
	let entries = context.keystore()?.list()?;
	let json: Vec<_> = entries.iter().map(described).collect();
	if entries.is_empty() {
		return Ok(Answer::new("There are no accounts yet; `rlc account create NAME` makes one.", json));
	}
	let rows = entries.into_iter().map(|entry| [entry.name, entry.kind.to_string(), entry.account.to_string()]);
	Ok(Answer::new(table(["NAME", "KIND", "ACCOUNT"], rows), json))
}

fn described(entry: &Entry) -> serde_json::Value {
	json!({ "name": entry.name, "kind": entry.kind, "account": entry.account })
}

async fn show(context: &Context, account: Option<&str>) -> Result<Answer> {
	let who = account.map_or_else(|| context.who(), |account| context.account(account))?;
	let chain = context.chain().await?;
	let (funds, worker) = (chain.funds(&who).await?, chain.worker(&who).await?);
	let address = Written(who);
	let text = fields([
		("account", address.to_string()),
		("free", Amount(funds.free.saturating_sub(funds.frozen)).to_string()),
		("frozen", format!("{} staked, voting or not vested", Amount(funds.frozen))),
		("locked", format!("{} in deals and contributions", Amount(funds.locked))),
		("deposits", Amount(funds.reserved).to_string()),
		("score", format!("{}, weight {}", worker.score, worker.weight)),
		("open work", worker.open.to_string()),
	]);
	let json = json!({
		"account": address,
		"free": funds.free.saturating_sub(funds.frozen).to_string(),
		"frozen": funds.frozen.to_string(),
		"locked": funds.locked.to_string(),
		"reserved": funds.reserved.to_string(),
		"score": worker.score,
		"weight": worker.weight,
		"open": worker.open,
	});
	Ok(Answer::new(text, json))
}

async fn send(context: &Context, to: &str, amount: Amount) -> Result<Answer> {
	let to = context.account(to)?;
	let key = context.key()?;
	let chain = context.chain().await?;
	let funds = chain.funds(&key.account()).await?;
	let free = funds.free.saturating_sub(funds.frozen);
	if free < amount.0 {
		return Err(failure!("{} has {} free and cannot send {amount}", Written(key.account()), Amount(free)));
	}
	let progress = context.out.wait(format!("sending {amount}"));
	let receipt = context
		.send_as(
			&chain,
			key,
			Call::Balances(BalancesCall::TransferKeepAlive { dest: Address::Id(to.clone()), value: amount.0 }),
		)
		.await?;
	drop(progress);
	let json = json!({ "to": Written(to.clone()), "amount": amount.0.to_string(), "block": receipt.block });
	Ok(Answer::new(format!("sent {amount} to {}", Written(to)), json))
}

fn remove(context: &Context, name: &str, yes: bool) -> Result<Answer> {
	let keystore = context.keystore()?;
	let entry = keystore.entry(name)?;
	if !yes && !context.out.confirm(format_args!("Remove {name}? Without its secret {} is lost.", entry.account)) {
		return Err(failure!("{name} was not removed; give --yes to do it without a question"));
	}
	keystore.remove(name)?;
	Ok(Answer::new(format!("{name} is removed"), described(&entry)))
}

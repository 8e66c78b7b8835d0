//! `rlc gov propose`: a new referendum.

use clap::Args;
use rlc_chain::{Call, Chain, Data, Governance, GovernanceCall, Key, Proposal, ProxyType, Track};
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::{deposit, form, origin, proposal},
	proxy::OnBehalf,
	say,
};

/// Propose a call to all holders of RLC: begin a referendum
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov propose ItemDeposit=0.002 --deposit --account me
  rlc gov propose Retention=default --account me
  rlc gov propose spend.json --track treasury_spender --account me

A file holds a call in JSON, or encoded in hex as wallets show it (0x…). In JSON:
  {\"Treasury\": {\"spend_local\": {\"amount\": \"100 RLC\", \"beneficiary\": \"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"}}}

Before anything is signed, it says what the call does as the chain reads it, which track decides, what it requires, and how long
each step takes. The submission deposit comes back with `rlc gov refund` if the referendum is approved or canceled. The
decision deposit, without which nothing is decided, comes back when it has ended.")]
pub(crate) struct Propose {
	/// A file with a call, or PARAMETER=VALUE; the value `default` is that of the runtime
	///
	/// In a file, write an amount with its unit, as "1.5 RLC": a number alone is in nRLC. A parameter's amount without a unit
	/// is in RLC.
	#[arg(value_name = "PROPOSAL")]
	pub proposal: String,
	/// The track that decides [default: the one that is meant for the call; root if there is none]
	#[arg(long, value_name = "NAME")]
	pub track: Option<String>,
	/// Place the decision deposit at once
	#[arg(long)]
	pub deposit: bool,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

pub(crate) async fn run(propose: Propose, context: &Context) -> Result<Answer> {
	let (key, chain) = propose.on_behalf.signer(context, ProxyType::Governance).await?;
	let bytes = proposal::read(&chain, &propose.proposal).await?;
	// What is shown is what the chain reads, not what was written.
	let (call, rules) = futures::try_join!(chain.read_call(&bytes), chain.governance())?;
	let name = propose.track.as_deref().unwrap_or_else(|| origin::track_of(&call));
	let track = origin::named(&rules, name)?;
	context.out.say(format_args!("hash {:?}", Proposal::of(&bytes).hash()));
	explain(context, &chain, &call, track, &rules).await?;
	let index = submit(context, &chain, &key, &bytes, track).await?;
	if propose.deposit {
		deposit::place(context, &chain, key, index, track).await?;
	}
	let next = if propose.deposit {
		format!("follow it with `rlc gov status {index} --follow`")
	} else {
		let deposit = Amount(track.deposit);
		format!("it is decided once somebody places {deposit} with `rlc gov deposit {index}`")
	};
	let json = json!({
		"index": index,
		"track": track.name,
		"call": form::write(&call),
		"hash": Proposal::of(&bytes).hash(),
		"hasDecisionDeposit": propose.deposit,
	});
	Ok(Answer::new(format!("referendum {index} has begun; {next}"), json))
}

/// Says what is about to be proposed.
async fn explain(context: &Context, chain: &Chain, call: &Data, track: &Track, rules: &Governance) -> Result<()> {
	let docs = chain.call_docs(call).await?;
	context.out.say(format_args!("{}\n\n{}\n", say::gov::proposed(call, &docs), say::gov::waits(track, rules)));
	let usual = origin::track_of(call);
	if track.name != usual && track.name != "root" {
		context
			.out
			.say(format_args!("note: {usual} may make this call; if {} may not, it fails after the vote", track.name));
	}
	Ok(())
}

/// Begins the referendum, with its call beside it if that is long. Returns its index.
async fn submit(context: &Context, chain: &Chain, key: &Key, bytes: &[u8], track: &Track) -> Result<u32> {
	let proposal = Proposal::of(bytes);
	let is_missing = match &proposal {
		Proposal::Inline(_) => false,
		Proposal::Stored { hash, len } => chain.stored_call(*hash, *len).await?.is_none(),
	};
	let origin = origin::of_track(track);
	let submit = Call::Governance(GovernanceCall::Submit { origin, proposal, after: track.enact });
	let call = if is_missing {
		Call::BatchAll(vec![GovernanceCall::NotePreimage { call: bytes.to_vec() }.into(), submit])
	} else {
		submit
	};
	let approved = context.approve(chain, key.clone(), call).await?;
	let progress = context.out.wait("submitting the referendum, until it is final");
	// Another block would have another referendum at this index, for which a deposit could be placed.
	let receipt = approved.send_finalized(chain).await?;
	drop(progress);
	let index = chain.submitted(&receipt).await?;
	index.ok_or_else(|| failure!(NodeAnswer, "the node does not tell which referendum this is"; "see `rlc gov list`"))
}

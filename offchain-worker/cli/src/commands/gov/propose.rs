//! `rlc gov propose`: a new referendum.

use clap::Args;
use rlc_chain::{Call, Chain, Data, Governance, GovernanceCall, Proposal, ProxyType, Track};
use rlc_primitives::Balance;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Failure, Result},
	gate::Approved,
	gov::{
		bounds, form, origin,
		proposal::{self, Proposed},
		stage::lasting,
	},
	proxy::OnBehalf,
	say,
};

/// Propose a call to all holders of RLC: begin a referendum
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov propose ItemDeposit=0.002 --deposit --account me
  rlc gov propose Retention=14d --account me
  rlc gov propose Retention=default --account me
  rlc gov propose spend.json --track treasury_spender --account me

A file holds a call in JSON, or encoded in hex as wallets show it (0x…). In JSON:
  {\"Treasury\": {\"spend_local\": {\"amount\": \"100 RLC\", \"beneficiary\": \"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"}}}

Before anything is signed, it says what the call does as the chain reads it, which track decides, what it requires, how long
each step takes, and what all of it costs, in one sum. A value that no vote may set, and a call that the track may not make,
are refused: they would fail after the vote.

The submission deposit comes back with `rlc gov refund` if the referendum is approved or canceled. The decision deposit,
without which nothing is decided, comes back when it has ended, unless it is killed. If something fails after the referendum
has begun, go on with `rlc gov deposit`.")]
pub(crate) struct Propose {
	/// A file with a call, or PARAMETER=VALUE; the value `default` is that of the runtime
	///
	/// A parameter's amount without a unit is in RLC, its time in ms: 0.002, 2000000nRLC, 14d, 12h. In a file, write an amount
	/// with its unit, as "1.5 RLC", and a part of a whole as "35 %": an amount alone is in nRLC.
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
	let written = proposal::written(&propose.proposal)?;
	if let Some(Proposed::Described(call)) = &written {
		bounds::check(call, &track_name(&propose, call))?;
	}
	let (key, chain) = propose.on_behalf.signer(context, ProxyType::Governance).await?;
	let bytes = proposal::encoded(&chain, &propose.proposal, written).await?;
	// What is shown is what the chain reads, not what was written.
	let (call, rules) = futures::try_join!(chain.read_call(&bytes), chain.governance())?;
	let track = origin::named(&rules, &track_name(&propose, &call))?;
	bounds::check(&call, &track.name)?;
	context.out.say(format_args!("hash {:?}", Proposal::of(&bytes).hash()));
	explain(context, &chain, &call, track, &rules).await?;

	let (submission, stored) = submission(&chain, &bytes, track).await?;
	if stored > 0 {
		let (length, stored) = (bytes.len(), Amount(stored));
		context.out.say(format_args!(
			"The call's {length} bytes are stored for {stored}, which `rlc gov refund` gives back once the call was made, or \
			 will not be.\n"
		));
	}
	// Its index is not known yet.
	let decision = GovernanceCall::PlaceDecisionDeposit { index: 0, amount: track.deposit };
	let decision = propose.deposit.then_some(Call::Governance(decision));
	let (submission, decision) = context.approve_proposal(&chain, &key, submission, decision).await?;
	let held = rules.submission_deposit.saturating_add(stored);
	let index = submit(context, &chain, submission, held).await?;
	if let Some(decision) = decision {
		let _progress = context.out.wait("placing the decision deposit");
		let placed = decision.for_referendum(index).send(&chain).await;
		placed.map_err(|why| without_deposit(why, index, held, &rules))?;
	}
	Ok(answer(&propose, index, track, &call, &bytes))
}

/// Returns the name of the track that is to decide on a call.
fn track_name(propose: &Propose, call: &Data) -> String {
	let named = propose.track.as_deref().map(origin::plain);
	named.unwrap_or_else(|| origin::track_of(call).into())
}

/// Says what is about to be proposed.
async fn explain(context: &Context, chain: &Chain, call: &Data, track: &Track, rules: &Governance) -> Result<()> {
	let docs = chain.call_docs(call).await?;
	context.out.say(format_args!("{}\n\n{}\n", say::gov::proposed(call, &docs), say::gov::waits(track, rules)));
	let usual = origin::track_of(call);
	if track.name == usual {
		return Ok(());
	}
	if track.name != "root" {
		context
			.out
			.say(format_args!("note: {usual} may make this call; if {} may not, it fails after the vote", track.name));
	} else if let Err(beyond) = bounds::check(call, usual) {
		context.out.say(format_args!("note: only root can do this, not {usual}: {beyond}"));
	}
	Ok(())
}

/// Returns the call that begins the referendum, with its call beside it if that is long, and what is held for that, in nRLC.
async fn submission(chain: &Chain, bytes: &[u8], track: &Track) -> Result<(Call, Balance)> {
	let proposal = Proposal::of(bytes);
	let is_missing = match &proposal {
		Proposal::Inline(_) => false,
		Proposal::Stored { hash, len } => chain.stored_call(*hash, *len).await?.is_none(),
	};
	let origin = origin::of_track(track);
	let submit = Call::Governance(GovernanceCall::Submit { origin, proposal, after: track.enact });
	if !is_missing {
		return Ok((submit, 0));
	}
	let note = GovernanceCall::NotePreimage { call: bytes.to_vec() };
	let held = chain.deposits().await?.stored_call(bytes.len());
	// Together, or not at all.
	Ok((Call::BatchAll(vec![note.into(), submit]), held))
}

/// Begins the referendum. Returns its index.
async fn submit(context: &Context, chain: &Chain, submission: Approved, held: Balance) -> Result<u32> {
	let _progress = context.out.wait("submitting the referendum, until it is final");
	// Another block would have another referendum at this index, for which a deposit could be placed.
	let receipt = submission.send_finalized(chain).await.map_err(not_begun)?;
	let index = chain.submitted(&receipt).await.map_err(|why| without_index(why.into(), held))?;
	index.ok_or_else(|| without_index(failure!(NodeAnswer, "the node does not tell which referendum this is"), held))
}

fn answer(propose: &Propose, index: u32, track: &Track, call: &Data, bytes: &[u8]) -> Answer {
	let next = if propose.deposit {
		format!("follow it with `rlc gov status {index} --follow`")
	} else {
		let deposit = Amount(track.deposit);
		format!("it is decided once somebody places {deposit} with `rlc gov deposit {index}`")
	};
	let json = json!({
		"index": index,
		"track": track.name,
		"call": form::write(call),
		"hash": Proposal::of(bytes).hash(),
		"hasDecisionDeposit": propose.deposit,
	});
	Answer::new(format!("referendum {index} has begun; {next}"), json)
}

/// Returns the failure of a referendum that has not begun, or of which nobody knows.
fn not_begun(why: Failure) -> Failure {
	why.during("submitting the referendum")
		.advise("if `rlc gov list` shows it, do not propose it again, but go on with `rlc gov deposit`; if not, nothing is held")
}

/// Returns the failure of a referendum that has begun, and whose index is not known.
fn without_index(why: Failure, held: Balance) -> Failure {
	why.during(format_args!("the referendum has begun, with {} held for it and its fee paid", Amount(held)))
		.advise("do not propose it again: find it with `rlc gov list`, and go on with `rlc gov deposit`")
}

/// Returns the failure of a decision deposit that was not placed: what is paid already, how to go on, and what comes back.
fn without_deposit(why: Failure, index: u32, held: Balance, rules: &Governance) -> Failure {
	let (held, submission) = (Amount(held), Amount(rules.submission_deposit));
	let time = lasting(rules.undecided, rules);
	why.during(format_args!(
		"referendum {index} has begun, with {held} held for it and its fee paid, but its decision deposit was not placed"
	))
	.advise(format_args!(
		"look with `rlc gov status {index}`, then place it with `rlc gov deposit {index}`, within {time}: otherwise the \
		 referendum times out, and the {submission} of the submission, which an approved or canceled one gives back, stay held"
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::gov::origin::tests::rules;

	#[test]
	fn deposit_that_fails_tells_what_is_paid_and_how_to_go_on() {
		let why = failure!(TransactionDropped, "it left the pool"; "look at the chain");
		let told = without_deposit(why, 7, 5_000_000_000, &rules());
		assert_eq!(told.code(), "transaction.dropped");
		let told = told.to_string();
		for part in [
			"referendum 7 has begun, with 5 RLC held",
			"it left the pool",
			"`rlc gov deposit 7`, within 50 s",
			"times out",
		] {
			assert!(told.contains(part), "{part}: {told}");
		}
	}

	#[test]
	fn referendum_that_may_have_begun_is_not_proposed_again() {
		let late = || failure!(TransactionLate, "no block has it");
		assert!(not_begun(late()).to_string().contains("do not propose it again"));
		let begun = without_index(late(), 1_000_000_000).to_string();
		assert!(
			begun.starts_with("the referendum has begun, with 1 RLC held") && begun.contains("`rlc gov list`"),
			"{begun}"
		);
	}
}

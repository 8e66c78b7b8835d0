//! A referendum with all that is said about it.

use rlc_chain::{Chain, Data, Ended, Governance, Ongoing, Outcome, Referendum};
use rlc_primitives::{Balance, BlockNumber};

use super::stage::Stage;
use crate::{
	context::Context,
	failure::{failure, Result},
	say,
};

/// A referendum with all that is said about it.
#[derive(Clone, Debug)]
pub(crate) struct View {
	/// Its index.
	pub index: u32,
	/// As the chain has it.
	pub referendum: Referendum,
	/// As it is, or as it was before it ended; `None`: the node has discarded that.
	pub was: Option<Ongoing>,
	/// Its call; `None`: it is not known, or is none.
	pub call: Option<Data>,
	/// What the runtime says of that.
	pub docs: String,
	/// How far it is.
	pub stage: Stage,
	/// The rules.
	pub rules: Governance,
	/// All RLC that can vote, in nRLC.
	pub active: Balance,
	/// The best block.
	pub now: BlockNumber,
}

/// Looks at a referendum.
///
/// # Errors
///
/// If there is none of this index.
pub(crate) async fn look(chain: &Chain, index: u32) -> Result<View> {
	let (rules, active, (now, _)) = futures::try_join!(chain.governance(), chain.active_issuance(), chain.best())?;
	let referendum = referendum(chain, index).await?;
	let (was, stage) = match &referendum {
		Referendum::Ongoing(ongoing) => (Some((**ongoing).clone()), Stage::of(ongoing, &rules, now)),
		Referendum::Ended(ended) => {
			(chain.referendum_before(index, ended).await?, stage_after(chain, index, ended).await?)
		}
	};
	let call = match &was {
		Some(was) => call_of(chain, was).await?,
		None => None,
	};
	let docs = match &call {
		Some(call) => chain.call_docs(call).await?,
		None => String::new(),
	};
	Ok(View { index, referendum, was, call, docs, stage, rules, active, now })
}

/// Returns how far a referendum is that was decided: an approved one goes on until its call was made.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn stage_after(chain: &Chain, index: u32, ended: &Ended) -> Result<Stage> {
	let enacted = match ended.outcome {
		Outcome::Approved => Some(chain.enacted(index, ended.since).await?),
		_ => None,
	};
	Ok(Stage::after(ended, enacted))
}

/// Returns the call of a referendum; `None` if nobody has stored it, or it is not one of the chain: such a referendum does
/// nothing when it is enacted.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn call_of(chain: &Chain, referendum: &Ongoing) -> Result<Option<Data>> {
	let Some(bytes) = chain.proposed_call(&referendum.proposal).await? else { return Ok(None) };
	match chain.read_call(&bytes).await {
		Ok(call) => Ok(Some(call)),
		Err(rlc_chain::Error::BadCall(_)) => Ok(None),
		Err(error) => Err(error.into()),
	}
}

/// Says what a referendum would do, as the chain reads it, before somebody signs for it.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn explain(context: &Context, chain: &Chain, index: u32, referendum: &Ongoing) -> Result<()> {
	match call_of(chain, referendum).await? {
		Some(call) => {
			let docs = chain.call_docs(&call).await?;
			context.out.say(format_args!("referendum {index}: {}\n", say::gov::proposed(&call, &docs)));
		}
		None => context
			.out
			.say(format_args!("warning: what referendum {index} would do is not known: nobody stored its call")),
	}
	Ok(())
}

/// Returns a referendum.
///
/// # Errors
///
/// If there is none of this index.
pub(crate) async fn referendum(chain: &Chain, index: u32) -> Result<Referendum> {
	let found = chain.referendum(index, None).await?;
	found.ok_or_else(|| failure!(ReferendumUnknown, "there is no referendum {index}"; "see `rlc gov list --all`"))
}

/// Returns a referendum that has not ended.
///
/// # Errors
///
/// If there is none of this index, or it has ended.
pub(crate) async fn ongoing(chain: &Chain, index: u32) -> Result<Ongoing> {
	match referendum(chain, index).await? {
		Referendum::Ongoing(ongoing) => Ok(*ongoing),
		Referendum::Ended(ended) => Err(failure!(ReferendumEnded, "referendum {index} ended in block {}", ended.since;
				"see `rlc gov status {index}`")),
	}
}

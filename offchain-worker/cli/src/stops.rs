//! What governance has stopped: said before anybody pays, and while somebody waits.

use rlc_chain::{Chain, Stops};

use crate::{
	context::Context,
	failure::{failure, Result},
};

/// What is said while work is stopped.
pub(crate) const WORK_STOPPED: &str =
	"work is stopped on the chain, by governance or for an upgrade: tasks wait, and their deadlines stand still";
/// What is said while no deals can be made.
const MARKET_STOPPED: &str = "governance has stopped the market: no deals can be made now";

/// Warns of what is stopped, if anything is.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn warn(context: &Context, chain: &Chain) -> Result<()> {
	let Stops { market, work } = chain.stops().await?;
	let warnings = [(market, MARKET_STOPPED), (work, WORK_STOPPED)];
	for (_, words) in warnings.into_iter().filter(|(is_stopped, _)| *is_stopped) {
		context.out.say(format_args!("warning: {words}"));
	}
	Ok(())
}

/// Refuses to buy while no deals can be made, and warns if tasks would wait.
///
/// # Errors
///
/// If the market is stopped; if the node does not answer.
pub(crate) async fn before_purchase(context: &Context, chain: &Chain) -> Result<()> {
	let stops = chain.stops().await?;
	ensure_market(stops)?;
	if stops.work {
		context.out.say(format_args!("warning: {WORK_STOPPED}"));
	}
	Ok(())
}

fn ensure_market(stops: Stops) -> Result<()> {
	if stops.market {
		return Err(failure!(ChainPaused, "{MARKET_STOPPED}"; "try again later: `rlc doctor` tells when it goes on"));
	}
	Ok(())
}

/// Judges what is stopped, for `rlc doctor`.
///
/// # Errors
///
/// If something is.
pub(crate) fn judge(stops: Stops) -> Result<String> {
	ensure_market(stops)?;
	if stops.work {
		return Err(failure!(ChainPaused, "{WORK_STOPPED}"; "wait: it goes on after six hours at the latest"));
	}
	Ok("deals are made, and tasks go on".into())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_stopped_is_told() {
		assert!(judge(Stops::default()).is_ok());
		let work = Stops { work: true, market: false };
		assert!(ensure_market(work).is_ok(), "tasks wait, but can be bought");
		assert!(judge(work).unwrap_err().to_string().contains("deadlines stand still"));
		let market = judge(Stops { work: true, market: true }).unwrap_err();
		assert_eq!(market.code(), "chain.paused");
		assert!(market.to_string().contains("no deals"), "{market}");
	}
}

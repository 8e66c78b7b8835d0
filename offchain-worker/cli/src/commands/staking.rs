//! `rlc staking`: RLC behind validators.

mod bond;
mod candidates;
mod nominate;
mod payout;
mod status;
mod stop;
mod unbond;
mod validate;
mod withdraw;

use clap::Subcommand;

use crate::{answer::Answer, context::Context, failure::Result};

/// RLC behind validators: bond, nominate, validate, get it back
///
/// First bond RLC, then put them behind validators that others run (nominate), or run one (validate). What is unbonded is free
/// again after a wait: `rlc staking status` tells how long, and the least stakes. With --on-behalf-of, a proxy of type staking
/// acts for the account.
#[derive(Debug, Subcommand)]
pub(crate) enum Staking {
	Status(status::Status),
	Candidates(candidates::Candidates),
	Bond(bond::Bond),
	Nominate(nominate::Nominate),
	Validate(validate::Validate),
	Stop(stop::Stop),
	Unbond(unbond::Unbond),
	Withdraw(withdraw::Withdraw),
	Payout(payout::Payout),
}

pub(crate) async fn run(command: Staking, context: &Context) -> Result<Answer> {
	match command {
		Staking::Status(command) => status::run(command, context).await,
		Staking::Candidates(command) => candidates::run(command, context).await,
		Staking::Bond(command) => bond::run(command, context).await,
		Staking::Nominate(command) => nominate::run(command, context).await,
		Staking::Validate(command) => validate::run(command, context).await,
		Staking::Stop(command) => stop::run(command, context).await,
		Staking::Unbond(command) => unbond::run(command, context).await,
		Staking::Withdraw(command) => withdraw::run(command, context).await,
		Staking::Payout(command) => payout::run(command, context).await,
	}
}

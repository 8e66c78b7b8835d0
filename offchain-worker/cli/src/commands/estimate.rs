//! `rlc estimate`: what a run would cost now, and how long it would wait.

use clap::Args;
use rlc_chain::Chain;
use rlc_primitives::AccountId;
use rlc_protocol::requester::SchedulerRpcClient;

use crate::{
	answer::Answer,
	context::Context,
	failure::Result,
	fit::Fit,
	market::{self, Quote, Wish},
	pins::Pinning,
	request::RequestOptions,
	say::{self, quote::Told},
	stops,
};

/// Show what a run would cost now, and how long it would wait
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc estimate hello
  rlc estimate 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --trust 5
  rlc estimate 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --tasks 100 --category S --json --account //Alice

With --account, offers count that are for this account alone.")]
pub(crate) struct Estimate {
	/// The request
	#[command(flatten)]
	pub request: RequestOptions,
}

/// Who asks, if no account is named: nobody's account, which only orders for everybody are open to.
const ANYONE: AccountId = AccountId::new([0; 32]);

/// Asks the chain for the price, and the scheduler for its queue and how long the app takes.
pub(crate) async fn run(estimate: Estimate, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let requester = match context.global.account {
		Some(_) => context.who()?,
		None => ANYONE,
	};
	let wish = estimate.request.request(context, &chain, requester, Pinning::Pretend, &[]).await?.wish;
	stops::warn(context, &chain).await?;
	let quote = market::quote(&chain, &wish).await?;
	let fee = chain.fee(&wish.requester, &quote.purchase(&wish)).await?;
	let told = ask(context, &chain, &quote, &wish).await;
	Ok(say::quote::estimate(&quote, &wish, fee, told))
}

/// Asks the scheduler of the offers.
async fn ask(context: &Context, chain: &Chain, quote: &Quote, wish: &Wish) -> Result<Told> {
	let Fit { scheduler, info, fitting, .. } = Fit::of(context, chain, quote, wish).await?;
	let run_time = match chain.app(wish.app).await? {
		Some(app) => scheduler.run_time(app.content.checksum).await.ok().flatten(),
		None => None,
	};
	Ok(Told { info, fitting, run_time })
}

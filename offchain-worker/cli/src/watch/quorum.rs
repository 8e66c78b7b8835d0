//! Why the tasks of a deal stay open although its pool has workers: too few of them can agree.

use std::time::Duration;

use rlc_chain::Chain;
use rlc_primitives::market::DealView;
use rlc_service::Backoff;
use tokio::sync::mpsc;
use tracing::Instrument;

use crate::{
	context::Context,
	forecast,
	pool::{self, Place},
};

/// The shortest and the longest time until the pool is asked again.
const LOOKS: Backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(60));

/// Has the pool asked from time to time. Returns what is told whenever it gets too few workers, or for another reason. A pool
/// that does not answer tells nothing here.
pub(super) async fn ask_pool(context: &Context, chain: &Chain, deal: &DealView) -> mpsc::Receiver<String> {
	let (to, told) = mpsc::channel(1);
	if let Ok(place) = pool::url(context, chain, deal.deal.workerpool.id).await {
		tokio::spawn(tell_if_too_few(place, deal.deal.trust, to).in_current_span());
	}
	told
}

async fn tell_if_too_few(place: Place, trust: u64, to: mpsc::Sender<String>) {
	let (mut waits, mut before) = (LOOKS.waits(), None);
	loop {
		tokio::select! {
			() = to.closed() => return,
			() = tokio::time::sleep(waits.next_wait().unwrap_or_default()) => {}
		}
		let Ok((_, info)) = pool::meet(&place).await else { continue };
		let now = forecast::too_few(&info, trust);
		if now != before {
			if let Some(why) = &now {
				// A watch that has ended need not know.
				let _ = to.send(format!("tasks wait for other workers: {why}")).await;
			}
			before = now;
		}
	}
}

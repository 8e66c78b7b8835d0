//! Senders of transactions: one for each key.

mod bids;
mod contest;
mod nonces;
mod raise;
mod stopped;
#[cfg(test)]
mod tests;
mod verdict;

use std::{
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use rlc_primitives::{AccountId, Balance, BlockNumber, Hash, Nonce};
use subxt_rpcs::client::RpcSubscription;
use tokio::time::{sleep, Instant};

use crate::{
	calls::Call,
	extrinsic::{anchor, Extrinsic, Terms},
	receipt::{Receipt, Status, Until},
	rpc::{hexadecimal, params},
	Chain, Error, Key,
};

use bids::Wanted;
use contest::Contest;
use nonces::Nonces;
use verdict::Verdict;

pub use bids::Bid;

/// How long a transaction is waited for, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(60);
/// Sends a transaction and follows what becomes of it.
const SUBMIT: (&str, &str) = ("author_submitAndWatchExtrinsic", "author_unwatchExtrinsic");

/// Signs and sends calls with one key: its own account's, or those of the account that it is a proxy of. Clones share the
/// count of transactions, so that all of a process's transactions of one key go through one of them and its clones.
///
/// Transactions are counted here, so that many can be on their way at once. The count is asked of the node again after
/// a pause, when a transaction is refused for its number, and when one is lost. A transaction is good for 64 blocks
/// after the chain's final block when it was signed, and cannot appear later than that.
///
/// Other processes may send with the same key. Where one of them is quicker, a call is written again with another number,
/// for half a minute, but only once it is sure that what was written before can be in no block.
#[derive(Clone)]
pub struct Sender {
	shared: Arc<Shared>,
	patience: Duration,
}

struct Shared {
	chain: Chain,
	key: Key,
	/// Whose turn it is to get a number and to hand its transaction in: pools take an account's in their order.
	turn: tokio::sync::Mutex<()>,
	nonces: Mutex<Nonces>,
	/// The tips of those on their way that may be raised.
	wanted: Wanted,
}

impl Sender {
	/// Sends with a key.
	pub fn new(chain: Chain, key: Key) -> Self {
		let nonces = Mutex::new(Nonces::default());
		let shared = Shared { chain, key, turn: Default::default(), nonces, wanted: Wanted::default() };
		Self { shared: Arc::new(shared), patience: PATIENCE }
	}

	/// Returns the same, but a transaction is waited for up to `patience` instead of 60 s.
	pub fn with_patience(self, patience: Duration) -> Self {
		Self { patience, ..self }
	}

	/// Returns the account whose calls it sends. If its key is a proxy of it, that key's own account pays fees and tips.
	pub fn account(&self) -> AccountId {
		self.shared.key.account()
	}

	/// Returns the key that signs.
	pub fn key(&self) -> &Key {
		&self.shared.key
	}

	/// Returns the chain that it sends to.
	pub fn chain(&self) -> &Chain {
		&self.shared.chain
	}

	/// Sends a call and waits until it is in one of the best blocks.
	///
	/// # Errors
	///
	/// [`Error::Invalid`] if the node does not take it, and [`Error::Refused`] if the chain does not: then it had no
	/// effect. Likewise [`Error::Paused`] if tasks need it, and work is stopped. [`Error::Dropped`], [`Error::TimedOut`]
	/// if it is not known what became of it, [`Error::Unreachable`].
	pub async fn send(&self, call: impl Into<Call>) -> Result<Receipt, Error> {
		let call = call.into();
		let outcome = self.send_until(call.clone(), Until::Included).await;
		self.explained(&call, outcome).await
	}

	/// Sends a call and waits until its block is final.
	///
	/// # Errors
	///
	/// Those of [`send`](Self::send).
	pub async fn send_finalized(&self, call: impl Into<Call>) -> Result<Receipt, Error> {
		let call = call.into();
		let outcome = self.send_until(call.clone(), Until::Finalized).await;
		self.explained(&call, outcome).await
	}

	/// Sends a call and returns when the node has it. Calls that are submitted one after another are executed in that
	/// order, several in one block if there is room.
	///
	/// # Errors
	///
	/// [`Error::Invalid`], [`Error::Paused`], [`Error::Unreachable`].
	pub async fn submit(&self, call: impl Into<Call>) -> Result<Pending, Error> {
		let call = call.into();
		self.hand_over(&call, 0).await.map_err(|(verdict, hash)| verdict.into_error(hash, &call))
	}

	/// Gives a call with a tip to the node. Fails with what the node said last, and of which transaction.
	async fn hand_over(&self, call: &Call, tip: Balance) -> Result<Pending, (Verdict, Hash)> {
		self.ensure_goes_on(call).await.map_err(|error| (Verdict::Refused(error), Hash::zero()))?;
		let _turn = self.shared.turn.lock().await;
		let mut contest = Contest::begin();
		loop {
			let written = self.write(call, tip, None).await;
			let (extrinsic, nonce, since) = written.map_err(|error| (Verdict::Refused(error), Hash::zero()))?;
			match self.hand_in(&extrinsic).await {
				Ok(watch) => {
					self.nonces().used(nonce, Instant::now());
					log::debug!("transaction {:?} of {} has number {nonce}", extrinsic.hash, self.account());
					return Ok(Pending { sender: self.clone(), extrinsic, watch, nonce, since });
				}
				Err(verdict) => {
					self.nonces().forget();
					let is_taken =
						matches!(verdict, Verdict::Outranked | Verdict::Banned) && self.is_taken(nonce).await;
					let Some(pause) = contest.pause(&verdict, is_taken) else { return Err((verdict, extrinsic.hash)) };
					sleep(pause).await;
				}
			}
		}
	}

	/// Signs a call with a number, or with the next one; that number, and the first block that can have it.
	async fn write(
		&self,
		call: &Call,
		tip: Balance,
		number: Option<Nonce>,
	) -> Result<(Extrinsic, Nonce, BlockNumber), Error> {
		let Shared { chain, key, .. } = &*self.shared;
		let known = number.or_else(|| self.nonces().next(Instant::now()));
		let nonce = async {
			match known {
				Some(nonce) => Ok(nonce),
				None => chain.rpc().next_nonce(&key.signer().to_string()).await,
			}
		};
		let (runtime, anchor, nonce) = futures::try_join!(chain.runtime(None), self.anchor(), nonce)?;
		let terms = Terms { genesis: chain.genesis(), nonce, anchor, tip };
		let proxied = key.is_proxy().then(|| Call::For { account: key.account(), call: Box::new(call.clone()) });
		let extrinsic = Extrinsic::signed(&runtime, proxied.as_ref().unwrap_or(call), key, &terms)?;
		Ok((extrinsic, nonce, anchor.0.saturating_add(1)))
	}

	async fn anchor(&self) -> Result<(BlockNumber, Hash), Error> {
		let chain = &self.shared.chain;
		let (finalized, best) = futures::try_join!(chain.finalized(), chain.best())?;
		let number = anchor(finalized.0, best.0);
		if number == finalized.0 {
			return Ok(finalized);
		}
		// A fork may have taken the best block back in between.
		Ok(chain.rpc().block_hash(number).await?.map_or(finalized, |hash| (number, hash)))
	}

	/// Gives a new transaction to the node. `None`: the node has it, and does not tell what becomes of it. A node that knows
	/// it already has it from another process, which wrote the same: it is that one's.
	async fn hand_in(&self, extrinsic: &Extrinsic) -> Result<Option<RpcSubscription<Status>>, Verdict> {
		let rpc = self.shared.chain.rpc();
		let bytes = hexadecimal(&extrinsic.bytes);
		match rpc.follow_once(SUBMIT.0, params![&bytes], SUBMIT.1).await {
			Ok(watch) => Ok(Some(watch)),
			// The node may have taken it before the connection was lost, and it may be in a block by now.
			Err(Error::Unreachable { .. }) => match self.hand_in_again(extrinsic).await {
				Err(Verdict::NumberUsed(_) | Verdict::WriteAnew(_) | Verdict::Outranked | Verdict::Banned) => Ok(None),
				watch => watch,
			},
			Err(error) => Err(Verdict::of(error)),
		}
	}

	/// Gives a transaction to the node that it had, or may have had. It takes the same one once only.
	async fn hand_in_again(&self, extrinsic: &Extrinsic) -> Result<Option<RpcSubscription<Status>>, Verdict> {
		let bytes = hexadecimal(&extrinsic.bytes);
		match self.shared.chain.rpc().follow(SUBMIT.0, params![&bytes], SUBMIT.1).await {
			Ok(watch) => Ok(Some(watch)),
			Err(error) => match Verdict::of(error) {
				Verdict::Known => Ok(None),
				verdict => Err(verdict),
			},
		}
	}

	fn nonces(&self) -> MutexGuard<'_, Nonces> {
		// A number is never left half changed.
		self.shared.nonces.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A transaction on its way.
pub struct Pending {
	sender: Sender,
	extrinsic: Extrinsic,
	watch: Option<RpcSubscription<Status>>,
	nonce: Nonce,
	since: BlockNumber,
}

impl Pending {
	/// Returns the transaction's hash.
	pub fn hash(&self) -> Hash {
		self.extrinsic.hash
	}

	/// Waits until it is in one of the best blocks.
	///
	/// # Errors
	///
	/// Those of [`Sender::send`].
	pub async fn included(self) -> Result<Receipt, Error> {
		self.wait(Until::Included).await
	}

	/// Waits until its block is final.
	///
	/// # Errors
	///
	/// Those of [`Sender::send`].
	pub async fn finalized(self) -> Result<Receipt, Error> {
		self.wait(Until::Finalized).await
	}

	async fn wait(self, until: Until) -> Result<Receipt, Error> {
		let (sender, hash) = (self.sender.clone(), self.hash());
		let outcome = tokio::time::timeout(sender.patience, self.end(until)).await;
		let timed_out = Error::TimedOut { hash, seconds: sender.patience.as_secs() };
		let outcome = outcome.unwrap_or(Err(timed_out));
		if matches!(outcome, Err(Error::Dropped { .. } | Error::TimedOut { .. } | Error::Unreachable { .. })) {
			sender.nonces().forget();
		}
		outcome
	}

	/// Waits as long as it takes. If the node stops telling, gives it the transaction once more: one that was started
	/// again does not have it, and holds all later ones of the account until it comes.
	async fn end(self, until: Until) -> Result<Receipt, Error> {
		let Self { sender, extrinsic, mut watch, since, .. } = self;
		let chain = sender.chain();
		while let Some(told) = watch {
			if let Some(receipt) = chain.watched(&extrinsic, told, until).await? {
				return Ok(receipt);
			}
			watch = match sender.hand_in_again(&extrinsic).await {
				Ok(watch) => watch,
				// Its number is used: by itself, or by another one.
				Err(_) if chain.in_block(&extrinsic, since).await?.is_some() => None,
				Err(_) => return Err(Error::Dropped { hash: extrinsic.hash, why: "the node lost it".into() }),
			};
		}
		chain.found(&extrinsic, since, until).await
	}
}

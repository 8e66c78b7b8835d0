//! Questions to the runtime, and what goes wrong with them.
//!
//! | code | what is wrong |
//! |---|---|
//! | -32602 | a parameter is missing or malformed: `data` says which, and what was expected |
//! | 12001 | the node does not know the block that was asked about |
//! | 12002 | the runtime gave no answer: the block's state is pruned, or its runtime is too old for the question |
//! | 12003 | signatures were asked about on the first block, whose state does not know its own hash |
//! | 12004 | too many costly questions are waiting: ask again later, or ask a node of your own |
//! | 12005 | there are too many subscriptions, of this connection or in all: end some, or ask a node of your own |
//!
//! A question about something that does not exist is answered with `null`, not with an error.

use std::sync::Arc;

use codec::Decode;
use jsonrpsee::types::{ErrorObject, ErrorObjectOwned};
use pallet_clock::Reading;
use rlc_json::rpc::error;
use rlc_primitives::{Block, Clock, ClockReading, Hash};
use rlc_runtime::Runtime;
use sc_client_api::{HeaderBackend, StorageKey, StorageProvider};
use sp_api::{ApiError, ProvideRuntimeApi};

use super::follow::{EACH, OWN};
use crate::service::types::Client;

/// The code of [`Refusal::UnknownBlock`].
pub const UNKNOWN_BLOCK: i32 = error::UNKNOWN_BLOCK.code;
/// The code of [`Refusal::NoAnswer`].
pub const NO_ANSWER: i32 = error::NO_ANSWER.code;
/// The code of [`Refusal::NoDomainYet`].
pub const NO_DOMAIN_YET: i32 = error::NO_DOMAIN_YET.code;

/// The code of [`Refusal::Busy`].
pub const BUSY: i32 = error::BUSY.code;

/// The code of [`Refusal::TooManyHere`] and [`Refusal::TooManyInAll`].
pub const TOO_MANY_SUBSCRIPTIONS: i32 = error::TOO_MANY_SUBSCRIPTIONS.code;

/// The runtime's APIs.
pub type Api = <Client as ProvideRuntimeApi<Block>>::Api;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
	/// The node does not know the block.
	#[error("unknown block {0:?}")]
	UnknownBlock(Hash),
	/// The first block's state does not know its own hash, which every signature is over.
	#[error("the chain has no block yet but the first: ask again when it has")]
	NoDomainYet,
	/// Too many questions wait that cost the node time.
	#[error("too many questions wait for an answer: ask again later, or ask a node of your own")]
	Busy,
	/// The connection has as many subscriptions as one may have.
	#[error("this connection has {EACH} subscriptions, the most that one may have: end some first")]
	TooManyHere,
	/// There are as many subscriptions as the node serves, and the connection has its own already.
	#[error("the node has no more subscriptions than {OWN} for each connection: try later, or ask a node of your own")]
	TooManyInAll,
	/// The runtime gave no answer.
	#[error("the runtime gave no answer at block {block:?}: {reason}")]
	NoAnswer {
		/// The block.
		block: Hash,
		/// Why, on one line.
		reason: String,
	},
}

impl From<Refusal> for ErrorObjectOwned {
	fn from(refusal: Refusal) -> Self {
		let code = match &refusal {
			Refusal::UnknownBlock(_) => UNKNOWN_BLOCK,
			Refusal::NoDomainYet => NO_DOMAIN_YET,
			Refusal::Busy => BUSY,
			Refusal::TooManyHere | Refusal::TooManyInAll => TOO_MANY_SUBSCRIPTIONS,
			Refusal::NoAnswer { .. } => NO_ANSWER,
		};
		ErrorObject::owned(code, refusal.to_string(), None::<()>)
	}
}

/// The chain, and how to ask about it.
#[derive(Clone)]
pub struct Chain {
	client: Arc<Client>,
}

impl Chain {
	/// Asks about the chain that a node follows.
	pub fn new(client: Arc<Client>) -> Self {
		Self { client }
	}

	/// Returns access to its blocks.
	pub fn client(&self) -> &Client {
		&self.client
	}

	/// Asks the runtime about a block, the best one if none is named.
	///
	/// # Errors
	///
	/// [`Refusal`].
	pub fn ask<T>(
		&self,
		at: Option<Hash>,
		question: impl FnOnce(&Api, Hash) -> Result<T, ApiError>,
	) -> Result<T, Refusal> {
		let block = self.block(at)?;
		question(&self.client.runtime_api(), block).map_err(|error| no_answer(block, &error))
	}

	/// Asks the runtime something whose answer holds deadlines. The question receives the block's clock, to work out when
	/// these pass.
	///
	/// # Errors
	///
	/// [`Refusal`].
	pub fn ask_with_clock<T>(
		&self,
		at: Option<Hash>,
		question: impl FnOnce(&Api, Hash, &Clock) -> Result<T, ApiError>,
	) -> Result<T, Refusal> {
		let block = self.block(at)?;
		let clock = self.clock(block)?;
		question(&self.client.runtime_api(), block, &clock).map_err(|error| no_answer(block, &error))
	}

	/// Asks the runtime something that depends on where signatures are valid.
	///
	/// # Errors
	///
	/// [`Refusal`], also about the first block.
	pub fn ask_in_domain<T>(
		&self,
		at: Option<Hash>,
		question: impl FnOnce(&Api, Hash) -> Result<T, ApiError>,
	) -> Result<T, Refusal> {
		let block = self.block(at)?;
		if block == self.client.info().genesis_hash {
			return Err(Refusal::NoDomainYet);
		}
		self.ask(Some(block), question)
	}

	/// Returns the clock of a block, read from its state. A block that is older than PoCo time has no reading: its deadlines
	/// are in chain time already, and are answered as they are.
	fn clock(&self, block: Hash) -> Result<Clock, Refusal> {
		let key = StorageKey(Reading::<Runtime>::hashed_key().into());
		let stored = self.client.storage(block, &key).map_err(|error| no_answer(block, &error))?;
		let reading = stored.map(|stored| ClockReading::decode(&mut stored.0.as_slice())).transpose();
		let reading = reading.map_err(|error| no_answer(block, &error))?.unwrap_or_default();
		// The limit of a gap does not change the earliest time at which a deadline passes.
		Ok(Clock::of(reading, None))
	}

	/// Returns the block that is asked about.
	pub(super) fn block(&self, at: Option<Hash>) -> Result<Hash, Refusal> {
		match at {
			None => Ok(self.client.info().best_hash),
			Some(block) => match self.client.header(block) {
				Ok(Some(_)) => Ok(block),
				Ok(None) => Err(Refusal::UnknownBlock(block)),
				Err(error) => Err(no_answer(block, &error)),
			},
		}
	}
}

fn no_answer(block: Hash, error: &dyn std::fmt::Display) -> Refusal {
	let reason = error.to_string().lines().next().unwrap_or_default().into();
	Refusal::NoAnswer { block, reason }
}

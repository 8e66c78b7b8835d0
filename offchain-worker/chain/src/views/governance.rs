//! What the chain knows of referenda, of votes, and of what was enacted. All of it is read by the runtime's description.

mod enacted;
mod referendum;
mod track;
mod votes;

use codec::Encode;
use rlc_primitives::{AccountId, Balance, BlockNumber, Hash, Moment};

pub use self::{
	enacted::Enacted,
	referendum::{Deciding, Deposit, Ended, Ongoing, Outcome, Referendum},
	track::{Curve, Track},
	votes::Votes,
};
use crate::{Chain, Data, Error, Proposal, Receipt};

/// The rules of referenda.
#[derive(Clone, Debug, PartialEq)]
pub struct Governance {
	/// The tracks, by id.
	pub tracks: Vec<Track>,
	/// What is held for a referendum from its submission on, in nRLC.
	pub submission_deposit: Balance,
	/// How many blocks after its submission a referendum ends whose decision has not begun.
	pub undecided: BlockNumber,
	/// How many blocks an amount stays locked that voted with a conviction of 1, and won.
	pub locking: BlockNumber,
	/// How long a slot is, in ms. A chain that makes blocks on demand makes them faster or slower.
	pub block_ms: Moment,
}

impl Governance {
	/// Returns a track; `None` if there is none of this id.
	pub fn track(&self, id: u16) -> Option<&Track> {
		self.tracks.iter().find(|track| track.id == id)
	}
}

/// A parameter that a referendum can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
	/// Which parameters it belongs to.
	pub group: String,
	/// Its name.
	pub name: String,
	/// What it is, and in which unit.
	pub docs: String,
	/// Whether it is an amount, in nRLC.
	pub is_amount: bool,
}

/// A call that is stored beside a referendum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCall {
	/// The call, encoded.
	pub call: Vec<u8>,
	/// Whose deposit is held for it, and how much, in nRLC; `None` if nobody's is.
	pub deposit: Option<(AccountId, Balance)>,
	/// Whether it waits to be made, and so cannot be removed.
	pub is_wanted: bool,
}

// Errors are those of every question, and `Error::Mismatch` if governance of the chain is not as it is read here.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns a call, encoded. [`Error::BadCall`] says where it is not one of the chain.
	pub async fn write_call(&self, call: &Data) -> Result<Vec<u8>, Error> {
		self.runtime(None).await?.write_call(call)
	}

	/// Returns an encoded call as the chain reads it. [`Error::BadCall`] says why it is not one.
	pub async fn read_call(&self, call: &[u8]) -> Result<Data, Error> {
		self.runtime(None).await?.read_call(call)
	}

	/// Returns what a call does, in the words of the runtime; of one that sets a parameter, what that is.
	pub async fn call_docs(&self, call: &Data) -> Result<String, Error> {
		let runtime = self.runtime(None).await?;
		let Some((pallet, name, arguments)) = call.as_call() else { return Ok(String::new()) };
		let set = arguments.field("key_value").filter(|_| pallet == "Parameters").and_then(Data::as_call);
		let docs = set.and_then(|(group, name, _)| {
			let is_its = |one: &Parameter| one.group == group && one.name == name;
			runtime.parameters().into_iter().find(is_its).map(|parameter| parameter.docs)
		});
		Ok(docs.filter(|docs| !docs.is_empty()).unwrap_or_else(|| runtime.call_docs(pallet, name)))
	}

	/// Returns the parameters that a referendum can set.
	pub async fn parameters(&self) -> Result<Vec<Parameter>, Error> {
		Ok(self.runtime(None).await?.parameters())
	}

	/// Returns the rules of referenda.
	pub async fn governance(&self) -> Result<Governance, Error> {
		let runtime = self.runtime(None).await?;
		let strange = |name: &str| runtime.mismatch(format!("constant {name} is not as it is read here"));
		let number = |pallet: &str, name: &str| {
			let value: Option<u128> = runtime.described_constant(pallet, name)?.as_number();
			value.ok_or_else(|| strange(name))
		};
		let blocks = |pallet: &str, name: &str| BlockNumber::try_from(number(pallet, name)?).map_err(|_| strange(name));
		let tracks = runtime.described_constant("Referenda", "Tracks")?;
		let tracks: Option<Vec<_>> = tracks.as_list().and_then(|tracks| tracks.iter().map(Track::read).collect());
		let block_ms = number("Babe", "ExpectedBlockTime")?;
		Ok(Governance {
			tracks: tracks.ok_or_else(|| strange("Tracks"))?,
			submission_deposit: number("Referenda", "SubmissionDeposit")?,
			undecided: blocks("Referenda", "UndecidingTimeout")?,
			locking: blocks("ConvictionVoting", "VoteLockingPeriod")?,
			block_ms: Moment::try_from(block_ms).map_err(|_| strange("ExpectedBlockTime"))?,
		})
	}

	/// Returns how many referenda there were. Their indices begin at 0.
	pub async fn referendum_count(&self) -> Result<u32, Error> {
		let count = self.described("Referenda", "ReferendumCount", &[], None).await?;
		Ok(count.and_then(|count| count.as_number()).unwrap_or_default())
	}

	/// Returns a referendum as it is at a block, or at the best one; `None` if there is none of this index.
	pub async fn referendum(&self, index: u32, at: Option<Hash>) -> Result<Option<Referendum>, Error> {
		let name = ("Referenda", "ReferendumInfoFor");
		let Some(info) = self.described(name.0, name.1, &[index.encode()], at).await? else { return Ok(None) };
		match Referendum::read(&info) {
			Some(referendum) => Ok(Some(referendum)),
			None => Err(self.unlike(name.1).await?),
		}
	}

	/// Returns a referendum as it was before it ended; `None` if the node has discarded that, or the runtime of that time
	/// cannot be read here.
	pub async fn referendum_before(&self, index: u32, ended: &Ended) -> Result<Option<Ongoing>, Error> {
		let before = self.rpc().block_hash(ended.since.saturating_sub(1)).await?;
		let Some(before) = before else { return Ok(None) };
		match self.referendum(index, Some(before)).await {
			Ok(Some(Referendum::Ongoing(ongoing))) => Ok(Some(*ongoing)),
			Ok(_) | Err(Error::Rpc { .. } | Error::Mismatch { .. }) => Ok(None),
			Err(error) => Err(error),
		}
	}

	/// Returns the encoded call of a referendum; `None` if nobody has stored it.
	pub async fn proposed_call(&self, proposal: &Proposal) -> Result<Option<Vec<u8>>, Error> {
		match proposal {
			Proposal::Inline(call) => Ok(Some(call.clone())),
			Proposal::Stored { hash, len } => Ok(self.stored_call(*hash, *len).await?.map(|stored| stored.call)),
		}
	}

	/// Returns a stored call by its hash and length.
	pub async fn stored_call(&self, hash: Hash, len: u32) -> Result<Option<StoredCall>, Error> {
		let (preimage, status) = ([(hash, len).encode()], [hash.encode()]);
		let (preimage, status) = futures::try_join!(
			self.described("Preimage", "PreimageFor", &preimage, None),
			self.described("Preimage", "RequestStatusFor", &status, None),
		)?;
		let Some(Data::Bytes(call)) = preimage else { return Ok(None) };
		let status = status.as_ref().and_then(Data::as_variant);
		let ticket = status.and_then(|(_, fields)| fields.field("ticket").or(fields.field("maybe_ticket")));
		let deposit = ticket.and_then(Data::as_list).and_then(|ticket| match ticket {
			[who, amount] => Some((who.as_account()?.clone(), amount.as_number()?)),
			_ => None,
		});
		Ok(Some(StoredCall { call, deposit, is_wanted: status.is_some_and(|(name, _)| name == "Requested") }))
	}

	/// Returns all RLC whose owners can vote, in nRLC.
	pub async fn active_issuance(&self) -> Result<Balance, Error> {
		let (total, inactive) = futures::try_join!(
			self.described("Balances", "TotalIssuance", &[], None),
			self.described("Balances", "InactiveIssuance", &[], None),
		)?;
		let amount = |amount: Option<Data>| amount.and_then(|amount| amount.as_number::<Balance>()).unwrap_or_default();
		Ok(amount(total).saturating_sub(amount(inactive)))
	}

	/// Returns how an account votes on a track.
	pub async fn votes(&self, who: &AccountId, track: u16) -> Result<Votes, Error> {
		let name = ("ConvictionVoting", "VotingFor");
		match self.described(name.0, name.1, &[who.encode(), track.encode()], None).await? {
			None => Ok(Votes::none(track)),
			Some(voting) => match Votes::read(track, &voting) {
				Some(votes) => Ok(votes),
				None => Err(self.unlike(name.1).await?),
			},
		}
	}

	/// Returns the tracks on which an account's RLC is locked, and how much, in nRLC. The locks overlap.
	pub async fn vote_locks(&self, who: &AccountId) -> Result<Vec<(u16, Balance)>, Error> {
		let locks = self.described("ConvictionVoting", "ClassLocksFor", &[who.encode()], None).await?;
		let locks = locks.as_ref().and_then(Data::as_list).unwrap_or_default().iter();
		let locks = locks.filter_map(|lock| match lock.as_list()? {
			[track, amount] => Some((track.as_number()?, amount.as_number()?)),
			_ => None,
		});
		Ok(locks.collect())
	}

	/// Returns the index of the referendum that a transaction began.
	pub async fn submitted(&self, receipt: &Receipt) -> Result<Option<u32>, Error> {
		let events = self.described_events(receipt.block).await?;
		Ok(events.iter().filter(|(by, _)| *by == Some(receipt.index)).find_map(|(_, event)| {
			let (pallet, name, fields) = event.as_call()?;
			(pallet == "Referenda" && name == "Submitted").then(|| fields.field("index")?.as_number())?
		}))
	}

	/// Reads what is stored, at a block or at the best one.
	async fn described(
		&self,
		pallet: &str,
		name: &str,
		keys: &[Vec<u8>],
		at: Option<Hash>,
	) -> Result<Option<Data>, Error> {
		let runtime = self.runtime(at).await?;
		let bytes = self.rpc().storage(&runtime.described_key(pallet, name, keys)?, at).await?;
		bytes.map(|bytes| runtime.read_stored(pallet, name, &bytes)).transpose()
	}

	/// Returns what happened in a block, each with the extrinsic that did it.
	async fn described_events(&self, block: Hash) -> Result<Vec<(Option<u32>, Data)>, Error> {
		let (pallet, name) = crate::runtime::EVENTS;
		// A block is run by the runtime before it.
		let parent = self.rpc().header(Some(block)).await?.parent_hash;
		let runtime = self.runtime(Some(parent)).await?;
		let Some(bytes) = self.rpc().storage(&runtime.described_key(pallet, name, &[])?, Some(block)).await? else {
			return Ok(Vec::new());
		};
		let records = runtime.read_stored(pallet, name, &bytes)?;
		let records = records.as_list().unwrap_or_default().iter();
		let events = records.filter_map(|record| {
			let by = match record.field("phase")?.as_variant()? {
				("ApplyExtrinsic", index) => index.as_number(),
				_ => None,
			};
			Some((by, record.field("event")?.clone()))
		});
		Ok(events.collect())
	}

	/// Returns the error of something that is stored otherwise than it is read here.
	async fn unlike(&self, name: &str) -> Result<Error, Error> {
		Ok(self.runtime(None).await?.mismatch(format!("storage {name} is not as it is read here")))
	}
}

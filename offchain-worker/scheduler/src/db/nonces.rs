//! What is good once.

use rlc_primitives::{AccountId, Moment};
use sp_core::H256;
use sqlx::{Any, Transaction};

use super::{
	rows::{account, hash, number},
	Db, DbError,
};

/// How long, in ms, it is remembered that a batch was written: one that is written again is so within seconds.
const REMEMBERED: Moment = 3_600_000;

const USE: &str =
	"INSERT INTO nonces (account, nonce, expires) VALUES ($1, $2, $3) ON CONFLICT (account, nonce) DO NOTHING";

impl Db {
	/// Takes note that an account's claim with this number is used, at whichever instance. Returns whether it was not used
	/// before. `expires` is when the claim is worth nothing any more, in ms.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn use_nonce(&self, who: &AccountId, nonce: H256, expires: Moment) -> Result<bool, DbError> {
		let query = sqlx::query(USE).bind(account(who)).bind(hash(nonce)).bind(number(expires));
		Ok(query.execute(&self.pool()).await?.rows_affected() == 1)
	}

	/// Forgets numbers of claims that have expired at `now`, in ms.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn prune_nonces(&self, now: Moment) -> Result<(), DbError> {
		sqlx::query("DELETE FROM nonces WHERE expires <= $1").bind(number(now)).execute(&self.pool()).await?;
		Ok(())
	}
}

/// Returns whether a batch with this name was not written before: a connection may break after what was written is there,
/// and before that is known. A batch without a name was not. `clock` is what tells the time in SQL: times in a batch are those
/// of the chain, which may be far behind.
pub(super) async fn is_first(
	transaction: &mut Transaction<'_, Any>,
	name: &str,
	clock: &str,
) -> Result<bool, sqlx::Error> {
	if name.is_empty() {
		return Ok(true);
	}
	let sql = format!(
		"INSERT INTO nonces (account, nonce, expires) VALUES ('', $1, {clock} + {REMEMBERED}) \
		 ON CONFLICT (account, nonce) DO NOTHING"
	);
	Ok(sqlx::query(&sql).bind(name).execute(&mut **transaction).await?.rows_affected() == 1)
}

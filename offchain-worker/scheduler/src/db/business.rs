//! How the pool's business went lately: machines, how tasks ended, what was lost, and whether orders are withdrawn.
//!
//! Instances that share the database add to the same counts, and read the sums.

use std::collections::BTreeMap;

use codec::{Decode, Encode};
use rlc_primitives::{AccountId, AppId, Balance, Moment, WorkerpoolOrder};
use rlc_protocol::worker::Resources;
use serde::{Deserialize, Serialize};
use sqlx::{Any, Transaction};

use super::{
	in_time,
	rows::{account, bytes, bytes32, number, unsigned},
	schema::insert_meta,
	Db, DbError,
};
use crate::model::{
	Ended, Endings, Machine, Now, Party, Selling, Standings, DAY, HOUR, MAX_MACHINES, RECENT, REMEMBERED,
};

/// Names of values in `meta`.
const WITHDRAWN: &str = "withdrawn";
const CHANGED: &str = "selling_changed";
const ORDERS: &str = "withdrawn_orders";
const PAUSED: &str = "paused";
const BANS: &str = "bans";

/// Sets such a value; and replaces one, unless it is another one by now.
const SET_META: &str =
	"INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const REPLACE_META: &str = "UPDATE meta SET value = $1 WHERE name = $2 AND value = $3";

/// How the pool's business went lately.
#[derive(Debug, Default)]
pub struct Business {
	/// Machines of workers.
	pub machines: Vec<(AccountId, Machine)>,
	/// How tasks ended.
	pub standings: Standings,
	/// Accounts that the operator has banned, each with the time, in ms, at which that ends.
	pub bans: BTreeMap<AccountId, Moment>,
	/// Strangers that may not join since their results were refuted, each with the time, in ms, at which that ends.
	pub refuted: BTreeMap<AccountId, Moment>,
}

/// A machine, as it is written.
#[derive(Serialize, Deserialize)]
struct WrittenMachine {
	#[serde(flatten)]
	resources: Resources,
	/// Before this was written, all machines counted.
	#[serde(default = "all_counted")]
	vouched: bool,
}

fn all_counted() -> bool {
	true
}

impl Db {
	/// Returns how the pool's business went lately.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn business(&self, now: Now) -> Result<Business, DbError> {
		let machines = self.machines(now.local).await?;
		let standings = Standings::new(self.days(now.date).await?, self.losses(now.date).await?);
		let mut bans = self.bans().await?;
		bans.retain(|_, until| *until > now.local);
		let refuted = self.refuted(now.local).await?;
		Ok(Business { machines, standings, bans, refuted })
	}

	async fn machines(&self, now: Moment) -> Result<Vec<(AccountId, Machine)>, DbError> {
		let query =
			sqlx::query_as::<_, (String, String, i64)>("SELECT worker, resources, seen FROM machines WHERE seen > $1");
		let rows = query.bind(number(now.saturating_sub(RECENT))).fetch_all(&self.pool()).await?;
		let machine = |(worker, resources, seen): (String, String, _)| {
			let WrittenMachine { resources, vouched } = serde_json::from_str(&resources)
				.map_err(|error| DbError::Damaged(format!("a worker's resources: {error}")))?;
			Ok((bytes32(&worker)?.into(), Machine { resources, is_vouched: vouched, seen: unsigned(seen) }))
		};
		rows.into_iter().map(machine).collect()
	}

	async fn days(&self, now: Moment) -> Result<Vec<(Party, u64, Endings)>, DbError> {
		let sql = "SELECT party, day, completed, failed, lost FROM standings WHERE day > $1";
		let query = sqlx::query_as::<_, (String, i64, i64, i64, i64)>(sql);
		let rows = query.bind(oldest_day(now)).fetch_all(&self.pool()).await?;
		let day = |(name, day, completed, failed, lost): (String, _, _, _, _)| {
			let endings = Endings { completed: unsigned(completed), failed: unsigned(failed), lost: unsigned(lost) };
			Ok((party(&name)?, unsigned(day), endings))
		};
		rows.into_iter().map(day).collect()
	}

	async fn losses(&self, now: Moment) -> Result<Vec<(u64, Balance)>, DbError> {
		let query = sqlx::query_as::<_, (i64, i64)>("SELECT hour, stake FROM losses WHERE hour > $1");
		let rows = query.bind(oldest_hour(now)).fetch_all(&self.pool()).await?;
		Ok(rows.into_iter().map(|(hour, stake)| (unsigned(hour), unsigned(stake).into())).collect())
	}

	/// Returns whether the pool sells.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn selling(&self) -> Result<Selling, DbError> {
		let time = |text: Option<String>| text.and_then(|text| text.parse::<Moment>().ok());
		let withdrawn = time(self.meta(WITHDRAWN).await?);
		let paused = time(self.meta(PAUSED).await?);
		Ok(Selling { withdrawn, paused, changed: time(self.meta(CHANGED).await?).unwrap_or(0) })
	}

	/// Records whether the pool sells, as its operator says.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn set_selling(&self, selling: Selling) -> Result<(), DbError> {
		let mut transaction = self.pool().begin().await?;
		for (name, value) in [
			(CHANGED, selling.changed.to_string()),
			(WITHDRAWN, text(selling.withdrawn)),
			(PAUSED, text(selling.paused)),
		] {
			sqlx::query(SET_META).bind(name).bind(value).execute(&mut *transaction).await?;
		}
		Ok(transaction.commit().await?)
	}

	/// Records what losses, or their absence, make of that, if it is still what they were judged by, which had `changed` at
	/// this time. Returns whether it is: what the operator said meanwhile holds.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn set_judged(&self, changed: Moment, judged: Selling) -> Result<bool, DbError> {
		let mut transaction = self.pool().begin().await?;
		insert_meta(&mut transaction, CHANGED, "0").await?;
		let query = sqlx::query(REPLACE_META).bind(judged.changed.to_string()).bind(CHANGED).bind(changed.to_string());
		if query.execute(&mut *transaction).await?.rows_affected() == 0 {
			return Ok(false);
		}
		let query = sqlx::query(SET_META).bind(WITHDRAWN).bind(text(judged.withdrawn));
		query.execute(&mut *transaction).await?;
		transaction.commit().await?;
		Ok(true)
	}

	/// Returns the orders that were withdrawn, or are about to be.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn withdrawn_orders(&self) -> Result<Vec<WorkerpoolOrder>, DbError> {
		match self.meta(ORDERS).await?.filter(|text| !text.is_empty()) {
			Some(text) => Decode::decode(&mut &bytes(&text)?[..])
				.map_err(|error| DbError::Damaged(format!("orders that were withdrawn: {error}"))),
			None => Ok(Vec::new()),
		}
	}

	/// Records orders that are about to be withdrawn, beside those that were before.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn add_withdrawn_orders(&self, orders: &[WorkerpoolOrder]) -> Result<(), DbError> {
		let mut all = self.withdrawn_orders().await?;
		// Of one that was to be withdrawn before, and was not, less may be left.
		all.retain(|known| orders.iter().all(|order| order.salt != known.salt));
		all.extend_from_slice(orders);
		self.set_meta(ORDERS, &hex::encode(all.encode())).await
	}

	/// Records that no orders are withdrawn any longer.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn forget_withdrawn_orders(&self) -> Result<(), DbError> {
		self.set_meta(ORDERS, "").await
	}

	/// Returns the accounts that the operator has banned, each with the time, in ms, at which that ends.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn bans(&self) -> Result<BTreeMap<AccountId, Moment>, DbError> {
		// Whoever joins asks for them: a database that says nothing more must not keep others waiting.
		bans_in(&in_time(self.meta(BANS)).await?.unwrap_or_default())
	}

	/// Bans a worker or an operator until a time in ms, or no longer. Bans that are over at `now` are forgotten.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn ban(&self, account: AccountId, until: Option<Moment>, now: Moment) -> Result<(), DbError> {
		// Another one may be written at the same time.
		loop {
			let before = self.meta_or_insert(BANS, "").await?;
			let mut bans = bans_in(&before)?;
			bans.retain(|_, until| *until > now);
			match until {
				Some(until) => bans.insert(account.clone(), until),
				None => bans.remove(&account),
			};
			let query = sqlx::query(REPLACE_META).bind(hex::encode(bans.encode())).bind(BANS).bind(before);
			if query.execute(&self.pool()).await?.rows_affected() == 1 {
				return Ok(());
			}
		}
	}

	/// Removes what is too old to count, and of machines more than are remembered.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn prune_business(&self, now: Now) -> Result<(), DbError> {
		for (sql, oldest) in [
			("DELETE FROM machines WHERE seen <= $1", number(now.local.saturating_sub(RECENT))),
			("DELETE FROM standings WHERE day <= $1", oldest_day(now.date)),
			("DELETE FROM losses WHERE hour <= $1", oldest_hour(now.date)),
		] {
			sqlx::query(sql).bind(oldest).execute(&self.pool()).await?;
		}
		self.prune_records(now.local).await?;
		// Anybody can let any number of workers join, one after the other.
		let sql = "DELETE FROM machines WHERE worker IN \
			(SELECT worker FROM machines ORDER BY seen DESC, worker LIMIT $1 OFFSET $2)";
		let most = number(MAX_MACHINES as u64);
		sqlx::query(sql).bind(i64::MAX).bind(most).execute(&self.pool()).await?;
		Ok(())
	}

	async fn set_meta(&self, name: &str, value: &str) -> Result<(), DbError> {
		sqlx::query(SET_META).bind(name).bind(value).execute(&self.pool()).await?;
		Ok(())
	}
}

/// Returns a time as it is written down, if there is one.
fn text(time: Option<Moment>) -> String {
	time.map(|time| time.to_string()).unwrap_or_default()
}

/// Reads accounts that are banned.
fn bans_in(text: &str) -> Result<BTreeMap<AccountId, Moment>, DbError> {
	if text.is_empty() {
		return Ok(BTreeMap::new());
	}
	Decode::decode(&mut &bytes(text)?[..])
		.map_err(|error| DbError::Damaged(format!("accounts that are banned: {error}")))
}

/// Writes down that workers are here with their machines.
pub(super) async fn write_machines(
	transaction: &mut Transaction<'_, Any>,
	machines: &[(AccountId, Machine)],
) -> Result<(), DbError> {
	for (worker, machine) in machines {
		let sql = "INSERT INTO machines (worker, resources, seen) VALUES ($1, $2, $3) ON CONFLICT (worker) DO UPDATE \
			SET resources = excluded.resources, seen = excluded.seen";
		let written = WrittenMachine { resources: machine.resources.clone(), vouched: machine.is_vouched };
		let resources = serde_json::to_string(&written)
			.map_err(|error| DbError::Damaged(format!("a worker's resources: {error}")))?;
		let query = sqlx::query(sql).bind(account(worker)).bind(resources).bind(number(machine.seen));
		query.execute(&mut **transaction).await?;
	}
	Ok(())
}

/// Adds tasks that ended to the counts.
pub(super) async fn write_endings(transaction: &mut Transaction<'_, Any>, ended: &[Ended]) -> Result<(), DbError> {
	let mut days = BTreeMap::<(String, u64), Endings>::new();
	let mut hours = BTreeMap::<u64, Balance>::new();
	for Ended { parties, ending, lost, at } in ended {
		for party in parties {
			days.entry((name(party), at / DAY)).or_default().count(*ending);
		}
		let hour = hours.entry(at / HOUR).or_default();
		*hour = hour.saturating_add(*lost);
	}
	for ((party, day), Endings { completed, failed, lost }) in days {
		let sql = "INSERT INTO standings (party, day, completed, failed, lost) VALUES ($1, $2, $3, $4, $5) \
			ON CONFLICT (party, day) DO UPDATE SET completed = standings.completed + excluded.completed, \
			failed = standings.failed + excluded.failed, lost = standings.lost + excluded.lost";
		let query = sqlx::query(sql).bind(party).bind(number(day)).bind(number(completed));
		query.bind(number(failed)).bind(number(lost)).execute(&mut **transaction).await?;
	}
	for (hour, stake) in hours.into_iter().filter(|(_, stake)| *stake > 0) {
		let sql = "INSERT INTO losses (hour, stake) VALUES ($1, $2) ON CONFLICT (hour) DO UPDATE \
			SET stake = losses.stake + excluded.stake";
		// All the RLC that can exist fit.
		let stake = i64::try_from(stake).unwrap_or(i64::MAX);
		sqlx::query(sql).bind(number(hour)).bind(stake).execute(&mut **transaction).await?;
	}
	Ok(())
}

fn oldest_day(now: Moment) -> i64 {
	number((now / DAY).saturating_sub(REMEMBERED))
}

/// Returns the first hour that does not count for a day any more.
fn oldest_hour(now: Moment) -> i64 {
	number(now.saturating_sub(DAY) / HOUR)
}

/// Returns how a party is written.
fn name(party: &Party) -> String {
	match party {
		Party::Requester(requester) => format!("requester {}", account(requester)),
		Party::App(app) => format!("app {}", hex::encode(app.0)),
	}
}

fn party(name: &str) -> Result<Party, DbError> {
	let wrong = || DbError::Damaged(format!("{name:?} is not whose tasks are counted"));
	match name.split_once(' ') {
		Some(("requester", id)) => Ok(Party::Requester(bytes32(id)?.into())),
		Some(("app", id)) => {
			let mut bytes = [0; 20];
			hex::decode_to_slice(id, &mut bytes).map_err(|_| wrong())?;
			Ok(Party::App(AppId(bytes.into())))
		}
		_ => Err(wrong()),
	}
}

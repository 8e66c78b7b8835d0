//! The kinds of assets, and what they differ in.

use rlc_chain::{Chain, Walked};
use rlc_primitives::{
	assets::{App, AppKind, AssetId, Dataset, Registered, Workerpool},
	market::BookKey,
	record::Recorded,
	AppId, DatasetId, Settlement, WorkerpoolId,
};
use rlc_protocol::PoolDescription;
use serde::Serialize;

use crate::{
	failure::Result,
	say::{asset::Details, order::text},
};

/// A kind of asset, by its ids.
pub(crate) trait Asset: Copy + Serialize {
	/// What is registered.
	type Content;
	/// What the kind is called.
	const KIND: &'static str;

	/// Returns the id among those of all kinds.
	fn id(self) -> AssetId;

	/// Returns the list of the asset's orders in the book.
	fn list(self) -> BookKey;

	/// Returns the key of the record of how the asset's tasks ended; `None` for a kind of asset that has none.
	fn recorded(self) -> Option<Recorded>;

	/// Returns the id in hex.
	fn hex(self) -> String;

	/// Returns what is registered under the id.
	///
	/// # Errors
	///
	/// If the node does not answer.
	async fn find(self, chain: &Chain) -> Result<Option<Registered<Self::Content>>>;

	/// Returns the assets of this kind; about `most` are looked at.
	///
	/// # Errors
	///
	/// If the node does not answer.
	async fn all(chain: &Chain, most: usize) -> Result<Walked<(Self, Registered<Self::Content>)>>;

	/// Returns what the asset is called.
	fn name(content: &Self::Content) -> String;

	/// Returns what the asset says of itself.
	fn details(content: &Self::Content) -> Details;
}

impl Asset for AppId {
	type Content = App;
	const KIND: &'static str = "app";

	fn id(self) -> AssetId {
		AssetId::App(self)
	}

	fn list(self) -> BookKey {
		BookKey::App(self)
	}

	fn recorded(self) -> Option<Recorded> {
		Some(Recorded::App(self))
	}

	fn hex(self) -> String {
		format!("{:?}", self.0)
	}

	async fn find(self, chain: &Chain) -> Result<Option<Registered<App>>> {
		Ok(chain.app(self).await?)
	}

	async fn all(chain: &Chain, most: usize) -> Result<Walked<(Self, Registered<App>)>> {
		Ok(chain.apps(most).await?)
	}

	fn name(content: &App) -> String {
		text(&content.name)
	}

	fn details(app: &App) -> Details {
		let kind = match app.kind {
			AppKind::Wasm => "wasm",
			AppKind::Container => "container",
		};
		vec![
			("name", text(&app.name)),
			("kind", kind.into()),
			("location", text(&app.location)),
			("checksum", format!("{:?}", app.checksum)),
		]
	}
}

impl Asset for DatasetId {
	type Content = Dataset;
	const KIND: &'static str = "dataset";

	fn id(self) -> AssetId {
		AssetId::Dataset(self)
	}

	fn list(self) -> BookKey {
		BookKey::Dataset(self)
	}

	fn recorded(self) -> Option<Recorded> {
		None
	}

	fn hex(self) -> String {
		format!("{:?}", self.0)
	}

	async fn find(self, chain: &Chain) -> Result<Option<Registered<Dataset>>> {
		Ok(chain.dataset(self).await?)
	}

	async fn all(chain: &Chain, most: usize) -> Result<Walked<(Self, Registered<Dataset>)>> {
		Ok(chain.datasets(most).await?)
	}

	fn name(content: &Dataset) -> String {
		text(&content.name)
	}

	fn details(dataset: &Dataset) -> Details {
		vec![
			("name", text(&dataset.name)),
			("location", text(&dataset.location)),
			("checksum", format!("{:?}", dataset.checksum)),
		]
	}
}

impl Asset for WorkerpoolId {
	type Content = Workerpool;
	const KIND: &'static str = "workerpool";

	fn id(self) -> AssetId {
		AssetId::Workerpool(self)
	}

	fn list(self) -> BookKey {
		BookKey::Workerpool(self)
	}

	fn recorded(self) -> Option<Recorded> {
		Some(Recorded::Workerpool(self))
	}

	fn hex(self) -> String {
		format!("{:?}", self.0)
	}

	async fn find(self, chain: &Chain) -> Result<Option<Registered<Workerpool>>> {
		Ok(chain.workerpool(self).await?)
	}

	async fn all(chain: &Chain, most: usize) -> Result<Walked<(Self, Registered<Workerpool>)>> {
		Ok(chain.workerpools(most).await?)
	}

	fn name(content: &Workerpool) -> String {
		PoolDescription::parse(&content.description).name
	}

	fn details(pool: &Workerpool) -> Details {
		let described = PoolDescription::parse(&pool.description);
		let settlement = match pool.policy.settlement {
			Settlement::Automatic => "automatic",
			Settlement::Scheduler => "scheduler",
		};
		vec![
			("name", described.name),
			("url", described.url.unwrap_or_default()),
			("stakeRatio", pool.policy.worker_stake_ratio.to_string()),
			("schedulerRatio", pool.policy.scheduler_ratio.to_string()),
			("settlement", settlement.into()),
		]
	}
}

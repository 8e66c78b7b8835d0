//! What the chain knows of apps, datasets, workerpools and groups.

use rlc_primitives::{
	assets::{App, Dataset, Group, Registered, Workerpool},
	orders::Member,
	AppId, DatasetId, GroupId, WorkerpoolId,
};

use crate::{questions, Chain, Error, Walked};

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns an app; `None` if it is not registered. Likewise below.
	pub async fn app(&self, id: AppId) -> Result<Option<Registered<App>>, Error> {
		self.entry(&questions::APPS, &id).await
	}

	/// Returns a dataset.
	pub async fn dataset(&self, id: DatasetId) -> Result<Option<Registered<Dataset>>, Error> {
		self.entry(&questions::DATASETS, &id).await
	}

	/// Returns a workerpool.
	pub async fn workerpool(&self, id: WorkerpoolId) -> Result<Option<Registered<Workerpool>>, Error> {
		self.entry(&questions::WORKERPOOLS, &id).await
	}

	/// Returns a group.
	pub async fn group(&self, id: GroupId) -> Result<Option<Registered<Group>>, Error> {
		self.entry(&questions::GROUPS, &id).await
	}

	/// Returns the apps that are registered, ordered by their ids; about `most` are looked at. Likewise below.
	pub async fn apps(&self, most: usize) -> Result<Walked<(AppId, Registered<App>)>, Error> {
		self.walk(&questions::APPS, self.best().await?.1, most, |id, app| Some((id, app))).await
	}

	/// Returns the datasets.
	pub async fn datasets(&self, most: usize) -> Result<Walked<(DatasetId, Registered<Dataset>)>, Error> {
		self.walk(&questions::DATASETS, self.best().await?.1, most, |id, dataset| Some((id, dataset))).await
	}

	/// Returns the workerpools.
	pub async fn workerpools(&self, most: usize) -> Result<Walked<(WorkerpoolId, Registered<Workerpool>)>, Error> {
		self.walk(&questions::WORKERPOOLS, self.best().await?.1, most, |id, pool| Some((id, pool))).await
	}

	/// Returns whether an account, an app, a dataset or a workerpool is a member of a group. A group that is not registered has no
	/// members.
	pub async fn is_member(&self, group: GroupId, who: impl Into<Member>) -> Result<bool, Error> {
		Ok(self.entry_of_two(&questions::MEMBERS, &group, &who.into()).await?.is_some())
	}
}

//! Owning things: registering, handing over, giving up, and what a workerpool promises.

use codec::{Encode, FullCodec, FullEncode};
use frame_support::{
	ensure,
	storage::StorageMap,
	traits::{
		tokens::{fungible::hold::Mutate, Fortitude, Precision, Restriction},
		Get,
	},
};
use rlc_primitives::{
	orders::Member,
	traits::{Assets, WorkerpoolPolicy},
	AccountId, AppId, Balance, DatasetId, GroupId, WorkerpoolId,
};
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

use crate::{
	App, Apps, AssetId, Config, Dataset, Datasets, Description, Error, Event, Group, Groups, HoldReason, Members, Name,
	Pallet, Policy, Registered, Workerpool, Workerpools,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_app(owner: AccountId, app: App) -> DispatchResult {
		let id = AppId::derive(&owner, &app);
		Self::register::<Apps<T>, _, _>(AssetId::App(id), id, owner, app)
	}

	pub(crate) fn do_register_dataset(owner: AccountId, dataset: Dataset) -> DispatchResult {
		let id = DatasetId::derive(&owner, &dataset);
		Self::register::<Datasets<T>, _, _>(AssetId::Dataset(id), id, owner, dataset)
	}

	pub(crate) fn do_register_workerpool(owner: AccountId, description: Description) -> DispatchResult {
		let id = WorkerpoolId::derive(&owner, &description);
		let workerpool = Workerpool { description, policy: Policy::default() };
		Self::register::<Workerpools<T>, _, _>(AssetId::Workerpool(id), id, owner, workerpool)
	}

	pub(crate) fn do_create_group(owner: AccountId, name: Name) -> DispatchResult {
		let id = GroupId::derive(&owner, &name);
		Self::register::<Groups<T>, _, _>(AssetId::Group(id), id, owner, Group { name, members: 0 })
	}

	pub(crate) fn do_transfer(caller: AccountId, asset: AssetId, to: AccountId) -> DispatchResult {
		match asset {
			AssetId::App(id) => Self::hand_over::<Apps<T>, _, _>(asset, id, caller, to),
			AssetId::Dataset(id) => Self::hand_over::<Datasets<T>, _, _>(asset, id, caller, to),
			AssetId::Workerpool(id) => Self::hand_over::<Workerpools<T>, _, _>(asset, id, caller, to),
			AssetId::Group(id) => Self::hand_over::<Groups<T>, _, _>(asset, id, caller, to),
		}
	}

	pub(crate) fn do_deregister(caller: AccountId, asset: AssetId) -> DispatchResult {
		match asset {
			AssetId::App(id) => Self::give_up::<Apps<T>, _, _>(asset, id, caller),
			AssetId::Dataset(id) => Self::give_up::<Datasets<T>, _, _>(asset, id, caller),
			AssetId::Workerpool(id) => Self::give_up::<Workerpools<T>, _, _>(asset, id, caller),
			AssetId::Group(id) => {
				let group = Self::owned::<Groups<T>, _, _>(id, &caller)?;
				ensure!(group.content.members == 0, Error::<T>::GroupNotEmpty);
				Self::give_up::<Groups<T>, _, _>(asset, id, caller)
			}
		}
	}

	pub(crate) fn do_set_policy(caller: AccountId, id: WorkerpoolId, policy: Policy) -> DispatchResult {
		let mut workerpool = Self::owned::<Workerpools<T>, _, _>(id, &caller)?;
		ensure!(policy.is_valid(), Error::<T>::RatioTooHigh);

		workerpool.content.policy = policy;
		Workerpools::<T>::insert(id, workerpool);

		Self::deposit_event(Event::PolicySet { workerpool: id, policy });
		Ok(())
	}

	pub(crate) fn do_set_description(caller: AccountId, id: WorkerpoolId, description: Description) -> DispatchResult {
		let mut workerpool = Self::owned::<Workerpools<T>, _, _>(id, &caller)?;
		workerpool.content.description = description.clone();
		let deposit = Self::deposit_for(workerpool.content.encoded_size())?;

		let reason = HoldReason::from(AssetId::Workerpool(id));
		if deposit > workerpool.deposit {
			Self::hold(reason, &caller, deposit.saturating_sub(workerpool.deposit))?;
		} else {
			Self::release(reason, &caller, workerpool.deposit.saturating_sub(deposit))?;
		}
		workerpool.deposit = deposit;
		Workerpools::<T>::insert(id, workerpool);

		Self::deposit_event(Event::DescriptionSet { workerpool: id, description });
		Ok(())
	}

	/// Returns the thing with this id, if `caller` owns it.
	pub(crate) fn owned<Map, Id, Content>(id: Id, caller: &AccountId) -> Result<Registered<Content>, Error<T>>
	where
		Map: StorageMap<Id, Registered<Content>, Query = Option<Registered<Content>>>,
		Id: FullEncode,
		Content: FullCodec,
	{
		let item = Map::get(id).ok_or(Error::NotFound)?;
		ensure!(item.owner == *caller, Error::NotOwner);
		Ok(item)
	}

	/// Returns the deposit for an item of storage of this many bytes, in nRLC.
	pub(crate) fn deposit_for(bytes: usize) -> Result<Balance, DispatchError> {
		Balance::try_from(bytes)
			.ok()
			.and_then(|bytes| T::ByteDeposit::get().checked_mul(bytes))
			.and_then(|deposit| deposit.checked_add(T::ItemDeposit::get()))
			.ok_or_else(|| ArithmeticError::Overflow.into())
	}

	/// Holds a deposit.
	pub(crate) fn hold(reason: HoldReason, owner: &AccountId, deposit: Balance) -> DispatchResult {
		if deposit == 0 {
			return Ok(());
		}
		T::Currency::hold(&reason.into(), owner, deposit)
	}

	/// Returns a deposit to its payer.
	pub(crate) fn release(reason: HoldReason, owner: &AccountId, deposit: Balance) -> DispatchResult {
		if deposit == 0 {
			return Ok(());
		}
		T::Currency::release(&reason.into(), owner, deposit, Precision::Exact).map(|_| ())
	}

	fn register<Map, Id, Content>(asset: AssetId, id: Id, owner: AccountId, content: Content) -> DispatchResult
	where
		Map: StorageMap<Id, Registered<Content>>,
		Id: FullEncode + Copy,
		Content: FullCodec,
	{
		ensure!(!Map::contains_key(id), Error::<T>::AlreadyRegistered);
		let deposit = Self::deposit_for(content.encoded_size())?;

		Self::hold(asset.into(), &owner, deposit)?;
		Map::insert(id, Registered { owner: owner.clone(), deposit, content });

		Self::deposit_event(Event::Registered { asset, owner });
		Ok(())
	}

	fn hand_over<Map, Id, Content>(asset: AssetId, id: Id, from: AccountId, to: AccountId) -> DispatchResult
	where
		Map: StorageMap<Id, Registered<Content>, Query = Option<Registered<Content>>>,
		Id: FullEncode + Copy,
		Content: FullCodec,
	{
		let mut item = Self::owned::<Map, _, _>(id, &from)?;
		ensure!(to != from, Error::<T>::AlreadyOwner);

		if item.deposit > 0 {
			let reason = HoldReason::from(asset).into();
			let exactly = Precision::Exact;
			let held = Restriction::OnHold;
			T::Currency::transfer_on_hold(&reason, &from, &to, item.deposit, exactly, held, Fortitude::Polite)?;
		}
		item.owner = to.clone();
		Map::insert(id, item);

		Self::deposit_event(Event::Transferred { asset, from, to });
		Ok(())
	}

	fn give_up<Map, Id, Content>(asset: AssetId, id: Id, owner: AccountId) -> DispatchResult
	where
		Map: StorageMap<Id, Registered<Content>, Query = Option<Registered<Content>>>,
		Id: FullEncode + Copy,
		Content: FullCodec,
	{
		let item = Self::owned::<Map, _, _>(id, &owner)?;

		Self::release(asset.into(), &owner, item.deposit)?;
		Map::remove(id);

		Self::deposit_event(Event::Deregistered { asset, owner });
		Ok(())
	}
}

impl From<AssetId> for HoldReason {
	fn from(asset: AssetId) -> Self {
		match asset {
			AssetId::Group(_) => Self::Group,
			_ => Self::Asset,
		}
	}
}

impl<T: Config> Assets for Pallet<T> {
	fn app_owner(app: &AppId) -> Option<AccountId> {
		Apps::<T>::get(app).map(|app| app.owner)
	}

	fn dataset_owner(dataset: &DatasetId) -> Option<AccountId> {
		Datasets::<T>::get(dataset).map(|dataset| dataset.owner)
	}

	fn workerpool(workerpool: &WorkerpoolId) -> Option<WorkerpoolPolicy> {
		let Registered { owner, content, .. } = Workerpools::<T>::get(workerpool)?;
		let Policy { worker_stake_ratio, scheduler_ratio, settlement } = content.policy;
		Some(WorkerpoolPolicy { owner, worker_stake_ratio, scheduler_ratio, settlement })
	}

	/// Returns whether the group has the member. Groups with members cannot be deregistered, so the group exists then.
	fn is_member(group: &GroupId, member: &Member) -> bool {
		Members::<T>::contains_key(group, member)
	}
}

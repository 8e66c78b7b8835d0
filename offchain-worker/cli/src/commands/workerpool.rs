//! `rlc workerpool`: machines under one scheduler.

use clap::{Args, Subcommand, ValueEnum};
use rlc_chain::{Call, Chain, Key, RegistryCall};
use rlc_primitives::{
	assets::{AssetId, Policy},
	market::BookKey,
	AppId, CategoryId, DatasetId, OrderHash, Settlement, WorkerpoolId, WorkerpoolOrder,
};
use rlc_protocol::PoolDescription;
use serde_json::json;
use sp_core::H256;

use crate::{
	assets::{self, only, Terms},
	context::Context,
	failure::{failure, Result},
	ids,
	output::Answer,
	pool,
};

/// Machines under one scheduler: register, sell.
#[derive(Debug, Subcommand)]
pub enum Workerpool {
	/// Register a workerpool: its owner is its scheduler
	#[command(after_help = "\
Examples:
  rlc workerpool init --name mine --url https://pool.example.org --account me
  rlc workerpool init --name mine --stake-ratio 50 --scheduler-ratio 5 --account me")]
	Init(Init),

	/// Show a workerpool and its offers
	#[command(after_help = "\
Example:
  rlc workerpool show 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665")]
	Show {
		/// The workerpool
		#[arg(value_parser = ids::workerpool)]
		workerpool: WorkerpoolId,
	},

	/// Sell computing: publish an order
	#[command(after_help = "\
Example:
  rlc workerpool publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 1 --category XS --trust 10 --account me")]
	Publish(Publish),

	/// Take one's orders for a workerpool out of the book
	#[command(after_help = "\
Example:
  rlc workerpool unpublish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account me")]
	Unpublish {
		/// The workerpool
		#[arg(value_parser = ids::workerpool)]
		workerpool: WorkerpoolId,
		/// Only this order
		#[arg(long, value_name = "HASH", value_parser = ids::order)]
		order: Option<OrderHash>,
	},

	/// Give a workerpool to another account
	#[command(after_help = "\
Example:
  rlc workerpool transfer 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 //Bob --account me")]
	Transfer {
		/// The workerpool
		#[arg(value_parser = ids::workerpool)]
		workerpool: WorkerpoolId,
		/// To whom
		to: String,
	},
}

/// Who closes tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Closes {
	/// The chain, by itself
	#[default]
	Automatic,
	/// The scheduler
	Scheduler,
}

impl From<Closes> for Settlement {
	fn from(closes: Closes) -> Self {
		match closes {
			Closes::Automatic => Self::Automatic,
			Closes::Scheduler => Self::Scheduler,
		}
	}
}

/// Arguments of `rlc workerpool init`.
#[derive(Debug, Args)]
pub struct Init {
	/// What people call it
	#[arg(long)]
	pub name: String,
	/// Where its scheduler answers, for everybody: http(s)://HOST:PORT
	#[arg(long)]
	pub url: Option<String>,
	/// What a worker stakes, in percent of the pool's price, at most 1,000
	#[arg(long, default_value_t = Policy::default().worker_stake_ratio, value_name = "PERCENT")]
	pub stake_ratio: u32,
	/// The scheduler's part of rewards, in percent
	#[arg(long, default_value_t = Policy::default().scheduler_ratio, value_name = "PERCENT")]
	pub scheduler_ratio: u8,
	/// Who closes tasks
	#[arg(long, value_enum, default_value_t)]
	pub settlement: Closes,
}

/// Arguments of `rlc workerpool publish`.
#[derive(Debug, Args)]
pub struct Publish {
	/// The workerpool
	#[arg(value_parser = ids::workerpool)]
	pub workerpool: WorkerpoolId,
	/// On which terms
	#[command(flatten)]
	pub terms: Terms,
	/// How long a task may take: XS, S, M, L, XL, or its number
	#[arg(long, default_value = "XS")]
	pub category: String,
	/// The highest trust that it delivers
	#[arg(long, default_value_t = 1, value_name = "T", value_parser = clap::value_parser!(u64).range(1..))]
	pub trust: u64,
	/// Only with this app
	#[arg(long, value_name = "APP", value_parser = ids::app)]
	pub only_app: Option<AppId>,
	/// Only with this dataset
	#[arg(long, value_name = "DATASET", value_parser = ids::dataset)]
	pub only_dataset: Option<DatasetId>,
}

impl Publish {
	/// The order.
	///
	/// # Errors
	///
	/// If the requester is no account, or there is no such category.
	pub async fn order(&self, context: &Context, chain: &Chain) -> Result<WorkerpoolOrder> {
		Ok(WorkerpoolOrder {
			workerpool: self.workerpool,
			price: self.terms.price.0,
			volume: self.terms.volume,
			tag: self.terms.tag(),
			category: category(chain, &self.category).await?,
			trust: self.trust,
			app_restrict: only(self.only_app),
			dataset_restrict: only(self.only_dataset),
			requester_restrict: self.terms.requester(context)?,
			salt: H256(rand::random()),
		})
	}
}

/// A category of this chain, by name or number.
///
/// # Errors
///
/// If there is none.
pub async fn category(chain: &Chain, text: &str) -> Result<CategoryId> {
	ids::category(text, &chain.categories().await?).map_err(|wrong| failure!("{wrong}"))
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Workerpool, context: &Context) -> Result<Answer> {
	match command {
		Workerpool::Init(pool) => init(context, pool).await,
		Workerpool::Show { workerpool } => show(context, workerpool).await,
		Workerpool::Publish(order) => {
			let key = context.key()?;
			let chain = context.chain().await?;
			let order = order.order(context, &chain).await?;
			let (id, tag) = (order.workerpool, order.tag);
			let published = assets::publish_as(context, &chain, key, order.into()).await?;
			if let Some(warning) = pool::warning(pool::url(&chain, id).await, tag).await {
				context.out.say(warning);
			}
			Ok(published)
		}
		Workerpool::Unpublish { workerpool, order } => {
			assets::unpublish(context, BookKey::Workerpool(workerpool), order).await
		}
		Workerpool::Transfer { workerpool, to } => {
			assets::transfer(context, AssetId::Workerpool(workerpool), &to).await
		}
	}
}

async fn init(context: &Context, pool: Init) -> Result<Answer> {
	let policy = Policy {
		worker_stake_ratio: pool.stake_ratio,
		scheduler_ratio: pool.scheduler_ratio,
		settlement: pool.settlement.into(),
	};
	if !policy.is_valid() {
		return Err(failure!("a worker's stake is 1000 percent at most, and a scheduler's part 100 percent"));
	}
	let key = context.key()?;
	let chain = context.chain().await?;
	let description = PoolDescription { name: pool.name, url: pool.url };
	let (id, new) = register(context, &chain, &key, &description, policy).await?;
	let text = if new {
		format!("workerpool {:?} is registered; `rlc scheduler run --workerpool {0:?}` runs it", id.0)
	} else {
		format!("workerpool {:?} was registered before; its policy is as it was", id.0)
	};
	Ok(Answer::new(text, json!({ "workerpool": id, "new": new })))
}

/// Register a workerpool with this policy, unless the account has one with this description. The answer is its id, and
/// whether it is new.
///
/// # Errors
///
/// If the description is too long, or it is refused.
pub async fn register(
	context: &Context,
	chain: &Chain,
	key: &Key,
	description: &PoolDescription,
	policy: Policy,
) -> Result<(WorkerpoolId, bool)> {
	let description = description.to_bytes().try_into();
	let description =
		description.map_err(|_| failure!("name and URL are too long together; 256 bytes are the most"))?;
	let id = WorkerpoolId::derive(&key.account(), &description);
	let mut calls = vec![Call::Registry(RegistryCall::RegisterWorkerpool { description })];
	if policy != Policy::default() {
		calls.push(Call::Registry(RegistryCall::SetPolicy { workerpool: id, policy }));
	}
	let known = chain.workerpool(id).await?;
	Ok((id, assets::register(context, chain, key, known, calls).await?))
}

async fn show(context: &Context, id: WorkerpoolId) -> Result<Answer> {
	let chain = context.chain().await?;
	let pool = chain.workerpool(id).await?;
	let pool = pool.ok_or_else(|| failure!("there is no workerpool {:?}; compare the id", id.0))?;
	let offers = assets::offers(&chain, BookKey::Workerpool(id)).await?;
	let described = PoolDescription::parse(&pool.content.description);
	let policy = pool.content.policy;
	let closes = match policy.settlement {
		Settlement::Automatic => "automatic",
		Settlement::Scheduler => "scheduler",
	};
	let more = [
		("name", described.name),
		("url", described.url.unwrap_or_default()),
		("stakeRatio", policy.worker_stake_ratio.to_string()),
		("schedulerRatio", policy.scheduler_ratio.to_string()),
		("settlement", closes.into()),
	];
	Ok(assets::shown(json!(id), &pool, more, &offers))
}

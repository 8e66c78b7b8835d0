//! `rlc orderbook`: published orders, the best price first.

use clap::{Args, ValueEnum};
use rlc_chain::Chain;
use rlc_primitives::{
	deal::Category,
	market::{BookEntry, BookFilter, BookKey},
	AppId, CategoryId, DatasetId, WorkerpoolId,
};

use crate::{
	amount::Amount,
	answer::Answer,
	assets::{self, AssetName},
	context::{now, Context},
	failure::{failure, Failure, Result},
	ids,
	say::{
		self,
		book::{category_of, Cut},
	},
};

/// How many entries the node gives at a time.
const PAGE: u32 = 100;

/// The kinds of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
	/// Offers to run an app
	App,
	/// Offers to use a dataset
	Dataset,
	/// Offers to compute
	Workerpool,
	/// Requests for tasks
	Request,
}

/// List published orders, the best price first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc orderbook                                  all offers to compute, category by category
  rlc orderbook --kind workerpool --category S --max-price 0.5
  rlc orderbook --app hello
  rlc orderbook --app 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665
  rlc orderbook --kind request --category XS --json")]
pub(crate) struct Orderbook {
	/// The kind of orders [default: of --app, --dataset or --workerpool, else workerpool]
	#[arg(long, value_enum)]
	pub kind: Option<Kind>,
	/// Workerpool orders and requests: only of this category
	#[arg(long)]
	pub category: Option<String>,
	/// Only orders of this app, or with --kind request for it: its id or its name
	#[arg(long, value_name = "APP", value_parser = assets::named(ids::app))]
	pub app: Option<AssetName<AppId>>,
	/// Only orders of this dataset: its id or its name
	#[arg(
		long,
		value_name = "DATASET",
		value_parser = assets::named(ids::dataset),
		conflicts_with_all = ["app", "workerpool"]
	)]
	pub dataset: Option<AssetName<DatasetId>>,
	/// Only orders of this workerpool: its id or its name
	#[arg(long, value_name = "WORKERPOOL", value_parser = assets::named(ids::workerpool), conflicts_with = "app")]
	pub workerpool: Option<AssetName<WorkerpoolId>>,
	/// Only at this price or above
	#[arg(long, value_name = "AMOUNT")]
	pub min_price: Option<Amount>,
	/// Only at this price or below
	#[arg(long, value_name = "AMOUNT")]
	pub max_price: Option<Amount>,
	/// The most orders of each list
	#[arg(long, default_value_t = 20, value_name = "N")]
	pub limit: usize,
}

/// The asset whose orders are asked for, if one is.
#[derive(Clone, Copy, Debug)]
struct Of {
	app: Option<AppId>,
	dataset: Option<DatasetId>,
	workerpool: Option<WorkerpoolId>,
}

impl Orderbook {
	/// Returns the asset whose orders are asked for.
	async fn of(&self, context: &Context, chain: &Chain) -> Result<Of> {
		Ok(Of {
			app: assets::found(self.app.as_ref(), context, chain).await?,
			dataset: assets::found(self.dataset.as_ref(), context, chain).await?,
			workerpool: assets::found(self.workerpool.as_ref(), context, chain).await?,
		})
	}

	/// Returns the lists of the book that are asked for.
	fn lists(&self, of: Of, categories: &[(CategoryId, Category)]) -> Result<Vec<BookKey>> {
		let kind = self.kind.unwrap_or(match (of.app, of.dataset) {
			(Some(_), _) => Kind::App,
			(_, Some(_)) => Kind::Dataset,
			_ => Kind::Workerpool,
		});
		let wanted = match &self.category {
			Some(name) => vec![ids::category(name, categories).map_err(Failure::category)?],
			None => categories.iter().map(|(id, _)| *id).collect(),
		};
		if self.category.is_some() && matches!(kind, Kind::App | Kind::Dataset) {
			return Err(failure!(Usage, "orders of apps and datasets have no category"; "leave --category out"));
		}
		Ok(match (kind, of.app, of.dataset, of.workerpool) {
			(Kind::App, Some(app), ..) => vec![BookKey::App(app)],
			(Kind::App, None, None, None) => vec![BookKey::Apps],
			(Kind::Dataset, None, Some(dataset), _) => vec![BookKey::Dataset(dataset)],
			(Kind::Dataset, None, None, None) => vec![BookKey::Datasets],
			(Kind::Workerpool, None, None, Some(workerpool)) => vec![BookKey::Workerpool(workerpool)],
			(Kind::Workerpool, None, None, None) => wanted.into_iter().map(BookKey::Workerpools).collect(),
			(Kind::Request, Some(app), ..) => vec![BookKey::RequestsFor(app)],
			(Kind::Request, None, None, None) => wanted.into_iter().map(BookKey::Requests).collect(),
			_ => {
				return Err(failure!(Usage, "--kind does not fit the asset"; "leave --kind out"));
			}
		})
	}

	/// Returns whether an entry of a list is of the wanted category; lists of one asset hold all of them.
	fn wants(&self, category: Option<CategoryId>, entry: &BookEntry) -> bool {
		category.is_none_or(|wanted| category_of(&entry.order).is_none_or(|found| found == wanted))
	}
}

/// Reads the lists.
pub(crate) async fn run(command: Orderbook, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let categories = chain.categories().await?;
	let lists = command.lists(command.of(context, &chain).await?, &categories)?;
	let category = command.category.as_deref().map(|name| ids::category(name, &categories)).transpose();
	let category = category.map_err(Failure::category)?;
	let (mut entries, mut cut) = (Vec::new(), Cut::Nothing);
	for list in lists {
		let (first, has_more) = read(&chain, &command, category, list).await?;
		entries.extend(first);
		if has_more {
			cut = Cut::Uncounted;
		}
	}
	let names = assets::names(&chain, &entries).await?;
	Ok(say::book::listed(&entries, &names, &categories, cut, now()))
}

/// Returns the first entries of a list that are wanted, and whether it may have more.
async fn read(
	chain: &Chain,
	command: &Orderbook,
	category: Option<CategoryId>,
	list: BookKey,
) -> Result<(Vec<BookEntry>, bool)> {
	let price = |amount: Option<Amount>| amount.map(|amount| amount.0);
	let filter = BookFilter { list, min_price: price(command.min_price), max_price: price(command.max_price) };
	let (mut entries, mut after) = (Vec::new(), None);
	// One more than is listed tells whether there are more.
	while entries.len() <= command.limit {
		let page = chain.orderbook(filter.clone(), after, PAGE).await?;
		entries.extend(page.entries.into_iter().filter(|entry| command.wants(category, entry)));
		after = page.next;
		if after.is_none() {
			break;
		}
	}
	let has_more = entries.len() > command.limit;
	entries.truncate(command.limit);
	Ok((entries, has_more))
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		book: Orderbook,
	}

	fn lists(arguments: &[&str]) -> Result<Vec<BookKey>> {
		let categories = [("XS", 1), ("S", 2)].iter().zip(0..).map(|((name, reference_time), id)| {
			let name = name.as_bytes().to_vec().try_into().unwrap();
			(CategoryId(id), Category { name, reference_time: *reference_time })
		});
		let line = Line::try_parse_from([&["test"], arguments].concat()).unwrap();
		let Orderbook { app, dataset, workerpool, .. } = &line.book;
		let of = Of {
			app: app.as_ref().map(id),
			dataset: dataset.as_ref().map(id),
			workerpool: workerpool.as_ref().map(id),
		};
		line.book.lists(of, &categories.collect::<Vec<_>>())
	}

	fn id<Id: Copy>(name: &AssetName<Id>) -> Id {
		match name {
			AssetName::Id(id) => *id,
			AssetName::Name(name) => panic!("{name} is looked up on the chain"),
		}
	}

	#[test]
	fn options_decide_the_list() {
		let id = format!("0x{}", "11".repeat(20));
		let app = AppId([0x11; 20].into());
		assert_eq!(lists(&[]).unwrap(), [BookKey::Workerpools(CategoryId(0)), BookKey::Workerpools(CategoryId(1))]);
		assert_eq!(lists(&["--category", "s"]).unwrap(), [BookKey::Workerpools(CategoryId(1))]);
		assert_eq!(lists(&["--app", &id]).unwrap(), [BookKey::App(app)]);
		assert_eq!(lists(&["--app", &id, "--kind", "request"]).unwrap(), [BookKey::RequestsFor(app)]);
		assert_eq!(lists(&["--kind", "app"]).unwrap(), [BookKey::Apps]);
		assert!(lists(&["--category", "XXL"]).unwrap_err().to_string().contains("choose one of XS, S"));
		assert!(lists(&["--dataset", &id, "--kind", "app"]).is_err());
		for asset in [&["--kind", "app"], &["--kind", "dataset"], &["--app", &id], &["--dataset", &id]] {
			let refused = lists(&[asset, &["--category", "s"][..]].concat()).unwrap_err().to_string();
			assert!(refused.contains("have no category"), "{asset:?}: {refused}");
		}
	}
}

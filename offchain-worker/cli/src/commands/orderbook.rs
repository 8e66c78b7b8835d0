//! `rlc orderbook`: published orders, the best price first.

use clap::{Args, ValueEnum};
use rlc_chain::Chain;
use rlc_primitives::{
	deal::Category,
	market::{BookEntry, BookFilter, BookKey},
	AnyOrder, AppId, CategoryId, DatasetId, WorkerpoolId,
};
use rlc_protocol::Account;
use serde_json::json;

use crate::{
	amount::Amount,
	context::{now, Context},
	failure::{failure, Result},
	ids, orders,
	output::Answer,
	table::{table, when},
};

const EXAMPLES: &str = "\
Examples:
  rlc orderbook                                  all offers to compute, category by category
  rlc orderbook --kind workerpool --category S --max-price 0.5
  rlc orderbook --app 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665
  rlc orderbook --kind request --category XS --json";

/// How many entries the node gives at a time.
const PAGE: u32 = 100;

/// Which orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
	/// Offers to run an app
	App,
	/// Offers to use a dataset
	Dataset,
	/// Offers to compute
	Workerpool,
	/// Demands for tasks
	Request,
}

/// Arguments of `rlc orderbook`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Orderbook {
	/// Which orders [default: of --app, --dataset or --workerpool, else of workerpools]
	#[arg(long, value_enum)]
	pub kind: Option<Kind>,
	/// Workerpool orders and requests: only of this category
	#[arg(long)]
	pub category: Option<String>,
	/// Only orders of this app, or with --kind request for it
	#[arg(long, value_name = "APP", value_parser = ids::app)]
	pub app: Option<AppId>,
	/// Only orders of this dataset
	#[arg(long, value_name = "DATASET", value_parser = ids::dataset, conflicts_with_all = ["app", "workerpool"])]
	pub dataset: Option<DatasetId>,
	/// Only orders of this workerpool
	#[arg(long, value_name = "WORKERPOOL", value_parser = ids::workerpool, conflicts_with = "app")]
	pub workerpool: Option<WorkerpoolId>,
	/// Only from this price on
	#[arg(long, value_name = "AMOUNT")]
	pub min_price: Option<Amount>,
	/// Only up to this price
	#[arg(long, value_name = "AMOUNT")]
	pub max_price: Option<Amount>,
	/// At most so many of each list
	#[arg(long, default_value_t = 20, value_name = "N")]
	pub limit: usize,
}

impl Orderbook {
	/// The lists of the book that are meant.
	fn lists(&self, categories: &[(CategoryId, Category)]) -> Result<Vec<BookKey>, String> {
		let kind = self.kind.unwrap_or(match (self.app, self.dataset) {
			(Some(_), _) => Kind::App,
			(_, Some(_)) => Kind::Dataset,
			_ => Kind::Workerpool,
		});
		let wanted = match &self.category {
			Some(name) => vec![ids::category(name, categories)?],
			None => categories.iter().map(|(id, _)| *id).collect(),
		};
		Ok(match (kind, self.app, self.dataset, self.workerpool) {
			(Kind::App, Some(app), ..) => vec![BookKey::App(app)],
			(Kind::App, None, None, None) => vec![BookKey::Apps],
			(Kind::Dataset, None, Some(dataset), _) => vec![BookKey::Dataset(dataset)],
			(Kind::Dataset, None, None, None) => vec![BookKey::Datasets],
			(Kind::Workerpool, None, None, Some(workerpool)) => vec![BookKey::Workerpool(workerpool)],
			(Kind::Workerpool, None, None, None) => wanted.into_iter().map(BookKey::Workerpools).collect(),
			(Kind::Request, Some(app), ..) => vec![BookKey::RequestsFor(app)],
			(Kind::Request, None, None, None) => wanted.into_iter().map(BookKey::Requests).collect(),
			_ => return Err("the kind of orders does not go with the asset; leave --kind out".into()),
		})
	}

	/// Whether an entry of a list is of the wanted category; lists of one asset hold all of them.
	fn wants(&self, category: Option<CategoryId>, entry: &BookEntry) -> bool {
		category.is_none_or(|wanted| category_of(&entry.order).is_none_or(|found| found == wanted))
	}
}

fn category_of(order: &AnyOrder) -> Option<CategoryId> {
	match order {
		AnyOrder::Workerpool(order) => Some(order.category),
		AnyOrder::Request(order) => Some(order.category),
		AnyOrder::App(_) | AnyOrder::Dataset(_) => None,
	}
}

/// Reads the lists.
///
/// # Errors
///
/// If there is no such category, or the node does not answer.
pub async fn run(command: Orderbook, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let categories = chain.categories().await?;
	let lists = command.lists(&categories).map_err(|wrong| failure!("{wrong}"))?;
	let category = command.category.as_deref().map(|name| ids::category(name, &categories)).transpose();
	let category = category.map_err(|wrong| failure!("{wrong}"))?;
	let mut entries = Vec::new();
	for list in lists {
		entries.extend(read(&chain, &command, category, list).await?);
	}
	Ok(answer(&entries, &categories))
}

async fn read(
	chain: &Chain,
	command: &Orderbook,
	category: Option<CategoryId>,
	list: BookKey,
) -> Result<Vec<BookEntry>> {
	let price = |amount: Option<Amount>| amount.map(|amount| amount.0);
	let filter = BookFilter { list, min_price: price(command.min_price), max_price: price(command.max_price) };
	let (mut entries, mut after) = (Vec::new(), None);
	while entries.len() < command.limit {
		let page = chain.orderbook(filter.clone(), after, PAGE).await?;
		entries.extend(page.entries.into_iter().filter(|entry| command.wants(category, entry)));
		after = page.next;
		if after.is_none() {
			break;
		}
	}
	entries.truncate(command.limit);
	Ok(entries)
}

fn answer(entries: &[BookEntry], categories: &[(CategoryId, Category)]) -> Answer {
	let json = entries.iter().map(|entry| {
		json!({
			"hash": entry.hash,
			"owner": Account(entry.owner.clone()),
			"price": entry.price.to_string(),
			"remaining": entry.remaining.to_string(),
			"published": entry.published,
			"terms": orders::describe(&entry.order),
		})
	});
	let json: Vec<_> = json.collect();
	if entries.is_empty() {
		return Answer::new("There are no such orders in the book.", json);
	}
	let now = now();
	let rows = entries.iter().map(|entry| {
		let (what, trust) = match &entry.order {
			AnyOrder::App(order) => (format!("{:?}", order.app.0), String::new()),
			AnyOrder::Dataset(order) => (format!("{:?}", order.dataset.0), String::new()),
			AnyOrder::Workerpool(order) => (format!("{:?}", order.workerpool.0), order.trust.to_string()),
			AnyOrder::Request(order) => (format!("{:?}", order.app.0), order.trust.to_string()),
		};
		let category = category_of(&entry.order).and_then(|id| categories.iter().find(|(known, _)| *known == id));
		[
			orders::kind_name(entry.order.kind()).into(),
			what,
			category.map(|(_, category)| ids::name(category)).unwrap_or_default(),
			trust,
			Amount(entry.price).to_string(),
			entry.remaining.to_string(),
			when(entry.published, now),
			format!("{:?}", entry.hash.0),
		]
	});
	Answer::new(table(["KIND", "FOR", "CATEGORY", "TRUST", "PRICE", "LEFT", "PUBLISHED", "ORDER"], rows), json)
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

	fn lists(arguments: &[&str]) -> Result<Vec<BookKey>, String> {
		let categories = [("XS", 1), ("S", 2)].iter().zip(0..).map(|((name, reference_time), id)| {
			let name = name.as_bytes().to_vec().try_into().unwrap();
			(CategoryId(id), Category { name, reference_time: *reference_time })
		});
		let line = Line::try_parse_from([&["test"], arguments].concat()).unwrap();
		line.book.lists(&categories.collect::<Vec<_>>())
	}

	#[test]
	fn what_is_named_decides_the_list() {
		let id = format!("0x{}", "11".repeat(20));
		let app = AppId([0x11; 20].into());
		assert_eq!(lists(&[]).unwrap(), [BookKey::Workerpools(CategoryId(0)), BookKey::Workerpools(CategoryId(1))]);
		assert_eq!(lists(&["--category", "s"]).unwrap(), [BookKey::Workerpools(CategoryId(1))]);
		assert_eq!(lists(&["--app", &id]).unwrap(), [BookKey::App(app)]);
		assert_eq!(lists(&["--app", &id, "--kind", "request"]).unwrap(), [BookKey::RequestsFor(app)]);
		assert_eq!(lists(&["--kind", "app"]).unwrap(), [BookKey::Apps]);
		assert!(lists(&["--category", "XXL"]).unwrap_err().contains("there are XS, S"));
		assert!(lists(&["--dataset", &id, "--kind", "app"]).is_err());
	}
}

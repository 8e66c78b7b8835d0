//! Following a path, in a bounded number of steps.

use super::{compare::Operands, Condition, NotOne, Query, Segment, Selector, MAX_STEPS};
use crate::json::Json;

type Result<T> = std::result::Result<T, NotOne>;

/// One evaluation, and what is left of its steps.
pub(super) struct Evaluation<'a> {
	root: &'a Json<'a>,
	left: u32,
}

impl<'a> Evaluation<'a> {
	pub(super) fn of(root: &'a Json<'a>) -> Self {
		Self { root, left: MAX_STEPS }
	}

	pub(super) fn step(&mut self) -> Result<()> {
		self.left = self.left.checked_sub(1).ok_or(NotOne::TooManySteps)?;
		Ok(())
	}

	/// Takes the steps of reading a string or a number: one for each 64 bytes.
	pub(super) fn read(&mut self, value: &Json<'_>) -> Result<()> {
		let bytes = match value {
			Json::Text(text) => text.len(),
			Json::Number(text) => text.len(),
			_ => 0,
		};
		let steps = u32::try_from(bytes / 64).unwrap_or(u32::MAX);
		self.left = self.left.checked_sub(steps).ok_or(NotOne::TooManySteps)?;
		Ok(())
	}

	/// Returns all values to which a query leads. `here` is what a filter looks at.
	pub(super) fn select(&mut self, query: &Query, here: &'a Json<'a>) -> Result<Vec<&'a Json<'a>>> {
		let mut nodes = vec![if query.from_root { self.root } else { here }];
		for segment in &query.segments {
			let mut next = Vec::new();
			for node in nodes {
				match segment {
					Segment::Child(selectors) => self.children(selectors, node, &mut next)?,
					Segment::Descendant(selectors) => self.descendants(selectors, node, &mut next)?,
				}
			}
			nodes = next;
		}
		Ok(nodes)
	}

	fn children(&mut self, selectors: &[Selector], node: &'a Json<'a>, found: &mut Vec<&'a Json<'a>>) -> Result<()> {
		for selector in selectors {
			self.step()?;
			match selector {
				Selector::Name(name) => self.named(name, node, found)?,
				Selector::Wildcard => {
					for child in values(node) {
						self.step()?;
						found.push(child);
					}
				}
				Selector::Index(index) => {
					if let Json::Array(elements) = node {
						found.extend(position(*index, elements.len()).and_then(|at| elements.get(at)));
					}
				}
				Selector::Slice { start, end, step } => self.slice(*start, *end, *step, node, found)?,
				Selector::Filter(condition) => {
					for child in values(node) {
						self.step()?;
						if self.holds(condition, child)? {
							found.push(child);
						}
					}
				}
			}
		}
		Ok(())
	}

	/// Looks at a value and at all that is in it. It is not nested deeper than [`MAX_DEPTH`](crate::json::MAX_DEPTH).
	fn descendants(&mut self, selectors: &[Selector], node: &'a Json<'a>, found: &mut Vec<&'a Json<'a>>) -> Result<()> {
		self.children(selectors, node, found)?;
		for child in values(node) {
			self.step()?;
			self.descendants(selectors, child, found)?;
		}
		Ok(())
	}

	/// Finds the members of this name. If several have it, so does the result: none of them is the right one.
	fn named(&mut self, name: &str, node: &'a Json<'a>, found: &mut Vec<&'a Json<'a>>) -> Result<()> {
		let Json::Object(members) = node else { return Ok(()) };
		for (other, value) in members {
			self.step()?;
			if other == name {
				found.push(value);
			}
		}
		Ok(())
	}

	fn slice(
		&mut self,
		start: Option<i64>,
		end: Option<i64>,
		step: i64,
		node: &'a Json<'a>,
		found: &mut Vec<&'a Json<'a>>,
	) -> Result<()> {
		let Json::Array(elements) = node else { return Ok(()) };
		let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
		let from_end = |at: i64| if at < 0 { length + at } else { at };
		// As in section 2.3.4.2.2, with -1 before the first element.
		let (lowest, highest) = if step < 0 { (-1, length - 1) } else { (0, length) };
		let (first, last) = if step < 0 { (length - 1, -1) } else { (0, length) };
		let mut at = start.map_or(first, |at| from_end(at).clamp(lowest, highest));
		let end = end.map_or(last, |at| from_end(at).clamp(lowest, highest));
		while (step > 0 && at < end) || (step < 0 && at > end) {
			self.step()?;
			found.extend(usize::try_from(at).ok().and_then(|at| elements.get(at)));
			at += step;
		}
		Ok(())
	}

	fn holds(&mut self, condition: &Condition, here: &'a Json<'a>) -> Result<bool> {
		self.step()?;
		match condition {
			Condition::Any(conditions) => {
				for condition in conditions {
					if self.holds(condition, here)? {
						return Ok(true);
					}
				}
				Ok(false)
			}
			Condition::All(conditions) => {
				for condition in conditions {
					if !self.holds(condition, here)? {
						return Ok(false);
					}
				}
				Ok(true)
			}
			Condition::Not(condition) => Ok(!self.holds(condition, here)?),
			Condition::Exists(query) => Ok(!self.select(query, here)?.is_empty()),
			Condition::Compare(left, comparison, right) => {
				let operands = Operands { left: self.operand(left, here)?, right: self.operand(right, here)? };
				operands.compare(*comparison, self)
			}
		}
	}
}

/// Returns the elements of an array, or the values of an object's members.
fn values<'a>(node: &'a Json<'a>) -> impl Iterator<Item = &'a Json<'a>> {
	let (mut elements, mut members): (&[Json<'a>], &[(String, Json<'a>)]) = (&[], &[]);
	match node {
		Json::Array(all) => elements = all,
		Json::Object(all) => members = all,
		_ => (),
	}
	elements.iter().chain(members.iter().map(|(_, value)| value))
}

/// Returns where an index leads, from the end if it is negative.
fn position(index: i64, length: usize) -> Option<usize> {
	if index >= 0 {
		return usize::try_from(index).ok();
	}
	length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
}

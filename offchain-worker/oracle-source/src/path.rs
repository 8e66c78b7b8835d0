//! JSONPath, RFC 9535, without its two functions that match regular expressions.
//!
//! ```text
//! text ── parse ──► Path: segments of selectors ── evaluate, a bounded number of steps ──► nodes ──► the only one
//! ```

mod compare;
mod evaluate;
mod parse;

use self::evaluate::Evaluation;
use crate::json::Json;

/// The longest path, in bytes.
pub const MAX_PATH: usize = 1_024;

/// The most steps of an evaluation: nodes that are visited or compared.
pub const MAX_STEPS: u32 = 1_000_000;

/// A JSONPath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Query);

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPath {
	/// Something else was expected here.
	#[error("at byte {at}: expected {expected}")]
	Syntax {
		/// The byte, from 0.
		at: usize,
		/// What was expected.
		expected: &'static str,
	},
	/// It is longer than [`MAX_PATH`].
	#[error("it is longer than {MAX_PATH} bytes")]
	TooLong,
	/// Its filters are nested too deep.
	#[error("its filters are nested deeper than 16 levels")]
	TooDeep,
	/// It matches regular expressions, or calls something that RFC 9535 does not have.
	#[error("the functions that may be called are count, length, and value")]
	Function,
}

/// Why a path does not lead to one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOne {
	/// It leads nowhere.
	#[error("the path leads to nothing")]
	Nothing,
	/// It leads to several.
	#[error("the path leads to {0} values instead of one")]
	Several(usize),
	/// It takes more than [`MAX_STEPS`] to follow.
	#[error("the path takes more than {MAX_STEPS} steps")]
	TooManySteps,
}

impl Path {
	/// Reads a path.
	///
	/// # Errors
	///
	/// [`InvalidPath`].
	pub fn parse(text: &str) -> Result<Self, InvalidPath> {
		parse::path(text).map(Self)
	}

	/// Returns all values to which the path leads, in the order of RFC 9535. One to which it leads twice is there twice.
	///
	/// # Errors
	///
	/// [`NotOne::TooManySteps`].
	pub fn all<'a>(&self, root: &'a Json<'a>) -> Result<Vec<&'a Json<'a>>, NotOne> {
		Evaluation::of(root).select(&self.0, root)
	}

	/// Returns the only value to which the path leads.
	///
	/// # Errors
	///
	/// [`NotOne`].
	pub fn only<'a>(&self, root: &'a Json<'a>) -> Result<&'a Json<'a>, NotOne> {
		match *self.all(root)? {
			[] => Err(NotOne::Nothing),
			[one] => Ok(one),
			ref all => Err(NotOne::Several(all.len())),
		}
	}
}

/// Where to begin, and how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Query {
	/// Whether it begins at the whole value (`$`), not at the one that a filter looks at (`@`).
	from_root: bool,
	segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
	/// `[…]`: of the value itself.
	Child(Vec<Selector>),
	/// `..[…]`: of the value, and of all that is in it.
	Descendant(Vec<Selector>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Selector {
	Name(String),
	Wildcard,
	Index(i64),
	Slice { start: Option<i64>, end: Option<i64>, step: i64 },
	Filter(Condition),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
	Any(Vec<Condition>),
	All(Vec<Condition>),
	Not(Box<Condition>),
	Exists(Query),
	Compare(Operand, Comparison, Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
	Equal,
	NotEqual,
	Less,
	AtMost,
	Greater,
	AtLeast,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
	/// A number, a string, `true`, `false`, or `null`.
	Literal(Json<'static>),
	/// What a query that leads to one value at most leads to.
	Singular(Query),
	/// `length(…)`: the characters of a string, the elements of an array, the members of an object.
	Length(Box<Operand>),
	/// `count(…)`: how many values a query leads to.
	Count(Query),
	/// `value(…)`: the only value to which a query leads.
	Value(Query),
}

impl Query {
	/// Returns whether it leads to one value at most, whatever it is asked of.
	fn is_singular(&self) -> bool {
		self.segments.iter().all(|segment| {
			matches!(segment, Segment::Child(selectors) if matches!(selectors[..], [Selector::Name(_) | Selector::Index(_)]))
		})
	}
}

#[cfg(test)]
mod tests;

//! What filters compare, and how.

use std::cmp::Ordering;

use super::{evaluate::Evaluation, Comparison, NotOne, Operand};
use crate::{decimal::Decimal, json::Json};

type Result<T> = std::result::Result<T, NotOne>;

/// Something to compare.
#[derive(Clone, Copy)]
pub(super) enum Compared<'a> {
	/// No value at all, which equals itself alone.
	Nothing,
	/// A value.
	Value(&'a Json<'a>),
	/// A number of things.
	Count(usize),
}

/// Two things to compare.
pub(super) struct Operands<'l, 'r> {
	pub(super) left: Compared<'l>,
	pub(super) right: Compared<'r>,
}

impl<'a> Evaluation<'a> {
	/// Returns what an operand stands for, seen from `here`.
	pub(super) fn operand<'o>(&mut self, operand: &'o Operand, here: &'a Json<'a>) -> Result<Compared<'o>>
	where
		'a: 'o,
	{
		Ok(match operand {
			Operand::Literal(value) => Compared::Value(value),
			Operand::Singular(query) | Operand::Value(query) => match self.select(query, here)?[..] {
				[one] => Compared::Value(one),
				_ => Compared::Nothing,
			},
			Operand::Length(operand) => match self.operand(operand, here)? {
				Compared::Value(value) => {
					self.read(value)?;
					length(value)
				}
				_ => Compared::Nothing,
			},
			Operand::Count(query) => Compared::Count(self.select(query, here)?.len()),
		})
	}
}

impl Operands<'_, '_> {
	/// Returns whether they compare so.
	pub(super) fn compare(&self, comparison: Comparison, evaluation: &mut Evaluation<'_>) -> Result<bool> {
		for operand in [self.left, self.right] {
			if let Compared::Value(value) = operand {
				evaluation.read(value)?;
			}
		}
		let order = self.order();
		Ok(match comparison {
			Comparison::Equal => self.are_equal(evaluation)?,
			Comparison::NotEqual => !self.are_equal(evaluation)?,
			Comparison::Less => order == Some(Ordering::Less),
			Comparison::Greater => order == Some(Ordering::Greater),
			Comparison::AtMost => order == Some(Ordering::Less) || self.are_equal(evaluation)?,
			Comparison::AtLeast => order == Some(Ordering::Greater) || self.are_equal(evaluation)?,
		})
	}

	fn are_equal(&self, evaluation: &mut Evaluation<'_>) -> Result<bool> {
		match (self.left, self.right) {
			(Compared::Nothing, Compared::Nothing) => Ok(true),
			(Compared::Value(left), Compared::Value(right)) => equal(left, right, evaluation),
			_ => Ok(self.order() == Some(Ordering::Equal)),
		}
	}

	/// Returns the order of two numbers, or of two strings.
	fn order(&self) -> Option<Ordering> {
		if let (Compared::Value(Json::Text(left)), Compared::Value(Json::Text(right))) = (self.left, self.right) {
			// The bytes of UTF-8 are ordered as the characters are.
			return Some(left.cmp(right));
		}
		Some(number(self.left)?.cmp(&number(self.right)?))
	}
}

/// Returns how many characters, elements, or members there are.
fn length<'a>(value: &Json<'_>) -> Compared<'a> {
	match value {
		Json::Text(text) => Compared::Count(text.chars().count()),
		Json::Array(elements) => Compared::Count(elements.len()),
		Json::Object(members) => Compared::Count(members.len()),
		_ => Compared::Nothing,
	}
}

fn number(compared: Compared<'_>) -> Option<Decimal> {
	match compared {
		Compared::Value(Json::Number(text)) => Decimal::parse(text),
		Compared::Count(count) => Decimal::parse(&count.to_string()),
		_ => None,
	}
}

fn equal(left: &Json<'_>, right: &Json<'_>, evaluation: &mut Evaluation<'_>) -> Result<bool> {
	evaluation.step()?;
	evaluation.read(left)?;
	evaluation.read(right)?;
	Ok(match (left, right) {
		(Json::Number(left), Json::Number(right)) => left == right || Decimal::parse(left) == Decimal::parse(right),
		(Json::Array(left), Json::Array(right)) => {
			if left.len() != right.len() {
				return Ok(false);
			}
			for (left, right) in left.iter().zip(right) {
				if !equal(left, right, evaluation)? {
					return Ok(false);
				}
			}
			true
		}
		(Json::Object(left), Json::Object(right)) => {
			if left.len() != right.len() {
				return Ok(false);
			}
			for (name, value) in left {
				let mut found = false;
				for (other, candidate) in right {
					evaluation.step()?;
					found |= name == other && equal(value, candidate, evaluation)?;
				}
				if !found {
					return Ok(false);
				}
			}
			true
		}
		_ => left == right,
	})
}

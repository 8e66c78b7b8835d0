//! From text to a path, by the grammar of RFC 9535.

use std::borrow::Cow;

use super::{Comparison, Condition, InvalidPath, Operand, Query, Segment, Selector, MAX_PATH};
use crate::{decimal::Decimal, json::Json};

/// How deep filters, parentheses, and functions may be nested.
const MAX_NESTING: usize = 16;

/// The largest index: 2⁵³ - 1, as in I-JSON.
const MAX_INDEX: i64 = (1 << 53) - 1;

type Result<T> = std::result::Result<T, InvalidPath>;

/// Reads a path from all of a text.
pub(super) fn path(text: &str) -> Result<Query> {
	if text.len() > MAX_PATH {
		return Err(InvalidPath::TooLong);
	}
	let mut reader = Reader { text, at: 0, nested: 0 };
	if !reader.takes("$") {
		return Err(reader.expected("$"));
	}
	let query = Query { from_root: true, segments: reader.segments()? };
	if reader.at < text.len() {
		return Err(reader.expected(". or [ or the end"));
	}
	Ok(query)
}

/// What is left of a text.
struct Reader<'a> {
	text: &'a str,
	at: usize,
	nested: usize,
}

impl<'a> Reader<'a> {
	fn rest(&self) -> &'a str {
		&self.text[self.at..]
	}

	fn peek(&self) -> Option<char> {
		self.rest().chars().next()
	}

	fn takes(&mut self, token: &str) -> bool {
		let found = self.rest().starts_with(token);
		if found {
			self.at += token.len();
		}
		found
	}

	/// Takes as many characters as belong, and returns them.
	fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
		let rest = self.rest();
		let taken = &rest[..rest.find(|one: char| !belongs(one)).unwrap_or(rest.len())];
		self.at += taken.len();
		taken
	}

	fn blanks(&mut self) {
		self.take_while(|one| matches!(one, ' ' | '\t' | '\n' | '\r'));
	}

	/// Takes a token that blanks may precede.
	fn takes_spaced(&mut self, token: &str) -> bool {
		let before = self.at;
		self.blanks();
		let found = self.takes(token);
		if !found {
			self.at = before;
		}
		found
	}

	fn must_take(&mut self, token: &'static str) -> Result<()> {
		if self.takes_spaced(token) {
			return Ok(());
		}
		Err(self.expected(token))
	}

	fn expected(&self, expected: &'static str) -> InvalidPath {
		InvalidPath::Syntax { at: self.at, expected }
	}

	/// Reads something that may hold its like.
	fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
		if self.nested == MAX_NESTING {
			return Err(InvalidPath::TooDeep);
		}
		self.nested += 1;
		let read = read(self);
		self.nested -= 1;
		read
	}

	fn segments(&mut self) -> Result<Vec<Segment>> {
		let mut segments = Vec::new();
		loop {
			if self.takes_spaced("..") {
				let selectors = if self.takes("[") { self.bracketed()? } else { vec![self.shorthand()?] };
				segments.push(Segment::Descendant(selectors));
			} else if self.takes_spaced(".") {
				segments.push(Segment::Child(vec![self.shorthand()?]));
			} else if self.takes_spaced("[") {
				segments.push(Segment::Child(self.bracketed()?));
			} else {
				return Ok(segments);
			}
		}
	}

	/// Reads what follows a point: `*`, or a name.
	fn shorthand(&mut self) -> Result<Selector> {
		if self.takes("*") {
			return Ok(Selector::Wildcard);
		}
		let is_first = |one: char| one.is_ascii_alphabetic() || one == '_' || !one.is_ascii();
		if !self.peek().is_some_and(is_first) {
			return Err(self.expected("a name, or *"));
		}
		Ok(Selector::Name(self.take_while(|one| is_first(one) || one.is_ascii_digit()).to_owned()))
	}

	/// Reads selectors up to their bracket.
	fn bracketed(&mut self) -> Result<Vec<Selector>> {
		let mut selectors = Vec::new();
		loop {
			self.blanks();
			selectors.push(self.selector()?);
			if self.takes_spaced("]") {
				return Ok(selectors);
			}
			if !self.takes_spaced(",") {
				return Err(self.expected(", or ]"));
			}
		}
	}

	fn selector(&mut self) -> Result<Selector> {
		match self.peek() {
			Some('"' | '\'') => Ok(Selector::Name(self.string()?)),
			Some('*') => {
				self.at += 1;
				Ok(Selector::Wildcard)
			}
			Some('?') => {
				self.at += 1;
				self.deeper(Self::any_of).map(Selector::Filter)
			}
			_ => self.index_or_slice(),
		}
	}

	fn index_or_slice(&mut self) -> Result<Selector> {
		let start = self.integer()?;
		if !self.takes_spaced(":") {
			return start
				.map(Selector::Index)
				.ok_or_else(|| self.expected("a name, an index, a slice, *, or a filter"));
		}
		self.blanks();
		let end = self.integer()?;
		let mut step = None;
		if self.takes_spaced(":") {
			self.blanks();
			step = self.integer()?;
		}
		Ok(Selector::Slice { start, end, step: step.unwrap_or(1) })
	}

	/// Reads an integer, if there is one.
	fn integer(&mut self) -> Result<Option<i64>> {
		let begin = self.at;
		let negative = self.takes("-");
		let digits = self.take_while(|one| one.is_ascii_digit());
		if digits.is_empty() && !negative {
			return Ok(None);
		}
		let wrong = InvalidPath::Syntax { at: begin, expected: "an integer within 2^53, without leading zeros" };
		let leads = digits.starts_with('0') && (digits.len() > 1 || negative);
		match digits.parse::<i64>() {
			Ok(number) if !leads && number <= MAX_INDEX => Ok(Some(if negative { -number } else { number })),
			_ => Err(wrong),
		}
	}

	/// Reads a string in quotes.
	fn string(&mut self) -> Result<String> {
		let quote = self.peek().filter(|one| matches!(one, '"' | '\''));
		let quote = quote.ok_or_else(|| self.expected("a string"))?;
		self.at += 1;
		let mut string = String::new();
		loop {
			let one = self.peek().filter(|one| *one >= ' ').ok_or_else(|| self.expected("the end of the string"))?;
			self.at += one.len_utf8();
			match one {
				'\\' => string.push(self.escaped(quote)?),
				one if one == quote => return Ok(string),
				one => string.push(one),
			}
		}
	}

	/// Reads what follows a backslash.
	fn escaped(&mut self, quote: char) -> Result<char> {
		let wrong = self.expected("an escape of JSON");
		let one = self.peek().ok_or_else(|| wrong.clone())?;
		self.at += one.len_utf8();
		Ok(match one {
			'b' => '\u{8}',
			'f' => '\u{c}',
			'n' => '\n',
			'r' => '\r',
			't' => '\t',
			'/' | '\\' => one,
			'u' => {
				let first = self.unit().ok_or_else(|| wrong.clone())?;
				let is_half = (0xd800..0xdc00).contains(&first);
				let second = if is_half && self.takes("\\u") { self.unit() } else { None };
				let units = [Some(first), second].into_iter().flatten();
				let mut decoded = char::decode_utf16(units);
				match (decoded.next(), decoded.next()) {
					(Some(Ok(one)), None) => one,
					_ => return Err(wrong),
				}
			}
			one if one == quote => one,
			_ => return Err(wrong),
		})
	}

	/// Reads four hexadecimal digits.
	fn unit(&mut self) -> Option<u16> {
		let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|one| one.is_ascii_hexdigit()))?;
		self.at += 4;
		u16::from_str_radix(digits, 16).ok()
	}

	fn any_of(&mut self) -> Result<Condition> {
		let mut any = vec![self.all_of()?];
		while self.takes_spaced("||") {
			any.push(self.all_of()?);
		}
		Ok(one_or(any, Condition::Any))
	}

	fn all_of(&mut self) -> Result<Condition> {
		let mut all = vec![self.condition()?];
		while self.takes_spaced("&&") {
			all.push(self.condition()?);
		}
		Ok(one_or(all, Condition::All))
	}

	fn condition(&mut self) -> Result<Condition> {
		self.blanks();
		if self.takes("!") {
			self.blanks();
			let negated = if self.takes("(") { self.parenthesized()? } else { Condition::Exists(self.query()?) };
			return Ok(Condition::Not(Box::new(negated)));
		}
		if self.takes("(") {
			return self.parenthesized();
		}
		if matches!(self.peek(), Some('$' | '@')) {
			let query = self.query()?;
			let Some(comparison) = self.comparison() else { return Ok(Condition::Exists(query)) };
			let left = self.singular(query)?;
			return Ok(Condition::Compare(left, comparison, self.operand()?));
		}
		let left = self.operand()?;
		let comparison = self.comparison().ok_or_else(|| self.expected("a comparison"))?;
		Ok(Condition::Compare(left, comparison, self.operand()?))
	}

	fn parenthesized(&mut self) -> Result<Condition> {
		let inside = self.deeper(Self::any_of)?;
		self.must_take(")")?;
		Ok(inside)
	}

	fn comparison(&mut self) -> Option<Comparison> {
		// The longer ones first.
		let all = [
			("==", Comparison::Equal),
			("!=", Comparison::NotEqual),
			("<=", Comparison::AtMost),
			(">=", Comparison::AtLeast),
			("<", Comparison::Less),
			(">", Comparison::Greater),
		];
		all.into_iter().find(|(sign, _)| self.takes_spaced(sign)).map(|(_, comparison)| comparison)
	}

	fn query(&mut self) -> Result<Query> {
		let from_root = self.takes("$");
		if !from_root && !self.takes("@") {
			return Err(self.expected("a query that begins with @ or $"));
		}
		Ok(Query { from_root, segments: self.deeper(Self::segments)? })
	}

	fn singular(&self, query: Query) -> Result<Operand> {
		if !query.is_singular() {
			return Err(self.expected("a comparison with a query of names and indices alone"));
		}
		Ok(Operand::Singular(query))
	}

	fn operand(&mut self) -> Result<Operand> {
		self.blanks();
		match self.peek() {
			Some('$' | '@') => {
				let query = self.query()?;
				self.singular(query)
			}
			Some('"' | '\'') => Ok(Operand::Literal(Json::Text(self.string()?))),
			Some('-' | '0'..='9') => {
				let begin = self.at;
				let number = self.take_while(|one| matches!(one, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'));
				if Decimal::parse(number).is_none() {
					return Err(InvalidPath::Syntax { at: begin, expected: "a number of JSON" });
				}
				Ok(Operand::Literal(Json::Number(Cow::Owned(number.to_owned()))))
			}
			_ => self.word(),
		}
	}

	/// Reads `true`, `false`, `null`, or a call.
	fn word(&mut self) -> Result<Operand> {
		let begin = self.at;
		let word = self.take_while(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
		if self.takes("(") {
			return self.deeper(|reader| reader.call(word));
		}
		Ok(Operand::Literal(match word {
			"true" => Json::Boolean(true),
			"false" => Json::Boolean(false),
			"null" => Json::Null,
			_ => return Err(InvalidPath::Syntax { at: begin, expected: "a value, a query, or a function" }),
		}))
	}

	fn call(&mut self, function: &str) -> Result<Operand> {
		self.blanks();
		let call = match function {
			"length" => Operand::Length(Box::new(self.operand()?)),
			"count" => Operand::Count(self.query()?),
			"value" => Operand::Value(self.query()?),
			_ => return Err(InvalidPath::Function),
		};
		self.must_take(")")?;
		Ok(call)
	}
}

/// Returns the only condition, or all of them as one.
fn one_or(mut conditions: Vec<Condition>, of: impl FnOnce(Vec<Condition>) -> Condition) -> Condition {
	match conditions.pop() {
		Some(one) if conditions.is_empty() => one,
		last => {
			conditions.extend(last);
			of(conditions)
		}
	}
}

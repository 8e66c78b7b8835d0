//! Kinds of referenda: how long each takes, and how much it needs.

use rlc_primitives::{Balance, BlockNumber};

use crate::Data;

/// A kind of referendum. Waits are in blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
	/// Its id.
	pub id: u16,
	/// Its name, as `root` or `treasury_spender`.
	pub name: String,
	/// How many of its referenda are decided at the same time.
	pub deciding: u32,
	/// What is held for the decision, in nRLC.
	pub deposit: Balance,
	/// How long a referendum waits before its decision can begin.
	pub prepare: BlockNumber,
	/// How long the decision takes at the most.
	pub decide: BlockNumber,
	/// How long both thresholds have to be met without a break.
	pub confirm: BlockNumber,
	/// How long an approved call waits at the least.
	pub enact: BlockNumber,
	/// Which part of the votes has to be ayes.
	pub approval: Curve,
	/// Which part of all RLC that can vote has to be behind it.
	pub support: Curve,
}

impl Track {
	pub(super) fn read(data: &Data) -> Option<Self> {
		let [id, info] = data.as_list()? else { return None };
		let Data::Text(name) = info.field("name")? else { return None };
		let blocks = |name: &str| info.field(name)?.as_number();
		Some(Self {
			id: id.as_number()?,
			// It has a fixed length.
			name: name.trim_end_matches('\0').into(),
			deciding: info.field("max_deciding")?.as_number()?,
			deposit: info.field("decision_deposit")?.as_number()?,
			prepare: blocks("prepare_period")?,
			decide: blocks("decision_period")?,
			confirm: blocks("confirm_period")?,
			enact: blocks("min_enactment_period")?,
			approval: Curve::read(info.field("min_approval")?)?,
			support: Curve::read(info.field("min_support")?)?,
		})
	}

	/// Returns which part of the votes has to be ayes, and which part of all RLC has to be behind a referendum, so many
	/// blocks after its decision began: from 0 to 1.
	pub fn thresholds(&self, elapsed: BlockNumber) -> (f64, f64) {
		let part = f64::from(elapsed) / f64::from(self.decide.max(1));
		(self.approval.at(part), self.support.at(part))
	}
}

/// A threshold that sinks while a referendum is decided. All values are from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Curve {
	/// A straight line.
	Linear {
		/// After which part of the time it is at its floor.
		length: f64,
		/// Where it ends.
		floor: f64,
		/// Where it begins.
		ceil: f64,
	},
	/// Steps.
	Stepped {
		/// Where they begin.
		begin: f64,
		/// Where they end.
		end: f64,
		/// How high each is.
		step: f64,
		/// How long each is.
		period: f64,
	},
	/// A hyperbola: `factor / (x + x_offset) + y_offset`.
	Reciprocal {
		/// Its factor.
		factor: f64,
		/// How far to the left it begins.
		x_offset: f64,
		/// How far it is raised.
		y_offset: f64,
	},
}

impl Curve {
	fn read(data: &Data) -> Option<Self> {
		const BILLION: f64 = 1e9;
		let (name, fields) = data.as_variant()?;
		// A part of a billion.
		let part = |name: &str| Some(f64::from(fields.field(name)?.as_number::<u32>()?) / BILLION);
		let fixed = |name: &str| match fields.field(name)? {
			Data::Signed(number) => Some(*number as f64 / BILLION),
			_ => None,
		};
		match name {
			"LinearDecreasing" => {
				Some(Self::Linear { length: part("length")?, floor: part("floor")?, ceil: part("ceil")? })
			}
			"SteppedDecreasing" => Some(Self::Stepped {
				begin: part("begin")?,
				end: part("end")?,
				step: part("step")?,
				period: part("period")?,
			}),
			"Reciprocal" => Some(Self::Reciprocal {
				factor: fixed("factor")?,
				x_offset: fixed("x_offset")?,
				y_offset: fixed("y_offset")?,
			}),
			_ => None,
		}
	}

	/// Returns the threshold after this part of the time, which is from 0 to 1.
	pub fn at(&self, part: f64) -> f64 {
		let part = part.clamp(0.0, 1.0);
		let threshold = match self {
			Self::Linear { length, floor, ceil } => ceil - (part.min(*length) / length) * (ceil - floor),
			Self::Stepped { begin, end, step, period } => (begin - step * (part / period).floor()).max(*end),
			Self::Reciprocal { factor, x_offset, y_offset } => factor / (part + x_offset) + y_offset,
		};
		// A curve without a length, or one that leaves all bounds, asks for all.
		if threshold.is_finite() {
			threshold.clamp(0.0, 1.0)
		} else {
			1.0
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn data() -> Data {
		let number = Data::Number;
		let line = Data::fields([
			("length", number(1_000_000_000)),
			("floor", number(500_000_000)),
			("ceil", number(1_000_000_000)),
		]);
		let hyperbola = Data::fields([
			("factor", Data::Signed(100_000_000)),
			("x_offset", Data::Signed(200_000_000)),
			("y_offset", Data::Signed(0)),
		]);
		let info = Data::fields([
			("name", Data::Text("marketplace_admin\0\0".into())),
			("max_deciding", number(10)),
			("decision_deposit", Data::Amount(500)),
			("prepare_period", number(1)),
			("decision_period", number(80)),
			("confirm_period", number(2)),
			("min_enactment_period", number(3)),
			("min_approval", Data::variant("LinearDecreasing", line)),
			("min_support", Data::variant("Reciprocal", hyperbola)),
		]);
		Data::List(vec![number(12), info])
	}

	#[test]
	fn track_is_read_with_its_thresholds() {
		let track = Track::read(&data()).unwrap();
		assert_eq!((track.id, track.name.as_str(), track.deposit), (12, "marketplace_admin", 500));
		assert_eq!((track.prepare, track.decide, track.confirm, track.enact), (1, 80, 2, 3));
		let near = |(approval, support): (f64, f64), (other, and): (f64, f64)| {
			assert!((approval - other).abs() < 1e-6 && (support - and).abs() < 1e-6, "{approval} {support}");
		};
		near(track.thresholds(0), (1.0, 0.5));
		near(track.thresholds(40), (0.75, 0.1 / 0.7));
		near(track.thresholds(1_000), (0.5, 0.1 / 1.2));
	}

	#[test]
	fn curve_without_a_length_asks_for_all() {
		assert_eq!(Curve::Linear { length: 0.0, floor: 0.1, ceil: 0.2 }.at(0.0), 1.0);
		assert_eq!(Curve::Stepped { begin: 1.0, end: 0.5, step: 0.2, period: 0.25 }.at(0.6), 0.6);
	}

	#[test]
	fn what_is_no_track_is_not_read() {
		assert_eq!(Track::read(&Data::Nothing), None);
		assert_eq!(Track::read(&Data::List(vec![Data::Number(1), Data::Nothing])), None);
	}
}

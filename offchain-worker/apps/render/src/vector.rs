//! Directions, points and colors: three numbers.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// Three numbers: x, y, z, or red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vector(pub f64, pub f64, pub f64);

impl Vector {
	/// Returns the sum of the products.
	pub fn dot(self, other: Self) -> f64 {
		self.0 * other.0 + self.1 * other.1 + self.2 * other.2
	}

	/// Returns what stands upright on both.
	pub fn cross(self, other: Self) -> Self {
		Self(
			self.1 * other.2 - self.2 * other.1,
			self.2 * other.0 - self.0 * other.2,
			self.0 * other.1 - self.1 * other.0,
		)
	}

	/// Returns the same direction, with the length 1.
	pub fn unit(self) -> Self {
		self * (1.0 / self.dot(self).sqrt())
	}

	/// Multiplies each number by the other's: light of this color, on a surface of the other.
	pub fn filtered(self, other: Self) -> Self {
		Self(self.0 * other.0, self.1 * other.1, self.2 * other.2)
	}

	/// Returns this direction, thrown back by a surface that stands upright on `normal`.
	pub fn mirrored(self, normal: Self) -> Self {
		self - normal * (2.0 * self.dot(normal))
	}
}

impl Add for Vector {
	type Output = Self;
	fn add(self, other: Self) -> Self {
		Self(self.0 + other.0, self.1 + other.1, self.2 + other.2)
	}
}

impl AddAssign for Vector {
	fn add_assign(&mut self, other: Self) {
		*self = *self + other;
	}
}

impl Sub for Vector {
	type Output = Self;
	fn sub(self, other: Self) -> Self {
		self + -other
	}
}

impl Neg for Vector {
	type Output = Self;
	fn neg(self) -> Self {
		self * -1.0
	}
}

impl Mul<f64> for Vector {
	type Output = Self;
	fn mul(self, factor: f64) -> Self {
		Self(self.0 * factor, self.1 * factor, self.2 * factor)
	}
}

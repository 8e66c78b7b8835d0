//! What is seen, and how light goes through it: balls of chalk, metal and glass on a checkered floor under a clear sky.

use crate::vector::Vector;

/// How often light may be thrown back before it is taken for lost.
const BOUNCES: u32 = 12;
/// How much light bends in glass.
const GLASS: f64 = 1.5;
/// Nearer than this is the surface that the light comes from.
const NEAR: f64 = 1e-6;
const BLACK: Vector = Vector(0.0, 0.0, 0.0);

/// Random numbers that depend on a seed alone: Sebastiano Vigna's SplitMix64.
pub struct Random(u64);

impl Random {
	/// Returns those of one pixel.
	pub fn of_pixel(x: u32, y: u32) -> Self {
		Self(u64::from(y) << 32 | u64::from(x))
	}

	/// Returns a number of at least 0 and less than 1.
	pub fn number(&mut self) -> f64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut bits = self.0;
		bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		bits ^= bits >> 31;
		(bits >> 11) as f64 / (1u64 << 53) as f64
	}

	/// Returns any direction, each as likely as any other. By trial, since sines differ from machine to machine.
	fn direction(&mut self) -> Vector {
		loop {
			let tried = Vector(self.number(), self.number(), self.number()) * 2.0 - Vector(1.0, 1.0, 1.0);
			let length = tried.dot(tried);
			if length > 1e-12 && length <= 1.0 {
				return tried * (1.0 / length.sqrt());
			}
		}
	}
}

#[derive(Clone, Copy)]
enum Surface {
	Chalk(Vector),
	/// How blurred its mirror images are, from 0.
	Metal(Vector, f64),
	Glass,
}

struct Ball {
	center: Vector,
	radius: f64,
	surface: Surface,
}

/// Where a ray meets something.
struct Hit {
	distance: f64,
	point: Vector,
	/// Upright on the surface, outwards.
	normal: Vector,
	surface: Surface,
}

/// A ray of light, followed backwards from the eye.
pub struct Ray {
	/// Where it begins.
	pub origin: Vector,
	/// Where it goes; of length 1.
	pub direction: Vector,
}

/// The scene and the eye that looks at it.
pub struct Scene {
	balls: Vec<Ball>,
	eye: Vector,
	/// To the middle, the right edge, the upper edge of a square picture.
	view: [Vector; 3],
}

impl Scene {
	/// Makes the one scene of this app.
	pub fn new() -> Self {
		let mut balls = vec![
			Ball { center: Vector(0.0, 1.0, 0.0), radius: 1.0, surface: Surface::Glass },
			Ball { center: Vector(-2.3, 1.0, 0.4), radius: 1.0, surface: Surface::Chalk(Vector(0.75, 0.28, 0.12)) },
			Ball {
				center: Vector(2.3, 1.0, -0.4),
				radius: 1.0,
				surface: Surface::Metal(Vector(0.95, 0.82, 0.45), 0.02),
			},
		];
		let mut random = Random(7);
		for (column, row) in (-4..=4).flat_map(|column| (-3..=3).map(move |row| (column, row))) {
			let radius = 0.16 + 0.14 * random.number();
			let center = Vector(
				1.1 * f64::from(column) + 0.7 * random.number(),
				radius,
				1.1 * f64::from(row) + 0.7 * random.number(),
			);
			let color = Vector(random.number(), random.number(), random.number());
			let surface = match random.number() {
				kind if kind < 0.6 => Surface::Chalk(color.filtered(color)),
				kind if kind < 0.85 => Surface::Metal(color * 0.5 + Vector(0.5, 0.5, 0.5), 0.3 * random.number()),
				_ => Surface::Glass,
			};
			let free = balls.iter().all(|other: &Ball| {
				let (apart, touching) = (center - other.center, radius + other.radius);
				apart.dot(apart) > touching * touching
			});
			if free {
				balls.push(Ball { center, radius, surface });
			}
		}
		let eye = Vector(3.2, 2.7, 7.6);
		let ahead = (Vector(0.0, 0.75, 0.0) - eye).unit();
		let right = ahead.cross(Vector(0.0, 1.0, 0.0)).unit();
		// Wide enough for the three large balls.
		let zoom = 0.42;
		Self { balls, eye, view: [ahead, right * zoom, right.cross(ahead) * zoom] }
	}

	/// Returns the ray that the eye sees `right` and `up` of the middle, in units of half the picture's height.
	pub fn ray(&self, right: f64, up: f64) -> Ray {
		let [ahead, rightwards, upwards] = self.view;
		Ray { origin: self.eye, direction: (ahead + rightwards * right + upwards * up).unit() }
	}

	/// Returns the light that comes along a ray.
	pub fn light(&self, mut ray: Ray, random: &mut Random) -> Vector {
		let mut filter = Vector(1.0, 1.0, 1.0);
		for _ in 0..BOUNCES {
			let Some(hit) = self.hit(&ray) else { return sky(ray.direction).filtered(filter) };
			let (color, direction) = match hit.surface {
				Surface::Chalk(color) => (color, (hit.normal + random.direction() * 0.999_999).unit()),
				Surface::Metal(color, blur) => {
					let mirrored = ray.direction.mirrored(hit.normal);
					(color, (mirrored + random.direction() * blur).unit())
				}
				Surface::Glass => (Vector(1.0, 1.0, 1.0), through_glass(ray.direction, hit.normal, random)),
			};
			filter = filter.filtered(color);
			ray = Ray { origin: hit.point, direction };
		}
		BLACK
	}

	fn hit(&self, ray: &Ray) -> Option<Hit> {
		let mut nearest = floor(ray);
		for ball in &self.balls {
			let to_eye = ray.origin - ball.center;
			let half = to_eye.dot(ray.direction);
			let under = half * half - to_eye.dot(to_eye) + ball.radius * ball.radius;
			if under <= 0.0 {
				continue;
			}
			let root = under.sqrt();
			let distance = if -half - root > NEAR { -half - root } else { -half + root };
			if distance > NEAR && nearest.as_ref().is_none_or(|hit| distance < hit.distance) {
				let point = ray.origin + ray.direction * distance;
				let normal = (point - ball.center) * (1.0 / ball.radius);
				nearest = Some(Hit { distance, point, normal, surface: ball.surface });
			}
		}
		nearest
	}
}

/// Returns where a ray meets the floor.
fn floor(ray: &Ray) -> Option<Hit> {
	let distance = -ray.origin.1 / ray.direction.1;
	// Further away it is hidden in haze.
	if !(distance > NEAR && distance < 60.0) {
		return None;
	}
	let point = ray.origin + ray.direction * distance;
	let dark = (point.0.floor() as i64 + point.2.floor() as i64) % 2 == 0;
	let color = if dark { Vector(0.16, 0.18, 0.22) } else { Vector(0.72, 0.72, 0.70) };
	Some(Hit { distance, point, normal: Vector(0.0, 1.0, 0.0), surface: Surface::Chalk(color) })
}

/// Returns the light of the sky in a direction: blue above, white at the horizon, a wide sun.
fn sky(direction: Vector) -> Vector {
	let height = 0.5 * (direction.1 + 1.0);
	let blue = Vector(1.0, 1.0, 1.0) * (1.0 - height) + Vector(0.35, 0.58, 1.0) * height;
	let sun = direction.dot(Vector(0.45, 0.74, 0.50)).max(0.0);
	let glow = sun * sun * sun * sun * sun * sun * sun * sun;
	blue + Vector(2.4, 2.0, 1.4) * glow
}

/// Returns the direction of light that meets glass: through, bent, or thrown back, as chance has it (Christophe Schlick's
/// formula).
fn through_glass(direction: Vector, outwards: Vector, random: &mut Random) -> Vector {
	let leaving = direction.dot(outwards) > 0.0;
	let (normal, ratio) = if leaving { (-outwards, GLASS) } else { (outwards, 1.0 / GLASS) };
	let upright = (-direction.dot(normal)).min(1.0);
	let bent = ratio * ratio * (1.0 - upright * upright);
	let base = (1.0 - GLASS) / (1.0 + GLASS);
	let rest = 1.0 - upright;
	let thrown_back = base * base + (1.0 - base * base) * (rest * rest) * (rest * rest) * rest;
	if bent >= 1.0 || random.number() < thrown_back {
		return direction.mirrored(normal).unit();
	}
	((direction + normal * upright) * ratio - normal * (1.0 - bent).sqrt()).unit()
}

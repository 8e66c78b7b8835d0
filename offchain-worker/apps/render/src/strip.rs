//! One strip of the picture, as PNG.

use std::ops::Range;

use crate::{
	options::Options,
	scene::{Random, Scene},
	vector::Vector,
};

/// The PNG text chunk that says which strip a file is: `NUMBER of STRIPS`, numbers from 0.
pub const KEYWORD: &str = "Strip";

/// One strip that is to be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
	picture: Options,
	number: u64,
	of: u64,
	/// The picture's rows that are in it.
	pub rows: Range<u32>,
}

impl Strip {
	/// Makes strip `number`, from 0, of a picture that is cut into `of` strips.
	pub fn new(picture: Options, number: u64, of: u64) -> Result<Self, String> {
		let height = u64::from(picture.height);
		if number >= of || of > height {
			return Err(format!(
				"strip {number} of {of} cannot be cut out of {height} rows: give --strips the number of tasks of the \
				 whole request, and --height at least as many"
			));
		}
		// At most the height, which was 32 bits.
		let row = |strip: u64| u32::try_from(height * strip / of).unwrap_or(picture.height);
		Ok(Self { picture, number, of, rows: row(number)..row(number + 1) })
	}

	/// Renders it.
	pub fn png(&self) -> Result<Vec<u8>, String> {
		let scene = Scene::new();
		let pixels: Vec<u8> = self
			.rows
			.clone()
			.flat_map(|y| (0..self.picture.width).map(move |x| (x, y)))
			.flat_map(|(x, y)| self.pixel(&scene, x, y))
			.collect();
		let text = format!("{} of {}", self.number, self.of);
		encode(self.picture.width, self.rows.end - self.rows.start, &pixels, Some(text))
	}

	/// Returns red, green and blue of a pixel.
	fn pixel(&self, scene: &Scene, x: u32, y: u32) -> [u8; 3] {
		let (width, height) = (f64::from(self.picture.width), f64::from(self.picture.height));
		let mut random = Random::of_pixel(x, y);
		let mut sum = Vector(0.0, 0.0, 0.0);
		for _ in 0..self.picture.samples {
			let right = (2.0 * (f64::from(x) + random.number()) - width) / height;
			let up = 1.0 - 2.0 * (f64::from(y) + random.number()) / height;
			sum += scene.light(scene.ray(right, up), &mut random);
		}
		let light = sum * (1.0 / f64::from(self.picture.samples));
		// Screens show about the square of what they are given.
		[light.0, light.1, light.2].map(|part| (part.clamp(0.0, 1.0).sqrt() * 255.0 + 0.5) as u8)
	}
}

/// Makes a PNG of rows of red, green, blue; with `text` under [`KEYWORD`].
pub fn encode(width: u32, height: u32, pixels: &[u8], text: Option<String>) -> Result<Vec<u8>, String> {
	let mut bytes = Vec::new();
	let mut encoder = png::Encoder::new(&mut bytes, width, height);
	encoder.set_color(png::ColorType::Rgb);
	encoder.set_depth(png::BitDepth::Eight);
	let written = match text {
		Some(text) => encoder.add_text_chunk(KEYWORD.into(), text),
		None => Ok(()),
	}
	.and_then(|()| encoder.write_header())
	.and_then(|mut writer| {
		writer.write_image_data(pixels)?;
		writer.finish()
	});
	written.map(|()| bytes).map_err(|error| format!("the strip cannot be written as PNG: {error}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn strips_share_out_all_rows() {
		let picture = Options { height: 10, ..Options::default() };
		let rows: Vec<_> = (0..4).map(|number| Strip::new(picture, number, 4).unwrap().rows).collect();
		assert_eq!(rows, [0..2, 2..5, 5..7, 7..10]);
	}

	#[test]
	fn strips_that_do_not_exist_are_refused() {
		let picture = Options { height: 10, ..Options::default() };
		assert!(Strip::new(picture, 4, 4).is_err());
		assert!(Strip::new(picture, 0, 11).is_err());
		assert!(Strip::new(picture, 0, 0).is_err());
	}
}

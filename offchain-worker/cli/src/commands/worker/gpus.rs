//! What graphics processors containers get: the same options for a worker and for its container service.

use std::path::PathBuf;

use clap::Args;
use rlc_worker::GpuClear;

/// What graphics processors containers get.
#[derive(Clone, Debug, Args)]
pub(crate) struct Gpus {
	/// Give container apps whose deal has the tag gpu, or needs some, this device, which no other task has meanwhile: auto
	/// for all graphics processors, a name such as nvidia.com/gpu=0, or a path such as /dev/dri/renderD128; may be repeated
	#[arg(long = "gpu", value_name = "DEVICE", requires = "gpu_clear")]
	pub gpus: Vec<String>,

	/// How a device is cleared of what a task left in its memory, before another task gets it: a shell command, which is
	/// told the device in RLC_GPU, RLC_GPU_NAME and RLC_GPU_NODES, and has 60 seconds; or `driver` if the driver clears
	/// memory, or if all requesters trust each other
	#[arg(long, value_name = "COMMAND", requires = "gpus")]
	pub gpu_clear: Option<GpuClear>,

	/// A directory of CDI specifications, which describe devices; may be repeated [default: /etc/cdi, /var/run/cdi]
	#[arg(long = "cdi-dir", value_name = "DIR", requires = "gpus")]
	pub cdi_dirs: Vec<PathBuf>,
}

impl Gpus {
	/// Returns what is to be given, if there is something.
	pub fn config(self) -> Option<rlc_worker::Gpus> {
		let mut gpus = rlc_worker::Gpus::new(self.gpus, self.gpu_clear?);
		if !self.cdi_dirs.is_empty() {
			gpus.specifications = self.cdi_dirs;
		}
		Some(gpus)
	}
}

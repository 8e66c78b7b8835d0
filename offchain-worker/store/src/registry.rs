//! Images in registries, by OCI's distribution protocol, which Docker Hub and all others speak.

mod auth;
mod image;
mod pull;

pub use self::image::RegistryImage;

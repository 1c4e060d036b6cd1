//! Simulated worlds.
mod clock;
mod draw;
mod drive;
mod export;
mod fault;
mod life;
mod parts;
mod random;
mod records;
mod traffic;
mod world;
pub use world::World;

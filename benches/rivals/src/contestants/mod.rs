//! The contestants, one file each.

pub mod mutex_map;
pub mod one_owner;
pub mod ours;

//! The contestants, one file each.

pub mod dutiful_map;
pub mod mutex_map;
pub mod one_owner;
pub mod ours;
pub mod postgres;
pub mod redis;
pub mod redis_line;
pub mod sqlite;
pub mod tacos_server;

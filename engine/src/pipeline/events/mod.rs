//! Events: created, changed, opened, paused, closed; seats taken off sale and put back; their images.

mod block;
mod catalog;
mod image;
mod manage;

pub(crate) use block::SeatsBlocked;
pub(crate) use catalog::{Catalog, Event, EventShown};
pub(crate) use manage::{EventChanged, EventCreated, SaleChanged, check_settings, event_reply};

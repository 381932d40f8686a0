//! Events: created, changed, opened, paused, closed; seats taken off sale and put back.

mod catalog;
mod image;
mod manage;

pub(crate) use catalog::{Catalog, Event, EventShown};
pub(crate) use manage::{changes, check_settings, event_reply};

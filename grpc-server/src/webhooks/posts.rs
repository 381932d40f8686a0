//! Endpoints that registered, and what is to be posted to them: all of it as durable notes, so that a restart loses
//! nothing. The facts come from the engine's updates; how far they were read is a note too. A post that was tried often
//! enough is a dead letter: kept until it is replayed, or until its room is needed.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tacos_engine::{Engine, ExternalId, Failure, Note, Position, UnixMs};

use super::attempts::Attempts;

/// Notes of registrations.
const REGISTRATION: &str = "hook.reg.";
/// Notes of posts.
const POST: &str = "hook.post.";
/// The note that says how far updates were read.
const POSITION: &str = "hook.position";
/// Registrations at once.
const REGISTRATIONS_MAX: usize = 64;
/// Posts kept at once, dead letters included.
const POSTS_MAX: usize = 16_384;

/// An endpoint that wants to hear from us.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) service: String,
    pub(crate) url: String,
    /// Values of `WebhookEventType`.
    pub(crate) events: Vec<i32>,
    pub(crate) secret: String,
    pub(crate) retries: u32,
    pub(crate) timeout_seconds: u32,
    pub(crate) headers: BTreeMap<String, String>,
}

/// One post to make.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) id: String,
    /// The registration; empty for a simulated delivery, which is signed with the server's key.
    pub(crate) registration: String,
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) attempts: u32,
    pub(crate) due_ms: u64,
    /// Posts of one registration go out in this order.
    pub(crate) order: u64,
    /// Given up.
    #[serde(default)]
    pub(crate) dead: bool,
    /// How it was tried.
    #[serde(default)]
    pub(crate) tried: Option<Attempts>,
}

impl Post {
    pub(crate) fn new(id: String, registration: String, url: String, body: String, due: UnixMs) -> Self {
        let due_ms = due.get();
        Self { id, registration, url, body, attempts: 0, due_ms, order: 0, dead: false, tried: None }
    }
}

#[derive(Default)]
struct Book {
    registrations: BTreeMap<String, Registration>,
    posts: BTreeMap<u64, Post>,
    next_order: u64,
}

/// Registrations and posts.
#[derive(Default)]
pub(crate) struct Posts {
    book: Mutex<Book>,
}

fn name(prefix: &str, id: &str) -> Option<ExternalId> {
    ExternalId::new(&format!("{prefix}{id}")).ok()
}

async fn note(engine: &Engine, name: Option<ExternalId>, value: Option<Vec<u8>>) -> Result<(), Failure> {
    let Some(name) = name else { return Ok(()) };
    engine.note(Note { name, value, key: None }).await.map(|_| ())
}

impl Posts {
    pub(crate) fn load(engine: &Engine) -> Self {
        let mut book = Book::default();
        for (_, bytes) in engine.notes(REGISTRATION) {
            if let Ok(registration) = serde_json::from_slice::<Registration>(&bytes) {
                book.registrations.insert(registration.id.clone(), registration);
            }
        }
        for (_, bytes) in engine.notes(POST) {
            if let Ok(post) = serde_json::from_slice::<Post>(&bytes) {
                book.next_order = book.next_order.max(post.order + 1);
                book.posts.insert(post.order, post);
            }
        }
        Self { book: Mutex::new(book) }
    }

    /// Registers an endpoint, durably. False if there are too many.
    pub(crate) async fn register(
        &self,
        engine: &Engine,
        registration: Registration,
    ) -> Result<bool, Failure> {
        {
            let book = self.book.lock();
            if book.registrations.len() >= REGISTRATIONS_MAX
                && !book.registrations.contains_key(&registration.id)
            {
                return Ok(false);
            }
        }
        let value = serde_json::to_vec(&registration).unwrap_or_default();
        note(engine, name(REGISTRATION, &registration.id), Some(value)).await?;
        if name(POSITION, "").is_some_and(|name| engine.read_note(&name).is_none()) {
            // From here on nothing is missed, also if the server is down when it happens.
            Self::reached(engine, engine.position()).await?;
        }
        self.book.lock().registrations.insert(registration.id.clone(), registration);
        Ok(true)
    }

    pub(crate) fn registration(&self, id: &str) -> Option<Registration> {
        self.book.lock().registrations.get(id).cloned()
    }

    /// Who wants to hear of this event type.
    pub(crate) fn listeners(&self, event: i32) -> Vec<Registration> {
        self.book.lock().registrations.values().filter(|one| one.events.contains(&event)).cloned().collect()
    }

    /// Puts a post in, durably. False if there is no room; the oldest dead letter makes some.
    pub(crate) async fn put(&self, engine: &Engine, mut post: Post) -> Result<bool, Failure> {
        let dropped = {
            let mut book = self.book.lock();
            if book.posts.values().any(|known| known.id == post.id) {
                return Ok(true);
            }
            let mut dropped = None;
            if book.posts.len() >= POSTS_MAX {
                let Some(order) = book.posts.values().find(|post| post.dead).map(|post| post.order) else {
                    return Ok(false);
                };
                dropped = book.posts.remove(&order);
            }
            post.order = book.next_order;
            book.next_order += 1;
            dropped
        };
        if let Some(dropped) = dropped {
            tracing::warn!(post = dropped.id, "a dead letter made room for a new post");
            note(engine, name(POST, &dropped.id), None).await?;
        }
        note(engine, name(POST, &post.id), Some(serde_json::to_vec(&post).unwrap_or_default())).await?;
        self.book.lock().posts.insert(post.order, post);
        Ok(true)
    }

    /// The oldest post of each registration (and every simulated one) whose time has come.
    pub(crate) fn due(&self, now: UnixMs, most: usize) -> Vec<Post> {
        let book = self.book.lock();
        let mut seen: Vec<&str> = Vec::new();
        let mut due = Vec::new();
        for post in book.posts.values().filter(|post| !post.dead) {
            if !post.registration.is_empty() {
                if seen.contains(&post.registration.as_str()) {
                    continue;
                }
                seen.push(&post.registration);
            }
            if post.due_ms <= now.get() && due.len() < most {
                due.push(post.clone());
            }
        }
        due
    }

    /// Dead letters, oldest first.
    pub(crate) fn dead(&self) -> Vec<Post> {
        self.book.lock().posts.values().filter(|post| post.dead).cloned().collect()
    }

    /// How many wait and how many are dead.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let book = self.book.lock();
        let dead = book.posts.values().filter(|post| post.dead).count();
        (book.posts.len() - dead, dead)
    }

    /// Puts a dead letter back: it is due at once. False if there is none with this id.
    pub(crate) async fn replay(&self, engine: &Engine, id: &str) -> Result<bool, Failure> {
        let found = self.book.lock().posts.values().find(|post| post.dead && post.id == id).cloned();
        let Some(post) = found else { return Ok(false) };
        self.later(engine, Post { dead: false, attempts: 0, due_ms: 0, tried: None, ..post }).await?;
        Ok(true)
    }

    /// A post was delivered.
    pub(crate) async fn remove(&self, engine: &Engine, post: &Post) -> Result<(), Failure> {
        self.book.lock().posts.remove(&post.order);
        note(engine, name(POST, &post.id), None).await
    }

    /// A post is tried again later, or is a dead letter from now on.
    pub(crate) async fn later(&self, engine: &Engine, post: Post) -> Result<(), Failure> {
        let value = serde_json::to_vec(&post).unwrap_or_default();
        let noted = name(POST, &post.id);
        self.book.lock().posts.insert(post.order, post);
        note(engine, noted, Some(value)).await
    }

    /// Where reading of updates goes on.
    pub(crate) fn position(engine: &Engine) -> Position {
        let kept = name(POSITION, "").and_then(|name| engine.read_note(&name));
        let bytes = kept.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        bytes.map_or_else(|| engine.position(), |bytes| Position(u64::from_le_bytes(bytes)))
    }

    /// Remembers how far updates were read.
    pub(crate) async fn reached(engine: &Engine, position: Position) -> Result<(), Failure> {
        note(engine, name(POSITION, ""), Some(position.0.to_le_bytes().to_vec())).await
    }

    /// True if anybody is registered.
    pub(crate) fn anybody(&self) -> bool {
        !self.book.lock().registrations.is_empty()
    }
}

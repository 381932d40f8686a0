//! The short way across the border for a JVM: the calls that are made for every customer, by JNI, with the same bytes
//! for requests and answers. What is said is the same as by the long way
//! ([`RawEngine`]'s own exports, which a JVM reaches through JNA); only the crossing costs a tenth. Decides nothing.
//!
//! Engines are named by numbers, so that a number that is wrong, or of an engine long gone, is an answer and no crash.
#![expect(unreachable_pub, reason = "the JVM finds them by their names")]

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use jni::errors::{Error, ErrorPolicy};
use jni::objects::{JByteArray, JClass};
use jni::strings::JNIString;
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, jni_mangle};
use parking_lot::RwLock;

use crate::answers::closed;
use crate::border::{RawEngine, RawRequestError, all_closed};

/// Engines that are open, by number; an engine leaves when its face is closed.
static ENGINES: LazyLock<RwLock<HashMap<i64, Arc<RawEngine>>>> = LazyLock::new(RwLock::default);
static NEXT: AtomicI64 = AtomicI64::new(1);

pub(crate) fn register(engine: Arc<RawEngine>) -> i64 {
    // Relaxed: only that numbers differ matters; the engine is handed over by the lock.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    ENGINES.write().insert(number, engine);
    number
}

fn engine(number: i64) -> Option<Arc<RawEngine>> {
    ENGINES.read().get(&number).cloned()
}

/// Why a crossing failed: the two sides do not fit, or a panic. Both are bugs.
#[derive(Debug)]
struct Bug(String);

impl From<Error> for Bug {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl From<RawRequestError> for Bug {
    fn from(error: RawRequestError) -> Self {
        Self(error.to_string())
    }
}

/// A bug becomes the exception that uniffi's own calls throw for one.
struct Thrown;

impl<T: Default> ErrorPolicy<T, Bug> for Thrown {
    type Captures<'frame: 'native, 'native> = ();

    fn on_error<'frame: 'native, 'native>(env: &mut Env<'frame>, (): &mut (), bug: Bug) -> Result<T, Error> {
        if !env.exception_check() {
            let class = JNIString::from("com/traffictacos/engine/border/InternalException");
            // It says that an exception is pending now; that is what is wanted.
            let _ = env.throw_new(class, JNIString::from(bug.0));
        }
        Ok(T::default())
    }

    fn on_panic<'frame: 'native, 'native>(
        env: &mut Env<'frame>,
        captures: &mut (),
        payload: Box<dyn Any + Send>,
    ) -> Result<T, Error> {
        Self::on_error(env, captures, Bug(words_of(payload.as_ref())))
    }
}

fn words_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

/// The first `length` bytes of an array.
fn copied(env: &Env<'_>, bytes: &JByteArray<'_>, length: jint) -> Result<Vec<u8>, Bug> {
    let there = bytes.len(env)?;
    let length = usize::try_from(length).ok().filter(|length| *length <= there);
    let length = length.ok_or_else(|| Bug(format!("not so many bytes: there are {there}")))?;
    let mut buffer = vec![0; length];
    bytes.get_region(env, 0, &mut buffer)?;
    Ok(buffer.into_iter().map(i8::cast_unsigned).collect())
}

fn handed<'frame>(env: &mut Env<'frame>, bytes: &[u8]) -> Result<JByteArray<'frame>, Bug> {
    Ok(env.byte_array_from_slice(bytes)?)
}

/// Asks; see [`RawEngine::submit`]. Null: the answer comes later.
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn submit<'frame>(
    mut env: EnvUnowned<'frame>,
    _class: JClass<'frame>,
    number: jlong,
    tag: jlong,
    request: JByteArray<'frame>,
    length: jint,
) -> JByteArray<'frame> {
    env.with_env(|env| {
        let request = copied(env, &request, length)?;
        let answer = match engine(number) {
            Some(engine) => engine.submit(tag, request)?,
            None => Some(closed()),
        };
        answer.map_or_else(|| Ok(JByteArray::default()), |answer| handed(env, &answer))
    })
    .resolve::<Thrown>()
}

/// Asks many things; see [`RawEngine::submit_all`].
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn submit_all<'frame>(
    mut env: EnvUnowned<'frame>,
    _class: JClass<'frame>,
    number: jlong,
    first_tag: jlong,
    requests: JByteArray<'frame>,
    length: jint,
) -> JByteArray<'frame> {
    env.with_env(|env| {
        let requests = copied(env, &requests, length)?;
        let answers = match engine(number) {
            Some(engine) => engine.submit_all(first_tag, requests)?,
            None => all_closed(&requests)?,
        };
        handed(env, &answers)
    })
    .resolve::<Thrown>()
}

/// Fetches answers; see [`RawEngine::drain`]. Null: there will be none any more.
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn drain<'frame>(
    mut env: EnvUnowned<'frame>,
    _class: JClass<'frame>,
    number: jlong,
    timeout_ms: jlong,
) -> JByteArray<'frame> {
    env.with_env(|env| match engine(number).and_then(|engine| engine.drain(timeout_ms)) {
        Some(answers) => handed(env, &answers),
        None => Ok(JByteArray::default()),
    })
    .resolve::<Thrown>()
}

/// Looks; see [`RawEngine::read`].
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn read<'frame>(
    mut env: EnvUnowned<'frame>,
    _class: JClass<'frame>,
    number: jlong,
    read: JByteArray<'frame>,
    length: jint,
) -> JByteArray<'frame> {
    env.with_env(|env| {
        let read = copied(env, &read, length)?;
        let answer = engine(number).map_or_else(|| Ok(closed()), |engine| engine.read(read))?;
        handed(env, &answer)
    })
    .resolve::<Thrown>()
}

/// The engine is closed and its last answer fetched: its number belongs to no engine any more.
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn release<'frame>(_env: EnvUnowned<'frame>, _class: JClass<'frame>, number: jlong) {
    // What remains of a closed engine has nothing in it that runs code of others; should it panic all the same, the
    // panic ends here.
    let gone = ENGINES.write().remove(&number);
    let _ = catch_unwind(AssertUnwindSafe(|| drop(gone)));
}

/// Crosses and does nothing: what the crossing alone costs.
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn nothing<'frame>(_env: EnvUnowned<'frame>, _class: JClass<'frame>, number: jlong) -> jlong {
    number
}

/// Panics; see [`crate::panic_for_test`].
#[jni_mangle("com.traffictacos.engine.Crossing")]
pub fn panic_for_test<'frame>(mut env: EnvUnowned<'frame>, _class: JClass<'frame>) -> jlong {
    env.with_env(|_| -> Result<jlong, Bug> { std::panic::panic_any("on purpose, by the short way") })
        .resolve::<Thrown>()
}

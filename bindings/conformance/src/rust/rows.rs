//! What the generated rows of `described` stand for: words of enums, commands out of arguments, records out of answers.

/// The word of a form.
pub(super) trait Word {
    fn word(&self) -> &'static str;
}

/// Enums whose forms are words, both ways.
macro_rules! words {
    ($($kind:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl Word for $kind {
            fn word(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $word),* }
            }
        }

        impl Given for $kind {
            fn find(args: Args<'_>, name: &str) -> Read<Option<Self>> {
                match args.text(name) {
                    None => Ok(None),
                    $(Some($word) => Ok(Some(Self::$variant)),)*
                    Some(_) => ill_formed(name),
                }
            }
        }

        impl Shown for $kind {
            fn show(&self, name: &str, to: &mut Shows<'_>) {
                to.put(name, &self.word().to_owned());
            }
        }
    )*};
}

/// Enums whose forms carry something: only their words.
macro_rules! doubts {
    ($($kind:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl Word for $kind {
            fn word(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $word),* }
            }
        }
    )*};
}

/// The command for an operation, made of what it must have and of what may be set, each field by the reader that is
/// named. Behind the semicolon are commands of one value.
macro_rules! commands {
    (
        $($word:literal => $name:ident($($field:ident: $read:ident $(($usual:expr))?),*) {
            $($option:ident: $read_option:ident),*
        })*;
        $($bare_word:literal => $bare:ident($value:ident))*
    ) => {
        /// The command for a write; `None` for operations that are no writes.
        pub(super) fn command(operation: &str, args: Args<'_>) -> Read<Option<Command>> {
            Ok(Some(match operation {
                $($word => {
                    #[allow(unused_mut, reason = "some have nothing to set")]
                    let mut command = $name::new($(args.$read(stringify!($field) $(, $usual)?)?),*);
                    $(command.$option = args.$read_option(stringify!($option))?;)*
                    Command::from(command)
                })*
                $($bare_word => Command::$bare(args.get(stringify!($value))?),)*
                _ => return Ok(None),
            }))
        }
    };
}

/// Records that commands carry whole: what is given replaces the usual value.
macro_rules! settings {
    ($($kind:ident from $usual:ident { $($field:ident),* })*) => {$(
        impl Given for $kind {
            fn find(args: Args<'_>, _: &str) -> Read<Option<Self>> {
                let mut out = $usual(args)?;
                $(args.set(stringify!($field), &mut out.$field)?;)*
                Ok(Some(out))
            }
        }
    )*};
}

/// Answers and views, field by field.
macro_rules! records {
    ($($kind:ident { $($how:ident $field:ident $with:tt;)* })*) => {$(
        impl Shown for $kind {
            fn show(&self, _: &str, to: &mut Shows<'_>) {
                $(field!(self to $how $field $with);)*
            }
        }
    )*};
}

macro_rules! field {
    ($from:ident $to:ident put $field:ident $name:literal) => {
        $to.put($name, &$from.$field)
    };
    ($from:ident $to:ident event $field:ident $name:tt) => {
        $to.event($from.$field)
    };
    ($from:ident $to:ident order $field:ident $name:literal) => {
        $to.put($name, &$from.$field.order().to_string())
    };
    ($from:ident $to:ident places $field:ident $event:ident) => {
        $to.places($from.$event, &$from.$field)
    };
}

pub(super) use {commands, doubts, field, records, settings, words};

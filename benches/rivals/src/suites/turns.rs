//! Rounds in which every entrant takes a turn, so that noise hits all alike; and the better of several ways, under one
//! name.

use std::cell::RefCell;
use std::rc::Rc;

use crate::report::{Line, Report, in_full, progress};
use crate::rival::Fault;

/// What a turn gave: figures, by name.
pub type Figures = Vec<(String, f64)>;

/// A contestant or floor that takes turns.
pub struct Entrant<'a> {
    /// For messages.
    pub name: String,
    /// One turn.
    pub turn: Box<dyn FnMut() -> Result<Figures, Fault> + 'a>,
    /// What readers of its lines should know.
    pub note: String,
}

impl<'a> Entrant<'a> {
    /// An entrant with one figure a turn, under its own name.
    pub fn new(name: impl Into<String>, mut turn: impl FnMut() -> Result<f64, Fault> + 'a) -> Self {
        let name = name.into();
        let known = name.clone();
        Self { name, turn: Box::new(move || Ok(vec![(known.clone(), turn()?)])), note: String::new() }
    }

    /// With a note.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// What turns tell beside the figure that is compared: noted while they run, made lines of afterwards.
#[derive(Clone, Default)]
pub struct Extras(Rc<RefCell<Vec<Extra>>>);

struct Extra {
    name: String,
    setting: String,
    unit: &'static str,
    samples: Vec<f64>,
}

impl Extras {
    /// One turn's figure of a contestant.
    pub fn note(&self, name: &str, setting: &str, unit: &'static str, figure: f64) {
        let extras = &mut *self.0.borrow_mut();
        let same = |extra: &&mut Extra| extra.name == name && extra.setting == setting;
        match extras.iter_mut().find(same) {
            Some(extra) => extra.samples.push(figure),
            None => {
                let (name, setting) = (name.to_owned(), setting.to_owned());
                extras.push(Extra { name, setting, unit, samples: vec![figure] });
            }
        }
    }

    /// All of them as lines, by setting.
    #[must_use]
    pub fn lines(&self, suite: &'static str) -> Vec<Line> {
        let mut extras = self.0.take();
        extras.sort_by(|a, b| a.setting.cmp(&b.setting));
        extras
            .into_iter()
            .map(|Extra { name, setting, unit, samples }| Line::of(suite, name, setting, unit, &samples))
            .collect()
    }
}

/// Lets all entrants take turns; the lines, in the order in which names first came up. An entrant that fails is left
/// out, loudly.
#[must_use]
pub fn take_turns(
    (suite, setting, unit): (&'static str, &str, &'static str),
    rounds: usize,
    mut entrants: Vec<Entrant<'_>>,
) -> Vec<Line> {
    struct Taken {
        name: String,
        note: String,
        samples: Vec<f64>,
    }
    let mut taken: Vec<Taken> = Vec::new();
    for _ in 0..rounds {
        entrants.retain_mut(|entrant| {
            let figures = match (entrant.turn)() {
                Ok(figures) => figures,
                Err(fault) => {
                    progress(&format!("FAILED {} at {suite}, {setting}: {}", entrant.name, in_full(&*fault)));
                    let note = format!("FAILED: {}", in_full(&*fault));
                    taken.retain(|taken| taken.name != entrant.name);
                    taken.push(Taken { name: entrant.name.clone(), note, samples: Vec::new() });
                    return false;
                }
            };
            for (name, figure) in figures {
                let at = taken.iter().position(|taken| taken.name == name).unwrap_or_else(|| {
                    taken.push(Taken { name, note: entrant.note.clone(), samples: Vec::new() });
                    taken.len() - 1
                });
                taken[at].samples.push(figure);
            }
            true
        });
    }
    let line = |Taken { name, note, samples }| Line::of(suite, name, setting, unit, &samples).noting(note);
    taken.into_iter().map(line).collect()
}

/// Adds a line under the name of the group: the best of its members, which are the lines whose names begin with one of
/// these.
pub fn add_best(lines: &mut Vec<Line>, group: &str, members: &[&str]) {
    let is_member = |line: &&Line| members.iter().any(|member| line.name.starts_with(member));
    let best = lines.iter().filter(is_member).filter(|line| line.samples > 0);
    if let Some(best) = best.min_by(|a, b| a.median.total_cmp(&b.median)) {
        let note = [format!("the best: {}", best.name), best.note.clone()].join("; ");
        let line = best.also(group, best.setting.clone()).noting(note.trim_end_matches("; "));
        lines.push(line);
    }
}

/// Writes lines down; whether all of them have figures.
///
/// # Errors
/// The file of results cannot be written.
pub fn push_all(report: &mut Report, lines: Vec<Line>) -> Result<(), Fault> {
    lines.into_iter().try_for_each(|line| report.push(line))
}

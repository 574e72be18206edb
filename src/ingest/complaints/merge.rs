//! Events to complaints: what is known of each at the as-of moment.
//!
//! Events of a complaint are taken in the order of their times, those without a time first, otherwise as they stand
//! in the export. The last event counts: its resolution, or that there is none. Customer, category and channel are
//! the last ones named. Without a column of resolutions a complaint is resolved when its last event leaves it in a
//! resolved state, since the first event of that run.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::cases::{Complaint, Complaints};
use crate::ingest::text::key;

/// What a state says about a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nobody has looked at it.
    New,
    /// Somebody has.
    InHand,
    /// It is settled.
    Resolved,
}

/// One accepted row.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// Hash of the complaint's id; `None` is a complaint of its own.
    pub(super) id: Option<u64>,
    pub(super) customer: Option<u32>,
    pub(super) person: Option<u64>,
    pub(super) opened: Option<i64>,
    pub(super) at: Option<i64>,
    pub(super) resolved: Option<i64>,
    /// A resolution is stated, be it after the as-of moment.
    pub(super) states_resolution: bool,
    pub(super) answered: Option<i64>,
    pub(super) reopened: Option<u32>,
    pub(super) category: Option<Box<str>>,
    pub(super) channel: Option<Box<str>>,
    pub(super) phase: Option<Phase>,
}

/// Which columns the export has.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "one for each column that may be there")]
pub(super) struct Known {
    pub(super) named: bool,
    pub(super) resolutions: bool,
    pub(super) answers: bool,
    /// States, with the times of their events.
    pub(super) states: bool,
    pub(super) reopened: bool,
}

/// An event with its words as numbers.
#[derive(Clone, Copy, Debug)]
struct Step {
    complaint: u32,
    customer: Option<u32>,
    person: Option<u64>,
    opened: Option<i64>,
    at: Option<i64>,
    resolved: Option<i64>,
    states_resolution: bool,
    answered: Option<i64>,
    reopened: Option<u32>,
    category: Option<u32>,
    channel: Option<u32>,
    phase: Option<Phase>,
}

/// Distinct words, by key form, shown as first written.
#[derive(Default)]
struct Words {
    shown: Vec<String>,
    places: HashMap<String, u32, FixedState>,
}

impl Words {
    fn place(&mut self, word: &str) -> u32 {
        let next = self.shown.len() as u32;
        let place = *self.places.entry(key(word)).or_insert(next);
        if place == next {
            self.shown.push(word.to_owned());
        }
        place
    }
}

/// Collects events, block by block in file order, and makes complaints of them.
pub struct ComplaintsBuilder {
    known: Known,
    steps: Vec<Step>,
    places: HashMap<u64, u32, FixedState>,
    complaints: u32,
    categories: Words,
    channels: Words,
}

/// Complaints, and how many of them ended in a resolved state without a time.
pub struct Merged {
    /// What the stage reads.
    pub complaints: Complaints,
    /// Complaints whose last state is a resolved one, and whose column of resolutions is empty: they are open.
    pub closed_without_time: u64,
}

impl ComplaintsBuilder {
    pub(super) fn new(known: Known) -> Self {
        Self {
            known,
            steps: Vec::new(),
            places: HashMap::with_hasher(FixedState::with_seed(6)),
            complaints: 0,
            categories: Words::default(),
            channels: Words::default(),
        }
    }

    /// Adds the events of one block; blocks come in file order.
    pub fn add(&mut self, events: Vec<Event>) {
        for event in events {
            let next = self.complaints;
            let complaint = event.id.map_or(next, |id| *self.places.entry(id).or_insert(next));
            self.complaints += u32::from(complaint == next);
            self.steps.push(Step {
                complaint,
                customer: event.customer,
                person: event.person,
                opened: event.opened,
                at: event.at,
                resolved: event.resolved,
                states_resolution: event.states_resolution,
                answered: event.answered,
                reopened: event.reopened,
                category: event.category.map(|word| self.categories.place(&word)),
                channel: event.channel.map(|word| self.channels.place(&word)),
                phase: event.phase,
            });
        }
    }

    /// The complaints, in the order in which they first appear.
    pub fn finish(mut self) -> Merged {
        // Stable: events of the same moment stay in the order of the export.
        self.steps.sort_by_key(|step| (step.complaint, step.at));
        let known = self.known;
        let all: Vec<Complaint> =
            self.steps.chunk_by(|a, b| a.complaint == b.complaint).filter_map(|s| merge(s, known)).collect();
        let last = self.steps.chunk_by(|a, b| a.complaint == b.complaint).filter_map(<[Step]>::last);
        let closed = |step: &&Step| step.phase == Some(Phase::Resolved) && !step.states_resolution;
        let closed_without_time = if known.resolutions { last.filter(closed).count() as u64 } else { 0 };
        let complaints = Complaints {
            all,
            categories: self.categories.shown,
            channels: self.channels.shown,
            named: known.named,
            with_answers: known.answers || known.states,
            with_reopened: known.reopened || known.states,
        };
        Merged { complaints, closed_without_time }
    }
}

/// One complaint from its events in order; `None` when nothing says when it was opened.
fn merge(steps: &[Step], known: Known) -> Option<Complaint> {
    let last = steps.last()?;
    let latest = |of: fn(&Step) -> Option<u32>| steps.iter().rev().find_map(of);
    let opened_at = steps.iter().find_map(|s| s.opened).or_else(|| steps.iter().find_map(|s| s.at))?;
    let answered_at = if known.answers {
        steps.iter().find_map(|s| s.answered)
    } else {
        steps.iter().find(|s| s.phase.is_some_and(|phase| phase != Phase::New)).and_then(|s| s.at)
    };
    let resolved_at = if known.resolutions { last.resolved } else { settled(steps) };
    let turns = || {
        let phases = steps.iter().filter_map(|s| s.phase).map(|phase| phase == Phase::Resolved);
        let (mut before, mut turns) = (false, 0);
        for resolved in phases {
            turns += u32::from(before && !resolved);
            before = resolved;
        }
        turns
    };
    Some(Complaint {
        customer: latest(|s| s.customer),
        person: steps.iter().rev().find_map(|s| s.person),
        opened_at,
        answered_at: answered_at.filter(|at| *at >= opened_at),
        resolved_at: resolved_at.filter(|at| *at >= opened_at),
        reopened: if known.reopened { latest(|s| s.reopened).unwrap_or(0) } else { turns() },
        category: latest(|s| s.category),
        channel: latest(|s| s.channel),
    })
}

/// When the run of resolved states that the last event is in began.
fn settled(steps: &[Step]) -> Option<i64> {
    let told = || steps.iter().filter(|s| s.phase.is_some()).rev();
    let run = told().take_while(|s| s.phase == Some(Phase::Resolved));
    run.last().and_then(|s| s.at.or(s.opened))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: Known =
        Known { named: true, resolutions: false, answers: false, states: true, reopened: false };

    fn event(id: u64, at: i64, phase: Phase) -> Event {
        Event { id: Some(id), at: Some(at), phase: Some(phase), ..Event::default() }
    }

    fn merged(known: Known, events: Vec<Event>) -> Merged {
        let mut builder = ComplaintsBuilder::new(known);
        builder.add(events);
        builder.finish()
    }

    #[test]
    fn the_last_state_counts_whatever_the_order_of_rows() {
        use Phase::{InHand, New, Resolved};
        let mut events = vec![
            event(1, 10, New),
            event(2, 11, New),
            event(1, 20, InHand),
            event(1, 30, Resolved),
            event(1, 40, InHand),
            event(1, 50, Resolved),
            event(1, 60, Resolved),
            event(2, 70, Resolved),
            event(2, 80, InHand),
        ];
        let found = merged(EVENTS, events.clone()).complaints.all;
        let figures = |c: &Complaint| (c.opened_at, c.answered_at, c.resolved_at, c.reopened);
        assert_eq!(figures(&found[0]), (10, Some(20), Some(50), 1));
        assert_eq!(figures(&found[1]), (11, Some(70), None, 1));
        events.reverse();
        let reversed = merged(EVENTS, events).complaints.all;
        assert_eq!(
            reversed.iter().map(figures).collect::<Vec<_>>(),
            [figures(&found[1]), figures(&found[0])]
        );
    }

    #[test]
    fn a_column_of_resolutions_decides_alone() {
        let known = Known { resolutions: true, ..EVENTS };
        let closed = Event { opened: Some(5), ..event(1, 9, Phase::Resolved) };
        let again = Event { resolved: Some(8), ..event(2, 7, Phase::New) };
        let cleared = event(2, 9, Phase::New);
        let found = merged(known, vec![closed, again, cleared]);
        assert_eq!(found.complaints.all.iter().filter_map(|c| c.resolved_at).count(), 0);
        assert_eq!(found.closed_without_time, 1);
    }

    #[test]
    fn rows_without_an_id_are_complaints_of_their_own_and_words_meet_in_any_typing() {
        let row = |word: &str| Event { opened: Some(3), category: Some(word.into()), ..Event::default() };
        let known = Known { states: false, ..EVENTS };
        let found = merged(known, vec![row("كيفيت"), row("کیفیت"), row("ارسال")]).complaints;
        assert_eq!(found.all.iter().map(|c| c.category).collect::<Vec<_>>(), [Some(0), Some(0), Some(1)]);
        assert_eq!((found.categories.len(), found.with_answers), (2, false));
    }

    #[test]
    fn an_answer_before_the_opening_is_no_answer() {
        let early = Event { opened: Some(15), ..event(1, 10, Phase::InHand) };
        let found = merged(EVENTS, vec![early, event(1, 20, Phase::InHand)]).complaints.all;
        assert_eq!((found[0].answered_at, found[0].resolved_at), (None, None));
    }
}

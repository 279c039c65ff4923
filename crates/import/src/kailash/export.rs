//! An export that is being read: an object with `run` and `tasks`, alone in one file.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::EventSink;
use serde_json::value::RawValue;

use super::book::Book;
use super::parts::{EXPORT, bad_record};
use super::record::{RunFacts, TaskRow};
use crate::importer::{FileReader, ReadError, Zone};
use crate::json::document::{Document, Records};
use crate::json::tape::{Tape, Value};
use crate::sniff::Head;

/// See [`Importer::stream`](crate::importer::Importer::stream).
pub(super) fn stream<'z>(
    head: &Head<'_>,
    part: &'static str,
    zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    let export = Export {
        file: head.name.to_owned(),
        book: Book::new(zone.clone()),
        run: None,
        early: None,
        waiting: Vec::new(),
        bad: 0,
        order: Vec::new(),
    };
    (part == EXPORT).then(|| Box::new(Document::new(export)) as Box<dyn FileReader + 'z>)
}

struct Export<'z> {
    file: String,
    book: Book<'z>,
    /// The run, once the file recorded it.
    run: Option<usize>,
    /// Tasks that stand before their run.
    early: Option<String>,
    /// Records of tries whose earlier try has not come yet.
    waiting: Vec<String>,
    /// How many records are no tasks.
    bad: u64,
    /// See [`TaskRow::of`].
    order: Vec<usize>,
}

impl Export<'_> {
    fn task(&mut self, at: usize, value: Value<'_, '_>, sink: &mut dyn EventSink) {
        match TaskRow::of(value, &mut self.order) {
            Some(row) => {
                let known = |p: &Cow<'_, str>| self.book.runs[at].knows(p);
                if row.previous.as_ref().is_none_or(known) {
                    self.book.task(at, &row, sink);
                } else {
                    self.waiting.push(value.get().to_owned());
                }
            }
            None => self.bad += 1,
        }
    }

    /// Emits what had to wait until the file was read.
    fn rest(&mut self, sink: &mut dyn EventSink) {
        let at = self.run.unwrap_or_else(|| self.book.learn(RunFacts::named(&self.file, &self.file)));
        self.book.turn_to(at, sink);
        let early = self.early.take().unwrap_or_default();
        let mut tape = Tape::default();
        if tape.read(&early, 0).is_ok() {
            tape.value(&early).elements().for_each(|record| self.task(at, record, sink));
        }
        let waiting = std::mem::take(&mut self.waiting);
        let records = waiting.iter().filter_map(|text| serde_json::from_str::<&RawValue>(text).ok());
        let rows = records.filter_map(|raw| Some((at, TaskRow::from_json(raw)?))).collect();
        self.book.tasks_in_order(rows, sink);
        bad_record(&self.file, self.bad, "a task", sink);
        self.book.finish(sink);
    }
}

impl Records for Export<'_> {
    fn is_list(&self, key: &str, opens: u8) -> bool {
        key == "tasks" && opens == b'[' && self.run.is_some()
    }

    fn member<'a>(&mut self, key: Cow<'a, str>, value: Value<'_, 'a>, _sink: &mut dyn EventSink) {
        match &*key {
            "run" => {
                let raw = serde_json::from_str::<&RawValue>(value.get()).ok();
                let facts = raw.and_then(|run| RunFacts::from_json(run, &self.file));
                let facts = facts.unwrap_or_else(|| RunFacts::named(&self.file, &self.file));
                self.run = Some(self.book.learn(facts));
            }
            "tasks" => self.early = Some(value.get().to_owned()),
            _ => {}
        }
    }

    fn record<'a>(&mut self, _key: Option<Cow<'a, str>>, value: Value<'_, 'a>, sink: &mut dyn EventSink) {
        if let Some(at) = self.run {
            self.task(at, value, sink);
        }
    }
}

impl FileReader for Document<Export<'_>> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        Document::push(self, bytes, sink);
    }

    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        let (mut export, ending) = Document::finish(*self, true, sink);
        let file = export.file.clone();
        ending.report(&file, export.run.is_some() || export.early.is_some(), sink)?;
        export.rest(sink);
        Ok(())
    }
}

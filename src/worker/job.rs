//! The work, as functions from bytes to bytes.

use makespan_format::{Event, EventSink};
use makespan_import::{Options, Source, Verdict, Zone};
use makespan_layout::{Direction, Layout, Point, Request, Route, Size};
use makespan_model::{Run, RunsBuilder};
use serde::{Deserialize, Serialize};

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileReport {
    /// Its name.
    pub(crate) name: String,
    /// The format it was recognised as.
    pub(crate) format: Option<String>,
    /// Why it was not read; empty where it was.
    pub(crate) error: String,
    /// Byte at which reading stopped.
    pub(crate) offset: Option<u64>,
    /// The formats that were tried, each with why it was not that.
    pub(crate) tried: Vec<(String, String)>,
}

/// What came of opening files.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// The runs, in the order in which they were met.
    pub(crate) runs: Vec<Run>,
    /// One entry a file.
    pub(crate) files: Vec<FileReport>,
}

/// Folds events and tells every so often how many tasks there are.
struct Counting<'p> {
    runs: RunsBuilder,
    events: u32,
    progress: &'p mut dyn FnMut(usize),
}

impl EventSink for Counting<'_> {
    fn event(&mut self, event: Event<'_>) {
        self.runs.apply(&event);
        self.events += 1;
        if self.events.is_multiple_of(20_000) {
            (self.progress)(self.runs.task_count());
        }
    }
}

/// Opens files: recognises, reads, folds. `progress` is told the number of tasks read so far.
pub(crate) fn open(
    files: Vec<(String, Vec<u8>)>,
    zone: &dyn Zone,
    progress: &mut dyn FnMut(usize),
) -> Opened {
    let sources = files.into_iter().map(|(name, bytes)| Source::new(name, bytes)).collect();
    let mut sink = Counting { runs: RunsBuilder::new(), events: 0, progress };
    let outcome = makespan_import::open(sources, &Options { zone }, &mut sink);
    let (runs, _) = sink.runs.finish();
    let files = outcome.files.into_iter().map(|f| FileReport {
        name: f.name,
        format: f.format.map(str::to_owned),
        error: if f.kind == Verdict::Read { String::new() } else { f.error.unwrap_or(f.reason) },
        offset: f.offset,
        tried: f.tried.into_iter().map(|(id, why)| (id.to_string(), why.to_string())).collect(),
    });
    Opened { runs, files: files.collect() }
}

impl Opened {
    /// As one block of bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let files = serde_json::to_vec(&self.files).unwrap_or_default();
        let mut out = Vec::new();
        out.extend_from_slice(&(files.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.runs.len() as u32).to_le_bytes());
        out.extend_from_slice(&files);
        self.runs.iter().for_each(|run| run.write_snapshot(&mut out));
        out
    }

    /// Back from the bytes; `None` where they are none of ours.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Opened> {
        let (lengths, rest) = bytes.split_at_checked(8)?;
        let number = |at: usize| lengths[at..at + 4].try_into().map(u32::from_le_bytes).ok();
        let (files, mut rest) = rest.split_at_checked(number(0)? as usize)?;
        let mut runs = Vec::new();
        for _ in 0..number(4)? {
            let (run, tail) = Run::read_snapshot(rest).ok()?;
            runs.push(run);
            rest = tail;
        }
        Some(Opened { runs, files: serde_json::from_slice(files).ok()? })
    }
}

/// A layout request as bytes.
pub(crate) fn encode_request(r: &Request) -> Vec<u8> {
    let mut out = vec![u8::from(r.direction == Direction::TopDown), 0, 0, 0];
    let mut put = |n: u32| out.extend_from_slice(&n.to_le_bytes());
    [r.layer_gap, r.node_gap].into_iter().for_each(|f| put(f.to_bits()));
    put(r.nodes.len() as u32);
    r.nodes.iter().for_each(|s| [s.w, s.h].into_iter().for_each(|f| put(f.to_bits())));
    r.edges.iter().for_each(|e| [e.0, e.1].into_iter().for_each(&mut put));
    out
}

/// Lays out what the bytes ask for, and gives the layout as bytes.
pub(crate) fn lay_out(request: &[u8]) -> Option<Vec<u8>> {
    let words: Vec<u32> =
        request.chunks_exact(4).filter_map(|c| c.try_into().ok().map(u32::from_le_bytes)).collect();
    let [direction, layer_gap, node_gap, count, rest @ ..] = words.as_slice() else { return None };
    let (nodes, edges) = rest.split_at_checked(*count as usize * 2)?;
    let pair = |c: &[u32]| (c[0], c[1]);
    let layout = makespan_layout::layout(&Request {
        nodes: nodes
            .chunks_exact(2)
            .map(|c| Size { w: f32::from_bits(c[0]), h: f32::from_bits(c[1]) })
            .collect(),
        edges: edges.chunks_exact(2).map(pair).collect(),
        direction: if *direction == 1 { Direction::TopDown } else { Direction::LeftRight },
        layer_gap: f32::from_bits(*layer_gap),
        node_gap: f32::from_bits(*node_gap),
    });
    Some(encode_layout(&layout))
}

fn encode_layout(l: &Layout) -> Vec<u8> {
    let mut out = Vec::new();
    let mut put = |n: u32| out.extend_from_slice(&n.to_le_bytes());
    let point = |p: &Point| [p.x.to_bits(), p.y.to_bits()];
    [l.width.to_bits(), l.height.to_bits(), l.nodes.len() as u32].into_iter().for_each(&mut put);
    l.nodes.iter().flat_map(point).for_each(&mut put);
    l.layer.iter().copied().for_each(&mut put);
    for (i, route) in l.routes.iter().enumerate() {
        put(u32::from(l.reversed.get(i).copied().unwrap_or(false)));
        put(route.points.len() as u32);
        route.points.iter().flat_map(point).for_each(&mut put);
    }
    out
}

/// A layout back from its bytes.
pub(crate) fn decode_layout(bytes: &[u8]) -> Option<Layout> {
    let mut words = bytes.chunks_exact(4).filter_map(|c| c.try_into().ok().map(u32::from_le_bytes));
    let point = |words: &mut dyn Iterator<Item = u32>| {
        Some(Point { x: f32::from_bits(words.next()?), y: f32::from_bits(words.next()?) })
    };
    let (width, height) = (f32::from_bits(words.next()?), f32::from_bits(words.next()?));
    let count = words.next()?;
    let nodes = (0..count).map(|_| point(&mut words)).collect::<Option<Vec<_>>>()?;
    let layer = (0..count).map(|_| words.next()).collect::<Option<Vec<_>>>()?;
    let (mut routes, mut reversed) = (Vec::new(), Vec::new());
    while let Some(back) = words.next() {
        reversed.push(back == 1);
        let length = words.next()?;
        routes.push(Route { points: (0..length).map(|_| point(&mut words)).collect::<Option<Vec<_>>>()? });
    }
    Some(Layout { width, height, nodes, layer, routes, reversed })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_opened_comes_through_the_bytes() {
        let files = vec![
            ("a.txt".to_owned(), b"fetch 0..4 w1\nalign 4..9 w1 fetch".to_vec()),
            ("noise".to_owned(), vec![0, 159, 146, 150]),
        ];
        let opened = open(files, &makespan_import::Utc, &mut |_| {});
        let back = Opened::decode(&opened.encode()).unwrap();
        assert_eq!(back.runs[0].to_jsonl(), opened.runs[0].to_jsonl());
        assert_eq!(back.files, opened.files);
        assert!(back.files[0].error.is_empty() && !back.files[1].error.is_empty());
        assert!(Opened::decode(&[1, 2, 3]).is_none());
    }

    #[test]
    fn a_layout_comes_through_the_bytes() {
        let request = Request {
            nodes: vec![Size { w: 100.0, h: 40.0 }; 3],
            edges: vec![(0, 1), (1, 2), (2, 0), (1, 1)],
            direction: Direction::LeftRight,
            layer_gap: 50.0,
            node_gap: 10.0,
        };
        let back = decode_layout(&lay_out(&encode_request(&request)).unwrap()).unwrap();
        assert_eq!(back, makespan_layout::layout(&request));
        assert!(lay_out(&[1, 2]).is_none());
    }
}

//! Stage 6: folds a drawing that is longer than a page into bands, like lines of text.
//!
//! A band ends between two layers, where few edges pass. An edge that continues in the next band leaves its band at the
//! end, runs back through the free channel between the two bands, and enters the next one at its beginning. Edges in
//! one channel are nested, so that none of them cross; neighbours that begin or end at the same node share a track.

use crate::placing::{Axes, Gaps};
use crate::routing::Drawing;

/// Target ratio of length to height of a folded drawing.
const ASPECT: f64 = 1.6;
/// A drawing whose length is at most this many times its height is not folded.
const LONG: f64 = 3.0;
/// Page length for which these two constants are intended, px. Narrower pages are higher than long, and drawings folded
/// for them are, too, down to this fraction of the shape.
const WIDE: f64 = 1_400.0;
const SLIM: f64 = 0.2;
/// Distance of edges in a channel, px, and the maximum height of a channel.
const PITCH: f64 = 6.0;
const CHANNEL: f64 = 72.0;
/// Radius of the corners of edges in a channel, px.
const CORNER: f64 = 6.0;
/// Minimum and maximum length of a band relative to the wanted one.
const RANGE: (f64, f64) = (0.7, 1.15);

/// Folds the drawing of one component if it is longer along the flow than `page` and much longer than high. `sizes`
/// holds the boxes of its nodes. O((n + control points) log layers + m log m).
pub(crate) fn fold(drawing: Drawing, edges: &[(u32, u32)], sizes: &[Axes], gaps: Gaps, page: f64) -> Drawing {
    let layers = extents(&drawing, sizes);
    let (Some(first), Some(last)) = (layers.first(), layers.last()) else { return drawing };
    let length = last.1 - first.0;
    let height = height(&drawing, sizes);
    let slim = (page / WIDE).clamp(SLIM, 1.0);
    if page <= 0.0 || length <= page || length <= LONG * slim * height {
        return drawing;
    }
    // A few bands are as long as the page allows; the length of many bands follows from their total height.
    let by = |aspect: f64| (length * (height + 2.0 * gaps.node) * aspect * slim).sqrt();
    let wanted = by(ASPECT).max(by(LONG).min(page));
    let cuts = cuts(&drawing, &layers, length / (length / wanted).ceil());
    if cuts.is_empty() { drawing } else { folded(drawing, edges, sizes, gaps, first.0, &cuts) }
}

/// Returns the beginning and end of each layer along the flow, without empty layers.
fn extents(drawing: &Drawing, sizes: &[Axes]) -> Vec<(f64, f64)> {
    let count = drawing.layer.iter().max().map_or(0, |most| *most as usize + 1);
    let mut layers = vec![(f64::INFINITY, f64::NEG_INFINITY); count];
    for ((centre, size), &layer) in drawing.nodes.iter().zip(sizes).zip(&drawing.layer) {
        let layer = &mut layers[layer as usize];
        *layer = (layer.0.min(centre.along - size.along / 2.0), layer.1.max(centre.along + size.along / 2.0));
    }
    layers.retain(|layer| layer.0 <= layer.1);
    layers
}

/// Extent of a drawing across the flow, with its edges.
pub(crate) fn height(drawing: &Drawing, sizes: &[Axes]) -> f64 {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (centre, size) in drawing.nodes.iter().zip(sizes) {
        (low, high) =
            (low.min(centre.across - size.across / 2.0), high.max(centre.across + size.across / 2.0));
    }
    for point in drawing.routes.iter().flatten() {
        (low, high) = (low.min(point.across), high.max(point.across));
    }
    high - low
}

/// Returns the ends of the bands: about `wanted` apart, where few edges pass.
fn cuts(drawing: &Drawing, layers: &[(f64, f64)], wanted: f64) -> Vec<f64> {
    let places: Vec<f64> = layers.windows(2).map(|two| f64::midpoint(two[0].1, two[1].0)).collect();
    let mut passing = vec![0i64; places.len() + 1];
    for route in &drawing.routes {
        let (Some(a), Some(b)) = (route.first(), route.last()) else { continue };
        let at = |along: f64| places.partition_point(|place| *place < along);
        passing[at(a.along.min(b.along))] += 1;
        passing[at(a.along.max(b.along))] -= 1;
    }
    let mut now = 0;
    passing.iter_mut().for_each(|change| {
        now += *change;
        *change = now;
    });
    let (start, end) = (layers[0].0, layers[layers.len() - 1].1);
    let (mut cuts, mut from, mut next) = (Vec::new(), start, 0);
    while next < places.len() && end - from > wanted * RANGE.1 {
        let cost = |i: usize| passing[i] as f64 + 4.0 * (places[i] - from - wanted).abs() / wanted;
        let near = next + places[next..].partition_point(|place| place - from < wanted * RANGE.0);
        let far = next + places[next..].partition_point(|place| place - from <= wanted * RANGE.1);
        let best =
            (near..far).min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(near.min(places.len() - 1));
        cuts.push(places[best]);
        (from, next) = (places[best], best + 1);
    }
    cuts
}

/// A part of a route within one band.
struct Part {
    band: usize,
    points: Vec<Axes>,
}

fn folded(
    mut drawing: Drawing,
    edges: &[(u32, u32)],
    sizes: &[Axes],
    gaps: Gaps,
    start: f64,
    cuts: &[f64],
) -> Drawing {
    let band_of = |along: f64| cuts.partition_point(|cut| *cut <= along);
    let parts: Vec<Vec<Part>> = drawing.routes.iter().map(|route| split(route, cuts)).collect();

    // The extent of each band, and for each cut the edges that pass it: (across, edge, index of the part before),
    // ascending.
    let mut extent = vec![(f64::INFINITY, f64::NEG_INFINITY); cuts.len() + 1];
    let mut cover = |band: usize, low: f64, high: f64| {
        let of = &mut extent[band];
        *of = (of.0.min(low), of.1.max(high));
    };
    for (centre, size) in drawing.nodes.iter().zip(sizes) {
        let half = size.across / 2.0;
        cover(band_of(centre.along), centre.across - half, centre.across + half);
    }
    let mut passing: Vec<Vec<(f64, usize, usize)>> = vec![Vec::new(); cuts.len()];
    for (edge, parts) in parts.iter().enumerate() {
        for part in parts {
            part.points.iter().for_each(|point| cover(part.band, point.across, point.across));
        }
        for (place, two) in parts.windows(2).enumerate() {
            if let Some(at) = two[0].points.last() {
                passing[two[0].band.min(two[1].band)].push((at.across, edge, place));
            }
        }
    }
    passing.iter_mut().for_each(|list| {
        list.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    });

    let tracks: Vec<Vec<usize>> = passing.iter().map(|list| tracks(list, edges)).collect();
    let count = |cut: usize| tracks.get(cut).and_then(|of| of.last()).map_or(0, |last| last + 1);

    let mut shift = Vec::with_capacity(extent.len());
    let mut below = 0.0;
    for (band, &(low, high)) in extent.iter().enumerate() {
        let origin = if band == 0 { start } else { cuts[band - 1] };
        shift.push(Axes { along: -origin, across: below - low });
        below += high - low + 2.0 * gaps.node + channel(count(band));
    }
    let moved = |band: usize, at: Axes| Axes {
        along: at.along + shift[band].along,
        across: at.across + shift[band].across,
    };

    // The links between the parts of each edge, in the order of its parts.
    let mut links: Vec<Vec<Vec<Axes>>> =
        parts.iter().map(|p| vec![Vec::new(); p.len().saturating_sub(1)]).collect();
    for (cut, list) in passing.iter().enumerate() {
        let count = count(cut);
        let pitch = (CHANNEL / count.max(1) as f64).min(PITCH);
        let bottom = moved(cut, Axes { along: 0.0, across: extent[cut].1 }).across + gaps.node;
        for (&(across, edge, place), &track) in list.iter().zip(&tracks[cut]) {
            let out = moved(cut, Axes { along: cuts[cut], across });
            let into = moved(cut + 1, Axes { along: cuts[cut], across });
            let (right, left) =
                (2.0 * CORNER + pitch * (count - 1 - track) as f64, 2.0 * CORNER + pitch * track as f64);
            let lane = bottom + pitch * (count - 1 - track) as f64;
            let mut link = rounded(&[
                out,
                Axes { along: out.along + right, across: out.across },
                Axes { along: out.along + right, across: lane },
                Axes { along: into.along - left, across: lane },
                Axes { along: into.along - left, across: into.across },
                into,
            ]);
            if parts[edge][place].band > parts[edge][place + 1].band {
                link.reverse();
            }
            links[edge][place] = link;
        }
    }
    for (edge, parts) in parts.into_iter().enumerate() {
        let mut line: Vec<Axes> = Vec::new();
        for (place, part) in parts.into_iter().enumerate() {
            let skip = usize::from(!line.is_empty());
            line.extend(part.points.into_iter().skip(skip).map(|at| moved(part.band, at)));
            if let Some(link) = links[edge].get(place) {
                line.extend(link.iter().skip(1));
            }
        }
        drawing.routes[edge] = line;
    }
    drawing.nodes.iter_mut().for_each(|centre| *centre = moved(band_of(centre.along), *centre));
    drawing
}

/// Returns the track of each edge that passes a cut, ascending. Neighbours that all begin or all end at one node share a
/// track: they part there or meet there, so that no reader can take one for an edge that does not exist.
fn tracks(passing: &[(f64, usize, usize)], edges: &[(u32, u32)]) -> Vec<usize> {
    let mut track = 0;
    let mut common = (None, None);
    let each = passing.iter().map(|&(_, edge, _)| {
        let (from, to) = edges.get(edge).map_or((None, None), |&(from, to)| (Some(from), Some(to)));
        let kept = (common.0.filter(|_| common.0 == from), common.1.filter(|_| common.1 == to));
        common = if kept == (None, None) {
            track += usize::from(common != (None, None));
            (from, to)
        } else {
            kept
        };
        track
    });
    each.collect()
}

fn channel(count: usize) -> f64 {
    (count as f64 * PITCH).min(CHANNEL)
}

/// Splits a route into its parts in the bands, in order. A segment is cut where it passes from one band into the next.
fn split(route: &[Axes], cuts: &[f64]) -> Vec<Part> {
    let band_of = |along: f64| cuts.partition_point(|cut| *cut <= along);
    let Some(&first) = route.first() else { return Vec::new() };
    let mut parts = vec![Part { band: band_of(first.along), points: vec![first] }];
    for piece in route.windows(4).step_by(3) {
        let mut rest = [piece[0], piece[1], piece[2], piece[3]];
        let end = band_of(rest[3].along);
        while let Some(part) = parts.last_mut() {
            let band = part.band;
            if band == end {
                part.points.extend(&rest[1..]);
                break;
            }
            let cut = cuts[if end > band { band } else { band - 1 }];
            let (before, after) = halves(&rest, cut);
            part.points.extend(&before[1..]);
            let next = if end > band { band + 1 } else { band - 1 };
            parts.push(Part { band: next, points: vec![after[0]] });
            rest = after;
        }
    }
    parts
}

/// Splits a cubic at `cut`.
fn halves(piece: &[Axes; 4], cut: f64) -> ([Axes; 4], [Axes; 4]) {
    let (mut low, mut high) = (0.0, 1.0);
    let forward = piece[3].along >= piece[0].along;
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        let at = divided(piece, middle).0[3].along;
        if (at < cut) == forward { low = middle } else { high = middle }
    }
    let (mut before, mut after) = divided(piece, f64::midpoint(low, high));
    before[3].along = cut;
    after[0].along = cut;
    (before, after)
}

/// De Casteljau's construction.
fn divided(p: &[Axes; 4], t: f64) -> ([Axes; 4], [Axes; 4]) {
    let mix = |a: Axes, b: Axes| Axes {
        along: a.along + (b.along - a.along) * t,
        across: a.across + (b.across - a.across) * t,
    };
    let (a, b, c) = (mix(p[0], p[1]), mix(p[1], p[2]), mix(p[2], p[3]));
    let (d, e) = (mix(a, b), mix(b, c));
    let f = mix(d, e);
    ([p[0], a, d, f], [f, e, c, p[3]])
}

/// Returns the control points of a line through corners, each rounded as far as its sides allow.
pub(crate) fn rounded(corners: &[Axes]) -> Vec<Axes> {
    let toward = |from: Axes, to: Axes, by: f64| {
        let (dx, dy) = (to.along - from.along, to.across - from.across);
        let length = dx.abs().max(dy.abs());
        let part = if length > 0.0 { by.min(length / 2.0) / length } else { 0.0 };
        Axes { along: from.along + dx * part, across: from.across + dy * part }
    };
    let third = |a: Axes, b: Axes, part: f64| Axes {
        along: a.along + (b.along - a.along) * part,
        across: a.across + (b.across - a.across) * part,
    };
    let mut line = vec![corners[0]];
    let mut from = corners[0];
    for three in corners.windows(3) {
        let (into, out) = (toward(three[1], three[0], CORNER), toward(three[1], three[2], CORNER));
        line.extend([third(from, into, 1.0 / 3.0), third(from, into, 2.0 / 3.0), into]);
        line.extend([third(into, three[1], 0.6), third(out, three[1], 0.6), out]);
        from = out;
    }
    let end = corners[corners.len() - 1];
    line.extend([third(from, end, 1.0 / 3.0), third(from, end, 2.0 / 3.0), end]);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_with_one_common_end_share_a_track() {
        let edges = [(0, 5), (0, 6), (1, 6), (2, 6), (2, 7)];
        let passing: Vec<(f64, usize, usize)> = (0..edges.len()).map(|i| (i as f64, i, 0)).collect();
        // 0 → 6 belongs to the track of those from 0: sharing it with 1 → 6, too, would look like 1 → 5.
        assert_eq!(tracks(&passing, &edges), [0, 0, 1, 1, 2]);
        assert_eq!(tracks(&passing[..1], &edges), [0]);
        assert_eq!(tracks(&[], &edges), [0; 0]);
    }
}

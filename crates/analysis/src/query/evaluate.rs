//! Evaluates a query: the tasks of a run that match.

use makespan_format::amount::Amount;
use makespan_model::{Order as _, StrId, UNKNOWN};

use super::check;
use super::check::{Number, measure, number, statuses};
use super::columns::{Member, Members, moments, words};
use super::context::QueryContext;
use super::error::QueryError;
use super::instant::Instant;
use super::reach::reach;
use super::statistic::Statistic;
use super::syntax::*;
use super::text::Matcher;
use crate::Facts;

/// Result of a test for tasks with a known or an unknown field, cached per string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Unknown,
    No,
    Yes,
}

struct Evaluation<'a> {
    facts: &'a Facts,
    context: QueryContext,
    /// First known time of the run, from which relative times count.
    origin: Option<i64>,
    members: Members,
}

/// Returns for each task whether it matches the query. O((n + e) × nodes), with statistics O(n log n × values).
pub(super) fn mask(nodes: &[Node], facts: &Facts, context: QueryContext) -> Result<Vec<bool>, QueryError> {
    check::against(nodes, facts)?;
    let run = facts.run();
    let n = run.task_count();
    let origin = run.extent().map(|e| e.0);
    let evaluation = Evaluation { facts, context, origin, members: Members::new(run, nodes) };
    let mut sets: Vec<Vec<bool>> = Vec::new();
    for node in nodes {
        // Postfix order: the operands of a node were pushed before.
        let mut take = || sets.pop().unwrap_or_else(|| vec![false; n]);
        let set = match node {
            Node::Test(test) => evaluation.test(test)?,
            Node::Has(field, at) => evaluation.has(field, at)?,
            Node::Is(flag) => evaluation.is(*flag),
            Node::Not => take().into_iter().map(|is| !is).collect(),
            Node::And => take().into_iter().zip(take()).map(|(a, b)| a && b).collect(),
            Node::Or => take().into_iter().zip(take()).map(|(a, b)| a || b).collect(),
            Node::Reach(direction, hops) => reach(run, &take(), *direction, *hops),
            Node::Between => {
                let (to, from) = (take(), take());
                let up = reach(run, &to, Direction::Up, None);
                let down = reach(run, &from, Direction::Down, None);
                up.into_iter().zip(down).map(|(a, b)| a && b).collect()
            }
        };
        sets.push(set);
    }
    Ok(sets.pop().unwrap_or_else(|| vec![true; n]))
}

impl Evaluation<'_> {
    fn test(&self, test: &Test) -> Result<Vec<bool>, QueryError> {
        let run = self.facts.run();
        Ok(match &test.field {
            Field::Words(words) => self.words(test, *words),
            Field::Status => {
                let any = test.values.iter().fold(0, |bits, v| bits | statuses(v, test.relation));
                let turned = test.relation == Relation::Unequal;
                run.tasks.status.iter().map(|s| (any & (1 << *s as u16) != 0) != turned).collect()
            }
            Field::Moment(moment) => self.moments(test, *moment),
            Field::Measure(_) | Field::Metric(_) => self.numbers(test)?,
            Field::Label(name) => self.members(test, name, &run.tasks.labels),
            Field::Param(name) => self.members(test, name, &run.tasks.params),
        })
    }

    /// Compares each text with the values once, however many tasks have it.
    fn words(&self, test: &Test, field: Words) -> Vec<bool> {
        let run = self.facts.run();
        let mut matcher = Matcher::new(test, field == Words::Task);
        let mut said = vec![Said::Nothing; run.strings.len()];
        let turned = test.relation == Relation::Unequal;
        // An empty text matches unknown values too, so that a query that is being typed matches everything.
        let all = test.relation == Relation::Holds && test.values.iter().any(|v| v.text.is_empty());
        let of = |t| {
            let (mut known, mut fits) = (false, false);
            words(run, field, t, |id| {
                known = true;
                let slot = &mut said[id.0 as usize];
                if *slot == Said::Nothing {
                    *slot = if matcher.fits(run.text(id)) { Said::Yes } else { Said::No };
                }
                fits |= *slot == Said::Yes;
            });
            all || (known && fits != turned)
        };
        run.task_ids().map(of).collect()
    }

    fn moments(&self, test: &Test, moment: Moment) -> Vec<bool> {
        let resolve = |v: &Value| Instant::read(&v.text)?.resolve(self.origin, self.context.utc_offset);
        let values: Option<Vec<i64>> = test.values.iter().map(resolve).collect();
        let values = values.unwrap_or_default();
        let turned = test.relation == Relation::Unequal;
        let holds = |at: i64| values.iter().any(|v| test.relation.holds(at.cmp(v))) != turned;
        let known = |at: &i64| *at != UNKNOWN && !values.is_empty();
        moments(self.facts, moment).iter().map(|at| known(at) && holds(*at)).collect()
    }

    fn numbers(&self, test: &Test) -> Result<Vec<bool>, QueryError> {
        let facts = self.facts;
        let n = facts.run().task_count();
        let Some(at) = measure(&test.field, &test.at, facts)? else { return Ok(vec![false; n]) };
        let column = facts.measures().values(facts, at);
        let found = &facts.measures().list[at];
        let turned = test.relation == Relation::Unequal;
        let mut mask = vec![false; n];
        for value in &test.values {
            // A limit per task, or one for all.
            let limits = match number(value, found.quantity, &found.unit)? {
                Number::Plain(limit) => vec![limit],
                Number::OfRun(statistic) => {
                    let mut known: Vec<f64> = column.iter().copied().filter(|x| !x.is_nan()).collect();
                    vec![statistic.of(&mut known).unwrap_or(f64::NAN)]
                }
                Number::OfStep(statistic) => self.by_step(&column, statistic),
            };
            for (i, (x, slot)) in column.iter().zip(&mut mask).enumerate() {
                let limit = if limits.len() == n { limits[i] } else { limits[0] };
                *slot |= x.partial_cmp(&limit).is_some_and(|order| test.relation.holds(order));
            }
        }
        if turned {
            column.iter().zip(&mut mask).for_each(|(x, slot)| *slot = !x.is_nan() && !*slot);
        }
        Ok(mask)
    }

    /// Returns a statistic over the tasks of the step of each task, by task.
    fn by_step(&self, column: &[f64], statistic: Statistic) -> Vec<f64> {
        let run = self.facts.run();
        let mut known: Vec<(StrId, u32)> = Vec::new();
        let mut steps = vec![StrId::EMPTY; column.len()];
        for t in run.task_ids() {
            words(run, Words::Step, t, |id| steps[t.index()] = id);
            if !column[t.index()].is_nan() {
                known.push((steps[t.index()], t.0));
            }
        }
        known.order();
        let mut found = vec![f64::NAN; run.strings.len()];
        for step in known.chunk_by(|a, b| a.0 == b.0) {
            let mut values: Vec<f64> = step.iter().map(|(_, t)| column[*t as usize]).collect();
            found[step[0].0.0 as usize] = statistic.of(&mut values).unwrap_or(f64::NAN);
        }
        steps.iter().map(|step| found[step.0 as usize]).collect()
    }

    fn members(&self, test: &Test, name: &str, column: &[StrId]) -> Vec<bool> {
        // A value that is not text must match as a whole: 4 is not part of 14.
        let mut matchers = [Matcher::new(test, true), Matcher::new(test, false)];
        let amounts: Vec<Amount> = test.values.iter().filter_map(|v| Amount::read(&v.text)).collect();
        let all = test.relation == Relation::Holds && test.values.iter().any(|v| v.text.is_empty());
        let mut said = vec![Said::Nothing; self.facts.run().strings.len()];
        let mut of = |id: StrId| {
            let Some(member) = self.members.get(id, name) else { return Said::Unknown };
            let matcher = &mut matchers[usize::from(member.is_text)];
            let fits = fits(member, test.relation, &amounts, matcher);
            if fits != (test.relation == Relation::Unequal) { Said::Yes } else { Said::No }
        };
        let mut kept = |id: StrId| {
            let slot = &mut said[id.0 as usize];
            if *slot == Said::Nothing {
                *slot = of(id);
            }
            *slot == Said::Yes
        };
        column.iter().map(|id| all || kept(*id)).collect()
    }

    fn has(&self, field: &Field, at: &TextPlace) -> Result<Vec<bool>, QueryError> {
        let run = self.facts.run();
        let member = |name: &str, column: &[StrId]| {
            column.iter().map(|id| self.members.get(*id, name).is_some()).collect::<Vec<bool>>()
        };
        Ok(match field {
            Field::Status => vec![true; run.task_count()],
            Field::Words(field) => {
                let known = |t| {
                    let mut known = false;
                    words(run, *field, t, |_| known = true);
                    known
                };
                run.task_ids().map(known).collect()
            }
            Field::Moment(moment) => moments(self.facts, *moment).iter().map(|at| *at != UNKNOWN).collect(),
            Field::Label(name) => member(name, &run.tasks.labels),
            Field::Param(name) => member(name, &run.tasks.params),
            Field::Measure(_) | Field::Metric(_) => match measure(field, at, self.facts)? {
                None => vec![false; run.task_count()],
                Some(i) => self.facts.measures().values(self.facts, i).iter().map(|x| !x.is_nan()).collect(),
            },
        })
    }

    fn is(&self, flag: Flag) -> Vec<bool> {
        let run = self.facts.run();
        match flag {
            Flag::Critical => self
                .facts
                .critical_path()
                .map_or_else(|| vec![false; run.task_count()], |p| p.on_path.clone()),
            Flag::Gate => self.facts.gates().mask(),
            Flag::Retried => run.task_ids().map(|t| run.attempts_of(t).len() > 1).collect(),
        }
    }
}

/// Returns whether a label or a parameter matches any value: as numbers if both are numbers of the same unit, otherwise
/// as text. A text of the source is a number only for `=`, `<` and similar operators, so that `:` finds a part of it.
fn fits(member: &Member, relation: Relation, amounts: &[Amount], matcher: &mut Matcher) -> bool {
    let is_part = member.is_text && relation == Relation::Holds;
    let own = if is_part { None } else { Amount::read(&member.text) };
    let holds = |own: &Amount| {
        let mut comparable = amounts.iter().filter(|other| other.unit == own.unit);
        comparable.any(|other| own.value.partial_cmp(&other.value).is_some_and(|o| relation.holds(o)))
    };
    own.as_ref().is_some_and(holds) || (!relation.orders() && matcher.fits(&member.text))
}

//! A parsed query: tests and operators, in the order of evaluation.

use std::ops::Range;

/// A position in the text. It does not change the meaning of a query, so all positions are equal.
#[derive(Clone, Debug)]
pub(super) struct TextPlace(pub(super) Range<usize>);

impl PartialEq for TextPlace {
    fn eq(&self, _: &TextPlace) -> bool {
        true
    }
}

/// One step of a query in postfix order: each takes its operands off a stack of sets of tasks and puts one set back.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Test(Test),
    Has(Field, TextPlace),
    Is(Flag),
    Not,
    And,
    Or,
    /// Tasks at most this number of dependencies away; without a number, any distance.
    Reach(Direction, Option<u32>),
    Between,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Critical,
    Gate,
    Retried,
}

/// Against the dependencies or along them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// A field compared with values: true if any of them matches; for [`Relation::Unequal`] if none does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) field: Field,
    /// Position of the name of the field.
    pub(super) at: TextPlace,
    pub(super) relation: Relation,
    /// At least one.
    pub(super) values: Vec<Value>,
}

/// The property of a task that a test looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Words(Words),
    Status,
    Moment(Moment),
    /// A measure by its key or its short name.
    Measure(String),
    /// A metric by its name, even if a standard measure has the same name.
    Metric(String),
    Label(String),
    Param(String),
}

/// Text of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Words {
    /// Name, id and step: what a bare word looks at.
    Any,
    /// Id and name: the meaning of a bare word as an argument of a function.
    Task,
    Name,
    Id,
    Step,
    Kind,
    Worker,
    Error,
    Parent,
}

/// A moment of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Moment {
    Start,
    End,
    Queued,
    Ready,
}

/// How a field is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// `:`, which is a part of a text and the whole of anything else.
    Holds,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Relation {
    pub(super) const ALL: [Relation; 7] = [
        Relation::Holds,
        Relation::Equal,
        Relation::Unequal,
        Relation::Less,
        Relation::LessEqual,
        Relation::Greater,
        Relation::GreaterEqual,
    ];

    /// Returns how it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Relation::Holds => ":",
            Relation::Equal => "=",
            Relation::Unequal => "!=",
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterEqual => ">=",
        }
    }

    /// Whether it asks which of two is the larger.
    pub(super) fn orders(self) -> bool {
        !matches!(self, Relation::Holds | Relation::Equal | Relation::Unequal)
    }

    /// Returns whether it is true for two values in that order. [`Relation::Unequal`] is evaluated as `=` for each
    /// value, and negated over all of them.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Relation::Holds | Relation::Equal | Relation::Unequal => order.is_eq(),
            Relation::Less => order.is_lt(),
            Relation::LessEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterEqual => order.is_ge(),
        }
    }
}

/// The value after an operator, as written; its meaning depends on the field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) text: String,
    /// Whether `*` and `?` are to be taken literally though [`Relation::Holds`] would not.
    pub(super) literal: bool,
    /// Whether a statistic is that of the step of each task.
    pub(super) by_step: bool,
    pub(super) at: TextPlace,
}

impl Value {
    /// Whether it is a pattern with `*` and `?`.
    pub(super) fn is_pattern(&self) -> bool {
        !self.literal && has_wildcard(&self.text)
    }
}

pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

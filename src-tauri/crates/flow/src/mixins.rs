//! Mixins: named blocks whose keys other blocks take over.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use source::{Diagnostic, Severity, nearest};

use crate::merge::merged;
use crate::order::false_circle;
use crate::tree::{Block, Expr, Field, FieldValue, List, Map, Named};

/// Mixins may use each other this deep.
const DEEPEST: usize = 64;
/// So many mixins may be named in one block.
const MOST_USES: usize = 500;
/// So many items and entries may come together in one block.
const MOST_ITEMS: usize = 20_000;

/// All mixins of a flow, each with the mixins it uses itself taken over.
#[derive(Debug, Clone, Default)]
pub struct Mixins {
    resolved: IndexMap<String, Arc<Block>>,
    /// What the official tools would refuse, though it works here.
    notes: Vec<Diagnostic>,
}

/// Mixins while they are being resolved.
struct Resolver<'a> {
    written: IndexMap<&'a str, &'a Named>,
    resolved: IndexMap<String, Arc<Block>>,
    /// Those being resolved, outermost first.
    path: Vec<String>,
    found: Vec<Diagnostic>,
}

impl Mixins {
    /// Resolves the mixins of a flow; those of the project can be overridden by name.
    pub fn resolve(flow: &Block, project: Option<&Block>) -> (Self, Vec<Diagnostic>) {
        let mut written: IndexMap<&str, &Named> = IndexMap::new();
        for block in project.into_iter().chain([flow]) {
            written.extend(block.blocks("mixins"));
        }
        let names: Vec<String> = written.keys().map(|name| (*name).to_owned()).collect();
        let notes = order(&written);
        let mut resolver = Resolver {
            written,
            resolved: IndexMap::new(),
            path: Vec::new(),
            found: Vec::new(),
        };
        for name in &names {
            resolver.resolve(name);
        }
        let mut ordered = IndexMap::new();
        for name in names {
            if let Some(block) = resolver.resolved.swap_remove(&name) {
                ordered.insert(name, block);
            }
        }
        let mixins = Self {
            resolved: ordered,
            notes: notes
                .into_iter()
                .filter(|_| resolver.found.is_empty())
                .collect(),
        };
        (mixins, resolver.found)
    }

    /// What the official tools would refuse, though it works here.
    #[must_use]
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    /// The names of all mixins.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.resolved.keys().map(String::as_str)
    }

    /// A mixin with everything it takes over itself.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Block>> {
        self.resolved.get(name)
    }

    /// A block with its mixins applied: the rightmost one wins. Unknown names are reported.
    pub fn apply(&self, block: &Arc<Block>) -> Result<Arc<Block>, Vec<Diagnostic>> {
        let uses = uses(block);
        if uses.is_empty() {
            return Ok(Arc::clone(block));
        }
        if let Some((name, expr)) = uses.get(MOST_USES) {
            return Err(vec![too_much(name, expr)]);
        }
        let mut found = Vec::new();
        let mut result = (**block).clone();
        for (name, expr) in uses.iter().rev() {
            match self.resolved.get(name) {
                Some(mixin) if fits(&result, mixin) => result = merged(&result, mixin),
                Some(_) => return Err(vec![too_much(name, expr)]),
                None => found.push(unknown(name, expr, self.names())),
            }
        }
        if found.is_empty() {
            Ok(Arc::new(result))
        } else {
            Err(found)
        }
    }
}

impl Resolver<'_> {
    fn resolve(&mut self, name: &str) {
        if self.resolved.contains_key(name) {
            return;
        }
        let Some(named) = self.written.get(name).copied() else {
            return;
        };
        self.path.push(name.to_owned());
        let mut result = (*named.block).clone();
        let mut uses = uses(&named.block);
        if let Some((used, expr)) = uses.get(MOST_USES) {
            self.found.push(too_much(used, expr));
            uses.truncate(MOST_USES);
        }
        for (used, expr) in uses.into_iter().rev() {
            if let Some(start) = self.path.iter().position(|step| *step == used) {
                self.cycle(start, &expr);
                continue;
            }
            if self.path.len() < DEEPEST {
                self.resolve(&used);
            } else if !self.resolved.contains_key(&used) {
                self.found.push(too_much(&used, &expr));
                continue;
            }
            match self.resolved.get(&used) {
                Some(mixin) if fits(&result, mixin) => result = merged(&result, mixin),
                Some(_) => {
                    self.found.push(too_much(&used, &expr));
                    break;
                }
                None => {
                    let known: Vec<&str> = self.written.keys().copied().collect();
                    let problem = unknown(&used, &expr, known);
                    self.found.push(problem);
                }
            }
        }
        self.path.pop();
        self.resolved.insert(name.to_owned(), Arc::new(result));
    }

    fn cycle(&mut self, start: usize, expr: &Expr) {
        let mut steps = self.path[start..].to_vec();
        steps.push(steps[0].clone());
        let message = format!("mixins use each other in a circle: {}", steps.join(" → "));
        let found = Diagnostic::error("mixin-cycle", &expr.text, expr.span, message);
        self.found.push(found.help("remove one of these uses"));
    }
}

/// What the official tools take for a circle: mixins that stand before those they use.
fn order(written: &IndexMap<&str, &Named>) -> Option<Diagnostic> {
    let used = |named: &&Named| {
        let names = uses(&named.block).into_iter();
        let places = names.filter_map(|(name, _)| written.get_index_of(name.as_str()));
        places.collect::<IndexSet<usize>>().into_iter().collect()
    };
    let needs: Vec<Vec<usize>> = written.values().map(used).collect();
    let (_, first) = written.get_index(false_circle(&needs)?)?;
    let message = "the official tools take the mixins this one uses for a circle";
    let (text, severity) = (&first.block.text, Severity::Portability);
    let found = Diagnostic::new(severity, "order-of-mixins", text, first.key, message);
    Some(found.help("write mixins after those they use"))
}

/// The mixins a block uses. Names may be written as expressions without contexts.
pub(crate) fn uses(block: &Block) -> Vec<(String, Expr)> {
    let Some(List::Items(items)) = block.list("mixins") else {
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|expr| Some((crate::eval::constant_text(expr)?, expr.clone())))
        .collect()
}

/// Whether a block with a mixin is not too large. Mixins that use others twice double with every
/// level.
fn fits(block: &Block, mixin: &Block) -> bool {
    size(block).saturating_add(size(mixin)) <= MOST_ITEMS
}

fn size(block: &Block) -> usize {
    let of = |field: &Field| match &field.value {
        FieldValue::List(list) => list_size(list),
        FieldValue::Map(map) => map_size(map),
        _ => 0,
    };
    block.fields.values().map(|field| of(field)).sum()
}

fn list_size(list: &List) -> usize {
    match list {
        List::Items(items) => items.len(),
        List::Joined(lists) => lists.iter().map(list_size).sum(),
        List::Whole(..) | List::Null => 1,
    }
}

fn map_size(map: &Map) -> usize {
    match map {
        Map::Items(items) => items.len(),
        Map::Whole(_) => 1,
        Map::Joined(parent, own) => map_size(parent) + map_size(own),
    }
}

fn too_much(name: &str, expr: &Expr) -> Diagnostic {
    let message = format!(
        "with the mixin `{name}` too much comes together: at most {DEEPEST} levels of mixins, \
         {MOST_USES} mixins and {MOST_ITEMS} items and entries in one block"
    );
    let found = Diagnostic::error("mixins-too-large", &expr.text, expr.span, message);
    found.help("use each mixin once, and fewer of them in one another")
}

fn unknown<'a>(name: &str, expr: &Expr, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let candidates = nearest(name, known);
    let message = format!("there is no mixin `{name}`");
    let found = Diagnostic::error("unknown-mixin", &expr.text, expr.span, message);
    let found = match candidates.first() {
        Some(best) => found.help(format!("did you mean `{best}`?")),
        None => found.help("define it under `mixins`"),
    };
    found.candidates(candidates)
}

//! Expansion: from entries of `tasks` to the graph, calls and all.

use std::sync::Arc;

use expression::{Dict, Layered, Value};
use indexmap::IndexMap;
use source::Diagnostic;

use super::body::{Body, Call, Condition};
use super::called::Called;
use super::graph::{Node, TaskGraph, TaskKind};
use super::id::TaskId;
use super::level::Level;
use super::matrix::{self, Row};
use super::notes;
use super::posts::Post;
use crate::action::Action;
use crate::config::{CacheConfig, StrategyConfig};
use crate::eval::{Evaluator, Trouble, Troubles};
use crate::exec;
use crate::mixins::Mixins;
use crate::outside::Outside;
use crate::session::Session;
use crate::tree::{Block, Need};

/// A bake may have this many tasks: a matrix of calls of a matrix, both as large as they may be,
/// fits; one level more would fill the memory.
const MOST_TASKS: usize = 70_000;

/// What is known while the graph is built.
pub(super) struct Expander<'a> {
    pub(super) session: Session<'a>,
    pub(super) mixins: &'a Mixins,
    /// Actions by reference, read once.
    pub(super) actions: IndexMap<String, Result<Arc<Action>, Box<Diagnostic>>>,
    pub(super) troubles: Troubles,
    /// What the official tools would refuse, or do otherwise.
    pub(super) notes: Vec<Diagnostic>,
    /// Whether what is not known yet is passed over, for a first drawing.
    pub(super) lenient: bool,
    /// The references being expanded, outermost first.
    pub(super) path: Vec<String>,
    /// How many tasks there are already, on all levels.
    pub(super) made: usize,
}

/// Entries of one level with what they inherit.
pub(super) struct Entries<'a> {
    pub(super) prefix: &'a TaskId,
    pub(super) level: &'a Level,
    pub(super) mixins: Option<&'a Mixins>,
    pub(super) blocks: &'a [Arc<Block>],
}

/// One entry while its rows are made.
pub(super) struct Entry<'a> {
    pub(super) block: &'a Arc<Block>,
    /// The entry with its mixins.
    mixed: Arc<Block>,
    number: usize,
    strategy: StrategyConfig,
    call: Option<Called>,
    /// The tasks of the entry before.
    pub(super) last: &'a [String],
}

/// A graph while it is built.
#[derive(Default)]
pub(super) struct Building {
    pub(super) graph: TaskGraph,
    pub(super) last: Vec<String>,
    pub(super) posts: Vec<Vec<Post>>,
    pub(super) needs: Vec<(String, Need, String)>,
    /// Ids of entries that could not be expanded; nothing for an id that is an expression.
    pub(super) broken: Vec<Option<String>>,
}

impl<'a> Expander<'a> {
    /// Expands the entries of the batch itself.
    pub(super) fn expand(&mut self, level: &Level, blocks: &[Arc<Block>]) -> TaskGraph {
        let root = TaskId::root();
        let mixins = Some(self.mixins);
        let graph = self.entries(&Entries {
            prefix: &root,
            level,
            mixins,
            blocks,
        });
        // Nobody looks at every task of a graph that is cut off.
        match self.made > MOST_TASKS {
            true => TaskGraph::default(),
            false => graph,
        }
    }

    pub(super) fn entries(&mut self, entries: &Entries<'_>) -> TaskGraph {
        let mut building = Building::default();
        for (index, block) in entries.blocks.iter().enumerate() {
            self.entry(entries, &mut building, index + 1, block);
        }
        self.unknown_needs(&building);
        self.lacking_images(&building.graph);
        Self::posts(entries, &mut building);
        building.graph
    }

    fn entry(
        &mut self,
        entries: &Entries<'_>,
        building: &mut Building,
        number: usize,
        block: &Arc<Block>,
    ) {
        let none = Mixins::default();
        let mixed = match entries.mixins.unwrap_or(&none).apply(block) {
            Ok(mixed) => mixed,
            Err(found) => return self.broken(building, block, found),
        };
        let call = match self.called(block) {
            Ok(call) => call,
            Err(found) => {
                // What is wrong with its matrix is told at the same time; without rows there is no
                // call.
                let rows = self.rows(entries.level, block, number);
                if rows.is_none_or(|(_, rows)| !rows.is_empty()) {
                    self.broken(building, block, found);
                }
                return;
            }
        };
        let last = std::mem::take(&mut building.last);
        let problems = call.iter().flat_map(|call| call.problems.clone()).collect();
        let Some((strategy, rows)) = self.rows(entries.level, block, number) else {
            return self.broken(building, block, problems);
        };
        if !rows.is_empty() {
            self.troubles.list.extend(Troubles::from(problems).list);
        }
        let entry = Entry {
            block,
            mixed,
            number,
            strategy,
            call,
            last: &last,
        };
        let mut posts = Vec::new();
        if rows.len() > 1 && block.has("mixins") {
            self.notes.extend(notes::mixins_in_matrix(block));
        }
        for row in rows {
            posts.extend(self.row(entries, building, &entry, row));
        }
        if !posts.is_empty() {
            building.posts.push(posts);
        }
    }

    /// Notes that an entry cannot be expanded, so that tasks which need it are not blamed.
    fn broken(&mut self, building: &mut Building, block: &Block, found: Vec<Diagnostic>) {
        self.troubles.list.extend(Troubles::from(found).list);
        if block.has("id") {
            building.broken.push(block.constant("id"));
        }
    }

    /// The limits and the rows of an entry.
    fn rows(
        &mut self,
        level: &Level,
        block: &Block,
        number: usize,
    ) -> Option<(StrategyConfig, Vec<Row>)> {
        let Some(written) = block.block("strategy") else {
            return Some((level.strategy, vec![Row::new()]));
        };
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(level, &mut outside, level.home.as_ref());
        let strategy = StrategyConfig {
            fail_fast: evaluator
                .truth(written, "fail_fast")
                .unwrap_or(level.strategy.fail_fast),
            max_parallel: evaluator
                .whole(written, "max_parallel")
                .unwrap_or(level.strategy.max_parallel),
        };
        let place = (&block.text, number);
        let rows = matrix::rows(
            &mut evaluator,
            written.get("matrix"),
            place,
            &mut self.notes,
        );
        let troubles = evaluator.troubles;
        if !self.path.is_empty() && troubles.list.is_empty() {
            self.notes
                .extend(notes::inputs_in_matrix(written.get("matrix")));
        }
        if self.lenient && rows.is_none() && troubles.only_unknown() {
            return Some((strategy, vec![Row::new()]));
        }
        self.troubles.list.extend(troubles.list);
        rows.map(|rows| (strategy, rows))
    }

    fn row(
        &mut self,
        entries: &Entries<'_>,
        building: &mut Building,
        entry: &Entry<'_>,
        row: Row,
    ) -> Option<Post> {
        self.made += 1;
        if self.made > MOST_TASKS {
            self.too_large(entry.block);
            return None;
        }
        let mut matrix = Dict::new();
        let values: Dict = row
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        matrix.insert("matrix", Value::Dict(values));
        let Some(user_id) = self.user_id(&matrix, entry.block) else {
            building.broken.push(None);
            return None;
        };
        let id = user_id
            .clone()
            .unwrap_or_else(|| made_id(entry.number, &row));
        if building.graph.nodes.contains_key(&id) {
            // Of tasks with the same id only the last one counts.
            building.needs.retain(|(task, _, _)| *task != id);
        }
        let Some(needs) = self.needs(building, entry, &id, &matrix) else {
            building.broken.push(Some(id));
            return None;
        };
        let cache = self.cache(entries.level, entry, &matrix);
        let place = entries.prefix.child(&id);
        let mut node = Node {
            kind: TaskKind::Task,
            user_id,
            needs,
            matrix: row,
            strategy: entry.strategy,
            cache,
            enable: String::new(),
            action: None,
            state_from: None,
            inner: None,
            text: entry.block.text.clone(),
            span: entry.block.span,
            condition: condition(entry.block.scalar("enable")),
            body: Body::Task(Arc::clone(&entry.mixed)),
            id: place,
        };
        node.enable = node.condition.text();
        let post = self.finish_node(entries, entry, &mut node);
        if building.graph.nodes.contains_key(&id) {
            self.notes.push(notes::repeated_id(&node));
        }
        building.last.push(id.clone());
        building.graph.nodes.insert(id, node);
        post
    }

    /// Says once that the graph is too large.
    fn too_large(&mut self, block: &Block) {
        if self.made == MOST_TASKS + 1 {
            let message = format!("the batch comes to more than {MOST_TASKS} tasks");
            let found = Diagnostic::error("batch-too-large", &block.text, block.span, message);
            let help = "make a matrix smaller, here or in the calls around it";
            self.troubles.list.push(found.help(help).into());
        }
    }

    /// Makes a node what its entry says: a task, or a call of some kind.
    fn finish_node(
        &mut self,
        entries: &Entries<'_>,
        entry: &Entry<'_>,
        node: &mut Node,
    ) -> Option<Post> {
        let called = entry.call.as_ref()?;
        node.kind = called.kind;
        node.action = Some(called.reference.clone());
        let call = Call {
            action: Arc::clone(&called.action),
            block: Arc::clone(entry.block),
        };
        node.body = Body::Call(call.clone());
        match called.kind {
            _ if !called.problems.is_empty() => {
                node.inner = node.kind.is_call().then(TaskGraph::default);
                None
            }
            TaskKind::BatchAction | TaskKind::Module => {
                node.inner = Some(self.inner(entries, called, node));
                None
            }
            TaskKind::Stateful if called.action.tree.block("post").is_some() => Some(Post {
                main: node.id.name().to_owned(),
                call,
                row: node.matrix.clone(),
                strategy: node.strategy,
                cache: node.cache,
                reference: called.reference.clone(),
            }),
            _ => None,
        }
    }

    /// Tasks without an image: their own, or the main one of the action they call. Of tasks with the
    /// same id only the last one counts.
    fn lacking_images(&mut self, graph: &TaskGraph) {
        for node in graph.nodes.values() {
            let unit = match (&node.body, node.kind) {
                (Body::Task(block), _) => Some(&**block),
                (Body::Call(call), TaskKind::Stateful) => call.action.tree.block("main"),
                (Body::Call(_), _) => None,
            };
            let lacking = unit.filter(|unit| exec::lacks_image(unit));
            let found = lacking.map(|unit| exec::no_image(unit, "task", node.id.name()));
            self.troubles.list.extend(found.map(Trouble::from));
        }
    }

    fn user_id(&mut self, matrix: &Dict, block: &Block) -> Option<Option<String>> {
        let Some(expr) = block.scalar("id") else {
            return Some(None);
        };
        let value = self.with_matrix(matrix, |evaluator| evaluator.value(expr))?;
        Some((value != Value::None).then(|| value.to_string()))
    }

    /// Evaluates where only the row is known.
    pub(super) fn with_matrix<T>(
        &mut self,
        matrix: &Dict,
        evaluate: impl FnOnce(&mut Evaluator<'_, '_>) -> Option<T>,
    ) -> Option<T> {
        let mut outside = Outside::new(self.session);
        let mut evaluator = Evaluator::new(matrix, &mut outside, None);
        let result = evaluate(&mut evaluator);
        let problems = evaluator.troubles.list;
        self.troubles.list.extend(problems);
        result
    }

    fn cache(&mut self, level: &Level, entry: &Entry<'_>, matrix: &Dict) -> CacheConfig {
        let stateless = !matches!(
            entry.call.as_ref().map(|call| call.kind),
            Some(TaskKind::Stateful | TaskKind::Local)
        );
        let mut outside = Outside::new(self.session);
        let scope = Layered {
            upper: matrix,
            lower: level,
        };
        let mut evaluator = Evaluator::new(&scope, &mut outside, level.home.as_ref());
        let cache = level
            .cache
            .refined(&mut evaluator, entry.block.block("cache"));
        let problems = evaluator.troubles.list;
        self.troubles.list.extend(problems);
        if stateless {
            cache
        } else {
            CacheConfig::never()
        }
    }
}

fn condition(enable: Option<&crate::tree::Expr>) -> Condition {
    match enable {
        Some(expr) => Condition::Written(Box::new(expr.clone())),
        None => Condition::Success,
    }
}

/// The id of a task whose author gave none.
fn made_id(number: usize, row: &Row) -> String {
    let mut names: Vec<&String> = row
        .keys()
        .filter(|name| **name == name.to_lowercase())
        .collect();
    names.sort();
    let mut id = format!("task-{number}");
    for name in names {
        id.push('-');
        id.push_str(&row[name].to_string());
    }
    id
}

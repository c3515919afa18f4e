//! A project that does not remember its template: which version of it was it made from?

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use contract::{AdoptApply, AdoptAsk, AdoptOffer, AdoptVersion, Adopted, Failure, WorkStage};
use indexmap::IndexMap;
use serde_json::Value;
use template::{
    Answers, CRUFT_FILE, Cruft, Distance, Files, Node, Setting, Template, Tree, distance,
};
use template_store::write::{Edit, Edits, edit};
use template_store::{Commit, History, OpenError, Store, Terms, Versions};

use crate::Desk;
use crate::credentials::blocking;
use crate::making::{journal, write_failure};
use crate::templates::source::{Source, failure};
use crate::templates::work::Work;
use crate::update::{ProjectFiles, project_folder};
use crate::view::diagnostic::count;

mod guess;

/// How many commits are compared at most.
const MOST_COMMITS: usize = 500;

/// How many versions are offered.
const MOST_OFFERED: usize = 20;

/// A project whose version was looked for.
pub(crate) struct Adoption {
    root: PathBuf,
    /// What the project would remember, by commit, the closest first.
    offered: IndexMap<String, Cruft>,
}

/// Which versions of a template a project may have been made from; nothing is written.
pub async fn adopt_offer(desk: &Desk, request: AdoptAsk) -> Result<AdoptOffer, Failure> {
    let desk = desk.clone();
    let work = Work::begin(&desk, request.work.as_deref());
    blocking(move || offer(&desk, request, &work)).await?
}

/// Writes down which version a project was made from.
pub async fn adopt_apply(desk: &Desk, request: AdoptApply) -> Result<Adopted, Failure> {
    let adoption = desk.templates().adoptions.get(&request.adoption);
    let adoption = adoption.ok_or_else(|| {
        Failure::not_found("This project's versions are not known any more.")
            .hint("Look for them again first.")
    })?;
    let cruft = match &request.commit {
        Some(commit) => adoption.offered.get(commit),
        None => adoption.offered.values().next(),
    };
    let cruft = cruft.cloned().ok_or_else(|| {
        Failure::invalid("commit", "This version was not offered.").hint("Pick one of the list.")
    })?;
    let journal = journal(desk);
    let root = adoption.root.clone();
    let edits = Edits::from([(
        CRUFT_FILE.to_owned(),
        Edit::Write {
            bytes: cruft.to_json().into_bytes(),
            mode: None,
        },
    )]);
    let written = blocking(move || edit(&journal, &root, &edits)).await?;
    let written = written.map_err(|error| write_failure(&error))?;
    Ok(Adopted {
        path: adoption.root.display().to_string(),
        source: cruft.template,
        commit: cruft.commit,
        undo: written.id,
    })
}

fn offer(desk: &Desk, request: AdoptAsk, work: &Work) -> Result<AdoptOffer, Failure> {
    let root = project_folder(desk, &request.project)?;
    let source = Source {
        typed: request.source,
        checkout: request.checkout,
        directory: request.directory,
        freshness: request.freshness.unwrap_or_default(),
        base: request.base,
        ..Source::default()
    };
    let wanted = source.wanted(desk)?;
    let search = Search {
        files: ProjectFiles::of(&root),
        given: request.values.unwrap_or_default(),
        source: wanted.reference.name(),
        checkout: wanted.checkout.clone(),
        directory: wanted.directory.clone(),
        work,
    };
    let compared = source
        .ask(desk, work, |store, terms| {
            let history = store.history(&wanted, terms)?;
            let mut compared = search.compare(store, &history, terms)?;
            let tips = tips(&store.versions(&wanted, terms)?, wanted.checkout.as_deref());
            // Of versions that are equally close, those that have a name come first.
            compared.versions.sort_by_key(|one| {
                let rank = tips.iter().position(|tip| *tip == one.commit.id);
                (one.distance, rank.unwrap_or(tips.len()))
            });
            Ok(compared)
        })
        .map_err(|error| failure(&error))?;
    let Some(best) = compared.versions.first() else {
        let message = "No version of this template could be compared with the project.";
        return Err(Failure::invalid("source", message)
            .hint("Look whether the template lies in a folder of it."));
    };
    let mut notes = compared.notes;
    if root.join(CRUFT_FILE).exists() {
        notes.push("The project remembers a template already; that would be replaced.".to_owned());
    }
    let fields = crate::update::fields(best.form.clone());
    let id = uuid::Uuid::new_v4().to_string();
    let offered: Vec<&Version> = compared.versions.iter().take(MOST_OFFERED).collect();
    let adoption = Adoption {
        root,
        offered: offered
            .iter()
            .map(|one| (one.commit.id.clone(), one.cruft.clone()))
            .collect(),
    };
    desk.templates().adoptions.put(&id, adoption);
    Ok(AdoptOffer {
        adoption: id,
        source: search.source,
        versions: offered.into_iter().map(Version::view).collect(),
        compared: count(compared.versions.len()),
        fields,
        notes,
    })
}

/// Commits that have a name: the version to follow, the usual one, tags, branches.
fn tips(versions: &Versions, checkout: Option<&str>) -> Vec<String> {
    let named = || versions.tags.iter().chain(&versions.branches);
    let followed = named().find(|one| Some(one.name.as_str()) == checkout);
    let all = followed.into_iter().chain(&versions.default).chain(named());
    all.map(|one| one.commit.clone()).collect()
}

/// A version that was compared with a project.
#[derive(Clone)]
struct Version {
    commit: Commit,
    distance: Distance,
    same: usize,
    cruft: Cruft,
    form: template::Form,
}

impl Version {
    /// The same files at another commit.
    fn at(&self, commit: &Commit) -> Self {
        let mut version = self.clone();
        version.commit = commit.clone();
        version.cruft.commit.clone_from(&commit.id);
        let id = Value::String(commit.id.clone());
        version.cruft.context.insert("_commit".to_owned(), id);
        version
    }

    fn view(&self) -> AdoptVersion {
        AdoptVersion {
            commit: self.commit.id.clone(),
            time: self.commit.time.to_string(),
            subject: self.commit.subject.clone(),
            lines: count(self.distance.lines),
            missing: count(self.distance.missing),
            changed: count(self.distance.changed),
            same: count(self.same),
        }
    }
}

struct Compared {
    versions: Vec<Version>,
    notes: Vec<String>,
}

/// The search for the version a project was made from.
struct Search<'a> {
    files: ProjectFiles,
    given: IndexMap<String, Value>,
    source: String,
    checkout: Option<String>,
    directory: Option<String>,
    work: &'a Work,
}

impl Search<'_> {
    fn compare(
        &self,
        store: &Store,
        history: &History,
        terms: &Terms<'_>,
    ) -> Result<Compared, OpenError> {
        let mut notes = Vec::new();
        let total = history.commits.len();
        if total > MOST_COMMITS {
            notes.push(format!(
                "Of {total} commits the newest {MOST_COMMITS} were compared."
            ));
        }
        let mut guesses: Option<IndexMap<String, Value>> = None;
        let mut versions: Vec<Version> = Vec::new();
        let mut seen: HashMap<u64, usize> = HashMap::new();
        for (at, commit) in history.commits.iter().take(MOST_COMMITS).enumerate() {
            let most = Some(total.min(MOST_COMMITS) as u64);
            self.work.reach(WorkStage::Comparing, at as u64, most);
            if self.work.is_stopped() {
                let name = self.source.clone();
                return Err(OpenError::Stopped { name });
            }
            let tree = store.at_commit(history, &commit.id, terms)?;
            let Some(template) = self.template(tree) else {
                continue;
            };
            // Most commits leave the template itself as it was.
            if let Some(same) = seen.get(&content(template.tree())) {
                let version = versions[*same].at(commit);
                versions.push(version);
                continue;
            }
            seen.insert(content(template.tree()), versions.len());
            let answers = guesses.get_or_insert_with(|| {
                let found = guess::answers(&template, &self.files, &self.given, &self.setting());
                found.typed
            });
            versions.push(self.version(&template, commit, answers));
        }
        Ok(Compared { versions, notes })
    }

    fn template(&self, tree: Tree) -> Option<Template> {
        let tree = match &self.directory {
            Some(folder) => tree.folder(folder)?,
            None => tree,
        };
        Template::read(tree)
            .ok()
            .filter(|template| template.nested().is_empty())
    }

    fn setting(&self) -> Setting {
        Setting {
            zone: jiff::tz::TimeZone::system(),
            template: self.source.clone(),
            checkout: self.checkout.clone(),
            ..Setting::new(jiff::Timestamp::now(), 0)
        }
    }

    fn version(
        &self,
        template: &Template,
        commit: &Commit,
        guesses: &IndexMap<String, Value>,
    ) -> Version {
        let answers = fitting(template, guesses);
        let mut plan = template.plan(&answers, &self.setting());
        crate::update::with_native(template.tree(), &mut plan);
        let made = plan.files();
        let mine = self.files.at(made.keys());
        let mut cruft = Cruft::of(&plan, &self.source, &commit.id);
        cruft.checkout.clone_from(&self.checkout);
        cruft.directory.clone_from(&self.directory);
        Version {
            commit: commit.clone(),
            distance: distance(&made, &mine),
            same: same(&made, &mine),
            cruft,
            form: template.form(&answers, &self.setting()),
        }
    }
}

/// A number that tells the contents of two templates apart.
fn content(tree: &Tree) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    for path in tree.below("") {
        path.hash(&mut hasher);
        match tree.get(path) {
            Some(Node::File { mode, bytes }) => (mode, bytes).hash(&mut hasher),
            Some(Node::Link { target }) => target.hash(&mut hasher),
            _ => {}
        }
    }
    hasher.finish()
}

/// Answers as far as a version of the template asks for them.
fn fitting(template: &Template, answers: &IndexMap<String, Value>) -> Answers {
    let asked: BTreeMap<&str, ()> = template
        .schema()
        .questions()
        .map(|one| (one.name.as_str(), ()))
        .collect();
    let fitting = answers
        .iter()
        .filter(|(name, _)| asked.contains_key(name.as_str()));
    Answers::typed(fitting.map(|(name, value)| (name.clone(), value.clone())))
}

fn same(made: &Files, mine: &Files) -> usize {
    made.iter()
        .filter(|(path, item)| mine.get(*path) == Some(item))
        .count()
}

//! Opening templates: a template comes of it, or a question that has to be answered first.

use contract::{
    Failure, NestedTemplate, TemplateOpen, TemplateOpening, TemplateVersion, TemplateVersions,
    VersionsAsk,
};
use jiff::Timestamp;
use template::Template;
use template_store::hook::NativeHooks;
use template_store::{ArchiveError, OpenError, Opened, Store, Version, Wanted};

use crate::Desk;
use crate::credentials::blocking;
use crate::templates::source::{Source, below, failure, last_part};
use crate::templates::work::Work;
use crate::templates::{OpenTemplate, early, person, recent};
use crate::view::failure::capital;

/// Opens a template, or says what has to be told first.
pub async fn template_open(desk: &Desk, request: TemplateOpen) -> Result<TemplateOpening, Failure> {
    let desk = desk.clone();
    let work = Work::begin(&desk, request.work.as_deref());
    blocking(move || match open(&desk, request, &work)? {
        Ok(open) => {
            recent::remember(&desk, &open, Timestamp::now());
            let template = Box::new(open.view(&desk));
            desk.templates().open.put(&open.id.clone(), open);
            Ok(TemplateOpening::Opened { template })
        }
        Err(question) => Ok(question),
    })
    .await?
}

/// Opens a template without remembering it; the inner error is a question to the person.
pub(crate) fn open(
    desk: &Desk,
    request: TemplateOpen,
    work: &Work,
) -> Result<Result<OpenTemplate, TemplateOpening>, Failure> {
    let source = Source {
        typed: request.source,
        checkout: request.checkout,
        directory: request.directory,
        freshness: request.freshness.unwrap_or_default(),
        base: request.base,
        credential: request.credential,
        password: request.password,
    };
    let wanted = source.wanted(desk)?;
    let opened = match source.ask(desk, work, |store, terms| store.open(&wanted, terms)) {
        Ok(opened) => made(desk, &wanted, opened, request.nested.as_deref())?,
        Err(error) => return question(&wanted, error).map(Err),
    };
    match opened {
        Ok(open) => early::prepared(desk, open, request.early_hook, work),
        Err(question) => Ok(Err(question)),
    }
}

fn made(
    desk: &Desk,
    wanted: &Wanted,
    opened: Opened,
    nested: Option<&str>,
) -> Result<Result<OpenTemplate, TemplateOpening>, Failure> {
    let mut pin = opened.pin;
    let mut template = Template::read(opened.tree).map_err(|error| unusable(&error))?;
    if let Some(name) = nested.filter(|_| !template.nested().is_empty()) {
        let path = template.nested().iter().find(|one| one.name == name);
        let path = path.map(|one| one.path.clone()).unwrap_or_default();
        template = template
            .choose(name)
            .map_err(|error| Failure::invalid("nested", format!("{}.", capital(&error))))?;
        pin.directory = below(pin.directory.as_deref(), &path);
    }
    if !template.nested().is_empty() {
        let templates = template.nested().iter().map(|one| NestedTemplate {
            name: one.name.clone(),
            label: one.label.clone(),
            path: below(pin.directory.as_deref(), &one.path).unwrap_or_default(),
        });
        return Ok(Err(TemplateOpening::Nested {
            templates: templates.collect(),
        }));
    }
    let (config, unread) = person::config(desk);
    let named = template.schema().title.clone();
    let place = pin.directory.as_deref().unwrap_or(&pin.source);
    Ok(Ok(OpenTemplate {
        id: id(&pin),
        name: named.unwrap_or_else(|| last_part(place)),
        native: NativeHooks::of(template.tree()),
        template,
        nested: nested.map(str::to_owned),
        preferred: config.default_context,
        local: wanted.reference.is_local(),
        fetched: opened.fetched,
        checked: opened.checked,
        notes: opened
            .notes
            .iter()
            .map(|note| format!("{}.", capital(note)))
            .chain(unread)
            .collect(),
        early: None,
        pin,
    }))
}

/// An id that tells place, version and content apart.
fn id(pin: &template_store::Pin) -> String {
    use sha2::{Digest as _, Sha256};
    let parts = [
        Some(pin.source.as_str()),
        pin.directory.as_deref(),
        pin.checkout.as_deref(),
        Some(&pin.digest),
    ];
    let whole = parts.map(Option::unwrap_or_default).join("\0");
    format!("t-{}", &hex::encode(Sha256::digest(whole))[..24])
}

fn unusable(error: &template::ReadError) -> Failure {
    Failure::invalid("source", format!("The template cannot be used: {error}."))
        .hint("Tell its author, or pick another one.")
}

/// What an error asks the person, if it asks anything.
fn question(wanted: &Wanted, error: OpenError) -> Result<TemplateOpening, Failure> {
    let message = format!("{}.", capital(&error));
    let hint = error.hint().unwrap_or_default().to_owned();
    let place = wanted.reference.name();
    Ok(match error {
        OpenError::Stopped { .. } => TemplateOpening::Stopped {},
        OpenError::NotATemplate { offers, .. } | OpenError::NoDirectory { offers, .. } => {
            TemplateOpening::Folder {
                message,
                folders: offers,
            }
        }
        OpenError::Version { .. } => TemplateOpening::Version { message },
        OpenError::AuthenticationNeeded { .. } => TemplateOpening::Credential {
            message,
            hint,
            place,
            refused: false,
        },
        OpenError::AuthenticationRefused { .. } => TemplateOpening::Credential {
            message,
            hint,
            place,
            refused: true,
        },
        OpenError::Archive(ArchiveError::PasswordNeeded { .. }) => TemplateOpening::Password {
            message,
            wrong: false,
        },
        OpenError::Archive(ArchiveError::PasswordWrong { .. }) => TemplateOpening::Password {
            message,
            wrong: true,
        },
        other => return Err(failure(&other)),
    })
}

/// Branches and tags of a source.
pub async fn template_versions(
    desk: &Desk,
    request: VersionsAsk,
) -> Result<TemplateVersions, Failure> {
    let desk = desk.clone();
    let work = Work::begin(&desk, request.work.as_deref());
    blocking(move || versions(&desk, request, &work)).await?
}

fn versions(desk: &Desk, request: VersionsAsk, work: &Work) -> Result<TemplateVersions, Failure> {
    use contract::Freshness;
    let source = Source {
        typed: request.source,
        base: request.base,
        ..Source::default()
    };
    let wanted = source.wanted(desk)?;
    let store = Store::new(&desk.folders().data);
    let freshness = request.freshness.unwrap_or_default();
    let known = store
        .known_versions(&wanted.reference)
        .filter(|_| freshness != Freshness::Refresh);
    if let Some(known) = known {
        return Ok(view(known, false));
    }
    if freshness == Freshness::Offline || !has_versions(&wanted) {
        return Ok(TemplateVersions::default());
    }
    let found = source.ask(desk, work, |store, terms| store.versions(&wanted, terms));
    found
        .map(|found| view(found, true))
        .map_err(|error| failure(&error))
}

fn has_versions(wanted: &Wanted) -> bool {
    use template_store::Reference;
    match &wanted.reference {
        Reference::Git(_) => true,
        Reference::Folder(path) => path.join(".git").exists(),
        _ => false,
    }
}

fn view(versions: template_store::Versions, fresh: bool) -> TemplateVersions {
    let one = |version: Version| TemplateVersion {
        name: version.name,
        commit: version.commit,
    };
    TemplateVersions {
        default: versions.default.map(one),
        branches: versions.branches.into_iter().map(one).collect(),
        tags: versions.tags.into_iter().map(one).collect(),
        fresh,
    }
}

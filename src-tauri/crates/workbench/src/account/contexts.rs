//! Contexts: which there are, which is worked in, which are protected.

use std::path::{Path, PathBuf};

use contract::{
    AccountView, ContextAdd, ContextChange, ContextOffer, ContextOffers, ContextOffersAsk,
    ContextRemove, ContextUse, ContextView, ContextsAsk, ContextsView, DeskEvent, Failure,
    FailureCode,
};

use super::record::{AccountRecord, COLOURS, ContextRecord, Here, Kept, LOCAL, Place, unknown};
use crate::Desk;
use crate::project::find_root;
use crate::view::failure;

/// Accounts and contexts.
pub async fn contexts_view(desk: &Desk, request: ContextsAsk) -> Result<ContextsView, Failure> {
    let root = root_of(request.project.as_deref())?;
    Ok(view(desk, root.as_deref()))
}

/// The folder of the project that a request names, if it names one.
fn root_of(project: Option<&str>) -> Result<Option<PathBuf>, Failure> {
    project.map(|path| find_root(Path::new(path))).transpose()
}

/// Works in a context from now on, everywhere or in one project.
pub async fn context_use(desk: &Desk, request: ContextUse) -> Result<ContextsView, Failure> {
    let root = root_of(request.project.as_deref())?;
    desk.contexts().change(|kept| {
        if let Some(name) = &request.name {
            kept.find(name).ok_or_else(|| unknown(kept, name))?;
        }
        match &root {
            Some(root) => match request.name {
                Some(name) => drop(kept.projects.insert(root.clone(), name)),
                None => drop(kept.projects.remove(root)),
            },
            None => kept.current = request.name.filter(|name| name != LOCAL),
        }
        Ok(())
    })?;
    tell(desk);
    Ok(view(desk, root.as_deref()))
}

/// Makes a further context of an account.
pub async fn context_add(desk: &Desk, request: ContextAdd) -> Result<ContextsView, Failure> {
    for (field, text) in [
        ("cluster", &request.cluster),
        ("org", &request.org),
        ("project", &request.project),
    ] {
        if text.trim().is_empty() {
            return Err(Failure::invalid(field, "This has to be filled in."));
        }
    }
    desk.contexts().change(|kept| {
        let account = kept.account(&request.account);
        account.ok_or_else(|| Failure::not_found("There is no such account."))?;
        let name = match request.name {
            Some(name) => free(kept, name)?,
            None => kept.free_name(&format!(
                "{}/{}@{}",
                request.org, request.project, request.cluster
            )),
        };
        let place = Place {
            cluster: request.cluster,
            org: request.org,
            project: request.project,
        };
        kept.add(name, request.account, place);
        Ok(())
    })?;
    Ok(tell(desk))
}

/// Changes name, protection, colour or project of a context.
pub async fn context_change(desk: &Desk, request: ContextChange) -> Result<ContextsView, Failure> {
    if request.colour.is_some_and(|colour| colour >= COLOURS) {
        return Err(Failure::invalid(
            "colour",
            "Colours are numbered from 0 to 7.",
        ));
    }
    desk.contexts().change(|kept| match request.name.as_str() {
        LOCAL => change_local(kept, &request),
        _ => change_cloud(kept, request),
    })?;
    // Who is at work here already must hear of a protection too.
    desk.platform().forget_client(desk).await;
    Ok(tell(desk))
}

fn change_local(kept: &mut Kept, request: &ContextChange) -> Result<(), Failure> {
    if request.rename.is_some() || request.project.is_some() {
        let message = "Name and project of the local platform's context are given.";
        return Err(Failure::invalid("name", message));
    }
    let local = &mut kept.local;
    local.protected = request.protected.unwrap_or(local.protected);
    local.colour = request.colour.unwrap_or(local.colour);
    Ok(())
}

fn change_cloud(kept: &mut Kept, request: ContextChange) -> Result<(), Failure> {
    let at = kept
        .contexts
        .iter()
        .position(|one| one.name == request.name);
    let at = at.ok_or_else(|| unknown(kept, &request.name))?;
    let rename = request.rename.filter(|name| *name != request.name);
    let rename = rename.map(|name| free(kept, name)).transpose()?;
    let context = &mut kept.contexts[at];
    context.protected = request.protected.unwrap_or(context.protected);
    context.colour = request.colour.unwrap_or(context.colour);
    if let Some(project) = request.project {
        context.project = project;
    }
    if let Some(name) = rename {
        let old = std::mem::replace(&mut context.name, name.clone());
        for used in kept.projects.values_mut().chain(kept.current.as_mut()) {
            if *used == old {
                used.clone_from(&name);
            }
        }
    }
    Ok(())
}

/// A name for a context, if it can be one.
fn free(kept: &Kept, name: String) -> Result<String, Failure> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().any(char::is_whitespace) {
        return Err(Failure::invalid(
            "rename",
            "A name has letters and no blanks.",
        ));
    }
    match kept.find(&name) {
        Some(_) => Err(Failure::new(
            FailureCode::Conflict,
            format!("There is a context `{name}` already."),
        )),
        None => Ok(name),
    }
}

/// Removes a context; the account stays signed in.
pub async fn context_remove(desk: &Desk, request: ContextRemove) -> Result<ContextsView, Failure> {
    if request.name == LOCAL {
        let message = "The local platform is always there.";
        return Err(Failure::invalid("name", message));
    }
    desk.contexts().change(|kept| {
        let before = kept.contexts.len();
        kept.contexts.retain(|one| one.name != request.name);
        if kept.contexts.len() == before {
            return Err(unknown(kept, &request.name));
        }
        kept.forget_lost_names();
        Ok(())
    })?;
    Ok(tell(desk))
}

/// The contexts that an account could have: one for each project that the user may see.
pub async fn context_offers(
    desk: &Desk,
    request: ContextOffersAsk,
) -> Result<ContextOffers, Failure> {
    let kept = desk.contexts().kept();
    let account = kept.account(&request.account);
    let account = account.ok_or_else(|| Failure::not_found("There is no such account."))?;
    let nowhere = ContextRecord {
        name: format!("offers of {}", account.id),
        account: account.id.clone(),
        cluster: String::new(),
        org: String::new(),
        project: String::new(),
        protected: true,
        colour: 0,
    };
    let client = desk.cloud_client(&nowhere, account).await?;
    let config = client.fetch_config().await;
    let config = config.map_err(|error| signed(failure::of_client(&error), Some(account)))?;
    let offers = config.projects.into_iter().filter_map(|project| {
        Some(ContextOffer {
            cluster: project.cluster_name,
            org: project.org_name?,
            project: project.name,
            role: project.role,
        })
    });
    Ok(ContextOffers {
        offers: offers.collect(),
    })
}

/// Adds to a failure which account has to be signed in with.
pub(crate) fn signed(failure: Failure, account: Option<&AccountRecord>) -> Failure {
    match (failure.code, account) {
        (FailureCode::SignInNeeded, Some(account)) => Failure {
            account: Some(account.id.clone().into()),
            ..failure
        },
        _ => failure,
    }
}

/// Tells everybody how accounts and contexts are now.
pub(super) fn tell(desk: &Desk) -> ContextsView {
    let contexts = view(desk, None);
    desk.tell(DeskEvent::ContextsChanged {
        contexts: contexts.clone(),
    });
    desk.tell(DeskEvent::HomeChanged {});
    desk.watches().wake();
    contexts
}

/// Accounts and contexts as the window shows them.
pub(super) fn view(desk: &Desk, project: Option<&Path>) -> ContextsView {
    let kept = desk.contexts().kept();
    let local = shown(desk, LOCAL, &Here::Local(kept.local));
    let clouds = kept.contexts.iter().filter_map(|one| {
        let here = kept.find(&one.name)?;
        Some(shown(desk, &one.name, &here))
    });
    let account = |account: &AccountRecord| AccountView {
        id: account.id.clone(),
        url: account.url.clone(),
        user: account.user.clone(),
        way: account.way,
        signed_out: desk.connections().is_spent(&account.id),
    };
    let current = match desk.chosen() {
        Some(name) => name.to_owned(),
        None => kept.current(project).to_owned(),
    };
    ContextsView {
        contexts: std::iter::once(local).chain(clouds).collect(),
        accounts: kept.accounts.iter().map(account).collect(),
        own: project.is_some_and(|path| kept.projects.contains_key(path)),
        current,
    }
}

fn shown(desk: &Desk, name: &str, here: &Here) -> ContextView {
    let standing = here.standing();
    let (account, url, colour) = match here {
        Here::Local(local) => (None, None, local.colour),
        Here::Cloud(context, account) => (
            Some(account.id.clone()),
            Some(account.url.clone()),
            context.colour,
        ),
    };
    ContextView {
        name: name.to_owned(),
        signed_out: account
            .as_deref()
            .is_some_and(|id| desk.connections().is_spent(id)),
        account,
        url,
        user: standing.user,
        cluster: standing.cluster,
        org: standing.org,
        project: standing.project,
        protected: here.protected(),
        colour,
    }
}

//! `bakehouse login`, `logout`, `contexts`, `use`: platforms and where to work.

use std::io::Read as _;

use contract::{
    AppAsk, ContextChange, ContextRemove, ContextUse, ContextView, ContextsAsk, ContextsView,
    CredentialsPlace, SecretText, SignInBegin, SignInFinish, SignInImport, SignInToken, SignOut,
    SignedIn, ToolAccountsAsk,
};
use workbench::{Desk, commands};

use crate::args::{Contexts, Login, Logout, Use};
use crate::output::{Ended, Stop, full_path, print_json, print_table};
use crate::shell::open_page;

/// No token and no code is longer.
const LONGEST: u64 = 64 * 1024;

/// Signs in, and works there from then on.
pub(crate) async fn login(desk: &Desk, login: Login) -> Result<Ended, Stop> {
    let app = commands::app_view(desk, AppAsk {}).await?;
    if app.credentials.place == CredentialsPlace::Session {
        let message = "the sign-in would be forgotten at once: credentials are kept in the memory \
                       of this command only";
        return Err(Stop::Failed(message.to_owned()));
    }
    let url = login.url.clone().unwrap_or_default();
    let signed_in = if login.import {
        import(desk, login.url.as_deref()).await?
    } else if login.token_stdin {
        let token = SecretText::new(from_stdin()?);
        commands::sign_in_token(desk, SignInToken { url, token }).await?
    } else {
        in_browser(desk, url, login.headless).await?
    };
    let name = signed_in.context.clone();
    let chosen = ContextUse {
        name: Some(name.clone()),
        project: None,
    };
    commands::context_use(desk, chosen).await?;
    if login.json {
        return print_json(&signed_in);
    }
    let account = &signed_in.account;
    eprintln!("signed in as {} at {}", account.user, account.url);
    eprintln!("{name} is the context from now on; `bakehouse contexts` shows all");
    Ok(Ended::Well)
}

async fn in_browser(desk: &Desk, url: String, headless: bool) -> Result<SignedIn, Stop> {
    let begun = commands::sign_in_begin(desk, SignInBegin { url, headless }).await?;
    eprintln!("sign in on this page:\n\n{}\n", begun.address);
    let code = match begun.comes_back {
        true => {
            open_page(&begun.address);
            None
        }
        false => {
            eprintln!("then paste the code that it shows, and press Enter:");
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map_err(unread)?;
            Some(SecretText::new(line))
        }
    };
    let finish = SignInFinish {
        sign_in: begun.sign_in,
        code,
    };
    Ok(commands::sign_in_finish(desk, finish).await?)
}

async fn import(desk: &Desk, url: Option<&str>) -> Result<SignedIn, Stop> {
    let found = commands::tool_accounts(desk, ToolAccountsAsk {}).await?;
    let fits = |at: &Option<String>| url.is_none() || at.as_deref() == url;
    let usable = found
        .accounts
        .iter()
        .find(|one| one.problem.is_none() && fits(&one.url));
    let Some(account) = usable else {
        let problems = found.accounts.iter().filter_map(|one| {
            let problem = one.problem.as_ref()?;
            Some(format!("\n  {}: {problem}", one.place))
        });
        let problems: String = problems.collect();
        return Err(Stop::Failed(format!(
            "no account of the tools was found that can be taken over{problems}"
        )));
    };
    let place = account.place.clone();
    Ok(commands::sign_in_import(desk, SignInImport { place }).await?)
}

fn from_stdin() -> Result<String, Stop> {
    let mut text = String::new();
    let mut input = std::io::stdin().take(LONGEST);
    input.read_to_string(&mut text).map_err(unread)?;
    Ok(text.trim().to_owned())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is the shape of `map_err`"
)]
fn unread(error: std::io::Error) -> Stop {
    Stop::Failed(format!("standard input cannot be read: {error}"))
}

/// Signs out.
pub(crate) async fn logout(desk: &Desk, logout: Logout) -> Result<Ended, Stop> {
    let view = commands::contexts_view(desk, ContextsAsk::default()).await?;
    let account = match (logout.account, view.accounts.as_slice()) {
        (Some(account), _) => account,
        (None, [only]) => only.id.clone(),
        (None, []) => return Err(Stop::Failed("nobody is signed in".to_owned())),
        (None, several) => {
            let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
            return Err(Stop::Usage(format!(
                "name one of the accounts: {}",
                ids.join(", ")
            )));
        }
    };
    let out = SignOut {
        account: account.clone(),
    };
    commands::sign_out(desk, out).await?;
    eprintln!("signed out: {account}");
    Ok(Ended::Well)
}

/// Shows the contexts, or changes one.
pub(crate) async fn contexts(desk: &Desk, asked: Contexts) -> Result<Ended, Stop> {
    for (name, protected) in [(&asked.protect, true), (&asked.unprotect, false)] {
        if let Some(name) = name {
            let change = ContextChange {
                name: name.clone(),
                rename: None,
                protected: Some(protected),
                colour: None,
                project: None,
            };
            commands::context_change(desk, change).await?;
        }
    }
    if let Some(name) = asked.remove {
        commands::context_remove(desk, ContextRemove { name }).await?;
    }
    let project = asked.project.as_deref().map(full_path).transpose()?;
    let view = commands::contexts_view(desk, ContextsAsk { project }).await?;
    if asked.json {
        return print_json(&view);
    }
    show(&view);
    Ok(Ended::Well)
}

fn show(view: &ContextsView) {
    let row = |context: &ContextView| {
        let mark = if context.name == view.current {
            "*"
        } else {
            ""
        };
        let state = match (context.signed_out, context.protected) {
            (true, _) => "sign in again",
            (false, true) => "protected",
            (false, false) => "",
        };
        vec![
            mark.to_owned(),
            context.name.clone(),
            context.account.clone().unwrap_or_default(),
            format!("{}/{}/{}", context.cluster, context.org, context.project),
            state.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = view.contexts.iter().map(row).collect();
    print_table(&["", "CONTEXT", "ACCOUNT", "WORKS IN", "STATE"], &rows);
}

/// Works in a context from now on.
pub(crate) async fn use_context(desk: &Desk, asked: Use) -> Result<Ended, Stop> {
    let project = asked.project.as_deref().map(full_path).transpose()?;
    let of_project = project.is_some();
    let chosen = ContextUse {
        name: Some(asked.name.clone()),
        project,
    };
    commands::context_use(desk, chosen).await?;
    let where_ = if of_project {
        "of the project"
    } else {
        "of all projects without one of their own"
    };
    eprintln!("{} is the context {where_} from now on", asked.name);
    Ok(Ended::Well)
}

//! `bakehouse user`: the users of the local platform.

use std::path::PathBuf;

use workbench::{
    Folders, LocalToken, local_token_add, local_token_list, local_token_revoke, local_user_add,
    local_user_list, local_user_remove,
};

use crate::args::{User, UserCommand};
use crate::output::{Ended, Stop, print_table};

/// Makes, lists or removes users; works beside a running platform.
pub(crate) fn user(user: User, folders: Folders) -> Result<Ended, Stop> {
    let platform: PathBuf = user.data.unwrap_or(folders.platform);
    match user.command {
        UserCommand::Add { name } => {
            show_token(&name, &local_user_add(&platform, &name)?);
        }
        UserCommand::List => {
            let rows: Vec<Vec<String>> = local_user_list(&platform)?
                .into_iter()
                .map(|user| {
                    let role = if user.manager { "manager" } else { "user" };
                    vec![user.name, role.to_owned(), user.created_at]
                })
                .collect();
            print_table(&["NAME", "ROLE", "SINCE"], &rows);
        }
        UserCommand::Remove { name } => {
            local_user_remove(&platform, &name)?;
            eprintln!("{name} is removed; the tokens of {name} are worth nothing now");
        }
        UserCommand::Token { name, life } => {
            let token = local_token_add(&platform, &name, life.map(|span| span.0))?;
            show_token(&name, &token);
        }
        UserCommand::Tokens => {
            let tokens = local_token_list(&platform)?.into_iter();
            let rows: Vec<Vec<String>> = tokens.map(row).collect();
            print_table(&["ID", "USER", "FOR", "SINCE", "UNTIL"], &rows);
        }
        UserCommand::Revoke { id } => {
            local_token_revoke(&platform, &id)?;
            eprintln!("the token is worth nothing now");
        }
    }
    Ok(Ended::Well)
}

fn show_token(name: &str, token: &str) {
    eprintln!(
        "{name} may log in with this token, which is shown this once: \
         apolo config login-with-token TOKEN URL"
    );
    println!("{token}");
}

fn row(token: LocalToken) -> Vec<String> {
    let until = token.expires_at.unwrap_or_else(|| "revoked".to_owned());
    vec![token.id, token.user, token.purpose, token.created_at, until]
}

//! `bakehouse user`: the users of the local platform.

use std::path::PathBuf;

use workbench::{Folders, local_user_add, local_user_list, local_user_remove};

use crate::args::{User, UserCommand};
use crate::output::{Ended, Stop, print_table};

/// Makes, lists or removes users; works beside a running platform.
pub(crate) fn user(user: User, folders: Folders) -> Result<Ended, Stop> {
    let platform: PathBuf = user.data.unwrap_or(folders.platform);
    match user.command {
        UserCommand::Add { name } => {
            let token = local_user_add(&platform, &name)?;
            eprintln!(
                "{name} may log in with this token, which is shown this once: \
                 apolo config login-with-token TOKEN URL"
            );
            println!("{token}");
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
    }
    Ok(Ended::Well)
}

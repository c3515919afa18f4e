//! The use cases of Bakehouse: one function for each command of the contract.
//!
//! The shell, the command line and the bridge call [`dispatch()`] and [`stream()`]; they decide
//! nothing. This crate knows files, clocks and wiring; it turns what the domain crates say into the
//! views of `contract`.

mod account;
mod adopt;
mod answers;
mod app;
mod bake;
mod check;
pub mod commands;
mod credentials;
mod desk;
mod dispatch;
mod dot_file;
mod editor;
mod execute;
mod export;
mod folders;
mod forward;
mod graph;
mod home;
mod image;
mod job;
mod known_projects;
mod lint;
mod live;
mod local_users;
mod locked;
mod log;
mod making;
mod meeting;
mod new_project;
mod place;
mod platform;
mod project;
mod readiness;
mod schema;
mod second_life;
mod serving;
mod settings;
mod stored;
mod template;
mod templates;
mod terminal;
mod update;
mod view;
mod volume;
mod watch;

pub use desk::{CredentialsMode, Desk, DeskOptions};
pub use dispatch::{Items, dispatch, stream};
pub use dot_file::{DotAsk, DotDrawn, dot_export};
pub use execute::{Executed, Executor};
pub use folders::{Folders, FoldersError};
pub use live::shell_line;
pub use local_users::{
    LocalToken, LocalUser, local_token_add, local_token_list, local_token_revoke, local_user_add,
    local_user_list, local_user_remove,
};
pub use second_life::second_life;
pub use serving::{Runner, SecretsKey, ServeChoice};

/// The use cases themselves, in the context of the desk they are given; callers take [`commands`].
pub mod use_cases {
    pub use crate::account::{
        context_add, context_change, context_offers, context_remove, context_use, contexts_view,
        sign_in_begin, sign_in_cancel, sign_in_finish, sign_in_import, sign_in_token, sign_out,
        tool_accounts,
    };
    pub use crate::adopt::{adopt_apply, adopt_offer};
    pub use crate::answers::{answers_export, answers_import};
    pub use crate::app::{app_view, platform_restart};
    pub use crate::bake::{
        bake_cancel, bake_compare, bake_forecast, bake_grid, bake_history, bake_plan, bake_replay,
        bake_restart, bake_start, bake_table, bake_view, cache_clear, restart_plan, task_cancel,
    };
    pub use crate::check::flow_check;
    pub use crate::credentials::credentials_choose;
    pub use crate::editor::{
        editor_apply, editor_change, editor_check, editor_complete, editor_definition,
        editor_hover, editor_open, editor_outline, editor_references, editor_renamable,
        editor_rename, editor_save,
    };
    pub use crate::export::graph_export;
    pub use crate::forward::{forward_close, forward_open, forward_table};
    pub use crate::graph::{graph_drawing, graph_repaint};
    pub use crate::home::home_view;
    pub use crate::image::image_build;
    pub use crate::job::{job_extend, job_view};
    pub use crate::lint::template_lint;
    pub use crate::live::{live_plan, live_start, live_stop, live_stop_all, live_table};
    pub use crate::log::log_follow;
    pub use crate::making::{
        git_person, project_confirm, project_create, project_make, project_undo, undo_list,
    };
    pub use crate::meeting::place_meetings;
    pub use crate::place::place_check;
    pub use crate::project::{project_forget, project_open, project_view, sample_open};
    pub use crate::readiness::platform_needs;
    pub use crate::schema::schema_list;
    pub use crate::settings::settings_update;
    pub use crate::template::{
        template_compare, template_explain, template_file, template_form, template_hooks,
        template_list, template_preview, trust_list, trust_withdraw,
    };
    pub use crate::templates::opening::{template_open, template_versions};
    pub use crate::templates::recent::{template_forget, template_recent};
    pub use crate::templates::work::work_stop;
    pub use crate::terminal::{terminal_open, terminal_resize, terminal_type};
    pub use crate::update::{update_apply, update_check, update_preview};
    pub use crate::volume::{volume_act, volume_table};
}

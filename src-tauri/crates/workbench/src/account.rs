//! Accounts of platforms and the contexts to work in. Tokens are in the vault and nowhere else.

mod connect;
mod contexts;
mod record;
mod sign_in;
mod tokens;
mod tool_config;

pub(crate) use connect::{Connections, guarded, local_who, who};
pub(crate) use contexts::signed;
pub(crate) use record::{ContextStore, Here};
pub(crate) use sign_in::SignIns;

pub use contexts::{
    context_add, context_change, context_offers, context_remove, context_use, contexts_view,
};
pub use sign_in::{
    sign_in_begin, sign_in_cancel, sign_in_finish, sign_in_import, sign_in_token, sign_out,
    tool_accounts,
};

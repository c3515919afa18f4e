//! Who may do what: every route asks here before it touches a resource.

use protocol::Action;

use crate::auth::Caller;
use crate::platform::Platform;
use crate::refusal::Refusal;

impl Platform {
    /// Refuses unless `caller` may do `action` with the resource `uri`, such as
    /// `secret://local/bakehouse/project/key`.
    #[expect(
        clippy::unused_async,
        reason = "permissions of other users than the owner of this computer follow"
    )]
    #[expect(dead_code, reason = "its first callers come next")]
    pub(crate) async fn permit(
        &self,
        caller: &Caller,
        action: Action,
        uri: &str,
    ) -> Result<(), Refusal> {
        tracing::trace!(user = caller.user, ?action, uri, "permitted");
        Ok(())
    }
}

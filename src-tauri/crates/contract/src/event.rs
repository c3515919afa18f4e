//! What the backend tells the window without being asked.

use crate::{
    BakeMoved, BakeView, ContextsView, CredentialsView, ForwardTable, HookLine, LiveTable,
    PlatformView, Settings, WorkProgress,
};

wire! {
    /// Something happened. One event of the shell carries all of them.
    #[serde(tag = "kind", rename_all_fields = "camelCase")]
    pub enum DeskEvent {
        /// The local platform started, stopped or failed.
        PlatformChanged {
            /// Its state.
            platform: PlatformView,
        },
        /// Credentials are kept elsewhere now.
        CredentialsChanged {
            /// Where.
            credentials: CredentialsView,
        },
        /// Accounts or contexts are not as they were.
        ContextsChanged {
            /// All of them.
            contexts: ContextsView,
        },
        /// A setting was changed.
        SettingsChanged {
            /// All settings.
            settings: Settings,
        },
        /// Something on the home screen is not as it was; ask again.
        HomeChanged {},
        /// Files of a project changed on disk; ask again.
        ProjectChanged {
            /// The project's folder.
            project: String,
        },
        /// A live job of a project changed.
        LiveChanged {
            /// The whole table.
            table: LiveTable,
        },
        /// The list of bakes of a project is not as it was; ask again.
        BakesChanged {
            /// The project's folder.
            project: String,
        },
        /// A bake changed.
        BakeChanged {
            /// The bake.
            bake: Box<BakeView>,
        },
        /// Some tasks of a bake that this process executes changed.
        BakeMoved {
            /// What changed since the revision before.
            moved: BakeMoved,
        },
        /// Ports are forwarded otherwise than before.
        ForwardsChanged {
            /// All of them.
            table: ForwardTable,
        },
        /// Slow work goes on.
        WorkProgressed {
            /// The name the request gave it.
            work: String,
            /// How far it is.
            progress: WorkProgress,
        },
        /// A hook wrote a line.
        HookWrote {
            /// The name the request gave the work.
            work: String,
            /// The hook's file in the template.
            file: String,
            /// What it wrote.
            line: HookLine,
        },
    }
}

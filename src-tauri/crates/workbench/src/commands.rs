//! The use cases under the names that the contract's table gives them. Each is carried out in the
//! context that its request means: that of its project, of its job, or the one that is worked in.

use contract::Failure;

use crate::{Desk, use_cases};

macro_rules! commands {
    ($($name:ident($request:ty) -> $answer:ty;)*) => {
        $(
            /// Carries out the command of this name.
            pub async fn $name(desk: &Desk, request: $request) -> Result<$answer, Failure> {
                // On the heap: all use cases in one place would be too large for a stack.
                if !depends(stringify!($name)) {
                    return Box::pin(use_cases::$name(desk, request)).await;
                }
                let desk = Box::pin(desk.meant_by(&request)).await;
                let answer = Box::pin(use_cases::$name(&desk, request)).await;
                answer.map_err(|failure| desk.signed(failure))
            }
        )*
    };
}
contract::for_each_command!(commands);

macro_rules! streams {
    ($($name:ident($request:ty) -> $item:ty;)*) => {
        $(
            /// Opens the stream of this name.
            pub async fn $name(
                desk: &Desk,
                request: $request,
            ) -> Result<impl futures_util::Stream<Item = $item> + Send + 'static + use<>, Failure> {
                let desk = Box::pin(desk.meant_by(&request)).await;
                let opened = Box::pin(use_cases::$name(&desk, request)).await;
                opened.map_err(|failure| desk.signed(failure))
            }
        )*
    };
}
contract::for_each_stream!(streams);

/// Whether a command does something else in another context. Texts that are edited are large, and
/// templates belong to nobody.
fn depends(command: &str) -> bool {
    const NOWHERE: [&str; 14] = [
        "app_",
        "home_",
        "settings_",
        "credentials_",
        "platform_",
        "context",
        "sign_",
        "tool_",
        "template_",
        "editor_",
        "schema_",
        "trust_",
        "answers_",
        "git_",
    ];
    !NOWHERE.iter().any(|start| command.starts_with(start))
}

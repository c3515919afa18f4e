//! Adapters made from the contract's table, one line each; nothing is decided here.

use contract::Failure;
use tauri::State;
use workbench::Desk;

use crate::{graphics, streams};

macro_rules! adapters {
    ($($name:ident($request:ty) -> $answer:ty;)*) => {
        $(
            #[tauri::command]
            async fn $name(desk: State<'_, Desk>, request: $request) -> Result<$answer, Failure> {
                workbench::commands::$name(&desk, request).await
            }
        )*

        /// Takes every call of the window.
        pub(crate) fn handler()
        -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![
                $($name,)*
                streams::stream_open,
                streams::stream_close,
                graphics::window_painted
            ]
        }
    };
}
contract::for_each_command!(adapters);

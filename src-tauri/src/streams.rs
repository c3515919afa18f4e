//! Streams from the workbench to the window, through Tauri's channels.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use contract::Failure;
use futures_util::StreamExt as _;
use serde_json::Value;
use tauri::State;
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use workbench::Desk;

/// The streams that are open, by number.
#[derive(Default)]
pub(crate) struct Streams {
    next: AtomicU32,
    open: Mutex<HashMap<u32, JoinHandle<()>>>,
}

impl Streams {
    fn put(&self, task: JoinHandle<()>) -> u32 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut open = self.lock();
        open.retain(|_, task| !task.inner().is_finished());
        open.insert(id, task);
        id
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, JoinHandle<()>>> {
        self.open
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Opens a stream of the contract's table and answers its number.
#[tauri::command]
pub(crate) async fn stream_open(
    desk: State<'_, Desk>,
    streams: State<'_, Streams>,
    name: String,
    request: Value,
    channel: Channel<Value>,
) -> Result<u32, Failure> {
    let mut items = workbench::stream(&desk, &name, request).await?;
    let task = tauri::async_runtime::spawn(async move {
        while let Some(item) = items.next().await {
            if channel.send(item).is_err() {
                return;
            }
        }
    });
    Ok(streams.put(task))
}

/// Closes a stream; an unknown number is no error, the stream may have ended.
#[tauri::command]
pub(crate) fn stream_close(streams: State<'_, Streams>, id: u32) {
    if let Some(task) = streams.lock().remove(&id) {
        task.abort();
    }
}

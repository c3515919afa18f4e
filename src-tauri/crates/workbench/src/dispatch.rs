//! Commands and streams for callers that speak JSON: bridge, command line, tests, shell.

use std::pin::Pin;

use contract::Failure;
use futures_util::{Stream, StreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Desk;
use crate::commands::*;

/// What a stream sends, as JSON.
pub type Items = Pin<Box<dyn Stream<Item = Value> + Send>>;

macro_rules! dispatcher {
    ($($name:ident($request:ty) -> $answer:ty;)*) => {
        /// Carries out the command `name`.
        pub async fn dispatch(desk: &Desk, name: &str, payload: Value) -> Result<Value, Failure> {
            let started = std::time::Instant::now();
            let answer = match name {
                $(stringify!($name) => {
                    let request: $request = read(name, payload)?;
                    let answer: Result<$answer, Failure> = $name(desk, request).await;
                    answer.and_then(|answer| write(&answer))
                })*
                other => Err(Failure::unknown_command(other)),
            };
            let took = started.elapsed();
            match &answer {
                Ok(_) => tracing::debug!(name, ?took, "command"),
                Err(failure) => tracing::info!(name, ?took, code = ?failure.code, %failure, "refused"),
            }
            answer
        }
    };
}
contract::for_each_command!(dispatcher);

macro_rules! streamer {
    ($($name:ident($request:ty) -> $item:ty;)*) => {
        /// Opens the stream `name`; it ends when there is nothing more to say, or when dropped.
        pub async fn stream(desk: &Desk, name: &str, payload: Value) -> Result<Items, Failure> {
            match name {
                $(stringify!($name) => {
                    let request: $request = read(name, payload)?;
                    let items = $name(desk, request).await?;
                    Ok(Box::pin(items.filter_map(|item: $item| async move { write(&item).ok() })))
                })*
                other => Err(Failure::unknown_command(other)),
            }
        }
    };
}
contract::for_each_stream!(streamer);

fn read<T: DeserializeOwned>(name: &str, payload: Value) -> Result<T, Failure> {
    serde_json::from_value(payload)
        .map_err(|error| Failure::internal(format!("The request `{name}` is malformed: {error}.")))
}

fn write<T: Serialize>(answer: &T) -> Result<Value, Failure> {
    serde_json::to_value(answer)
        .map_err(|error| Failure::internal(format!("An answer could not be written: {error}.")))
}

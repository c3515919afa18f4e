//! What a running job uses, told once a second.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, stream};
use protocol::Telemetry;
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use crate::at;
use crate::error::{ClientError, Failure};
use crate::socket;
use crate::transport::Transport;

/// Readings of a running job, until it ends.
pub struct Readings {
    readings: BoxStream<'static, Result<Telemetry, ClientError>>,
}

impl Readings {
    pub(crate) async fn open(
        transport: &Transport,
        monitoring: &Url,
        job_id: &str,
    ) -> Result<Self, ClientError> {
        let url = at(monitoring, &[job_id, "top"]);
        let socket = socket::connect(transport, &url).await?;
        let readings = stream::unfold(socket, move |mut socket| {
            let url = url.clone();
            async move {
                loop {
                    let reading = match socket.next().await? {
                        Ok(Message::Text(text)) => read(&url, text.as_bytes()),
                        Ok(Message::Binary(bytes)) => read(&url, &bytes),
                        Ok(Message::Close(_)) | Err(Error::ConnectionClosed) => return None,
                        Ok(_) => continue,
                        Err(error) => Err(socket::failed(
                            &url,
                            Failure::Broken {
                                reason: error.to_string(),
                            },
                        )),
                    };
                    return Some((reading, socket));
                }
            }
        });
        Ok(Self {
            readings: readings.boxed(),
        })
    }
}

fn read(url: &Url, text: &[u8]) -> Result<Telemetry, ClientError> {
    serde_json::from_slice(text).map_err(|error| {
        socket::failed(
            url,
            Failure::Unreadable {
                reason: error.to_string(),
            },
        )
    })
}

impl Stream for Readings {
    type Item = Result<Telemetry, ClientError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.readings.poll_next_unpin(context)
    }
}

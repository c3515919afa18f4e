//! From an image to a running container, leaving out what this engine cannot do.

use std::sync::mpsc::Sender;

use bollard::container::AttachContainerResults;
use bollard::errors::Error;
use bollard::query_parameters::{CreateContainerOptionsBuilder, StartContainerOptions};
use protocol::reason;

use super::super::work::{Event, Exit};
use super::super::{ContainerLaunch, JobSpec, Waiting};
use super::create::container;
use super::follow::{Sink, attach_all};
use super::hands::remove;
use super::program;
use super::session::Trouble;
use crate::engine::{Engine, status};

/// What may be left out where an engine refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The engine's small first process, which ends and reaps what the command leaves.
    pub(super) init: bool,
    /// The limits of the preset.
    pub(super) limits: bool,
}

/// What a container is made of.
pub(super) struct Beginning<'a> {
    pub(super) engine: &'a Engine,
    pub(super) name: &'a str,
    pub(super) spec: &'a JobSpec,
    pub(super) launch: &'a ContainerLaunch,
    pub(super) env: Vec<String>,
    pub(super) events: &'a Sender<Event>,
}

impl Beginning<'_> {
    /// Makes and starts the container. What an earlier attempt has left is made anew.
    pub(super) async fn started(&self, sink: &mut Sink) -> Result<AttachContainerResults, Trouble> {
        self.say(reason::CONTAINER_CREATING, "making the container");
        let mut wishes = Wishes {
            init: true,
            limits: true,
        };
        loop {
            remove(self.engine, self.name).await;
            let error = match self.try_to_start(wishes, sink).await {
                Ok(Some(attached)) => return Ok(attached),
                Ok(None) => {
                    wishes.init = false;
                    continue;
                }
                Err(error) => error,
            };
            let fewer = wishes.without_what_fails(&error.to_string());
            if fewer == wishes {
                return Err(self.explained(error));
            }
            if wishes.limits && !fewer.limits {
                self.note_no_limits(&error);
            }
            wishes = fewer;
        }
    }

    /// `None` if the command should be tried without the engine's first process, which would
    /// hide that the image has no such program.
    async fn try_to_start(
        &self,
        wishes: Wishes,
        sink: &mut Sink,
    ) -> Result<Option<AttachContainerResults>, Error> {
        let client = self.engine.client();
        let options = CreateContainerOptionsBuilder::default().name(self.name);
        let options = Some(options.build());
        let kind = self.engine.kind();
        let body = container(self.spec, self.launch, &self.env, (kind, wishes));
        let created = client.create_container(options, body).await?;
        if wishes.init && program::is_missing(client, self.name, self.launch).await {
            return Ok(None);
        }
        let ignored = created
            .warnings
            .into_iter()
            .find(|text| is_about_limits(text));
        if let Some(warning) = ignored.filter(|_| wishes.limits && self.spec.limits.is_some()) {
            self.note(format!(
                "not all limits of the preset are enforced: {warning}"
            ));
        }
        let attached = attach_all((client, self.name)).await?;
        sink.begin();
        let start = None::<StartContainerOptions>;
        client.start_container(self.name, start).await?;
        Ok(Some(attached))
    }

    fn note_no_limits(&self, error: &Error) {
        self.note(format!(
            "the limits of the preset are not enforced, because {} refuses them: {}",
            self.engine,
            message(error)
        ));
    }

    /// The supervisor is there as long as we are, so the events are not lost.
    fn note(&self, note: String) {
        let _ = self.events.send(Event::Noted(note));
    }

    fn say(&self, reason: &str, description: &str) {
        let _ = self.events.send(Event::Waiting(Waiting {
            reason: reason.to_owned(),
            description: description.to_owned(),
        }));
    }

    fn explained(&self, error: Error) -> Trouble {
        match status(&error) {
            // The image went away between our look and now.
            Some(404) if message(&error).contains("image") => Trouble::Engine(error),
            Some(_) => {
                let why = program::explain(&message(&error), &self.launch.image);
                Trouble::Refused(Exit::refused(reason::CONTAINER_CANNOT_RUN, why))
            }
            None => Trouble::Engine(error),
        }
    }
}

impl Wishes {
    fn without_what_fails(mut self, error: &str) -> Self {
        let error = error.to_lowercase();
        let init = [
            "docker-init",
            "catatonit",
            "init binary",
            "container-init",
            "tini",
        ];
        if self.init && init.iter().any(|word| error.contains(word)) {
            self.init = false;
        } else if self.limits && is_about_limits(&error) {
            self.limits = false;
        }
        self
    }
}

fn is_about_limits(text: &str) -> bool {
    let text = text.to_lowercase();
    ["cgroup", "memory", "cpu"]
        .iter()
        .any(|word| text.contains(word))
}

fn message(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_error_names_is_left_out() {
        let all = Wishes {
            init: true,
            limits: true,
        };
        let no_init = all.without_what_fails("exec: \"docker-init\": not found");
        assert_eq!((no_init.init, no_init.limits), (false, true));
        let no_limits = all.without_what_fails("Range of CPUs is from 0.01 to 2.00");
        assert_eq!((no_limits.init, no_limits.limits), (true, false));
        assert_eq!(all.without_what_fails("no such file"), all);
    }
}

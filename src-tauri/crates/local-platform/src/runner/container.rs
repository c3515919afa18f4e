//! Containers: the job runs in its image, under Docker or Podman.

use std::sync::Arc;

use super::{CannotRun, Plan, Runner};
use crate::engine::Engine;
use crate::supervisor::{ContainerLaunch, Launch};

/// Runs jobs as containers of an engine.
pub(super) struct Container {
    pub(super) engine: Arc<Engine>,
    /// The data folder, for telling our containers from those of others.
    pub(super) data_dir: String,
}

impl Runner for Container {
    fn name(&self) -> &'static str {
        "container"
    }

    fn launch(&self, plan: &Plan) -> Result<Launch, CannotRun> {
        let some = |words: &[String]| (!words.is_empty()).then(|| words.to_vec());
        let entrypoint = some(&plan.entrypoint);
        Ok(Launch::Container(ContainerLaunch {
            socket: self.engine.socket().to_owned(),
            image: plan.image.clone(),
            // With an entry point of its own the job has no command of the image, as on the
            // platform.
            command: match &entrypoint {
                Some(_) => Some(plan.command.clone()),
                None => some(&plan.command),
            },
            entrypoint,
            env: plan.env.clone(),
            working_dir: plan.working_dir.clone(),
            mounts: plan.mounts.clone(),
            shm: plan.shm,
            privileged: plan.privileged,
            gpus: plan.gpus,
            registry_port: plan.registry_port,
            data_dir: self.data_dir.clone(),
        }))
    }

    fn note(&self, _: &Plan) -> String {
        format!(
            "runs in a container of {}, on the network of this computer",
            self.engine
        )
    }
}

//! Building an image of a flow: the job that does it, as the official tool submits it.

use flow::config::{ExecConfig, MountError};
use flow::{Image, ImagePlace};
use protocol::{
    ImageError, ImageReference, JobSubmission, PlatformImage, PlatformUri, StorageVolume,
    SubmittedResources, UriError,
};

use crate::live::Upload;
use crate::place::Place;
use crate::submission::{SubmissionError, add_env, add_mount};

/// The builder, with a shell inside.
const BUILDER: &str = "gcr.io/kaniko-project/executor:v1.20.0-debug";
/// Where the builder finds the folder it builds from.
const CONTEXT: &str = "/kaniko_context";
/// Where the builder finds what it signs in with.
const DOCKER_CONFIG: &str = "/kaniko/.docker/config.json";
const LIFE_SPAN_MINUTES: u64 = 4 * 60;
const SCHEDULE_TIMEOUT: f64 = 20.0 * 60.0;

/// Why an image cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is nothing to build it from.
    #[error("the image `{image}` has no `context:`, so there is nothing to build it from")]
    NoContext {
        /// The image.
        image: String,
    },
    /// It does not belong to the platform.
    #[error("`{reference}` is no image of the platform; only `image:NAME` can be built")]
    NotOurs {
        /// The name.
        reference: String,
    },
    /// Its name is wrong.
    #[error("ref: {0}")]
    Image(#[from] ImageError),
    /// A place is wrong.
    #[error("context: {0}")]
    Place(#[from] UriError),
    /// Something that is mounted while building is wrong.
    #[error("volumes: {0}")]
    Volume(#[from] MountError),
    /// The environment or a volume is wrong.
    #[error(transparent)]
    Submission(#[from] SubmissionError),
}

/// Everything that building an image does.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildPlan {
    /// The image.
    pub image: PlatformImage,
    /// A folder that is made for the build.
    pub folder: PlatformUri,
    /// The folder it is built from, if it lies on this computer.
    pub upload: Option<Upload>,
    /// Where the builder's credentials are written to.
    pub credentials: PlatformUri,
    /// The job.
    pub submission: JobSubmission,
}

/// Plans the build of an image; `build` names it among others.
pub fn plan(image: &Image, place: &Place, build: &str) -> Result<BuildPlan, BuildError> {
    let uris = place.uris();
    let target = match ImageReference::parse(&image.reference, &uris, &place.registry)? {
        ImageReference::Platform(target) => target,
        ImageReference::External(reference) => return Err(BuildError::NotOurs { reference }),
    };
    let parse = |text: &str| PlatformUri::parse(text, &uris);
    let folder = parse(&format!("storage:/{}/.builds/{build}", place.project))?;
    let (context, upload) = match &image.context {
        None => {
            let image = image.id.clone();
            return Err(BuildError::NoContext { image });
        }
        Some(ImagePlace::Storage(uri)) => (parse(&uri.to_string())?, None),
        Some(ImagePlace::Local(local)) => {
            let remote = folder.join("context");
            let local = local.clone();
            (remote.clone(), Some(Upload { local, remote }))
        }
    };
    let credentials = folder.join(".docker.config.json");
    let mut submission = body(image, &target, place);
    let exec = ExecConfig {
        env: image.env.clone(),
        volumes: image.volumes.clone(),
        ..ExecConfig::default()
    };
    add_env(&mut submission, &exec, place)?;
    submission
        .env
        .entry("container".to_owned())
        .or_insert_with(|| "docker".to_owned());
    for mount in exec.mounts()? {
        add_mount(&mut submission, mount, place)?;
    }
    for (uri, path, read_only) in [
        (&credentials, DOCKER_CONFIG, true),
        (&context, CONTEXT, false),
    ] {
        submission.volumes.push(StorageVolume {
            src_storage_uri: uri.to_string(),
            dst_path: path.to_owned(),
            read_only,
        });
    }
    submission.command = Some(command(image, &target, place));
    Ok(BuildPlan {
        image: target,
        folder,
        upload,
        credentials,
        submission,
    })
}

fn body(image: &Image, target: &PlatformImage, place: &Place) -> JobSubmission {
    JobSubmission {
        project_name: place.project.clone(),
        cluster_name: place.cluster.clone(),
        org_name: Some(place.org.clone()),
        preset_name: image
            .build_preset
            .clone()
            .or_else(|| place.first_preset.clone()),
        tags: vec![format!("kaniko-builds-image:{target}")],
        image: BUILDER.to_owned(),
        resources: Some(SubmittedResources { shm: false }),
        max_run_time_minutes: Some(LIFE_SPAN_MINUTES),
        schedule_timeout: Some(SCHEDULE_TIMEOUT),
        ..JobSubmission::default()
    }
}

/// The arguments of the builder.
fn command(image: &Image, target: &PlatformImage, place: &Place) -> String {
    let destination = ImageReference::Platform(target.clone()).docker(&place.registry);
    let Place {
        registry,
        org,
        project,
        ..
    } = place;
    let dockerfile = image.dockerfile_rel.as_deref().unwrap_or("Dockerfile");
    let mut words = vec![
        format!("--context={CONTEXT}"),
        format!("--dockerfile={CONTEXT}/{dockerfile}"),
        format!("--destination={destination}"),
        "--cache=true".to_owned(),
        format!("--cache-repo={registry}/{org}/{project}/layer-cache/cache"),
        "--verbosity=info".to_owned(),
        "--image-fs-extract-retry=1".to_owned(),
        "--push-retry=3".to_owned(),
        "--use-new-run=true".to_owned(),
        "--snapshot-mode=redo".to_owned(),
    ];
    let args = image.build_args.iter().map(String::as_str);
    // The builder takes the values of these from its environment.
    let args = args.chain(image.env.keys().map(String::as_str));
    words.extend(args.map(|arg| format!("--build-arg {}", flow::words::quoted(arg))));
    words.extend(image.extra_kaniko_args.clone());
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::place;

    fn image() -> Image {
        Image {
            id: "img".into(),
            reference: "image:mine:v1".into(),
            context: Some(ImagePlace::Local("/ws/docker".into())),
            dockerfile: None,
            dockerfile_rel: Some("sub/Dockerfile".into()),
            build_args: vec!["A=b c".into()],
            env: [("TOKEN".to_owned(), "secret:tok".to_owned())].into(),
            volumes: vec!["storage:data:/data:ro".into()],
            build_preset: None,
            force_rebuild: false,
            extra_kaniko_args: Some("--single-snapshot".into()),
        }
    }

    #[test]
    fn the_job_is_the_one_that_the_official_tool_submits() {
        let plan = plan(&image(), &place(), "b1").unwrap();
        assert_eq!(plan.image.to_string(), "image://cl/org/proj/mine:v1");
        let upload = plan.upload.unwrap();
        assert_eq!(upload.local, "/ws/docker");
        assert_eq!(
            upload.remote.to_string(),
            "storage://cl/org/proj/.builds/b1/context"
        );
        let job = plan.submission;
        assert_eq!(job.image, "gcr.io/kaniko-project/executor:v1.20.0-debug");
        assert_eq!(
            job.tags,
            ["kaniko-builds-image:image://cl/org/proj/mine:v1"]
        );
        assert_eq!(job.preset_name.as_deref(), Some("cpu-small"));
        assert_eq!(job.max_run_time_minutes, Some(240));
        assert_eq!(job.schedule_timeout, Some(1200.0));
        assert_eq!(job.env["container"], "docker");
        assert_eq!(job.secret_env["TOKEN"], "secret://cl/org/proj/tok");
        let mounts = job.volumes.iter().map(|volume| {
            let StorageVolume {
                src_storage_uri,
                dst_path,
                read_only,
            } = volume;
            (src_storage_uri.as_str(), dst_path.as_str(), *read_only)
        });
        assert_eq!(
            mounts.collect::<Vec<_>>(),
            [
                ("storage://cl/org/proj/data", "/data", true),
                (
                    "storage://cl/org/proj/.builds/b1/.docker.config.json",
                    "/kaniko/.docker/config.json",
                    true
                ),
                (
                    "storage://cl/org/proj/.builds/b1/context",
                    "/kaniko_context",
                    false
                ),
            ]
        );
        assert_eq!(
            job.command.as_deref(),
            Some(
                "--context=/kaniko_context --dockerfile=/kaniko_context/sub/Dockerfile \
                 --destination=registry.cl.example.com/org/proj/mine:v1 --cache=true \
                 --cache-repo=registry.cl.example.com/org/proj/layer-cache/cache \
                 --verbosity=info --image-fs-extract-retry=1 --push-retry=3 \
                 --use-new-run=true --snapshot-mode=redo --build-arg 'A=b c' \
                 --build-arg TOKEN --single-snapshot"
            )
        );
    }

    #[test]
    fn an_image_without_a_context_or_of_another_registry_is_refused() {
        let none = Image {
            context: None,
            ..image()
        };
        assert!(matches!(
            plan(&none, &place(), "b"),
            Err(BuildError::NoContext { .. })
        ));
        let foreign = Image {
            reference: "ubuntu:22.04".into(),
            ..image()
        };
        assert!(matches!(
            plan(&foreign, &place(), "b"),
            Err(BuildError::NotOurs { .. })
        ));
    }
}

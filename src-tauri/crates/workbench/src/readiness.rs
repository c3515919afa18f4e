//! What a new project would need on the platform, and whether it is there.

use contract::{Failure, IdState, NeedPlace, PlatformNeed, PlatformNeeds, TemplateAsk};
use indexmap::IndexMap;
use local_platform::DEFAULT_PROJECT;
use protocol::flow::NewProject;
use protocol::{PlatformUri, Scheme, UriContext};
use template::Plan;

use crate::Desk;
use crate::template::plan;
use crate::view::diagnostic::count;
use crate::view::failure;

/// Folders of flow files.
const CONFIG_FOLDERS: &[&str] = &[".apolo/", ".neuro/"];

/// What a new project would need on the platform. The platform is not started for this.
pub async fn platform_needs(desk: &Desk, request: TemplateAsk) -> Result<PlatformNeeds, Failure> {
    let plan = plan(desk, &request)?;
    let flow = flow_of(&plan);
    let mut needs = PlatformNeeds {
        asked: false,
        problem: None,
        id_state: IdState::Unknown,
        id_message: None,
        secrets: found(&plan, "secret:"),
        storage: found(&plan, "storage:"),
        disks: found(&plan, "disk:"),
        id: flow.as_ref().map(|flow| flow.id.clone()),
        notes: Vec::new(),
    };
    match desk.client_if_ready().await {
        None => needs.problem = Some("The local platform is not running.".to_owned()),
        Some(client) => {
            if let Err(problem) = ask(&client, flow.as_ref(), &mut needs).await {
                needs.problem = Some(problem.message);
            }
        }
    }
    Ok(needs)
}

/// A flow as the files of a plan name it.
struct PlannedFlow {
    id: String,
    project: String,
}

fn flow_of(plan: &Plan) -> Option<PlannedFlow> {
    let text = |folder: &&str| plan.text(&format!("{folder}project.yml"));
    let holds_flow = plan
        .entries
        .iter()
        .any(|entry| CONFIG_FOLDERS.iter().any(|one| entry.path.starts_with(one)));
    if !holds_flow {
        return None;
    }
    let file: serde_yaml::Value = CONFIG_FOLDERS
        .iter()
        .find_map(text)
        .and_then(|text| serde_yaml::from_str(text).ok())
        .unwrap_or_default();
    let named = |key: &str| file.get(key)?.as_str().map(str::to_owned);
    let folder = plan.folder.rsplit('/').next().unwrap_or_default();
    Some(PlannedFlow {
        id: named("id").unwrap_or_else(|| folder.replace('-', "_")),
        project: named("project_name").unwrap_or_else(|| DEFAULT_PROJECT.to_owned()),
    })
}

/// Everything of a scheme that the flow files name, with where it stands. Comments do not count.
fn found(plan: &Plan, scheme: &str) -> Vec<PlatformNeed> {
    let mut all: IndexMap<String, Vec<NeedPlace>> = IndexMap::new();
    let files = plan
        .entries
        .iter()
        .filter(|entry| CONFIG_FOLDERS.iter().any(|one| entry.path.starts_with(one)));
    for entry in files {
        for (line, text) in entry.text().unwrap_or_default().lines().enumerate() {
            for uri in uris(text, scheme) {
                all.entry(uri).or_default().push(NeedPlace {
                    file: entry.path.clone(),
                    line: count(line + 1),
                });
            }
        }
    }
    let need = |(uri, places)| PlatformNeed {
        uri,
        places,
        present: None,
    };
    all.into_iter().map(need).collect()
}

/// URIs of a scheme in a line of YAML; those with expressions are told only by their beginning.
fn uris(line: &str, scheme: &str) -> Vec<String> {
    if line.trim_start().starts_with('#') {
        return Vec::new();
    }
    let code = line.split(" #").next().unwrap_or(line);
    let starts = code.match_indices(scheme).filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        before.is_none_or(|one| !one.is_alphanumeric() && !"_-.".contains(one))
    });
    let end = |one: char| one.is_whitespace() || "\"'`,;|&<>()[]{}".contains(one);
    starts
        .map(|(at, _)| {
            let rest = &code[at..];
            let whole = &rest[..rest.find(end).unwrap_or(rest.len())];
            // What follows the path is where a volume is mounted, and how.
            let path = &whole[scheme.len()..];
            let path = path.split(':').next().unwrap_or(path);
            let path = path.split("$").next().unwrap_or(path);
            format!("{scheme}{}", path.trim_end_matches('/'))
        })
        .filter(|uri| uri.len() > scheme.len())
        .collect()
}

async fn ask(
    client: &client::Client,
    flow: Option<&PlannedFlow>,
    needs: &mut PlatformNeeds,
) -> Result<(), Failure> {
    if let Some(flow) = flow {
        let record = NewProject {
            name: flow.id.clone(),
            project_name: Some(flow.project.clone()),
            cluster: client.standing().cluster.clone(),
            org_name: Some(client.standing().org.clone()),
        };
        let taken = client.flow().projects().find(&record).await;
        let taken = taken.map_err(|error| failure::of_client(&error))?;
        needs.id_state = if taken.is_some() {
            IdState::Taken
        } else {
            IdState::Free
        };
        needs.id_message = Some(match taken {
            Some(_) => format!(
                "A flow `{}` exists already; both would share their bakes and jobs.",
                flow.id
            ),
            None => format!("The id `{}` is free.", flow.id),
        });
    }
    for secret in &mut needs.secrets {
        secret.present = Some(false);
    }
    if !needs.secrets.is_empty() {
        let note = "The local platform keeps no secrets; a job that takes one fails there.";
        needs.notes.push(note.to_owned());
    }
    let project = flow.map_or(DEFAULT_PROJECT, |flow| flow.project.as_str());
    let context = UriContext::new(&client.standing().cluster, &client.standing().org, project);
    let services = client
        .cluster(&client.standing().cluster)
        .await
        .map_err(|error| failure::of_client(&error))?;
    for folder in &mut needs.storage {
        let Ok(place) = PlatformUri::parse(&folder.uri, &context) else {
            continue;
        };
        if place.scheme() == Scheme::Storage {
            let there = services.storage().stat(&place).await;
            folder.present = Some(there.map_err(|error| failure::of_client(&error))?.is_some());
        }
    }
    needs.asked = true;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_end_where_mounts_comments_and_expressions_begin() {
        let found = |line| uris(line, "storage:");
        assert_eq!(
            found("  - storage:data/in:/data:ro  # storage:x"),
            ["storage:data/in"]
        );
        assert_eq!(found("remote: storage:$[[ flow.id ]]/data"), [""; 0]);
        assert_eq!(found("remote: \"storage:rye/$[[ x ]]\""), ["storage:rye"]);
        assert_eq!(found("  # - storage:data"), [""; 0]);
        assert_eq!(
            uris("KEY: secret:wandb-token", "secret:"),
            ["secret:wandb-token"]
        );
        assert_eq!(uris("my_secret: x", "secret:"), [""; 0]);
    }
}

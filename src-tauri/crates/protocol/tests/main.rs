//! Whole bodies of the platform, read and written again.

use proptest::prelude::*;
use protocol::flow::{Attempt, Bake, NewBake, NewLiveJob, NewTask, Task, TaskStatus};
use protocol::{Job, JobStatus, JobSubmission, ServerConfig};
use serde_json::{Value, json};

/// The smallest configuration the tools accept.
fn smallest_config() -> Value {
    json!({
        "authorized": true,
        "auth_url": "http://127.0.0.1:1/oauth/authorize",
        "token_url": "http://127.0.0.1:1/oauth/token",
        "logout_url": "http://127.0.0.1:1/oauth/logout",
        "client_id": "local", "audience": "local",
        "headless_callback_url": "http://127.0.0.1:1/oauth/code",
        "clusters": [{
            "name": "default", "orgs": ["myorg"],
            "registry_url": "http://127.0.0.1:1",
            "storage_url": "http://127.0.0.1:1/api/v1/storage",
            "users_url": "http://127.0.0.1:1/api/v1",
            "monitoring_url": "http://127.0.0.1:1/api/v1/jobs",
            "secrets_url": "http://127.0.0.1:1/api/v1/secrets",
            "disks_url": "http://127.0.0.1:1/api/v1/disk",
            "buckets_url": "http://127.0.0.1:1/api/v1/buckets",
            "resource_pool_types": [],
            "resource_presets": [{
                "name": "cpu-small", "credits_per_hour": "0", "cpu": 2.0, "memory": 4294967296_u64
            }]
        }],
        "projects": [{
            "name": "proj", "role": "owner", "cluster_name": "default", "org_name": "myorg"
        }]
    })
}

/// The smallest finished job the tools accept.
fn smallest_job() -> Value {
    json!({
        "id": "job-8c3b9a56-0d0b-4a5c-8f0c-5d1a8c7f1a11", "owner": "user",
        "cluster_name": "default", "org_name": "myorg", "project_name": "proj",
        "status": "succeeded",
        "statuses": [{
            "status": "pending", "transition_time": "2026-01-01T00:00:00+00:00",
            "reason": "Creating", "description": ""
        }],
        "history": {
            "status": "succeeded", "reason": "Completed", "description": "", "restarts": 0,
            "run_time_seconds": 1.0, "created_at": "2026-01-01T00:00:00+00:00",
            "started_at": "2026-01-01T00:00:01+00:00",
            "finished_at": "2026-01-01T00:00:02+00:00", "exit_code": 0
        },
        "container": {
            "image": "ubuntu:latest", "env": {}, "volumes": [],
            "resources": {"cpu": 2.0, "memory": 4294967296_u64}
        },
        "scheduler_enabled": false, "pass_config": false,
        "uri": "job://default/myorg/proj/job-8c3b9a56-0d0b-4a5c-8f0c-5d1a8c7f1a11",
        "restart_policy": "never", "total_price_credits": "0", "price_credits_per_hour": "0",
        "priority": "normal", "tags": [], "preset_name": "cpu-small"
    })
}

/// Every key of `before` is in `after`, with the same value (times may gain digits).
fn keeps(before: &Value, after: &Value, path: &str) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                let kept = after
                    .get(key)
                    .unwrap_or_else(|| panic!("{path}.{key} is lost"));
                keeps(value, kept, &format!("{path}.{key}"));
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len(), "{path}");
            for (index, (one, other)) in before.iter().zip(after).enumerate() {
                keeps(one, other, &format!("{path}[{index}]"));
            }
        }
        (Value::String(before), Value::String(after)) if before.ends_with("+00:00") => {
            assert_eq!(after, &before.replace("+00:00", ".000000+00:00"), "{path}");
        }
        _ => assert_eq!(before, after, "{path}"),
    }
}

#[test]
fn the_smallest_configuration_survives_reading_and_writing() {
    let config: ServerConfig = serde_json::from_value(smallest_config()).unwrap();
    let written = serde_json::to_value(&config).unwrap();
    keeps(&smallest_config(), &written, "config");
    assert!(
        written.get("admin_url").is_none(),
        "an absent admin service must stay absent"
    );
}

#[test]
fn the_smallest_job_survives_reading_and_writing() {
    let job: Job = serde_json::from_value(smallest_job()).unwrap();
    assert!(job.status.is_finished());
    keeps(&smallest_job(), &serde_json::to_value(&job).unwrap(), "job");
}

#[test]
fn a_submission_of_the_tools_is_read_and_written_without_empty_keys() {
    let sent = json!({
        "pass_config": false, "project_name": "proj", "cluster_name": "default",
        "org_name": "myorg", "name": "flow-train", "preset_name": "cpu-small",
        "tags": ["flow:live"], "max_run_time_minutes": 1440, "image": "ubuntu:latest",
        "resources": {"shm": true}, "command": "bash -c 'echo hi'",
        "http": {"port": 80, "requires_auth": true}, "env": {"A": "1"},
        "volumes": [{
            "src_storage_uri": "storage://default/myorg/proj/x", "dst_path": "/x",
            "read_only": false
        }]
    });
    let submission: JobSubmission = serde_json::from_value(sent.clone()).unwrap();
    assert_eq!(serde_json::to_value(&submission).unwrap(), sent);
}

#[test]
fn bodies_that_make_objects_refuse_unknown_missing_and_null() {
    let live = json!({"project_id": "p", "yaml_id": "t", "multi": false, "tags": []});
    assert_eq!(
        serde_json::from_value::<NewLiveJob>(live.clone())
            .unwrap()
            .raw_id,
        ""
    );
    let refused = |key: &str, value: Value| {
        let mut body = live.clone();
        body[key] = value;
        serde_json::from_value::<NewLiveJob>(body)
            .unwrap_err()
            .to_string()
    };
    assert!(refused("extra", json!(1)).contains("unknown field `extra`"));
    assert!(refused("raw_id", Value::Null).contains("null"));

    let bake = json!({"project_id": "p", "batch": "b", "graphs": {"": {"a": []}}});
    assert_eq!(
        serde_json::from_value::<NewBake>(bake.clone())
            .unwrap()
            .params,
        None
    );
    let mut null_params = bake;
    null_params["params"] = Value::Null;
    assert!(serde_json::from_value::<NewBake>(null_params).is_err());
}

#[test]
fn objects_of_the_flow_api_carry_every_field_even_when_null() {
    let bake: Bake = serde_json::from_value(json!({
        "id": "bake-1", "project_id": "p", "batch": "b",
        "created_at": "2026-01-01T00:00:00+00:00",
        "graphs": {"": {"pre": [], "a": ["pre"]}, "a": {"a.t1": []}}, "later": true
    }))
    .unwrap();
    insta::assert_json_snapshot!(bake, @r#"
    {
      "id": "bake-1",
      "project_id": "p",
      "batch": "b",
      "created_at": "2026-01-01T00:00:00.000000+00:00",
      "meta": {
        "git_info": null
      },
      "graphs": {
        "": {
          "pre": [],
          "a": [
            "pre"
          ]
        },
        "a": {
          "a.t1": []
        }
      },
      "params": null,
      "name": null,
      "tags": [],
      "last_attempt": null
    }
    "#);
}

#[test]
fn an_unknown_task_status_is_kept_and_counts_as_unfinished() {
    let attempt: Attempt = serde_json::from_value(json!({
        "id": "attempt-1", "bake_id": "b", "number": 1,
        "created_at": "2026-01-01T00:00:00+00:00", "result": "unknown",
        "configs_meta": {"workspace": "/w", "flow_config_id": "c", "action_config_ids": {}}
    }))
    .unwrap();
    assert_eq!(attempt.result, TaskStatus::Unknown("unknown".into()));
    assert!(!attempt.result.is_finished());
}

#[test]
fn a_task_becomes_the_body_that_replaces_it() {
    let task: Task = serde_json::from_value(json!({
        "id": "task-1", "attempt_id": "a", "yaml_id": "x.y", "raw_id": "job-1",
        "outputs": {"o": "1"}, "state": {},
        "statuses": [{"created_at": "2026-01-01T00:00:00+02:00", "status": "cached"}]
    }))
    .unwrap();
    assert!(task.status().is_good());
    let body = serde_json::to_value(NewTask::from(&task)).unwrap();
    assert!(body.get("id").is_none());
    assert_eq!(
        body["statuses"][0]["created_at"],
        "2025-12-31T22:00:00.000000+00:00"
    );
    assert!(serde_json::from_value::<NewTask>(body).is_ok());
}

proptest! {
    #[test]
    fn a_job_is_read_whatever_words_and_extra_keys_it_carries(
        status in "[a-z]{1,12}",
        policy in "[a-z-]{1,12}",
        key in "x_[a-z]{1,8}",
        extra in ".*",
    ) {
        let mut body = smallest_job();
        body["status"] = json!(status);
        body["restart_policy"] = json!(policy);
        body[key] = json!(extra);
        let job: Job = serde_json::from_value(body).unwrap();
        prop_assert_eq!(job.status.as_str(), status.as_str());
        let again: Job = serde_json::from_value(serde_json::to_value(&job).unwrap()).unwrap();
        prop_assert_eq!(again, job);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(text in ".*") {
        let _ = serde_json::from_str::<Job>(&text);
        let _ = protocol::ErrorBody::read(&text);
        let _ = protocol::Claims::read(&text);
        let _ = JobStatus::from(text.as_str());
    }
}

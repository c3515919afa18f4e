-- A database of the first published layout, written by the code of that time and dumped as text.
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE attempts (
    id TEXT PRIMARY KEY, bake_id TEXT NOT NULL REFERENCES bakes ON DELETE CASCADE,
    number INTEGER NOT NULL, result TEXT NOT NULL, executor_id TEXT, doc TEXT NOT NULL,
    UNIQUE (bake_id, number)
);
INSERT INTO "attempts" VALUES('attempt-c2a4da97-fe60-4098-85b6-190d34d765ec','bake-0988330e-26bc-4382-86e2-a6682f00b5da',1,'pending',NULL,'{"id":"attempt-c2a4da97-fe60-4098-85b6-190d34d765ec","bake_id":"bake-0988330e-26bc-4382-86e2-a6682f00b5da","number":1,"created_at":"2026-11-24T12:27:15.769858+00:00","result":"pending","configs_meta":{"workspace":"/p","flow_config_id":"config-file-80b26b67-fcfc-47c1-9e7f-2bf8ec7ed4aa","project_config_id":null,"action_config_ids":{}},"executor_id":null}');
CREATE TABLE bake_images (
    id TEXT PRIMARY KEY, bake_id TEXT NOT NULL REFERENCES bakes ON DELETE CASCADE,
    ref TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (bake_id, ref)
);
INSERT INTO "bake_images" VALUES('bake-image-f69a15da-b6e7-4e86-8e4e-c05b8d54ce23','bake-0988330e-26bc-4382-86e2-a6682f00b5da','image://local/bakehouse/first-project/x:v1','{"id":"bake-image-f69a15da-b6e7-4e86-8e4e-c05b8d54ce23","bake_id":"bake-0988330e-26bc-4382-86e2-a6682f00b5da","yaml_defs":["images.x"],"ref":"image://local/bakehouse/first-project/x:v1","status":"built","context_on_storage":null,"dockerfile_rel":null,"builder_job_id":null,"prefix":"images","yaml_id":"x"}');
CREATE TABLE bakes (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES flows ON DELETE CASCADE,
    name TEXT, created_at INTEGER NOT NULL, doc TEXT NOT NULL
);
INSERT INTO "bakes" VALUES('bake-0988330e-26bc-4382-86e2-a6682f00b5da','projects-3cd81341-888d-4fde-b96c-b88253f0f6cc','one',1795523235767568,'{"id":"bake-0988330e-26bc-4382-86e2-a6682f00b5da","project_id":"projects-3cd81341-888d-4fde-b96c-b88253f0f6cc","batch":"nightly","created_at":"2026-11-24T12:27:15.767568+00:00","meta":{"git_info":null},"graphs":{"":{"a":[]}},"params":{},"name":"one","tags":["x"],"last_attempt":null}');
CREATE TABLE cache_entries (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES flows ON DELETE CASCADE,
    task_id TEXT NOT NULL, batch TEXT NOT NULL, key TEXT NOT NULL, doc TEXT NOT NULL,
    UNIQUE (project_id, task_id, batch, key)
);
INSERT INTO "cache_entries" VALUES('cache-entry-5f1846b6-6d3c-42d2-a62f-90b5bb46f905','projects-3cd81341-888d-4fde-b96c-b88253f0f6cc','a','nightly','0000000000000000000000000000000000000000000000000000000000000000','{"id":"cache-entry-5f1846b6-6d3c-42d2-a62f-90b5bb46f905","project_id":"projects-3cd81341-888d-4fde-b96c-b88253f0f6cc","task_id":"a","batch":"nightly","key":"0000000000000000000000000000000000000000000000000000000000000000","created_at":"2026-11-24T12:27:15.772262+00:00","outputs":{},"state":{},"raw_id":"job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf"}');
CREATE TABLE config_files (
    id TEXT PRIMARY KEY, bake_id TEXT NOT NULL REFERENCES bakes ON DELETE CASCADE,
    doc TEXT NOT NULL
);
INSERT INTO "config_files" VALUES('config-file-80b26b67-fcfc-47c1-9e7f-2bf8ec7ed4aa','bake-0988330e-26bc-4382-86e2-a6682f00b5da','{"id":"config-file-80b26b67-fcfc-47c1-9e7f-2bf8ec7ed4aa","bake_id":"bake-0988330e-26bc-4382-86e2-a6682f00b5da","filename":"/p/.apolo/nightly.yml","content":"kind: batch\n"}');
CREATE TABLE flows (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL, project_name TEXT NOT NULL,
    cluster TEXT NOT NULL, org_name TEXT, doc TEXT NOT NULL
);
INSERT INTO "flows" VALUES('projects-3cd81341-888d-4fde-b96c-b88253f0f6cc','flow_one','user','first-project','local','bakehouse','{"id":"projects-3cd81341-888d-4fde-b96c-b88253f0f6cc","name":"flow_one","owner":"user","project_name":"first-project","cluster":"local","org_name":"bakehouse"}');
CREATE TABLE job_tags (
    tag TEXT NOT NULL, job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE,
    PRIMARY KEY (tag, job_id)
) WITHOUT ROWID;
INSERT INTO "job_tags" VALUES('flow:live','job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf');
INSERT INTO "job_tags" VALUES('flow:live','job-f877c649-72f3-42dd-afc6-d6f5b9b8af86');
INSERT INTO "job_tags" VALUES('job:train','job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf');
INSERT INTO "job_tags" VALUES('job:train','job-f877c649-72f3-42dd-afc6-d6f5b9b8af86');
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, name TEXT, owner TEXT NOT NULL, org TEXT, project TEXT NOT NULL,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, tended INTEGER NOT NULL, doc TEXT NOT NULL
);
INSERT INTO "jobs" VALUES('job-f877c649-72f3-42dd-afc6-d6f5b9b8af86','train','user','bakehouse','first-project','failed',1795523235748056,0,'{"id":"job-f877c649-72f3-42dd-afc6-d6f5b9b8af86","owner":"user","cluster_name":"local","org_name":"bakehouse","project_name":"first-project","name":"train","tags":["flow:live","job:train"],"status":"failed","history":{"status":"failed","reason":"Error","description":"","created_at":"2026-11-24T12:27:15.748056+00:00","started_at":"2026-11-24T12:27:15.761171+00:00","finished_at":"2026-11-24T12:27:15.791231+00:00","run_time_seconds":0.030060747,"restarts":0,"exit_code":3},"statuses":[{"status":"pending","transition_time":"2026-11-24T12:27:15.748056+00:00","reason":"Creating","description":""},{"status":"running","transition_time":"2026-11-24T12:27:15.761171+00:00","reason":null,"description":"runs in a sandbox with the programs of this computer; the image `ubuntu:latest` is not used"},{"status":"failed","transition_time":"2026-11-24T12:27:15.791231+00:00","reason":"Error","description":"","exit_code":3}],"container":{"image":"ubuntu:latest","env":{},"volumes":[],"resources":{"cpu":1.0,"memory":6319125504},"command":"bash -c ''echo kept; exit 3''"},"uri":"job://local/bakehouse/first-project/job-f877c649-72f3-42dd-afc6-d6f5b9b8af86","scheduler_enabled":false,"pass_config":false,"preemptible_node":false,"privileged":false,"restart_policy":"never","priority":"normal","preset_name":"cpu-small","internal_hostname":"127.0.0.1","internal_hostname_named":"train--76516eb3e7","materialized":false,"being_dropped":false,"logs_removed":false,"total_price_credits":"0","price_credits_per_hour":"0","runner":"sandbox","runner_note":"runs in a sandbox with the programs of this computer; the image `ubuntu:latest` is not used"}');
INSERT INTO "jobs" VALUES('job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf',NULL,'user','bakehouse','first-project','succeeded',1795523235759763,0,'{"id":"job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf","owner":"user","cluster_name":"local","org_name":"bakehouse","project_name":"first-project","tags":["flow:live","job:train"],"status":"succeeded","history":{"status":"succeeded","reason":"Completed","description":"","created_at":"2026-11-24T12:27:15.759763+00:00","started_at":"2026-11-24T12:27:15.774760+00:00","finished_at":"2026-11-24T12:27:15.793773+00:00","run_time_seconds":0.01901345,"restarts":0,"exit_code":0},"statuses":[{"status":"pending","transition_time":"2026-11-24T12:27:15.759763+00:00","reason":"Creating","description":""},{"status":"running","transition_time":"2026-11-24T12:27:15.774760+00:00","reason":null,"description":"runs in a sandbox with the programs of this computer; the image `ubuntu:latest` is not used"},{"status":"succeeded","transition_time":"2026-11-24T12:27:15.793773+00:00","reason":"Completed","description":"","exit_code":0}],"container":{"image":"ubuntu:latest","env":{"A":"b"},"volumes":[],"resources":{"cpu":1.0,"memory":6319125504},"command":"true"},"uri":"job://local/bakehouse/first-project/job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf","scheduler_enabled":false,"pass_config":false,"preemptible_node":false,"privileged":false,"restart_policy":"never","priority":"normal","preset_name":"cpu-small","internal_hostname":"127.0.0.1","materialized":false,"being_dropped":false,"logs_removed":false,"total_price_credits":"0","price_credits_per_hour":"0","runner":"sandbox","runner_note":"runs in a sandbox with the programs of this computer; the image `ubuntu:latest` is not used"}');
CREATE TABLE live_jobs (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES flows ON DELETE CASCADE,
    yaml_id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (project_id, yaml_id)
);
INSERT INTO "live_jobs" VALUES('live-job-14b7f495-bda6-48a7-914b-8514a716b736','projects-3cd81341-888d-4fde-b96c-b88253f0f6cc','train','{"id":"live-job-14b7f495-bda6-48a7-914b-8514a716b736","project_id":"projects-3cd81341-888d-4fde-b96c-b88253f0f6cc","yaml_id":"train","multi":false,"tags":["job:train"],"raw_id":""}');
CREATE TABLE projects (name TEXT NOT NULL UNIQUE);
INSERT INTO "projects" VALUES('default-project');
INSERT INTO "projects" VALUES('first-project');
CREATE TABLE tasks (
    id TEXT PRIMARY KEY, attempt_id TEXT NOT NULL REFERENCES attempts ON DELETE CASCADE,
    yaml_id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (attempt_id, yaml_id)
);
INSERT INTO "tasks" VALUES('task-12f507bf-ca03-4df6-a304-8c4e49d6dddc','attempt-c2a4da97-fe60-4098-85b6-190d34d765ec','a','{"id":"task-12f507bf-ca03-4df6-a304-8c4e49d6dddc","attempt_id":"attempt-c2a4da97-fe60-4098-85b6-190d34d765ec","yaml_id":"a","raw_id":"job-4324c3c0-90e6-49ec-824f-5fcd1c2dccbf","outputs":{},"state":{},"statuses":[{"created_at":"2026-01-01T00:00:00.000000+00:00","status":"succeeded"}]}');
CREATE TABLE tokens (hash BLOB PRIMARY KEY, identity TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX jobs_created ON jobs (created_at);
CREATE INDEX jobs_status ON jobs (status, created_at);
CREATE INDEX jobs_name ON jobs (name, created_at);
CREATE INDEX jobs_tended ON jobs (tended) WHERE tended = 1;
CREATE UNIQUE INDEX flows_name ON flows (name, project_name, cluster, ifnull(org_name, ''));
CREATE INDEX bakes_project ON bakes (project_id, created_at);
CREATE INDEX attempts_executor ON attempts (executor_id) WHERE executor_id IS NOT NULL;
CREATE INDEX config_files_bake ON config_files (bake_id);
PRAGMA user_version = 1;
COMMIT;

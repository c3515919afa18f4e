//! Baking, inspecting, exporting, cancelling, taking up.

use contract::{
    BakeAsk, BakeExecutor, BakeStart, BakeState, BakeView, ExportFormat, FailureCode, GraphAsk,
    GraphDirection, GraphExport, GraphFold, GraphFolding, GraphOrientation, GraphPage,
    GraphSubject, GraphTheme, ProjectAsk, ProjectView, TaskKind,
};
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::{TestDesk, eventually};

fn start(project: &ProjectView, batch: &str) -> BakeStart {
    BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project: project.path.clone(),
        batch: batch.to_owned(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
    }
}

fn ask(project: &ProjectView, bake: &str) -> BakeAsk {
    BakeAsk {
        project: project.path.clone(),
        bake: bake.to_owned(),
        attempt: None,
    }
}

async fn ended(test: &TestDesk, project: &ProjectView, bake: &str) -> BakeView {
    eventually("the bake ends", async || {
        let view = commands::bake_view(&test.desk, ask(project, bake))
            .await
            .expect("it is there");
        Some(view).filter(|view| view.row.state.is_over() && !view.executed_here)
    })
    .await
}

#[tokio::test]
async fn the_sample_batch_is_baked_cached_listed_and_exported() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    assert_eq!(project.batches.len(), 1);
    let first = commands::bake_start(&test.desk, start(&project, "sample")).await;
    let first = ended(&test, &project, &first.expect("it starts").row.id).await;
    assert_eq!(first.row.state, BakeState::Succeeded, "{first:#?}");
    assert!(
        first
            .tasks
            .iter()
            .all(|task| task.state == BakeState::Succeeded)
    );
    assert!(
        first.tasks.iter().any(|task| !task.outputs.is_empty()),
        "tasks have outputs"
    );
    assert!(
        first.tasks.iter().any(|task| task.kind == TaskKind::Action),
        "it calls an action"
    );
    assert!(
        first.tasks.iter().any(|task| !task.matrix.is_empty()),
        "it has a matrix"
    );

    let second = commands::bake_start(&test.desk, start(&project, "sample")).await;
    let second = ended(&test, &project, &second.expect("it starts").row.id).await;
    assert!(
        second
            .tasks
            .iter()
            .any(|task| task.state == BakeState::Cached),
        "the cached task is not run again"
    );

    let test = test.restarted().await;
    let table = commands::bake_table(
        &test.desk,
        ProjectAsk {
            project: project.path.clone(),
        },
    );
    let rows = table.await.expect("the list is there").rows;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(
        ids,
        [second.row.id.as_str(), first.row.id.as_str()],
        "newest first"
    );
    exports_show_every_task(&test, &project, &first).await;
}

async fn exports_show_every_task(test: &TestDesk, project: &ProjectView, bake: &BakeView) {
    let subject = GraphSubject::Bake {
        bake: bake.row.id.clone(),
        attempt: None,
    };
    for (format, ending, beginning) in [
        (ExportFormat::Pdf, "pdf", b"%PDF-1.".as_slice()),
        (ExportFormat::Svg, "svg", b"<".as_slice()),
        (ExportFormat::Png, "png", b"\x89PNG\r\n".as_slice()),
        (ExportFormat::Dot, "dot", b"digraph".as_slice()),
    ] {
        let path = test.folder.path().join(format!("graph.{ending}"));
        let export = GraphExport {
            project: project.path.clone(),
            subject: subject.clone(),
            theme: GraphTheme::Light,
            direction: GraphDirection::Right,
            stats: false,
            folding: GraphFolding::default(),
            fold: GraphFold::Nothing,
            page: GraphPage::A4,
            orientation: GraphOrientation::Auto,
            at: None,
            scale: None,
            format,
            path: path.display().to_string(),
        };
        let file = commands::graph_export(&test.desk, export)
            .await
            .expect("it is written");
        let bytes = std::fs::read(&path).expect("the file is there");
        assert_eq!(file.bytes, u64::try_from(bytes.len()).expect("it is small"));
        assert!(bytes.starts_with(beginning), "{ending}");
        if matches!(format, ExportFormat::Svg | ExportFormat::Dot) {
            let text = String::from_utf8(bytes).expect("it is text");
            for task in &bake.tasks {
                assert!(text.contains(&task.label), "{ending} names {}", task.label);
            }
        }
    }
}

#[tokio::test]
async fn the_drawing_holds_every_task_and_a_click_hits_it() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    let drawing = commands::graph_drawing(
        &test.desk,
        GraphAsk {
            project: project.path.clone(),
            subject: GraphSubject::Batch {
                batch: "sample".to_owned(),
                params: IndexMap::new(),
            },
            theme: GraphTheme::Dark,
            direction: GraphDirection::Down,
            folding: GraphFolding::default(),
            at: None,
            beside: None,
        },
    )
    .await
    .expect("it is drawn");
    // Ten tasks, and the frame of their matrix.
    assert_eq!(drawing.nodes.len(), 11);
    let row = drawing.nodes.iter().find(|node| node.id == "train_small_1");
    let row = row.expect("a task of the matrix is drawn");
    assert_eq!(row.detail, "model small, fold 1");
    for node in &drawing.nodes {
        let right = node.x + node.width;
        let bottom = node.y + node.height;
        assert!(
            node.x >= 0.0 && right <= drawing.width,
            "{} lies inside",
            node.id
        );
        assert!(
            node.y >= 0.0 && bottom <= drawing.height,
            "{} lies inside",
            node.id
        );
        let texts = drawing
            .pieces
            .iter()
            .filter(|piece| piece.owner.as_ref() == Some(&node.id))
            .flat_map(|piece| &piece.texts);
        let label = texts.clone().any(|text| {
            text.text == node.label
                && (0.0..node.width).contains(&text.x)
                && (0.0..node.height).contains(&text.y)
        });
        assert!(label, "the label of {} stands inside its box", node.id);
    }
}

#[tokio::test]
async fn a_bake_is_cancelled_with_its_jobs() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    let bake = commands::bake_start(&test.desk, start(&project, "sample")).await;
    let bake = bake.expect("it starts").row.id;
    eventually("a task runs", async || {
        let view = commands::bake_view(&test.desk, ask(&project, &bake))
            .await
            .expect("it is there");
        view.tasks
            .iter()
            .any(|task| task.state == BakeState::Running)
            .then_some(())
    })
    .await;
    commands::bake_cancel(&test.desk, ask(&project, &bake))
        .await
        .expect("it is cancelled");
    let view = ended(&test, &project, &bake).await;
    assert_eq!(view.row.state, BakeState::Cancelled);
    assert!(
        view.tasks
            .iter()
            .all(|task| task.state != BakeState::Running),
        "{view:#?}"
    );
    let again = commands::bake_cancel(&test.desk, ask(&project, &bake)).await;
    assert_eq!(again.expect_err("it has ended").code, FailureCode::Conflict);
}

#[tokio::test]
async fn a_bake_whose_process_ended_is_taken_up_and_no_task_runs_twice() {
    let test = TestDesk::open().await;
    let project = test.project("Rye").await;
    let mut child = std::process::Command::new(crate::desk::program())
        .args([
            "--credentials",
            "session",
            "bake",
            "sample",
            "-C",
            &project.path,
        ])
        .env("BAKEHOUSE_HOME", test.folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let row = eventually("a task has succeeded", async || {
        let ask = ProjectAsk {
            project: project.path.clone(),
        };
        let table = commands::bake_table(&test.desk, ask).await.ok()?;
        let row = table.rows.into_iter().next()?;
        let succeeded = row
            .counts
            .iter()
            .any(|count| count.state == BakeState::Succeeded);
        succeeded.then_some(row)
    })
    .await;
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let test = test.restarted().await;
    let view = ended(&test, &project, &row.id).await;
    assert_eq!(view.row.state, BakeState::Succeeded, "{view:#?}");
    let jobs: std::collections::BTreeSet<&str> = view
        .tasks
        .iter()
        .filter_map(|task| task.raw_id.as_deref())
        .collect();
    let tasks = view
        .tasks
        .iter()
        .filter(|task| task.kind != TaskKind::Action)
        .count();
    assert_eq!(jobs.len(), tasks, "one job for each task");
    let folders = std::fs::read_dir(test.folder.path().join("local/jobs")).expect("jobs are there");
    assert_eq!(folders.count(), tasks, "and no other job was started");
}

#[tokio::test]
async fn a_batch_with_a_cycle_and_an_unknown_one_are_refused_with_their_place() {
    let test = TestDesk::open().await;
    let text = "kind: batch\ntasks:\n- id: a\n  needs: [b]\n  image: x\n  bash: echo\n\
                - id: b\n  needs: [a]\n  image: x\n  bash: echo\n";
    let project = test.written("loop", "ring.yml", text);
    let request = |batch: &str| BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project: project.clone(),
        batch: batch.to_owned(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
    };
    let refused = commands::bake_start(&test.desk, request("ring"))
        .await
        .expect_err("a cycle");
    assert_eq!(refused.code, FailureCode::FlowUnsound);
    let found = refused.diagnostics.first().expect("it says where");
    assert_eq!(found.file, ".neuro/ring.yml");
    assert!(
        found.message.contains('a') && found.message.contains('b'),
        "{}",
        found.message
    );

    let plan = commands::bake_plan(&test.desk, request("ring"))
        .await
        .expect("it is planned");
    assert!(!plan.diagnostics.is_empty(), "the plan shows the same");

    let unknown = commands::bake_start(&test.desk, request("rang"))
        .await
        .expect_err("no batch");
    assert_eq!(unknown.hint.as_deref(), Some("Did you mean `ring`?"));

    let table = commands::bake_table(&test.desk, ProjectAsk { project })
        .await
        .expect("the list");
    assert!(table.rows.is_empty(), "nothing was recorded");
}

#[tokio::test]
async fn parameters_come_from_a_file_and_given_ones_win() {
    let test = TestDesk::open().await;
    let text = "kind: batch\nparams: {a: ~, b: ~}\ntasks:\n- id: t\n  image: x\n  \
                bash: echo ${{ params.a }} ${{ params.b }}\n";
    let project = test.written("given", "b.yml", text);
    let file = test.folder.path().join("params.yml");
    std::fs::write(&file, "a: 1\nb: yes\n").expect("it can be written");
    let mut request = BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project,
        batch: "b".to_owned(),
        params: IndexMap::from([("a".to_owned(), "2".to_owned())]),
        params_file: Some(file.display().to_string()),
        name: None,
        tags: Vec::new(),
    };
    let view = commands::bake_start(&test.desk, request.clone())
        .await
        .expect("it starts");
    let params: Vec<(&str, &str)> = view
        .params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(params, [("a", "2"), ("b", "yes")]);

    std::fs::write(&file, "a: 1\nb: [1]\n").expect("it can be written");
    let refused = commands::bake_plan(&test.desk, request.clone())
        .await
        .expect_err("a list");
    assert_eq!(refused.field.as_deref(), Some("paramsFile"));
    assert_eq!(
        (refused.diagnostics[0].line, refused.diagnostics[0].column),
        (2, 4)
    );
    request.params_file = Some(test.folder.path().join("none.yml").display().to_string());
    assert!(commands::bake_plan(&test.desk, request).await.is_err());
}

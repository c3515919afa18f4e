//! Batches in folders inside the config folder: baked by name, in no list.

use contract::{BakeAsk, BakeExecutor, BakeStart, BakeState, FailureCode, ProjectAsk};
use indexmap::IndexMap;
use workbench::commands;

use crate::desk::{TestDesk, eventually};

const BATCH: &str = "\
kind: batch
tasks:
- id: make
  image: ${{ images.base.ref }}
  bash: echo made
";

const PROJECT: &str = "id: rye\nimages: {base: {ref: ubuntu}}\n";

fn start(project: &str, batch: &str) -> BakeStart {
    BakeStart {
        work: None,
        executor: BakeExecutor::Here,
        project: project.to_owned(),
        batch: batch.to_owned(),
        params: IndexMap::new(),
        params_file: None,
        name: None,
        tags: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_in_a_folder_is_baked_by_its_name_and_not_listed() {
    let test = TestDesk::open().await;
    test.written("rye", "project.yml", PROJECT);
    let project = test.written("rye", "top.yml", BATCH);
    let folder = test.folder.path().join("rye/.neuro/sub");
    std::fs::create_dir(&folder).expect("it can be made");
    std::fs::write(folder.join("deep.yml"), BATCH).expect("it can be written");

    let ask = ProjectAsk {
        project: project.clone(),
    };
    let view = commands::project_view(&test.desk, ask).await;
    let batches = view.expect("it opens").batches;
    let names: Vec<_> = batches.iter().map(|batch| batch.id.as_str()).collect();
    assert_eq!(names, ["top"]);

    let plan = commands::bake_plan(&test.desk, start(&project, "sub/deep")).await;
    let plan = plan.expect("it is planned");
    assert_eq!((plan.tasks, plan.diagnostics.len()), (1, 0));
    for none in ["sub/none", "sub", "../rye/.neuro/top", "sub//deep"] {
        let refused = commands::bake_plan(&test.desk, start(&project, none)).await;
        assert_eq!(refused.expect_err(none).code, FailureCode::NotFound);
    }

    let bake = commands::bake_start(&test.desk, start(&project, "sub/deep")).await;
    let bake = bake.expect("it starts");
    let ended = eventually("the bake ends", || async {
        let ask = BakeAsk {
            project: project.clone(),
            bake: bake.row.id.clone(),
            attempt: None,
        };
        let view = commands::bake_view(&test.desk, ask).await.ok()?;
        view.row.state.is_over().then_some(view)
    })
    .await;
    assert_eq!(ended.row.batch, "sub/deep");
    assert_eq!(ended.row.state, BakeState::Succeeded);
    assert_eq!(ended.tasks.len(), 1);
}

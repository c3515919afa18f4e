//! Keeps the crates in their layers. The table is the one in `src-tauri/ARCHITECTURE.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Each crate and the crates of ours that it may use; lowest layer first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("protocol", &[]),
    ("diagram", &[]),
    ("vault", &[]),
    ("contract", &[]),
    ("expression", &["source"]),
    ("template", &["source"]),
    ("client", &["protocol"]),
    ("template-store", &["source", "template"]),
    ("flow", &["source", "expression"]),
    ("execution", &["source", "flow", "client", "protocol"]),
    ("local-platform", &["protocol", "vault"]),
    ("workbench", EVERYTHING_BELOW),
    ("bakehouse-desktop", &["workbench", "contract"]),
    ("cli", &["workbench", "contract"]),
    (
        "dev",
        &[
            "workbench",
            "contract",
            "flow",
            "expression",
            "source",
            "template",
            "template-store",
            "protocol",
            "client",
            "local-platform",
            "diagram",
        ],
    ),
];

/// The workbench wires everything together.
const EVERYTHING_BELOW: &[&str] = &[
    "source",
    "protocol",
    "diagram",
    "vault",
    "contract",
    "expression",
    "template",
    "client",
    "template-store",
    "flow",
    "execution",
    "local-platform",
];

/// Crates that must not reach the disk, the network, the clock or the window.
const PURE: &[&str] = &[
    "source",
    "protocol",
    "diagram",
    "contract",
    "expression",
    "template",
    "flow",
];

/// Outside crates that reach them.
const IMPURE: &[&str] = &[
    "axum",
    "reqwest",
    "tokio",
    "tauri",
    "rusqlite",
    "keyring",
    "tempfile",
    "directories",
];

/// A package of the workspace with what it is built from.
struct Package {
    name: String,
    uses: BTreeSet<String>,
    ours: BTreeSet<String>,
}

#[test]
fn every_crate_uses_only_the_layers_below_it() {
    let allowed: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut faults = Vec::new();
    for package in packages() {
        let Some(list) = allowed.get(package.name.as_str()) else {
            faults.push(format!("`{}` has no line in MAY_USE", package.name));
            continue;
        };
        let forbidden = package
            .ours
            .iter()
            .filter(|used| !list.contains(&used.as_str()));
        faults.extend(forbidden.map(|used| format!("`{}` must not use `{used}`", package.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_table_names_no_crate_that_is_gone_and_points_only_downwards() {
    let there: BTreeSet<_> = packages().into_iter().map(|package| package.name).collect();
    for (index, (name, list)) in MAY_USE.iter().enumerate() {
        assert!(there.contains(*name), "there is no crate `{name}`");
        for used in *list {
            let below = MAY_USE[..index].iter().any(|(lower, _)| lower == used);
            assert!(below, "`{used}` does not stand below `{name}`");
        }
    }
}

#[test]
fn pure_crates_are_built_from_pure_crates() {
    let mut seen = 0;
    for package in packages() {
        if !PURE.contains(&package.name.as_str()) {
            continue;
        }
        seen += 1;
        let impure = package
            .uses
            .iter()
            .find(|used| IMPURE.contains(&used.as_str()));
        assert_eq!(impure, None, "`{}` is pure", package.name);
    }
    assert_eq!(seen, PURE.len());
}

/// The packages of the workspace. What only tests use is left out: they may go further.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo answers");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let packages: Vec<_> = list(&metadata["packages"]).map(package).collect();
    assert!(packages.len() >= MAY_USE.len(), "cargo names all packages");
    packages
}

fn package(described: &Value) -> Package {
    let used = || list(&described["dependencies"]).filter(|used| used["kind"] != "dev");
    let ours = used().filter(|used| used["path"].is_string());
    Package {
        name: name(described),
        uses: used().map(name).collect(),
        ours: ours.map(name).collect(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("cargo lists them").iter()
}

fn name(described: &Value) -> String {
    described["name"]
        .as_str()
        .expect("everything has a name")
        .to_owned()
}

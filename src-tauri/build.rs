//! Builds the Tauri context from the configuration at the root of the repository.

fn main() {
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json");
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the Tauri context could not be built: {error:#}");
    }
}

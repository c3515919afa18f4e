//! Builds the Tauri context from the configuration at the root of the repository.

fn main() {
    // The interface lies inside the program: a newly built one makes a new program.
    if std::path::Path::new("ui/dist").exists() {
        println!("cargo:rerun-if-changed=ui/dist");
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json");
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the Tauri context could not be built: {error:#}");
    }
}

//! Any text as a replay file, a user configuration or a `.cruft.json`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use template::{Cruft, Replay, Surroundings, UserConfig};

fuzz_target!(|text: &str| {
    if let Ok(replay) = Replay::read(text) {
        let again = Replay::read(&replay.to_json()).expect("what was written can be read");
        assert_eq!(again.context.len(), replay.context.len());
    }
    if let Ok(cruft) = Cruft::read(text) {
        Cruft::read(&cruft.to_json()).expect("what was written can be read");
    }
    let around = Surroundings {
        home: "/home".to_owned(),
        variable: &|name| Some(name.to_owned()),
    };
    if let Ok(config) = UserConfig::read("rc", text, &around) {
        let _ = config.expand(text);
    }
});

//! Any tree of files with any `cookiecutter.json`.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use template::{Answers, Node, Tree};
use template_fuzz::{everything, file};

#[derive(Debug, Arbitrary)]
enum Thing<'a> {
    File(&'a [u8]),
    Link(&'a str),
    Folder,
}

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    settings: &'a str,
    name: &'a str,
    files: Vec<(&'a str, bool, Thing<'a>)>,
    answer: (&'a str, &'a str, bool),
}

fuzz_target!(|input: Input<'_>| {
    let folder = format!("{{{{cookiecutter.{}}}}}", input.name);
    let mut nodes = vec![
        (
            "cookiecutter.json".to_owned(),
            file(input.settings.as_bytes()),
        ),
        (folder.clone(), Node::Folder { mode: 0o755 }),
    ];
    for (path, within, thing) in input.files {
        let path = if within {
            format!("{folder}/{path}")
        } else {
            path.to_owned()
        };
        let node = match thing {
            Thing::File(bytes) => file(bytes),
            Thing::Link(target) => Node::Link {
                target: target.to_owned(),
            },
            Thing::Folder => Node::Folder { mode: 0o755 },
        };
        nodes.push((path, node));
    }
    let Ok(tree) = Tree::new(nodes) else { return };
    let (name, value, typed) = input.answer;
    let answers = if typed {
        Answers::typed([(name, value)])
    } else {
        Answers::given([(name, value)])
    };
    everything(tree, &answers);
});

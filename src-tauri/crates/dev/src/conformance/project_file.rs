//! Random project files.

use std::fmt::Write as _;

use crate::dice::Dice;

pub(crate) fn project_file(dice: &mut Dice) -> String {
    let id = dice.early(&["my_project", "my-project", "1x", "\"${{ 'p' }}\""]);
    let mut text = format!("id: {id}\n");
    for (key, usual) in [
        ("project_name", &["other", "\"${{ 'x' }}\""][..]),
        ("owner", &["ada", "~"][..]),
        ("role", &["r"][..]),
        (
            "defaults",
            &[
                "{preset: p, env: {A: proj, P: p}}",
                "{tags: [pt]}",
                "~",
                "{cache: {strategy: none}}",
            ][..],
        ),
        (
            "mixins",
            &["{mix: {preset: pm, cmd: m}}", "{far: {tags: [far]}}"][..],
        ),
        ("volumes", &["{data: {remote: storage:pd, mount: /pd}}"][..]),
        (
            "images",
            &[
                "{img: {ref: image:pimg}}",
                "{other: {ref: \"image:o:${{ git.sha }}\"}}",
            ][..],
        ),
    ] {
        if dice.chance(25) {
            let _ = writeln!(text, "{key}: {}", dice.early(usual));
        }
    }
    text
}

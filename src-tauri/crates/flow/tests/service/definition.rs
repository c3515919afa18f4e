//! From a name to its definition, and the outline.

use insta::assert_snapshot;
use source::Text;

use super::{ACTION, BATCH, FLOW, LIVE, NIGHTLY, PROJECT, at_cursor, cut, with_service};

fn defined(path: &str, text: &str, piece: &str) -> String {
    let text = cut(text, piece);
    let found = at_cursor(path, &text, |service, offset| {
        service.definition(path, offset)
    });
    let Some(found) = found else {
        return format!("{piece}: nowhere");
    };
    let content = match found.file.as_str() {
        NIGHTLY => BATCH,
        LIVE => FLOW,
        ".apolo/project.yml" => PROJECT,
        _ => ACTION,
    };
    let text = Text::new(found.file.as_str(), content);
    let at = text.position(found.span.start);
    format!(
        "{piece}: {}:{} {}",
        found.file,
        at.line,
        text.slice(found.span).lines().next().unwrap_or_default()
    )
}

#[test]
fn definitions_are_found_in_all_files() {
    let report = [
        defined(NIGHTLY, BATCH, "needs: [prep⎸are]"),
        defined(NIGHTLY, BATCH, "needs.pre⎸pare.outputs"),
        defined(NIGHTLY, BATCH, "needs['fi⎸t']"),
        defined(NIGHTLY, BATCH, "success('fi⎸t')"),
        defined(NIGHTLY, BATCH, "images.tr⎸ain"),
        defined(NIGHTLY, BATCH, "images.sha⎸red"),
        defined(NIGHTLY, BATCH, "volumes.da⎸ta"),
        defined(NIGHTLY, BATCH, "params.epo⎸chs"),
        defined(NIGHTLY, BATCH, "needs: [gri⎸d_0"),
        defined(NIGHTLY, BATCH, "mixins: [gp⎸u]"),
        defined(NIGHTLY, BATCH, "ws:acti⎸ons"),
        defined(NIGHTLY, BATCH, "args: {mess⎸age"),
        defined(LIVE, FLOW, "params.l⎸r"),
        defined(LIVE, FLOW, "inspect_job('tr⎸ain')"),
        defined("actions/notify.yml", ACTION, "inputs.me⎸ssage"),
        defined(LIVE, FLOW, "image: pyth⎸on"),
    ];
    assert_snapshot!(report.join("\n"));
}

#[test]
fn the_outline_lists_what_a_file_defines() {
    let report = with_service(&[], |service| {
        let mut lines = Vec::new();
        for (path, content) in [(NIGHTLY, BATCH), (LIVE, FLOW)] {
            let text = Text::new(path, content);
            for symbol in service.outline(path) {
                let line = text.position(symbol.key.start).line;
                lines.push(format!(
                    "{line} {:?} {} [{}]",
                    symbol.kind, symbol.name, symbol.detail
                ));
                lines.extend(
                    symbol
                        .children
                        .iter()
                        .map(|it| format!("  {:?} {}", it.kind, it.name)),
                );
            }
        }
        lines.join("\n")
    });
    assert_snapshot!(report);
}

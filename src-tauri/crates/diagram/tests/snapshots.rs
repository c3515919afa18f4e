use diagram::{
    Direction, DrawOptions, Fact, FactStyle, Footer, Ground, Header, LayoutOptions, Legend, Page,
    Parameter, Theme, draw, layout, write,
};

use crate::sample::bake;

/// All of a sheet.
pub(crate) fn sheet() -> DrawOptions {
    DrawOptions {
        header: Some(Header {
            project: "wheat-heads".to_owned(),
            title: "train-sweep".to_owned(),
            title_note: "#128, attempt 2".to_owned(),
            facts: vec![
                Fact {
                    label: "State".to_owned(),
                    value: "Running".to_owned(),
                    style: FactStyle::Words,
                },
                Fact {
                    label: "Commit".to_owned(),
                    value: "main 9c41e07".to_owned(),
                    style: FactStyle::Code,
                },
            ],
        }),
        legend: Some(Legend {
            parameters: vec![Parameter {
                name: "epochs".to_owned(),
                value: "30".to_owned(),
            }],
        }),
        footer: Some(Footer {
            left: "bakehouse://local/wheat-heads/bakes/128".to_owned(),
            right: "State at 10:55:04".to_owned(),
        }),
        ground: Ground::Paper,
        page: Page::Fit.into(),
    }
}

/// The document without the bytes of fonts.
fn without_fonts(svg: &str) -> String {
    let mut short = String::new();
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once("base64,") {
        short.push_str(before);
        short.push_str("base64,…");
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
        short.push(')');
    }
    short + rest
}

#[test]
fn a_small_bake_as_svg() {
    let graph = bake();
    let layout = layout(&graph, &LayoutOptions::default()).unwrap();
    let list = draw(&graph, &layout, Theme::Light, &DrawOptions::default());
    insta::assert_snapshot!(without_fonts(&write::svg(&list)));
}

#[test]
fn a_small_bake_from_top_to_bottom() {
    let layout = layout(&bake(), &LayoutOptions::towards(Direction::TopDown)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&layout).unwrap());
}

#[test]
fn a_small_bake_as_dot() {
    insta::assert_snapshot!(write::dot(&bake(), Direction::LeftToRight));
}

#[test]
fn the_display_list_is_plain_json() {
    let graph = bake();
    let layout = layout(&graph, &LayoutOptions::default()).unwrap();
    let list = draw(&graph, &layout, Theme::Dark, &sheet());
    let json = serde_json::to_value(&list).unwrap();
    let owners: Vec<&str> = json["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|piece| piece["owner"]["kind"].as_str())
        .collect();
    for kind in ["group", "edge", "node", "sheet"] {
        assert!(owners.contains(&kind), "no {kind} in {owners:?}");
    }
    let first = &json["pieces"][0]["marks"][0];
    assert_eq!(first["mark"], "path");
    assert!(first["d"].as_str().unwrap().starts_with('M'), "{first}");
}

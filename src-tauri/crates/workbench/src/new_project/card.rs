//! The card of a bundled template.

use contract::TemplateCard;
use template::Template;
use template::bundled::Bundled;

/// The card; `None` when the template cannot be read, which a test of ours excludes.
pub(super) fn of(bundled: &Bundled) -> Option<TemplateCard> {
    let template = Template::read(bundled.tree()).ok()?;
    let schema = template.schema();
    Some(TemplateCard {
        id: bundled.id.to_owned(),
        name: schema
            .title
            .clone()
            .unwrap_or_else(|| bundled.id.to_owned()),
        summary: schema.summary.clone().unwrap_or_default(),
        gives: schema.gives.clone(),
    })
}

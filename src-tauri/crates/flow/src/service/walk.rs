//! All the values of a tree.

use source::Span;

use crate::tree::{Block, Expr, Field, FieldValue, List, Map, MapItem, Matrix};

/// The value under an offset.
pub(super) fn expr_at(tree: &Block, offset: usize) -> Option<&Expr> {
    let mut found: Option<&Expr> = None;
    exprs(tree, &mut |expr| {
        let narrower = found.is_none_or(|known| expr.span.len() <= known.span.len());
        if expr.span.touches(offset) && !expr.span.is_empty() && narrower {
            found = Some(expr);
        }
    });
    found
}

/// Visits all values of a block and of the blocks inside it.
pub(crate) fn exprs<'t>(block: &'t Block, visit: &mut dyn FnMut(&'t Expr)) {
    for field in block.fields.values() {
        for expr in own_exprs(field) {
            visit(expr);
        }
        for block in inner_blocks(field) {
            exprs(block, visit);
        }
    }
}

/// The blocks directly under a key.
pub(super) fn inner_blocks(field: &Field) -> Vec<&Block> {
    match &field.value {
        FieldValue::Block(block) => vec![block],
        FieldValue::Blocks(blocks) => blocks.values().map(|named| &*named.block).collect(),
        FieldValue::Items(items) => items.iter().map(|item| &**item).collect(),
        _ => Vec::new(),
    }
}

/// The values directly under a key.
pub(super) fn own_exprs(field: &Field) -> Vec<&Expr> {
    let mut found = Vec::new();
    match &field.value {
        FieldValue::Scalar(expr) => found.push(expr),
        FieldValue::List(list) => of_list(list, &mut found),
        FieldValue::Map(map) => of_map(map, &mut found),
        FieldValue::Needs(needs) => found.extend(needs.iter().map(|need| &need.id)),
        FieldValue::Matrix(matrix) => of_matrix(matrix, &mut found),
        _ => {}
    }
    found
}

fn of_list<'t>(list: &'t List, found: &mut Vec<&'t Expr>) {
    match list {
        List::Items(items) => found.extend(items),
        List::Whole(expr, _) => found.push(expr),
        List::Joined(parts) => parts.iter().for_each(|part| of_list(part, found)),
        List::Null => {}
    }
}

fn of_map<'t>(map: &'t Map, found: &mut Vec<&'t Expr>) {
    match map {
        Map::Items(items) => found.extend(items.iter().map(|item| &item.value)),
        Map::Whole(expr) => found.push(expr),
        Map::Joined(parent, child) => {
            of_map(parent, found);
            of_map(child, found);
        }
    }
}

fn of_matrix<'t>(matrix: &'t Matrix, found: &mut Vec<&'t Expr>) {
    for list in matrix.products.values() {
        of_list(list, found);
    }
    let rows = matrix.include.iter().chain(&matrix.exclude).flatten();
    found.extend(rows.map(|MapItem { value, .. }| value));
}

/// A span without quotes around it.
pub(super) fn without_quotes(text: &source::Text, span: Span) -> Span {
    let written = text.slice(span);
    let quoted = ['"', '\'']
        .into_iter()
        .any(|quote| written.len() >= 2 && written.starts_with(quote) && written.ends_with(quote));
    match quoted {
        true => Span::new(span.start + 1, span.end - 1),
        false => span,
    }
}

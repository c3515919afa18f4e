//! What `items()`, `keys()` and `values()` of a table give: printed as Python prints them.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple};

use super::python;

/// The items, keys or values of a table.
#[derive(Debug)]
struct View {
    name: &'static str,
    items: Vec<Value>,
}

/// The view a method gives.
pub(super) fn of(method: &str, pairs: &IndexMap<Value, Value>) -> Value {
    let (name, items): (_, Vec<Value>) = match method {
        "keys" => ("dict_keys", pairs.keys().cloned().collect()),
        "values" => ("dict_values", pairs.values().cloned().collect()),
        _ => {
            let pair = |(key, value): (&Value, &Value)| {
                Value::from(Tuple::from([key.clone(), value.clone()]))
            };
            ("dict_items", pairs.iter().map(pair).collect())
        }
    };
    Value::from_object(View { name, items })
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items.clone())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items: Vec<String> = self.items.iter().map(python::repr).collect();
        write!(f, "{}([{}])", self.name, items.join(", "))
    }
}

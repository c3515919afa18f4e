//! The reasons for which we differ from the official tools, each a row of `COMPATIBILITY.md`.
//!
//! A rule only names a reason. When it holds, and with what value or at what place, say
//! [`refusal`](super::refusal), [`leaf`](super::leaf) and [`official`](super::official).

/// A reason to differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, in words joined by dashes.
    pub name: &'static str,
    /// The row of `COMPATIBILITY.md` that decides it.
    pub row: &'static str,
    /// What it says.
    pub what: &'static str,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $row:literal, $what:literal;)*) => {
        $($(#[$doc])* pub(super) static $id: Rule = Rule { name: $name, row: $row, what: $what };)*

        /// All reasons to differ.
        pub static RULES: &[&Rule] = &[$(&$id),*];
    };
}

rules! {
    ORDER_OF_TASKS = "order-of-tasks", "2",
        "they take tasks that stand before those they need for a circle";
    ORDER_OF_MIXINS = "order-of-mixins", "2",
        "they take mixins that stand before those they use for a circle";
    DEFAULTS_WITHOUT_ARGS = "defaults-without-args", "7",
        "they forget the defaults of inputs in a call without `args`";
    MIXINS_IN_MATRIX = "mixins-in-matrix", "9",
        "they apply mixins once more for every row of a matrix";
    INPUTS_IN_MATRIX = "inputs-in-matrix", "28",
        "they do not know `inputs` in the matrix of an action";
    PARAMS_IN_MIXIN = "params-in-mixin", "9",
        "they crash on `params` in a mixin";
    EMPTY_LIST = "empty-list", "10",
        "they crash on a list without anything";
    EMPTY_BLOCK = "empty-block", "10",
        "they crash on `jobs` or `tasks` without anything";
    ONE_VALUE = "one-value", "10",
        "they write `[]` or `{}` for a list or mapping in the place of one value";
    BARE_TASK = "bare-task", "10",
        "they read a task that is nothing, and fail on it later";
    PLAIN_STATUS = "plain-status", "12-15",
        "they print a status as `TaskStatus.SUCCEEDED`";
    GIT_BEFORE_BAKE = "git-before-bake", "18",
        "they do not know git while a bake is set up, and in actions without images";
    REWRITTEN = "rewritten-by-console", "23",
        "their console rewrites texts in printed commands";
    EARLY_CHECK = "condition-of-comprehension", "26",
        "they do not check the conditions of comprehensions before a bake";
    EXCLUDE_OF_EMPTY = "exclude-of-empty", "17",
        "they crash on `exclude` of a name whose list is empty";
    ORDER_OF_SETS = "order-of-sets", "30",
        "they print sets in random order";
    FOLDER_BESIDE_ACTION = "folder-beside-action", "B",
        "they open a folder that has the name of an action";
    NOTHING_IN_ENV = "nothing-in-env", "C",
        "they pass on a variable that is nothing";
    UPLOAD_WITHOUT_LOCAL = "upload-without-local", "D",
        "they upload a folder named `None`";
    ALIAS = "alias", "H",
        "they read an alias inside its own anchor, and one by the key its anchor stands under";
    NEEDLESS_RESULT = "needless-result", "I",
        "they refuse a result nobody waits for";
    KEY_OF_DIFFERENCE = "key-of-difference", "9, 12-15, 30",
        "the cache key of a task that differs by another rule";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_explained_in_the_list_of_differences() {
        let list = include_str!("../../COMPATIBILITY.md");
        for rule in RULES {
            assert!(
                list.contains(&format!("`{}`", rule.name)),
                "COMPATIBILITY.md does not name the rule `{}`",
                rule.name
            );
        }
    }
}

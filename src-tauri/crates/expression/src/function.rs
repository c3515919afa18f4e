//! The catalogue of functions: what they are called with and what they are for.

use crate::functions as run;
use crate::functions::Run;

/// A function of the language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called, for people: `join(separator, list, [convert])`.
    pub signature: &'static str,
    /// Its parameters in order.
    pub parameters: &'static [Parameter],
    /// Whether any number of further arguments may follow.
    pub variadic: bool,
    /// What it does, in one or two sentences.
    pub doc: &'static str,
    /// One example with its result.
    pub example: &'static str,
    pub(crate) run: Run,
}

/// A parameter of a [`Function`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The name the official tools use in messages.
    pub name: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({})", self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Function {
    /// Checks a number of arguments.
    ///
    /// # Errors
    /// What is wrong, in the words of the official tools.
    pub fn bind(&self, count: usize) -> Result<(), String> {
        if let Some(missing) = self
            .parameters
            .get(count)
            .filter(|parameter| !parameter.optional)
        {
            return Err(format!("missing a required argument: '{}'", missing.name));
        }
        if count > self.parameters.len() && !self.variadic {
            return Err("too many positional arguments".to_owned());
        }
        Ok(())
    }
}

/// All functions in the order of their names.
#[must_use]
pub fn functions() -> &'static [Function] {
    &FUNCTIONS
}

/// The function of a name.
#[must_use]
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The names of all functions.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

const fn required(name: &'static str) -> Parameter {
    Parameter {
        name,
        optional: false,
    }
}

const fn optional(name: &'static str) -> Parameter {
    Parameter {
        name,
        optional: true,
    }
}

const ARG: &[Parameter] = &[required("arg")];

static FUNCTIONS: [Function; 22] = [
    Function {
        name: "always",
        signature: "always()",
        parameters: &[],
        variadic: true,
        doc: "Lets a task run whatever happened to the tasks it needs. Only inside tasks.",
        example: "enable: ${{ always() }}",
        run: run::always,
    },
    Function {
        name: "failure",
        signature: "failure([task, …])",
        parameters: &[],
        variadic: true,
        doc: "Whether any of the needed tasks (or of the named ones) has failed. Only inside tasks.",
        example: "enable: ${{ failure('train') }}",
        run: run::failure,
    },
    Function {
        name: "fmt",
        signature: "fmt(pattern, value, …)",
        parameters: &[required("spec")],
        variadic: true,
        doc: "Fills values into the braces of a pattern, as `str.format` of Python does.",
        example: "fmt('{}-{:03}', 'run', 7) = 'run-007'",
        run: run::fmt,
    },
    Function {
        name: "from_json",
        signature: "from_json(text)",
        parameters: ARG,
        variadic: false,
        doc: "Reads a JSON text.",
        example: "from_json('[1, 2]')[0] = 1",
        run: run::from_json,
    },
    Function {
        name: "hash_files",
        signature: "hash_files(pattern, …)",
        parameters: &[],
        variadic: true,
        doc: "SHA-256 of the names and contents of the files of the project that fit the patterns \
              (`*`, `?`, `[ab]`, `**`).",
        example: "hash_files('requirements.txt', 'src/**/*.py')",
        run: run::hash_files,
    },
    Function {
        name: "hash_files_relative",
        signature: "hash_files_relative(folder, pattern, …)",
        parameters: &[required("root")],
        variadic: true,
        doc: "Like `hash_files`, below another folder.",
        example: "hash_files_relative(flow.action_path, '*.py')",
        run: run::hash_files_relative,
    },
    Function {
        name: "inspect_job",
        signature: "inspect_job(job, [suffix])",
        parameters: &[required("job_name"), optional("suffix")],
        variadic: false,
        doc: "What the platform knows about a running job of this flow. Only inside live jobs.",
        example: "inspect_job('server').http_url",
        run: run::inspect_job,
    },
    Function {
        name: "int",
        signature: "int(value)",
        parameters: ARG,
        variadic: false,
        doc: "Makes an integer of a text or a number; fractions are cut off.",
        example: "int('42') = 42",
        run: run::int,
    },
    Function {
        name: "join",
        signature: "join(separator, list, [convert])",
        parameters: &[
            required("sep"),
            required("array"),
            optional("convert_to_str"),
        ],
        variadic: false,
        doc: "Joins the texts of a list. With `True` as third argument everything becomes a text.",
        example: "join(',', ['a', 'b']) = 'a,b'",
        run: run::join,
    },
    Function {
        name: "keys",
        signature: "keys(dictionary)",
        parameters: ARG,
        variadic: false,
        doc: "The keys of a dictionary as a list.",
        example: "keys({'a': 1}) = ['a']",
        run: run::keys,
    },
    Function {
        name: "len",
        signature: "len(value)",
        parameters: ARG,
        variadic: false,
        doc: "The number of characters of a text or of items of a list, dictionary or set.",
        example: "len('abc') = 3",
        run: run::len,
    },
    Function {
        name: "lower",
        signature: "lower(text)",
        parameters: ARG,
        variadic: false,
        doc: "The text in small letters.",
        example: "lower('AbC') = 'abc'",
        run: run::lower,
    },
    Function {
        name: "nothing",
        signature: "nothing()",
        parameters: &[],
        variadic: false,
        doc: "Gives `None`.",
        example: "nothing() = None",
        run: run::nothing,
    },
    Function {
        name: "parse_volume",
        signature: "parse_volume(text)",
        parameters: ARG,
        variadic: false,
        doc: "Takes a volume reference apart: `remote`, `mount`, `read_only`, `ref`.",
        example: "parse_volume('storage:data:/mnt:ro').read_only = True",
        run: run::parse_volume,
    },
    Function {
        name: "range",
        signature: "range([start,] end, [step])",
        parameters: &[required("arg"), optional("arg2"), optional("arg3")],
        variadic: false,
        doc: "A list of integers, without the end. A second or third argument of 0 is ignored.",
        example: "range(1, 4) = [1, 2, 3]",
        run: run::range,
    },
    Function {
        name: "replace",
        signature: "replace(text, old, new)",
        parameters: &[required("arg"), required("old"), required("new")],
        variadic: false,
        doc: "Replaces every occurrence of a text in a text.",
        example: "replace('a_b', '_', '-') = 'a-b'",
        run: run::replace,
    },
    Function {
        name: "str",
        signature: "str(value)",
        parameters: ARG,
        variadic: false,
        doc: "The value as a text.",
        example: "str(1.0) = '1.0'",
        run: run::str,
    },
    Function {
        name: "success",
        signature: "success([task, …])",
        parameters: &[],
        variadic: true,
        doc: "Whether all needed tasks (or the named ones) have succeeded. Only inside tasks.",
        example: "enable: ${{ success() }}",
        run: run::success,
    },
    Function {
        name: "to_json",
        signature: "to_json(value)",
        parameters: ARG,
        variadic: false,
        doc: "Writes a value as JSON.",
        example: "to_json([1, 'a']) = '[1, \"a\"]'",
        run: run::to_json,
    },
    Function {
        name: "upload",
        signature: "upload(volume)",
        parameters: &[required("volume_ctx")],
        variadic: false,
        doc: "Uploads the local folder of a volume before the job starts, and gives the volume.",
        example: "${{ upload(volumes.code).ref }}",
        run: run::upload,
    },
    Function {
        name: "upper",
        signature: "upper(text)",
        parameters: ARG,
        variadic: false,
        doc: "The text in capital letters.",
        example: "upper('abc') = 'ABC'",
        run: run::upper,
    },
    Function {
        name: "values",
        signature: "values(dictionary)",
        parameters: ARG,
        variadic: false,
        doc: "The values of a dictionary as a list.",
        example: "values({'a': 1}) = [1]",
        run: run::values,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        let names: Vec<_> = function_names().collect();
        assert!(names.is_sorted());
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_wrong_number_of_arguments_is_told_like_python_tells_it() {
        let replace = function("replace").unwrap();
        assert_eq!(
            replace.bind(1),
            Err("missing a required argument: 'old'".to_owned())
        );
        assert_eq!(
            replace.bind(4),
            Err("too many positional arguments".to_owned())
        );
        assert_eq!(replace.bind(3), Ok(()));
        assert_eq!(function("always").unwrap().bind(9), Ok(()));
    }
}

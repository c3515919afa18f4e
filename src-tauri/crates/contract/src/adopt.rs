//! A project that does not remember its template: finding the version it was made from.

use indexmap::IndexMap;
use serde_json::Value;

use crate::{Freshness, TemplateField};

wire! {
    /// Asks which version of a template a project was probably made from.
    #[derive(Eq, Default)]
    pub struct AdoptAsk {
        /// The project's folder.
        pub project: String,
        /// The template: what was typed.
        pub source: String,
        /// The folder in it that holds the template.
        #[cfg_attr(test, ts(optional))]
        pub directory: Option<String>,
        /// Branch, tag or commit to follow later.
        #[cfg_attr(test, ts(optional))]
        pub checkout: Option<String>,
        /// Answers that are known; the others are read out of the project.
        #[cfg_attr(test, ts(optional))]
        pub values: Option<IndexMap<String, Value>>,
        /// When the source is asked.
        #[cfg_attr(test, ts(optional))]
        pub freshness: Option<Freshness>,
        /// The folder that relative paths begin at; the home folder when missing.
        #[cfg_attr(test, ts(optional))]
        pub base: Option<String>,
        /// A name for this work.
        #[cfg_attr(test, ts(optional))]
        pub work: Option<String>,
    }

    /// The versions a project may have been made from, the closest first.
    #[derive(Eq)]
    pub struct AdoptOffer {
        /// Its name for adopting.
        pub adoption: String,
        /// The template's place.
        pub source: String,
        /// The versions.
        pub versions: Vec<AdoptVersion>,
        /// How many versions were compared.
        pub compared: u32,
        /// The answers as they were worked out.
        pub fields: Vec<TemplateField>,
        /// What should be known.
        pub notes: Vec<String>,
    }

    /// A version a project may have been made from.
    #[derive(Eq)]
    pub struct AdoptVersion {
        /// The commit.
        pub commit: String,
        /// When it was made.
        pub time: String,
        /// The first line of its message.
        pub subject: String,
        /// Lines that differ.
        pub lines: u32,
        /// Files of the template that the project does not have.
        pub missing: u32,
        /// Files that differ.
        pub changed: u32,
        /// Files that are the same.
        pub same: u32,
    }

    /// Writes down which version a project was made from.
    #[derive(Eq)]
    pub struct AdoptApply {
        /// Its name, from the offer.
        pub adoption: String,
        /// The commit; the closest when missing.
        #[cfg_attr(test, ts(optional))]
        pub commit: Option<String>,
    }

    /// A project that remembers its template now.
    #[derive(Eq)]
    pub struct Adopted {
        /// The project's folder.
        pub path: String,
        /// The template's place.
        pub source: String,
        /// The commit.
        pub commit: String,
        /// The name under which it can be undone.
        pub undo: String,
    }
}

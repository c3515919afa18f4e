//! Where the application keeps its own files.

use std::path::{Path, PathBuf};

/// The application's folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Settings and the list of known projects.
    pub config: PathBuf,
    /// The local platform: database, storage, jobs.
    pub platform: PathBuf,
    /// Everything else that is to be kept.
    pub data: PathBuf,
    /// The person's home, which new projects are offered in and `~` stands for.
    pub home: PathBuf,
}

/// Why there is no place for the application's files.
#[derive(Debug, thiserror::Error)]
pub enum FoldersError {
    /// The system does not tell a home folder.
    #[error("this system does not tell where your home folder is; set HOME or BAKEHOUSE_HOME")]
    NoHome,
}

impl Folders {
    /// The folders of the person who runs the application; `BAKEHOUSE_HOME` puts all of them
    /// below one folder.
    pub fn of_user() -> Result<Self, FoldersError> {
        let base = directories::BaseDirs::new();
        if let Some(root) = std::env::var_os("BAKEHOUSE_HOME").filter(|root| !root.is_empty()) {
            let root = std::path::absolute(&root).unwrap_or_else(|_| PathBuf::from(root));
            let home = base.map_or_else(|| root.clone(), |base| base.home_dir().to_owned());
            return Ok(Self {
                home,
                ..Self::under(&root)
            });
        }
        let base = base.ok_or(FoldersError::NoHome)?;
        let data = base.data_local_dir().join("bakehouse");
        Ok(Self {
            config: base.config_dir().join("bakehouse"),
            platform: data.join("local"),
            data,
            home: base.home_dir().to_owned(),
        })
    }

    /// All folders below one.
    pub fn under(root: &Path) -> Self {
        Self {
            config: root.join("config"),
            platform: root.join("local"),
            data: root.join("data"),
            home: root.to_owned(),
        }
    }

    /// A path as people write it: `~` for the home folder.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Ok(rest) => format!("~/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_folder_is_written_as_a_tilde() {
        let folders = Folders {
            home: "/home/anna".into(),
            ..Folders::under(Path::new("/x"))
        };
        assert_eq!(
            folders.shown(Path::new("/home/anna/code/rye")),
            "~/code/rye"
        );
        assert_eq!(folders.shown(Path::new("/home/anna")), "~");
        assert_eq!(folders.shown(Path::new("/home/annabel")), "/home/annabel");
    }
}

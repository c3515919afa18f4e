//! A Podman of its own for each test: own storage, own socket, and a tiny image.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Far longer than Podman takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The image that every [`Podman`] has: BusyBox, whose own command says `own command`.
pub(crate) const IMAGE: &str = "localhost/tiny:1";

pub(crate) struct Podman {
    service: Option<Child>,
    folder: tempfile::TempDir,
}

impl Podman {
    /// Starts one, or says why this computer cannot.
    pub(crate) fn start() -> Option<Self> {
        let Some(busybox) = on_path("busybox").filter(|_| on_path("podman").is_some()) else {
            eprintln!("skipped: install podman, runc and busybox-static to test containers");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("bh").tempdir().unwrap();
        let mut podman = Self {
            service: None,
            folder,
        };
        // Some test machines forbid what Podman would set by itself.
        let limits = "[containers]\ndefault_ulimits = [\"nofile=1024:1024\",\"nproc=1000:1000\"]\n";
        std::fs::write(podman.path("containers.conf"), limits).unwrap();
        podman.import(&busybox);
        podman.serve();
        Some(podman)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The address of the socket.
    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.path("podman.sock").display())
    }

    /// A call of the program itself.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("podman");
        command
            .env("CONTAINERS_CONF", self.path("containers.conf"))
            .arg("--root")
            .arg(self.path("root"))
            .arg("--runroot")
            .arg(self.path("run"))
            .arg("--tmpdir")
            .arg(self.path("tmp"))
            .args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"])
            .args(["--events-backend", "file"]);
        if on_path("runc").is_some() {
            command.args(["--runtime", "runc"]);
        }
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// What the program prints.
    pub(crate) fn output(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The containers there are.
    pub(crate) fn containers(&self) -> String {
        self.output(&["ps", "--all", "--format", "{{.Names}}"])
    }

    fn import(&self, busybox: &Path) {
        let root = self.path("image");
        for folder in ["bin", "tmp", "etc"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::copy(busybox, root.join("bin/busybox")).unwrap();
        let listed = Command::new(busybox).arg("--list").output().unwrap();
        for applet in String::from_utf8(listed.stdout).unwrap().lines() {
            if applet != "busybox" {
                std::os::unix::fs::symlink("busybox", root.join("bin").join(applet)).unwrap();
            }
        }
        let tar = self.path("image.tar");
        let mut pack = Command::new("tar");
        pack.arg("-cf").arg(&tar).arg("-C").arg(&root).arg(".");
        let packed = pack.status().unwrap();
        assert!(packed.success());
        let command = r#"CMD ["echo", "own command"]"#;
        let tar = tar.display().to_string();
        self.output(&["import", "--quiet", "--change", command, &tar, IMAGE]);
    }

    /// Starts the service that listens at the socket. Without a test it ends by itself.
    pub(crate) fn serve(&mut self) {
        let log = std::fs::File::create(self.path("service.log")).unwrap();
        let address = self.address();
        let mut command = self.command(&["system", "service", "--time", "300", &address]);
        command.stdout(Stdio::null()).stderr(log);
        self.service = Some(command.spawn().unwrap());
        let start = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.path("podman.sock")).is_err() {
            assert!(start.elapsed() < PATIENCE, "Podman does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the service; containers go on.
    pub(crate) fn stop_serving(&mut self) {
        if let Some(mut service) = self.service.take() {
            service.kill().unwrap();
            service.wait().unwrap();
        }
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        self.stop_serving();
        let removed = self
            .command(&["rm", "--all", "--force", "--time", "0"])
            .output();
        // A test that fails has more to say than this.
        drop(removed);
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap();
    let mut candidates = std::env::split_paths(&path).map(|folder| folder.join(program));
    candidates.find(|candidate| candidate.is_file())
}

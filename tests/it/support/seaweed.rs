//! A real S3 server for a test: SeaweedFS on free ports, its data in a temporary directory, gone when dropped.

use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::python::tool;

/// May do everything.
pub const ADMIN: (&str, &str) = ("adminkey", "admin-secret-0123456789");
/// May read and list only.
pub const READER: (&str, &str) = ("readerkey", "reader-secret-0123456789");
/// Exists after start.
pub const BUCKET: &str = "lake";

const START_DEADLINE: Duration = Duration::from_secs(60);

pub struct Seaweed {
    server: Child,
    directory: TempDir,
    port: u16,
}

impl Seaweed {
    /// Starts the server and waits until the bucket takes objects.
    pub fn start() -> Seaweed {
        let directory = tempfile::tempdir().unwrap();
        let identity = |name: &str, (key, secret): (&str, &str), actions: &str| {
            format!(
                r#"{{"name":"{name}","credentials":[{{"accessKey":"{key}","secretKey":"{secret}"}}],"actions":[{actions}]}}"#
            )
        };
        let admin = identity("admin", ADMIN, r#""Admin","Read","Write","List","Tagging""#);
        let reader = identity("reader", READER, r#""Read","List""#);
        let identities = directory.path().join("identities.json");
        let mut file = File::create(&identities).unwrap();
        write!(file, r#"{{"identities":[{admin},{reader}]}}"#).unwrap();
        let data = directory.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let log = File::create(directory.path().join("log")).unwrap();

        let ports = free_ports();
        let names =
            ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"];
        let mut command = Command::new(tool("weed"));
        command.arg("server").arg(format!("-dir={}", data.display()));
        command.args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=300", "-master.volumeSizeLimitMB=64"]);
        command.args(names.iter().zip(&ports).map(|(name, port)| format!("-{name}={port}")));
        command.args(["-s3", &format!("-s3.port={}", ports[6]), &format!("-s3.port.grpc={}", ports[7])]);
        command.arg("-s3.iam=false").arg(format!("-s3.config={}", identities.display()));
        // keys in the environment would become identities of the server
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].iter().for_each(|key| {
            command.env_remove(key);
        });
        let server = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut seaweed = Seaweed { server, directory, port: ports[6] };
        seaweed.wait();
        seaweed
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Environment pairs of an identity.
    pub fn pairs(&self, (key, secret): (&str, &str)) -> Vec<(String, String)> {
        let pairs = [
            ("AWS_ENDPOINT_URL", self.endpoint().as_str()),
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", "us-east-1"),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()));
        pairs.into()
    }

    /// Asks until the port answers and the bucket exists: the server makes it for the first object of an admin.
    fn wait(&mut self) {
        let deadline = Instant::now() + START_DEADLINE;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let storage = tenure::storage::Storage::from_pairs(self.pairs(ADMIN), false).unwrap();
        let mut last = String::new();
        while Instant::now() < deadline {
            if let Some(status) = self.server.try_wait().unwrap() {
                panic!("weed ended with {status}:\n{}", self.log());
            }
            match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
                Ok(_) => match storage.put(&format!("s3://{BUCKET}/ready"), "ready") {
                    Ok(()) => return,
                    Err(error) => last = error.to_string(),
                },
                Err(error) => last = error.to_string(),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("weed did not answer within {START_DEADLINE:?} ({last}):\n{}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Seaweed {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Eight ports that were free a moment ago; the listeners are held together so that they differ.
fn free_ports() -> Vec<u16> {
    let listeners: Vec<_> = (0..8).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

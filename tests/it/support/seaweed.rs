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
    /// Starts the server and waits until the bucket takes objects. Another program may take a port in the moment
    /// between finding it free and the server's asking for it: then with other ports.
    pub fn start() -> Seaweed {
        let taken = "address already in use";
        let mut last = String::new();
        for _ in 0..3 {
            match Seaweed::try_start() {
                Ok(seaweed) => return seaweed,
                Err(log) if log.contains(taken) => last = log,
                Err(log) => panic!("{log}"),
            }
        }
        panic!("no free ports:\n{last}");
    }

    fn try_start() -> Result<Seaweed, String> {
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
        command.args(["-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]);
        command.arg(format!("-s3.config={}", identities.display()));
        // keys in the environment would become identities of the server
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].iter().for_each(|key| {
            command.env_remove(key);
        });
        let server = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut seaweed = Seaweed { server, directory, port: ports[6] };
        seaweed.wait()?;
        Ok(seaweed)
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
    fn wait(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START_DEADLINE;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let storage = tenure::storage::Storage::from_pairs(self.pairs(ADMIN), false).unwrap();
        let mut last = String::new();
        while Instant::now() < deadline {
            if let Some(status) = self.server.try_wait().unwrap() {
                return Err(format!("weed ended with {status}:\n{}", self.log()));
            }
            match TcpStream::connect_timeout(&address, Duration::from_secs(1)) {
                Ok(_) => match storage.put(&format!("s3://{BUCKET}/ready"), "ready") {
                    Ok(()) => return Ok(()),
                    Err(error) => last = error.to_string(),
                },
                Err(error) => last = error.to_string(),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("weed did not answer within {START_DEADLINE:?} ({last}):\n{}", self.log()))
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

/// Eight ports that were free a moment ago, below those the kernel gives to outgoing connections. Each process starts
/// looking elsewhere; the listeners are held together so that the ports differ.
fn free_ports() -> Vec<u16> {
    let start = 10_000 + (std::process::id() % 2_000) as u16 * 10;
    let free =
        (start..32_000).chain(10_000..start).filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    let listeners: Vec<_> = free.take(8).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

//! Storage: one contract on local disk and on S3, and what its failures are called.

use std::io::{Read, Write};
use std::net::TcpListener;

use polars::prelude::*;
use tenure::error::Kind;
use tenure::storage::Storage;

use crate::support::publish::{Place, everywhere, local};
use crate::support::seaweed::{ADMIN, BUCKET, READER, Seaweed};

everywhere!(objects_are_written_listed_read_and_deleted, an_object_is_created_once, what_is_missing_is_named);

fn objects_are_written_listed_read_and_deleted(place: &Place) {
    let (storage, output) = (&place.storage, place.output.as_str());
    assert_eq!(storage.list(output).unwrap(), []);
    assert!(!storage.has_any(output).unwrap());
    // names as partitions have them: encoded values, spaces, equal signs
    let names = ["a=1/b c.parquet", "a=x%20y/d.parquet", "z.parquet"];
    for name in names {
        storage.put(&format!("{output}/{name}"), name).unwrap();
    }
    let listed = storage.list(output).unwrap();
    assert_eq!(listed.iter().map(|o| o.uri.clone()).collect::<Vec<_>>(), names.map(|n| format!("{output}/{n}")));
    for (object, name) in listed.iter().zip(names) {
        assert_eq!(object.bytes, name.len() as u64);
        assert_eq!(storage.get(&object.uri).unwrap(), name);
        assert_eq!(storage.head(&object.uri).unwrap(), *object);
        assert!(!object.etag.is_empty() && object.modified_ms > 0);
    }
    let uris: Vec<String> = listed.iter().rev().map(|object| object.uri.clone()).collect();
    assert_eq!(storage.get_all(&uris).unwrap(), ["z.parquet", "a=x%20y/d.parquet", "a=1/b c.parquet"]);
    assert_eq!(storage.list(&format!("{output}/a=1")).unwrap(), listed[..1]);
    assert_eq!(storage.get_range(&listed[2].uri, 2..9).unwrap(), "parquet");
    let ranges: Vec<_> = listed.iter().rev().map(|object| (object.uri.as_str(), 2..9)).collect();
    assert_eq!(storage.get_ranges(&ranges).unwrap(), ["parquet", "x%20y/d", "1/b c.p"]);

    let before = storage.head(&listed[2].uri).unwrap();
    storage.put(&listed[2].uri, "other content").unwrap();
    assert_ne!(storage.head(&listed[2].uri).unwrap().etag, before.etag);

    storage.delete(&listed[2].uri).unwrap();
    storage.delete(&listed[2].uri).unwrap();
    assert!(!storage.exists(&listed[2].uri).unwrap());
    assert!(storage.exists(&listed[1].uri).unwrap());
}

fn an_object_is_created_once(place: &Place) {
    let uri = format!("{}/log/1.json", place.output);
    assert!(place.storage.put_if_absent(&uri, "first").unwrap());
    assert!(!place.storage.put_if_absent(&uri, "second").unwrap());
    assert!(!place.another_storage().put_if_absent(&uri, "third").unwrap());
    assert_eq!(place.storage.get(&uri).unwrap(), "first");
}

fn what_is_missing_is_named(place: &Place) {
    let uri = format!("{}/none.parquet", place.output);
    let of_range = place.storage.get_ranges(&[(&uri, 0..4)]).unwrap_err();
    for error in [place.storage.get(&uri).unwrap_err(), place.storage.head(&uri).unwrap_err(), of_range] {
        assert_eq!(error.kind, Kind::Io);
        assert!(error.to_string().contains(&uri), "{error}");
        assert!(error.hint.is_some());
    }
}

#[test]
fn local_files_are_read_as_far_as_they_go_by_either_name() {
    let (storage, directory) = (local(), tempfile::tempdir().unwrap());
    let uri = format!("file://{}/a b%20c.parquet", directory.path().display());
    storage.put(&uri, "0123456789").unwrap();
    let path = uri.trim_start_matches("file://").to_string();
    let asked: Vec<(&str, std::ops::Range<u64>)> =
        (0..100).map(|at| (if at % 2 == 0 { &uri } else { &path }.as_str(), at / 4..at)).collect();
    let found = storage.get_ranges(&asked).unwrap();
    for ((_, range), found) in asked.into_iter().zip(found) {
        assert_eq!(found, "0123456789".as_bytes()[range.start.min(10) as usize..range.end.min(10) as usize]);
    }
    let relative = storage.get_ranges(&[("Cargo.toml", 0..1)]).unwrap_err();
    assert_eq!(relative.kind, Kind::Job, "{relative}");
}

#[test]
fn local_etags_are_size_and_time_of_change() {
    let place = Place::local();
    let uri = format!("{}/x", place.output);
    place.storage.put(&uri, "12345").unwrap();
    let modified = std::fs::metadata(uri.strip_prefix("file://").unwrap()).unwrap().modified().unwrap();
    let nanoseconds = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    assert_eq!(place.storage.head(&uri).unwrap().etag, format!("5-{nanoseconds}"));
}

#[test]
fn paths_are_resolved_by_name_and_nonsense_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().display();
    local().put(&format!("{root}/a/./b/../c"), "x").unwrap();
    assert_eq!(local().get(&format!("file://{root}/a/c")).unwrap(), "x");
    for uri in ["relative/path", "gs://bucket/x", "s3:///x", "s3://bucket/a//b"] {
        assert_eq!(local().list(uri).unwrap_err().kind, Kind::Job, "{uri}");
    }
}

#[test]
fn plain_http_needs_loopback_or_leave() {
    let pairs = |endpoint: &str| vec![("AWS_ENDPOINT_URL".to_string(), endpoint.to_string())];
    let open = |endpoint: &str, allow| {
        let storage = Storage::from_pairs(pairs(endpoint), allow).unwrap();
        storage.object_store_for("s3://bucket/x").map(|_| ())
    };
    for endpoint in ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "https://s3.example.com"] {
        open(endpoint, false).unwrap();
    }
    let error = open("http://10.0.0.7:9000", false).unwrap_err();
    assert_eq!(error.kind, Kind::Job);
    assert!(error.hint.unwrap().contains("allow_http"));
    open("http://127.0.0.1.example.com", false).unwrap_err();
    open("http://10.0.0.7:9000", true).unwrap();
}

#[test]
fn credentials_decide_and_secrets_stay_secret() {
    let server = Seaweed::start();
    let uri = format!("s3://{BUCKET}/ready");
    let open = |identity| Storage::from_pairs(server.pairs(identity), false).unwrap();

    let reader = open(READER);
    assert_eq!(reader.get(&uri).unwrap(), "ready");
    let denied = reader.put(&uri, "mine").unwrap_err();
    assert_eq!(denied.kind, Kind::Permission, "{denied}");
    let wrong = open((ADMIN.0, READER.1));
    for error in [wrong.get(&uri).unwrap_err(), wrong.list(&format!("s3://{BUCKET}/a")).unwrap_err()] {
        assert_eq!(error.kind, Kind::Permission, "{error}");
        assert!(error.to_string().contains(&uri) || error.to_string().contains("/a"), "{error}");
    }
    for text in [format!("{wrong:?}"), format!("{:?}", denied), denied.to_string(), wrong.redact(READER.1)] {
        assert!(!text.contains(READER.1), "{text}");
    }
    assert_eq!(wrong.redact(READER.1), "***");
    let options = format!("{:?}", reader.polars_options(&uri).unwrap().unwrap());
    assert!(!options.contains(READER.1), "{options}");
    assert!(local().polars_options("/tmp").unwrap().is_none());
}

#[test]
fn unreachable_storage_is_worth_another_try() {
    // a port nobody listens on: taken, then given back
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let pairs = [
        ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
        ("AWS_ACCESS_KEY_ID", "k".to_string()),
        ("AWS_SECRET_ACCESS_KEY", "s".to_string()),
    ];
    let storage = Storage::from_pairs(pairs.map(|(k, v)| (k.to_string(), v)), false).unwrap();
    let error = storage.get("s3://bucket/x").unwrap_err();
    assert_eq!(error.kind, Kind::Retry, "{error}");
    assert!(error.to_string().contains("s3://bucket/x"), "{error}");
}

#[test]
fn without_keys_or_a_role_the_hint_names_the_keys() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let pairs = [("AWS_METADATA_ENDPOINT".to_string(), format!("http://127.0.0.1:{port}"))];
    let error = Storage::from_pairs(pairs, false).unwrap().get("s3://bucket/x").unwrap_err();
    assert_eq!(error.kind, Kind::Permission, "{error}");
    assert!(error.hint.unwrap().contains("AWS_ACCESS_KEY_ID"));
}

#[test]
fn a_store_that_creates_twice_is_refused() {
    // the least a server can say to a PUT or DELETE, whatever the condition
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // one request per connection, and its few bytes of body come with or right after the header
            while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                let read = connection.read(&mut buffer).unwrap();
                assert!(read > 0);
                request.extend_from_slice(&buffer[..read]);
            }
            let text = String::from_utf8_lossy(&request).to_string();
            if text.starts_with("PUT") && !text.ends_with("probe") {
                connection.read_exact(&mut buffer[..5]).unwrap();
            }
            let answer = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    let pairs = [("AWS_ENDPOINT_URL", endpoint.as_str()), ("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let storage = Storage::from_pairs(pairs.map(|(k, v)| (k.to_string(), v.to_string())), false).unwrap();
    let error = storage.check_creates_once("s3://bucket/lake", "_probe").unwrap_err();
    assert_eq!(error.kind, Kind::Job, "{error}");
    assert!(error.to_string().contains("overwrites"), "{error}");
}

#[test]
fn polars_reads_a_bucket_with_the_same_settings() {
    let server = Seaweed::start();
    let storage = Storage::from_pairs(server.pairs(READER), false).unwrap();
    let admin = Storage::from_pairs(server.pairs(ADMIN), false).unwrap();
    let mut frame = DataFrame::new(3, vec![Column::new("a".into(), [1_i64, 2, 3])]).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    let uri = format!("s3://{BUCKET}/in/x=1/a b.parquet");
    admin.put(&uri, bytes).unwrap();
    let cloud_options = storage.polars_options(&uri).unwrap();
    let scan = |cloud_options| {
        let options = ScanArgsParquet { cloud_options, glob: false, ..Default::default() };
        LazyFrame::scan_parquet(PlRefPath::new(&uri), options).unwrap().select([col("a")]).collect()
    };
    assert!(scan(cloud_options).unwrap().equals(&frame));
    let wrong = Storage::from_pairs(server.pairs((ADMIN.0, READER.1)), false).unwrap();
    let error = scan(wrong.polars_options(&uri).unwrap()).unwrap_err().to_string();
    assert!(!error.contains(READER.1), "{error}");
}

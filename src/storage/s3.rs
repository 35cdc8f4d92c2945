//! S3: one store per bucket, configured from AWS_* pairs only, and the same settings handed to Polars.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::{ClientOptions, RetryConfig};
use polars::io::cloud::credential_provider::{AwsCredential, ObjectStoreCredential, PlCredentialProvider};
use polars::prelude::cloud::{CloudOptions, CloudRetryConfig};
use polars::prelude::{CloudScheme, PolarsError};
use tokio::runtime::Handle;

use crate::error::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of one whole request, body included: a gigabyte at 10 MB/s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(100);
/// Retries stop after this long or this many, whichever comes first.
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_RETRIES: usize = 6;
const DEFAULT_REGION: &str = "us-east-1";

/// The variables that are honoured. Others (`AWS_ALLOW_HTTP`, `AWS_CONDITIONAL_PUT`, …) would undo a guarantee.
const KEYS: [&str; 19] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_METADATA_ENDPOINT",
    "AWS_REQUEST_PAYER",
    "AWS_SERVER_SIDE_ENCRYPTION",
    "AWS_SSE_KMS_KEY_ID",
];
const SECRETS: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// The honoured pairs; deliberately without `Debug`.
pub struct Settings {
    pairs: Vec<(&'static str, String)>,
    allow_http: bool,
}

impl Settings {
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>, allow_http: bool) -> Settings {
        let known = |(name, value): (String, String)| {
            let key = KEYS.into_iter().find(|key| *key == name)?;
            (!value.is_empty()).then_some((key, value))
        };
        Settings { pairs: pairs.into_iter().filter_map(known).collect(), allow_http }
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }

    fn region(&self) -> &str {
        self.get("AWS_REGION").or_else(|| self.get("AWS_DEFAULT_REGION")).unwrap_or(DEFAULT_REGION)
    }

    fn endpoint(&self) -> Option<&str> {
        self.get("AWS_ENDPOINT_URL_S3").or_else(|| self.get("AWS_ENDPOINT_URL"))
    }

    /// The text with every secret replaced.
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_string();
        for secret in SECRETS.iter().filter_map(|key| self.get(key)) {
            text = text.replace(secret, "***");
        }
        text
    }

    /// Whether the endpoint may be spoken to in plain http; an error if it is http and must not be.
    fn plain_http(&self) -> Result<bool> {
        let Some(endpoint) = self.endpoint() else { return Ok(false) };
        let url = url::Url::parse(endpoint)
            .map_err(|error| Error::job(format!("AWS_ENDPOINT_URL `{endpoint}` is not a URL")).because(error))?;
        if url.scheme() != "http" {
            return Ok(false);
        }
        let is_loopback = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if is_loopback || self.allow_http {
            return Ok(true);
        }
        Err(Error::job(format!("AWS_ENDPOINT_URL `{endpoint}` is plain http to another host"))
            .hint("use https, or set `allow_http = true` in the job if the network is yours"))
    }
}

/// One bucket: the store, and what lets Polars share its credentials.
pub struct Bucket {
    pub store: Arc<AmazonS3>,
    provider: PlCredentialProvider,
}

impl Bucket {
    pub fn open(name: &str, settings: &Settings, runtime: Handle) -> Result<Bucket> {
        let client = ClientOptions::new()
            .with_allow_http(settings.plain_http()?)
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_timeout(REQUEST_TIMEOUT);
        let retry = RetryConfig { max_retries: MAX_RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::new();
        for (key, value) in &settings.pairs {
            let key: AmazonS3ConfigKey = key
                .to_ascii_lowercase()
                .parse()
                .map_err(|error| Error::internal(format!("object_store does not know {key}")).because(error))?;
            builder = builder.with_config(key, value);
        }
        let store = builder
            .with_bucket_name(name)
            .with_region(settings.region())
            .with_client_options(client)
            .with_retry(retry)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .build()
            .map_err(|error| {
                Error::job(format!("the S3 settings for bucket `{name}` are not usable"))
                    .hint("check the AWS_* variables")
                    .because(settings.redact(&error.to_string()))
            })?;
        let store = Arc::new(store);
        let provider = credentials_for_polars(&store, runtime);
        Ok(Bucket { store, provider })
    }

    /// Errors: `Kind::Internal` if Polars rejects the options.
    pub fn polars_options(&self, settings: &Settings) -> Result<CloudOptions> {
        let seconds = |duration: Duration| format!("{}s", duration.as_secs());
        let mut pairs = vec![
            ("aws_region", settings.region().to_string()),
            ("timeout", seconds(REQUEST_TIMEOUT)),
            ("connect_timeout", seconds(CONNECT_TIMEOUT)),
        ];
        pairs.extend(settings.endpoint().map(|endpoint| ("aws_endpoint_url", endpoint.to_string())));
        let hosted = settings.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST");
        pairs.extend(hosted.map(|value| ("aws_virtual_hosted_style_request", value.to_string())));
        let payer = settings.get("AWS_REQUEST_PAYER");
        pairs.extend(payer.map(|value| ("aws_request_payer", value.to_string())));
        let retry = CloudRetryConfig {
            max_retries: Some(MAX_RETRIES),
            retry_timeout: Some(RETRY_TIMEOUT),
            ..CloudRetryConfig::default()
        };
        Ok(CloudOptions::from_untyped_config(Some(CloudScheme::S3), pairs)?
            .with_retry_config(retry)
            .with_credential_provider(Some(self.provider.clone())))
    }
}

/// Polars asks our store for its credentials, so that both always hold the same ones and renew them in one place.
/// Left to itself it would mix in whatever `~/.aws/credentials` holds.
fn credentials_for_polars(store: &Arc<AmazonS3>, runtime: Handle) -> PlCredentialProvider {
    let store = store.clone();
    PlCredentialProvider::from_func(move || {
        let store = store.clone();
        // a task, because Polars wants a future that is Sync
        let task = runtime.spawn(async move { store.credentials().get_credential().await });
        Box::pin(async move {
            let failed = |error: &dyn std::fmt::Display| {
                PolarsError::ComputeError(format!("no credentials for S3: {error}").into())
            };
            let ours = task.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
            let theirs = AwsCredential {
                key_id: ours.key_id.clone(),
                secret_key: ours.secret_key.clone(),
                token: ours.token.clone(),
            };
            // expiry 0: ask every time, our store keeps them as long as they are good
            Ok((ObjectStoreCredential::Aws(Arc::new(theirs)), 0))
        })
    })
}

//! An export as the pipeline has it once its files are found.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use tenure::execute::collect_all;
use tenure::job::Job;
use tenure::month::Calendar;
use tenure::normalise::Rates;
use tenure::snapshot::{Sources, resolve, scan};
use tenure::storage::Storage;
use tenure::tables::Input;

pub struct Opened {
    pub job: Job,
    pub storage: Storage,
    pub calendar: Arc<Calendar>,
    pub sources: Sources,
}

impl Opened {
    /// The `job.toml` of a directory and what it names.
    pub fn new(export: &Path, as_of: Date) -> Self {
        let job = Job::load(&export.join("job.toml")).unwrap();
        let storage = Storage::from_pairs([], false).unwrap();
        let calendar = Arc::new(Calendar::new(&job.time_zone, as_of, job.settle_days).unwrap());
        let (sources, _) = scan(&job, &storage, &resolve(&job, &storage, as_of).unwrap(), &calendar).unwrap();
        Opened { job, storage, calendar, sources }
    }

    pub fn rates(&self) -> Arc<Rates> {
        let source = self.sources.get(&Input::FxRates);
        let rates = source.map(|source| collect_all(vec![source.frame.clone()]).unwrap().remove(0));
        Arc::new(Rates::read(&self.job.currency, rates.as_ref()).unwrap())
    }
}

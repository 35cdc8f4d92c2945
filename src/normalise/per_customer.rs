//! Rows of many customers in one vector, found by the customer's number.

/// Rows grouped by customer, in the order in which they were given.
#[derive(Debug, Clone, Default)]
pub struct PerCustomer<T> {
    starts: Vec<usize>,
    rows: Vec<T>,
}

impl<T: Copy + Default> PerCustomer<T> {
    /// Rows by the numbers of their customers, of whom there are 0 to `customers` - 1; a customer's rows stay in their order.
    /// The rows are gone through twice.
    pub fn gathered<I: Iterator<Item = (u32, T)>>(customers: usize, rows: impl Fn() -> I) -> Self {
        let mut starts = vec![0; customers + 1];
        rows().for_each(|(customer, _)| starts[customer as usize + 1] += 1);
        (0..customers).for_each(|customer| starts[customer + 1] += starts[customer]);
        let mut next = starts.clone();
        let mut gathered = vec![T::default(); starts[customers]];
        for (customer, row) in rows() {
            let next = &mut next[customer as usize];
            gathered[*next] = row;
            *next += 1;
        }
        PerCustomer { starts, rows: gathered }
    }
}

impl<T> PerCustomer<T> {
    /// `rows` are sorted by customer; there are customers 0 to `customers` - 1.
    pub fn of_sorted(customers: usize, rows: Vec<(u32, T)>) -> Self {
        let mut starts = Vec::with_capacity(customers + 1);
        for (at, (customer, _)) in rows.iter().enumerate() {
            while starts.len() <= *customer as usize {
                starts.push(at);
            }
        }
        starts.resize(customers + 1, rows.len());
        PerCustomer { starts, rows: rows.into_iter().map(|(_, row)| row).collect() }
    }
    pub fn of(&self, customer: u32) -> &[T] {
        let at = customer as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&until)) => &self.rows[from..until],
            _ => &[],
        }
    }
}

/// A sum over one month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monthly {
    pub month: i32,
    pub value: i64,
}

impl PerCustomer<Monthly> {
    /// As `gathered`, a customer's rows sorted by month.
    pub fn of_months<I: Iterator<Item = (u32, Monthly)>>(customers: usize, rows: impl Fn() -> I) -> Self {
        let mut gathered = Self::gathered(customers, rows);
        for ends in gathered.starts.windows(2) {
            gathered.rows[ends[0]..ends[1]].sort_unstable();
        }
        gathered
    }
    /// The sum over the months of [first, last].
    pub fn sum(&self, customer: u32, first: i32, last: i32) -> i64 {
        let rows = self.of(customer);
        // Most customers have a row every month: where `first` would stand then is where to look, or near it.
        let guess = rows.first().map_or(0, |row| (first - row.month).clamp(0, rows.len() as i32) as usize);
        let too_far = rows[..guess].iter().rev().take_while(|row| row.month >= first).count();
        let too_near = rows[guess..].iter().take_while(|row| row.month < first).count();
        rows[guess - too_far + too_near..].iter().take_while(|row| row.month <= last).map(|row| row.value).sum()
    }
}

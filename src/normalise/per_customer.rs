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

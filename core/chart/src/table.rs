//! The same data as rows of words: what stands behind a picture on the page, and what can be copied.

/// Rows a table has at most; what is left out is said in its last row.
pub(crate) const ROWS_MAX: usize = 2_000;

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The names of its columns.
    pub head: Vec<String>,
    /// Its rows, as many cells in each as there are columns. Cells are text as it came: escape them.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of at most [`ROWS_MAX`] rows.
    pub(crate) fn new<const N: usize>(
        caption: impl Into<String>,
        head: [&str; N],
        rows: impl ExactSizeIterator<Item = [String; N]>,
    ) -> Self {
        let n_rows = rows.len();
        let mut rows: Vec<Vec<String>> = rows.take(ROWS_MAX).map(Vec::from).collect();
        if n_rows > ROWS_MAX {
            let mut last = vec![String::new(); N];
            if let Some(cell) = last.first_mut() {
                *cell = format!("{} more", n_rows - ROWS_MAX);
            }
            rows.push(last);
        }
        Self { caption: caption.into(), head: head.map(str::to_owned).to_vec(), rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_says_what_it_leaves_out() {
        let rows = vec![["a".to_owned(), "b".to_owned()]; ROWS_MAX + 5];
        let table = Table::new("all", ["x", "y"], rows.into_iter());
        assert_eq!(table.rows.len(), ROWS_MAX + 1);
        assert_eq!(table.rows.last().unwrap(), &["5 more".to_owned(), String::new()]);
    }
}

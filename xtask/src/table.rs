//! Results of a bench as text.

use std::fmt;

use serde_json::Value;

use crate::report::Table;

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).chain(self.columns.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        writeln!(f, "\n{}", self.title)?;
        line(f, &self.columns, &widths)?;
        for row in &rows {
            line(f, row, &widths)?;
        }
        for note in &self.notes {
            writeln!(f, "  {note}")?;
        }
        Ok(())
    }
}

/// Names to the left, numbers to the right.
fn line(f: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize]) -> fmt::Result {
    for (index, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        if index == 0 {
            write!(f, "  {cell:<width$}")?;
        } else {
            write!(f, "  {cell:>width$}")?;
        }
    }
    writeln!(f)
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let table = Table {
            title: "Calls".into(),
            columns: vec!["what".into(), "ratio".into()],
            rows: vec![vec!["empty call".into(), 1.05.into()], vec!["burst".into(), Value::Null]],
            notes: vec!["medians".into()],
        };
        let text = "\nCalls\n  what        ratio\n  empty call   1.05\n  burst            \n  medians\n";
        assert_eq!(table.to_string(), text);
    }
}

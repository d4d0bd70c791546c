//! What the workers run. Natively these are ordinary functions, so their tests are ordinary tests.

use centaurus::web::{Bytes, Failure, Task};
use serde::{Deserialize, Serialize};

/// A part of the plane, and the picture of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The middle, on the real axis.
    pub x: f64,
    /// The middle, on the imaginary axis.
    pub y: f64,
    /// How wide the part is.
    pub span: f64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// A narrower view has fewer numbers between its edges than pixels: 52 bits of a fraction.
const NARROWEST: f64 = 1e-13;
/// A point that has stayed for so long is taken for one of the set.
const MOST_STEPS: u32 = 2_000;
/// The square of a distance from which no point comes back.
const ESCAPED: f64 = 4.0;

/// Draws the rows from `first` on, as many as `rows`: four bytes a pixel, as a canvas takes them. Tells how many are done.
///
/// # Errors
/// A `RangeError` where numbers are too coarse for the view.
#[centaurus::worker]
pub fn draw(task: &Task, view: View, first: u32, rows: u32) -> Result<Bytes, Failure> {
    if view.span < NARROWEST {
        let message = format!("a view of {:e} is narrower than {NARROWEST:e}", view.span);
        return Err(Failure::new(message).named("RangeError").details(NARROWEST));
    }
    let mut pixels = Vec::with_capacity(4 * view.width as usize * rows as usize);
    let step = view.span / f64::from(view.width);
    for row in first..first + rows {
        task.check()?;
        let y = view.y + (f64::from(row) - f64::from(view.height) / 2.0) * step;
        for column in 0..view.width {
            let x = view.x + (f64::from(column) - f64::from(view.width) / 2.0) * step;
            pixels.extend(colour(steps(x, y)));
        }
        task.progress(&(row - first + 1));
    }
    Ok(Bytes(pixels))
}

/// How long the point takes to escape, if it does.
fn steps(x: f64, y: f64) -> Option<u32> {
    let (mut re, mut im) = (0.0, 0.0);
    for step in 0..MOST_STEPS {
        let (re2, im2) = (re * re, im * im);
        if re2 + im2 > ESCAPED {
            return Some(step);
        }
        (re, im) = (re2 - im2 + x, 2.0 * re * im + y);
    }
    None
}

fn colour(steps: Option<u32>) -> [u8; 4] {
    let Some(steps) = steps else { return [8, 10, 24, 255] };
    let turn = f64::from(steps).sqrt() / 6.0;
    let channel = |shift: f64| (127.5 + 127.5 * (std::f64::consts::TAU * (turn + shift)).cos()) as u8;
    [channel(0.55), channel(0.45), channel(0.3), 255]
}

/// The prime numbers below `n`, one by one.
#[centaurus::worker]
pub fn primes(n: u32) -> impl Iterator<Item = u32> {
    (2..n).filter(|n| (2..*n).take_while(|d| d.saturating_mul(*d) <= *n).all(|d| n % d != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: View = View { x: -0.5, y: 0.0, span: 3.0, width: 30, height: 20 };

    #[test]
    fn draws_the_rows_that_it_is_asked_for() {
        let Bytes(pixels) = draw(&Task::detached(), VIEW, 9, 2).unwrap();
        assert_eq!(pixels.len(), 4 * 30 * 2);
        assert!(pixels.chunks(4).any(|pixel| pixel == colour(None)), "nothing of the set on its axis");
        assert!(pixels.chunks(4).any(|pixel| pixel != colour(None)), "nothing outside of it");
    }

    #[test]
    fn refuses_what_numbers_cannot_tell_apart() {
        let failed = draw(&Task::detached(), View { span: 1e-14, ..VIEW }, 0, 1).unwrap_err();
        assert_eq!(failed.to_string(), "RangeError: a view of 1e-14 is narrower than 1e-13");
    }

    #[test]
    fn finds_primes() {
        assert_eq!(primes(30).collect::<Vec<_>>(), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }
}

use crate::Error;

/// Takes the bytes that a codec puts out, piece by piece. In a worker it is a list of JavaScript buffers, so that large
/// results never stand in wasm memory, which can grow but not shrink.
pub trait Sink {
    /// Takes one piece; it is not empty.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] when there is no place for it.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error>;
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.try_reserve(bytes.len()).map_err(|_| Error::OutOfMemory { needed: bytes.len() as u64 })?;
        self.extend_from_slice(bytes);
        Ok(())
    }
}

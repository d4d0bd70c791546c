use thiserror::Error;

/// Why the runtime itself, not the called function, failed a call. The text of each is the name of the JavaScript
/// error that the caller sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum ErrorKind {
    /// A worker could not be started: its script or its wasm is missing, blocked, of the wrong type or broken.
    #[error("WorkerLoadError")]
    WorkerLoad,
    /// The worker died while it held the call: a trap, memory, `self.close()`, or killed from outside.
    #[error("WorkerCrashError")]
    WorkerCrash,
    /// No function of that name is registered.
    #[error("UnknownFunctionError")]
    UnknownFunction,
    /// More calls wait than `queueLimit` allows.
    #[error("QueueFullError")]
    QueueFull,
    /// `terminate()` or `close()` was called.
    #[error("TerminatedError")]
    Terminated,
    /// The call's `timeout` ran out, waiting time included.
    #[error("TimeoutError")]
    Timeout,
    /// An argument or a result cannot be cloned (HTML, structured serialize).
    #[error("DataCloneError")]
    DataClone,
}

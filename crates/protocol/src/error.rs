/// Why the runtime itself, not the called function, failed a call. The text of each is the name of the JavaScript
/// error that the caller sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// A worker could not be started: its script or its wasm is missing, blocked, of the wrong type or broken.
    WorkerLoad,
    /// The worker died while it held the call: a trap, memory, `self.close()`, or killed from outside.
    WorkerCrash,
    /// No function of that name is registered.
    UnknownFunction,
    /// More calls wait than `queueLimit` allows.
    QueueFull,
    /// `terminate()` or `close()` was called.
    Terminated,
    /// The call's `timeout` ran out, waiting time included.
    Timeout,
    /// An argument or a result cannot be cloned (HTML, structured serialize).
    DataClone,
}

impl ErrorKind {
    /// The JavaScript name, without formatting.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkerLoad => "WorkerLoadError",
            Self::WorkerCrash => "WorkerCrashError",
            Self::UnknownFunction => "UnknownFunctionError",
            Self::QueueFull => "QueueFullError",
            Self::Terminated => "TerminatedError",
            Self::Timeout => "TimeoutError",
            Self::DataClone => "DataCloneError",
        }
    }
}

impl core::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

impl core::error::Error for ErrorKind {}

//! The numbers that travel instead of names.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The number as an index into a table that is dense in these ids.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// One call, from the moment it is accepted until no worker can speak of it any more; then the number is used again.
    CallId
}
id! {
    /// One worker's life. A replacement is another worker with another number; numbers are never used again.
    WorkerId
}
id! {
    /// One registered function. Registering a name a second time gives it a new number.
    FunctionId
}
id! {
    /// One entry of the registration log that every new worker is given, in order.
    RegistrationId
}
